"""Determinants of stacks of matrices: det, slogdet, and the adjugate with its derivatives.

Invariant: nothing is divided by a determinant or a singular value, so that the derivatives of det, of every order, are
right at singular matrices too.
"""

from itertools import permutations

import numpy as np

from ..core.aval import Aval, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from . import lapack
from .assignment import getitem
from .complex import imag, real_dtype
from .elementwise import mul, sub
from .joining import concatenate
from .linalg_solve import inv
from .matrix import (
    MATRICES,
    as_drawn,
    inner,
    is_complex,
    linalg_dtype,
    matrix_samples,
    over_matrix,
    real,
    square,
    stack_batch,
    swapped,
)
from .shape import add_cts, fit, reshape, zeros_like


# ------------------------------------------------------------------------------------------------ adjugates
def left_out(w):
    """For every entry of w (..., n) the product of the others, without division."""
    ones = np.ones((*w.shape[:-1], 1), w.dtype)
    before = np.cumprod(np.concatenate([ones, w[..., :-1]], -1)[..., : w.shape[-1]], -1)
    after = np.cumprod(np.concatenate([ones, w[..., :0:-1]], -1)[..., : w.shape[-1]], -1)[..., ::-1]
    return before * after


def products_without(s, k):
    """p[..., i1, ..., ik] = product of all s but those at i1 ... ik, and 0 where two of these are equal."""
    n = s.shape[-1]
    eye = np.eye(n, dtype=bool)
    w = s
    for _ in range(k - 1):
        w = np.where(eye, 1, w[..., None, :])
    p = left_out(w)
    index = np.indices((n,) * k)
    for a in range(k):
        for b in range(a):
            p = np.where(index[a] == index[b], 0, p)
    return p


def sign_of(permutation):
    pairs = [(i, j) for i in range(len(permutation)) for j in range(i)]
    return (-1) ** sum(permutation[j] > permutation[i] for i, j in pairs)


def mixed_adjugate(s, ms):
    """The derivative of adj at diag(s) along each of the matrices ms, (..., n, n); for no ms adj(diag(s)) itself.

    Entry (i, j) is the coefficient in det(diag(s) + e E_ji + sum e_a m_a) of all e together. Expand the determinant
    over the rows r_a that the factors take and the permutation of them that gives the columns.
    """
    k = len(ms)
    p = products_without(s, k + 1)
    letters = "abcdefgh"[: k + 1]
    total = 0
    for q in permutations(range(k + 1)):
        factors = [f"...{letters[a]}{letters[q[a]]}" for a in range(k)]
        row, column = letters[q[k]], letters[k]
        result = f"...{column}" if row == column else f"...{row}{column}"
        term = np.einsum(",".join([f"...{letters}", *factors]) + "->" + result, p, *ms, optimize=k > 1)
        if row == column:
            term = np.eye(s.shape[-1]) * term[..., None, :]
        total = total + sign_of(q) * term
    return total


def adjugate_value(x, ts):
    """The derivative of adj at x along each of the matrices ts; for no ts adj(x) itself.

    x = U S V^H gives adj(x) = det(U V^H) V adj(S) U^H, which divides by nothing, and x + e t = U (S + e U^H t V) V^H.
    """
    lost = ~np.isfinite(x).all((-2, -1), keepdims=True)  # LAPACK's svd would refuse the whole stack
    u, s, vh = np.linalg.svd(np.where(lost, 0, x))
    uh, v = (np.swapaxes(m, -1, -2).conj() for m in (u, vh))
    phase = np.linalg.det(u @ vh)
    phase = phase / np.abs(phase) if x.dtype.kind == "c" else np.sign(phase)
    with np.errstate(all="ignore"):  # a determinant may leave the range of floats, and its derivatives with it
        out = phase[..., None, None] * (v @ mixed_adjugate(s, [uh @ t @ v for t in ts]) @ uh)
    return np.where(lost, np.nan, out).astype(x.dtype)


