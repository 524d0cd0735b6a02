"""Calls of torch's operations made at random, right and wrong ones: compat gives what torch 2.13 gave (tests/random_calls.py draws more)."""

import pytest

import compat
import compat.fft
import compat.linalg
import compat.nn.functional
import compat.special
from tests import packed, random_calls

CALLS = packed.read("random_calls")["calls"]
PARTS = 16


@pytest.mark.parametrize("part", range(PARTS))
def test_calls_give_what_torch_gave(part):
    assert not random_calls.differing(compat, CALLS[part::PARTS])


def test_a_difference_is_seen():
    *made, wanted = next(c for c in CALLS if isinstance(c[3], list))
    found = random_calls.outcome(compat, random_calls.call_of(*made))
    assert not random_calls.as_recorded(found, "!TypeError: another")
    assert not random_calls.as_recorded(TypeError("one"), "!TypeError: another")
    assert not random_calls.differing(compat, [[*made, wanted]])
    assert "another" in random_calls.differing(compat, [[*made, "!TypeError: another"]])
