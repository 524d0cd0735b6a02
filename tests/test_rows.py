"""Rows of a scan: what steps compute from rows alone, before the loop (compile/rows.py), as text, against loops in NumPy, and where it is left;
rows of results that are written in place."""

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile import rows
from funcgrad.core.graph_parser import parse

BODY = """
graph(a0: float32[4,5], a1: float32[20,5], a2: float32[20,4], a3: float32[20])
  v0: float32[20,5] = dot_general(a2, a0, dims=(((1,), (0,)), ((), ())))
  v1: float32[20,5] = add(v0, a1)
  v2: float32[20,5] = tanh(v1)
  v3: float32[20] = sin(a3)
  return v2, v3, v2
"""


def test_graphs():
    got = rows.early(parse(BODY), 1, 1, 6)
    assert str(got.rows) == (
        """graph(a0: float32[4,5], a1: float32[6,20,4], a2: float32[6,20])
  v0: float32[6,20,5] = dot_general(a1, a0, dims=(((2,), (0,)), ((), ())))
  v1: float32[6,20] = sin(a2)
  return v0, v1"""
    )
    assert str(got.step) == (
        """graph(a0: float32[4,5], a1: float32[20,5], a2: float32[20,5], a3: float32[20])
  v0: float32[20,5] = add(a2, a1)
  v1: float32[20,5] = tanh(v0)
  return v1, v1"""
    )
    assert (got.kept, got.ys) == ([], [(1, 1)])


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (BODY, 3),  # few steps
        (BODY, 100_000),  # much to keep
        ("graph(a0: float64[], a1: float64[3])\n  v0: float64[3] = mul(a1, a0)\n  return a0, v0\n", 9),  # of the carry
        (
            "graph(a0: float64[], a1: float64[3])\n  v0: float64[] = getitem(a1, idx=(0,))\n  return a0, v0\n",
            9,
        ),  # a view
    ],
)
def test_left(text, length):
    assert rows.early(parse(text), "4,5" in text, 1, length) is None


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("carried", [False, True])
def test_values(reverse, carried):
    w, xs = np.cos(np.arange(35.0)).reshape(5, 7), np.sin(np.arange(150.0)).reshape(6, 5, 5)

    def step(o, c, x):
        y = o.exp(x @ w)
        new = o.tanh(c + y)
        return (new if carried else y * 2.0), (y, o.sum(new, axis=0), x.T @ x)

    def f(xs):
        return fg.lax.scan(lambda c, x: step(fnp, c, x), np.zeros((5, 7)), xs, reverse=reverse)

    c, out = np.zeros((5, 7)), []
    for x in xs[::-1] if reverse else xs:
        c, y = step(np, c, x)
        out.append(y)
    want = (c, *[np.array(v)[:: -1 if reverse else 1] for v in zip(*out, strict=True)])
    for g, v in zip(fg.tree.leaves(fg.jit(f)(xs)), want, strict=True):
        np.testing.assert_allclose(g, v, rtol=1e-12)
        assert g.flags.owndata


def test_draws_and_effects(capsys):
    """Draws from a row of keys are those of each key; what prints prints in its step."""
    keys = fg.random.split(fg.random.key(3), 5)

    def step(c, key):
        x = fg.random.normal(key, (20,))
        fg.debug.print("{}", c)
        return c + 1, x * x

    last, ys = fg.jit(lambda keys: fg.lax.scan(step, 0, keys))(keys)
    assert last == 5 and capsys.readouterr().out.split() == ["0", "1", "2", "3", "4"]
    assert np.array_equal(ys, [fg.random.normal(k, (20,)) ** 2 for k in keys])


def test_map_without_a_carry():
    x = np.arange(40.0).reshape(8, 5)
    assert np.array_equal(fg.jit(lambda x: fg.lax.map(lambda r: r[::-1] * 2 + r, x))(x), x[:, ::-1] * 2 + x)


def test_constant_results():
    """A step may give back an array that stands in its graph, beside what rows and sums give."""
    x, table = np.arange(40.0).reshape(8, 5), np.full((20, 2), 3.0)

    def step(c, r):
        return c + fnp.outer(r, r), (table, fnp.sin(r) * r, np.ones(20))

    last, (tables, ys, ones) = fg.jit(lambda x: fg.lax.scan(step, np.zeros((5, 5)), x))(x)
    np.testing.assert_allclose(last, x.T @ x)
    assert np.array_equal(tables, np.full((8, 20, 2), 3.0)) and np.array_equal(ones, np.ones((8, 20)))
    np.testing.assert_allclose(ys, np.sin(x) * x)


def step(o, c, x):
    """A step whose results are carries, each other, operands and views, among a number that becomes infinite."""
    v, s = c
    w = o.tanh(v + x)
    inverse = o.divide(1.0, s - 2.0)
    return (w, s + 1.0), (w, w, v, x, o.stack([w, x]), w[::-1], inverse, o.where(w > 0, w, 0.0), w * inverse)


@pytest.mark.parametrize("reverse", [False, True])
def test_rows_are_written_in_place(reverse):
    """Rows that are results of a step, more than once or carries beside: as a loop of NumPy's makes them, each array its own."""
    xs = np.arange(100.0).reshape(5, 20) / 10 - 6
    carry, rows = (np.ones(20), np.float64(0.0)), []
    with np.errstate(divide="ignore"):
        for x in xs[::-1] if reverse else xs:
            carry, out = step(np, carry, x)
            rows.append(out)
    want = carry, tuple([np.array(r[::-1] if reverse else r) for r in zip(*rows, strict=True)])
    start = np.ones(20), 0.0
    f = fg.jit(lambda xs: fg.lax.scan(lambda c, x: step(fnp, c, x), start, xs, reverse=reverse))
    got = [fg.tree.leaves(f(xs)) for _ in range(2)]
    for a, b in zip(got[1], fg.tree.leaves(want), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    arrays = [a for leaves in got for a in leaves if np.ndim(a)]
    assert not any([np.shares_memory(a, b) for i, a in enumerate(arrays) for b in [*arrays[:i], xs]])