def joined(ts, t, without=None):
    """The matrices ts (..., k, n, n), perhaps without one of them, and t (..., n, n) behind."""
    s = shape_of(t)
    t = reshape(t, shape=(*s[:-2], 1, *s[-2:]))
    if ts is None:
        return t
    axis, k = len(s) - 2, shape_of(ts)[-3]
    if without is None:
        return concatenate(ts, t, axis=axis)
    parts = [
        getitem(ts, idx=(..., part, slice(None), slice(None))) for part in (slice(0, without), slice(without + 1, k))
    ]
    return concatenate(*parts, t, axis=axis)


def jax_adjugate(jax, a):
    """The adjugate for the oracle, by another road: Faddeev's and Le Verrier's recurrence, matrix products alone."""
    n = a.shape[-1]
    eye = jax.numpy.eye(n, dtype=a.dtype)
    m = jax.numpy.broadcast_to(eye, a.shape)
    for k in range(1, n):
        p = a @ m
        m = p - eye * (p.trace(0, -2, -1) / k)[..., None, None]
    return (-1) ** (n - 1) * m


@define
class adjugate:
    """The adjugate of square matrices: det(x) inv(x) wherever that exists, a polynomial in the entries everywhere.

    For singular matrices through x = U S V^H see Magnus and Neudecker, Matrix Differential Calculus, section 8.3.
    """

    saves = ((0,),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("adjugate")

    def jax(jax, x):
        return jax_adjugate(jax, x.astype(linalg_dtype("adjugate", x)))

    def impl(x):
        return adjugate_value(np.asarray(x, linalg_dtype("adjugate", x)), [])

    def aval(x):
        return Aval(square("adjugate", x), linalg_dtype("adjugate", x))

    def vjp(ct, out, x, *, need):
        return [fit(swapped(adjugate_along(x, joined(None, swapped(ct)))), x)]

    def jvp(ts, out, x):
        return adjugate_along(x, joined(None, ts[0]))

    def samples(rng):
        yield from matrix_samples(rng, as_drawn)
        for rank in (2, 1, 0):
            yield Sample(draw(rng, "real", (3, rank)) @ draw(rng, "real", (rank, 3)))
        yield Sample(np.zeros((0, 0)), kind="empty")


@define
class adjugate_along:
    """The derivative of adjugate at x along each of the k matrices ts, (..., n, n), (..., k, n, n) -> (..., n, n).

    Linear in each of ts, symmetric in them, and polynomial in x: its own derivative is the one with a matrix more.
    """

    saves = ((0, 1), (0, 1))
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("adjugate_along")

    def jax(jax, x, ts):
        dtype = linalg_dtype("adjugate", x, ts)

        def along(k):
            if k == 0:
                return lambda a: jax_adjugate(jax, a)
            return lambda a: jax.jvp(along(k - 1), (a,), (ts[..., k - 1, :, :].astype(dtype),))[1]

        return along(ts.shape[-3])(x.astype(dtype))

    def impl(x, ts):
        dtype = linalg_dtype("adjugate_along", x, ts)
        return adjugate_value(np.asarray(x, dtype), list(np.moveaxis(np.asarray(ts, dtype), -3, 0)))

    def aval(x, ts):
        s, r = square("adjugate_along", x), shape_of(ts)
        if len(r) < 3 or r[:-3] + r[-2:] != s:
            raise np.linalg.LinAlgError(
                f"adjugate_along: expected shapes (..., n, n) and (..., k, n, n); got {s} and {r}."
            )
        return Aval(s, linalg_dtype("adjugate_along", x, ts))

    def vjp(ct, out, x, ts, *, need):
        along = swapped(ct)
        gx = fit(swapped(adjugate_along(x, joined(ts, along))), x) if need & 1 else None
        gs = None
        if need & 2:
            each = [swapped(adjugate_along(x, joined(ts, along, i))) for i in range(shape_of(ts)[-3])]
            gs = fit(concatenate(*[joined(None, g) for g in each], axis=len(shape_of(x)) - 2), ts)
        return [gx, gs]

    def jvp(tangents, out, x, ts):
        dx, dts = tangents
        total = None if dx is None else adjugate_along(x, joined(ts, dx))
        for i in range(shape_of(ts)[-3]) if dts is not None else ():
            t = getitem(dts, idx=(..., i, slice(None), slice(None)))
            total = add_cts(total, adjugate_along(x, joined(ts, t, i)))
        return total

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 3)), draw(rng, "real", (1, 3, 3)), dtypes="cib")
        for dtype in ("float32", "complex128"):
            x, ts = draw(rng, "real", (2, 3, 3), dtype), draw(rng, "real", (2, 2, 3, 3), dtype)
            yield Sample(x, ts, kind=dtype, order=1)
        x = draw(rng, "real", (3, 1)) @ draw(rng, "real", (1, 3))
        for k in (1, 2):
            yield Sample(x, draw(rng, "real", (k, 3, 3)), order=3 - k)
        yield Sample(draw(rng, "real", (2, 2, 2)), draw(rng, "real", (2, 1, 2, 2)))
        yield Sample(np.eye(4), draw(rng, "real", (2, 4, 4)), order=0)
        yield Sample(np.zeros((0, 2, 2)), np.zeros((0, 1, 2, 2)), kind="empty")


