"""Factorisations of stacks of matrices into triangles: cholesky, lu, qr.

Rules read the factors only. Where a factor is singular it has no derivative, and the rules give inf or nan.
"""

import math

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.elementwise_layout import in_columns, left_in
from ..core.primitive import define
from ..core.sample import Sample, draw
from . import lapack
from .elementwise import add, mul, neg, sub, where
from .index import gather, scatter_add
from .linalg_solve import inv, substitute, triangular_solve
from .matrix import (
    MATRICES,
    above,
    adjoint,
    as_drawn,
    beside,
    check_part,
    columns,
    conj,
    eye_mask,
    hermitian,
    hermitian_adjoint,
    linalg_dtype,
    matmul,
    matrix_samples,
    product,
    rows,
    square,
    stack_batch,
    swapped,
    tril,
    triu,
    two_samples,
)
from .shape import fit, zeros, zeros_like


def divide_right(x, r, **triangle):
    """x r^-1 for an upper triangle r; with transpose_a and conjugate_a, x r^-H."""
    flags = {"transpose_a": not triangle.pop("transpose_a", False), **triangle}
    return left_in(in_columns, swapped(triangular_solve(r, swapped(x), lower=False, **flags)))


# ------------------------------------------------------------------------------------------------ cholesky
def _halved(x):
    """The lower triangle with half the diagonal."""
    return where(eye_mask(x), mul(x, 0.5), tril(x))


