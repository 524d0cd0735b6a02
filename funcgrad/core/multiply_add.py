"""x * y + z rounded once, as processors' fused instruction has it, in NumPy: torch's kernels and XLA's code are made of it.

What each promises of a result that is no subnormal number:

- `fused32`: one rounding, always. A float64 sum is looked at for the middles between two float32 numbers.
- `single`: the float64 sum rounded to float32, a third sooner; a result in 10^9 lies in such a middle and may be a unit off.
- `fused64`, `double`: one rounding, but where rounding the two lost parts together moves the sum across the middle between two numbers,
  and where cutting a factor in halves would overflow: two roundings there (`fused64`: of |b| > 2**990).
- `fma`: `single` or `double` as the dtype is; in float16 each step is rounded, as XLA does.
"""

import numpy as np

f32, f64 = np.float32, np.float64
SPLIT = 2.0**27 + 1  # cuts a float64 into two halves of 26 bits whose products are exact
SPLIT_LIMIT = 2.0**990  # beyond it the cut itself would overflow
DROPPED_BITS = np.int64((1 << 29) - 1)  # what a float64 loses on its way to float32
HALFWAY = np.int64(1 << 28)
CHUNK = 16384  # float64 arrays of this length stay in the cache


def fused32(a, b, c):
    """a * b + c rounded once to float32; a: float32[*s] in C order, b: a float32 scalar, c: one too, or float32[*s] in C order.

    >>> fused32(np.float32([3.0, 0.1]), np.float32(0.1), np.float32(-0.3)).tolist()
    [-7.450580596923828e-09, -0.2900000214576721]
    """
    each = type(c) is np.ndarray and c.ndim > 0
    if b == 1 or not each and c == 0:  # only one of the two steps rounds, so plain float32 is exact
        out = a * b
        out += c
        return out
    if a.size > CHUNK:
        out = np.empty_like(a)
        parts = out.reshape(-1)
        for start in range(0, a.size, CHUNK):
            part = slice(start, start + CHUNK)
            parts[part] = chunk32(a.reshape(-1)[part], b, c.reshape(-1)[part] if each else c)
        return out
    return chunk32(a, b, c)


def chunk32(a, b, c):
    product = np.multiply(a, b, dtype=f64)  # exact: 24 + 24 bits fit in 53
    wide = f64(c)
    total = product + wide
    halfway = np.bitwise_and(total.view(np.int64), DROPPED_BITS) == HALFWAY
    if np.count_nonzero(halfway):  # the first rounding may have hidden on which side of the tie the sum lies
        lost = lost_in_sum(product, wide, total)
        halfway &= lost != 0
        if np.count_nonzero(halfway):
            total[halfway] = np.nextafter(total[halfway], np.copysign(np.inf, lost[halfway]))
    return total.astype(f32)


def single(x, y, z):
    """x y + z, rounded to float32 from a float64 sum; arrays or NumPy's numbers, of float32."""
    total = np.multiply(x, y, dtype=f64)
    total = np.add(total, z, total) if type(total) is np.ndarray and np.shape(z) == total.shape else total + z
    return total.astype(f32)


def fused64(a, b, c):
    """a * b + c rounded once to float64, twice of |b| > 2**990; a and c: float64[*s] or floats, b: a float. Where a sum overflows on the
    way it is nan.

    >>> fused64(0.1, 10.0, -1.0)
    5.551115123125783e-17
    """
    if b == 1 or np.ndim(c) == 0 and c == 0 or abs(b) > SPLIT_LIMIT:
        return a * b + c
    p = a * b
    s = p + c
    return s + (lost_in_sum(p, c, s) + lost_in_product(a, b, p))


def double(x, y, z):
    """x y + z, rounded once to float64; where that would overflow on the way, twice."""
    p = np.multiply(x, y)
    s = p + z
    lost = lost_in_product(x, y, p) + lost_in_sum(p, z, s)
    out = np.where(np.isfinite(lost), s + lost, s)
    return out if out.ndim else out[()]


def fma(x, y, z):
    """x y + z in the dtype that the three meet in."""
    size = np.result_type(x, y, z).itemsize
    return single(x, y, z) if size == 4 else x * y + z if size == 2 else double(x, y, z)


def lost_in_product(x, y, p):
    """x y - p, of what rounding has made p (T. J. Dekker, A floating-point technique for extending the available precision, 1971)."""
    t = SPLIT * x
    x_high = t - (t - x)
    x_low = x - x_high
    if y is x:
        y_high, y_low = x_high, x_low
    else:
        t = SPLIT * y
        y_high = t - (t - y)
        y_low = y - y_high
    return ((x_high * y_high - p) + x_high * y_low + x_low * y_high) + x_low * y_low


def lost_in_sum(p, z, s):
    """p + z - s, of what rounding has made s (D. Knuth, The Art of Computer Programming, volume 2)."""
    v = s - p
    return (p - (s - v)) + (z - v)
