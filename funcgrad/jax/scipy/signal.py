"""jax.scipy.signal: faces of funcgrad.scipy.signal."""

from ..apply import faces as _faces

_faced, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.signal",
    {"inexact 0 1": "convolve convolve2d correlate correlate2d csd fftconvolve"},
    "inexact 0",
)
_DETREND = _faced("detrend")


def detrend(data, axis=-1, type="linear", bp=0, overwrite_data=None):
    """data less its trend along an axis."""
    if overwrite_data is not None:
        raise NotImplementedError("overwrite_data argument not implemented.")
    return _DETREND(data, axis, type, bp)


def __getattr__(name):
    return _faced(name)
