"""Linear systems: triangular_solve, solve, inv, pinv, cholesky_solve."""

import numpy as np

from ..core.aval import Aval, shape_of
from ..core.elementwise_layout import by_columns
from ..core.primitive import define
from ..core.sample import Sample, draw, strided
from . import lapack
from .elementwise import neg, sub, where
from .matrix import (
    MATRICES,
    adjoint,
    as_drawn,
    conj,
    hermitian,
    linalg_dtype,
    lower_mask,
    matmul,
    matrix_samples,
    product,
    same_stack,
    solve_batch,
    square,
    stack_batch,
    swapped,
    two_samples,
    unless_infinite,
)
from .shape import add_cts, fit

# ------------------------------------------------------------------------------------------------ linalg solve
# Linear systems: triangular_solve, solve, inv, pinv.
#
# All take stacks of matrices (..., n, m) and raise LinAlgError where NumPy does. Rules raise nothing: they give nan for a
# singular matrix, and read results instead of factoring again where they can.
AND = np.logical_and.reduce  # (what .all() calls, after 0.6 us of Python)
BLOCK = 64  # rows per block: of 16 to 256 the quickest at n = 256 and 1000


# ------------------------------------------------------------------------------------------------ triangles
def substitute(u, b):
    """x with u x = b for upper triangular u, the last rows first; a zero on the diagonal gives inf or nan, as in BLAS.

    NumPy has no triangular solver. Within a block, LAPACK's general one meets zeros below every pivot, so it exchanges
    nothing and is back substitution itself (on a lower triangle it would pivot, and lose the accuracy that makes
    triangles worth having: 12 digits at n = 60). It refuses a zero pivot, or inf, so then the rows are taken one by one;
    so they are for many small matrices, where a call of LAPACK for each costs more.
    """
    n = u.shape[-1]
    single = u.size > 8 * n**3 or not AND(u.diagonal(0, -2, -1), None) or not AND(np.isfinite(u), None)
    if not single and 0 < n <= BLOCK:
        return lapack.solve(u, b)
    step = 1 if single else BLOCK
    x = np.empty(b.shape, b.dtype)
    for i in reversed(range(0, n, step)):
        j = min(i + step, n)
        r = b[..., i:j, :]
        if j < n:
            r = r - u[..., i:j, j:] @ x[..., j:, :]
        if single:
            with np.errstate(all="ignore"):
                x[..., i:j, :] = r / u[..., i:j, i:j]
        else:
            x[..., i:j, :] = lapack.solve(u[..., i:j, i:j], r)
    return x


