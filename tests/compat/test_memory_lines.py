"""Lines about NumPy beside Tensors, copies, storages and attributes, against what torch 2.13 gave (tests/expected/memory_lines.json.xz)."""

import pytest

import compat
from tests import packed, versions
from tests.memory_lines import KNOWN, NOT_DIFFERENTIATED, SECTIONS, outcome

STORED = packed.read("memory_lines")["sections"]


@pytest.mark.parametrize("name", SECTIONS)
def test_as_torch(name):
    setup, lines = SECTIONS[name]
    wrong = []
    for line, want in zip(lines, STORED[name], strict=True):
        if versions.reason(line):
            continue
        got = outcome(compat, setup, line)
        if got != want and not KNOWN.search(line + want + got) and NOT_DIFFERENTIATED not in want:
            wrong.append(f"{line}\n  compat: {got}\n  torch:  {want}")
    assert not wrong, "\n".join(wrong)