# ------------------------------------------------------------------------------------------------ determinants
@define
class det:
    """The determinant of square matrices, (..., n, n) -> (...); 1 for n = 0.

    Its derivative is the adjugate, right for singular matrices as well, to every order (jax gives nan for some).
    """

    saves = ((0,),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("det")
    jax = "numpy.linalg.det"

    def impl(x):
        return lapack.det(x)

    def aval(x):
        return Aval(square("det", x)[:-2], linalg_dtype("det", x))

    def vjp(ct, out, x, *, need):
        return [fit(mul(over_matrix(ct), swapped(adjugate(x))), x)]

    def jvp(ts, out, x):
        return inner(swapped(adjugate(x)), ts[0])

    def samples(rng):
        yield from matrix_samples(rng, as_drawn)
        for shape in ((2, 2), (2, 4, 4)):
            yield Sample(draw(rng, "real", shape))
        yield Sample(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]))  # rank 2
        yield Sample(np.ones((4, 4)), order=1)  # rank 1
        yield Sample(np.zeros((3, 3)))
        yield Sample(np.zeros((0, 0)), kind="empty", order=0)  # (jax's rule fails there)


@define
class slogdet:
    """(sign, log |det|) of square matrices; the sign of a complex determinant lies on the unit circle.

    At a singular matrix the values are (0, -inf), as NumPy's, and the derivative is nan.
    """

    multi = True
    saves = ((0, "out0"),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("slogdet")

    def jax(jax, x):
        return tuple(jax.numpy.linalg.slogdet(x))

    def impl(x):
        return tuple(lapack.slogdet(x))

    def aval(x):
        shape, dtype = square("slogdet", x)[:-2], linalg_dtype("slogdet", x)
        return Aval(shape, dtype), Aval(shape, real_dtype(dtype))

    def vjp(cts, out, x, *, need):
        c = cts[1]
        if is_complex(x):  # the sign turns by the imaginary part of tr(inv(x) t)
            turn = mul(cts[0], out[0])
            c = add_cts(c, sub(turn, real(turn)))
        return [fit(mul(over_matrix(c), inv(swapped(x), singular="nan")), x)]

    def jvp(ts, out, x):
        d = inner(swapped(inv(x, singular="nan")), ts[0])
        return mul(mul(out[0], 1j), imag(d)) if is_complex(x) else zeros_like(d), real(d)

    def samples(rng):
        yield from matrix_samples(rng, as_drawn)
        yield Sample(draw(rng, "real", (2, 2)))
        yield Sample(np.zeros((0, 0)), kind="empty")


__all__ = ["adjugate", "adjugate_along", "det", "slogdet"]