@define
class triangular_solve:
    """x with op(a) x = b, a a triangle: (..., n, n), (..., n, k) -> (..., n, k).

    Only the triangle `lower` names is read (with unit_diagonal not even the diagonal, which counts as ones); op
    transposes and conjugates as the params say. A singular triangle gives inf and nan, as BLAS and jax do.
    """

    saves = ((0, "out"), (0,))
    dtypes = "fcib"
    without = MATRICES
    batch = solve_batch("triangular_solve")

    def jax(jax, a, b, **params):
        dtype = linalg_dtype("triangular_solve", a, b)
        return jax.lax.linalg.triangular_solve(a.astype(dtype), b.astype(dtype), left_side=True, **params)

    def impl(a, b, *, lower, transpose_a=False, conjugate_a=False, unit_diagonal=False):
        dtype = linalg_dtype("triangular_solve", a, b)
        a, b = np.asarray(a, dtype), np.asarray(b, dtype)
        if conjugate_a and dtype.kind == "c":
            a = a.conj()
        if transpose_a:
            a = a.swapaxes(-1, -2)
        if lower != transpose_a:  # a lower triangle is an upper one read from its far corner
            a, b = a[..., ::-1, ::-1], b[..., ::-1, :]
        u = np.where(lower_mask(a, -1), 0, a)
        if unit_diagonal:
            i = np.arange(u.shape[-1])
            u[..., i, i] = 1
        x = substitute(u, b)
        return np.ascontiguousarray(x[..., ::-1, :]) if lower != transpose_a else x

    impl_torch = by_columns(impl)

    def aval(a, b, **params):
        same_stack("triangular_solve", a, b)
        return Aval(shape_of(b), linalg_dtype("triangular_solve", a, b))

    def vjp(ct, out, a, b, *, need, lower, transpose_a=False, conjugate_a=False, unit_diagonal=False):
        triangle = {"lower": lower, "conjugate_a": conjugate_a, "unit_diagonal": unit_diagonal}
        gb = triangular_solve(a, ct, transpose_a=not transpose_a, **triangle)
        ga = None
        if need & 1:
            ga = neg(matmul(out, swapped(gb)) if transpose_a else matmul(gb, swapped(out)))
            ga = fit(_triangle(conj(ga) if conjugate_a else ga, lower, unit_diagonal), a)
        return [ga, fit(gb, b) if need & 2 else None]

    def jvp(ts, out, a, b, *, lower, transpose_a=False, conjugate_a=False, unit_diagonal=False):
        ta, tb = ts
        if ta is not None:
            ta = _triangle(ta, lower, unit_diagonal)
            ta = swapped(ta) if transpose_a else ta
            moved = matmul(conj(ta) if conjugate_a else ta, out)
            tb = neg(moved) if tb is None else sub(tb, moved)
        triangle = {"lower": lower, "conjugate_a": conjugate_a, "unit_diagonal": unit_diagonal}
        return triangular_solve(a, tb, transpose_a=transpose_a, **triangle)

    def samples(rng):
        for i, (lower, turned, conjugate, unit) in enumerate(np.ndindex(2, 2, 2, 2)):
            flags = (bool(lower), bool(turned), bool(conjugate), bool(unit))
            params = dict(zip(("lower", "transpose_a", "conjugate_a", "unit_diagonal"), flags, strict=True))
            dtype = np.complex128 if i % 3 == 0 else np.float64
            a, b = _regular(draw(rng, "real", (3, 3), dtype)), draw(rng, "real", (3, 2), dtype)
            yield Sample(a, b, kind=dtype.__name__ if i % 3 == 0 else "plain", order=1 + (i in (5, 9)), **params)
        yield from _pairs(rng, lower=True)


def _triangle(x, lower, strict):
    mask = lower_mask(x, -1 if strict else 0) if lower else ~lower_mask(x, 0 if strict else -1)
    return where(mask, x, 0)


def _pairs(rng, **params):
    """Samples of a well conditioned a (..., n, n) and b (..., n, k)."""

    def case(lead, n, k, kind, order, *dtypes):
        a, b = draw(rng, "real", (*lead, n, n), dtypes[0]), draw(rng, "real", (*lead, n, k), dtypes[-1])
        return _regular(a), b, kind, order

    for a, b, kind, order in (
        case((), 3, 2, "plain", 2, np.float64),
        case((2,), 3, 1, "plain", 2, np.float64),
        case((), 1, 1, "plain", 2, np.float64),
        case((), 3, 2, "float32", 1, np.float32),
        case((2,), 2, 3, "complex128", 2, np.complex128),
        case((), 3, 2, "complex64", 1, np.complex64),
        case((), 2, 2, "mixed", 1, np.float64, np.complex128),
        case((), 2, 2, "mixed", 1, np.complex128, np.float64),
        case((), 2, 2, "mixed", 1, np.float32, np.float64),
        case((), 3, 2, "int64", 0, np.int64),
        case((), 3, 2, "int32", 0, np.int32),
        case((), 0, 2, "empty", 2, np.float64),
        case((), 2, 0, "empty", 2, np.float64),
        case((0,), 2, 2, "empty", 2, np.float64),
    ):
        yield Sample(a, b, kind=kind, order=order, **params)
    yield Sample(np.tri(3, dtype=bool), np.eye(3, dtype=bool), kind="bool", order=0, **params)
    a, b, *_ = case((2,), 3, 2, "strided", 2, np.float64)
    yield Sample(strided(a), strided(b), kind="strided", **params)


