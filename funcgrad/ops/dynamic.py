"""Slices whose start is a value: dynamic_slice and dynamic_update_slice, as in lax.

Invariant: a negative start counts from the end, and then the slice is moved so that it fits; nothing is out of bounds.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .elementwise import add, less, where
from .index import INDICES, gather, numbers, scatter_set, tangents
from .kinked import maximum, minimum
from .shape import batched, fit, front, reshape, zeros


def clamped(start, k, n):
    """Where a slice of length n begins on an axis of size k: negative starts count from the end, then it is clamped."""
    s = int(start)
    return min(max(s + k if s < 0 else s, 0), k - n)


def slices(starts, shape, sizes):
    begins = [clamped(s, k, n) for s, k, n in zip(starts, shape, sizes, strict=True)]
    return tuple([slice(b, b + n) for b, n in zip(begins, sizes, strict=True)])


def window(size, starts, ds, shape, sizes):
    """Index arrays of slices with mapped starts: into the samples' axes, and before them that of the samples."""
    r = len(shape)
    out = []
    for a, (s, d, k, n) in enumerate(zip(starts, ds, shape, sizes, strict=True)):
        s = minimum(maximum(where(less(s, 0), add(s, k), s), 0), k - n)
        if d is not None:
            s = reshape(s, shape=(size,) + (1,) * r)
        out.append(add(s, np.arange(n).reshape((n,) + (1,) * (r - 1 - a))))
    return numbers(size, r), out


@define
class dynamic_slice:
    """The block of `sizes` of x that begins at `starts`, one integer an axis; clamped so that it fits, as in lax."""

    variadic = True
    saves = (INDICES,)
    dtypes = "fcib"

    def jax(jax, x, *starts, sizes):
        return jax.lax.dynamic_slice(x, starts, sizes)

    def impl(x, *starts, sizes):
        return np.array(x[slices(starts, x.shape, sizes)])

    def aval(x, *starts, sizes):
        return Aval(tuple(sizes), dtype_of(x))

    def batch(size, xs, ds, *, sizes):
        x, *starts = xs
        if all(d is None for d in ds[1:]):
            return dynamic_slice(front(x, ds[0]), 0, *starts, sizes=(size, *sizes)), 0
        if ds[0] is None:
            return gather(x, *window(size, starts, ds[1:], shape_of(x), sizes)[1]), 0
        x = front(x, ds[0])
        which, at = window(size, starts, ds[1:], shape_of(x)[1:], sizes)
        return gather(x, which, *at), 0

    def vjp(ct, out, x, *starts, need, sizes):
        return [dynamic_update_slice(zeros(shape_of(x), dtype_of(ct)), ct, *starts)] + [None] * len(starts)

    def jvp(ts, out, x, *starts, sizes):
        return None if ts[0] is None else dynamic_slice(ts[0], *starts, sizes=sizes)

    def samples(rng):
        x = draw(rng, "real", (3, 4))
        yield from in_kinds(x, 1, 1, sizes=(2, 2))
        yield Sample(x, np.array(1), np.array(1), sizes=(2, 2))
        for starts in ((0, 3), (-1, -3), (9, 1)):
            yield Sample(x, *map(np.array, starts), kind="clamped", sizes=(2, 2))
        yield Sample(x, np.array(1, np.int32), np.array(0, np.int32), order=1, sizes=(1, 4))
        yield Sample(draw(rng, "real", ()), kind="0-d", sizes=())
        yield Sample(draw(rng, "real", (0, 2)), np.array(0), np.array(1), kind="empty", sizes=(0, 1))
        yield Sample(x, np.array(1), np.array(1), kind="empty", sizes=(0, 2))


@define
class dynamic_update_slice:
    """x with the block u at `starts`, one integer an axis; clamped so that it fits, as in lax."""

    variadic = True
    saves = (INDICES[1:],) * 2
    dtypes = "fcib"

    def jax(jax, x, u, *starts):
        return jax.lax.dynamic_update_slice(x, u, starts)

    def impl(x, u, *starts):
        out = np.array(x)
        out[slices(starts, out.shape, shape_of(u))] = u
        return out

    def into(mem, u, *starts):
        mem[slices(starts, mem.shape, shape_of(u))] = u

    def aval(x, u, *starts):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds):
        x, u, *starts = xs
        x = batched(size, x, ds[0])
        if all(d is None for d in ds[2:]):
            return dynamic_update_slice(x, batched(size, u, ds[1]), 0, *starts), 0
        sizes = shape_of(u) if ds[1] is None else shape_of(front(u, ds[1]))[1:]
        which, at = window(size, starts, ds[2:], shape_of(x)[1:], sizes)
        return scatter_set(x, u if ds[1] is None else front(u, ds[1]), which, *at), 0

    def vjp(ct, out, x, u, *starts, need):
        gx = dynamic_update_slice(ct, zeros(shape_of(u), dtype_of(ct)), *starts) if need & 1 else None
        gu = fit(dynamic_slice(ct, *starts, sizes=shape_of(u)), u) if need & 2 else None
        return [gx, gu, *[None] * len(starts)]

    def jvp(ts, out, x, u, *starts):
        return None if ts[0] is ts[1] is None else dynamic_update_slice(*tangents(ts[:2], x, u), *starts)

    def samples(rng):
        x, u = draw(rng, "real", (3, 4)), draw(rng, "real", (2, 2))
        yield from in_kinds(x, u, 1, 1)
        yield Sample(x, u, np.array(1), np.array(1))
        for starts in ((0, 3), (-1, -3), (9, 1)):
            yield Sample(x, u, *map(np.array, starts), kind="clamped")
        yield Sample(draw(rng, "real", ()), draw(rng, "real", ()), kind="0-d")
        yield Sample(draw(rng, "real", (0, 2)), draw(rng, "real", (0, 1)), np.array(0), np.array(1), kind="empty")
        yield Sample(x, draw(rng, "real", (0, 2)), np.array(1), np.array(1), kind="empty")
