"""Random programs over memory against what torch 2.13 showed after each of their lines (tests/expected/random_views.json.xz)."""

import pytest

import compat
from tests import packed, versions
from tests.random_views import difference, known, run

PROGRAMS = packed.read("random_views")["programs"]


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_as_torch(number):
    lines, theirs = PROGRAMS[number]
    got = difference(lines, run(compat, lines), theirs)
    assert got is None or known(got, lines, theirs) or versions.reason(lines[got[0]]), "\n".join(
        [*lines[: got[0] + 1], f"compat: {got[2]}", f"torch:  {got[3]}"]
    )
