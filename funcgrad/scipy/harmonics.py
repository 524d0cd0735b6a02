"""Spherical harmonics, by recurrence in the degree: differentiable in both angles, whatever the degrees and orders are."""

import numpy as np

from ..core.aval import dtype_of
from ..core.primitive import PRIMITIVES
from ..errors import ArgumentError, ArgumentValueError, DTypeError
from ..numpy.arguments import inexact, operand
from ..numpy.concrete import concrete, unknown_under

__all__ = ["sph_harm_y"]


def sph_harm_y(n, m, theta, phi, diff_n=None, n_max=None):
    """The spherical harmonic of degree n and order m at the polar angle theta and the azimuth phi; complex, with the Condon-Shortley phase.

    The operands broadcast. `n_max`: the largest degree, an int; where n is traced by jit or vmap it must be given. 0 where |m| > n, nan where
    n is negative. Raises TypeError unless n and m are whole numbers. `diff_n`, SciPy's, must be None or 0: derivatives are grad's and jvp's.

    >>> from funcgrad.scipy.special import sph_harm_y
    >>> round(complex(sph_harm_y(1, 0, 0.0, 0.3)).real, 6)
    0.488603
    """
    if diff_n:
        raise ArgumentValueError(
            f"sph_harm_y: diff_n must be None or 0, derivatives are those of grad and jvp; got {diff_n!r}."
        )
    n, m, theta, phi = operand(n), operand(m), inexact(operand(theta)), inexact(operand(phi))
    if dtype_of(n).kind not in "iu" or dtype_of(m).kind not in "iu":
        raise DTypeError(f"sph_harm_y: n and m must be whole numbers; got {dtype_of(n)} and {dtype_of(m)}.")
    if n_max is None:
        if unknown_under(n) is not None:
            raise ArgumentError("sph_harm_y: n is traced; give the largest degree that it may have, n_max=.")
        n_max = int(np.max(concrete(n, "sph_harm_y"), initial=0))
    real = np.result_type(*[dtype_of(x) for x in (theta, phi)])
    order = np.abs(m)
    legendre = normalised_legendre(n, order, np.cos(theta), np.sin(theta), n_max, real)
    sign = np.where(np.logical_and(np.less(m, 0), np.equal(np.remainder(m, 2), 1)), real.type(-1), real.type(1))
    turn = np.multiply(PRIMITIVES["cast"](m, dtype=real), phi)
    size = np.multiply(sign, legendre)
    return PRIMITIVES["complex"](np.multiply(size, np.cos(turn)), np.multiply(size, np.sin(turn)))


def normalised_legendre(n, m, x, s, n_max, dtype):
    """sqrt((2 n + 1) / (4 pi) (n - m)! / (n + m)!) P(n, m) at x = cos, s = sin, for 0 <= m <= n <= n_max (DLMF 14.10.3, normalised)."""
    m = PRIMITIVES["cast"](m, dtype=dtype)
    here = np.add(dtype.type(np.sqrt(0.25 / np.pi)), np.multiply(dtype.type(0), np.add(x, m)))
    for k in range(1, n_max + 1):  # that of degree m
        here = np.where(np.less_equal(k, m), np.multiply(here, np.multiply(dtype.type(-np.sqrt(1 + 0.5 / k)), s)), here)
    before, out = np.zeros_like(here), np.where(np.equal(n, m), here, dtype.type(0))
    for k in range(1, n_max + 1):  # that of degree m + k, of those of the two degrees below
        d = np.add(m, dtype.type(k))
        rise = np.divide(np.subtract(np.multiply(4.0, np.square(d)), 1.0), np.multiply(float(k), np.add(d, m)))
        low = np.subtract(d, 1.0)
        fall = np.divide(np.multiply(float(k - 1), np.add(low, m)), np.subtract(np.multiply(4.0, np.square(low)), 1.0))
        fall = np.where(np.equal(k, 1), dtype.type(0), fall)  # (0 / 0 of degree 1/2 does not come)
        now = np.multiply(np.sqrt(rise), np.subtract(np.multiply(x, here), np.multiply(np.sqrt(fall), before)))
        before, here = here, now
        out = np.where(np.equal(n, d), here, out)
    return np.where(np.less(n, 0), dtype.type(np.nan), out)
