"""Linear algebra: what torch.linalg holds, and the older names torch itself has for some of it.

Invariant: stacks of matrices (..., n, m) everywhere; what is no matrix, not square, or of a dtype LAPACK has not is
refused in torch's words before anything is computed, and a singular matrix raises LinAlgError, a RuntimeError.
"""

import math

import numpy as np

from funcgrad.core.halves import WIDER
from funcgrad.core.trace import TAPE
from funcgrad.core.written_calls import written_call

from .. import dtypes
from .._gate import Refusal
from ..deprecations import once
from ..method_arguments import wrapped
from ..names_of_classes import found_as
from ..payload import current
from ..tensor import Tensor
from .diagonals import diagonal as diagonal_of
from .ldl import NAMES as LDL
from .linalg_checks import (
    LinAlgError,
    is_floating,
    is_matrix,
    is_square,
    linalg_operation,
    matrix,
    need_same,
)  # fmt: skip
from .linalg_stopped import of_minors, singular_values, spectrum, with_info
from .lu import NAMES as LU
from .mkl_signs import EIG, EIGH, SVD
from .nodes import named
from .norms import OF_LENGTH, in_dtype, quick_length, vector_norm_of
from .operands import P, dtype_of, in_c_order, in_columns, new, shape_of
from .out_argument import store
from .out_rules import check_out
from .outer import in_cheapest_order, linalg_cross, need_chain
from .products import matmul
from .quick_roads import quick
from .reduction import over
from .reflectors import NAMES as REFLECTORS
from .register import FUNCTIONS, operation, publish
from .return_types import BY_NAME as RETURN
from .shape import matrix_transpose
from .solving import cholesky, inv, lstsq, no_epsilon, pinv, read_part, solve, solve_triangular, tensorinv, tensorsolve
from .writing import spoken


# ------------------------------------------------------------------------------------------------ determinants
@linalg_operation("LinalgDetBackward0", name="det")
def det(A):
    """The determinant of square matrices."""
    return in_c_order(P["det"](matrix(A, "linalg.det", square=True)))


def sign_and_log(A, name, result):
    sign, log = map(in_c_order, P["slogdet"](matrix(A, name, square=True)))
    return RETURN[result](*named((sign, log), "LinalgSlogdetBackward0", (A,)))


@linalg_operation(name="slogdet")
def slogdet(A):
    """(sign, log |det|) of square matrices."""
    return sign_and_log(A, "linalg.slogdet", "linalg_slogdet")


@operation(name="slogdet")
def old_slogdet(input):
    """(sign, log |det|) of square matrices."""
    return sign_and_log(input, "linalg.slogdet", "slogdet")


@operation()
def logdet(input):
    """log of the determinant; nan where it is negative."""
    matrix(input, "logdet", square=True)
    sign, log = old_slogdet(input)
    if sign.is_complex():
        return log + sign.log()
    return FUNCTIONS["where"](sign == -1, float("nan"), log)


# ------------------------------------------------------------------------------------------------ factors
QR_OF_R = (
    "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are "
    "going to differentiate through linalg.qr."
)
QR_OF_TALL = "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."


def factors_qr(A, mode, result):
    x = matrix(A, "linalg.qr")
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    m, n = shape_of(x)[-2:]
    if mode == "r" or mode == "complete" and m > n:
        x = P["rule"](x, spec=Refusal(QR_OF_R if mode == "r" else QR_OF_TALL))[0]
    q, r = map(in_columns, P["qr"](x, mode="complete" if mode == "complete" else "reduced"))
    if mode == "r":
        q = P["getitem"](P["reshape"](q, shape=(q.numel(),)), idx=(slice(0, 0),))
    return RETURN[result](*named((q, r), "LinalgQrBackward0", (A,)))


@linalg_operation(name="qr")
def qr(A, mode="reduced"):
    """(Q, R) with Q R = A, Q orthonormal, R an upper triangle."""
    return factors_qr(A, mode, "linalg_qr")


@operation(name="qr")
def old_qr(input, some=True):
    """(Q, R) (torch deprecates it: use torch.linalg.qr)."""
    once("qr")
    return factors_qr(input, "reduced" if some else "complete", "qr")


