"""jax.scipy.linalg's names: factorisations, solvers, matrix functions, special matrices, for traced arrays and plain ones.

No derivative stands here: what is no primitive is composed of primitives. `overwrite_*` and `check_finite` are taken and
change nothing. Not offered: schur, rsf2csf, hessenberg, funm (a Schur form has no rule, in jax neither).
"""

import math
import operator

import numpy as np

from .. import numpy as fnp
from ..control_flow import while_loop
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import ArgumentValueError, ShapeError
from ..numpy.arguments import as_array, cast, inexact
from ..transforms.forward_mode import jvp

P = PRIMITIVES

# The rational approximation of exp that matrix exponentials are made of: Pade's of degree 13 (N. Higham, The scaling and squaring method
# for the matrix exponential revisited, SIAM J. Matrix Anal. Appl. 26 (2005) 1179-1193).
PADE = (
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
)  # the numerator's coefficients, lowest power first; the denominator's have every second sign changed
PADE_NORM = 5.371920351148152  # of the 1-norm for which it has all its digits


def matrix(name, a):
    a = inexact(as_array(a))
    if len(shape_of(a)) < 2:
        raise ShapeError(f"{name}: expected a matrix [..., m, n]; got shape {shape_of(a)}. [at {here()}]")
    return a


def adjoint(a):
    a = np.swapaxes(a, -1, -2)
    return np.conj(a) if dtype_of(a).kind == "c" else a


def columns_of(name, a, b):
    """b as columns [..., n, k] for a matrix a, and whether it was one vector."""
    b = inexact(as_array(b))
    vector = len(shape_of(b)) < max(2, len(shape_of(a)))
    b = b[..., None] if vector else b
    if shape_of(b)[-2] != shape_of(a)[-1]:
        raise ShapeError(f"{name}: matrices of shapes {shape_of(a)} and {shape_of(b)} do not fit. [at {here()}]")
    return b, vector


def same_stack(a, b):
    """a and b with the same leading axes."""
    lead = np.broadcast_shapes(shape_of(a)[:-2], shape_of(b)[:-2])
    return [v if shape_of(v)[:-2] == lead else np.broadcast_to(v, (*lead, *shape_of(v)[-2:])) for v in (a, b)]


# ------------------------------------------------------------------------------------------------ factorisations
def cholesky(a, lower=False, overwrite_a=False, check_finite=True):
    """The triangle L with L L^H = a (`lower`), or U with U^H U = a; of a that triangle alone is read.

    LinAlgError unless a is positive definite.

    >>> import numpy as np
    >>> cholesky(np.array([[4.0, 2.0], [2.0, 2.0]]), lower=True)
    array([[2., 0.],
           [1., 1.]])
    """
    a = matrix("cholesky", a)
    return P["cholesky"](a, part="lower") if lower else adjoint(P["cholesky"](adjoint(a), part="lower"))


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    """(factor, lower) for cho_solve."""
    return cholesky(a, lower), lower


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    """The solution of a x = b from what cho_factor made of a.

    >>> import numpy as np
    >>> a = np.array([[4.0, 2.0], [2.0, 2.0]])
    >>> cho_solve(cho_factor(a), np.array([2.0, 2.0]))
    array([0., 1.])
    """
    c, lower = c_and_lower
    first, second = (0, "C") if lower else ("C", 0)
    return solve_triangular(c, solve_triangular(c, b, trans=first, lower=lower), trans=second, lower=lower)


def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, debug=None, check_finite=True):
    """x with op(a) x = b for a triangular a; `trans` 0 or "N", 1 or "T", 2 or "C": a, its transpose, its adjoint.

    >>> import numpy as np
    >>> solve_triangular(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([2.0, 3.0]), lower=True)
    array([1., 2.])
    """
    if trans not in (0, 1, 2, "N", "T", "C"):
        raise ArgumentValueError(
            f"solve_triangular: trans must be 0, 1, 2, 'N', 'T' or 'C'; got {trans!r}. [at {here()}]"
        )
    a = matrix("solve_triangular", a)
    b, vector = columns_of("solve_triangular", a, b)
    a, b = same_stack(a, b)
    x = P["triangular_solve"](
        a,
        b,
        lower=bool(lower),
        transpose_a=trans not in (0, "N"),
        conjugate_a=trans in (2, "C"),
        unit_diagonal=bool(unit_diagonal),
    )
    return x[..., 0] if vector else x


