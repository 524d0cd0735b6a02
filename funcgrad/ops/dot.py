"""dot_general: contraction over some axes, batching over others. Every product of matrices and einsum is made of it."""

import functools
from math import prod

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ._few_rows import LARGE, SMALL, product
from .shape import fit, front, inverse_permutation, transpose


def free_axes(n, *used):
    return tuple(i for i in range(n) if not any(i in u for u in used))


def _product(shape, axes):
    k = 1
    for a in axes:
        k *= shape[a]
    return k


@functools.lru_cache(maxsize=1024)
def _arranged(nx, ny, dims):
    """The free axes of both operands, and the order of all their axes that makes them stacks of matrices (None: they are)."""
    (xc, yc), (xb, yb) = dims
    xf, yf = free_axes(nx, xc, xb), free_axes(ny, yc, yb)
    left, right = (*xb, *xf, *xc), (*yb, *yc, *yf)
    return xf, yf, None if left == tuple(range(nx)) else left, None if right == tuple(range(ny)) else right


def _for_blas(x):
    """A stack of matrices, copied if BLAS cannot take their strides, since NumPy then multiplies number by number."""
    *_, m, n = x.shape
    *_, by_row, by_column = x.strides
    size = x.itemsize
    if (by_column == size and by_row >= n * size) or (by_row == size and by_column >= m * size):
        return x
    return np.ascontiguousarray(x)


def stacks_of_matrices(x, y):
    return np.matmul(_for_blas(x), _for_blas(y))


@functools.lru_cache(maxsize=1024)
def _transposed(nx, ny, dims, side):
    """(dims, perm, does the partner stand on the left?) of the product that gives one operand's cotangent; perm None where the axes come out in
    order. It lies as torch's does: the left operand's axes as (batch, free, contracted), the right one's as (batch, contracted, free); but in
    their own order where the product has taken a matrix turned, as a product with a matrix does in its rules."""
    (xc, yc), (xb, yb) = dims
    k = len(xc)
    turned = not xb and ny > k and (yc == tuple(range(ny - k, ny)) if side else xc == tuple(range(k)))
    if side:
        nx, ny, xc, yc, xb, yb = ny, nx, yc, xc, yb, xb  # now: the cotangent of x, its partner y
    xf, yf = free_axes(nx, xc, xb), free_axes(ny, yc, yb)
    nb = len(xb)
    at = nb if side else nb + len(xf)
    of_ct, contracted = tuple(range(at, at + len(yf))), tuple([xc[yc.index(c)] for c in sorted(yc)])
    if bool(side) is turned:
        new, order, swapped = ((of_ct, yf), (tuple(range(nb)), yb)), (*xb, *xf, *contracted), False
    else:
        new, order, swapped = ((yf, of_ct), (yb, tuple(range(nb)))), (*xb, *contracted, *xf), True
    return new, None if order == tuple(range(nx)) else inverse_permutation(order), swapped


@functools.lru_cache(maxsize=1024)
def _mapped(dims, left, right):
    """dims where the left, or the right, operand has a mapped axis in front."""
    (xc, yc), (xb, yb) = dims
    lead = (0,) if left and right else ()
    xc, xb = (tuple([a + left for a in axes]) for axes in (xc, xb))
    yc, yb = (tuple([a + right for a in axes]) for axes in (yc, yb))
    return (xc, yc), (lead + xb, lead + yb)


def _dot_transpose(ct, x, y, dims, side):
    """The cotangent of one operand: contract ct with the other operand over the axes that operand kept."""
    new, perm, swapped = _transposed(len(shape_of(x)), len(shape_of(y)), dims, side)
    other = x if side else y
    g = dot_general(other, ct, dims=new) if swapped else dot_general(ct, other, dims=new)
    return fit(g if perm is None else transpose(g, perm=perm), y if side else x)


