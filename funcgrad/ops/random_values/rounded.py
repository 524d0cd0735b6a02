"""log and log1p in float32 with the roundings of XLA's compiled code, so that what is drawn is what jax draws.

XLA computes log in float32 by the polynomial of the Cephes library (S. Moshier, logf), in the order that Eigen gave it, and log1p by Cephes'
rational function (log1p) up to sqrt(2) - 1; products that are added are rounded once. Every float32 step is done here as its
code does it, a fused one in float64, where the product is exact, and rounded (a double rounding differs from a single one in some 1 of 10^9).

What ends in `_into` takes flat arrays of at most BLOCK numbers and writes its result into the last one.
"""

import math

import numpy as np

from .room import Room

f32, f64, i32 = np.float32, np.float64, np.int32
BLOCK = 16384  # numbers that are worked on at once: with all that lies between they stay in the second cache


def powers(*polynomials):
    """Coefficients of float32 polynomials of one degree, highest power first: for each power a float64 number, or a column of them."""
    table = np.array(polynomials, f32).astype(f64)
    return [np.array(table[0, i]) if len(table) == 1 else table[:, i, None] for i in range(table.shape[1])]


LOG = powers(
    (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1),
    (-1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1),
    (2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)  # three pieces of one polynomial, put together by cubes
LOG1P = powers(
    (
        4.52700008624452e-05,
        0.49854102823193375,
        6.578732594206104,
        29.911919328553072,
        60.94966798098779,
        57.11296359058554,
        20.039553499201283,
    ),
    (
        1.0,
        15.062909083469192,
        83.04756596796722,
        221.76239823732857,
        309.09872225312057,
        216.42788614495947,
        60.11866049760384,
    ),
)  # fmt: skip  numerator and denominator
LOG2_LOW, LOG2_HIGH = np.array(-2.12194440e-4, f32), np.array(0.693359375, f32)  # log(2) is their sum
ROOT_HALF = np.array(math.sqrt(0.5), f32).view(i32)
MANTISSA = np.array(23, i32)
ONE, MINUS_HALF = np.array(1, f32), np.array(-0.5, f32)
SMALL = np.array(math.sqrt(2) - 1, f32)  # up to here log1p is the rational function, beyond the log of the rounded sum
LEAST = np.array(np.finfo(f32).tiny)
WORK = Room(*[(BLOCK, f64)] * 2, (3 * BLOCK, f64), (3 * BLOCK, f32), *[(BLOCK, f32)] * 3)


def horner_into(polynomials, x, work, out):
    """Polynomials at x, float32 numbers as float64: a rounding a step. `work`: float64 of out's shape, (n,) or (polynomials, n)."""
    np.multiply(x, polynomials[0], work)
    for c in polynomials[1:-1]:
        fused_into(work, c, out)
        work[...] = out
        np.multiply(work, x, work)
    fused_into(work, polynomials[-1], out)


def fused_into(product, addend, out):
    """An exact product plus a number, rounded to float32."""
    np.add(product, addend, product)
    out[...] = product


def log_into(x, out):
    """log of float32 numbers above 0 and below infinity: XLA's."""
    n = x.size
    room = WORK.take()
    wide, term, m, e, square = [room[i][:n] for i in (0, 1, 4, 5, 6)]
    work, pieces = [room[i][: 3 * n].reshape(3, n) for i in (2, 3)]
    bits, whole = x.view(i32), e.view(i32)
    np.subtract(bits, ROOT_HALF, whole)  # x = m 2**e, m from sqrt(1 / 2) to sqrt(2)
    np.right_shift(whole, MANTISSA, whole)
    np.left_shift(whole, MANTISSA, m.view(i32))
    np.subtract(bits, m.view(i32), m.view(i32))
    e[...] = whole
    np.subtract(m, ONE, m)
    wide[...] = m
    horner_into(LOG, wide, work, pieces)
    np.multiply(m, m, square)
    np.multiply(square, m, out)
    wide[...] = out  # the cube
    p, work = pieces[0], work[0]
    np.multiply(e, LOG2_LOW, out)
    for addend in (pieces[1], pieces[2], out):
        work[...] = p
        np.multiply(work, wide, work)
        term[...] = addend
        fused_into(work, term, p)
    np.multiply(square, MINUS_HALF, out)
    np.add(m, out, out)
    np.add(out, p, out)
    np.multiply(e, LOG2_HIGH, e)
    np.add(out, e, out)
    WORK.give(room)


def log1p_near_into(x, out):
    """log(1 + x) of float32 numbers no further than SMALL from 0: XLA's."""
    n = x.size
    room = WORK.take()
    wide, square = room[0][:n], room[4][:n]
    work, pieces = [room[i][: 2 * n].reshape(2, n) for i in (2, 3)]
    wide[...] = x
    horner_into(LOG1P, wide, work, pieces)
    q = pieces[0]
    np.divide(q, pieces[1], q)
    np.multiply(x, x, square)
    np.multiply(x, square, out)
    np.multiply(out, q, out)
    np.multiply(square, MINUS_HALF, square)  # (exact, so that the sum is the only rounding)
    np.add(out, square, out)
    np.add(x, out, out)
    WORK.give(room)


def over_blocks(f, x):
    """f(block, out of its form) over the numbers of an array."""
    flat = np.ascontiguousarray(x).reshape(-1)
    out = np.empty_like(flat)
    for i in range(0, flat.size, BLOCK):
        f(flat[i : i + BLOCK], out[i : i + BLOCK])
    return out.reshape(np.shape(x))


def log_any_into(x, out):
    log_into(np.maximum(x, LEAST), out)
    if not (np.min(x) > 0 and np.max(x) < np.inf):
        np.copyto(out, x, where=x == np.inf)
        np.copyto(out, f32(-np.inf), where=x == 0)
        np.copyto(out, f32(np.nan), where=~(x >= 0))


def log1p_any_into(x, out):
    near = np.abs(x) <= SMALL
    for at, f in ((np.flatnonzero(near), log1p_near_into), (np.flatnonzero(~near), beyond_into)):
        if at.size:
            part = x[at]
            of = np.empty_like(part)
            f(part, of)
            out[at] = of


def beyond_into(x, out):
    log_any_into(x + ONE, out)


def log(x):
    """log of float32 x >= 0: XLA's."""
    return over_blocks(log_any_into, x)


def log1p(x):
    """log(1 + x) of float32 x >= -1: XLA's."""
    return over_blocks(log1p_any_into, x)


__all__ = ["BLOCK", "horner_into", "log", "log1p", "log1p_near_into", "log_into", "over_blocks", "powers"]