def lu_factor(a, overwrite_a=False, check_finite=True):
    """(packed, pivots) for lu_solve: U, and below its diagonal L; the rows exchanged in turn."""
    packed, pivots, _ = P["lu"](matrix("lu_factor", a))
    return packed, pivots


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    """The solution of op(a) x = b from what lu_factor made of a.

    >>> import numpy as np
    >>> lu_solve(lu_factor(np.array([[0.0, 2.0], [1.0, 1.0]])), np.array([2.0, 3.0]))
    array([2., 1.])
    """
    packed, pivots = lu_and_piv
    b, vector = columns_of("lu_solve", packed, b)
    packed, b = same_stack(packed, b)
    n = shape_of(packed)[-1]
    order = order_of(pivots, n)
    unit, plain = {"lower": True, "unit_diagonal": True}, {"lower": False}
    if trans in (0, "N"):
        rows = np.take_along_axis(b, np.broadcast_to(order[..., None], shape_of(b)), -2)
        x = P["triangular_solve"](packed, P["triangular_solve"](packed, rows, **unit), **plain)
    else:
        turn = {"transpose_a": True, "conjugate_a": trans in (2, "C")}
        y = P["triangular_solve"](packed, P["triangular_solve"](packed, b, **plain, **turn), **unit, **turn)
        back = np.argsort(order, axis=-1)
        x = np.take_along_axis(y, np.broadcast_to(back[..., None], shape_of(y)), -2)
    return x[..., 0] if vector else x


def order_of(pivots, n):
    """The order that rows end in by exchanges in turn."""
    order = np.broadcast_to(np.arange(n), (*shape_of(pivots)[:-1], n))
    for i in range(shape_of(pivots)[-1]):
        j = pivots[..., i : i + 1]
        there = np.take_along_axis(order, cast(j, np.dtype(np.intp)), -1)
        here_ = order[..., i : i + 1]
        places = np.arange(n)
        order = np.where(places == i, there, np.where(np.equal(places, j), here_, order))
    return order


def lu(a, permute_l=False, overwrite_a=False, check_finite=True):
    """(P, L, U) with a = P L U, or (P L, U) with `permute_l`."""
    a = matrix("lu", a)
    m, n = shape_of(a)[-2:]
    packed, _, order = P["lu"](a)
    k = min(m, n)
    lower = np.add(np.tril(packed[..., :, :k], -1), np.eye(m, k, dtype=dtype_of(packed)))
    upper = np.triu(packed[..., :k, :])
    permutation = cast(np.equal(np.arange(m)[:, None], order[..., None, :]), np.zeros((), dtype_of(packed)).real.dtype)
    return (np.matmul(permutation, lower), upper) if permute_l else (permutation, lower, upper)


def pivots_first(a):
    """(a with its columns in the order that pivoting gives them, that order)."""
    from ..lax.linalg import pivoted

    return pivoted(a)


