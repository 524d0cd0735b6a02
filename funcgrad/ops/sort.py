"""Sorting: sort, argsort, both at once, the k largest, and searchsorted.

Invariant: NaN counts as the largest number, as in NumPy, jax and torch; equal elements keep their order where an order
of theirs is seen (in indices with `stable`, and always in derivatives).
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .index import add_along, grids, take_along
from .shape import batched, zeros

INTP = np.dtype(np.intp)
AXIS = {"0-d": "it runs along an axis; the faces reshape"}


def reversed_along(x, axis):
    return x[(slice(None),) * axis + (slice(None, None, -1),)]


def ordered(x, axis, stable, descending):
    """The permutation along `axis` that sorts x. Descending sorts the reversed array and reads it backwards: stable."""
    if descending:
        return x.shape[axis] - 1 - reversed_along(ordered(reversed_along(x, axis), axis, stable, False), axis)
    if not stable:
        return np.argsort(x, axis)
    if x.shape[axis] > 1000:  # where no two are equal any order is the stable one: up to 15 times as fast
        at = np.argsort(x, axis)
        values = np.moveaxis(np.take_along_axis(x, at, axis), axis, 0)
        if (values[1:] > values[:-1]).all():
            return at
    return np.argsort(x, axis, "stable")


def largest(x, k):
    """Indices of the k largest along the last axis, largest first; of equal ones the first come first."""
    n, last = x.shape[-1], x.ndim - 1
    if not 1 <= k < n / 16 or n < 200 or x.dtype.kind not in "iuf" or not x.size or np.isnan(x).any():
        return ordered(x, last, True, True)[..., :k]
    bound = np.partition(x, n - k, axis=-1)[..., n - k, None]
    over, at = x > bound, x == bound
    room = k - np.count_nonzero(over, axis=-1, keepdims=True)
    chosen = np.nonzero(over | (at & (np.cumsum(at, axis=-1) <= room)))[-1].reshape(*x.shape[:-1], k)
    values = np.take_along_axis(x, chosen, -1)
    return np.take_along_axis(chosen, ordered(values, last, True, True), -1)


def permuted_back(ct, x, order, axis):
    """The cotangent of x where the result is x picked along `axis` in this order."""
    return add_along(zeros(shape_of(x), dtype_of(ct)), ct, order, axis=axis)


def along(d, axis, **params):
    """`axis` and the other params for a value that has the mapped axis d."""
    return {"axis": axis + (axis >= d), **params}


def sort_samples(rng, order=2, **params):
    x = draw(rng, "real", (3, 4))
    yield from in_kinds(x, axis=1, order=order, **params)
    yield Sample(draw(rng, "real", (3, 2, 2)), axis=0, order=order, **params)
    ties = np.array([2.0, 1.0, 2.0, 0.0, 1.0, 2.0])
    yield Sample(ties, kind="kink", order=min(order, 1), axis=0, **params)
    yield Sample(np.array([2.0, np.nan, 1.0, np.inf, -np.inf]), kind="nan", order=0, axis=0, **params)
    yield Sample(draw(rng, "real", (3, 1)), kind="size 1", axis=1, order=order, **params)
    yield Sample(draw(rng, "real", (0, 2)), kind="empty", axis=0, order=order, **params)
    yield Sample(draw(rng, "real", (2, 0)), kind="empty", axis=0, order=order, **params)


def both_ways(rng, order=2):
    for descending in (False, True):
        yield from sort_samples(rng, order=order, stable=True, descending=descending)


@define
class argsort:
    """The indices that sort x along `axis`, NaN last (first if descending)."""

    nondiff = "an index is piecewise constant"
    dtypes = "fcib"
    without = AXIS

    def jax(jax, x, *, axis, stable, descending):
        return jax.numpy.argsort(x, axis=axis, stable=True, descending=descending)

    def impl(x, *, axis, stable, descending):
        return ordered(x, axis, stable, descending)

    def aval(x, *, axis, stable, descending):
        return Aval(shape_of(x), INTP)

    def batch(size, xs, ds, *, axis, **params):
        return argsort(xs[0], **along(ds[0], axis, **params)), ds[0]

    def samples(rng):
        return both_ways(rng, order=0)


@define
class sort:
    """x sorted along `axis`, NaN last. Equal elements keep their order in the derivative. Descending: flip it."""

    saves = ((0,),)
    dtypes = "fcib"
    without = AXIS

    def jax(jax, x, *, axis):
        return jax.numpy.sort(x, axis=axis)

    def impl(x, *, axis):
        return np.sort(x, axis)

    def aval(x, *, axis):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds, *, axis):
        return sort(xs[0], **along(ds[0], axis)), ds[0]

    def vjp(ct, out, x, *, need, axis):
        return [permuted_back(ct, x, argsort(x, axis=axis, stable=True, descending=False), axis)]

    def jvp(ts, out, x, *, axis):
        return take_along(ts[0], argsort(x, axis=axis, stable=True, descending=False), axis=axis)

    def samples(rng):
        return sort_samples(rng)


def picking(body):
    """Declare a primitive that returns (values picked from x along `axis`, their indices), from `indices(x, **params)`
    and `length(k, **params)`, the size of the axis of k elements afterwards."""
    indices, length = body.indices, body.length
    del body.indices, body.length

    def impl(x, *, axis, **params):
        at = indices(x, axis, **params)
        return x[tuple(grids(at, axis, x.shape))], at

    def aval(x, *, axis, **params):
        s = shape_of(x)
        s = (*s[:axis], length(s[axis], **params), *s[axis + 1 :])
        return Aval(s, dtype_of(x)), Aval(s, INTP)

    def batch(size, xs, ds, *, axis, **params):
        return prim(xs[0], **along(ds[0], axis, **params)), (ds[0], ds[0])

    def vjp(ct, out, x, *, need, axis, **params):
        return [permuted_back(ct[0], x, out[1], axis)]

    def jvp(ts, out, x, *, axis, **params):
        return take_along(ts[0], out[1], axis=axis), None

    body.impl, body.aval, body.batch, body.vjp, body.jvp = impl, aval, batch, vjp, jvp
    body.multi, body.saves, body.dtypes, body.without = True, (("out1",),), "fcib", AXIS
    prim = define(body)
    return prim


@picking
class sort_with_indices:
    """(x sorted along `axis`, the indices that sort it), NaN last (first if descending)."""

    def jax(jax, x, *, axis, stable, descending):
        at = jax.numpy.argsort(x, axis=axis, stable=True, descending=descending)
        return jax.numpy.take_along_axis(x, at, axis), at

    def indices(x, axis, *, stable, descending):
        return ordered(x, axis, stable, descending)

    def length(k, *, stable, descending):
        return k

    def samples(rng):
        return both_ways(rng)


@picking
class top_k:
    """(the k largest elements of x along `axis`, largest first; their indices). Of equal ones the first come first."""

    def jax(jax, x, *, axis, k):
        at = jax.numpy.argsort(x, axis=axis, stable=True, descending=True)
        at = jax.lax.slice_in_dim(at, 0, k, axis=axis)
        return jax.numpy.take_along_axis(x, at, axis), at

    def indices(x, axis, *, k):
        if axis == x.ndim - 1:
            return largest(x, k)
        return np.moveaxis(largest(np.moveaxis(x, axis, -1), k), -1, axis)

    def length(n, *, k):
        return k

    def samples(rng):
        x = draw(rng, "real", (3, 4))
        yield from in_kinds(x, axis=1, k=2)
        yield Sample(draw(rng, "real", (3, 2, 2)), axis=0, k=1)
        yield Sample(draw(rng, "real", (2, 200)), axis=1, k=2)
        yield Sample(draw(rng, "real", (200, 2)), axis=0, k=3, order=1)
        for k in (0, 3, 4):
            yield Sample(x, axis=1, k=k, order=1)
        yield Sample(np.array([2.0, 1.0, 2.0, 0.0, 1.0, 2.0]), kind="kink", order=1, axis=0, k=4)
        yield Sample(np.tile([2.0, 1.0, 3.0, 3.0, 1.0, 2.0], 40), kind="kink", order=1, axis=0, k=2)
        yield Sample(np.array([2.0, np.nan, 1.0, np.inf, -np.inf]), kind="nan", order=0, axis=0, k=2)
        yield Sample(np.zeros((0, 3)), kind="empty", axis=1, k=2)


@define
class searchsorted:
    """Where each v would stand in a, sorted along its last axis: the count of elements < v (side "left") or <= v.

    a: [*b, n], v: [*b, *s] -> int [*b, *s]; with one axis a serves every v.
    """

    nondiff = "a count is piecewise constant"
    dtypes = "fi"
    without = {"bool": "truth values are not searched", "complex128": "jax searches real numbers"}

    def jax(jax, a, v, *, side):
        find = jax.numpy.searchsorted
        rows = a.reshape(-1, a.shape[-1]) if a.ndim > 1 else None
        if rows is None:
            return find(a, v, side=side).astype("int64")
        values = v.reshape(len(rows), -1) if v.size else v
        if not v.size:
            return jax.numpy.zeros(v.shape, "int64")
        found = [find(r, x, side=side) for r, x in zip(rows, values, strict=True)]
        return jax.numpy.stack(found).reshape(v.shape).astype("int64")

    def impl(a, v, *, side):
        if a.ndim == 1:
            return np.searchsorted(a, v, side)
        out = np.empty(v.shape, np.intp)
        for i in np.ndindex(a.shape[:-1]):
            out[i] = np.searchsorted(a[i], v[i], side)
        return out

    def aval(a, v, *, side):
        return Aval(shape_of(v), INTP)

    def batch(size, xs, ds, *, side):
        a, v = xs
        if ds[0] is None and len(shape_of(a)) == 1:
            return searchsorted(a, v, side=side), ds[1]
        a, v = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return searchsorted(a, v, side=side), 0

    def samples(rng):
        a = np.array([-1.0, 0.0, 0.0, 1.0, 2.0])
        for side in ("left", "right"):
            yield from in_kinds(a, np.array([[0.0, 5.0, -3.0], [0.5, 2.0, -1.0]]), dtypes="fi", side=side)
            yield Sample(np.sort(draw(rng, "real", (2, 3)), 1), draw(rng, "real", (2, 4)), kind="rows", side=side)
        yield Sample(a, np.array(0.5), kind="0-d", side="left")
        yield Sample(a, np.zeros((0, 2)), kind="empty", side="left")
        yield Sample(np.zeros(0), np.array([1.0]), kind="empty", side="left")
