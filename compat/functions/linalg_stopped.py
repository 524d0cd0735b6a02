"""Matrices at which a factorisation stops: singular, not positive definite, or not finite. What torch says, and what its _ex functions give.

Invariant: each matrix of a stack is judged alone, by the steps of LAPACK's routine; nothing here runs where nothing failed.
"""

import numpy as np

from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from ..payload import current
from .creation import for_each_sample
from .linalg_checks import LinAlgError, in_batch
from .operands import P, dtype_of, in_columns, new, shape_of
from .register import FUNCTIONS, operation
from .return_types import BY_NAME as RETURN


def numbers(t):
    """A stack of matrices as one (n, rows, columns) array."""
    a = np.asarray(concrete(t.detach(), "linalg"))
    return a.reshape(-1, *a.shape[-2:])


def cholesky_steps(a):
    """(what LAPACK's potrf leaves of one matrix, of which the lower triangle is read, the order of the minor it stops at or 0)."""
    a = np.tril(a)
    for j in range(len(a)):
        row = a[j, :j]
        pivot = (a[j, j] - row @ row.conj()).real
        a[j, j] = pivot
        if not pivot > 0:
            return a, j + 1
        a[j, j] = np.sqrt(pivot)
        a[j + 1 :, j] = (a[j + 1 :, j] - a[j + 1 :, :j] @ row.conj()) / a[j, j]
    return a, 0


def leading_minor(t):
    """(where in the batch, the order of its first leading minor that is not positive definite) of the first matrix that is not."""
    for at, x in enumerate(numbers(t)):
        order = cholesky_steps(x)[1]
        if order:
            return in_batch(t, at), order
    return "", shape_of(t)[-1]


def is_nan(L):
    """Did NumPy go through a matrix that is not finite, where LAPACK's info says that it stopped?"""
    return L.owner is TAPE and bool(np.isnan(np.diagonal(np.asarray(L.val), 0, -2, -1)).any())


def zero_pivots(t):
    """The number from 1 of the first zero on the diagonal of U, or 0, of each matrix."""
    packed = numbers(P["lu"](t.detach())[0])
    zero = np.diagonal(packed, 0, -2, -1) == 0
    return np.where(zero.any(-1), zero.argmax(-1) + 1, 0) if zero.shape[-1] else np.zeros(len(zero), int)


def zero_pivot(t):
    """(where in the batch, the number from 1 of the first zero on the diagonal of U) of the first matrix that has one."""
    found = zero_pivots(t)
    at = int(np.argmax(found > 0))
    return in_batch(t, at), int(found[at]) or shape_of(t)[-1]


def singular_values(t, full_matrices=False, by=None):
    """P["svd"]; LinAlgError where LAPACK does not converge."""
    return not_finite(P["svd"], t, full_matrices=full_matrices, by=by)


def not_finite(f, t, **options):
    """f(t), a function that takes singular values; torch's LinAlgError where LAPACK does not converge."""
    try:
        return f(t, **options)
    except np.linalg.LinAlgError:
        at = int(np.argmax(~np.isfinite(numbers(t)).all((-2, -1))))
        raise LinAlgError(
            f"linalg.svd: {in_batch(t, at)}The algorithm failed to converge because the input matrix contained non-finite values."
        ) from None


def spectrum(t, last, **options):
    """P["eigh"]; torch's LinAlgError where LAPACK does not converge, with `last` values of a matrix that is not finite left over."""
    try:
        return P["eigh"](t, **options)
    except np.linalg.LinAlgError:
        at = int(np.argmax(~np.isfinite(numbers(t)).all((-2, -1))))
        raise LinAlgError(
            f"linalg.eigh: {in_batch(t, at)}The algorithm failed to converge because the input matrix is ill-conditioned or has too many "
            f"repeated eigenvalues (error code: {shape_of(t)[-1] - last})."
        ) from None


# ------------------------------------------------------------------------------------------------ the _ex functions
def substituted(A, B=None, *, left=True):
    """A^-1 B by the factors of A, divisions by zero included."""
    a = current(A if left else A.transpose(-2, -1))
    x = FUNCTIONS["eye"](a.shape[-1], dtype=A.dtype) if B is None else B if left else B.transpose(-2, -1)
    vector = B is not None and (x.dim() == 1 or tuple(x.shape) == shape_of(a)[:-1])
    x = x.unsqueeze(-1) if vector else x
    packed, _, order = P["lu"](a)
    n, k = shape_of(a)[-1], x.shape[-1]
    lead = np.broadcast_shapes(shape_of(a)[:-2], tuple(x.shape[:-2]))
    order = order.long().unsqueeze(-1).expand(*lead, n, k)
    x = current(x.expand(*lead, n, k).take_along_dim(order, -2))
    packed = current(packed.expand(*lead, n, n))
    x = P["triangular_solve"](packed, x, lower=True, unit_diagonal=True)
    with np.errstate(all="ignore"):
        x = P["triangular_solve"](packed, x, lower=False)
    x = in_columns(x)
    x = x.squeeze(-1) if vector else x
    return x if left else x.transpose(-2, -1)


def of_pivots(A, *args, **options):
    return substituted(A, *args, **options), zero_pivots(current(A))


def of_minors(A, *, upper=False):
    t = current(A.mH if upper else A)
    parts, info = zip(*map(cholesky_steps, numbers(t)), strict=True)
    L = new(np.stack(parts).reshape(shape_of(t)).astype(dtype_of(t)))
    return L.mH if upper else in_columns(L), np.array(info)


def with_info(f, result, name, stopped=of_pivots):
    """linalg.<name>_ex: the result, and for each matrix 0 or the number of the pivot that failed; where f raises, both are `stopped`."""

    def call(*args, check_errors=False, **options):
        if args:
            A, *args = args
        else:
            A = options.pop("input" if name == "cholesky_ex" else "A")
        lead = tuple(A.shape[:-2])
        try:  # (in a run of compiled code the failure is raised)
            return RETURN[result](f(A, *args, **options), for_each_sample(current(A), np.zeros(lead, np.int32)))
        except LinAlgError:
            if check_errors:
                raise
            value, info = stopped(A, *args, **options)
            return RETURN[result](value, new(info.astype(np.int32).reshape(lead)))

    call.__doc__ = f"({f.__name__}, info): info is 0 where it succeeded."
    return operation(name=name, function=False, method=False, prefix="linalg_")(call)