def qr(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    """(Q, R) with a = Q R; `mode` "full", "economic", or "r" for (R,). With `pivoting` of a[:, order], and the order behind them."""
    modes = {"full": "complete", "economic": "reduced", "r": "r"}
    if mode not in modes:
        raise ArgumentValueError(f"qr: mode must be 'full', 'economic' or 'r'; got {mode!r}. [at {here()}]")
    a, more = matrix("qr", a), ()
    if pivoting:
        a, *more = pivots_first(a)
    return ((np.linalg.qr(a, "r"),) if mode == "r" else tuple(np.linalg.qr(a, modes[mode]))) + tuple(more)


def svd(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    """(U, s, V^H), or s alone."""
    out = np.linalg.svd(matrix("svd", a), full_matrices=full_matrices, compute_uv=compute_uv)
    return tuple(out) if compute_uv else out


def eigh(
    a, b=None, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, turbo=True, eigvals=None, type=1, check_finite=True
):  # fmt: skip
    """Eigenvalues of a Hermitian matrix, ascending, and its eigenvectors. NotImplementedError for b, eigvals or another type."""
    if b is not None or eigvals is not None or type != 1:
        raise NotImplementedError("scipy.linalg.eigh: b, eigvals and type other than 1 are not offered.")
    values, vectors = np.linalg.eigh(matrix("eigh", a), "L" if lower else "U")
    return values if eigvals_only else (values, vectors)


def det(a, overwrite_a=False, check_finite=True):
    """The determinant."""
    return np.linalg.det(matrix("det", a))


def inv(a, overwrite_a=False, check_finite=True):
    """The inverse."""
    return np.linalg.inv(matrix("inv", a))


def solve(a, b, lower=False, overwrite_a=False, overwrite_b=False, debug=False, check_finite=True, assume_a="gen"):
    """x with a x = b; `assume_a` "pos" uses the Cholesky factor, "sym", "her" and "gen" LU. ValueError for another."""
    if assume_a not in ("gen", "sym", "her", "pos"):
        raise ArgumentValueError(
            f"solve: assume_a must be 'gen', 'sym', 'her' or 'pos'; got {assume_a!r}. [at {here()}]"
        )
    a = matrix("solve", a)
    if assume_a == "pos":
        return cho_solve(cho_factor(a, lower=lower), b)
    b, vector = columns_of("solve", a, b)
    a, b = same_stack(a, b)
    x = np.linalg.solve(a, b)
    return x[..., 0] if vector else x


def polar(a, side="right", *, method="svd", eps=None, max_iterations=None):
    """(u, p) with a = u p (`side` "right") or p u ("left"): u of orthonormal columns, p positive semidefinite."""
    if side not in ("right", "left"):
        raise ArgumentValueError(f"polar: side must be 'right' or 'left'; got {side!r}. [at {here()}]")
    u, s, vh = np.linalg.svd(matrix("polar", a), full_matrices=False)
    q = u if side == "left" else adjoint(vh)
    return np.matmul(u, vh), np.matmul(np.multiply(q, s[..., None, :]), adjoint(q))


# ------------------------------------------------------------------------------------------------ matrix functions


def expm(A, *, upper_triangular=False, max_squarings=16):
    """exp of a square matrix: a rational approximation of it over a power of two, squared as often; nan beyond max_squarings.

    >>> import numpy as np
    >>> expm(np.array([[0.0, 1.0], [0.0, 0.0]]))
    array([[1., 1.],
           [0., 1.]])
    """
    a = matrix("expm", A)
    n = shape_of(a)[-1]
    if shape_of(a)[-2] != n:
        raise ShapeError(f"expm: expected square matrices [..., n, n]; got shape {shape_of(a)}. [at {here()}]")
    if not n:
        return a
    size = P["stop"](np.max(np.sum(np.abs(a), axis=-2), axis=-1))
    squarings = np.maximum(np.ceil(np.log2(np.divide(np.maximum(size, PADE_NORM), PADE_NORM))), 0)
    out = pade(np.divide(a, np.exp2(cast(squarings, size.dtype))[..., None, None]), n)
    times = np.max(squarings)

    def square(state):
        k, x = state
        more = np.less(k, squarings)[..., None, None]
        return np.add(k, 1.0), np.where(more, np.matmul(x, x), x)

    last = np.minimum(times, float(max_squarings))
    k = cast(np.multiply(0.0, times), size.dtype)
    _, out = while_loop(lambda state: np.less(state[0], last), square, (k, out), max_steps=max_squarings)
    return np.where(np.greater(squarings, max_squarings)[..., None, None], np.nan, out)


def pade(a, n):
    one = np.eye(n, dtype=dtype_of(a))
    b = [dtype_of(a).type(c) for c in PADE]
    a2 = np.matmul(a, a)
    a4 = np.matmul(a2, a2)
    a6 = np.matmul(a4, a2)

    def combined(c6, c4, c2, c0=None):
        out = np.add(np.add(np.multiply(c6, a6), np.multiply(c4, a4)), np.multiply(c2, a2))
        return out if c0 is None else np.add(out, np.multiply(c0, one))

    odd = np.matmul(a, np.add(np.matmul(a6, combined(b[13], b[11], b[9])), combined(b[7], b[5], b[3], b[1])))
    even = np.add(np.matmul(a6, combined(b[12], b[10], b[8])), combined(b[6], b[4], b[2], b[0]))
    return np.linalg.solve(np.subtract(even, odd), np.add(even, odd))


def expm_frechet(A, E, *, method=None, compute_expm=True):
    """(expm(A), its derivative at A in the direction E), or the derivative alone."""
    value, slope = jvp(expm, (matrix("expm_frechet", A),), (matrix("expm_frechet", E),))
    return (value, slope) if compute_expm else slope


def sqrtm(A, blocksize=1):
    """The principal square root of a square matrix that has a basis of eigenvectors, as complex numbers (nan entries where it has none)."""
    values, vectors = np.linalg.eig(matrix("sqrtm", A))
    roots = np.sqrt(cast(values, np.result_type(dtype_of(values), np.complex64)))
    scaled = np.multiply(vectors, roots[..., None, :])
    return np.swapaxes(np.linalg.solve(np.swapaxes(vectors, -1, -2), np.swapaxes(scaled, -1, -2)), -1, -2)


# ------------------------------------------------------------------------------------------------ special matrices
def block_diag(*arrs):
    """The matrices along the diagonal, zeros elsewhere.

    >>> block_diag([[1.0]], [[2.0, 3.0]])
    array([[1., 0., 0.],
           [0., 2., 3.]])
    """
    blocks = [as_array(a) for a in arrs] or [np.zeros((1, 0))]
    blocks = [np.reshape(a, (1, -1)) if len(shape_of(a)) < 2 else a for a in blocks]
    for i, a in enumerate(blocks):
        if len(shape_of(a)) != 2:
            raise ShapeError(f"block_diag: argument {i} must be a matrix; got shape {shape_of(a)}. [at {here()}]")
    width = sum(shape_of(a)[1] for a in blocks)
    rows, start = [], 0
    for a in blocks:
        k = shape_of(a)[1]
        rows.append(np.pad(a, ((0, 0), (start, width - start - k))))
        start += k
    return np.concatenate(rows, axis=0)


def flat(x):
    return np.reshape(as_array(x), (-1,))


def toeplitz(c, r=None):
    """Constant along diagonals: first column c, first row r (conj(c) if not given; its first entry does not count).

    >>> toeplitz([1, 2, 3])
    array([[1, 2, 3],
           [2, 1, 2],
           [3, 2, 1]])
    """
    c = as_array(c)
    c = np.reshape(c, (1,)) if not shape_of(c) else c
    r = np.conj(c) if r is None else as_array(r)
    r = np.reshape(r, (1,)) if not shape_of(r) else r
    m, n = shape_of(c)[-1], shape_of(r)[-1]
    lead = np.broadcast_shapes(shape_of(c)[:-1], shape_of(r)[:-1])
    c, r = np.broadcast_to(c, (*lead, m)), np.broadcast_to(r, (*lead, n))
    band = np.concatenate([np.flip(c, -1), r[..., 1:]], axis=-1)
    return np.take(band, (m - 1) - np.arange(m)[:, None] + np.arange(n)[None, :], axis=-1)


def hankel(c, r=None):
    """Constant along antidiagonals: first column c, last row r (zeros if not given; its first entry does not count)."""
    c = flat(c)
    r = np.zeros_like(c) if r is None else flat(r)
    m, n = shape_of(c)[0], shape_of(r)[0]
    band = np.concatenate([c, r[1:]])
    return np.take(band, np.arange(m)[:, None] + np.arange(n)[None, :], axis=-1)


def circulant(c):
    """Each column is the one before, turned by one place."""
    c = as_array(c)
    n = shape_of(c)[-1]
    return np.take(c, (np.arange(n)[:, None] - np.arange(n)[None, :]) % n, axis=-1)


def convolution_matrix(a, n, mode="full"):
    """The matrix whose product with v is np.convolve(a, v, mode), for v of size n."""
    a = flat(a)
    m, n = shape_of(a)[0], operator.index(n)
    if mode not in ("full", "same", "valid"):
        raise ArgumentValueError(
            f"convolution_matrix: mode must be 'full', 'same' or 'valid'; got {mode!r}. [at {here()}]"
        )
    whole = toeplitz(
        np.concatenate([a, np.zeros(n - 1, dtype_of(a))]), np.concatenate([a[:1], np.zeros(n - 1, dtype_of(a))])
    )
    if mode == "full":
        return whole
    short, long = min(m, n), max(m, n)
    start, size = ((short - 1) // 2, long) if mode == "same" else (short - 1, long - short + 1)
    return whole[start : start + size]


def companion(a):
    """The matrix whose characteristic polynomial has coefficients a, highest power first."""
    a = inexact(flat(a))
    n = shape_of(a)[0]
    if n < 2:
        raise ShapeError(f"companion: two coefficients or more are needed; got {n}. [at {here()}]")
    top = np.divide(np.negative(a[1:]), a[0])
    return np.concatenate([top[None, :], np.eye(n - 2, n - 1, dtype=dtype_of(a))], axis=0)


def fiedler(a):
    """|a_i - a_j|."""
    a = flat(a)
    return np.abs(np.subtract(a[:, None], a[None, :]))


def leslie(f, s):
    """The population matrix of fecundities f and survival rates s."""
    f, s = flat(f), flat(s)
    n = shape_of(f)[0]
    if shape_of(s)[0] != n - 1:
        raise ShapeError(
            f"leslie: expected one survival rate fewer than fecundities; got {n} and {shape_of(s)[0]}. [at {here()}]"
        )
    below = np.where(np.eye(n - 1, n, dtype=bool), s[:, None], dtype_of(s).type(0))
    return np.concatenate([f[None, :], below], axis=0)


def dft(n, scale=None):
    """The matrix of the discrete Fourier transform; `scale` None, "sqrtn" or "n"."""
    n = operator.index(n)
    if scale not in (None, "sqrtn", "n"):
        raise ArgumentValueError(f"dft: scale must be None, 'sqrtn' or 'n'; got {scale!r}. [at {here()}]")
    k = np.arange(n)
    out = np.exp(-2j * math.pi / n * (k[:, None] * k[None, :] % n))
    return out if scale is None else out / (math.sqrt(n) if scale == "sqrtn" else n)


def hadamard(n, dtype=int):
    """The Hadamard matrix of a power of two (ValueError otherwise)."""
    n = operator.index(n)
    if n < 1 or n & (n - 1):
        raise ArgumentValueError(f"hadamard: n must be a power of two; got {n}. [at {here()}]")
    out = np.ones((1, 1), dtype)
    while len(out) < n:
        out = np.block([[out, out], [out, -out]])
    return out


def helmert(n, full=False):
    """The Helmert matrix of order n, without its first row unless `full`."""
    n = operator.index(n)
    i = np.arange(1, n, dtype=np.float64)[:, None]
    j = np.arange(n)[None, :]
    rows = np.where(j < i, 1.0, np.where(j == i, -i, 0.0)) / np.sqrt(i * (i + 1))
    return np.concatenate([np.full((1, n), 1 / math.sqrt(n)), rows]) if full else rows


def hilbert(n):
    """1 / (i + j - 1)."""
    i = np.arange(1.0, operator.index(n) + 1)
    return 1 / (i[:, None] + i[None, :] - 1)


def invhilbert(n, exact=False):
    """The inverse of the Hilbert matrix, of whole numbers as floats. NotImplementedError for exact=True."""
    if exact:
        raise NotImplementedError("invhilbert: exact=True is not offered.")
    n = operator.index(n)
    comb = math.comb
    return np.array([
        [(-1.0) ** (i + j) * (i + j + 1) * comb(n + i, n - j - 1) * comb(n + j, n - i - 1) * comb(i + j, i) ** 2 for j in range(n)]
        for i in range(n)
    ]).reshape(n, n)  # fmt: skip


def pascal(n, kind=None):
    """Pascal's matrix: "symmetric" (the default), "lower" or "upper" triangular."""
    n = operator.index(n)
    kind = kind or "symmetric"
    if kind not in ("symmetric", "lower", "upper"):
        raise ArgumentValueError(f"pascal: kind must be 'symmetric', 'lower' or 'upper'; got {kind!r}. [at {here()}]")
    lower = np.array([[math.comb(i, j) for j in range(n)] for i in range(n)], np.float64).reshape(n, n)
    return lower if kind == "lower" else lower.T.copy() if kind == "upper" else lower @ lower.T


def invpascal(n, kind=None):
    """The inverse of Pascal's matrix."""
    lower = pascal(n, "lower")
    sign = (-1.0) ** np.arange(operator.index(n))
    lower = sign[:, None] * lower * sign[None, :]
    kind = kind or "symmetric"
    if kind not in ("symmetric", "lower", "upper"):
        raise ArgumentValueError(
            f"invpascal: kind must be 'symmetric', 'lower' or 'upper'; got {kind!r}. [at {here()}]"
        )
    return lower if kind == "lower" else lower.T.copy() if kind == "upper" else lower.T @ lower


def fiedler_companion(a):
    """A matrix of five diagonals whose eigenvalues are the roots of the polynomial a, of the highest power first."""
    a = as_array(a)
    if len(shape_of(a)) != 1:
        raise ShapeError(f"fiedler_companion: expected a vector; got shape {shape_of(a)}. [at {here()}]")
    n = shape_of(a)[0] - 1
    if n < 1:
        return np.zeros((0, 0), dtype_of(a))
    a = np.divide(a, a[0])
    out = fnp.zeros((n, n), dtype_of(a))
    out[0, 0] = np.negative(a[1])
    for k in range(1, n):  # coefficients beside the diagonal, above it and below in turn
        out[(k - 1, k) if k % 2 else (k, k - 1)] = np.negative(a[k + 1])
    if n > 1:
        out[1, 0] = 1.0
    for i in range(n - 2):
        out[(i + 2, i) if i % 2 else (i, i + 2)] = 1.0
    return out


def qr_multiply(a, c, mode="right", pivoting=False, conjugate=False, overwrite_a=False, overwrite_c=False):
    """(c Q, R), or (Q c, R) for mode "left", with a = Q R; Q's conjugate if asked for. A vector c gives a vector."""
    if mode not in ("left", "right"):
        raise ArgumentValueError(f"qr_multiply: mode must be 'left' or 'right'; got {mode!r}. [at {here()}]")
    a, more = matrix("qr_multiply", a), ()
    if pivoting:
        a, *more = pivots_first(a)
    q, r = P["qr"](a, mode="reduced")
    q = np.conj(q) if conjugate and dtype_of(q).kind == "c" else q
    c = inexact(as_array(c))
    if len(shape_of(c)) == 1 and mode == "left":
        return np.matmul(q, c), r, *more
    return (np.matmul(q, c) if mode == "left" else np.matmul(c, q)), r, *more


def solve_sylvester(A, B, C, *, method="schur", tol=1e-8):
    """X with A X + X B = C, as one linear system of all elements of X. (`method` and `tol`, jax's, change nothing.)

    >>> import numpy as np
    >>> solve_sylvester(np.array([[1.0]]), np.array([[3.0]]), np.array([[8.0]]))
    array([[2.]])
    """
    A, B, C = (matrix("solve_sylvester", v) for v in (A, B, C))
    m, n = shape_of(C)
    if shape_of(A) != (m, m) or shape_of(B) != (n, n):
        raise ShapeError(
            f"solve_sylvester: expected [{m}, {m}] and [{n}, {n}] for C [{m}, {n}]; got {shape_of(A)}, {shape_of(B)}. [at {here()}]"
        )
    system = np.add(
        np.kron(A, np.eye(n, dtype=dtype_of(A))), np.kron(np.eye(m, dtype=dtype_of(B)), np.swapaxes(B, 0, 1))
    )
    return np.reshape(np.linalg.solve(system, np.reshape(C, (m * n,))), (m, n))


def eigh_tridiagonal(d, e, *, eigvals_only=False, select="a", select_range=None, tol=None, key=None):
    """The ascending eigenvalues, and eigenvectors, of the symmetric matrix with d on and e beside its diagonal.

    `select`: "a" all, "i" those numbered select_range, ends included. Others need values: ValueError.
    """
    if select == "v":
        raise NotImplementedError(
            "eigh_tridiagonal: select='v' is not implemented, as in jax: it must be known how many there are."
        )
    if select not in ("a", "i"):
        raise ArgumentValueError(f"eigh_tridiagonal: select must be 'a' or 'i'; got {select!r}. [at {here()}]")
    d, e = inexact(as_array(d)), inexact(as_array(e))
    low = np.conj(e) if dtype_of(e).kind == "c" else e
    full = np.add(np.diag(d), np.add(np.diag(e, 1), np.diag(low, -1)))
    first, last = (0, shape_of(d)[0] - 1) if select == "a" else map(operator.index, select_range)
    values, vectors = P["eigh"](full, part="both")
    values, vectors = values[first : last + 1], vectors[:, first : last + 1]
    return values if eigvals_only else (values, vectors)


__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "circulant", "companion", "convolution_matrix", "det", "dft", "eigh",
    "eigh_tridiagonal", "fiedler_companion", "qr_multiply", "solve_sylvester",
    "expm", "expm_frechet", "fiedler", "hadamard", "hankel", "helmert", "hilbert", "inv", "invhilbert", "invpascal", "leslie",
    "lu", "lu_factor", "lu_solve", "pascal", "polar", "qr", "solve", "solve_triangular", "sqrtm", "svd", "toeplitz",
]  # fmt: skip