# ------------------------------------------------------------------------------------------------ general matrices
def solved(name, f, a, *b, singular):
    """f(a, *b), a function of LAPACK's that refuses a stack with a singular a; with "nan" only those a give nan."""
    try:
        return f(a, *b)
    except np.linalg.LinAlgError:
        if singular == "raise":
            raise
    dtype = linalg_dtype(name, a, *b)
    bad = np.linalg.slogdet(a)[0] == 0  # factors as f does, so it meets the same zero pivots
    bad = (bad | ~np.isfinite(a).all((-2, -1)))[..., None, None]
    x = f(np.where(bad, np.eye(np.shape(a)[-1]), a), *b)
    return np.where(bad, np.nan, x).astype(dtype)


@define
class solve:
    """x with a x = b, (..., n, n), (..., n, k) -> (..., n, k).

    A singular a raises LinAlgError; with `singular="nan"` its x is nan (which rules of other primitives ask for).
    """

    saves = ((0, "out"), (0,))
    dtypes = "fcib"
    without = MATRICES
    batch = solve_batch("solve")

    def jax(jax, a, b, *, singular="raise"):
        return jax.numpy.linalg.solve(a, b)

    def impl(a, b, *, singular="raise"):
        return solved("solve", lapack.solve, a, b, singular=singular)

    impl_torch = by_columns(impl)

    def aval(a, b, *, singular="raise"):
        same_stack("solve", a, b)
        return Aval(shape_of(b), linalg_dtype("solve", a, b))

    def vjp(ct, out, a, b, *, need, singular="raise"):
        gb = solve(swapped(a), ct, singular="nan")
        return [
            fit(neg(matmul(gb, swapped(out))), a) if need & 1 else None,
            fit(gb, b) if need & 2 else None,
        ]

    def jvp(ts, out, a, b, *, singular="raise"):
        ta, tb = ts
        if ta is not None:
            moved = matmul(ta, out)
            tb = neg(moved) if tb is None else sub(tb, moved)
        return solve(a, tb, singular=singular)

    def samples(rng):
        yield from _pairs(rng)
        a, b = draw(rng, "real", (2, 3, 3)), draw(rng, "real", (2, 3, 1))
        yield Sample(_regular(a), b, singular="nan", order=1)


