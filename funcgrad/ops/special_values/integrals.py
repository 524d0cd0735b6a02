"""Exponential integrals, Dawson's integral and the dilogarithm.

E_n by its series at 0 (DLMF 8.19.8) up to 1, beyond by a continued fraction (8.19.17); Ei by
its series (6.6.2) up to 40, beyond by its asymptotic one (6.12.2). Dawson's integral by Rybicki's sum (Numerical Recipes, 6.10);
the dilogarithm by its series after inversion and reflection (DLMF 25.12.4, 25.12.6).
"""

import math

import numpy as np

from .blocks import over_blocks
from .gamma import BERNOULLI, digamma

STEPS = 95  # of the fraction, which leave 1e-17 of it at 1: exp(-4 sqrt(STEPS x))
EULER = 0.5772156649015329


def expn_near(n, x):
    """E_n for 0 < x <= 1."""
    skip = (-x) ** (n - 1) / math.factorial(n - 1)
    out = skip * (float(digamma(np.array([float(n)]))[0]) - np.log(x))
    term = np.ones_like(x)
    for m in range(24 + n):
        if m:
            term = term * (-x / m)
        if m != n - 1:
            out = out - term / (m - n + 1)
    return out


def expn_far(n, x):
    """E_n for x > 1: the fraction x + n / (1 + 1 / (x + (n + 1) / (1 + 2 / (x + ...)))) from its end, where every term is positive."""
    out = x
    for k in range(STEPS - 1, -1, -1):
        out = x + (n + k) * out / (out + (k + 1))
    return np.exp(-x) / out


@over_blocks()
def expn(x, *, n):
    """The integral of exp(-x t) / t**n over t > 1, for a whole n >= 0; inf (for n > 1: 1 / (n - 1)) at 0, nan below."""
    if n == 0:
        return np.where(x < 0, np.nan, np.exp(-x) / x)
    out = np.full_like(x, np.nan)
    near = (x > 0) & (x <= 1)
    out[near] = expn_near(n, x[near])
    far = (x > 1) & (x < np.inf)
    out[far] = expn_far(n, x[far])
    out[x == np.inf] = 0
    out[x == 0] = np.inf if n == 1 else 1 / (n - 1)
    return out


def expi_near(x):
    """Ei for 0 < x <= 40: every term is positive."""
    total, term = np.zeros_like(x), np.ones_like(x)
    for k in range(1, 130):
        term = term * (x / k)
        total += term / k
    return EULER + np.log(x) + total


@over_blocks()
def expi(x):
    """The exponential integral, the principal value of the integral of exp(t) / t up to x; -inf at 0."""
    out = np.where(np.isnan(x), np.nan, -np.inf)
    below = x < 0
    out[below] = -expn(-x[below], n=1)
    near = (x > 0) & (x <= 40)
    out[near] = expi_near(x[near])
    far = x > 40
    if far.any():
        r = 1 / x[far]
        total, term = np.ones_like(r), np.ones_like(r)
        for k in range(1, 40):
            term = term * (k * r)
            total += term
        out[far] = np.where(r == 0, np.inf, np.exp(x[far]) * r * total)
    return out


STEP = 0.2
DAWSON = tuple(math.exp(-(((2 * i + 1) * STEP) ** 2)) for i in range(16))


NODES = 64  # of the sums for derivatives of Dawson's integral


def dawson_slope(a, value, nth):
    """The derivative of order nth >= 1 of Dawson's integral, at a >= 0.

    Up to 2 by 1 - 2 a D and the recurrence that follows from it, which would cancel beyond. There the integral that D is the principal value
    of, 1 / (2 sqrt(pi)) of exp(-u**2) / (a - u), by the midpoints of steps of 2 h: as Rybicki takes it, a at an odd multiple of h from each u,
    until a is so large that the pole weighs nothing. Differentiated, its terms have Hermite polynomials H, to which lower powers are
    orthogonal: of 1 / (a - u) the terms (u / a)**nth / (a - u) are left, which do not cancel.
    """
    before, near = value, 1 - 2 * a * value
    for k in range(1, nth):
        before, near = near, -2 * (a * near + k * before)
    if not (a > 2).any():
        return near
    b = np.clip(a, 2.0, 8.0)[:, None]
    offset = np.remainder(b, 2 * STEP)
    u = offset + STEP * (np.arange(-NODES // 2, NODES // 2) * 2 + 1)
    b = np.maximum(a, 2.0)[:, None]
    lower, hermite = np.ones_like(u), 2 * u
    for k in range(1, nth):
        lower, hermite = hermite, 2 * (u * hermite - k * lower)
    terms = hermite * np.exp(-u * u) * (u / b) ** nth / (b - u)
    far = terms.sum(1) * ((-1) ** nth * STEP / math.sqrt(math.pi))
    return np.where(a > 2, far, near)


@over_blocks()
def dawson(x, *, nth):
    """exp(-x**2) times the integral of exp(t**2) from 0 to x, differentiated nth times."""
    value = dawson_value(x)
    if not nth:
        return value
    slope = dawson_slope(np.abs(x), np.abs(value), nth)
    return slope if nth % 2 else np.copysign(1.0, x) * slope


def dawson_value(x):
    a = np.abs(x)
    square = x * x
    series = np.ones_like(x)
    for k in range(14, 0, -1):  # 1 - 2/3 x^2 (1 - 2/5 x^2 (...))
        series = 1 - 2 * square / (2 * k + 1) * series
    small = x * series
    near = 2 * np.rint(0.5 * np.minimum(a, 60.0) / STEP)
    rest = np.minimum(a, 60.0) - near * STEP
    e1, e2 = np.exp(2 * rest * STEP), np.exp(4 * rest * STEP)
    up, down = near + 1, near - 1
    total = np.zeros_like(x)
    for c in DAWSON:
        total += c * (e1 / up + 1 / (down * e1))
        up, down, e1 = up + 2, down - 2, e1 * e2
    middle = np.copysign(np.exp(-rest * rest), x) * total / math.sqrt(math.pi)
    r = 1 / square
    far = 0.5 / x * (1 + r * (0.5 + r * (0.75 + r * (1.875 + r * 6.5625))))
    return np.where(a < 0.2, small, np.where(a > 40, far, middle))


def debye_series(u):
    """Li2 of 1 - exp(-u), for |u| <= log 2: u - u**2/4 + sum of B_2k u**(2k+1) / (2k+1)!."""
    square = u * u
    total = np.zeros_like(u)
    for k in range(len(BERNOULLI), 0, -1):
        total = (total + BERNOULLI[k - 1] / math.factorial(2 * k + 1)) * square
    return u * (1 - u / 4 + total)


@over_blocks()
def spence(x):
    """The dilogarithm of 1 - x: the integral of log(t) / (1 - t) from 1 to x; nan for x < 0."""
    high = math.pi**2 / 6
    inside = np.where(x > 2, 1 / x, x)  # Li2(1 - x) + Li2(1 - 1/x) = -log(x)**2 / 2
    small = inside < 0.5
    u = -np.log(np.where(small, 1 - inside, inside))  # Li2(x) + Li2(1 - x) = pi**2/6 - log(x) log(1 - x)
    li = debye_series(u)
    at_zero = np.where(inside > 0, np.log(inside) * np.log1p(-np.where(small, inside, 0.0)), 0.0)
    li = np.where(small, high - at_zero - li, li)
    li = np.where(x > 2, -li - 0.5 * np.log(x) ** 2, li)
    return np.where(x < 0, np.nan, np.where(x == np.inf, -np.inf, li))


__all__ = ["dawson", "expi", "expn", "spence"]
