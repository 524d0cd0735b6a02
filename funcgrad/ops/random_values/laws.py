"""Draws from distributions without parameters: each is a function of uniform numbers, or of a normal one.

`law(keys, shape, dtype)` for each name of LAWS; figures are jax's, in float32 to the last bit but for the tangent of cauchy.
"""

import math

import numpy as np

from ...core.multiply_add import fma
from ...core.quiet import quiet
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
    return np.maximum(low, fma(u, high - low, low))


def of_unit(f):
    """The law of f(u), u uniform on [0, 1): each block of words becomes its numbers while it is in the cache."""

    def law(keys, shape, dtype):
        return threefry.uniform(keys, shape, dtype, lambda u, out: np.copyto(out, f(u)))

    law.__name__, law.__doc__ = f.__name__, f.__doc__
    return law


@of_unit
def exponential(u):
    return -log1p(-u)


@of_unit
def gumbel(u):
    return -log(-log(between(u, np.finfo(u.dtype).tiny, 1)))


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


@of_unit
def laplace(u):
    u = between(u, -1.0 + np.finfo(u.dtype).epsneg, 1)
    return np.sign(u) * log1p(-np.abs(u))


@of_unit
def logistic(u):
    u = between(u, np.finfo(u.dtype).tiny, 1)
    return log(u) - log1p(-u)


@of_unit
def cauchy(u):
    u = between(u, np.finfo(u.dtype).eps, 1)
    angle = u.dtype.type(math.pi) * (u - u.dtype.type(0.5))
    return np.tan(angle.astype(np.float64)).astype(u.dtype)


LAWS = {
    "uniform": threefry.uniform, "normal": normal, "exponential": exponential, "gumbel": gumbel,
    "gumbel_high": gumbel_high, "gumbel_highest": gumbel_highest, "laplace": laplace, "logistic": logistic,
    "cauchy": cauchy,
}  # fmt: skip
OF_ONE_WORD = set(LAWS) - {"gumbel_high", "gumbel_highest"}  # number i of these is made of word i of the key


def draw(keys, law, shape, dtype):
    """Draws of a law for each key, of shape keys.shape[:-1] + shape."""
    with quiet():
        return LAWS[law](keys, shape, np.dtype(dtype))


__all__ = ["LAWS", "draw", "log", "log1p"]
