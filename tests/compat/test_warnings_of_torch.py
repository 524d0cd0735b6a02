"""compat warns where torch does, in its words and as often (tests/expected/make_warnings.py)."""

import json
import pathlib
import sys

import pytest

import compat
from compat import deprecations

EXPECTED = pathlib.Path(__file__).parents[1] / "expected"
sys.path.insert(0, str(EXPECTED))
from warnings_cases import CASES, said  # noqa: E402

ROWS = json.loads((EXPECTED / "warnings.json").read_text())["rows"]


@pytest.mark.parametrize("line", CASES)
def test_a_call_warns_as_in_torch(line, monkeypatch):
    monkeypatch.setattr(deprecations, "_said", set())
    assert said(compat, line) == ROWS[line]
