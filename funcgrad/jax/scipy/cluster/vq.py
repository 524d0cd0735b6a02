"""jax.scipy.cluster.vq: faces of funcgrad.scipy.cluster.vq."""

from ...apply import faces as _faces

__getattr__, __dir__ = _faces(__name__, "funcgrad.scipy.cluster.vq", {}, "inexact 0 1")
