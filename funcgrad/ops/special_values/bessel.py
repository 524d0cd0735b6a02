"""The modified Bessel functions I0 and I1, plain and scaled by exp(-|x|).

Up to 22 their power series, whose terms are all positive (DLMF 10.25.2); beyond, the asymptotic series (10.40.1).
The error is up to 5 ulp below 10, 11 ulp near 20.
"""

import functools
import math

import numpy as np

from .blocks import over_blocks, polynomial

LARGE = 22.0


def power_series(order, terms=48):
    """Coefficients of (x / 2)**-order I(x) in (x / 2)**2, highest first."""
    return [1 / (math.factorial(k) * math.factorial(k + order)) for k in range(terms)][::-1]


def asymptotic_series(order):
    """Coefficients of sqrt(2 pi x) exp(-x) I(x) in 1 / x, highest first."""
    c = [1.0]
    for k in range(1, 26):
        c.append(-c[-1] * (4 * order * order - (2 * k - 1) ** 2) / (8 * k))
    return c[::-1]


SMALL = [power_series(0), power_series(1)]
TAIL = [asymptotic_series(0), asymptotic_series(1)]


def scaled(order, x, a):
    """exp(-a) I(x), for a = |x|."""
    half = np.minimum(a, LARGE) / 2
    small = np.exp(-a) * polynomial(SMALL[order], half * half)
    if order:
        small *= half
    large = a > LARGE
    if large.any():
        b = np.maximum(a, LARGE)
        small = np.where(large, polynomial(TAIL[order], 1 / b) / np.sqrt(2 * math.pi * b), small)
    return np.copysign(small, x) if order else small


def unscaled(order, x):
    a = np.abs(x)
    out = scaled(order, x, a)
    half = np.exp(a / 2)
    return np.where(np.isinf(a), x if order else a, out * half * half)


@functools.cache
def series(order):
    """Coefficients of the power series of I(x) / x**order and of the asymptotic one of I(x)."""
    return power_series(order), asymptotic_series(order)


@over_blocks()
def bessel_ratio(x, *, nu):
    """I(x) / x**nu."""
    a = np.abs(x)
    power, tail = series(nu)
    half = np.minimum(a, LARGE) / 2
    out = np.exp(-a) * polynomial(power, half * half) / 2.0**nu
    large = a > LARGE
    if large.any():
        b = np.maximum(a, LARGE)
        out = np.where(large, polynomial(tail, 1 / b) / np.sqrt(2 * math.pi * b) / b**nu, out)
    grown = np.exp(a / 2)
    return np.where(np.isinf(a), a, out * grown * grown)


NODES, FAR, FAR_TERMS = 64, 30.0, 34


@functools.cache
def decay_tables(nth):
    """(1 - cos at the nodes, the weights there; the coefficients of the asymptotic series in 1 / x, highest first)."""
    u = 2 * np.sin((np.arange(NODES) + 0.5) * math.pi / (2 * NODES)) ** 2
    c = [math.gamma(nth + 0.5) / math.sqrt(math.pi)]
    for k in range(FAR_TERMS - 1):
        c.append(c[-1] * (k + 0.5) * (nth + k + 0.5) / (2 * (k + 1)))
    return u.tolist(), (u**nth / NODES).tolist(), c[::-1]


@over_blocks()
def bessel_decay(x, *, nth):
    """The mean of (1 - cos t)**nth exp(-|x| (1 - cos t)) over all t: (-1)**nth times the nth derivative of exp(-x) I0(x) for x > 0.

    The mean over equidistant t, which converges at once, up to 30; beyond, the asymptotic series. Error up to 3 ulp.
    """
    a = np.abs(x)
    u, weights, tail = decay_tables(nth)
    near = np.minimum(a, FAR)
    out = np.zeros_like(a)
    for v, w in zip(u, weights, strict=True):
        out += w * np.exp(-v * near)
    if (a > FAR).any():
        b = np.maximum(a, FAR)
        out = np.where(a > FAR, polynomial(tail, 1 / b) / np.sqrt(2 * math.pi * b) / b**nth, out)
    return np.where(np.isnan(x), np.nan, out)


@over_blocks()
def i0e(x):
    """exp(-|x|) I0(x)"""
    return scaled(0, x, np.abs(x))


@over_blocks()
def i1e(x):
    """exp(-|x|) I1(x)"""
    return scaled(1, x, np.abs(x))


@over_blocks()
def i0(x):
    """The modified Bessel function of order 0"""
    return unscaled(0, x)


@over_blocks()
def i1(x):
    """The modified Bessel function of order 1"""
    return unscaled(1, x)
