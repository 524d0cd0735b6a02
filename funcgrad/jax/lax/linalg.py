"""jax.lax.linalg: faces of funcgrad.lax.linalg."""

from ..accepts import refusing as _refusing
from ..apply import faces as _faces
from ..numpy.linalg import cholesky as _cholesky
from ..numpy.linalg import refuse_subset as _refuse_subset

_faced, __dir__ = _faces(
    __name__, "funcgrad.lax.linalg", {"list": "lu", "keep": "lu_pivots_to_permutation"}, "inexact 0"
)
__getattr__ = _refusing(__name__, _faced, {"0 fc": "eig lu qr svd"})
_SVD = __getattr__("svd")


def svd(x, *, full_matrices=True, compute_uv=True, subset_by_index=None, algorithm=None):
    """(U, S, Vh), or S alone; every algorithm gives the same."""
    _refuse_subset("svd", subset_by_index)
    return _SVD(x, full_matrices=full_matrices, compute_uv=compute_uv)


def cholesky(x, *, symmetrize_input=True):
    """The lower triangle L with L L^H = (x + x^H) / 2; nan for a matrix that is not positive definite."""
    return _cholesky(x, symmetrize_input=symmetrize_input)
