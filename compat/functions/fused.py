"""Arithmetic of torch's CPU kernels that NumPy rounds otherwise: the multiply-add that is rounded once, and MKL's dot product.

Invariant: NumPy alone, and torch's bits in float32 and float64; other dtypes are computed plainly. The order of the dot product is that of
MKL's kernels for any x86 processor (four accumulators of 16 bytes), which it takes where it knows no better ones, as on AMD's;
found by experiment against torch 2.13.
"""

import numpy as np

ACCUMULATORS = 4
LANE_BYTES = 16
SPLIT = float(2**27 + 1)  # (Dekker's, 1971: a float64 in two halves of 26 bits)


def multiply_add(a, x, alpha):
    """a + alpha * x, rounded once, in the dtype of the array x; alpha is a number."""
    d = x.dtype
    if d.char == "f" and d.isnative:  # (the product of two float32 is exact in float64)
        wide = np.multiply(x, float(d.type(alpha)), dtype=np.float64)
        return np.add(wide, a, out=wide).astype(d)
    return added_exactly(a, x, float(alpha)) if d.char == "d" and d.isnative else a + x * alpha


def added_exactly(a, x, alpha):
    """The same in float64: the product and the sum, each with what rounding takes from it; plainly where that is no number."""
    product = alpha * x
    total = a + product
    head, top = SPLIT * x, SPLIT * alpha
    head, top = head - (head - x), top - (top - alpha)
    lost = ((head * top - product) + head * (alpha - top) + (x - head) * top) + (x - head) * (alpha - top)
    part = total - a
    lost += (a - (total - part)) + (product - part)
    return np.where(np.isfinite(lost), total + lost, total)


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