@linalg_operation(name="svd")
def svd(A, full_matrices=True, *, driver=None):
    """(U, S, Vh) with U diag(S) Vh = A, S falling."""
    u, s, vh = singular_values(matrix(A, "linalg.svd"), full_matrices, SVD)
    u, s, vh = in_columns(u), in_c_order(s), in_columns(vh)
    parts = up_to_phases("svd", "singular ", "phase term, making it", u, vh)
    parts = parts[0], s, parts[1]
    return RETURN["linalg_svd"](*named(parts, "LinalgSvdBackward0", (A,)))


@operation(name="svd")
def old_svd(input, some=True, compute_uv=True):
    """(U, S, V) with U diag(S) V^H = A (torch deprecates it: use torch.linalg.svd)."""
    if input.dim() < 2:
        raise RuntimeError(
            f"linalg.svd: input should have at least 2 dimensions, but has {input.dim()} dimensions instead"
        )
    if not compute_uv:  # (zeros, and those of the whole matrices, whatever `some` says)
        u, v = (input.new_zeros(*input.shape[:-2], n, n) for n in input.shape[-2:])
        return RETURN["svd"](u, svdvals(input), matrix_transpose(v))
    u, s, vh = svd(input, full_matrices=not some)
    v = matrix_transpose(vh)
    return RETURN["svd"](u, s, v.conj() if v.is_complex() else v)


@linalg_operation("LinalgSvdBackward0", name="svdvals")
def svdvals(A, *, driver=None):
    """The singular values, falling."""
    return in_c_order(singular_values(matrix(A, "linalg.svdvals"))[1])


def laid_out(pairs):
    """(eigenvalues, eigenvectors), the latter as columns in memory too."""
    values, vectors = pairs
    return in_c_order(values), in_columns(vectors)


PHASES = (
    "{}_backward: The {}vectors in the complex case are specified up to multiplication by e^{{i phi}}. The specified loss function depends on "
    "this {} ill-defined."
)


def up_to_phases(name, kind, end, *vectors):
    """The vectors; where complex ones are recorded, behind a gate that refuses what depends on their phases."""
    if dtype_of(vectors[0]).kind != "c" or vectors[0].owner is not TAPE or vectors[0].mark is None:
        return vectors
    from .._gate import Phases  # (rarely needed, and it loads the custom rules)

    return P["rule"](*vectors, spec=Phases(PHASES.format(name, kind, end), *[v.val for v in vectors]))


def triangle_of(UPLO):
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return "lower" if UPLO.upper() == "L" else "upper"


@linalg_operation(name="eigh")
def eigh(A, UPLO="L"):
    """(eigenvalues, eigenvectors) of Hermitian matrices, of which one triangle is read; eigenvalues rising."""
    is_square(current(A), "linalg.eigh")
    part = triangle_of(UPLO)
    x, read = read_part(matrix(A, "linalg.eigh"), part)
    values, vectors = laid_out(spectrum(x, 1, part=read, by=EIGH[part]))
    parts = values, *up_to_phases("linalg_eigh", "eigen", "quantity, so it is", vectors)
    return RETURN["linalg_eigh"](*named(parts, "LinalgEighBackward0", (A,)))


@linalg_operation("LinalgEighBackward0", name="eigvalsh")
def eigvalsh(A, UPLO="L"):
    """The eigenvalues of Hermitian matrices, rising."""
    is_square(current(A), "linalg.eigh")
    part = triangle_of(UPLO)
    x, part = read_part(matrix(A, "linalg.eigh"), part)
    return in_c_order(spectrum(x, 2, part=part)[0])


def need_complex(A):
    """torch's error for a dtype that has no complex counterpart."""
    d = dtype_of(current(A))
    if d.kind not in "fc":
        raise RuntimeError(f"Unknown Complex ScalarType for {spoken(d)}")


def eigen(A, name):
    try:
        return P["eig"](matrix(A, name, square=True), by=EIG)
    except np.linalg.LinAlgError:
        raise RuntimeError("torch.linalg.eig: input tensor should not contain infs or NaNs.") from None


