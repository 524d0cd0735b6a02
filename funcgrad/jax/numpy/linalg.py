"""jax.numpy.linalg: faces of funcgrad.numpy.linalg. Where NumPy raises LinAlgError (a matrix that is singular, or not positive
definite) the result is nan, as it is where nobody looks at values."""

import functools as _functools

import numpy as _np

from ...core.primitive import PRIMITIVES as _P
from ...numpy.concrete import concrete as _concrete
from ...numpy.concrete import unknown_under as _unknown_under
from ..apply import face as _face
from ..apply import faces as _faces
from ..arrays import raw as _raw
from ..dtypes import inexact as _inexact
from ..errors import OperandError as _OperandError
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


def _of_finite(f):
    """f of a matrix, or of a stack of them, where LAPACK says no to entries that are not finite: nan for these, as in jax.

    They are taken for zeros, and the floats of what f gives for them become nan.
    """

    @_functools.wraps(f)
    def call(a, *args, **kwargs):
        a = _asarray(a)
        v = _raw(a)
        if a.ndim < 2 or a.dtype.kind not in "fc":
            return f(a, *args, **kwargs)
        if _unknown_under(v) is None and _np.isfinite(_concrete(v, f.__name__)).all():
            return f(a, *args, **kwargs)
        from . import isfinite, where

        there = isfinite(a).all((-2, -1))
        known = f(where(there[..., None, None], a, 0), *args, **kwargs)

        def spoilt(x):
            mask = there.reshape(*there.shape, *[1] * (x.ndim - there.ndim))
            return x if x.dtype.kind not in "fc" else where(mask, x, _np.nan)

        if not isinstance(known, tuple):
            return spoilt(known)
        return type(known)(*map(spoilt, known)) if hasattr(known, "_fields") else tuple(map(spoilt, known))

    return call


def _lead(x, lead):
    from . import broadcast_to

    return x if x.shape[:-2] == lead else broadcast_to(x, lead + x.shape[-2:])


_EIGH, _EIGVALSH, _SLOGDET = map(_faced, "eigh eigvalsh slogdet".split())
_COND, _EIG, _EIGVALS, _LSTSQ, _RANK, _PINV, _SVD, svdvals = (
    _of_finite(_faced(name)) for name in "cond eig eigvals lstsq matrix_rank pinv svd svdvals".split()
)
_NORM, _POWER = _faced("norm"), _faced("matrix_power")
_SPECTRAL_NORM = _of_finite(_NORM)


def cond(x, p=None):
    """The condition number by the norm p; None and 2 by singular values."""
    out = _COND(x, p)
    return out.real if out.dtype.kind == "c" else out  # (NumPy before 2.1 gives that of complex matrices as complex)


def pinv(a, rtol=None, hermitian=False, *, rcond=None):
    """The pseudo-inverse; singular values below rtol times the largest count as 0."""
    return _PINV(a, hermitian=hermitian, rcond=rcond) if rtol is None else _PINV(a, rtol=rtol, hermitian=hermitian)


def matrix_rank(M, rtol=None, *, hermitian=False, tol=None):  # noqa: N803
    """How many singular values are above tol, or rtol times the largest."""
    options = {k: v for k, v in (("rtol", rtol), ("tol", tol)) if v is not None}
    return _RANK(M, hermitian=hermitian, **options)


def norm(x, ord=None, axis=None, keepdims=False):  # noqa: A002
    """Norms of vectors and matrices by NumPy's orders."""
    x = _asarray(x)
    spectral = ord in (2, -2, "nuc") and x.ndim == 2 and axis is None
    return (_SPECTRAL_NORM if spectral else _NORM)(x, ord, axis, keepdims)


def matrix_power(a, n):
    """a to a whole power; of its inverse for a negative one, nan where there is none."""
    return _POWER(inv(a), -n) if isinstance(n, int) and n < 0 else _POWER(a, n)


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
    a = _asarray(a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise _OperandError(f"cholesky: takes square matrices, got shape {a.shape}")
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
