"""jax.scipy.linalg: faces of funcgrad.scipy.linalg."""

from ...scipy import linalg as _engine
from ..apply import face as _face
from ..apply import faces as _faces
from ..numpy.linalg import symmetric as _symmetric

_faced, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.linalg",
    {
        "inexact 0 1": "qr_multiply solve solve_triangular",
        "inexact 0 1 2": "solve_sylvester",
        "keep": "block_diag dft hadamard helmert hilbert invhilbert invpascal",
        "promote 0 1": "hankel leslie toeplitz",
        "promote 0": "circulant companion convolution_matrix fiedler fiedler_companion",
    },
    "inexact 0",
)
_EIGH = _faced("eigh")


def eigh(a, b=None, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, turbo=True, eigvals=None, type=1,
         check_finite=True):  # fmt: skip
    """Eigenvalues of (a + a^H) / 2, ascending, and its eigenvectors. NotImplementedError for b, eigvals or another type."""
    return _EIGH(_symmetric(a), b, lower, eigvals_only, eigvals=eigvals, type=type)


def _with_factors(name):
    """A solver of factors, (matrix, what goes with it), and a right side: these are promoted to one dtype."""
    solve = _face(lambda a, b, more, trans: getattr(_engine, name)((a, more), b, *trans), "inexact 0 1", name)
    return lambda factors, b, *trans: solve(factors[0], b, factors[1], trans)


_CHO_SOLVE, _LU_SOLVE = map(_with_factors, ("cho_solve", "lu_solve"))


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    """x with A x = b, from cho_factor(A)."""
    return _CHO_SOLVE(c_and_lower, b)


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    """x with op(A) x = b, from lu_factor(A); `trans` 0, 1 (transposed) or 2 (adjoint)."""
    return _LU_SOLVE(lu_and_piv, b, trans)


def pascal(n, kind=None):
    """Pascal's triangle; float32, as jax has it."""
    return _face(_engine.pascal, "keep", "pascal")(n, kind).astype("float32")


def __getattr__(name):
    return _faced(name)
