"""Layers of products as one node: affine and trilinear."""

from math import prod

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ._few_rows import LARGE, SMALL, WORK, laid_out, product
from .dot import dot_general
from .elementwise import add, mul
from .shape import batched, fit, fit_tangent, front, reshape, sum_
from .torch_order import sums_of_columns

# ------------------------------------------------------------------------------------------------ affine
# affine: a linear layer, x @ w.T + b, as one node. compat's `linear` and its recurrent layers are made of it.
#
# Invariant: matrices of one dtype; x may be a stack of them, of which all rows are one matrix. With ct the cotangent:  dx = ct @ w,  dw = ct.T @ x,  db = the sum of ct's rows (or ct
# itself, where b has a row for each of x).
LAST = (((1,), (1,)), ((), ()))  # the last axis of both is summed over
FIRST = (((0,), (0,)), ((), ()))
INNER = (((1,), (0,)), ((), ()))
TO_STACK, OF_STACK = (((1,), (2,)), ((), ())), (((2,), (1,)), ((), ()))  # LAST, where one of both is a stack
STACKS = (((2,), (2,)), ((0,), (0,)))


def rows_of(x):
    """The rows of a stack of matrices as one matrix."""
    *lead, k = shape_of(x)
    return x if len(lead) == 1 else reshape(x, shape=(prod(lead), k))


def of_rows(rows, x):
    """The rows of one matrix in the shape of x."""
    return rows if len(shape_of(x)) == 2 else reshape(rows, shape=shape_of(x))


def _pull(n, ct, cts, owned):
    xs, _ = n.plan.operands_of(n, n.saved)
    times = np.ndarray.dot if ct.size < SMALL else product
    shape = xs[0].shape
    for p, i in zip(n.ins, n.plan.operands, strict=True):
        if i == 0:
            g = times(ct, xs[1])
            g = g if len(shape) == 2 else g.reshape(shape)
        elif i == 1:
            g = times(ct.T, xs[0] if len(shape) == 2 else xs[0].reshape(len(ct), shape[-1]))
        else:
            g = ct if len(n.avals[2].shape) == 2 else sums_of_columns(ct)
        c = cts.get(p)
        cts[p] = g if c is None else c + g


@define
class affine:
    """x [n, k], w [m, k], b [m] or [n, m] -> x @ w.T + b [n, m]; of x [..., k] all rows."""

    saves = ((1,), (0,), ())
    pull = _pull
    without = {
        "0-d": "a linear layer takes matrices",
        "broadcast": "the bias is stretched, nothing else is",
        "int64": "torch.linear refuses integers",
        "bool": "torch.linear refuses truth values",
    }

    def jax(jax, x, w, b):
        return x.reshape(prod(x.shape[:-1]), x.shape[-1]) @ w.T + b

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 2)), draw(rng, "real", (4, 2)), draw(rng, "real", (4,)), dtypes="fc")
        yield Sample(draw(rng, "real", (3, 2)), draw(rng, "real", (4, 2)), draw(rng, "real", (3, 4)))
        yield Sample(draw(rng, "real", (2, 3, 2)), draw(rng, "real", (4, 2)), draw(rng, "real", (4,)))
        yield Sample(draw(rng, "real", (3, 1)), draw(rng, "real", (1, 1)), draw(rng, "real", (1,)), kind="size 1")
        yield Sample(draw(rng, "real", (0, 2)), draw(rng, "real", (3, 2)), draw(rng, "real", (3,)), kind="empty")
        yield Sample(draw(rng, "real", (2, 0)), draw(rng, "real", (3, 0)), draw(rng, "real", (3,)), kind="empty")

    def impl(x, w, b):
        if x.ndim != 2:
            x = x.reshape(prod(x.shape[:-1]), x.shape[-1])
        if w.size >= LARGE:
            out = product(x, w.T)
        elif len(x) * w.size >= WORK and laid_out(len(x), w.shape, w.itemsize):
            out = x.dot(w.T.copy())
        else:
            out = x.dot(w.T)
        out += b
        return out

    def aval(x, w, b):
        return Aval((prod(shape_of(x)[:-1]), shape_of(w)[0]), np.result_type(dtype_of(x), dtype_of(w), dtype_of(b)))

    def numpy(w, out, x, y, b):
        if len(x.aval.shape) != 2:
            return None
        out = w.memory(out, Aval((x.aval.shape[0], y.aval.shape[0]), x.aval.dtype))
        w.line(w.product(x, w.moved(y, (1, 0)), "CF", out))
        return w.call(np.add, "add", [out, b, out])

    def vjp(ct, out, x, w, b, *, need):
        return [
            of_rows(dot_general(ct, w, dims=INNER), x) if need & 1 else None,
            dot_general(ct, rows_of(x), dims=FIRST) if need & 2 else None,
            (ct if len(shape_of(b)) == 2 else sum_(ct, axes=(0,))) if need & 4 else None,
        ]

    def jvp(ts, out, x, w, b):
        dx, dw, db = ts
        total = None if dx is None else dot_general(rows_of(dx), w, dims=LAST)
        if dw is not None:
            of_w = dot_general(rows_of(x), dw, dims=LAST)
            total = of_w if total is None else add(total, of_w)
        if db is None:
            return total
        return fit_tangent(db, out) if total is None else add(total, db)

    def batch(size, xs, ds):
        x, w, b = (v if d is None else front(v, d) for v, d in zip(xs, ds, strict=True))
        dx, dw, db = ds
        s = shape_of(x)
        if len(s) > 2 + (dx is not None):
            lead = () if dx is None else (size,)
            x = reshape(x, shape=(*lead, prod(s[len(lead) : -1]), s[-1]))
        if dx is None:
            out = dot_general(x, w, dims=LAST if dw is None else TO_STACK)
            out = out if dw is None else front(out, 1)
        else:
            out = dot_general(x, w, dims=OF_STACK if dw is None else STACKS)
        if db is not None and len(shape_of(b)) == 2:
            b = reshape(b, shape=(size, 1, shape_of(b)[1]))
        return add(out, b), 0


