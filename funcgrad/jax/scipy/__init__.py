"""jax.scipy: special, stats, linalg, optimize, signal, fft, ndimage, integrate, cluster, faces of funcgrad.scipy's."""

from ...lazy import attributes as _attributes

__getattr__, __dir__ = _attributes(__name__, {})
