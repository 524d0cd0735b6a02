"""First to third derivatives on the tape, forward mode, forward over reverse and reverse over forward are torch's (stored)."""

import sys
from pathlib import Path

import pytest

import compat

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))
from torch_derivatives import ROADS, attempt  # noqa: E402

from tests import packed  # noqa: E402
from tests.compat import sampling  # noqa: E402

CALLS = packed.read("torch_derivatives")["calls"]


@pytest.mark.parametrize("title", ROADS)
def test_derivatives_are_torchs(title):
    wrong = []
    for call, roads in CALLS.items():
        if title in roads:
            got = attempt(ROADS[title], compat, call, "float64")
            if (
                isinstance(got, Exception)
                or not all(map(sampling.agrees, got, roads[title]))
                or len(got) != len(roads[title])
            ):
                wrong.append((call, got))
    assert not wrong
