"""funcgrad.lax.linalg: factorisations and solves by jax.lax.linalg's names, of stacks of matrices."""

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..transforms.custom import stop_gradient

P = PRIMITIVES
__all__ = [
    "cholesky",
    "cholesky_update",
    "eig",
    "eigh",
    "householder_product",
    "lu",
    "lu_pivots_to_permutation",
    "ormqr",
    "qdwh",
    "qr",
    "svd",
    "symmetric_product",
    "triangular_solve",
    "tridiagonal_solve",
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


def eig(
    x, *, compute_left_eigenvectors=True, compute_right_eigenvectors=True, enable_eigvec_derivs=False, implementation=None, use_magma=None
):  # fmt: skip
    """[eigenvalues, left eigenvectors, right eigenvectors], complex; the vectors unless they are not wanted. The left ones have length 1,
    and a largest element that is real; they are those of the inverse, so of a matrix without a full set of vectors there are none."""
    values, vectors = P["eig"](x)
    found = [values]
    if compute_left_eigenvectors:
        left = adjoint(np.linalg.inv(vectors))
        left = left / np.sqrt(np.sum(np.square(np.abs(left)), -2, keepdims=True))
        largest = np.take_along_axis(left, np.argmax(np.abs(stop_gradient(left)), -2)[..., None, :], -2)
        found.append(left * np.conj(largest) / np.abs(largest))
    return [*found, vectors] if compute_right_eigenvectors else found


def adjoint(x):
    return fnp.conj(transposed(x)) if dtype_of(x).kind == "c" else transposed(x)


def cholesky_update(r_matrix, w_vector):
    """The upper triangle U with U^H U = R^H R + w w^H."""
    w = w_vector[..., None]
    return adjoint(P["cholesky"](np.matmul(adjoint(r_matrix), r_matrix) + np.matmul(w, adjoint(w)), part="lower"))


def reflectors(a, taus):
    """[v, tau] of each elementary reflector 1 - tau v v^H that LAPACK keeps below the diagonal of a."""
    rows = np.arange(shape_of(a)[-2])[:, None]
    for i in range(shape_of(taus)[-1]):
        column = a[..., :, i : i + 1]
        v = fnp.where(rows == i, fnp.ones((), dtype_of(a)), fnp.where(rows > i, column, fnp.zeros((), dtype_of(a))))
        yield v, taus[..., i, None, None]


def reflected(v, tau, c):
    """(1 - tau v v^H) c."""
    return c - tau * np.matmul(v, np.matmul(adjoint(v), c))


def householder_product(a, taus):
    """The first columns, as many as a has, of the product of the reflectors in a (m, n), n <= m."""
    m, n = shape_of(a)[-2:]
    out = fnp.broadcast_to(np.eye(m, n, dtype=dtype_of(a)), shape_of(a))
    for v, tau in reversed(list(reflectors(a, taus))):
        out = reflected(v, tau, out)
    return out


def ormqr(a, taus, c, *, left=True, transpose=False):
    """Q c or c Q for the product Q of the reflectors in a, or with its adjoint (transpose)."""
    if not left:
        return adjoint(ormqr(a, taus, adjoint(c), left=True, transpose=not transpose))
    every = list(reflectors(a, taus))
    for v, tau in every if transpose else every[::-1]:
        c = reflected(v, fnp.conj(tau) if transpose and dtype_of(tau).kind == "c" else tau, c)
    return c


def qdwh(x, *, is_hermitian=False, max_iterations=None, eps=None, dynamic_shape=None):
    """(u, h, steps, converged): the polar form x = u h, h positive semidefinite; of singular values, in no steps."""
    if dynamic_shape is not None:
        raise NotImplementedError("qdwh: dynamic_shape is not supported")
    u, s, vh = P["svd"](x, full_matrices=False)
    return np.matmul(u, vh), np.matmul(adjoint(vh) * s[..., None, :], vh), 0, True


def tridiagonal_solve(dl, d, du, b, *, perturb_singular=False):
    """x with A x = b, A having d on its diagonal, dl (from its second element) below and du (but its last) above. [n], b [n, k].

    By elimination without pivoting (Thomas), in loops that are compiled and mapped as loops. `perturb_singular`: a pivot of 0 is taken for
    the smallest normal number.
    """
    from ..control_flow import scan

    rows = lambda v: fnp.moveaxis(v, -1, 0)[..., None]  # noqa: E731
    dl, d, du, b = rows(dl), rows(d), rows(du), fnp.moveaxis(b, -2, 0)
    zero = fnp.zeros_like(b[0])

    def down(carry, row):
        ratio, value = carry
        below, diagonal, above, rhs = row
        pivot = diagonal - below * ratio
        if perturb_singular:
            pivot = fnp.where(pivot == 0, np.finfo(dtype_of(pivot)).tiny, pivot)
        carry = (above / pivot, (rhs - below * value) / pivot)
        return carry, carry

    def up(x, row):
        ratio, value = row
        x = value - ratio * x
        return x, x

    inside = np.ones((shape_of(d)[0],) + (1,) * (len(shape_of(d)) - 1), dtype_of(d))
    first, last = inside.copy(), inside.copy()
    first[0], last[-1] = 0, 0
    _, (ratios, values) = scan(down, (fnp.zeros_like(d[0]), zero), (dl * first, d, du * last, b))
    _, x = scan(up, zero, (ratios, values), reverse=True)
    return fnp.moveaxis(x, 0, -2)


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


def column_pivots(x):
    """The order of x's columns in which each is the longest of those behind it, less what those before it span: LAPACK's pivots."""
    rest = stop_gradient(x)
    *lead, m, n = shape_of(rest)
    at = np.arange(n)
    order = np.broadcast_to(at.astype(np.int32), (*lead, n))
    for j in range(min(m, n)):
        lengths = np.where(at < j, -1.0, np.sum(np.square(np.abs(rest)), -2))
        longest = np.argmax(lengths, -1)[..., None]
        exchange = np.where(at == j, longest, np.where(at == longest, j, at))
        rest = np.take_along_axis(rest, exchange[..., None, :], -1)
        order = np.take_along_axis(order, exchange, -1)
        column = rest[..., :, j : j + 1]
        length = np.sqrt(np.sum(np.square(np.abs(column)), -2, keepdims=True))
        q = column / np.where(length == 0, 1, length)
        rest = np.where(at > j, rest - np.matmul(q, np.matmul(adjoint(q), rest)), rest)
    return order


def pivoted(x):
    """(x with its columns in the order of their pivots, that order)."""
    order = column_pivots(x)
    return np.take_along_axis(x, order[..., None, :], -1), order


def qr(x, *, pivoting=False, full_matrices=True, use_magma=None):
    """(Q, R), complete unless full_matrices is False; with `pivoting` of x[:, order], and the order behind them."""
    mode = "complete" if full_matrices else "reduced"
    if not pivoting:
        return P["qr"](x, mode=mode)
    x, order = pivoted(x)
    return (*P["qr"](x, mode=mode), order)


def svd(x, *, full_matrices=True, compute_uv=True, subset_by_index=None, algorithm=None):
    """(u, s, vh), or s alone."""
    if subset_by_index is not None:
        raise NotImplementedError("svd: subset_by_index is not supported; take the columns that you want")
    u, s, vh = P["svd"](x, full_matrices=full_matrices and compute_uv)
    return (u, s, vh) if compute_uv else s


def symmetric_product(a_matrix, c_matrix, *, alpha=1.0, beta=0.0, symmetrize_output=False):
    """alpha a a^T + beta c; of its lower triangle a symmetric matrix, if symmetrize_output."""
    out = P["add"](P["mul"](alpha, np.matmul(a_matrix, transposed(a_matrix))), P["mul"](beta, c_matrix))
    return out + transposed(np.tril(out, -1)) - np.triu(out, 1) if symmetrize_output else out


def triangular_solve(a, b, *, left_side=False, lower=False, transpose_a=False, conjugate_a=False, unit_diagonal=False):
    """x with op(a) x = b (left_side) or x op(a) = b, a being a triangle, of which only that one is read."""
    options = {"lower": lower, "transpose_a": transpose_a, "conjugate_a": conjugate_a, "unit_diagonal": unit_diagonal}
    if left_side:
        return P["triangular_solve"](a, b, **options)
    # x op(a) = b is op(a)^T x^T = b^T
    return transposed(P["triangular_solve"](a, transposed(b), **(options | {"transpose_a": not transpose_a})))
