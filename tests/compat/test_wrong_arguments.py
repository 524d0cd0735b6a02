"""Wrong calls of classes and of their methods say what torch 2.13 said (tests/wrong_arguments.py makes more)."""

import json
import lzma
import pathlib

import pytest

import compat
from tests import wrong_arguments

PATH = pathlib.Path(__file__).parents[1] / "expected" / "wrong_arguments.json.xz"
CALLS = json.loads(lzma.decompress(PATH.read_bytes()))["calls"]
PARTS = 8


@pytest.mark.parametrize("part", range(PARTS))
def test_wrong_calls_say_what_torch_says(part):
    differ = []
    for text, wanted in CALLS[part::PARTS]:
        found = wrong_arguments.outcome(compat, text)
        if found != wanted:
            differ.append(f"{text}\n    torch {wanted}\n    compat {found}")
    assert not differ, "\n".join(differ)


def test_a_difference_is_seen():
    assert wrong_arguments.outcome(compat, "nn.Linear(1)") != wrong_arguments.outcome(compat, "nn.Linear()")
    assert wrong_arguments.outcome(compat, "nn.Linear(1, 2)") == ""
    assert len(CALLS) > 1000
