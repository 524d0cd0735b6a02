"""jax.scipy.integrate's trapezoid: that of NumPy."""

from numpy import trapezoid

__all__ = ["trapezoid"]
