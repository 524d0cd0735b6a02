"""jax.numpy.linalg: faces of funcgrad.numpy.linalg. Where NumPy raises LinAlgError (a matrix that is singular, or not positive
definite) the result is nan, as it is where nobody looks at values."""

import numpy as _np

from ...core.primitive import PRIMITIVES as _P
from ..apply import face as _face
from ..apply import faces as _faces
from ..dtypes import inexact as _inexact
from .creation import asarray as _asarray

_faced, __dir__ = _faces(
    __name__, "funcgrad.numpy.linalg",
    {"inexact 0 1": "solve lstsq tensorsolve", "promote 0": "diagonal matrix_power matrix_transpose trace", "promote 0 1": "cross matmul outer tensordot vecdot", "keep": "multi_dot"}, "inexact 0",
)  # fmt: skip


_CHOLESKY = _face(lambda x, part: _P["cholesky"](x, part=part, singular="nan"), "inexact 0", "cholesky")
inv = _face(lambda a: _P["inv"](a, singular="nan"), "inexact 0", "inv", "numpy.linalg")
_SOLVE = _face(lambda a, b: _P["solve"](a, b, singular="nan"), "inexact 0 1", "solve")


def solve(a, b):
    """x with a x = b, of a vector b or of columns; nan for a singular a."""
    a, b = _asarray(a), _asarray(b)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2] or not b.ndim:
        raise ValueError(f"solve: takes square matrices and at least a vector; got shapes {a.shape} and {b.shape}")
    columns = b[:, None] if b.ndim == 1 else b
    lead = _np.broadcast_shapes(a.shape[:-2], columns.shape[:-2])
    a, columns = (_lead(v, lead) for v in (a, columns))
    out = _SOLVE(a, columns)
    return out[..., 0] if b.ndim == 1 else out


def _lead(x, lead):
    from . import broadcast_to

    return x if x.shape[:-2] == lead else broadcast_to(x, lead + x.shape[-2:])


_EIGH, _EIGVALSH, _EIG, _EIGVALS, _LSTSQ, _SLOGDET, _SVD = map(
    _faced, "eigh eigvalsh eig eigvals lstsq slogdet svd".split()
)


def slogdet(a, *, method=None):
    """(sign, logarithm of the size) of the determinant. Both methods of jax's ("lu", "qr") give the same."""
    if method not in (None, "lu", "qr"):
        raise ValueError(f"Unknown slogdet method '{method}'. Supported methods are 'lu' (`None`), and 'qr'.")
    return _SLOGDET(a)


def symmetric(a):
    """(a + a^H) / 2, of a matrix or a stack of them; others are refused where they are used."""
    a = _asarray(a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        return a
    a = a.astype(_inexact(a.dtype))
    return (a + a.mT.conj()) / 2


def cholesky(a, *, upper=False, symmetrize_input=True):
    """The triangle L with L L^H = (a + a^H) / 2, or with upper=True its adjoint; nan unless that is positive definite."""
    low = _CHOLESKY(a, "both" if symmetrize_input else "lower")
    return low.mT.conj() if upper else low


def eigh(a, UPLO=None, symmetrize_input=True):
    """Eigenvalues and eigenvectors of (a + a^H) / 2, or of the triangle `UPLO` of a."""
    return _EIGH(symmetric(a) if symmetrize_input else a, UPLO or "L")


def eigvalsh(a, UPLO="L", *, symmetrize_input=True):
    """Eigenvalues of (a + a^H) / 2, or of the triangle `UPLO` of a."""
    return _EIGVALSH(symmetric(a) if symmetrize_input else a, UPLO or "L")


def lstsq(a, b, rcond=None, *, numpy_resid=False):
    """(x, residuals, rank, singular values); the residuals are there whatever the rank, unless numpy_resid asks for NumPy's."""
    x, residuals, rank, values = _LSTSQ(a, b, rcond)
    if not numpy_resid:
        rest = abs(_asarray(b) - _asarray(a) @ x) ** 2
        residuals = rest.sum(0) if rest.ndim > 1 else rest.sum(0, keepdims=True)
    return x, residuals, rank.astype(int), values


def _complex(x):
    return x if x.dtype.kind == "c" else x.astype("complex128" if x.dtype.itemsize == 8 else "complex64")


def refuse_subset(name, subset):
    if subset is not None:
        raise NotImplementedError(f"{name}: subset_by_index is not implemented, as in jax on CPU; cut the result.")


def svd(a, full_matrices=True, compute_uv=True, hermitian=False, subset_by_index=None):
    """(U, S, Vh), or S alone."""
    refuse_subset("svd", subset_by_index)
    return _SVD(a, full_matrices, compute_uv, hermitian)


def eig(a):
    """Eigenvalues and eigenvectors, complex whatever they are."""
    found = _EIG(a)
    return type(found)(*map(_complex, found))


def eigvals(a):
    """Eigenvalues, complex whatever they are."""
    return _complex(_EIGVALS(a))


def _product(name, first=0, last=2):
    from .products import preferring

    if name != "multi_dot":
        return preferring(_faced(name))
    f = _faced(name)
    return lambda arrays, *, precision=None: f(arrays)


def __getattr__(name):
    if name in ("matmul", "multi_dot", "tensordot", "vecdot"):
        globals()[name] = _product(name)
        return globals()[name]
    return _faced(name)
