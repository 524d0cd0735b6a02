"""Systems of linear equations: inverses, solutions, least squares, and Cholesky's factor of a positive definite matrix."""

import math

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.halves import WIDER
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from ..deprecations import once
from ..payload import current, memory_below
from ..tensor import Tensor
from .forward_mode import refuse_tangents
from .levels import beneath, has_tangent
from .linalg_checks import (
    LinAlgError,
    fit_together,
    has_kernel,
    in_batch,
    is_floating,
    is_square,
    linalg_operation,
    matrix,
    need_rows,
    need_same,
)
from .linalg_stopped import is_nan, leading_minor, not_finite, singular_values, zero_pivot
from .nodes import named
from .operands import P, broadcast_shapes, broadcast_to, cast, dtype_of, in_c_order, in_columns, new, shape_of
from .products import matmul
from .register import FUNCTIONS, operation, publish
from .return_types import BY_NAME as RETURN
from .shape import matrix_transpose
from .writing import spoken


def read_part(t, part):
    """(a matrix, what a factorisation is told to read of it): one triangle, as in torch, whatever stands in the other; but both get
    their half of the derivative, whether the matrix is Hermitian or not."""
    if t.owner is TAPE:
        v = t.val
        turned = v.swapaxes(-1, -2)
        if (v == (turned.conj() if v.dtype.kind == "c" else turned)).all():
            return t, "both"
        if not t.requires_grad:
            return t, part
    return mirrored(t, part), "both"


def mirrored(t, part):
    """The Hermitian matrix of which one triangle stands in t, which gets the whole derivative."""
    half, rest = (t.tril(), t.tril(-1)) if part == "lower" else (t.triu(), t.triu(1))
    if t.is_complex():
        half = rest + FUNCTIONS["diag_embed"](t.diagonal(0, -2, -1).real)
    finite = P["where"](P["isfinite"](t), t, 0.0)  # (what is not read may be anything)
    return P["stop"](half + rest.transpose(-2, -1).conj()) + (finite - P["stop"](finite))


def factor_of(t, part="lower", name="linalg.cholesky"):
    try:
        L = P["cholesky"](t, part=part, turns=True)
        if not is_nan(L):
            return L
    except np.linalg.LinAlgError:
        pass
    where, order = leading_minor(matrix_transpose(t).conj() if part == "upper" else t)
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
    return matrix_transpose(in_c_order(FUNCTIONS["conj_physical"](L))) if upper else in_columns(L)


@operation("CholeskyBackward0", name="cholesky")
def old_cholesky(input, upper=False):
    """The Cholesky factor (torch deprecates it: use torch.linalg.cholesky)."""
    refuse_tangents("cholesky", input)
    once("cholesky")
    if not input.numel():
        return input.clone()
    is_square(current(input), "cholesky")
    has_kernel("cholesky_cpu", current(input))
    return factor_laid(current(input), upper, "cholesky")


def need_matrices(text, **operands):
    """RuntimeError, with the name and the rank put into a text, unless operands have two dimensions or more."""
    for name, x in operands.items():
        if len(shape_of(x)) < 2:
            raise RuntimeError(text.format(name, len(shape_of(x))))


def in_one_stack(a, b):
    """Stacks of matrices, broadcast to one shape in front."""
    lead = broadcast_shapes(shape_of(a)[:-2], shape_of(b)[:-2])
    return [broadcast_to(t, lead + shape_of(t)[-2:]) for t in (a, b)]


@operation("CholeskySolveBackward0")
def cholesky_solve(B, L, upper=False):
    """X with A X = B, given the Cholesky factor of A."""
    t, b = current(L), current(B)
    need_matrices("{} should have at least 2 dimensions, but has {} dimensions instead", b=b, u=t)
    need_same("Expected b and A", "b", b, "A", t, ".")
    is_square(t, "")
    need_rows("cholesky_solve", t, b)
    has_kernel("cholesky_solve_cpu", t)
    return in_columns(P["cholesky_solve"](*in_one_stack(t, b), lower=not upper, whole=True))


