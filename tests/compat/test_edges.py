"""compat at the edges, against what torch 2.13 gave (tests/expected/edges.json): infinities and nan, ends of domains,
NumPy's functions on Tensors, inference mode, views made under no_grad. Results, gradients and errors must be torch's.
"""

import json
import pathlib

import numpy as np
import pytest

import compat
import funcgrad as fg
from tests.compat.test_functions import assert_as_torch

PATH = pathlib.Path(__file__).parents[1] / "expected" / "edges.json"
FAMILIES = json.loads(PATH.read_text(encoding="utf-8"))["families"]
CASES = [(family, code) for family, cases in FAMILIES.items() for code in cases]


@pytest.mark.parametrize("family, code", CASES, ids=[code for _, code in CASES])
def test_as_torch(family, code):
    assert_as_torch(code, FAMILIES[family][code])


def test_inference_mode_of_a_generator_ends_at_each_yield():
    @compat.inference_mode()
    def steps():
        yield compat.ones(1).is_inference()
        yield compat.is_inference_mode_enabled()

    running = steps()
    assert next(running) and not compat.is_inference_mode_enabled() and not compat.ones(1).is_inference()
    assert next(running) and not compat.is_inference_mode_enabled()


def test_inference_mode_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), compat.inference_mode():
        1 / 0  # noqa: B018
    assert not compat.is_inference_mode_enabled() and compat.is_grad_enabled() and not compat.ones(1).is_inference()


MAKERS = pytest.mark.parametrize("make", [compat.tensor, compat.as_tensor, compat.asarray], ids=lambda f: f.__name__)


@MAKERS
def test_a_tensor_of_a_traced_value_stays_traced(make):
    """By hand: the derivative of the sum of squares is 2x."""
    x = np.array([1.0, 2.0, 3.0])
    assert np.array_equal(fg.grad(lambda x: (make(x) ** 2).sum())(x), 2 * x)
    assert np.array_equal(fg.vmap(lambda v: make(v) ** 2)(x), x * x)
    assert float(fg.jvp(lambda x: (make(x) ** 2).sum(), (x,), (np.ones(3),))[1]) == 12.0
    assert float(fg.jit(lambda x: (make(x) ** 2).sum())(x)) == 14.0
    assert fg.grad(lambda x: (make([x, [2.0, x * x]][0]) * 3).sum())(2.0) == 3.0
    assert fg.grad(lambda x: (make([x, 1.0, x * x]) * 3).sum())(2.0) == 15.0


def test_a_number_that_is_traced_becomes_the_default_float():
    seen = []
    fg.grad(lambda x: seen.append(compat.tensor(x).dtype) or x)(2.0)
    fg.grad(lambda x: seen.append(compat.tensor(x, dtype=compat.float64).dtype) or x)(2.0)
    assert seen == [compat.float32, compat.float64]


def test_a_torch_function_of_a_traced_array_says_how_to_make_a_tensor():
    with pytest.raises(TypeError, match=r"must be Tensor, not Array\n\[.*torch.as_tensor\(x\)"):
        fg.grad(lambda x: compat.sin(x).sum())(np.ones(3))


def test_a_tensor_beside_a_traced_array_gives_a_tensor():
    got = fg.grad(lambda x: (compat.ones(3) * x).sum())(np.ones(3))
    assert np.array_equal(got, [1.0, 1.0, 1.0])
