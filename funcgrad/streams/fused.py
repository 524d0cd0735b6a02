"""Multiply-add rounded once, as the fused instruction of torch's kernels, in NumPy.

Invariant: the float32 form equals a true fused multiply-add for every normal (not subnormal) result; the
float64 form can miss it only where rounding the two lost parts together moves the sum across a tie.
"""

import numpy as np

_SPLIT = 134217729.0  # 2**27 + 1: cuts a float64 into two halves of 26 bits whose products are exact
_SPLIT_LIMIT = 2.0**990  # beyond it the cut itself would overflow
_DROPPED_BITS = np.int64((1 << 29) - 1)  # what a float64 loses on its way to float32
_HALFWAY = np.int64(1 << 28)
_CHUNK = 16384  # float64 arrays of this length stay in the cache


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
    if a.size > _CHUNK:
        out = np.empty_like(a)
        parts = out.reshape(-1)
        for start in range(0, a.size, _CHUNK):
            part = slice(start, start + _CHUNK)
            parts[part] = _fused32(a.reshape(-1)[part], b, c.reshape(-1)[part] if each else c)
        return out
    return _fused32(a, b, c)


def _fused32(a, b, c):
    product = np.multiply(a, b, dtype=np.float64)  # exact: 24 + 24 bits fit in 53
    wide = np.float64(c)
    total = product + wide
    halfway = np.bitwise_and(total.view(np.int64), _DROPPED_BITS) == _HALFWAY
    if np.count_nonzero(halfway):  # the first rounding may have hidden on which side of the tie the sum lies
        c_part = total - product
        lost = (product - (total - c_part)) + (wide - c_part)
        halfway &= lost != 0
        if np.count_nonzero(halfway):
            total[halfway] = np.nextafter(total[halfway], np.copysign(np.inf, lost[halfway]))
    return total.astype(np.float32)


def fused64(a, b, c):
    """a * b + c rounded once to float64; a and c: float64[*s] or floats, b: a float.

    >>> fused64(0.1, 10.0, -1.0)
    5.551115123125783e-17
    """
    if b == 1 or np.ndim(c) == 0 and c == 0 or abs(b) > _SPLIT_LIMIT:
        return a * b + c
    t = _SPLIT * a
    a_hi = t - (t - a)
    a_lo = a - a_hi
    t = _SPLIT * b
    b_hi = t - (t - b)
    b_lo = b - b_hi
    p = a * b
    p_lost = ((a_hi * b_hi - p) + a_hi * b_lo + a_lo * b_hi) + a_lo * b_lo
    s = p + c
    c_part = s - p
    s_lost = (p - (s - c_part)) + (c - c_part)
    return s + (s_lost + p_lost)
