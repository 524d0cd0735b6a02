"""log, log1p and multiply-add in float32 with the roundings of XLA's compiled code, so that what is drawn is what jax draws.

XLA computes log in float32 by the polynomial of the Cephes library (S. Moshier, logf), in the order that Eigen gave it, and log1p by Cephes'
rational function (log1p) up to sqrt(2) - 1; products that are added are rounded once. Every float32 step is done here as its
code does it, a fused one in float64, where the product is exact, and rounded (a double rounding differs from a single one in some 1 of 10^9).
"""

import math

import numpy as np

f32, f64 = np.float32, np.float64
LOG = [f32(c) for c in (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)]  # fmt: skip
LOG2_LOW, LOG2_HIGH = f32(-2.12194440e-4), f32(0.693359375)  # log(2) is their sum
ROOT_HALF = f32(math.sqrt(0.5))
LOG1P_ABOVE = [f32(c) for c in (
    4.5270000862445199635215e-5, 4.9854102823193375972212e-1, 6.5787325942061044846969, 29.911919328553073277375,
    60.949667980987787057556, 57.112963590585538103336, 20.039553499201281259648,
)]  # fmt: skip
LOG1P_BELOW = [f32(c) for c in (
    1.0, 15.062909083469192043167, 83.047565967967209469434, 221.76239823732856465394, 309.09872225312059774938,
    216.42788614495947685003, 60.118660497603843919306,
)]  # fmt: skip
SMALL = f32(math.sqrt(2) - 1)  # up to here log1p is the rational function, beyond the log of the rounded sum
LEAST = np.finfo(f32).tiny


def fma(x, y, z):
    """x y + z, rounded once but in float16 (float64: the errors of the product and of the sum are added to the result)."""
    dtype = np.result_type(x, y, z)
    if dtype.itemsize == 2:
        return x * y + z  # XLA rounds each step of half precision
    if dtype.itemsize == 4:
        return (np.asarray(x, f64) * np.asarray(y, f64) + np.asarray(z, f64)).astype(dtype)
    p = np.multiply(x, y)
    s = p + z
    (xh, xl), (yh, yl) = halves(x), halves(y)
    error = ((xh * yh - p) + xh * yl + xl * yh) + xl * yl  # x y - p (T. Dekker, 1971)
    v = s - p
    error = error + ((p - (s - v)) + (z - v))  # p + z - s (D. Knuth)
    return np.where(np.isfinite(error), s + error, s)[()]


def halves(x):
    """A float64 as a sum of two of 26 bits each."""
    x = np.asarray(x, f64)
    c = x * 134217729.0
    high = c - (c - x)
    return high, x - high


def horner(coefficients, x):
    """A polynomial of float32 x, highest power first: one rounding a step."""
    wide = x.astype(f64)
    work = wide * f64(coefficients[0])
    p = np.empty_like(x)
    for c in coefficients[1:]:
        np.add(work, f64(c), work)
        np.copyto(p, work, casting="same_kind")
        if c is not coefficients[-1]:
            np.copyto(work, p)
            np.multiply(work, wide, work)
    return p


def log(x):
    """log of float32 x >= 0: XLA's."""
    m, e = np.frexp(np.maximum(x, LEAST))
    low = m < ROOT_HALF
    m += np.where(low, m, f32(0))
    m -= f32(1)
    e = (e - low).astype(f32)
    square = m * m
    cube = square * m
    p = fma(horner(LOG[0:3], m), cube, horner(LOG[3:6], m))
    p = fma(p, cube, horner(LOG[6:9], m))
    p = fma(p, cube, e * LOG2_LOW)
    out = m - f32(0.5) * square
    out += p
    out += e * LOG2_HIGH
    return np.where(x == np.inf, x, np.where(x > 0, out, np.where(x == 0, f32(-np.inf), f32(np.nan))))


def log1p(x):
    """log(1 + x) of float32 x >= -1: XLA's."""
    flat = x.reshape(-1)
    out = np.empty_like(flat)
    small = np.abs(flat) <= SMALL
    at = np.flatnonzero(small)
    near = flat[at]
    square = near * near
    q = near * square * (horner(LOG1P_ABOVE, near) / horner(LOG1P_BELOW, near))
    out[at] = near + fma(f32(-0.5), square, q)
    at = np.flatnonzero(~small)
    out[at] = log(flat[at] + f32(1))
    return out.reshape(x.shape)


__all__ = ["fma", "horner", "log", "log1p"]
