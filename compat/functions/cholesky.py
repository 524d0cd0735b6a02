"""Cholesky's factor of a positive definite matrix, and what is solved with it."""

import numpy as np

from funcgrad.core.trace import TAPE

from ..deprecations import once
from ..payload import current
from .linalg_checks import LinAlgError, has_kernel, in_batch, is_square, linalg_operation, matrix, need_rows, need_same
from .linalg_stopped import is_nan, leading_minor
from .nodes import named
from .operands import P, broadcast_shapes, in_c_order, in_columns, new, shape_of
from .register import FUNCTIONS, operation
from .shape import matrix_transpose
from .solving import solve_triangular


def read_part(t, part):
    """(a matrix, what a factorisation is told to read of it): one triangle, as in torch, whatever stands in the other; but both get
    their half of the derivative, whether the matrix is Hermitian or not."""
    if t.owner is TAPE:
        if np.array_equal(t.val, np.conj(np.swapaxes(t.val, -1, -2))):
            return t, "both"
        if not t.requires_grad:
            return t, part
    half, rest = (t.tril(), t.tril(-1)) if part == "lower" else (t.triu(), t.triu(1))
    finite = P["where"](P["isfinite"](t), t, 0.0)  # (what is not read may be anything)
    return P["stop"](half + rest.transpose(-2, -1).conj()) + (finite - P["stop"](finite)), "both"


def factor_of(t, part="lower", name="linalg.cholesky"):
    x, part = read_part(t, part)
    try:
        L = P["cholesky"](x, part=part, turns=True)
        if not is_nan(L):
            return L
    except np.linalg.LinAlgError:
        pass
    where, order = leading_minor(matrix_transpose(x).conj() if part == "upper" else x)
    raise LinAlgError(
        f"{name}: {where}The factorization could not be completed because the input is not positive-definite (the leading minor of "
        f"order {order} is not positive-definite)."
    )


@linalg_operation("LinalgCholeskyExBackward0", name="cholesky")
def cholesky(A, *, upper=False):
    """The lower (or upper) triangle L with L L^H = A; LinAlgError unless A is positive definite."""
    return factor_laid(matrix(A, "linalg.cholesky", square=True), upper)


def factor_laid(t, upper, name="linalg.cholesky"):
    """The triangle in the order of torch's."""
    L = factor_of(t, "upper" if upper else "lower", name)
    return matrix_transpose(in_c_order(L)).conj() if upper else in_columns(L)


@operation("CholeskyBackward0", name="cholesky")
def old_cholesky(input, upper=False):
    """The Cholesky factor (torch deprecates it: use torch.linalg.cholesky)."""
    once("cholesky")
    if not input.numel():
        return input.clone()
    is_square(current(input), "cholesky")
    has_kernel("cholesky_cpu", current(input))
    return factor_laid(current(input), upper, "cholesky")


@operation("CholeskySolveBackward0")
def cholesky_solve(B, L, upper=False):
    """X with A X = B, given the Cholesky factor of A."""
    t, b = current(L), current(B)
    for what, x in (("b", b), ("u", t)):
        if len(shape_of(x)) < 2:
            raise RuntimeError(
                f"{what} should have at least 2 dimensions, but has {len(shape_of(x))} dimensions instead"
            )
    need_same("Expected b and A", "b", b, "A", t, ".")
    is_square(t, "")
    need_rows("cholesky_solve", t, b)
    has_kernel("cholesky_solve_cpu", t)
    batch = broadcast_shapes(shape_of(t)[:-2], shape_of(current(B))[:-2])
    if batch != shape_of(current(B))[:-2]:
        B = B.expand(*batch, *B.shape[-2:])
    return in_columns(P["cholesky_solve"](t, current(B), lower=not upper, whole=True))


@operation("CholeskyInverseBackward0")
def cholesky_inverse(L, upper=False):
    """The inverse of A, given its Cholesky factor."""
    t = current(L)
    is_square(t, "cholesky_inverse")
    if 0 in shape_of(t):
        return L.clone()
    if t.owner is TAPE and t.val.ndim > 1:
        zeros = np.argwhere(np.diagonal(t.val, 0, -2, -1).reshape(-1, t.val.shape[-1]) == 0)
        if len(zeros):
            raise LinAlgError(
                f"cholesky_inverse: {in_batch(t, zeros[0][0])}The diagonal element {zeros[0][1] + 1} is zero, the inversion could not be "
                "completed because the input matrix is singular."
            )
        if np.iscomplexobj(t.val) and np.diagonal(t.val, 0, -2, -1).imag.any():
            return named(inverse_of_parts(L, upper), "CholeskyInverseBackward0", (L,))
    return cholesky_solve(FUNCTIONS["eye"](L.shape[-1], dtype=L.dtype), L, upper)


def real_at(places, t):
    """A complex Tensor with the real parts alone in some places."""
    return FUNCTIONS["where"](new(places), FUNCTIONS["complex"](t.real, FUNCTIONS["zeros_like"](t.real)), t)


def inverse_of_parts(factor, upper):
    """cholesky_inverse of a complex factor whose diagonal is not real, which is the factor of no matrix: what LAPACK's potri makes of it.

    With X the inverse of the lower factor, LAPACK's lauum forms the lower triangle of X^H X and takes the diagonal of X^H for real; on the
    diagonal of the product it writes real numbers, but for the last, which is only scaled.
    """
    n = factor.shape[-1]
    lower = factor.mH if upper else factor
    x = solve_triangular(lower, FUNCTIONS["eye"](n, dtype=factor.dtype), upper=False)
    diagonal = np.eye(n, dtype=bool)
    product = (real_at(diagonal, x.mH) @ x).tril()
    product = real_at(diagonal & (np.arange(n) < n - 1), product)
    whole = product + product.tril(-1).mH
    return whole.mH if upper else whole
