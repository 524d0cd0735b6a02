"""jax.scipy.linalg: faces of funcgrad.scipy.linalg. Where SciPy raises LinAlgError the result is nan, as in jax.numpy.linalg."""

from ...scipy import linalg as _engine
from ..apply import face as _face
from ..apply import faces as _faces
from ..numpy import linalg as _linalg
from ..numpy.creation import asarray as _asarray

_faced, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.linalg",
    {
        "inexact 0 1": "qr_multiply solve_triangular",
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
    return _EIGH(_linalg.symmetric(a), b, lower, eigvals_only, eigvals=eigvals, type=type)


def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    """The triangle L with L L^H = a (`lower`), or U with U^H U = a, of that triangle of a; nan unless a is positive definite."""
    a = _asarray(a)
    return _linalg.cholesky(a if lower else a.mT.conj(), upper=not lower, symmetrize_input=False)


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    """(factor, lower) for cho_solve."""
    return cholesky(a, lower), lower


def inv(a, overwrite_a=False, check_finite=True):
    """The inverse; nan of a singular matrix."""
    return _linalg.inv(a)


def solve(a, b, lower=False, overwrite_a=False, overwrite_b=False, debug=False, check_finite=True, assume_a="gen"):
    """x with a x = b; `assume_a` "pos" uses the Cholesky factor, "sym", "her" and "gen" LU. nan for a singular a."""
    if assume_a not in ("gen", "sym", "her", "pos"):
        raise ValueError(f"Expected assume_a to be one of ['gen', 'sym', 'her', 'pos']; got {assume_a!r}")
    return cho_solve(cho_factor(a, lower), b) if assume_a == "pos" else _linalg.solve(a, b)


def svd(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    """(U, s, V^H), or s alone."""
    out = _linalg.svd(a, full_matrices, compute_uv)
    return tuple(out) if compute_uv else out


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
