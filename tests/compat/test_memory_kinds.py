"""Programs of the kinds of tests/memory_kinds.py against what torch 2.13 showed after each of their lines (tests/expected/memory_kinds.json.xz)."""

import pytest

import compat
from tests import packed, versions
from tests.memory_kinds import seen_of
from tests.random_views import difference, known

PROGRAMS = {name: rest for name, *rest in packed.read("memory_kinds")["programs"]}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_torch(name):
    lines, theirs = PROGRAMS[name]
    got = difference(lines, seen_of(compat, name.partition(" ")[0], lines, warned=False), theirs)
    assert got is None or known(got, lines, theirs) or versions.reason(lines[got[0]]), "\n".join(
        [*lines[: got[0] + 1], f"compat: {got[2]}", f"torch:  {got[3]}"]
    )
