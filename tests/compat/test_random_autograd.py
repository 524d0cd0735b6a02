"""Programs of autograd and torch.func do line by line what torch's do: those written by hand, and the first ones of tests/random_autograd.py
and tests/random_walks.py."""

import pathlib
import random
import sys

import pytest

import compat

TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent)]
from tests import packed, random_walks  # noqa: E402
from tests.autograd_lines import differences, programs  # noqa: E402
from tests.random_autograd import program  # noqa: E402
from tests.side_by_side import disagreement, outcome  # noqa: E402

STORED = packed.read("random_autograd")
WRITTEN = programs(TESTS / "autograd_walks.txt")


@pytest.mark.parametrize("number", range(len(STORED["written"])))
def test_lines_do_what_torchs_do(number):
    lines = WRITTEN[number]
    found = differences(outcome(compat, lines), STORED["written"][number], lines)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("number", range(len(STORED["drawn"])))
def test_random_programs_do_what_torchs_do(number):
    lines = program(random.Random(f"stored {number}"), number)
    found = disagreement(outcome(compat, lines), STORED["drawn"][number], lines)
    assert not found, "\n".join([*lines[1:], found])


@pytest.mark.parametrize("number", range(len(STORED["walks"])))
def test_random_walks_leave_what_torchs_leave(number):
    lines = random_walks.program(random.Random(f"stored {number}"), number)
    found = disagreement(outcome(compat, lines), STORED["walks"][number], lines)
    assert not found, "\n".join([*lines[1:], found])
