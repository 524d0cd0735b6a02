"""The Bessel functions J and Y of the orders 0 and 1, and K, which decays, plain and scaled by exp(x).

Up to 8 (for K, 2) fits in x**2 of what is left without the logarithm and the pole (DLMF 10.8.2, 10.31.2), beyond in the
argument of the asymptotic expansion (10.17.3, 10.40.2). Near their zeros J and Y have an error of 1e-16, absolutely.
"""

import math

import numpy as np

from .bessel import scaled
from .blocks import on, over_blocks, polynomial
from .coefficients import (
    BESSEL_J0,
    BESSEL_J1,
    BESSEL_K0,
    BESSEL_K0E,
    BESSEL_K1,
    BESSEL_K1E,
    BESSEL_P0,
    BESSEL_P1,
    BESSEL_Q0,
    BESSEL_Q1,
    BESSEL_Y0,
    BESSEL_Y1,
)  # fmt: skip

END = 8.0  # as in tests/expected/make_special_coefficients.py
FIRST, SECOND = (BESSEL_J0, BESSEL_J1), (BESSEL_Y0, BESSEL_Y1)
IN_PHASE, BEHIND = (BESSEL_P0, BESSEL_P1), (BESSEL_Q0, BESSEL_Q1)
DECAYING, DECAYING_FAR = (BESSEL_K0, BESSEL_K1), (BESSEL_K0E, BESSEL_K1E)


def near(table, nu, a):
    """A fit in a**2, times a**nu, up to END."""
    b = np.minimum(a, END)
    p = polynomial(table[nu], on((0.0, END**2), b * b))
    return p * b if nu else p


def far(nu, a, second):
    """J, or Y, of a > END."""
    b = np.maximum(a, END)
    t = END / b
    u = on((0.0, 1.0), t * t)
    p, q = polynomial(IN_PHASE[nu], u), polynomial(BEHIND[nu], u) * t
    s, c = np.sin(b), np.cos(b)
    sine, cosine = (s - c, s + c) if nu == 0 else (-(s + c), s - c)  # of b - (2 nu + 1) pi / 4, times sqrt(2)
    wave = p * sine + q * cosine if second else p * cosine - q * sine
    return np.where(np.isinf(a), 0.0, wave / np.sqrt(math.pi * b))


@over_blocks()
def bessel_j(x, *, nu):
    """J(x); error below 1e-15, absolutely, for |x| < 100."""
    a = np.abs(x)
    out = np.where(a > END, far(nu, a, False), near(FIRST, nu, a))
    return np.copysign(1.0, x) * out if nu else out


@over_blocks()
def bessel_y(x, *, nu):
    """Y(x): -inf at 0, nan below."""
    a = np.where(x > 0, x, 1.0)
    small = 2 / math.pi * np.log(a / 2) * near(FIRST, nu, a) + near(SECOND, nu, a)
    if nu:
        small = small - 2 / (math.pi * a)
    out = np.where(a > END, far(nu, a, True), small)
    return np.where(x > 0, out, np.where(x == 0, -np.inf, np.nan))


@over_blocks()
def bessel_k(x, *, nu, scaled_by_exp):
    """K(x), times exp(x) if scaled: inf at 0, nan below; error up to 5 ulp."""
    a = np.where(x > 0, x, 1.0)
    b = np.minimum(a, 2.0)
    growing = scaled(nu, b, b) * np.exp(b)
    fit = polynomial(DECAYING[nu], on((0.0, 4.0), b * b))
    small = np.log(b / 2) * growing + fit / b if nu else fit - np.log(b / 2) * growing
    c = np.maximum(a, 2.0)
    large = polynomial(DECAYING_FAR[nu], on((0.0, 1.0), 2 / c)) / np.sqrt(c)
    if scaled_by_exp:
        out = np.where(a > 2, large, small * np.exp(b))
    else:
        out = np.where(a > 2, large * np.exp(-c), small)
    return np.where(x > 0, out, np.where(x == 0, np.inf, np.nan))
