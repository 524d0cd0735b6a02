"""jax.lax.linalg: faces of funcgrad.lax.linalg."""

from ..accepts import refusing as _refusing
from ..apply import faces as _faces
from ..numpy.linalg import cholesky as _cholesky

_faced, __dir__ = _faces(__name__, "funcgrad.lax.linalg", {"list": "lu"}, "inexact 0")
__getattr__ = _refusing(__name__, _faced, {"0 fc": "eig lu qr svd"})


def cholesky(x, *, symmetrize_input=True):
    """The lower triangle L with L L^H = (x + x^H) / 2; nan for a matrix that is not positive definite."""
    return _cholesky(x, symmetrize_input=symmetrize_input)