def _dot_pull(n, ct, cts, owned):
    """The transposes below; written out for matrices of one dtype, and stacks of them by one, which most of small programs' time goes to
    (the right one may be multiplied by its rows, as the weight of a linear layer is)."""
    plan = n.plan
    need = plan.need
    if need == 3:
        x, y = n.saved
    elif need == 1:
        x, (y,) = n.avals[0], n.saved
    else:
        (x,), y = n.saved, n.avals[1]
    dtype = ct.dtype
    (xc, yc), (xb, yb) = n.params["dims"]
    if xb and dtype is x.dtype is y.dtype:
        k = x.ndim - 2
        if (
            xb == yb == tuple(range(k)) and xc == (k + 1,) and yc == (k,) and y.ndim == k + 2
        ):  # (two stacks of matrices)
            for p, i in zip(n.ins, plan.operands, strict=True):
                g = (
                    np.matmul(_for_blas(x.swapaxes(k, k + 1)), _for_blas(ct))
                    if i
                    else np.matmul(_for_blas(ct), _for_blas(y.swapaxes(k, k + 1)))
                )
                c = cts.get(p)
                cts[p] = g if c is None else c + g
            return
    if len(y.shape) == 1 and len(x.shape) == 2 and xc == (1,) and yc == (0,) and dtype is x.dtype is y.dtype:
        if need & 1:  # (a matrix by a vector)
            p = n.ins[0]
            g = np.multiply.outer(ct, y)
            c = cts.get(p)
            cts[p] = g if c is None else c + g
        if need & 2:
            p = n.ins[-1]
            g = x.T.dot(ct)
            c = cts.get(p)
            cts[p] = g if c is None else c + g
        return
    if (
        xb
        or len(y.shape) != 2
        or len(x.shape) < 2
        or xc != (len(x.shape) - 1,)
        or yc != (0,)
        and yc != (1,)
        or not dtype is x.dtype is y.dtype
        or not ct.size
    ):
        return plan.ruled(n, ct, cts, owned)
    shape = x.shape
    if len(shape) > 2:  # (a stack of matrices, by one: all rows are of one matrix)
        ct = ct.reshape(-1, ct.shape[-1])
        x = x.reshape(len(ct), shape[-1]) if need & 2 else x
    times = np.ndarray.dot if ct.size < SMALL else product
    if need & 1:
        p = n.ins[0]
        g = times(ct, y if yc[0] else y.T)
        g = g if len(shape) == 2 else g.reshape(shape)
        c = cts.get(p)
        cts[p] = g if c is None else c + g
    if need & 2:
        p = n.ins[-1]
        g = times(ct.T, x) if yc[0] else times(x.T, ct)
        c = cts.get(p)
        cts[p] = g if c is None else c + g


