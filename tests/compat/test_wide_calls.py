"""Calls that nobody means to make (numbers beyond 64 bits, arguments twice, of types that no signature has): compat refuses them in
torch's words."""

import pathlib

import pytest

import compat
import compat.fft
import compat.linalg
import compat.nn.functional
import compat.special
from tests import packed, random_calls, versions
from tests.autograd_lines import differences, programs
from tests.compat.stored_programs import same_python
from tests.side_by_side import outcome

STORED = packed.read("wide_calls")
PARTS = 4


@same_python(STORED)
def test_lines_do_what_torchs_do():
    found = []
    for lines, want in zip(
        programs(pathlib.Path(__file__).parents[1] / "wide_calls.txt"), STORED["lines"], strict=True
    ):
        if not any(map(versions.reason, lines)):
            found += differences(outcome(compat, lines), want, lines)
    assert not found, "\n".join(found)


@same_python(STORED)
@pytest.mark.parametrize("part", range(PARTS))
def test_random_calls_are_refused_in_torchs_words(part):
    differ = []
    for text, operands, default, wanted in STORED["calls"][part::PARTS]:
        call = random_calls.Call("", text, {n: (d, tuple(s)) for n, (d, s) in operands.items()}, default)
        found = random_calls.outcome(compat, call)
        if not random_calls.as_recorded(found, wanted) and not versions.reason(text):
            differ.append(f"{call}: torch {wanted}, compat {random_calls.recorded(found)}")
    assert not differ, "\n".join(differ)
