"""funcgrad.lax.linalg: factorisations and solves by jax.lax.linalg's names, of stacks of matrices."""

import numpy as np

from ..core.aval import shape_of
from ..core.primitive import PRIMITIVES

P = PRIMITIVES
__all__ = [
    "cholesky",
    "eig",
    "eigh",
    "lu",
    "lu_pivots_to_permutation",
    "qr",
    "svd",
    "symmetric_product",
    "triangular_solve",
]


def transposed(x):
    n = len(shape_of(x))
    return P["transpose"](x, perm=(*range(n - 2), n - 1, n - 2))


def cholesky(x, *, symmetrize_input=True):
    """The lower triangle L with L L^H = x; of (x + x^H) / 2, or (symmetrize_input=False) of x's lower triangle. LinAlgError
    unless that is positive definite."""
    return P["cholesky"](x, part="both" if symmetrize_input else "lower")


def eigh(x, *, lower=True, symmetrize_input=True, sort_eigenvalues=True, subset_by_index=None):
    """(eigenvectors, ascending eigenvalues) of a Hermitian matrix, in this order as jax.lax.linalg has it."""
    if subset_by_index is not None:
        raise NotImplementedError("eigh: subset_by_index is not supported; take the columns that you want")
    values, vectors = P["eigh"](x, part="both" if symmetrize_input else "lower" if lower else "upper")
    return vectors, values


def eig(x, *, compute_left_eigenvectors=False, compute_right_eigenvectors=True):
    """[eigenvalues, right eigenvectors], complex; the vectors unless they are not wanted."""
    if compute_left_eigenvectors:
        raise NotImplementedError(
            "eig: left eigenvectors are not supported; take the right ones of the conjugate transpose"
        )
    values, vectors = P["eig"](x)
    return [values, vectors] if compute_right_eigenvectors else [values]


def lu(x):
    """(packed LU, pivots, permutation)."""
    return P["lu"](x)


def lu_pivots_to_permutation(pivots, permutation_size):
    """The permutation that rows end in when they are exchanged with the pivots in turn."""
    pivots = np.asarray(pivots)
    out = np.broadcast_to(np.arange(permutation_size, dtype=np.int32), (*pivots.shape[:-1], permutation_size)).copy()
    rows, flat = pivots.reshape(-1, pivots.shape[-1]), out.reshape(-1, permutation_size)
    for order, exchanges in zip(flat, rows, strict=True):
        for i, j in enumerate(exchanges):
            order[[i, j]] = order[[j, i]]
    return out


def qr(x, *, pivoting=False, full_matrices=True, use_magma=None):
    """(Q, R); complete unless full_matrices is False."""
    if pivoting:
        raise NotImplementedError("qr: pivoting is not supported")
    return P["qr"](x, mode="complete" if full_matrices else "reduced")


def svd(x, *, full_matrices=True, compute_uv=True, subset_by_index=None, algorithm=None):
    """(u, s, vh), or s alone."""
    if subset_by_index is not None:
        raise NotImplementedError("svd: subset_by_index is not supported; take the columns that you want")
    u, s, vh = P["svd"](x, full_matrices=full_matrices and compute_uv)
    return (u, s, vh) if compute_uv else s


def symmetric_product(a_matrix, c_matrix, *, alpha=1.0, beta=0.0, symmetrize_output=False):
    """alpha a a^T + beta c."""
    return P["add"](P["mul"](alpha, np.matmul(a_matrix, transposed(a_matrix))), P["mul"](beta, c_matrix))


def triangular_solve(a, b, *, left_side=False, lower=False, transpose_a=False, conjugate_a=False, unit_diagonal=False):
    """x with op(a) x = b (left_side) or x op(a) = b, a being a triangle, of which only that one is read."""
    options = {"lower": lower, "transpose_a": transpose_a, "conjugate_a": conjugate_a, "unit_diagonal": unit_diagonal}
    if left_side:
        return P["triangular_solve"](a, b, **options)
    # x op(a) = b is op(a)^T x^T = b^T
    return transposed(P["triangular_solve"](a, transposed(b), **(options | {"transpose_a": not transpose_a})))
