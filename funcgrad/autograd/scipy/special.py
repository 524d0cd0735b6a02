"""autograd.scipy.special: funcgrad.scipy.special, and what autograd has beside jax's names."""

import math

from ...core.primitive import PRIMITIVES
from ...lazy import delegated
from ...scipy.special import ndtri

globals().update(delegated("funcgrad.scipy.special"))


def j0(x):
    """The Bessel function of the first kind of order 0.

    >>> round(float(j0(1.0)), 6)
    0.765198
    """
    return PRIMITIVES["bessel_j"](x, nu=0)


def j1(x):
    """The Bessel function of the first kind of order 1."""
    return PRIMITIVES["bessel_j"](x, nu=1)


def y0(x):
    """The Bessel function of the second kind of order 0."""
    return PRIMITIVES["bessel_y"](x, nu=0)


def y1(x):
    """The Bessel function of the second kind of order 1."""
    return PRIMITIVES["bessel_y"](x, nu=1)


def erfcinv(y):
    """The inverse of erfc, for 0 <= y <= 2.

    >>> round(float(erfcinv(0.5)), 6)
    0.476936
    """
    return ndtri(y / 2) * -math.sqrt(0.5)
