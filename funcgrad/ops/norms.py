"""The euclidean norm over `axes`: one node whose value and derivatives neither overflow nor underflow.

With u = x / norm, d norm = sum(u dx) and du = (dx - u d norm) / norm: nothing is squared on the way.
"""

import numpy as np

from ..core.elementwise_layout import as_torch, left_in, value
from ..core.sample import Sample
from .elementwise import div, equal, mul, where
from .kinked import abs_
from .reduction import reduction, samples_over
from .rounding import sign
from .shape import spread, sum_
from .torch_order import square_sums_over


def range_of(dtype):
    """Between which two numbers a norm has precise and finite squares."""
    limits = np.finfo(dtype)
    return float(2 * np.sqrt(limits.tiny / limits.eps)), float(np.sqrt(limits.max) / 2)


RANGES = {c: range_of(c) for c in "efdg"}


def safe(norm):
    """Are all norms in that range? What is 0 or no number is not."""
    low, high = RANGES[norm.dtype.char]
    if norm.ndim == 0:
        return low <= norm <= high
    return not norm.size or bool(low <= norm.min() and norm.max() <= high)


def scaled(x, axes):
    """The norm by powers of two that bring the largest number of each sum to between 1/2 and 1."""
    top = np.maximum.reduce(np.abs(x), axis=axes, keepdims=True, initial=0)
    exponent = np.frexp(np.where(np.isfinite(top), top, 0))[1]
    total = np.add.reduce(np.square(np.ldexp(x, -exponent)), axis=axes)
    return np.ldexp(np.sqrt(total), exponent.reshape(total.shape))


@reduction
class norm:
    """sqrt(sum(x**2)) over `axes`, of real numbers; at 0 it has no derivative, and gives nan, as in jax."""

    saves = ((0, "out"),)
    without = {name: "the faces make floats of them" for name in ("complex128", "int64", "bool")}
    dtype = staticmethod(lambda dtype: dtype)

    def jax(jax, x, *, axes):
        return jax.numpy.sqrt(jax.numpy.sum(x * x, axis=axes))

    def impl(x, *, axes):
        x = np.asarray(x)
        with np.errstate(over="ignore", under="ignore"):
            out = np.sqrt(np.add.reduce(x * x, axis=axes))
            return out if safe(out) else scaled(x, axes)

    def vjp(ct, out, x, *, need, axes):
        return [mul(spread(ct, x, axes), div(x, spread(out, x, axes)))]

    def jvp(ts, out, x, *, axes):
        return sum_(mul(ts[0], div(x, spread(out, x, axes))), axes=axes)

    def samples(rng):
        return samples_over(rng, "f", empty=False)  # (of nothing it has the derivative 0; jax: nan)


def unit(x, out, axes):
    """x over its length, and 0 where that is 0, with the derivative 0 / 0 there, as in torch."""
    long = spread(out, x, axes)
    return where(equal(long, 0), 0, div(x, long))


@reduction
class length:
    """sqrt(sum(x**2)) over `axes`, of real numbers, with the derivative 0 where it is 0: torch's 2-norm, which does not look after
    squares that overflow. d length = sum(x dx) / length."""

    saves = ((0, "out"),)
    without = {name: "its callers refuse them" for name in ("complex128", "int64", "bool")}
    dtype = staticmethod(lambda dtype: dtype)

    def jax(jax, x, *, axes):
        total = jax.numpy.sum(x * x, axis=axes)
        none = total == 0
        return jax.numpy.where(none, 0, jax.numpy.sqrt(jax.numpy.where(none, 1, total)))

    def impl(x, *, axes):
        x = np.asarray(x)
        return np.sqrt(np.add.reduce(x * x, axis=axes))

    def impl_torch(x, *, axes):
        if any([x.shape[i] != 1 for i in axes]):
            return np.sqrt(square_sums_over(x, axes))
        return np.abs(x).squeeze(axes)

    def vjp(ct, out, x, *, need, axes):
        return [left_in(lambda v: as_torch(v, value(x)), mul(spread(ct, x, axes), unit(x, out, axes)))]

    def jvp(ts, out, x, *, axes):
        return sum_(mul(ts[0], unit(x, out, axes)), axes=axes)

    def samples(rng):
        yield from samples_over(rng, "f")
        yield Sample(np.array([[0.0, 0.0], [0.5, 2.0]]), kind="zero", order=1, axes=(1,))


def slope(x, out, axes):
    """The signs of those that are the farthest from 0."""
    return where(equal(abs_(x), spread(out, x, axes)), sign(x), 0)


@reduction
class farthest:
    """The largest |x| over `axes`, of real numbers; where several share it, each has the whole derivative, as in torch's distances."""

    saves = ((0, "out"),)
    without = {name: "its callers refuse them" for name in ("complex128", "int64", "bool")}
    dtype = staticmethod(lambda dtype: dtype)

    def jax(jax, x, *, axes):
        return jax.numpy.max(abs(x), axis=axes)

    def impl(x, *, axes):
        return np.maximum.reduce(np.abs(x), axis=axes)

    def vjp(ct, out, x, *, need, axes):
        return [mul(spread(ct, x, axes), slope(x, out, axes))]

    def jvp(ts, out, x, *, axes):
        return sum_(mul(ts[0], slope(x, out, axes)), axes=axes)

    def samples(rng):
        return samples_over(rng, "f", empty=False)
