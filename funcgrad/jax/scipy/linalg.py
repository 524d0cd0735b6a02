"""jax.scipy.linalg: faces of funcgrad.scipy.linalg."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.linalg",
    {"inexact 0 1": "solve solve_triangular", "keep": "block_diag cho_solve lu_solve"},
    "inexact 0",
)
