"""The mistakes that people make, in programs drawn at random: compat says what torch 2.13 said, to the letter (tests/random_mistakes.py
draws more).
"""

import platform

import pytest

import compat
import compat.nn.utils.prune
from tests import packed
from tests import random_mistakes as R
from tests.side_by_side import outcome

PROGRAMS = packed.read("random_mistakes")["programs"]
PARTS = 8


@pytest.fixture(autouse=True)
def warnings_as_before():
    yield
    compat.set_warn_always(False)


@pytest.mark.skipif(
    platform.python_version_tuple()[:2] != ("3", "11"), reason="Python's own words change from version to version"
)
@pytest.mark.parametrize("part", range(PARTS))
def test_mistakes_are_answered_as_by_torch(part):
    differ = []
    for of, number, want in PROGRAMS[part::PARTS]:
        lines = R.of_seed("stored", number, of)
        if found := R.disagreement(outcome(compat, lines), want, lines):
            differ.append("; ".join(lines) + "\n" + found)
    assert not differ, "\n".join(differ)


def test_a_difference_is_seen():
    lines = ["torch.ones(2) + torch.ones(3)"]
    got = outcome(compat, lines)
    assert R.disagreement(got, got, lines) is None
    assert R.disagreement(got, [{"error": ["RuntimeError", "another"]}], lines)