@operation("CholeskyInverseBackward0")
def cholesky_inverse(L, upper=False):
    """The inverse of A, given its Cholesky factor."""
    t = current(L)
    is_square(t, "cholesky_inverse")
    if 0 in shape_of(t):
        return in_columns(current(L.clone()))
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


def no_epsilon(t):
    """torch's error where a tolerance is asked of a dtype that has none."""
    if dtype_of(t).kind not in "fc" or dtype_of(t) in WIDER:
        raise RuntimeError("This function doesn't handle types other than float and double")


@linalg_operation("LinalgInvExBackward0", name="inv")
def inv(A):
    """The inverse of square matrices; LinAlgError if one is singular."""
    t = matrix(A, "linalg.inv", square=True)
    return inverse_of(t, "linalg.inv")


def inverse_of(t, name):
    try:
        out = P["inv"](t, singular="raise")
        return out if out.owner is TAPE else in_columns(out)
    except np.linalg.LinAlgError:
        where, at = zero_pivot(t)
        raise LinAlgError(
            f"{name}: {where}The diagonal element {at} is zero, the inversion could not be completed because the input matrix is "
            "singular."
        ) from None


@linalg_operation("LinalgSolveExBackward0", name="solve")
def solve(A, B, *, left=True):
    """X with A X = B (or X A = B with left=False); B a matrix, a vector, or stacks of them.

    >>> import compat as torch
    >>> torch.linalg.solve(2 * torch.eye(2), torch.ones(2))
    tensor([0.5000, 0.5000])
    """
    a, b = current(A), current(B)
    is_floating(a, "linalg.solve")
    need_same("linalg.solve: Expected A and B", "A", a, "B", b)
    s, r = shape_of(a), shape_of(b)
    vector = len(r) == 1 or (len(r) == len(s) - 1 and r == s[:-1])
    x = P["reshape"](b, shape=(*r, 1)) if vector else b
    fit_together(a, x, left, "linalg.solve")
    if not left:
        return matrix_transpose(solve(matrix_transpose(A), matrix_transpose(B)))
    has_kernel("lu_cpu", a)
    r = shape_of(x)
    lead = broadcast_shapes(s[:-2], r[:-2])
    try:
        out = P["solve"](broadcast_to(a, lead + s[-2:]), broadcast_to(x, lead + r[-2:]), singular="raise")
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"torch.linalg.solve: {zero_pivot(a)[0]}The solver failed because the input matrix is singular."
        ) from None
    if not vector:
        return in_columns(out)
    out = P["reshape"](out, shape=shape_of(out)[:-1])
    return in_columns(out) if out.dim() > 1 else out  # (of a stack of vectors torch makes columns as well)


@linalg_operation("LinalgSolveTriangularBackward0", name="solve_triangular")
def solve_triangular(A, B, *, upper, left=True, unitriangular=False):
    """X with A X = B (or X A = B) for a triangle A, of which the other triangle is not looked at."""
    a, b = current(A), current(B)
    fit_together(a, b, left, "linalg.solve_triangular")
    has_kernel("triangular_solve_cpu", a)
    b = cast(b, dtype_of(a))  # (as torch has it, whatever that loses)
    if not left:
        a, b = current(matrix_transpose(a)), current(matrix_transpose(b))
        upper = not upper
    out = P["triangular_solve"](*in_one_stack(a, b), lower=not upper, unit_diagonal=unitriangular)
    return in_columns(out) if left else matrix_transpose(in_c_order(out))


def relative_bound(t, rtol, atol):
    """Up to which part of its largest a singular value counts as zero: a number, or for each matrix of a stack one, in tuples."""
    default = max(shape_of(t)[-2:]) * float(np.finfo(dtype_of(t)).eps)
    rtol, atol = (np.asarray(concrete(current(v), "pinv")) if isinstance(v, Tensor) else v for v in (rtol, atol))
    if atol is None:
        found = np.asarray(default if rtol is None else rtol)
    else:
        largest = np.linalg.svd(np.asarray(concrete(t, "pinv")), compute_uv=False).max(-1, initial=0.0)
        share = atol / np.where(largest > 0, largest, 1.0)
        found = np.maximum(np.where(np.greater(atol, 0), 0.0, default) if rtol is None else rtol, share)
    return in_tuples(found.astype(float).tolist())