@linalg_operation(name="eig")
def eig(A):
    """(eigenvalues, eigenvectors) of square matrices, complex."""
    need_complex(A)
    values, vectors = laid_out(eigen(A, "linalg.eig"))
    parts = values, *up_to_phases("linalg_eig", "eigen", "quantity, so it is", vectors)
    return RETURN["linalg_eig"](*named(parts, "LinalgEigBackward0", (A,)))


@linalg_operation("LinalgEigBackward0", name="eigvals")
def eigvals(A):
    """The eigenvalues of square matrices, complex."""
    need_complex(A)
    return in_c_order(eigen(A, "linalg.eigvals")[0])


inv_ex = with_info(inv, "linalg_inv_ex", "inv_ex")
cholesky_ex = with_info(cholesky, "linalg_cholesky_ex", "cholesky_ex", of_minors)
solve_ex = with_info(solve, "linalg_solve_ex", "solve_ex")


# ------------------------------------------------------------------------------------------------ norms
def matrix_norm_of(A, ord, dim, keepdim, dtype):  # noqa: A002
    t = current(A)
    if isinstance(ord, complex):
        raise RuntimeError("linalg.matrix_norm: Expected a non-complex scalar as the order of norm.")
    if ord not in ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        raise RuntimeError(
            f"linalg.matrix_norm: Order {ord:g} not supported."
            if isinstance(ord, (int, float))
            else f"linalg.matrix_norm: Order {ord} not supported."
        )
    is_matrix(t, "linalg.matrix_norm")
    is_floating(t, "linalg.matrix_norm", halves=ord not in ("nuc", 2, -2))
    if len(tuple(dim)) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    rows, columns = (wrapped(d, len(shape_of(t))) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({rows}, {columns})")
    t = in_dtype(t, dtype, "linalg.matrix_norm")
    if ord == "fro":
        return vector_norm(t, 2, (rows, columns), keepdim)
    if ord in (2, math.inf, 1) and 0 in (shape_of(t)[rows], shape_of(t)[columns]):
        return vector_norm_of(t, 2, (rows, columns), keepdim)
    if ord in ("nuc", 2, -2):
        rest = [k for k in range(len(shape_of(t))) if k not in (rows, columns)]
        s = svdvals(A.to(dtypes.of_numpy(dtype_of(t))).permute(*rest, rows, columns))
        out = FUNCTIONS["sum" if ord == "nuc" else "amax" if ord == 2 else "amin"](s, -1)
        if keepdim:
            for d in sorted((rows, columns)):
                out = out.unsqueeze(d)
        return out
    one, other = (rows, columns) if abs(ord) == 1 else (columns, rows)
    lengths = vector_norm(t, 1, one, keepdim)
    other -= 0 if keepdim or one > other else 1
    return FUNCTIONS["amax" if ord > 0 else "amin"](lengths, other, keepdim)


@linalg_operation(name="matrix_norm")
def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):  # noqa: A002
    """The norm of matrices: "fro", "nuc", 1, -1, 2, -2, inf, -inf."""
    return matrix_norm_of(A, ord, dim, keepdim, dtype)


@linalg_operation("LinalgVectorNormBackward0", name="vector_norm")
def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):  # noqa: A002
    """The ord-norm of the elements, of the whole or over dimensions."""
    return vector_norm_of(current(x), ord, dim, keepdim, dtype)


@operation(name="linalg_norm", method=False)
def norm(A, ord=None, dim=None, keepdim=False, *, dtype=None):  # noqa: A002
    """The norm of vectors (one dimension) or matrices (two); without ord, the 2-norm of all elements.

    >>> import compat as torch
    >>> torch.linalg.norm(torch.tensor([3.0, 4.0]))
    tensor(5.)
    """
    n = A.dim()
    dim = (dim,) if isinstance(dim, int) else None if dim is None else tuple(dim)
    if dim is not None and len(dim) not in (1, 2):
        raise RuntimeError(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dim)}")
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None:
        if n not in (1, 2):
            raise RuntimeError(
                f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {n}D."
            )
        dim = (0,) if n == 1 and not isinstance(ord, str) else (0, 1)
    if len(dim) == 1 and not isinstance(ord, str):
        return vector_norm(A, ord, dim, keepdim, dtype=dtype)
    return matrix_norm_of(A, ord, dim, keepdim, dtype)


