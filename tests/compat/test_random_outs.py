"""Calls with out= made at random, right and wrong ones: compat gives, warns and leaves what torch 2.13 did (tests/random_outs.py draws more)."""

import pytest

import compat
import compat.fft
import compat.linalg
import compat.nn.functional
import compat.special
from tests import packed, random_outs

CALLS = packed.read("random_outs")["calls"]
PARTS = 6


def call_of(text, operands, setup):
    return random_outs.Call("", text, {n: (d, tuple(s)) for n, (d, s) in operands.items()}, setup)


@pytest.mark.parametrize("part", range(PARTS))
def test_out_is_what_torch_left(part):
    differ = []
    for *made, wanted in CALLS[part::PARTS]:
        call = call_of(*made)
        found = random_outs.outcome(compat, call)
        if not random_outs.as_recorded(found, wanted):
            differ.append(f"{call}: torch {wanted}, compat {random_outs.recorded(found)}")
    assert not differ, "\n".join(differ)


def test_a_difference_is_seen():
    *made, wanted = next(c for c in CALLS if c[3][0][:1] == "!" and c[3][1])
    found = random_outs.outcome(compat, call_of(*made))
    assert random_outs.as_recorded(found, wanted)
    for other in (
        ["!TypeError: another", *wanted[1:]],
        [wanted[0], [], *wanted[2:]],
        [*wanted[:2], [[[7], [1], False, True, "Tensor"]], wanted[3]],
    ):
        assert not random_outs.as_recorded(found, other)
