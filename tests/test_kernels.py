"""The NumPy loops behind indexing, sorting and running operations: each fast road against the plain one it stands for.

test_primitives.py asks jax about small arrays; here are the sizes, strides and ties at which the roads part.
"""

import json
import pathlib

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.ops.cross_entropy import _with_logits, _with_logits_torch
from funcgrad.ops.cumulative import recur, recur_in_blocks
from funcgrad.ops.rows import combine_at, set_at, sorted_order
from funcgrad.ops.sort import largest, ordered

TIES = json.loads((pathlib.Path(__file__).parent / "expected" / "ties.json").read_text())["cases"]


def layouts(x):
    """The same values in C order, in Fortran order, and behind negative strides."""
    flip = (slice(None, None, -1),) * x.ndim
    return [x, np.asarray(x, order="F"), np.array(x[flip], order="C")[flip] if x.ndim else x]


def one_by_one(ufunc, mem, indices, v):
    """What a write means: entry after entry, in C order."""
    adv = np.broadcast_shapes(*[i.shape for i in indices])
    indices = np.broadcast_arrays(*indices)
    v = np.broadcast_to(v, adv + mem.shape[len(indices) :])
    for e in np.ndindex(adv):
        at = tuple(i[e] for i in indices)
        mem[at] = v[e] if ufunc is None else ufunc(mem[at], v[e])
    return mem


def random_write(rng, row):
    """(memory, index arrays that broadcast, values that broadcast): few places, so that many repeat."""
    k = int(rng.integers(1, 4))
    size = 40 if k == 1 and rng.random() < 0.3 else 2
    shape = tuple(rng.integers(1, 5, rng.integers(0, 4)))
    indices = []
    for _ in range(k):
        own = tuple(n if rng.random() < 0.6 else 1 for n in shape)[rng.integers(0, len(shape) + 1) :]
        i = layouts(rng.integers(-size, size, own))[rng.integers(3)]
        indices.append(i.astype(np.int32) if rng.random() < 0.2 else i)
    rest = (row,) if row else tuple(rng.integers(1, 3, rng.integers(0, 2)))
    values = np.broadcast_shapes(*[i.shape for i in indices]) + rest
    values = values[rng.integers(0, len(values) + 1) :] if rng.random() < 0.4 else values
    return rng.random((size,) * k + rest) + 0.5, indices, rng.random(values) + 0.5


@pytest.mark.parametrize("ufunc", [None, np.add, np.multiply, np.maximum], ids=lambda f: f.__name__ if f else "set")
@pytest.mark.parametrize("row", [0, 300])
def test_writes(ufunc, row):
    """Every layout of memory, index arrays and values gives what writing one entry after the other gives."""
    rng = np.random.default_rng(7)
    for _ in range(150 if row else 400):
        start, indices, v = random_write(rng, row)
        want = one_by_one(ufunc, start.copy(), indices, v)
        for values in layouts(v):
            for mem in (start.copy(), np.array(start, order="F"), np.repeat(start, 2, 0)[::2]):
                set_at(mem, indices, values) if ufunc is None else combine_at(ufunc, mem, indices, values)
                np.testing.assert_allclose(mem, want, rtol=1e-13)


@pytest.mark.parametrize("places", [1, 7, 90])
def test_long_rows_in_rounds(places):
    """Many entries for few rows: bit for bit what one after the other gives, in that order."""
    rng = np.random.default_rng(places)
    mem, at, v = rng.normal(size=(100, 300)), rng.integers(0, places, 400), rng.normal(size=(400, 300))
    want = one_by_one(np.add, mem.copy(), [at], v)
    combine_at(np.add, mem, [at], v)
    np.testing.assert_array_equal(mem, want)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum], ids=lambda f: f.__name__)
def test_many_rows_in_rounds(dtype, ufunc):
    """Rows named as words are, a few of them by most; values of their own, and stretched over the last index axis: the bits of one after the other."""
    rng = np.random.default_rng(3)
    at = np.minimum(rng.zipf(1.3, (64, 50)) - 1, 299)
    for shape in ((64, 50, 20), (64, 1, 20), (1, 50, 20), (1, 1, 20)):
        mem, v = rng.normal(size=(300, 20)).astype(dtype), 1 + rng.normal(size=shape).astype(dtype) / 100
        v = np.broadcast_to(v, (64, 50, 20))
        want = one_by_one(ufunc, mem.copy(), [at], v)
        combine_at(ufunc, mem, [at], v)
        np.testing.assert_array_equal(mem, want)


def test_order_of_large_numbers():
    """Numbers of more than 16 and 32 bits are sorted stably, 16 bits at a time."""
    rng = np.random.default_rng(5)
    for rows in (1 << 16, (1 << 16) + 1, 1 << 20, 1 << 40):
        flat = rng.integers(0, rows, 2000) // 3 * 3 % rows
        flat[::7] = flat[0]
        assert np.array_equal(sorted_order(flat, rows), np.argsort(flat, kind="stable"))