norm = quick(written_call, norm, *quick_length("ord", "ord is None"), **OF_LENGTH)
vector_norm = quick(
    written_call, vector_norm, *quick_length("ord", "type(ord) in (int, float) and ord == 2"), **OF_LENGTH
)


@linalg_operation(name="cond")
def cond(A, p=None):
    """The condition number: the norm of A times that of its inverse."""
    t = current(A)
    if isinstance(p, str):
        is_square(t, f"linalg.cond(ord={p})")
    if A.dim() < 2:
        raise RuntimeError("linalg.cond: The input tensor must have at least 2 dimensions.")
    if isinstance(p, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    if p not in (None, "fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        raise RuntimeError(
            f"linalg.cond got an invalid norm type: {p:g}"
            if not isinstance(p, str)
            else f"linalg.cond got an invalid norm type: {p}"
        )
    if not A.numel() and not isinstance(p, str):
        return A.new_zeros(A.shape[:-2], dtype=A.real.dtype)
    if p not in (None, 2, -2):
        is_square(t, f"linalg.cond(ord={p:g})" if not isinstance(p, str) else f"linalg.cond(ord={p})")
    if p == "nuc":
        matrix(A, "linalg.svd")
    if p in (None, 2, -2):
        s = svdvals(A)
        first, last = s[..., :1], s[..., -1:]
        return (last / first if p == -2 else first / last).squeeze(-1)
    inverse = inv(A)
    return matrix_norm(A, p) * matrix_norm(inverse, p)


@linalg_operation(name="matrix_rank")
def matrix_rank(A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """The number of singular values above the tolerance."""
    t = current(A).detach()
    is_matrix(t, "torch.linalg.matrix_rank", "input")
    for what, given in (("atol", tol if atol is None else atol), ("rtol", rtol)):
        if isinstance(given, Tensor) and given.is_complex():
            kind = spoken(dtype_of(current(given)))
            raise RuntimeError(f"torch.linalg.matrix_rank: {what} tensor of complex type is not supported. Got {kind}")
    if rtol is None and tol is None:
        no_epsilon(t)
    if not A.numel():
        return new(np.zeros(shape_of(t)[:-2], np.int64))
    matrix(t, "linalg.eigh" if hermitian else "linalg.svd", square=hermitian)
    s = P["abs"](current(eigvalsh(Tensor(t)))) if hermitian else singular_values(t)[1]
    if tol is None and rtol is None:
        rtol = max(shape_of(t)[-2:]) * float(np.finfo(dtype_of(t)).eps)
        if isinstance(atol, Tensor):
            rtol = atol.gt(0).logical_not() * rtol
        elif atol is not None and atol > 0:
            rtol = None
    bound, rtol = (v.unsqueeze(-1) if isinstance(v, Tensor) else v for v in (atol if tol is None else tol, rtol))
    if rtol is not None:
        relative = rtol * over(s, "max", -1, True)
        bound = relative if bound is None else P["maximum"](bound, relative, kink="torch")
    return (s > bound).sum(-1)


# ------------------------------------------------------------------------------------------------ products and powers
@linalg_operation(name="matrix_power")
def matrix_power(A, n, *, out=None):
    """A multiplied by itself n times; of a negative n, its inverse."""
    if A.dim() < 2 or A.shape[-1] != A.shape[-2]:
        matrix(A, "linalg.matrix_power", square=True)
    if out is not None:
        d, multiplies = dtype_of(current(A)), abs(n) == 2 or abs(n).bit_count() > 1
        check_out("matrix_power", dtype_of(current(out)), d)
        product = multiplies and (n > 0 or d.kind in "fc")  # (the last one is written there)
        kernel = ("power" if A.dim() == 2 else "matmul") if product else "linalg_inv" if n == -1 else "matrix_power"
        return store(kernel, out, matrix_power(A, n), (A, n))
    if n == 0 and A.dtype.name == "bool":
        return FUNCTIONS["eye"](A.shape[-1], dtype=A.dtype).expand(A.shape).clone()
    if n == 0:
        return in_c_order(current(A * 0 + FUNCTIONS["eye"](A.shape[-1], dtype=A.dtype)))
    if n == 1:
        return in_c_order(current(A.clone()))
    if n < 0:
        A, n = inv(A), -n
    if n == 3:
        return matmul(matmul(A, A), A)
    out, power = None, A
    while n:
        if n & 1:
            out = power if out is None else matmul(out, power)
        n >>= 1
        if n:
            power = matmul(power, power)
    return out


@linalg_operation("LinalgMatrixExpBackward0", name="matrix_exp")
def matrix_exp(A):
    """The exponential of square matrices, by scaling, a Taylor polynomial, and squaring."""
    if dtype_of(current(A)) in WIDER and not A.is_complex():
        return matrix_exp(A.float()).to(A.dtype)
    return in_c_order(P["matrix_exp"](matrix(A, "linalg.matrix_exp", square=True)))


@linalg_operation(name="multi_dot")
def multi_dot(tensors):
    """The product of several matrices (the first and the last may be vectors), in the cheapest order."""
    ts = list(tensors)
    need_chain(ts)
    first, last = ts[0].dim() == 1, ts[-1].dim() == 1
    if first:
        ts[0] = ts[0].unsqueeze(0)
    if last:
        ts[-1] = ts[-1].unsqueeze(-1)
    out = in_cheapest_order(ts)
    shape = ([] if first else [ts[0].shape[0]]) + ([] if last else [ts[-1].shape[1]])
    return out.view(shape)


@linalg_operation(name="vecdot")
def vecdot(x, y, *, dim=-1):
    """The inner products along a dimension, the first operand conjugated."""
    is_floating(current(x), "linalg.vecdot")
    need_same("linalg.vecdot: Expected x and y", "x", current(x), "y", current(y))
    return FUNCTIONS["vdot"](x, y) if x.dim() == 1 == y.dim() else (x.conj() * y).sum(dim)


@linalg_operation(name="vander")
def vander(x, N=None):
    """The powers 0 .. N - 1 of the last dimension, as a new last one."""
    d = dtype_of(current(x))
    if d in WIDER:
        raise RuntimeError(f"linalg.vander supports floating point, complex, and integer tensors, but got {spoken(d)}")
    x = x if x.dim() else x.unsqueeze(0)
    n = x.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    powers = x.unsqueeze(-1).expand(*x.shape, n - 1).cumprod(-1)
    ones = FUNCTIONS["ones_like"](x, dtype=powers.dtype).unsqueeze(-1).detach()
    return FUNCTIONS["cat"]((ones, powers), -1)


@linalg_operation(name="diagonal")
def diagonal(A, *, offset=0, dim1=-2, dim2=-1):
    """The diagonals of matrices, as a view."""
    return diagonal_of(A, offset, dim1, dim2)


operation("LinalgDetBackward0", name="det")(det.__wrapped__)  # (whose parameter has another name)
publish(matrix_power, ("matrix_power",), True, True)
publish(matrix_exp, ("matrix_exp",), True, True)

NAMES = {
    f.__name__: f
    for f in (
        inv, solve, solve_triangular, pinv, lstsq, tensorinv, tensorsolve, det, slogdet, cholesky, qr, svd, svdvals,
        eigh,
        eigvalsh, eig, eigvals, inv_ex, cholesky_ex, solve_ex, matrix_norm, vector_norm, cond,
        matrix_rank, matrix_power, matrix_exp, multi_dot, vecdot, vander, diagonal, matmul,
    )
} | {"norm": norm, "cross": linalg_cross, "LinAlgError": LinAlgError} | LU | LDL | REFLECTORS  # fmt: skip
found_as(norm, "norm", ".linalg")
found_as(linalg_cross, "cross", ".linalg")
