"""expm1(x) / x and log(x) / (x - 1) and their derivatives: integrals over 0 < u < 1 of what is positive, so that nothing cancels near 0 / 0.

Near there they are summed at Gauss's points, further off they follow from the derivatives of lower order.
"""

import math

import numpy as np

from .blocks import over_blocks

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(20)
POINTS, WEIGHTS = (POINTS + 1) / 2, WEIGHTS / 2


def summed(f):
    """The integral of f(u) over 0 < u < 1."""
    total = 0.0
    for u, w in zip(POINTS.tolist(), WEIGHTS.tolist(), strict=True):
        total = total + w * f(u)
    return total


@over_blocks()
def exp_quotient(x, *, nth):
    """(exp(x) - 1) / x, differentiated nth times: the integral of u**n exp(x u)."""
    if nth == 0:
        return np.where(x == 0, 1, np.expm1(x) / np.where(x == 0, 1, x))
    near = np.abs(x) <= 2
    out = np.empty_like(x)
    out[near] = summed(lambda u: u**nth * np.exp(x[near] * u))
    far = x[~near]
    value = np.expm1(far) / far
    for k in range(1, nth + 1):
        value = (np.exp(far) - k * value) / far
    out[~near] = value
    return out


@over_blocks()
def log_quotient(x, *, nth):
    """log(x) / (x - 1), differentiated nth times: the integral of (-u)**n n! / (1 + (x - 1) u)**(n + 1)."""
    z = x - 1
    near = (z >= -0.5) & (z <= 1)
    out = np.empty_like(x)
    y = z[near]
    if nth:
        out[near] = math.factorial(nth) * summed(lambda u: (-u) ** nth * (1 + y * u) ** -(nth + 1))
    else:
        out[near] = np.where(y == 0, 1, np.log1p(y) / np.where(y == 0, 1, y))
    far, z = x[~near], z[~near]
    value = np.where(far == np.inf, 0, np.log(far) / z)
    for k in range(1, nth + 1):
        value = ((-1) ** (k - 1) * math.factorial(k - 1) * far**-k - k * value) / z
    out[~near] = value
    return out
