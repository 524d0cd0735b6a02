"""Standard normal numbers of threefry keys.

jax's float32 code inverts erf by the polynomials of M. Giles, "Approximating the erfinv function" (GPU Computing Gems Jade,
2012), whose error of a few ulp its draws carry: the same figures need the same polynomials, and the same roundings.
"""

import math

import numpy as np

from ..special_values import erfinv
from . import threefry
from .rounded import fma, horner, log1p

CENTRE = [
    np.float32(c)
    for c in (
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941,
    )
]  # fmt: skip  in w - 2.5, for w = -log(1 - x^2) < 5
TAIL = [
    np.float32(c)
    for c in (
        -0.000200214257,
        0.000100950558,
        0.00134934322,
        -0.00367342844,
        0.00573950773,
        -0.0076224613,
        0.00943887047,
        1.00167406,
        2.83297682,
    )
]  # fmt: skip  in sqrt(w) - 3, beyond
f32 = np.float32
BLOCK = 16384


def erfinv_single(x):
    """The inverse of erf at float32 x, as jax's float32 code gives it."""
    with np.errstate(all="ignore"):
        w = -log1p(-(x * x))
        p = horner(CENTRE, w - f32(2.5))
        far = np.flatnonzero(w >= 5)
        if far.size:
            p[far] = horner(TAIL, np.sqrt(w[far]) - f32(3))
        out = p * x
        if far.size:
            np.copyto(out, np.copysign(f32(np.inf), x), where=np.abs(x) == 1)
        return out


def erfinv_drawn(x):
    """The inverse of erf that normal draws are made with: float32 as jax's, other dtypes to their last digits."""
    x = np.asarray(x)
    if x.dtype == np.float16:
        return np.asarray(erfinv_drawn(x.astype(f32))).astype(np.float16)
    if x.dtype != f32:
        return erfinv(x)
    flat = x.reshape(-1)
    out = np.empty_like(flat)
    for i in range(0, flat.size, BLOCK):
        out[i : i + BLOCK] = erfinv_single(flat[i : i + BLOCK])
    return out.reshape(x.shape)


def from_unit(u):
    """Standard normal numbers from floats of [0, 1)."""
    dtype = u.dtype
    low = np.nextafter(dtype.type(-1), dtype.type(0))
    u = np.maximum(low, fma(u, dtype.type(1) - low, low))
    return dtype.type(math.sqrt(2)) * erfinv_drawn(u)


def normal(keys, shape, dtype):
    """Standard normal numbers of each key: each block of words becomes numbers while it is in the cache."""
    dtype = np.dtype(dtype)

    def finish(words):
        u = threefry.to_unit(words, dtype).reshape(-1)
        for i in range(0, u.size, BLOCK):
            u[i : i + BLOCK] = from_unit(u[i : i + BLOCK])

    return threefry.drawn(keys, shape, 8 * dtype.itemsize, finish).view(dtype)


__all__ = ["erfinv_drawn", "from_unit", "normal"]
