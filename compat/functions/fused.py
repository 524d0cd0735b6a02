"""Arithmetic of torch's CPU kernels that NumPy rounds otherwise: the multiply-add that is rounded once, and MKL's dot product.

Invariant: NumPy alone, and torch's bits in float32, float64 and, of multiply_add, half precision; other dtypes are computed plainly. The order of the dot product is that of
MKL's kernels for any x86 processor (four accumulators of 16 bytes), which it takes where it knows no better ones, as on AMD's;
found by experiment against torch 2.13. Sums that are float64 until they are stored have their exact product and, but for one in 10^9, the bits
of one rounding.
"""

import numpy as np

from funcgrad.core.halves import HALVES, rounded
from funcgrad.core.multiply_add import double, fused32

float32, float64 = np.float32, np.float64
ONE = float32(1)
ACCUMULATORS = 4
LANE_BYTES = 16


def multiply_add(a, x, alpha):
    """a + alpha * x, rounded once, in the dtype of the array x in C order; alpha is a number, and a is one or an array like x."""
    d = x.dtype
    if d.char == "f" and d.isnative:
        return fused32(x, d.type(alpha), a if type(a) is np.ndarray and a.ndim else d.type(a))
    if d.char == "d" and d.isnative:
        return double(x, float(alpha), a)
    if d in HALVES:  # (torch has no kernel that rounds these once)
        product = rounded(np.multiply(x, rounded(alpha, d), dtype=np.float32), d)
        return rounded(np.add(a, product, dtype=np.float32), d)
    return a + x * alpha


def scaled_sum(x, y, alpha):
    """x + alpha * y as torch's add, rounded once in float32: then this is float64, to be stored. Arrays, alpha is a number."""
    if not x.dtype.char == y.dtype.char == "f" or alpha == 1:
        return x + y * alpha
    total = y * float64(float32(alpha))
    total += x
    return total


def product_added(x, y, z, value):
    """x + value * y * z as torch's addcmul, its last step rounded once in float32: then this is float64, to be stored."""
    product = y if value == 1 else y * value
    if not x.dtype.char == product.dtype.char == z.dtype.char == "f":
        return x + product * z
    total = np.multiply(product, z, dtype=float64)
    total += x
    return total


def interpolated(x, y, weight):
    """x + weight * (y - x), worked out from the nearer end, as torch.lerp; its last step is rounded once in float32: then this is float64,
    to be stored."""
    near = abs(weight) < 0.5
    if not x.dtype.char == y.dtype.char == "f":
        return x + (y - x) * weight if near else y - (y - x) * (1 - weight)
    weight = float32(weight)
    total = (y - x) * float64(weight if near else weight - ONE)
    total += x if near else y
    return total


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
