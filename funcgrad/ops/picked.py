"""picked: one element of each line of an array along an axis, and where such elements stand in flat memory."""

from functools import lru_cache
from math import prod

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .index import add_along, take_along
from .shape import batched, reshape, zeros


@lru_cache(256)
def starts(shape, axis, kept=False):
    """Where the lines along an axis of a C-ordered array begin in its memory, as an array of the shape without that axis (`kept`: with a
    length of 1 there)."""
    at = np.arange(prod(shape)).reshape(shape)
    at = np.array(at[(slice(None),) * axis + (slice(0, 1) if kept else 0,)], order="C")
    at.flags.writeable = False
    return at


def flat(k, shape, axis):
    """The flat places of the elements that k, integers from 0 on, number in the lines along an axis."""
    step = prod(shape[axis + 1 :])
    return starts(shape, axis) + (k if step == 1 else k * step)


def kept(k, axis):
    """A number for each line as an index with an axis of length 1."""
    s = shape_of(k)
    return reshape(k, shape=(*s[:axis], 1, *s[axis:]))


@define
class picked:
    """x[..., k, ...]: of each line of x along `axis` the element that k numbers, integers from 0 on in x's shape without that axis."""

    linear = (0,)
    saves = ((1,), ())
    dtypes = "fcib"
    without = {"0-d": "it picks along an axis", "broadcast": "it takes a number for each line"}

    def jax(jax, x, k, *, axis):
        return jax.numpy.take_along_axis(x, jax.numpy.expand_dims(k, axis), axis).squeeze(axis)

    def samples(rng):
        x = draw(rng, "real", (3, 4))
        yield from in_kinds(x, np.array([2, 0, 3]), axis=1)
        yield Sample(x, np.array([2, 0, 2, 1]), axis=0)
        yield Sample(draw(rng, "real", (2, 3, 2)), np.array([[2, 0], [1, 1]]), axis=1)
        yield Sample(draw(rng, "real", (3,)), np.array(2), axis=0)
        yield Sample(draw(rng, "real", (0, 3)), np.zeros(0, int), kind="empty", axis=1)

    def impl(x, k, *, axis):
        x = np.asarray(x)
        return x.reshape(-1).take(flat(k, x.shape, axis)) if x.size else x.sum(axis, dtype=x.dtype)

    def aval(x, k, *, axis):
        s = shape_of(x)
        return Aval(s[:axis] + s[axis + 1 :], dtype_of(x))

    def pull(n, ct, cts, owned):
        (k,), (x, _), axis = n.saved, n.avals, n.params["axis"]
        (p,) = n.ins
        g = np.zeros(x.shape, x.dtype)
        if g.size:
            g.reshape(-1)[flat(k, x.shape, axis)] = ct
        c = cts.get(p)
        cts[p] = g if c is None else c + g

    transpose = (
        lambda ct, x, k, *, axis: add_along(zeros(shape_of(x), dtype_of(ct)), kept(ct, axis), kept(k, axis), axis=axis),
    )

    def batch(size, xs, ds, *, axis):
        x, k = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        out = take_along(x, kept(k, axis + 1), axis=axis + 1)
        s = shape_of(out)
        return reshape(out, shape=(*s[: axis + 1], *s[axis + 2 :])), 0
