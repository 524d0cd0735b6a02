"""jax.lax.linalg: faces of funcgrad.lax.linalg."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(__name__, "funcgrad.lax.linalg", {}, "inexact 0")
