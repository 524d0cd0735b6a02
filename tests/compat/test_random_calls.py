"""Calls of torch's operations made at random, right and wrong ones: compat gives what torch 2.13 gave (tests/random_calls.py draws more)."""

import json
import lzma
import pathlib

import pytest

import compat
import compat.fft
import compat.linalg
import compat.nn.functional
import compat.special
from tests import random_calls

PATH = pathlib.Path(__file__).parents[1] / "expected" / "random_calls.json.xz"
CALLS = json.loads(lzma.decompress(PATH.read_bytes()))["calls"]
PARTS = 16


@pytest.mark.parametrize("part", range(PARTS))
def test_calls_give_what_torch_gave(part):
    differ = []
    for text, operands, default, wanted in CALLS[part::PARTS]:
        call = random_calls.Call("", text, {n: (d, tuple(s)) for n, (d, s) in operands.items()}, default)
        found = random_calls.outcome(compat, call)
        if not random_calls.as_recorded(found, wanted):
            differ.append(f"{call}: torch {wanted}, compat {random_calls.recorded(found)}")
    assert not differ, "\n".join(differ)


def test_a_difference_is_seen():
    text, operands, default, _ = next(c for c in CALLS if isinstance(c[3], list))
    call = random_calls.Call("", text, {n: (d, tuple(s)) for n, (d, s) in operands.items()}, default)
    found = random_calls.outcome(compat, call)
    assert not random_calls.as_recorded(found, "!TypeError: another")
    assert not random_calls.as_recorded(TypeError("one"), "!TypeError: another")
