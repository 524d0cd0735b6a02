"""Products of few rows, x @ y with a short axis, in pieces of y's columns that BLAS multiplies without packing its operands.

Of a product of m * k * n above 10**6 (core/blas.py) OpenBLAS copies both operands into order first, and of x @ w.T, which a linear layer
is, already where the result has more than 1200 numbers. With few rows that is most of the work: measured on an AMD EPYC (Zen 5), OpenBLAS
0.3.31, one thread, times as fast in pieces, of x [n, k], w [m, k] and the cotangent g [n, m]:
                       float32: x @ w.T   g @ w   g.T @ x      float64: x @ w.T
  (4, 256) > 1024               7.0        2.3      1.9
  (16, 256) > 256               2.6        1.4      1.4
  (16, 128) > 512               2.0                                     1.5
  (32, 512) > 512               1.9        1.25     1.3                 1.4
  (64, 256) > 256               1.4        1.2      1.2                 1.2
  (64, 784) > 400               1.5                                     1.2
With k below 96, and from 32 to 64 rows on, it is level or slower. Small products use the caller's thread alone: with
several threads fewer rows must do.
"""

from functools import lru_cache
from math import inf

import numpy as np

from ..core.blas import SMALL as SMALL_PRODUCT
from ..core.blas import small_products, threads

ROWS = {"CF": 64, "CC": 32, "FC": 32}  # times threads, up to which it pays, by how the operands lie
WORK = 1 << 17  # products of numbers, from which it may
SMALL, LARGE = (
    1 << 11,
    1 << 14,
)  # numbers of a cotangent, and of a weight: below, callers are spared the look at it (0.3 us)
DEEP = 96
TURNED = 1200  # numbers of a result, up to which BLAS packs nothing where the right operand lies by its columns
NARROW = 16
MANY = 32  # rows, from which w.T may be laid out for x @ w.T
LAID = 1 << 15  # bytes of w, up to which it may


def product(x, y, out=None):
    """x.dot(y, out) of matrices."""
    (n, k), m = x.shape, y.shape[1]
    work = n * k * m
    if (
        work < WORK
        or work <= SMALL_PRODUCT
        and not y.flags.f_contiguous
        or x.dtype is not y.dtype
        or x.dtype.char not in "fd"
    ):
        return x.dot(y, out)
    width = cut(n, k, m, lies(x) + lies(y), threads())
    if not width:
        return x.dot(y, out)
    out = np.empty((n, m), x.dtype) if out is None else out
    np.matmul(x, in_pieces(y, width), in_pieces(out, width))
    if rest := m % width:
        np.matmul(x, y[:, m - rest :], out[:, m - rest :])
    return out


@lru_cache(1024)
def laid_out(n, weight, itemsize):
    """Does x [n, k] @ w.T take less time, 0.6 to 0.9 of it, where w [m, k] is first laid out by columns? Products that BLAS packs else."""
    m, k = weight
    least = max(WORK, TURNED * k) if n >= MANY else inf
    return least <= n * k * m <= small_products() and m * k * itemsize <= LAID and threads() <= 2


def at_each_step(w, out):
    """(times, w, out) of a loop that computes out = x @ w for one x after the other: times(x, w, out) is that, in whole pieces or none.
    w may be several matrices [..., k, m], of which each gives a matrix of out."""
    *many, k, m = w.shape
    n, lie = out.shape[-2], lies(w[0] if many else w)
    if n * k * m > (WORK if lie == "F" else SMALL_PRODUCT) and w.dtype is out.dtype and w.dtype.char in "fd":
        width = cut(n, k, m, "C" + lie, threads())
        if width and not m % width:
            return np.matmul, in_pieces(w, width), in_pieces(out, width)
    return np.matmul if many else np.ndarray.dot, w, out


def in_pieces(y, width):
    """A view [..., pieces, rows, width] of as many columns of a matrix as there are whole pieces of."""
    *many, k, m = y.shape
    return y[..., : m - m % width].reshape(*many, k, -1, width).swapaxes(-3, -2)


def lies(x):
    """ "C": by rows, "F": by columns, "": otherwise."""
    flags = x.flags
    return "C" if flags.c_contiguous else "F" if flags.f_contiguous else ""


@lru_cache(1024)
def cut(n, k, m, lie, threads):
    """How many columns a piece of a product [n, k] @ [k, m] has; 0 where it had better be one. `lie`: how the operands do."""
    few = k if lie == "FC" else n
    if not 1 < few * threads <= ROWS.get(lie, 0) or lie == "CF" and k < DEEP:
        return 0
    limit = small_products() // (n * k)
    if lie == "CF":
        limit = min(limit, TURNED // n)
    if limit < NARROW or m <= limit:
        return 0
    even = [width for width in range(limit, limit // 2, -1) if m % width == 0]
    return even[0] if even and even[0] >= NARROW else limit // NARROW * NARROW


__all__ = ["LARGE", "SMALL", "WORK", "at_each_step", "cut", "in_pieces", "laid_out", "product"]
