"""pad and roll: elements moved along axes. `flip` is basic indexing and needs no primitive of its own.

Invariant: `config` holds one (low, high, interior) for each axis, in plain ints, interior >= 0, as lax.pad takes it.
"""

from functools import lru_cache

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.elementwise_layout import copied, preserved
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..core.strides import steps_of
from .assignment import getitem
from .elementwise import where
from .shape import batched, cast, fit, front, reshape, zeros

BOOL = np.dtype(bool)


def flip(x, axes):
    """x with the order of its elements reversed along `axes`."""
    return getitem(x, idx=tuple(slice(None, None, -1 if i in axes else None) for i in range(len(shape_of(x)))))


def padded_size(k, low, high, gap):
    return max(low + high + k + max(k - 1, 0) * gap, 0)


def padded_shape(shape, config):
    return tuple(padded_size(k, *c) for k, c in zip(shape, config, strict=True))


def region(k, low, high, gap):
    """(slice of the result, slice of the operand) along one axis: where the elements that are kept land."""
    step = gap + 1
    first = -(low // step) if low < 0 else 0  # the first element that lands at 0 or after
    count = min(k, (padded_size(k, low, high, gap) - 1 - low) // step + 1) - first
    at = low + first * step
    return (slice(at, at + count * step, step), slice(first, first + count)) if count > 0 else (slice(0, 0),) * 2


@lru_cache(256)
def landing(shape, config):
    """(the shape of the result, its slices, those of the operand whose elements land there)."""
    regions = [region(k, *c) for k, c in zip(shape, config, strict=True)]
    return padded_shape(shape, config), tuple([to for to, _ in regions]), tuple([kept for _, kept in regions])


def unpad(ct, x, config):
    """The cotangent of x: ct where the elements of x landed, zero for those that were dropped."""
    ct = pad(ct, 0, config=tuple((-low, -high, 0) for low, high, _ in config))
    if any([gap for _, _, gap in config]):
        ct = getitem(ct, idx=tuple(slice(None, None, gap + 1) for _, _, gap in config))
    return fit(ct, x)


def margin(shape, config):
    """True where pad puts its value, False where it puts an element of x."""
    return pad(zeros(shape, BOOL), True, config=config)


@define
class pad:
    """x: [*s] with `value`, a scalar cast to x's dtype, before, after and between its elements along each axis.

    config: ((low, high, interior), ...), one for each axis. Negative low or high drop elements, once the interior has
    been filled, as lax.pad does.
    """

    linear = (0, 1)
    dtypes = "fcib"

    def jax(jax, x, value, *, config):
        return jax.lax.pad(x, jax.numpy.asarray(value, jax.numpy.asarray(x).dtype), config)

    def impl(x, value, *, config):
        x = np.asarray(x)
        shape, to, kept = landing(x.shape, config)
        out = np.zeros(shape, x.dtype) if type(value) is int and value == 0 else np.full(shape, value, x.dtype)
        out[to] = x[kept]
        return out

    def impl_torch(x, value, *, config):
        """Of a part nothing is filled up: it is copied, in the order in which it lies."""
        if any([low > 0 or high > 0 or gap for low, high, gap in config]):
            return pad.impl(x, value, config=config)
        part = x[tuple([slice(-low, max(n + high, -low)) for n, (low, high, _) in zip(x.shape, config, strict=True)])]
        return copied(part, preserved(part.shape, steps_of(x)))

    def aval(x, value, *, config):
        return Aval(padded_shape(shape_of(x), config), dtype_of(x))

    def batch(size, xs, ds, *, config):
        x, value = xs
        inner = ((0, 0, 0), *config)
        if ds[1] is None:
            return pad(front(x, ds[0]), value, config=inner), 0
        x = batched(size, x, ds[0])
        value = reshape(cast(value, dtype=dtype_of(x)), shape=(size,) + (1,) * len(config))
        return where(margin(shape_of(x), inner), value, pad(x, 0, config=inner)), 0

    transpose = (
        lambda ct, x, value, *, config: unpad(ct, x, config),
        lambda ct, x, value, *, config: fit(where(margin(shape_of(x), config), ct, 0), value),
    )

    def samples(rng):
        def x(*shape):
            return draw(rng, "real", shape)

        yield from in_kinds(x(3, 2), 0.7, config=((1, 2, 0), (0, 1, 2)))
        yield Sample(x(3, 2), np.array(0.7), config=((0, 0, 1), (3, 0, 0)))
        yield Sample(x(5, 4), np.array(0.7), kind="negative", config=((-1, 2, 0), (1, -2, 0)))
        yield Sample(x(5, 4), np.array(0.7), kind="negative", config=((-2, -1, 2), (-3, -3, 1)))
        yield Sample(x(2), np.array(0.7), kind="all dropped", config=((-1, -2, 1),))
        yield Sample(x(1, 3), np.array(0.7), kind="size 1", config=((2, 0, 3), (0, 0, 0)))
        yield Sample(x(), np.array(0.7), kind="0-d", config=())
        yield Sample(x(0, 2), np.array(0.7), kind="empty", config=((1, 1, 2), (0, 1, 0)))
        yield Sample(x(0), np.array(0.7), kind="empty", config=((0, 0, 0),))


def rolled(x, by, axis):
    k = x.shape[axis]
    by = by % k if k else 0
    before = (slice(None),) * axis
    return np.concatenate((x[(*before, slice(k - by, k))], x[(*before, slice(0, k - by))]), axis)


@define
class roll:
    """x with its elements moved `shift[j]` places along `axes[j]`; those pushed off the end come back at the start."""

    linear = (0,)
    dtypes = "fcib"

    def jax(jax, x, *, shift, axes):
        return jax.numpy.roll(x, shift, axes)

    def impl(x, *, shift, axes):
        if not axes:
            return np.array(x)
        for by, axis in zip(shift, axes, strict=True):
            x = rolled(x, by, axis)
        return x

    def aval(x, *, shift, axes):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds, *, shift, axes):
        return roll(xs[0], shift=shift, axes=tuple(a + (a >= ds[0]) for a in axes)), ds[0]

    transpose = (lambda ct, x, *, shift, axes: roll(ct, shift=tuple(-s for s in shift), axes=axes),)

    def samples(rng):
        def x(*shape):
            return draw(rng, "real", shape)

        yield from in_kinds(x(3, 4), shift=(1,), axes=(1,))
        yield Sample(x(3, 4), shift=(-2, 5), axes=(0, 1))
        yield Sample(x(3, 4), shift=(1, 1), axes=(0, 0))
        yield Sample(x(3, 1), shift=(7, 2), axes=(0, 1))
        yield Sample(x(0, 2), kind="empty", shift=(1, 1), axes=(0, 1))
        yield Sample(x(), kind="0-d", shift=(), axes=())
