"""standardize: mean 0 and variance 1 over `axes`, the middle of every normalisation layer, as one node.

With r = 1 / sqrt(variance + eps) and out = (x - mean) r:  d out = r (dx - mean(dx) - out mean(out dx)), and the same of a
cotangent (Ioffe and Szegedy, 2015, arXiv:1502.03167, section 3).
"""

import numpy as np

from ..core.sample import Sample, draw, in_kinds
from .elementwise import add, mul, sub
from .powers import rsqrt, square
from .reduce import mean
from .reduction import along_axes
from .shape import spread


def average(x, axes):
    """The mean over the axes, repeated along them."""
    return spread(mean(x, axes=axes), x, axes)


def average_plain(x, axes):
    """The same of a plain array, which NumPy repeats where it is used."""
    x = np.asarray(x)
    total = np.add.reduce(x, axis=axes, keepdims=True)
    return total / x.dtype.type(max(x.size // max(total.size, 1), 1))


average.plain = average_plain


def pushed(t, out, x, axes, eps):
    """The linear map above; it is symmetric, so it takes tangents and cotangents alike."""
    r = rsqrt(add(average(square(sub(x, average(x, axes))), axes), eps))
    return mul(r, sub(sub(t, average(t, axes)), mul(out, average(mul(out, t), axes))))


@along_axes
class standardize:
    """(x - mean(x)) / sqrt(variance(x) + eps) over `axes`, the variance being the mean of squares."""

    saves = ((0, "out"),)
    without = {
        "complex128": "a variance is real",
        "int64": "the result has x's dtype",
        "bool": "the result has x's dtype",
    }

    def jax(jax, x, *, axes, eps):
        centred = x - jax.numpy.mean(x, axis=axes, keepdims=True)
        return centred * jax.lax.rsqrt(jax.numpy.mean(centred**2, axis=axes, keepdims=True) + eps)

    def impl(x, *, axes, eps):
        x = np.asarray(x)
        count = 1
        for a in axes:
            count *= x.shape[a]
        if not count:
            return x.copy()
        centred = x - np.add.reduce(x, axis=axes, keepdims=True) / x.dtype.type(count)
        variance = np.add.reduce(centred * centred, axis=axes, keepdims=True) / x.dtype.type(count)
        return centred * (1 / np.sqrt(variance + x.dtype.type(eps)))

    def vjp(ct, out, x, *, need, axes, eps):
        return [pushed(ct, out, x, axes, eps)]

    def jvp(ts, out, x, *, axes, eps):
        return pushed(ts[0], out, x, axes, eps)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 4)), dtypes="f", axes=(1,), eps=1e-5)
        yield from in_kinds(draw(rng, "real", (2, 3)), dtypes="f", axes=(0, 1), eps=0.5)
        yield Sample(draw(rng, "real", (2, 3, 2)), axes=(0, 2), eps=1e-5)
        yield Sample(draw(rng, "real", (3, 1)), kind="size 1", axes=(1,), eps=0.5)
        yield Sample(draw(rng, "real", ()), kind="0-d", axes=(), eps=0.5)
        yield Sample(draw(rng, "real", (0, 2)), kind="empty", axes=(1,), eps=1e-5)
        yield Sample(np.full((2, 3), 4.0), kind="constant", axes=(1,), eps=0.5)
