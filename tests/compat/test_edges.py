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


def test_a_write_of_a_view_onto_itself_counts():
    """`z[0] += 1` is two changes, of the view and then of z itself: torch 2.13's version counts, and its error on a leaf."""
    z = compat.zeros(3)
    counts = []
    z[0] += 1
    counts.append(z._version)
    z[0] = z[0]
    counts.append(z._version)
    z[1:] *= 2
    counts.append(z._version)
    assert counts == [2, 3, 5]
    w = compat.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable that requires grad is being used"):
        w[0] = w[0]
    y = w * 1
    s = y.sin()
    y[0] = y[0]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        s.sum().backward()


def test_what_is_like_a_transposed_tensor_is_drawn_in_the_order_of_its_memory():
    """Strides and figures of torch 2.13."""
    t = compat.ones(3, 2).t()
    compat.manual_seed(0)
    assert compat.randint_like(t, 100).tolist() == [[44.0, 33.0, 63.0], [39.0, 60.0, 79.0]]
    compat.manual_seed(0)
    drawn = compat.rand_like(t)
    np.testing.assert_allclose(
        drawn, [[0.49625659, 0.08847743, 0.30742282], [0.76822180, 0.13203049, 0.63407868]], rtol=1e-6
    )
    assert drawn.stride() == (1, 2)
    compat.manual_seed(0)
    row = compat.randn_like(compat.ones(8, 2).t())[0, :4]
    np.testing.assert_allclose(row, [1.54099607, -2.17878938, -1.08452237, 0.40334684], rtol=1e-6)
    assert compat.zeros_like(compat.ones(3, 2).expand(2, 3, 2)).stride() == (6, 2, 1)
    assert compat.zeros_like(t.expand(2, 2, 3)).stride() == (6, 1, 2)


def test_more_dimensions_than_numpy_has_are_refused():
    """65 dimensions: an error that says the bound (a reshape used to call itself for ever)."""
    for f in (
        lambda: compat.ones(1).reshape(65 * (1,)),
        lambda: compat.ones(1).reshape([1] * 65),
        lambda: compat.zeros(65 * (1,)),
    ):
        with pytest.raises(ValueError, match="64"):
            f()
    assert compat.ones(1).reshape(64 * (1,)).dim() == 64


def test_a_wrapper_without_memory_lives_by_its_own_torch_function():
    with pytest.warns(UserWarning, match="no __torch_dispatch__ yet"):

        class Wrapper(compat.Tensor):
            @staticmethod
            def __new__(cls, inner):
                return compat.Tensor._make_wrapper_subclass(
                    cls, inner.size(), dtype=inner.dtype, requires_grad=inner.requires_grad
                )

            def __init__(self, inner):
                self.inner = inner

            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                args = [a.inner if isinstance(a, Wrapper) else a for a in args]
                got = func(*args, **(kwargs or {}))
                return Wrapper(got) if isinstance(got, compat.Tensor) else got

            @classmethod
            def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
                return NotImplemented

    try:
        w = Wrapper(compat.ones(2, 3, dtype=compat.float64))
        assert (type(w + 1), (w + 1).inner.tolist()) == (Wrapper, [[2.0] * 3] * 2)
        assert (w.shape, w.dtype, w.requires_grad, (w @ compat.ones(3, 1).double()).inner.tolist()) == (
            (2, 3),
            compat.float64,
            False,
            [[3.0], [3.0]],
        )
        with compat._C.DisableTorchFunctionSubclass(), pytest.raises(NotImplementedError, match="no data"):
            w.tolist()
    finally:
        compat.overrides.unwatch()
