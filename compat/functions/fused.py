"""Arithmetic of torch's CPU kernels that NumPy rounds otherwise: the multiply-add that is rounded once, and MKL's dot product.

Invariant: NumPy alone, and torch's bits in float32 and float64; other dtypes are computed plainly. The order of the dot product is that of
MKL's kernels for any x86 processor (four accumulators of 16 bytes), which it takes where it knows no better ones, as on AMD's;
found by experiment against torch 2.13.
"""

import numpy as np

from funcgrad.streams.fused import fused32, fused64

ACCUMULATORS = 4
LANE_BYTES = 16


def multiply_add(a, x, alpha):
    """a + alpha * x, rounded once, in the dtype of the array x in C order; alpha is a number, and a is one or an array like x."""
    d = x.dtype
    if d.char == "f" and d.isnative:
        return fused32(x, d.type(alpha), a if type(a) is np.ndarray and a.ndim else d.type(a))
    plain = a + x * alpha
    if d.char != "d" or not d.isnative:
        return plain
    out = fused64(x, float(alpha), a)
    return np.where(np.isfinite(out), out, plain)  # (its halves may overflow where the sum does not)


def dot(x, y):
    """The sum of the products of two vectors of one dtype, a NumPy scalar."""
    if x.dtype.char not in "fd" or not x.dtype.isnative:
        return x @ y
    products = x * y
    n, lanes = len(products), LANE_BYTES // products.itemsize
    width = ACCUMULATORS * lanes
    at = n // width * width
    sums = np.add.reduce(products[:at].reshape(-1, width)).reshape(ACCUMULATORS, lanes)
    if lanes == 4 and n - at >= 8:
        sums[:2] += products[at : at + 8].reshape(2, 4)
        at += 8
    for row in range(at, n - lanes + 1, lanes):
        sums[0] += products[row : row + lanes]
    for product in products[n - n % lanes :]:
        sums[0, 0] += product
    sums = np.add.reduce(sums)
    return sums[0] + sums[1] if lanes == 2 else (sums[0] + sums[2]) + (sums[1] + sums[3])
