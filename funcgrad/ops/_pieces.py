"""Products of few rows and many columns, in pieces that BLAS computes without packing its operands.

OpenBLAS's AVX-512 kernels have a road for small products (core/blas.py: `small_products`), which uses the caller's thread alone. Measured
on an AMD EPYC (Zen 5), OpenBLAS 0.3.31, one thread, GFLOP/s of [m, k] @ [k, n] whole and in pieces:
                       float32      float64                              float32      float64
  (32, 144, 784)        171  223     77  104       (16, 288, 784)         143  176     64  100
  (8, 72, 3136)          91  202     49   87       (64, 64, 784)          191  226     84  112
(Products of many rows gain as much by themselves, pieces being rows then; in networks with such layers 0 to 6 % were left of it, 26 % of
one from 784 to 10 in float64, so these are not cut.)
"""

from functools import lru_cache

import numpy as np

from ..core.blas import small_products

NARROW = 96  # columns of a piece, below which the road for small products loses


@lru_cache(1024)
def pieces(m, k, n):
    """Into how many pieces of n a product [m, k] @ [k, n] is cut; 0 where that does not pay, or BLAS has no such road."""
    most = small_products() // max(m * k, 1)
    count = -(-n // most) if most else 0
    return count if count == 1 or most >= NARROW else 0


def by_columns(left, right, out):
    """np.matmul(left, right, out=out), in pieces of the columns of `right` where that is quicker."""
    n = right.shape[-1]
    count = pieces(*left.shape[-2:], n)
    if count < 2:
        np.matmul(left, right, out=out)
        return
    each = -(-n // count)
    whole = n // each * each
    parts = [v[..., :whole].reshape(*v.shape[:-1], -1, each).swapaxes(-3, -2) for v in (right, out)]
    np.matmul(left[..., None, :, :], parts[0], out=parts[1])
    if whole < n:
        np.matmul(left, right[..., whole:], out=out[..., whole:])


__all__ = ["by_columns", "pieces"]