def test_writes_refuse_what_is_out_of_bounds():
    """An index beyond its axis raises, although a row number made of it might exist."""
    mem = np.zeros((3, 4))
    for write in (set_at, lambda *a: combine_at(np.add, *a)):
        with pytest.raises(IndexError, match="index 4 is out of bounds for an axis of size 4"):
            write(mem, [np.array([0, 1]), np.array([4, 0])], np.ones(2))
    assert not mem.any()


@pytest.mark.parametrize("n", [5, 300, 1500])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8", "bool"])
def test_orders(n, dtype):
    """The order is the stable one in both directions, NaN largest, and the k largest are its beginning."""
    rng = np.random.default_rng(n)
    for top in (2, n, 10**6):
        x = rng.integers(0, min(top, 2 if dtype == "bool" else 255 if dtype == "uint8" else top), (2, n)).astype(dtype)
        if x.dtype.kind == "f" and top == n:
            x[rng.random(x.shape) < 0.05] = np.nan
        assert np.array_equal(ordered(x, 1, True, False), np.argsort(x, 1, kind="stable"))
        keys = np.where(np.isnan(x), -np.inf, -x.astype(float))
        down = np.argsort(keys, 1, kind="stable")
        assert np.array_equal(ordered(x, 1, True, True), down)
        assert np.array_equal(ordered(x.T, 0, True, True), down.T)
        for k in (0, 1, 3, n // 3, n):
            assert np.array_equal(largest(x, k), down[:, :k])


@pytest.mark.parametrize("bound", [0.5, 1.5, 30.0])
@pytest.mark.parametrize("shape", [(2,), (401,), (1200, 3), (500, 30), (30, 500)])
def test_recurrences(shape, bound):
    """Blocks and columns give what the loop gives; products that overflow over a block are taken in order."""
    rng = np.random.default_rng(3)
    a, b = rng.uniform(-bound, bound, shape), rng.normal(size=shape)
    a[rng.random(shape) < 0.02] = 0
    want = b.copy()
    for k in range(1, len(b)):
        want[k] += a[k] * want[k - 1]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(recur(a, b), want, rtol=1e-9, atol=1e-9)


def test_recurrence_with_a_zero_before_an_overflow():
    """A product over a block is inf, and inf * 0 is nan: blocks must see that and step aside."""
    a, b = np.full(2500 * 2, 1e20), np.zeros(2500 * 2)
    b[-1] = 1.0
    with np.errstate(all="ignore"):
        assert recur_in_blocks(a, b) is None
        assert np.array_equal(recur(a, b), b)


@pytest.mark.parametrize("case", TIES, ids=lambda c: f"{c['name']}-{len(c['x'])}")
def test_ties_as_torch_has_them(case):
    """With kink="torch" a running extreme gives everything to the newest; whole extremes split evenly in both."""
    prim = P[case["name"]]
    running = case["name"].startswith("cum")
    params = {"axis": 0, "reverse": False, "kink": "torch"} if running else {"axes": (0,)}
    weights = np.arange(1.0, len(case["x"]) + 1) if running else 1.0
    got = fg.vjp(lambda x: prim(x, **params), np.array(case["x"]))[1](weights)[0]
    np.testing.assert_allclose(got, case["gradient"])


@pytest.mark.parametrize("f", ["prod", "cumprod"])
def test_products_at_zeros_to_third_order(f):
    """x0 x1 x2 x3 at (0, 2, 0, 3): only what lacks both zeros survives."""
    params = {"axes": (0,)} if f == "prod" else {"axis": 0, "reverse": False}
    x = np.array([0.0, 2.0, 0.0, 3.0])

    def last(x):
        out = P[f](x, **params)
        return out if f == "prod" else out[3]

    assert not fg.grad(last)(x).any()
    want = np.zeros((4, 4))
    want[0, 2] = want[2, 0] = 6.0
    np.testing.assert_allclose(fg.hessian(last)(x), want)
    third = np.zeros((4, 4, 4))
    for i, j, k in [(0, 2, 1), (0, 2, 3)]:
        for p in ((i, j, k), (i, k, j), (j, i, k), (j, k, i), (k, i, j), (k, j, i)):
            third[p] = 3.0 if k == 1 else 2.0
    np.testing.assert_allclose(fg.jacfwd(fg.hessian(last))(x), third)


@pytest.mark.parametrize("dtypes", [("f2", "f2"), ("f4", "f4"), ("f4", "f8"), ("f8", "f4"), ("f2", "f4")])
def test_logits_losses_of_other_or_several_dtypes_take_the_plain_road(dtypes):
    x, y = np.array([0.5, -1.0, 2.0], dtypes[0]), np.array([0.0, 1.0, 0.25], dtypes[1])
    got, expected = _with_logits_torch(x, y), _with_logits(x, y)
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=2e-3 if "f2" in dtypes else 1e-6)
