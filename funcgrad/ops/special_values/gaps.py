"""Differences of lgamma and its derivatives between x and x + d, and log B(a, b), without the cancellation of large terms.

x is brought to 8 or more by the recurrence (DLMF 5.5.1), term by term a difference of its own; from there on Stirling's series
(5.11.1), and for the derivatives the Euler-Maclaurin formula (25.11.7), are subtracted power by power.
"""

import math

import numpy as np

from .gamma import BERNOULLI, HALF_LOG_2PI, LARGE, STIRLING, digamma, lgamma, polygamma

SPLIT = 1e8  # d / x from which on log(1 + d / x) is a difference of logarithms (the quotient may overflow)


def log_ratio(x, d):
    """log((x + d) / x)."""
    with np.errstate(all="ignore"):
        wide = d > SPLIT * x
        return np.where(wide, np.log(x + d) - np.log(x), np.log1p(np.where(wide, 0, d) / x))


def stirling_gap(x, d):
    """The difference of Stirling's series less its leading terms, for x >= 8: by r**m - s**m, from m = 1 up by twos."""
    r, s = 1 / (x + d), 1 / x
    first = -d * r * s
    last, power, total = first, s, 0.0
    for c in STIRLING[::-1]:
        total = total + c * last
        last = r * r * last + power * first * (r + s)
        power = power * s * s
    return total


def lgamma_gap_at(x, d):
    """lgamma(x + d) - lgamma(x), for x > 0 and d >= 0."""
    total = 0.0
    for k in range(LARGE):
        total = total + np.where(x < LARGE, log_ratio(x + k, d), 0)
    b = np.where(x < LARGE, x + LARGE, x)
    rest = (b - 0.5) * log_ratio(b, d) + (d * np.log(b + d) - d)
    return rest + stirling_gap(b, d) - total


def polygamma_gap_at(x, d, order):
    """polygamma(x + d) - polygamma(x) of an order >= 0, for x > 0 and d >= 0."""
    s = order + 1

    def powers(s, a):
        """(a + d)**-s - a**-s."""
        return a**-s * np.expm1(-s * log_ratio(a, d))

    total = 0.0
    terms = 9 + s // 2
    for k in range(terms):
        total = total + powers(s, x + k)
    b = x + terms
    ratio, r = log_ratio(b, d), 1 / b
    total = total + (powers(s - 1, b) / (s - 1) if s > 1 else -ratio) + powers(s, b) / 2
    power, factor = r**s, s * 1.0
    for k, bernoulli in enumerate(BERNOULLI, 1):
        power = power * r
        total = total + bernoulli / math.factorial(2 * k) * factor * power * np.expm1(-(s + 2 * k - 1) * ratio)
        power = power * r
        factor *= (s + 2 * k - 1) * (s + 2 * k)
    return (1.0 if order % 2 else -1.0) * math.factorial(order) * total


def plain(x, nth):
    """lgamma's nth derivative."""
    return lgamma(x) if nth == 0 else digamma(x) if nth == 1 else polygamma(x, order=nth - 1)


def lgamma_gap(x, d, nth):
    """lgamma(x + d) - lgamma(x), each differentiated nth times; x and d are flat float64 arrays."""
    good = (x > 0) & (d >= 0) & np.isfinite(x + d)
    y, e = np.where(good, x, 1.0), np.where(good, d, 1.0)
    out = polygamma_gap_at(y, e, nth - 1) if nth else lgamma_gap_at(y, e)
    return out if good.all() else np.where(good, out, plain(x + d, nth) - plain(x, nth))


def log_beta(a, b):
    """log |B(a, b)| of flat float64 arrays; below zero by the definition, with its cancellation."""
    good = (a > 0) & (b > 0) & np.isfinite(a + b)
    low, high = np.where(good, np.minimum(a, b), 1.0), np.where(good, np.maximum(a, b), 1.0)
    large = low >= LARGE
    out = np.zeros_like(low)
    at = ~large
    out[at] = lgamma(low[at]) - lgamma_gap_at(high[at], low[at])
    a_, b_ = low[large], high[large]  # every term is below zero, but for the small ones of the series
    series = STIRLING[::-1]
    tails = sum(c * (a_ ** -(2 * k + 1) + b_ ** -(2 * k + 1) - (a_ + b_) ** -(2 * k + 1)) for k, c in enumerate(series))
    out[large] = HALF_LOG_2PI - np.log(b_) / 2 - (a_ - 0.5) * log_ratio(a_, b_) - b_ * np.log1p(a_ / b_) + tails
    return out if good.all() else np.where(good, out, lgamma(a) + lgamma(b) - lgamma(a + b))
