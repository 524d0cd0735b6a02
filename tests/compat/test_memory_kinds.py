"""Programs of the kinds of tests/memory_kinds.py against what torch 2.13 showed after each of their lines (tests/expected/memory_kinds.json.xz)."""

import json
import lzma
import pathlib

import pytest

import compat
from tests.memory_kinds import seen_of
from tests.random_views import difference, known

PATH = pathlib.Path(__file__).parents[1] / "expected" / "memory_kinds.json.xz"
PROGRAMS = {name: rest for name, *rest in json.loads(lzma.decompress(PATH.read_bytes()))["programs"]}


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_torch(name):
    lines, theirs = PROGRAMS[name]
    got = difference(lines, seen_of(compat, name.partition(" ")[0], lines, warned=False), theirs)
    assert got is None or known(got, lines, theirs), "\n".join(
        [*lines[: got[0] + 1], f"compat: {got[2]}", f"torch:  {got[3]}"]
    )