def in_tuples(v):
    return tuple(map(in_tuples, v)) if isinstance(v, list) else v


@linalg_operation("LinalgPinvBackward0", name="pinv")
def pinv(A, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """The Moore-Penrose inverse; singular values up to rtol times the largest count as zero."""
    t = current(A)
    if atol is not None and rtol is None:
        A.size(-2)
        no_epsilon(t)
    if len(shape_of(t)) < 2 or dtype_of(t).kind not in "fc" or dtype_of(t) in WIDER:
        raise RuntimeError(
            f"linalg.pinv({spoken(dtype_of(t))}{{{list(shape_of(t))}}}): expected a tensor with 2 or more "
            "dimensions of float, "
            "double, cfloat or cdouble types"
        )
    rtol = rcond if rcond is not None else rtol
    for bound in (rtol, atol):
        if isinstance(bound, Tensor):  # (one matrix under several is as many)
            t = broadcast_to(t, broadcast_shapes((*shape_of(bound), 1, 1), shape_of(t)))
    given = relative_bound(t, rtol, atol)
    if hermitian:
        t = matrix(A, "linalg.eigh", square=True)
    return in_c_order(not_finite(P["pinv"], t, rcond=given, part="lower" if hermitian else None))


def is_vector(a, b):
    """Is the right side of a least-squares problem a stack of vectors?"""
    s, r = shape_of(a), shape_of(b)
    return len(r) == len(s) - 1 and r == s[:-1] or len(r) == 1 == len(s) - 1


def refuse_lstsq(a, b):
    """Raise what torch says of matrices that make no least-squares problem."""
    s, r = shape_of(a), shape_of(b)
    for what, short in (
        (len(s) < 2, "input must have at least 2 dimensions"),
        (not r, "other must have at least 1 dimension"),
    ):
        if what:
            raise RuntimeError(f"torch.linalg.lstsq: {short}.")
    if dtype_of(a) != dtype_of(b):
        raise RuntimeError(
            "torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype "
            f"{spoken(dtype_of(a))} and other's dtype {spoken(dtype_of(b))}"
        )
    if not 0 <= len(s) - len(r) <= 1:
        raise RuntimeError(
            "torch.linalg.lstsq: input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1"
        )
    vector = is_vector(a, b)
    if s[-2] != r[-1 if vector else -2]:
        raise RuntimeError(f"torch.linalg.lstsq: input.size(-2) should match other.size({-1 if vector else -2})")


def in_place_of(x, solution):
    """A least-squares solution in the memory that LAPACK writes it into: the columns of the right side, which may be longer."""
    m, k = shape_of(x)[-2:]
    n = shape_of(solution)[-2]
    found = beneath(solution) if m > n else None
    if found is None:
        return in_columns(solution)
    memory = np.zeros((*found.val.shape[:-2], k, m), dtype_of(solution)).swapaxes(-1, -2)[..., :n, :]
    memory[...] = found.val
    found.val = memory
    noted(found)
    return solution


def all_are(t):
    """Are all of a Tensor's elements true, those of all samples where it is mapped?"""
    v = memory_below(current(t))
    return bool(v.all() if isinstance(v, np.ndarray) else t.all())


@linalg_operation(name="lstsq")
def lstsq(A, B, rcond=None, *, driver=None):
    """(solution, residuals, rank, singular_values) of the least-squares problem min |A X - B|, as LAPACK's `driver` gives them:
    "gels" has no rank, "gelsy" (the default) no residuals, and only "gelsd" and "gelss" have singular values."""
    a, b = current(A), current(B)
    refuse_lstsq(a, b)
    driver = "gelsy" if driver is None else driver
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError("torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    if rcond is None:
        no_epsilon(a)
    has_kernel("linalg_lstsq_cpu", a)
    x = b.unsqueeze(-1) if is_vector(a, b) else b
    *lead, m, n = shape_of(a)
    if list(shape_of(x)[:-2]) != lead:  # (of one matrix beside a stack torch reads the rows as a stack, too)
        x = broadcast_to(x, (*broadcast_shapes(tuple(lead), shape_of(x)[: len(lead)]), *shape_of(x)[-2:]))
    bound = float(np.finfo(dtype_of(a)).eps) * max(m, n) if rcond is None else rcond
    solution = in_place_of(x, matmul(not_finite(P["pinv"], a, rcond=bound), x))
    own = np.empty(0, dtype_of(a)).real.dtype
    none = new(np.zeros(0, own))
    values = in_c_order(singular_values(current(a.detach()))[1])
    rank = (values > bound * values[..., :1]).sum(-1)
    carries = solution.requires_grad or has_tangent(solution)
    residuals = solution.abs().flatten()[:0] if carries else none
    if m > n and (driver == "gels" or driver != "gelsy" and all_are(rank == n)):
        residuals = ((matmul(A, solution) - x).abs() ** 2).sum(-2)
    solution = solution.squeeze(-1) if is_vector(a, b) else solution
    return RETURN["linalg_lstsq"](
        *named((solution, residuals), "LinalgLstsqBackward0", (A, B)),
        new(np.zeros(0, np.int64)) if driver == "gels" else rank,
        values if driver in ("gelsd", "gelss") else none,
    )


@linalg_operation(name="tensorinv")
def tensorinv(A, ind=2):
    """The inverse for tensordot over `ind` dimensions."""
    if ind <= 0:
        raise RuntimeError(f"Expected a strictly positive integer for 'ind', but got {ind}")
    if ind > A.dim():
        raise RuntimeError(f"ArrayRef: invalid slice, N = {ind}; size = {A.dim()}")
    front, back = A.shape[:ind], A.shape[ind:]
    if math.prod(front) != math.prod(back):
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got "
            f"{math.prod(back)} != {math.prod(front)}"
        )
    n = math.prod(front)
    t = matrix(A.reshape(n, n), "linalg.inv", square=True)
    return named(inverse_of(t, "inv"), "LinalgInvExBackward0", (A,)).reshape(*back, *front)


@linalg_operation(name="tensorsolve")
def tensorsolve(A, B, dims=None):
    """X with tensordot(A, X, X.ndim) = B."""
    if dims is not None:
        A = A.movedim(list(dims), list(range(A.dim() - len(dims), A.dim())))
    rest = A.shape[B.dim() :]
    if A.dim() < B.dim():
        raise RuntimeError("cannot create std::vector larger than max_size()")
    if math.prod(rest) != B.numel():
        raise RuntimeError(
            "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got "
            f"{math.prod(rest)} != {B.numel()}"
        )
    n = math.prod(rest)
    return solve(A.reshape(-1, n), B.reshape(-1)).reshape(rest)


@operation(name="triangular_solve")
def triangular_solve(b, A, upper=True, transpose=False, unitriangular=False):
    """(X, A) with A X = b for a triangle A (torch deprecates it: use torch.linalg.solve_triangular)."""
    t, x = current(A), current(b)
    text = "torch.triangular_solve: Expected {} to have at least 2 dimensions, but it has {} dimensions instead"
    need_matrices(text, b=x, A=t)
    need_same("Expected b and A", "b", x, "A", t, ".")
    is_square(t, "")
    need_rows("triangular_solve", t, x)
    t, x = in_one_stack(t, x)
    has_kernel("triangular_solve_cpu", t)
    once("triangular_solve")
    out = P["triangular_solve"](t, x, lower=not upper, transpose_a=transpose, unit_diagonal=unitriangular)
    return RETURN["triangular_solve"](
        *[named(in_columns(o), "TriangularSolveBackward0", (b, A)) for o in (out, P["copy"](t, t))]
    )


publish(inv, ("inverse",), True, True)
# (an operation of its own, which notes what torch takes under this name: its rcond is no Tensor)
operation("LinalgPinvBackward0", name="pinverse")(pinv.__wrapped__)