@define
class cholesky:
    """The lower triangle L with L L^H = hermitian(x, part). LinAlgError unless that is positive definite, or with
    `singular="nan"` a triangle of nan for each matrix of the stack that is not.

    `part="both"` factors (x + x^H) / 2, as jax does; "lower" reads that triangle only, as NumPy does; "upper" likewise.
    Rule: Murray, arXiv 1602.07527, equations 8 and 10. `turns`: the derivative is torch's, by any
    matrix, whatever part is read, and the cotangent of a complex x keeps what the imaginary part of L's diagonal, which is zero,
    would turn: no Hermitian x moves that way.
    """

    saves = (("out",),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("cholesky")

    def jax(jax, x, *, part="both", singular="raise", turns=False):
        return jax.numpy.linalg.cholesky(jax_hermitian(jax, x, part))

    def impl(x, *, part="both", singular="raise", turns=False):
        check_part("cholesky", part)
        x = np.asarray(x, linalg_dtype("cholesky", x))
        x = x if part == "lower" else hermitian(x, part)
        return lapack.cholesky(x) if singular == "raise" else _or_nan(x)

    def aval(x, *, part="both", singular="raise", turns=False):
        check_part("cholesky", part)
        return Aval(square("cholesky", x), linalg_dtype("cholesky", x))

    def vjp(ct, out, x, *, need, part="both", singular="raise", turns=False):
        middle = matmul(adjoint(out), conj(ct))
        middle = mul(add(tril(middle), adjoint(tril(middle, -1))), 0.5) if turns else _halved(middle)
        right = swapped(triangular_solve(out, swapped(middle), lower=True, transpose_a=True))
        g = triangular_solve(out, right, lower=True, transpose_a=True, conjugate_a=True)
        return [fit(conj(g if turns else hermitian_adjoint(g, part)), x)]

    def jvp(ts, out, x, *, part="both", singular="raise", turns=False):
        left = triangular_solve(out, hermitian(ts[0], "both" if turns else part), lower=True)
        middle = adjoint(triangular_solve(out, adjoint(left), lower=True))
        return matmul(out, _halved(middle))

    def samples(rng):
        yield from matrix_samples(rng, _positive, part="both")
        for part in ("lower", "upper"):
            yield from two_samples(rng, _positive, (3, 3), order=1, part=part)
        yield Sample(np.zeros((0, 0)), kind="empty", part="both")
        x = _positive(draw(rng, "real", (3, 3)))
        yield Sample(x + np.tri(3, k=-1), part="both")
        yield Sample(x + np.tri(3, k=-1).T, part="lower", order=1)


def _or_nan(x):
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        return np.tril(np.full_like(x, np.nan)) if x.ndim == 2 else np.stack([_or_nan(m) for m in x])


def _positive(x):
    return x @ np.swapaxes(x, -1, -2).conj() + 2 * np.eye(x.shape[-1])


def jax_hermitian(jax, x, part):
    """What `hermitian` reads, written for the oracle."""
    jnp = jax.numpy
    if part == "both":
        return x
    half = jnp.tril(x, -1) if part == "lower" else jnp.triu(x, 1)
    diagonal = jnp.real(jnp.diagonal(x, 0, -2, -1)).astype(x.dtype)
    return half + jnp.swapaxes(half, -1, -2).conj() + jnp.eye(x.shape[-1], dtype=x.dtype) * diagonal[..., None, :]


# ------------------------------------------------------------------------------------------------ lu
PANEL = 32  # columns eliminated one by one before a product updates the rest (of 8 to 128 none is much quicker)


def _lu(x):
    """Right-looking LU with partial pivoting, all matrices of the stack in step. NumPy has none to call."""
    *lead, m, n = x.shape
    packed = x.copy()
    a = packed.reshape((math.prod(lead), m, n))
    k = min(m, n)
    stack = np.arange(len(a))
    pivots = np.zeros((len(a), k), np.int32)
    order = np.tile(np.arange(m, dtype=np.int32), (len(a), 1))
    for start in range(0, k, PANEL):
        stop = min(start + PANEL, k)
        for j in range(start, stop):
            column = a[:, j:, j]
            size = np.abs(column) if a.dtype.kind != "c" else np.abs(column.real) + np.abs(column.imag)  # as LAPACK
            pivots[:, j] = p = j + size.argmax(1)
            for v in (a, order):
                kept = v[:, j].copy()
                v[:, j] = v[stack, p]
                v[stack, p] = kept
            pivot = a[:, j, j, None]
            a[:, j + 1 :, j] /= np.where(pivot == 0, 1, pivot)
            a[:, j + 1 :, j + 1 : stop] -= a[:, j + 1 :, j, None] * a[:, j, None, j + 1 : stop]
        if stop < n:
            right = a[:, start:stop, stop:]
            corner = np.tril(a[:, start:stop, start:stop], -1) + np.eye(stop - start, dtype=a.dtype)
            right[...] = substitute(corner[:, ::-1, ::-1], right[:, ::-1])[:, ::-1]
            a[:, stop:, stop:] -= a[:, stop:, start:stop] @ right
    return packed, pivots.reshape((*lead, k)).copy(), order.reshape((*lead, m)).copy()


def _triangles(packed):
    """L (m, m) and U (n, n) of the packed factors (m, n), the longer of them continued by the identity.

    With these the rule of square matrices holds for all shapes.
    """
    m, n = shape_of(packed)[-2:]
    k = min(m, n)
    lower, upper = tril(columns(packed, 0, k), -1), triu(rows(packed, 0, k))
    if m > k:
        lower = beside(lower, zeros((*shape_of(packed)[:-1], m - k), dtype_of(packed)))
    if n > k:
        identity = np.eye(n - k, n, k, dtype=dtype_of(packed))
        upper = above(upper, np.broadcast_to(identity, (*shape_of(packed)[:-2], n - k, n)))
    return lower, upper


def _rows_at(x, order):
    """Index arrays that take the rows `order` (..., m) of x (..., m, n)."""
    lead = shape_of(x)[:-2]
    return [np.arange(k).reshape((k,) + (1,) * (len(lead) - i)) for i, k in enumerate(lead)] + [order]


@define
class lu:
    """x[permutation] = L U with partial pivoting: (packed, pivots, permutation), as jax.lax.linalg.lu gives them.

    packed (..., m, n) holds U and, below the diagonal, L without its ones; pivots (..., min(m, n)) are the rows
    exchanged in turn, permutation (..., m) the order they end in, both int32. Rule: de Hoog, Anderssen, Lukas,
    Differentiation of matrix functionals using triangular factorization, Math. Comp. 80 (2011).
    """

    multi = True
    saves = (("out",),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("lu")

    def jax(jax, x):
        return tuple(jax.lax.linalg.lu(x.astype(linalg_dtype("lu", x))))

    def impl(x):
        return _lu(np.asarray(x, linalg_dtype("lu", x)))

    def aval(x):
        *lead, m, n = shape_of(x)
        index = np.dtype(np.int32)
        return (
            Aval((*lead, m, n), linalg_dtype("lu", x)),
            Aval((*lead, min(m, n)), index),
            Aval((*lead, m), index),
        )

    def vjp(cts, out, x, *, need):
        packed, _, order = out
        lower, upper = _triangles(packed)
        g = conj(cts[0])
        unit = {"lower": True, "unit_diagonal": True, "transpose_a": True, "conjugate_a": True}
        # triangular_solve takes L's ones as given; in products they are added by hand
        middle = add(tril(add(g, matmul(adjoint(lower), g)), -1), triu(matmul(g, adjoint(upper))))
        g = divide_right(triangular_solve(lower, middle, **unit), upper, transpose_a=True, conjugate_a=True)
        g = conj(g)
        return [fit(scatter_add(zeros_like(g), g, *_rows_at(g, order)), x)]

    def jvp(ts, out, x):
        packed, _, order = out
        lower, upper = _triangles(packed)
        t = gather(ts[0], *_rows_at(ts[0], order))
        t = divide_right(triangular_solve(lower, t, lower=True, unit_diagonal=True), upper)
        below = tril(t, -1)
        return add(add(below, matmul(lower, below)), matmul(triu(t), upper)), None, None

    def samples(rng):
        yield from matrix_samples(rng, as_drawn)
        for shape in ((4, 2), (2, 4)):
            yield from two_samples(rng, as_drawn, shape, order=1)
        yield Sample(draw(rng, "real", (40, 40)), order=0)  # more than one panel
        yield Sample(draw(rng, "real", (70, 50), np.complex128), kind="complex128", order=0)
        yield Sample(np.array([[0.0, 1.0], [2.0, 3.0]]))
        yield Sample(np.zeros((0, 3)), kind="empty")


# ------------------------------------------------------------------------------------------------ qr
def _upper_part(b):
    """U with Q U R = Q dR where b = Q^H dA R^-1: what is left of b when its skew part is taken by Q. The adjoint of
    `hermitian(., "upper")`."""
    return hermitian_adjoint(b, "upper")


def _reduced_qr_jvp(q, r, t):
    """Tangents of the reduced factors of tall x. Walter, Lehmann, Lamour, On evaluating higher-order derivatives of the
    QR decomposition, Optim. Methods Softw. 27 (2012), with the real part of the diagonal for complex x."""
    w = divide_right(t, r)
    u = _upper_part(matmul(adjoint(q), w))
    return sub(w, matmul(q, u)), matmul(u, r)


def _reduced_qr_adjoint(q, r, gq, gr):
    """The adjoint of the above."""
    e = sub(matmul(gr, adjoint(r)), matmul(adjoint(q), gq))
    return divide_right(add(gq, matmul(q, hermitian(e, "upper"))), r, transpose_a=True, conjugate_a=True)


def _last_columns(q, n):
    """(Z, K) for Q = 1 - Y T Y^H, as LAPACK builds it of n reflectors: Z = Y2 Y1^-1, K what a change of Z multiplies.

    The columns behind the n-th follow from the first n: Q2 = [0; 1] + (Q1 - [1; 0]) Z^H, Z = Q1[n:] (Q1[:n] - 1)^-1;
    so dQ2 = dQ1 Z^H - K (dQ1[n:] - Z dQ1[:n])^H. (The derivation in arXiv 2409.13374.)
    """
    first = columns(q, 0, n)
    top = rows(first, 0, n)
    z = matmul(rows(first, n), inv(sub(top, np.eye(n, dtype=dtype_of(q))), singular="nan"))
    return z, add(first, matmul(columns(q, n), z))


@define
class qr:
    """(Q, R) with Q R = x: mode "reduced", (..., m, k), (..., k, n), or "complete", (..., m, m), (..., m, n).

    Rank-deficient x has no derivative here (inf or nan), and neither have the last columns of a complete Q where a
    column of x needs no reflection.
    """

    multi = True
    saves = (("out",),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("qr")

    def jax(jax, x, *, mode="reduced"):
        return tuple(jax.numpy.linalg.qr(x, mode))

    def impl(x, *, mode="reduced"):
        return tuple(lapack.qr(x, mode))

    def aval(x, *, mode="reduced"):
        if mode not in ("reduced", "complete"):
            raise ValueError(f"qr: mode must be 'reduced' or 'complete'; got {mode!r}.")
        *lead, m, n = shape_of(x)
        k, dtype = m if mode == "complete" else min(m, n), linalg_dtype("qr", x)
        return Aval((*lead, m, k), dtype), Aval((*lead, k, n), dtype)

    def vjp(cts, out, x, *, need, mode="reduced"):
        q, r = out
        gq, gr = conj(cts[0]), conj(cts[1])
        m, n = shape_of(x)[-2:]
        if m < n:  # x = [X1 X2], Q R1 = X1, R2 = Q^H X2
            r2, g2 = columns(r, m), columns(gr, m)
            gq = add(gq, product(q, r2, adjoint(g2)))
            g1 = _reduced_qr_adjoint(q, columns(r, 0, m), gq, columns(gr, 0, m))
            return [fit(conj(beside(g1, matmul(q, g2))), x)]
        if mode == "complete" and m > n:
            z, k = _last_columns(q, n)
            last, gq = columns(gq, n), columns(gq, 0, n)
            below = neg(matmul(adjoint(last), k))
            gq = add(add(gq, matmul(last, z)), above(neg(matmul(adjoint(z), below)), below))
            q, r, gr = columns(q, 0, n), rows(r, 0, n), rows(gr, 0, n)
        return [fit(conj(_reduced_qr_adjoint(q, r, gq, gr)), x)]

    def jvp(ts, out, x, *, mode="reduced"):
        q, r = out
        m, n = shape_of(x)[-2:]
        if m < n:
            dq, dr = _reduced_qr_jvp(q, columns(r, 0, m), columns(ts[0], 0, m))
            r2 = add(matmul(adjoint(dq), matmul(q, columns(r, m))), matmul(adjoint(q), columns(ts[0], m)))
            return dq, beside(dr, r2)
        dq, dr = _reduced_qr_jvp(columns(q, 0, n), rows(r, 0, n), ts[0])
        if mode == "complete" and m > n:
            z, k = _last_columns(q, n)
            turn = sub(rows(dq, n), matmul(z, rows(dq, 0, n)))
            dq = beside(dq, sub(matmul(dq, adjoint(z)), matmul(k, adjoint(turn))))
            dr = above(dr, zeros((*shape_of(dr)[:-2], m - n, n), dtype_of(dr)))
        return dq, dr

    def samples(rng):
        yield from matrix_samples(rng, as_drawn, mode="reduced")
        for shape, mode, order in (
            ((4, 2), "reduced", 1),
            ((4, 2), "complete", 2),
            ((2, 4), "reduced", 2),
            ((2, 4), "complete", 0),
            ((3, 3), "complete", 0),
        ):
            yield from two_samples(rng, as_drawn, shape, order=order, mode=mode)
        yield Sample(np.zeros((3, 0)), kind="empty", mode="reduced")
        yield Sample(np.zeros((3, 0)), kind="empty", mode="complete")
        yield Sample(np.zeros((0, 3)), kind="empty", mode="reduced")


__all__ = ["cholesky", "lu", "qr"]
