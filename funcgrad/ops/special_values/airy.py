"""Airy's function Ai and its derivative: fits between -5 and 2, the forms of DLMF 9.7.5-9.7.10 beyond, in zeta = 2/3 |x|**1.5.

The error is up to 20 ulp to the right; to the left, where Ai has zeros, 1e-15 times its amplitude.
"""

import math

import numpy as np

from .blocks import on, over_blocks, polynomial
from .coefficients import (
    AIRY0_NEGATIVE,
    AIRY0_P,
    AIRY0_Q,
    AIRY0_RIGHT,
    AIRY0_SMALL,
    AIRY1_NEGATIVE,
    AIRY1_P,
    AIRY1_Q,
    AIRY1_RIGHT,
    AIRY1_SMALL,
)  # fmt: skip

LEFT, MIDDLE, RIGHT = -5.0, -1.5, 2.0  # as in tests/expected/make_special_coefficients.py
NEGATIVE, SMALL = (AIRY0_NEGATIVE, AIRY1_NEGATIVE), (AIRY0_SMALL, AIRY1_SMALL)
DECAYING = AIRY0_RIGHT, AIRY1_RIGHT
IN_PHASE, BEHIND = (AIRY0_P, AIRY1_P), (AIRY0_Q, AIRY1_Q)


def zeta(x):
    return 2 / 3 * x * np.sqrt(x)


def right(nth, x):
    """For x > 2."""
    b = np.maximum(x, RIGHT)
    z = zeta(b)
    p = polynomial(DECAYING[nth], on((0.0, 1.0), zeta(RIGHT) / z))
    p = p * np.exp(-z) * b ** (0.25 if nth else -0.25) / (2 * math.sqrt(math.pi))
    return np.where(np.isinf(b), 0.0, -p if nth else p)


def left(nth, x):
    """For x < -5."""
    b = np.maximum(-x, -LEFT)
    z = zeta(b)
    t = zeta(-LEFT) / z
    u = on((0.0, 1.0), t * t)
    p, q = polynomial(IN_PHASE[nth], u), polynomial(BEHIND[nth], u) * t
    s, c = np.sin(z), np.cos(z)
    sine, cosine = (s - c) * math.sqrt(0.5), (s + c) * math.sqrt(0.5)
    wave = p * sine + q * cosine if nth else p * cosine + q * sine
    return wave * b ** (0.25 if nth else -0.25) / math.sqrt(math.pi)


@over_blocks()
def airy_ai(x, *, nth):
    """Ai(x), or, of nth = 1, its derivative."""
    negative = polynomial(NEGATIVE[nth], on((LEFT, MIDDLE), np.clip(x, LEFT, MIDDLE)))
    small = polynomial(SMALL[nth], on((MIDDLE, RIGHT), np.clip(x, MIDDLE, RIGHT)))
    out = np.where(x < MIDDLE, negative, small)
    out = np.where(x > RIGHT, right(nth, x), out)
    return np.where(x < LEFT, left(nth, x), np.where(np.isnan(x), x, out))
