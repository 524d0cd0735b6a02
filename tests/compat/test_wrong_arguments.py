"""Wrong calls of classes and of their methods say what torch 2.13 said (tests/wrong_arguments.py makes more)."""

import pytest

import compat
from tests import packed, wrong_arguments

CALLS = packed.read("wrong_arguments")["calls"]
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
