"""jax.scipy.fft: faces of funcgrad.scipy.fft."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(__name__, "funcgrad.scipy.fft", {}, "inexact 0")
