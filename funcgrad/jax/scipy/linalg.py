"""jax.scipy.linalg: faces of funcgrad.scipy.linalg."""

from ..apply import faces as _faces
from ..numpy.linalg import symmetric as _symmetric

_faced, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.linalg",
    {"inexact 0 1": "solve solve_triangular", "keep": "block_diag cho_solve lu_solve", "promote 0 1": "toeplitz"},
    "inexact 0",
)
_EIGH = _faced("eigh")


def eigh(a, b=None, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, turbo=True, eigvals=None, type=1,
         check_finite=True):  # fmt: skip
    """Eigenvalues of (a + a^H) / 2, ascending, and its eigenvectors. NotImplementedError for b, eigvals or another type."""
    return _EIGH(_symmetric(a), b, lower, eigvals_only, eigvals=eigvals, type=type)


def __getattr__(name):
    return _faced(name)
