"""Draws from distributions without parameters: each is a function of uniform numbers, or of a normal one.

`law(keys, shape, dtype)` for each name of LAWS; figures are jax's, in float32 to the last bit but for the tangent of cauchy.
"""

import math

import numpy as np

from . import rounded, threefry
from .normal import normal

f32 = np.float32


def in_single(f, library):
    """f for float32, the library's function for float64; half precision computes in single."""

    def of(x):
        if x.dtype == f32:
            return f(x)
        return library(x) if x.dtype.itemsize == 8 else f(x.astype(f32)).astype(x.dtype)

    return of


log = in_single(rounded.log, np.log)
log1p = in_single(rounded.log1p, np.log1p)


def between(u, low, high):
    """Floats of [0, 1) as floats of [low, high)."""
    low, high = u.dtype.type(low), u.dtype.type(high)
    return np.maximum(low, rounded.fma(u, high - low, low))


def exponential(keys, shape, dtype):
    return -log1p(-threefry.uniform(keys, shape, dtype))


def gumbel(keys, shape, dtype):
    return -log(-log(between(threefry.uniform(keys, shape, dtype), np.finfo(dtype).tiny, 1)))


def gumbel_high(keys, shape, dtype):
    """From uniform numbers with twice the bits below one half."""
    info = np.finfo(dtype)
    u = threefry.uniform(keys, (2, *shape), dtype)
    lead = u.ndim - len(shape) - 1
    high, low = u[(slice(None),) * lead + (0,)], u[(slice(None),) * lead + (1,)]
    fine = high + u.dtype.type(2.0**-info.nmant) * low + info.tiny
    return -log(-log1p(-np.where(high >= 0.5, high, fine)))


def gumbel_highest(keys, shape, dtype):
    """From the 64 bits of two words, as a number from the nearer end of (0, 1); float32 alone has it."""
    if np.dtype(dtype) != f32:
        return gumbel_high(keys, shape, dtype)
    words = threefry.bits(keys, (2, *shape), 32)
    lead = words.ndim - len(shape) - 1
    high, low = words[(slice(None),) * lead + (0,)], words[(slice(None),) * lead + (1,)]
    low_half = high < 1 << 31
    v = high.astype(np.uint64) << np.uint64(32) | low
    v = np.where(low_half, v, ~v + np.uint64(1))
    v = np.where(v >= 1 << 53, v & ~np.uint64(0x7FF), v)  # (what is cut off here would be below)
    wide = np.ldexp(v.astype(np.float64), -64).view(np.uint64) & ~np.uint64((1 << 29) - 1)
    x = wide.view(np.float64).astype(f32)
    return np.where(low_half, -log(-log1p(-x)), -log(-log(x)))


def laplace(keys, shape, dtype):
    u = between(threefry.uniform(keys, shape, dtype), -1.0 + np.finfo(dtype).epsneg, 1)
    return np.sign(u) * log1p(-np.abs(u))


def logistic(keys, shape, dtype):
    u = between(threefry.uniform(keys, shape, dtype), np.finfo(dtype).tiny, 1)
    return log(u) - log1p(-u)


def cauchy(keys, shape, dtype):
    u = between(threefry.uniform(keys, shape, dtype), np.finfo(dtype).eps, 1)
    angle = u.dtype.type(math.pi) * (u - u.dtype.type(0.5))
    return np.tan(angle.astype(np.float64)).astype(u.dtype)


LAWS = {
    "uniform": threefry.uniform, "normal": normal, "exponential": exponential, "gumbel": gumbel,
    "gumbel_high": gumbel_high, "gumbel_highest": gumbel_highest, "laplace": laplace, "logistic": logistic,
    "cauchy": cauchy,
}  # fmt: skip


def draw(keys, law, shape, dtype):
    """Draws of a law for each key, of shape keys.shape[:-1] + shape."""
    with np.errstate(all="ignore"):
        return LAWS[law](keys, shape, np.dtype(dtype))


__all__ = ["LAWS", "draw", "log", "log1p"]