@define
class inv:
    """The inverse of square matrices. A singular one raises LinAlgError, or with `singular="nan"` is all nan."""

    saves = (("out",),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("inv")

    def jax(jax, x, *, singular="raise"):
        return jax.numpy.linalg.inv(x)

    def impl(x, *, singular="raise"):
        return solved("inv", lapack.inv, x, singular=singular)

    impl_torch = by_columns(impl)

    def aval(x, *, singular="raise"):
        return Aval(square("inv", x), linalg_dtype("inv", x))

    def vjp(ct, out, x, *, need, singular="raise"):
        right = swapped(out)
        return [fit(neg(product(right, ct, right)), x)]

    def jvp(ts, out, x, *, singular="raise"):
        return neg(product(out, ts[0], out))

    def samples(rng):
        yield from matrix_samples(rng, _regular, singular="raise")
        yield Sample(np.zeros((0, 0)), kind="empty", singular="nan")
        yield Sample(_regular(draw(rng, "real", (2, 3, 3))), singular="nan")


def _regular(x):
    """x with a diagonal that outweighs its rows."""
    return (x + (12 if x.dtype.kind == "i" else 5) * np.eye(x.shape[-1])).astype(x.dtype)


@define
class pinv:
    """The Moore-Penrose inverse, (..., n, m) -> (..., m, n); singular values up to rcond * the largest count as zero. `part`: of the
    Hermitian matrix that a triangle ("lower", "upper") stands for, with the derivative by any matrix, as torch has it.

    Rule: Golub and Pereyra, SIAM J. Numer. Anal. 10 (1973), 413-432: the derivative at constant rank.
    """

    saves = ((0, "out"),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("pinv")

    def jax(jax, x, *, rcond, part=None):
        return jax.numpy.linalg.pinv(x, rcond)

    def impl(x, *, rcond, part=None):
        x = hermitian(x, part) if part else x
        return unless_infinite(lambda x: (np.linalg.pinv(x, rcond),), x)[0]

    def aval(x, *, rcond, part=None):
        s = shape_of(x)
        return Aval((*s[:-2], s[-1], s[-2]), linalg_dtype("pinv", x))

    def vjp(ct, out, x, *, need, rcond, part=None):
        g, p, h = conj(ct), out, adjoint(out)
        left = _complement_right(matmul(product(p, h), g), x, p)  # p p^H g (1 - x p)
        right = _complement(matmul(g, product(h, p)), p, x)  # (1 - p x) g p^H p
        return [fit(swapped(sub(add_cts(left, right), product(p, adjoint(g), p))), x)]

    def jvp(ts, out, x, *, rcond, part=None):
        t, p, h = ts[0], out, adjoint(out)
        th = adjoint(t)
        right = _complement_right(matmul(matmul(p, h), th), x, p)  # p p^H t^H (1 - x p)
        left = _complement(matmul(th, matmul(h, p)), p, x)  # (1 - p x) t^H p^H p
        return sub(add_cts(left, right), product(p, t, p))

    def samples(rng):
        yield from matrix_samples(rng, as_drawn, (3, 2), rcond=1e-12)
        for shape in ((2, 3), (3, 3)):
            yield from two_samples(rng, as_drawn, shape, order=1, rcond=1e-12)
        yield Sample(np.outer([1.0, 2.0, -1.0], [3.0, 1.0]), kind="kink", order=1, rcond=1e-12)  # the rank may jump


def _complement(z, a, b):
    """(1 - a b) z."""
    return sub(z, matmul(a, matmul(b, z)))


def _complement_right(z, a, b):
    """z (1 - a b)."""
    return sub(z, matmul(matmul(z, a), b))


# ------------------------------------------------------------------------------------------------ cholesky solve
# cholesky_solve: systems whose matrix is known by its Cholesky factor.
#
# Invariant: the value reads one triangle of the factor; with `whole` the derivative is torch's, which counts the other one as part of it.
def product_tangent(c, tc, lower):
    """The tangent of c c^H, or of c^H c for an upper triangle."""
    half = matmul(tc, adjoint(c)) if lower else matmul(adjoint(c), tc)
    return add_cts(half, adjoint(half))


@define
class cholesky_solve:
    """x with (c c^H) x = b, or (c^H c) x = b for an upper triangle c: (..., n, n), (..., n, k) -> (..., n, k).

    The derivative of x is that of the inverse of the product; it reads x, and factors nothing.
    """

    saves = ((0, "out"), (0,))
    dtypes = "fcib"
    without = MATRICES
    batch = solve_batch("cholesky_solve")

    def jax(jax, c, b, *, lower, whole=False):
        dtype = linalg_dtype("cholesky_solve", c, b)
        return jax.scipy.linalg.cho_solve((c.astype(dtype), lower), b.astype(dtype))

    def impl(c, b, *, lower, whole=False):
        first, second = ({"lower": lower, "transpose_a": turn, "conjugate_a": turn} for turn in (not lower, lower))
        return triangular_solve.impl(c, triangular_solve.impl(c, b, **first), **second)

    impl_torch = by_columns(impl)

    def aval(c, b, **params):
        same_stack("cholesky_solve", c, b)
        return Aval(shape_of(b), linalg_dtype("cholesky_solve", c, b))

    def vjp(ct, out, c, b, *, need, lower, whole=False):
        gb = conj(cholesky_solve(c, conj(ct), lower=lower, whole=whole))
        gc = None
        if need & 1:
            part = conj(c if whole else _triangle(c, lower, False))
            of_product = neg(matmul(gb, swapped(out)))
            of_product = add_cts(of_product, adjoint(of_product))
            gc = matmul(of_product, part) if lower else matmul(part, of_product)
            gc = fit(gc if whole else _triangle(gc, lower, False), c)
        return [gc, fit(gb, b) if need & 2 else None]

    def jvp(ts, out, c, b, *, lower, whole=False):
        tc, tb = ts
        if tc is not None:
            if not whole:
                c, tc = _triangle(c, lower, False), _triangle(tc, lower, False)
            moved = matmul(product_tangent(c, tc, lower), out)
            tb = neg(moved) if tb is None else sub(tb, moved)
        return cholesky_solve(c, tb, lower=lower, whole=whole)

    def samples(rng):
        for i, sample in enumerate(_pairs(rng, lower=True)):
            sample.params["lower"] = i % 3 != 1
            yield sample


__all__ = ["cholesky_solve", "inv", "pinv", "solve", "substitute", "triangular_solve"]
