"""torch.func: the programs of func_cases.py print what torch prints, texts of errors and of wrapped Tensors included."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import compat as torch
import funcgrad as fg

EXPECTED = Path(__file__).parents[1] / "expected"
sys.path.insert(0, str(EXPECTED))
from func_cases import PROGRAMS, outcome  # noqa: E402

PRINTED = json.loads((EXPECTED / "func.json").read_text())["programs"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_prints_what_torch_prints(name):
    assert outcome(torch, name, PROGRAMS[name]) == PRINTED[name]


def test_each_argument_has_a_gradient_of_its_own_kind():
    """A Record whose arguments are a Tensor and an array, inside another one."""
    x, t = np.array([1.0, 2.0]), torch.tensor([1.0, 2.0])
    of_array, of_tensor = fg.grad(lambda a, b: (b * b).sum(), argnums=(0, 1))(x, t)
    assert type(of_array) is np.ndarray and type(of_tensor) is torch.Tensor
    assert of_tensor.tolist() == [2.0, 4.0] and of_array.tolist() == [0.0, 0.0]
    assert fg.grad(lambda a: a * fg.grad(lambda b: a + b)(2.0))(1.0) == 1.0
    inner = fg.grad(lambda a: np.sum(a * fg.grad(lambda b: (b * 3).sum())(t).numpy()))(x)
    assert type(inner) is np.ndarray and inner.tolist() == [3.0, 3.0]
