"""torch.func: the programs of func_cases.py print what torch prints, texts of errors and of wrapped Tensors included."""

import json
import sys
from pathlib import Path

import pytest

import compat as torch

EXPECTED = Path(__file__).parents[1] / "expected"
sys.path.insert(0, str(EXPECTED))
from func_cases import PROGRAMS, outcome  # noqa: E402

PRINTED = json.loads((EXPECTED / "func.json").read_text())["programs"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_prints_what_torch_prints(name):
    assert outcome(torch, name, PROGRAMS[name]) == PRINTED[name]
