"""erf, erfc and erfinv.

erfc is exp(-x**2) times (1 + 2x) exp(x**2) erfc(x) / (1 + 2x), whose numerator is smooth in (x - 4) / (x + 4) from 0 to
infinity: the form of M. M. Shepherd and J. G. Laframboise, Math. Comp. 36 (1981) 249-253. erfinv is x times a function
of -log(1 - x**2), in three pieces, as M. Giles has it in GPU Computing Gems Jade (2012), chapter 10. The coefficients
are our own (coefficients.py).
"""

import math

import numpy as np

from .blocks import on, over_blocks, polynomial
from .coefficients import ERF, ERF_SINGLE, ERF_SINGLE_END, ERFCX, ERFINV_END, ERFINV_MIDDLE, ERFINV_TAIL

UNDERFLOW = 30.0  # erfc is 0 from here on


def erf_near_zero(x, a):
    """erf(x) for |x| = a up to 1; beyond, that of 1."""
    v = np.minimum(a, 1)
    v *= v
    v *= 2
    v -= 1
    p = polynomial(ERF, v)
    p *= x
    return p


def scaled_erfc(a):
    """exp(a**2) erfc(a) for a >= 0."""
    q = 1 - 8 / (a + 4)
    p = polynomial(ERFCX, q)
    p /= 1 + 2 * a
    return p


def exp_of_minus_square(a):
    """exp(-a**2) with all its digits: the square of a's first bits is exact, what is left is small."""
    high = np.trunc(a * 16) / 16
    return np.exp(-high * high) * np.exp((high - a) * (high + a))


def gaussian(x):
    """exp(-x**2); error up to 1.6 ulp, of float32 and float16 up to 0.6."""
    return gaussian_of_single(x) if x.dtype.char in "ef" else gaussian_of_double(x)


@over_blocks()
def gaussian_of_single(x):
    x *= x
    np.negative(x, out=x)
    return np.exp(x, out=x)


@over_blocks()
def gaussian_of_double(x):
    return exp_of_minus_square(np.minimum(np.abs(x), UNDERFLOW))


def erf(x):
    """The error function; error up to 1.8 ulp, of float32 and float16 up to 0.6."""
    return erf_of_single(x) if x.dtype.char in "ef" else erf_of_double(x)


@over_blocks(math.erf, few=250)
def erf_of_single(x):
    """erf to the digits of float32: a quarter of the passes."""
    x = np.clip(x, -ERF_SINGLE_END, ERF_SINGLE_END, out=x)
    s = x * (1 / ERF_SINGLE_END)
    s *= s
    top, bottom = ERF_SINGLE
    x *= polynomial(top, s)
    x /= polynomial(bottom, s)
    return x


@over_blocks(math.erf)
def erf_of_double(x):
    a = np.abs(x)
    out = erf_near_zero(x, a)
    at = np.flatnonzero(a >= 1)
    if at.size:
        large = np.minimum(a[at], 6)
        out[at] = np.copysign(1 - np.exp(-large * large) * scaled_erfc(large), x[at])
    return out


@over_blocks(math.erfc)
def erfc(x):
    """1 - erf(x), with all its digits where that is small; error up to 4.8 ulp."""
    a = np.minimum(np.abs(x), UNDERFLOW)
    tail = exp_of_minus_square(a) * scaled_erfc(a)
    return np.where(a < 0.5, 1 - erf_near_zero(x, a), np.where(x < 0, 2 - tail, tail))


TAIL, END = (math.sqrt(5), 4.0), (4.0, 6.1)  # intervals of sqrt(-log(1 - x**2))
FEW = 24  # numbers of which a polynomial is sooner computed one by one
ONE_BY_ONE = 12  # ... and the whole


def beyond(s):
    """erfinv(x) / x for s = sqrt(-log(1 - x**2)) > sqrt(5)."""
    return polynomial(ERFINV_TAIL, on(TAIL, s)) if s <= 4 else polynomial(ERFINV_END, on(END, s))


def erfinv_of_number(x):
    """The same of one Python float between -1 and 1."""
    a = abs(x)
    if not a < 1:
        raise ValueError
    w = -float(np.log((1 - a) * (1 + a)))  # (NumPy's: the bits are those of any array)
    return x * (polynomial(ERFINV_MIDDLE, on((0.0, 5.0), w)) if w <= 5 else beyond(math.sqrt(w)))


@over_blocks(erfinv_of_number, ONE_BY_ONE)
def erfinv(x):
    """The inverse of erf on -1 <= x <= 1; error up to 2.3 ulp."""
    a = np.abs(x)
    w = -np.log((1 - a) * (1 + a))
    p = polynomial(ERFINV_MIDDLE, on((0.0, 5.0), w))
    far = np.flatnonzero(w > 5)
    if far.size > FEW:
        s = np.sqrt(w[far])
        p[far] = polynomial(ERFINV_TAIL, on(TAIL, s))
        end = far[s > 4]
        if end.size:
            p[end] = polynomial(ERFINV_END, on(END, np.sqrt(w[end])))
    else:
        for i, s in zip(far.tolist(), np.sqrt(w[far]).tolist(), strict=True):
            p[i] = beyond(s)
    p *= x
    p[a == 1] = np.copysign(np.inf, x[a == 1])
    return p
