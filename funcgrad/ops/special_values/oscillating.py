"""Sine and cosine integrals, Fresnel's integrals, Owen's T function.

Si and Ci by their series (DLMF 6.6.5, 6.6.6) up to 4, beyond by the continued fraction of E1 on the imaginary axis (6.9.1, 6.5.6);
Fresnel's integrals by their series (7.6.4, 7.6.6), beyond by the continued fraction of erfc (7.9.3, 7.5.8). T(h, a) for |a| <= 1 by Gauss's rule
over the part of its integral that counts, beyond by T(h, a) + T(ah, 1/a) (D. Owen, 1956).
"""

import math

import numpy as np

from .blocks import elementwise_of, over_blocks
from .error import erfc

EULER = 0.5772156649015329
STEPS = 90  # of a continued fraction, enough for |z| >= 2 on a diagonal and >= 4 on an axis


def fraction(start, numerators, denominators):
    """start + n1 / (d1 + n2 / (d2 + ...)), evaluated from its tail."""
    tail = 0.0
    for n, d in zip(reversed(numerators), reversed(denominators), strict=True):
        tail = n / (d + tail)
    return start + tail


def sine_series(x):
    """(Si(x), Ci(x) - EULER - log(x)) for 0 < x <= 4."""
    s, c, term = x.copy(), np.zeros_like(x), x.copy()  # term: x**k / k!, alternating in pairs
    for k in range(2, 32, 2):
        even = term * (-x / k)
        c += even / k
        term = even * (x / (k + 1))
        s += term / (k + 1)
    return s, c


def both_integrals(x):
    """(Si, Ci) of x >= 0."""
    si, ci = np.full_like(x, math.pi / 2), np.zeros_like(x)
    near = (x > 0) & (x <= 4)
    si[near], rest = sine_series(x[near])
    ci[near] = EULER + np.log(x[near]) + rest
    far = (x > 4) & (x < np.inf)
    if far.any():
        z = 1j * x[far]
        ks = range(1, STEPS)
        e1 = np.exp(-z) / fraction(z + 1, [-float(k * k) for k in ks], [z + (2 * k + 1) for k in ks])
        si[far], ci[far] = math.pi / 2 + e1.imag, -e1.real
    zero = x == 0
    si[zero], ci[zero] = 0, -np.inf
    si[np.isnan(x)] = ci[np.isnan(x)] = np.nan
    return si, ci


@over_blocks()
def sine_integral(x):
    """Si(x), the integral of sin(t) / t from 0 to x."""
    return np.copysign(both_integrals(np.abs(x))[0], x)


@over_blocks()
def cosine_integral(x):
    """Ci(|x|), minus the integral of cos(t) / t over t > |x|: below 0 the real part of Ci."""
    return both_integrals(np.abs(x))[1]


def fresnel(x):
    """(S, C) of x >= 0."""
    s, c = np.full_like(x, 0.5), np.full_like(x, 0.5)
    near = x <= 1.6
    v = x[near]
    turn = math.pi / 2 * v * v
    ss, cc, term = np.zeros_like(v), np.zeros_like(v), v.copy()
    for k in range(0, 40, 2):
        cc += term / (2 * k + 1)
        odd = term * (turn / (k + 1))
        ss += odd / (2 * k + 3)
        term = odd * (-turn / (k + 2))
    s[near], c[near] = ss, cc
    far = (x > 1.6) & (x < 1e8)
    if far.any():
        v = x[far]
        z = (1 - 1j) * (math.sqrt(math.pi) / 2) * v
        rest = 1 / (fraction(z, [0.5 * k for k in range(1, STEPS)], [z] * (STEPS - 1)) * math.sqrt(math.pi))
        turn = math.pi / 2 * np.fmod(v * v, 4.0)
        both = (1 + 1j) / 2 * (1 - np.exp(1j * turn) * rest)
        s[far], c[far] = both.imag, both.real
    s[np.isnan(x)] = c[np.isnan(x)] = np.nan
    return s, c


@over_blocks()
def fresnel_sine(x):
    """S(x), the integral of sin(pi t**2 / 2) from 0 to x."""
    return np.copysign(fresnel(np.abs(x))[0], x)


@over_blocks()
def fresnel_cosine(x):
    """C(x), the integral of cos(pi t**2 / 2) from 0 to x."""
    return np.copysign(fresnel(np.abs(x))[1], x)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(48)


def owens_inside(h, a):
    """T(h, a) for 0 <= h and 0 <= a <= 1."""
    top = np.minimum(a, 8.5 / np.maximum(h, 8.5))  # beyond, exp(-h**2 t**2 / 2) is below rounding
    t = top * ((NODES[:, None] + 1) / 2)
    square = t * t
    f = np.exp(-0.5 * h * h * square) / (1 + square)
    return np.exp(-0.5 * h * h) * (top / 2) * (WEIGHTS @ f) / (2 * math.pi)


def owens_at(h, a):
    """Flat float64 arrays; see `owens_t`."""
    h, sign, a = np.abs(h), np.sign(a), np.abs(a)
    beyond = a > 1
    ah = np.where(h == 0, 0.0, np.where(beyond, a, 0.0) * h)
    inside = owens_inside(np.where(beyond, ah, h), np.where(beyond, 1 / np.where(beyond, a, 1.0), a))
    q, r = (0.5 * erfc(x / math.sqrt(2)) for x in (h, ah))  # tails of a normal distribution
    # T(h, a) + T(ah, 1/a) = (Q(h) + Q(ah)) / 2 - Q(h) Q(ah)
    return sign * np.where(beyond, 0.5 * (q + r) - q * r - inside, inside)


def owens_t(h, a):
    """Owen's T: the integral over 0 < t < a of exp(-h**2 (1 + t**2) / 2) / (1 + t**2), divided by 2 pi."""
    return elementwise_of(owens_at, h, a)


__all__ = ["cosine_integral", "fresnel_cosine", "fresnel_sine", "owens_t", "sine_integral"]