@define
class dot_general:
    """sum over contracted axes; dims = ((x_contract, y_contract), (x_batch, y_batch)); result (batch, x_free, y_free)."""

    bilinear = (0, 1)
    saves = ((1,), (0,))

    def jax(jax, x, y, *, dims):
        return jax.lax.dot_general(x, y, dims)

    def samples(rng):
        def case(left, right, contract, batch=((), ()), kind="plain", order=2):
            return Sample(
                draw(rng, "real", left), draw(rng, "real", right), dims=(contract, batch), kind=kind, order=order
            )

        yield from in_kinds(draw(rng, "real", (2, 3)), draw(rng, "real", (3, 4)), dims=(((1,), (0,)), ((), ())))
        yield case((3, 2), (4, 3), ((0,), (1,)))
        yield case((3,), (3,), ((0,), (0,)))
        yield case((2, 3), (3,), ((1,), (0,)))
        yield case((3,), (2, 4, 3), ((0,), (2,)))
        yield case((2, 3, 4), (4, 2), ((2,), (0,)))
        yield case((2, 3, 4), (4, 3, 5), ((1, 2), (1, 0)))
        yield case((2, 3, 4), (2, 4, 5), ((2,), (1,)), ((0,), (0,)))
        yield case((3, 5, 2, 4), (2, 5, 3), ((1,), (1,)), ((0, 2), (2, 0)))
        yield case((2, 1), (1, 3), ((1,), (0,)), order=1)
        yield case((2,), (3,), ((), ()))
        yield case((), (3,), ((), ()), kind="0-d")
        yield case((), (), ((), ()), kind="0-d")
        yield case((2, 0), (0, 3), ((1,), (0,)), kind="empty")
        yield case((0, 2), (2, 3), ((1,), (0,)), kind="empty")
        x, y = draw(rng, "real", (2, 3), np.float32), draw(rng, "real", (3, 4))
        yield Sample(x, y, dims=(((1,), (0,)), ((), ())), kind="mixed", order=1)
        yield Sample(x, y.astype(np.complex64), dims=(((1,), (0,)), ((), ())), kind="mixed", order=1)
        yield Sample(x.astype(np.int32), y, dims=(((1,), (0,)), ((), ())), kind="mixed", order=1)

    pull = _dot_pull

    def impl(x, y, *, dims):
        (xc, yc), (xb, yb) = dims
        nx, ny = x.ndim, y.ndim
        if not xb and len(xc) == 1:
            if nx == 2 and ny == 2:
                times = (
                    np.ndarray.dot if y.size < LARGE else product
                )  # (dot: half the time of matmul on small matrices)
                return times(x if xc[0] else x.T, y.T if yc[0] else y)
            if ny == 2 and xc[0] == nx - 1 > 1 and x.size:  # (a stack of matrices by one is a matrix of all rows by it)
                y = y.T if yc[0] else y
                times = np.ndarray.dot if y.size < LARGE else product
                return times(x.reshape(-1, x.shape[-1]), y).reshape(*x.shape[:-1], y.shape[1])
            if nx == 1 or ny == 1:
                return (
                    np.tensordot(x, y, (xc, yc))
                    if nx > 2 or ny > 2
                    else np.dot(x if nx == 1 or xc[0] else x.T, y.T if yc[0] else y)
                )
        xf, yf, left, right = _arranged(nx, ny, dims)
        x = x if left is None else x.transpose(left)
        y = y if right is None else y.transpose(right)
        if xb and len(xf) == len(yf) == len(xc) == 1:
            return stacks_of_matrices(x, y)
        s, r, nb = x.shape, y.shape, len(xb)
        rows, columns = s[: nb + len(xf)], r[nb + len(xc) :]
        b, m, k, n = prod(s[:nb]), prod(rows[nb:]), prod(r[nb : nb + len(xc)]), prod(columns)
        return np.matmul(x.reshape(b, m, k), y.reshape(b, k, n)).reshape(rows + columns)

    def numpy(w, out, x, y, *, dims):
        """Matrices go to `dot` with the memory of the result; stacks of them to `matmul`, copied only where an axis is made
        of several that do not lie together."""
        (xc, yc), (xb, yb) = dims
        s, r = x.aval.shape, y.aval.shape
        if x.aval.dtype != y.aval.dtype or not s or not r:
            return None
        xf, yf = free_axes(len(s), xc, xb), free_axes(len(r), yc, yb)
        shape = (*[s[a] for a in xb], *[s[a] for a in xf], *[r[a] for a in yf])
        if not xb and len(xc) == 1 and len(s) <= 2 and len(r) <= 2:
            left = x if len(s) == 1 or xc[0] else w.moved(x, (1, 0))
            right = w.moved(y, (1, 0)) if yc[0] else y
            if len(s) == len(r) == 2:
                return w.product(left, right, ("C" if xc[0] else "F") + ("F" if yc[0] else "C"), out)
            return w.call(np.dot, "dot", [left, right], out)
        outer = _product(s, xc) == 1  # (a product of columns and rows: `multiply` takes a third of the time)
        kind = (np.multiply, "multiply") if outer else (np.matmul, "matmul") if xb else (np.dot, "dot")
        if xb and len(xf) == len(yf) == len(xc) == 1:
            return w.call(*kind, [w.moved(x, (*xb, *xf, *xc)), w.moved(y, (*yb, *yc, *yf))], out)
        b, m, k, n = _product(s, xb), _product(s, xf), _product(s, xc), _product(r, yf)
        stack = (b,) if xb else ()
        left = w.moved(x, (*xb, *xf, *xc), (*stack, m, k))
        right = w.moved(y, (*yb, *yc, *yf), (*stack, k, n))
        if not shape:
            return f"{w.call(*kind, [left, right])}[0, 0]"
        out = w.memory(out, Aval(shape, x.aval.dtype))
        w.line(w.call(*kind, [left, right], w.out_view(out, (*stack, m, n))))
        return out

    def aval(x, y, *, dims):
        (xc, yc), (xb, yb) = dims
        s, r = shape_of(x), shape_of(y)
        xf, yf = free_axes(len(s), xc, xb), free_axes(len(r), yc, yb)
        shape = (*[s[a] for a in xb], *[s[a] for a in xf], *[r[a] for a in yf])
        return Aval(shape, np.result_type(dtype_of(x), dtype_of(y)))

    def batch(size, xs, ds, *, dims):
        dx, dy = ds
        x, y = xs
        if dx:
            x = front(x, dx)
        if dy:
            y = front(y, dy)
        out = dot_general(x, y, dims=_mapped(dims, dx is not None, dy is not None))
        (_, yc), (xb, yb) = dims
        if dx is None:
            return out, len(shape_of(out)) - len(free_axes(len(shape_of(y)) - 1, yc, yb)) - 1
        return out, len(xb) if dy is None else 0

    transpose = (
        lambda ct, x, y, *, dims: _dot_transpose(ct, x, y, dims, 0),
        lambda ct, x, y, *, dims: _dot_transpose(ct, x, y, dims, 1),
    )
