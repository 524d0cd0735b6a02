"""jax.scipy: special, stats, linalg, optimize, signal, fft, ndimage, integrate, cluster, faces of funcgrad.scipy's."""

from ...lazy import attributes as _attributes
from ..apply import faced as _faced

__getattr__, __dir__ = _attributes(__name__, {})
for _name, _rule in ("fft", "inexact 0"), ("integrate", "inexact 0"), ("ndimage", "keep"):
    _faced(__name__, _name, f"funcgrad.scipy.{_name}", {}, _rule)
