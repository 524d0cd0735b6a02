"""Programs whose lines are compared with what torch 2.13 made of them, stored in tests/expected."""

import platform

import pytest

import compat
from tests.side_by_side import disagreement, outcome, programs


def same_python(figures):
    """The mark of tests that compare Python's own messages, which change from version to version."""
    return pytest.mark.skipif(
        [*platform.python_version_tuple()[:2]] != figures["python"],
        reason="Python's own messages change from version to version",
    )


def check(program, figures, known, limits=None, part=slice(None)):
    """Each of the programs drawn by `program` does what it did under torch, but those that are `known` to differ, by number.

    `part`: which of them to run. `limits`: what may differ in each, as `disagreement` takes it."""
    numbered = [*enumerate(programs(program, len(figures), "stored"))][part]
    found = {}
    for number, lines in numbered:
        different = disagreement(outcome(compat, lines), figures[number], lines, *([] if limits is None else [limits]))
        if different:
            found[number] = "\n".join([*lines, different])
    new = found.keys() ^ {number for number, _ in numbered if number in known}
    assert not new, "\n".join([found.get(n, f"{n} is as in torch now") for n in sorted(new)][:3])
