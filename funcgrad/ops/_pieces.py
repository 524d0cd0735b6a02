"""Products in pieces that BLAS computes without packing its operands.

OpenBLAS's AVX-512 kernels have a road for small products (core/blas.py: `small_products`), which uses the caller's thread alone. Measured
on an AMD EPYC (Zen 5), OpenBLAS 0.3.31, one thread, in GFLOP/s of [m, k] @ [k, n] whole and in pieces of so many rows and columns, float32:
  (16, 144, 1024)  44   82 (16 x 256)     (32, 288, 784)   87  112 (32 x 64)     (64, 192, 784)  96  111 (64 x 64)
  (128, 384, 784)  98  110 (32 x 64)      (64, 576, 784)   93  108 (16 x 64)     (32, 96, 1024)  67  103 (32 x 256)
Columns by multiples of 64: 80 to 160 of them lose up to a tenth, 24 to 48 up to a third. Of sums of products, [m, k] @ [k, n] over a long k:
  (192, 784, 64)   97  109 (16 rows)      (96, 500, 32)    84  105 (48 rows)     (21, 3136, 64)  66   98 (k by 392)
(Products of many rows gain as much by themselves, pieces being rows then; in networks with such layers 0 to 6 % were left of it, 26 % of
one from 784 to 10 in float64, so these are not cut.)
"""

from functools import lru_cache

import numpy as np

from ..core.blas import small_products

WIDE = 64  # columns of a piece, or a multiple
ROWS = 16  # of a piece, at least
DEEP = 96  # of what a product sums over, at least


@lru_cache(1024)
def pieces(m, k, n):
    """(rows, columns) of the pieces of a product [m, k] @ [k, n] that BLAS has a road for; None where it has none for them."""
    most = small_products()
    rows = m
    while rows == m or rows >= ROWS:
        if rows * k * n <= most:
            return rows, n
        width = most // max(rows * k, 1) // WIDE * WIDE
        if width:
            return rows, width
        if rows % 2:
            break
        rows //= 2
    return None


def by_columns(left, right, out):
    """np.matmul(left, right, out=out), in pieces where that is quicker; `left` lies in one piece."""
    *_, m, k = left.shape
    n = right.shape[-1]
    rows, width = pieces(m, k, n) or (m, n)
    if (rows, width) == (m, n):
        np.matmul(left, right, out=out)
        return
    whole = n // width * width
    target, columns = out[..., :whole], right[..., :whole]
    target = target.reshape(*target.shape[:-2], m // rows, rows, -1, width)
    columns = columns.reshape(*columns.shape[:-1], -1, width).swapaxes(-3, -2)
    left_rows = left.reshape(*left.shape[:-2], 1, m // rows, rows, k)
    np.matmul(left_rows, columns[..., None, :, :], out=np.moveaxis(target, -2, -4))
    if whole < n:
        np.matmul(left, right[..., whole:], out=out[..., whole:])


@lru_cache(1024)
def depths(m, k, n):
    """(rows, how much of k) a piece has of a product [m, k] @ [k, n] that is added to others; all of them where it is not cut."""
    most = small_products()
    fit = [m // by for by in range(1, m // ROWS + 1) if m % by == 0 and m // by * k * n <= most]
    if m * k * n > most and fit:
        return fit[0], k
    each = most // max(m * n, 1)
    return (m, -(-k // -(-k // each))) if DEEP <= each < k else (m, k)


def by_depth(left, right):
    """The sum of left @ right over their first axis, in pieces where that is quicker."""
    *lead, m, k = left.shape
    n = right.shape[-1]
    rows, each = depths(m, k, n)
    if rows < m:
        found = np.matmul(left.reshape(*lead, m // rows, rows, k), right[..., None, :, :])
        return np.add.reduce(found, axis=0).reshape(*lead[1:], m, n)
    if each == k:
        return np.add.reduce(np.matmul(left, right), axis=0)
    whole = k // each * each
    parts = [
        left[..., :whole].reshape(*lead, m, -1, each).swapaxes(-3, -2),
        right[..., :whole, :].reshape(*lead, -1, each, n),
    ]
    found = np.add.reduce(np.matmul(*parts), axis=(0, -3))
    if whole < k:
        found += np.add.reduce(np.matmul(left[..., whole:], right[..., whole:, :]), axis=0)
    return found


__all__ = ["by_columns", "by_depth", "pieces"]
