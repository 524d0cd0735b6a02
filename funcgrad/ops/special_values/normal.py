"""Functions of the normal distribution, and erfcx: exp(x**2) erfc(x), which they are made of where x is far to the left."""

import math

import numpy as np

from .blocks import over_blocks
from .error import erf_near_zero, erfinv, exp_of_minus_square, scaled_erfc

ROOT_HALF = math.sqrt(0.5)
HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def bell_values(x):
    """exp(-x**2 / 2) with all its digits, for |x| <= 40."""
    high = np.trunc(x * 16) / 16  # its square is exact, what is left is small
    return np.exp(high * high / -2) * np.exp((high - x) * (high + x) / 2)


@over_blocks()
def bell(x):
    """exp(-x**2 / 2)"""
    return bell_values(np.clip(x, -40.0, 40.0))


@over_blocks()
def ndtr(x):
    """The distribution function of the standard normal distribution. Error up to 5 ulp."""
    x = np.clip(x, -40.0, 40.0)
    a = np.abs(x) * ROOT_HALF
    tail = bell_values(x) * scaled_erfc(a) / 2
    near = 0.5 + erf_near_zero(np.clip(x * ROOT_HALF, -1, 1), a) / 2
    return np.where(a < 0.5, near, np.where(x < 0, tail, 1 - tail))


def erfcx_values(x):
    a = np.abs(x)
    tail = scaled_erfc(a)
    return np.where(x < 0, 2 / exp_of_minus_square(np.minimum(a, 26.7)) - tail, tail)


@over_blocks()
def erfcx(x):
    """exp(x**2) erfc(x), without underflow; inf below -26.7. Error up to 5 ulp."""
    return np.where(x < -26.65, np.inf, erfcx_values(x))


FORWARD, TERMS = 1.25, 100  # up to where the recurrence is used; how many terms of the continued fraction serve beyond


@over_blocks()
def erfc_integral(x, *, nth):
    """exp(x**2) times the nth repeated integral of erfc, for nth >= 1 (DLMF 7.18). Error up to 5 ulp, of the third 30.

    By the recurrence (7.18.7) where it does not cancel much, by the continued fraction of its ratios, whose terms are positive, beyond.
    """
    before, out = 2 / math.sqrt(math.pi), erfcx_values(np.maximum(x, -26.65))
    above = out
    for k in range(1, nth + 1):
        before, out = out, (before - 2 * x * out) / (2 * k)
    out = np.where(x < -26.65, np.inf, out)
    if not (x > FORWARD).any():
        return out
    z = np.maximum(x, FORWARD)
    ratio = 1 / (z + np.sqrt(z * z + 2 * (TERMS + 1)))  # of the (k + 1)th to the kth
    for k in range(TERMS, 0, -1):
        ratio = 0.5 / (z + (k + 1) * ratio)
        if k <= nth:
            above = above * ratio
    return np.where(x > FORWARD, above, out)


def log_ndtr_values(x):
    left = np.minimum(x, -1.0)
    below = np.log(erfcx_values(-left * ROOT_HALF) / 2) - left * left / 2
    right = np.clip(x, -1.0, 40.0)
    z = right * ROOT_HALF
    a = np.abs(z)
    tail = bell_values(right) * scaled_erfc(a)
    upper = np.where(a < 0.5, 1 - erf_near_zero(z, a), np.where(z < 0, 2 - tail, tail))  # erfc(z)
    return np.where(x < -1, below, np.log1p(-upper / 2))


@over_blocks()
def log_ndtr(x):
    """log of the distribution function of the standard normal distribution, without underflow."""
    return np.where(x == -np.inf, -np.inf, log_ndtr_values(x))


@over_blocks()
def ndtri(p):
    """The inverse of the distribution function of the standard normal distribution: erfinv in the middle, Newton's method on its logarithm beyond."""
    low = np.minimum(p, 1 - p)  # (exact for p >= 0.5, and small otherwise only where p is)
    known = np.where((low > 0) & (low <= 0.25), low, 0.25)
    wanted = np.log(known)
    r = np.sqrt(-2 * wanted)
    x = -(r - (np.log(r) + HALF_LOG_2PI) / r) * np.where(known < 0.02, 1, 0.9)
    x = np.where(known > 0.2, (known - 0.5) * 2.6, x)
    for _ in range(6):
        slope = 1 / (math.sqrt(math.pi / 2) * erfcx_values(-x * ROOT_HALF))
        x = x - (log_ndtr_values(x) - wanted) / slope
    middle = low > 0.25
    x = np.where(middle, erfinv(np.where(middle, 2 * low - 1, 0.0)) / ROOT_HALF, np.where(low == 0, -np.inf, x))
    x = np.where((p < 0) | (p > 1) | np.isnan(p), np.nan, x)
    return np.where(p > 0.5, -x, x)
