"""jax.scipy.signal: faces of funcgrad.scipy.signal."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.signal",
    {"inexact 0 1": "convolve convolve2d correlate correlate2d csd fftconvolve"},
    "inexact 0",
)
