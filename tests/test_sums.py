"""Carries of a scan that only add up, added up after the loop (compile/sums.py): as text, against loops in NumPy, and where they are left."""

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile import sums
from funcgrad.core.graph_parser import parse

BODY = """
graph(a0: float32[20,5], a1: float32[4,5], a2: float32[5], a3: float32[20,4])
  v0: float32[20,5] = sin(a0)
  v1: float32[4,5] = dot_general(a3, v0, dims=(((0,), (0,)), ((), ())))
  v2: float32[4,5] = add(a1, v1)
  v3: float32[5] = sum(v0, axes=(0,))
  v4: float32[5] = add(v3, a2)
  return v0, v2, v4
"""


def test_graphs():
    got = sums.sums(parse(BODY), 0, 3, 6)
    assert str(got.step) == (
        """graph(a0: float32[20,5], a1: float32[20,4])
  v0: float32[20,5] = sin(a0)
  return v0, v0"""
    )
    assert str(got.after) == (
        """graph(a0: float32[4,5], a1: float32[5], a2: float32[6,20,4], a3: float32[6,20,5])
  v0: float32[4,5] = dot_general(a2, a3, dims=(((0, 1), (0, 1)), ((), ())))
  v1: float32[4,5] = add(a0, v0)
  v2: float32[5] = sum(a3, axes=(0, 1))
  v3: float32[5] = add(a1, v2)
  return v1, v3"""
    )
    assert (got.numbers, got.rows) == ([1, 2], [3])


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (BODY, 3),  # few steps
        (BODY, 100_000),  # much to stack
        (BODY.replace("return v0, v2, v4", "return a0, v2, v2"), 6),  # the sum is read in the step
        (BODY.replace("(a3, v0, dims", "(a3, a0, dims").replace("sum(v0", "sum(a0"), 6),  # of the carry itself
    ],
)
def test_left(text, length):
    assert sums.sums(parse(text), 0, 3, length) is None


@pytest.mark.parametrize("reverse", [False, True])
def test_values(reverse):
    xs = np.sin(np.arange(360.0)).reshape(6, 12, 5)

    def step(o, c, x):
        h, total, sizes, passed = c
        h = o.tanh(h + x)
        return (h, total + h.T @ x, o.sum(h * h, axis=0) + sizes, passed + x.T @ x), h[0]

    start = xs[0] * 0.1, np.ones((5, 5)), np.arange(5.0), np.eye(5)
    last, ys = fg.jit(lambda xs: fg.lax.scan(lambda c, x: step(fnp, c, x), start, xs, reverse=reverse))(xs)
    want, rows = start, []
    for x in xs[::-1] if reverse else xs:
        want, y = step(np, want, x)
        rows.append(y)
    for g, w in zip(last, want, strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12)
        assert g.flags.owndata
    np.testing.assert_allclose(ys, rows[:: -1 if reverse else 1], rtol=1e-12)


def test_gradient_of_weights():
    """Of a recurrent network: each entry by central differences, and under another grad by those of the gradient."""
    xs = np.cos(np.arange(120.0)).reshape(6, 4, 5)

    def loss(w):
        return fnp.sum(fg.lax.scan(lambda h, x: (fnp.tanh(h @ w + x), None), np.zeros((4, 5)), xs)[0] ** 2)

    w, h = np.sin(np.arange(25.0)).reshape(5, 5) * 0.5, 1e-5
    slope = fg.jit(fg.grad(loss))
    found = [(loss(w + h * e) - loss(w - h * e)) / (2 * h) for e in np.eye(25).reshape(25, 5, 5)]
    np.testing.assert_allclose(slope(w).ravel(), found, rtol=1e-7, atol=1e-8)
    product = fg.jit(lambda v: fg.grad(lambda w: fnp.sum(fg.grad(loss)(w) * v))(w))(w)
    np.testing.assert_allclose(product, (slope(w + h * w) - slope(w - h * w)) / (2 * h), rtol=1e-6, atol=1e-7)
