"""jax.scipy.integrate: faces of funcgrad.scipy.integrate."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(__name__, "funcgrad.scipy.integrate", {}, "inexact 0")