# ------------------------------------------------------------------------------------------------ trilinear
# trilinear: a product of three, torch's bilinear layer as one node.
#
# Invariant: matrices of one dtype.  out[n, k] = sum_ij x[n, i] w[k, i, j] y[n, j], linear in each of the three.
EACH = (((1,), (1,)), ((0,), (0,)))  # the rows' own products of [n, k] with [n, k, m]


def outer(x, y):
    """[n, i], [n, j] -> [n, i, j]"""
    (n, i), (_, j) = shape_of(x), shape_of(y)
    return mul(reshape(x, shape=(n, i, 1)), reshape(y, shape=(n, 1, j)))


@define
class trilinear:
    """x [n, i], w [k, i, j], y [n, j] -> [n, k]."""

    bilinear = (0, 1, 2)
    dtypes = "fc"
    saves = ((1, 2), (0, 2), (0, 1))
    without = {
        "int64": "its callers have floats",
        "bool": "its callers have floats",
        "0-d": "it takes matrices",
        "broadcast": "nothing is stretched",
    }

    def jax(jax, x, w, y):
        return jax.numpy.einsum("ni,kij,nj->nk", x, w, y)

    def impl(x, w, y):
        return np.matmul(np.moveaxis(np.matmul(x, w), 0, 1), np.asarray(y)[:, :, None])[..., 0]

    def aval(x, w, y):
        return Aval((shape_of(x)[0], shape_of(w)[0]), np.result_type(*map(dtype_of, (x, w, y))))

    transpose = (
        lambda ct, x, w, y: fit(dot_general(ct, dot_general(y, w, dims=(((1,), (2,)), ((), ()))), dims=EACH), x),
        lambda ct, x, w, y: fit(dot_general(ct, outer(x, y), dims=(((0,), (0,)), ((), ()))), w),
        lambda ct, x, w, y: fit(dot_general(ct, dot_general(x, w, dims=(((1,), (1,)), ((), ()))), dims=EACH), y),
    )

    def batch(size, xs, ds):
        x, w, y = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        by_x = dot_general(x, w, dims=(((2,), (2,)), ((0,), (0,))))
        return dot_general(by_x, y, dims=(((3,), (2,)), ((0, 1), (0, 1)))), 0

    def samples(rng):
        yield from in_kinds(*[draw(rng, "real", s) for s in ((4, 3), (2, 3, 2), (4, 2))], dtypes="fc")
        yield Sample(*[draw(rng, "real", s) for s in ((1, 1), (1, 1, 1), (1, 1))], kind="size 1")
        yield Sample(*[draw(rng, "real", s) for s in ((0, 3), (2, 3, 2), (0, 2))], kind="empty")
