"""variance and deviation over `axes`, one node each: sums of squares of what is left of x less its mean, over n - correction.

With s = n - correction and gap = x - mean(x):  d variance = 2 sum(gap dx) / s,  d deviation = sum(gap dx) / (s deviation), and 0
where that is 0, as in torch.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..errors import ShapeError
from .elementwise import div, equal, mul, sub, where
from .reduce import count, mean
from .reduction import drop_axes, reduced, shift_axes
from .shape import spread, sum_

FEW = 1024


def share(shape, axes, correction):
    """What sums of squares are divided by."""
    left = count(shape, axes) - correction
    if left <= 0:
        raise ShapeError(
            f"a variance of {count(shape, axes)} numbers cannot be divided by that less {correction}: take a smaller correction."
        )
    return left


def gap(x, axes):
    return sub(x, spread(mean(x, axes=axes), x, axes))


def squares(x, axes, correction):
    """The variance of an array of floats, and the number that its sum was divided by."""
    left = share(x.shape, axes, correction)
    if len(axes) == x.ndim and x.flags.c_contiguous:
        x = x.reshape(-1)
        x = x - np.add.reduce(x) / len(x)
        return np.dot(x, x) / left
    x = x - np.add.reduce(x, axes, None, None, True) / count(x.shape, axes)
    return np.add.reduce(np.multiply(x, x, x), axes) / left


def of_spread(body):
    """Declare a primitive that is a function of the variance over `axes`."""

    def aval(x, *, axes, correction):
        return Aval(reduced(shape_of(x), axes), dtype_of(x))

    def batch(size, xs, ds, *, axes, correction):
        return prim(xs[0], axes=shift_axes(axes, ds[0]), correction=correction), drop_axes(ds[0], axes)

    def samples(rng):
        def x(*shape):
            return draw(rng, "real", shape)

        yield from in_kinds(x(3, 4), dtypes="f", axes=(1,), correction=1)
        yield from in_kinds(x(2, 3), dtypes="f", axes=(0, 1), correction=0)
        yield Sample(x(2, 3, 2), axes=(0, 2), correction=1)
        yield Sample(x(3, 1), kind="size 1", axes=(1,), correction=0, order=0)
        yield Sample(x(), kind="0-d", axes=(), correction=0, order=0)
        yield Sample(x(0, 2), kind="empty", axes=(1,), correction=1)

    plain = body.impl

    def impl_torch(x, *, axes, correction):
        """float32 is worked out in float64 and rounded at the end, as torch does: of FEW numbers, more would take three times as long."""
        if x.dtype != np.float32 or x.size > FEW:
            return plain(x, axes=axes, correction=correction)
        return plain(x.astype(np.float64), axes=axes, correction=correction).astype(np.float32)

    body.aval, body.batch, body.samples, body.impl_torch = aval, batch, samples, impl_torch
    body.tolerance = 4.0  # (in float16 what is left of x less its mean has few digits)
    body.without = {name: "its callers refuse them" for name in ("complex128", "int64", "bool")}
    prim = define(body)
    return prim


@of_spread
class variance:
    """sum((x - mean(x))**2) / (n - correction) over `axes`, of floats; ShapeError where that is no positive number."""

    saves = ((0,),)

    def jax(jax, x, *, axes, correction):
        return jax.numpy.var(x, axis=axes, ddof=correction)

    def impl(x, *, axes, correction):
        return squares(np.asarray(x), axes, correction)

    def vjp(ct, out, x, *, need, axes, correction):
        return [mul(spread(mul(ct, 2 / share(shape_of(x), axes, correction)), x, axes), gap(x, axes))]

    def jvp(ts, out, x, *, axes, correction):
        return sum_(mul(ts[0], mul(gap(x, axes), 2 / share(shape_of(x), axes, correction))), axes=axes)


def by_deviation(t, out):
    """t / out, and 0 where out is 0, with the derivative 0 / 0 there, as in torch."""
    return where(equal(out, 0), 0, div(t, out))


@of_spread
class deviation:
    """The root of the variance."""

    saves = ((0, "out"),)

    def jax(jax, x, *, axes, correction):
        return jax.numpy.std(x, axis=axes, ddof=correction)

    def impl(x, *, axes, correction):
        return np.sqrt(squares(np.asarray(x), axes, correction))

    def vjp(ct, out, x, *, need, axes, correction):
        g = mul(by_deviation(ct, out), 1 / share(shape_of(x), axes, correction))
        return [mul(spread(g, x, axes), gap(x, axes))]

    def jvp(ts, out, x, *, axes, correction):
        g = mul(gap(x, axes), 1 / share(shape_of(x), axes, correction))
        return by_deviation(sum_(mul(ts[0], g), axes=axes), out)
