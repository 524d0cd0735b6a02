"""The singular value decomposition of stacks of matrices. Its rules divide by gaps of the spectrum, as those of eigh do."""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import define
from ..core.sample import Sample, draw, strided
from . import lapack
from .complex import imag, real_dtype
from .elementwise import add, div, mul, neg, sub, where
from .linalg_eig import (
    AGAIN,
    WHOLE,
    gaps_of,
    numpys,
    over,
    over_gaps,
    phases,
    reached,
    slopes,
    tie_bases,
    ties,
    turned_rest,
    zeros_among,
)
from .logic import bitwise_and
from .matrix import (
    MATRICES,
    adjoint,
    as_column,
    as_drawn,
    as_row,
    beside,
    columns,
    conj,
    diagonal,
    drawn,
    is_complex,
    linalg_dtype,
    matmul,
    matrix_samples,
    on_diagonal,
    product,
    real,
    stack_batch,
    swapped,
    two_samples,
    unless_infinite,
)
from .shape import add_cts, cast, fit, zeros_like


@define
class svd:
    """(u, s, vh) with u diag(s) vh = x and s descending; full_matrices makes u and vh square.

    Shapes (..., m, k), (..., k), (..., k, n) with k = min(m, n), or (..., m, m), (..., k), (..., n, n). Of a complex
    pair of vectors it is u whose phase takes the change, as in jax; the further columns of full matrices, which nothing
    determines but their span, move only out of that span (jax has no derivative for them). Rule: Giles, Oxford
    NA-08-01 (2008), section 3.2.
    """

    multi = True
    fills = False
    saves = ((0, "out"),)
    again = (0,)
    dtypes = "fcib"
    without = MATRICES | AGAIN
    batch = stack_batch("svd")

    def jax(jax, x, *, full_matrices=False, by=None):
        want_u = numpys(jax, "svd", x, 0, full_matrices=full_matrices)
        want_v = numpys(jax, "svd", x, 2, full_matrices=full_matrices).conj().mT
        u, s, vh = jax.numpy.linalg.svd(x.astype(linalg_dtype("svd", x)), full_matrices)
        k, v = s.shape[-1], vh.conj().mT
        turn = phases(jax, u[..., :k], want_u[..., :k])
        join = jax.numpy.concatenate
        u = join([u[..., :k] * turn, turned_rest(jax, u, want_u, k)], -1)
        v = join([v[..., :k] * turn, turned_rest(jax, v, want_v, k)], -1)
        return u, s, v.conj().mT

    def impl(x, *, full_matrices=False, by=None):
        return unless_infinite((by or lapack.svd)[bool(full_matrices)], x)

    def aval(x, *, full_matrices=False, by=None):
        *lead, m, n = shape_of(x)
        dtype = linalg_dtype("svd", x)
        k = min(m, n)
        p, q = (m, n) if full_matrices else (k, k)
        return Aval((*lead, m, p), dtype), Aval((*lead, k), real_dtype(dtype)), Aval((*lead, q, n), dtype)

    def vjp(cts, out, x, *, need, full_matrices=False, by=None):
        u, s, vh = out
        v = adjoint(vh)
        gu, gs, gv = reached(cts)
        m, n = shape_of(x)[-2:]
        if gu is None and gv is None:
            return [fit(conj(singular_gradient(x, u, v, gs)), x)]
        gu, gv = conj(zeros_like(u) if gu is None else gu), swapped(zeros_like(vh) if gv is None else gv)
        if full_matrices:
            u, gu = _thin_adjoint(u, gu, n)
            v, gv = _thin_adjoint(v, gv, m)
        uh, gaps = adjoint(u), square_gaps(s)
        left, right = matmul(uh, gu), matmul(adjoint(v), gv)
        a, b = over_gaps(left, gaps), over_gaps(right, gaps)
        middle = add(mul(add(a, adjoint(a)), as_row(s)), mul(as_column(s), add(b, adjoint(b))))
        if gs is not None:
            middle = add(middle, on_diagonal(gs))
        if is_complex(x):
            middle = add(middle, on_diagonal(mul(over(imag(diagonal(left)), s), 1j)))
        g = product(u, middle, adjoint(v))
        if m > n:
            g = add(g, matmul(over(sub(gu, matmul(u, left)), as_row(s)), adjoint(v)))
        if n > m:
            g = add(g, matmul(u, adjoint(over(sub(gv, matmul(v, right)), as_row(s)))))
        return [fit(conj(g), x)]

    def jvp(ts, out, x, *, full_matrices=False, by=None):
        u, s, vh = out
        v, t = adjoint(vh), ts[0]
        m, n = shape_of(x)[-2:]
        k = min(m, n)
        u1, v1 = columns(u, 0, k), columns(v, 0, k)
        tv, th_u = matmul(t, v1), matmul(adjoint(t), u1)
        middle = matmul(adjoint(u1), tv)
        back, gaps = adjoint(middle), square_gaps(s)
        turn = over_gaps(add(mul(middle, as_row(s)), mul(as_column(s), back)), gaps)
        if is_complex(x):
            turn = add(turn, on_diagonal(mul(over(imag(diagonal(middle)), s), 1j)))
        du = matmul(u1, turn)
        dv = matmul(v1, over_gaps(add(mul(as_column(s), middle), mul(back, as_row(s))), gaps))
        if m > n:
            du = add(du, over(sub(tv, matmul(u1, middle)), as_row(s)))
        if n > m:
            dv = add(dv, over(sub(th_u, matmul(v1, back)), as_row(s)))
        if full_matrices:
            du, dv = _with_rest(u, du, k), _with_rest(v, dv, k)
        p, q = tie_bases(s, middle, singular=True)
        return du, real(diagonal(product(adjoint(p), middle, q))), adjoint(dv)

    def samples(rng):
        yield from matrix_samples(rng, as_drawn, complex_kind="kink", full_matrices=False)
        yield drawn(rng, as_drawn, (3, 3), order=1, full_matrices=True)
        for shape in ((3, 2), (2, 3)):
            for full in (False, True):
                order = 0 if full else 2 if shape == (3, 2) else 1
                yield from two_samples(rng, as_drawn, shape, complex_kind="kink", order=order, full_matrices=full)
        yield Sample(np.zeros((0, 3)), kind="empty", full_matrices=False)


def singular_gradient(x, u, v, g):
    """What the cotangent g of the singular values alone is to x, whose singular vectors are at hand."""
    if isinstance(x, Handle) or isinstance(g, Handle):  # it may be differentiated in turn
        return with_singular_values(x, g)
    k = shape_of(g)[-1]
    return product(columns(u, 0, k), on_diagonal(g), adjoint(columns(v, 0, k)))


@define
class with_singular_values:
    """u diag(g) v^H for the singular vectors of x: the matrix with other singular values, (..., m, n), (..., k).

    Its value at equal singular values supposes equal g, and where they are zero, zero g. The rule is that of
    `with_eigenvalues` for the matrix [[0, x], [x^H, 0]], whose eigenvalues are +s and -s. Where x is not square and
    some s are zero, so that the derivative needs the slope of g at 0, it is nan.
    """

    saves = ((0, 1), (0,))
    dtypes = "fc"
    without = MATRICES | WHOLE
    batch = stack_batch("with_singular_values")

    def jax(jax, x, g):
        u, _, vh = jax.numpy.linalg.svd(x, False)
        return (u * g[..., None, :]) @ vh

    def impl(x, g):
        u, _, vh = unless_infinite(lapack.svd[False], x)
        return (u * np.asarray(g)[..., None, :]) @ vh

    def aval(x, g):
        return Aval(shape_of(x), dtype_of(x))

    def vjp(ct, out, x, g, *, need):
        u, s, vh = svd(x, full_matrices=False)
        v, ct = adjoint(vh), conj(ct)
        c = product(adjoint(u), ct, v)
        gx = None
        if need & 1:
            middle = where(ties(s), np.nan, bent(c, g, s))
            gx = fit(conj(add_cts(product(u, middle, vh), beside_range(ct, u, v, g, s))), x)
        return [gx, fit(real(diagonal(c)), g) if need & 2 else None]

    def jvp(ts, out, x, g):
        u, s, vh = svd(x, full_matrices=False)
        v = adjoint(vh)
        dx, dg = ts
        middle = further = None
        if dx is not None:
            t = product(adjoint(u), dx, v)
            p, q = tie_bases(s, t, singular=True)
            u, v = matmul(u, p), matmul(v, q)
            middle, further = bent(product(adjoint(p), t, q), g, s), beside_range(dx, u, v, g, s)
        if dg is not None:
            middle = add_cts(middle, cast(on_diagonal(dg), dtype=dtype_of(x)))
        return add_cts(product(u, middle, adjoint(v)), further)

    def samples(rng):
        def case(shape, kind="plain", dtype=np.float64, order=2):
            x = draw(rng, "real", shape, dtype)
            return Sample(x, draw(rng, "real", (*shape[:-2], min(shape[-2:])), x.real.dtype), kind=kind, order=order)

        for shape in ((3, 3), (1, 1), (3, 2), (2, 3)):
            yield case(shape)
            yield case(shape, "complex128", np.complex128)
        yield case((3, 2), "float32", np.float32, 1)
        yield case((2, 2, 2), "complex64", np.complex64, 1)
        yield Sample(*map(strided, case((2, 3, 3)).args), kind="strided")
        yield case((0, 2, 3), "empty")
        yield case((3, 0), "empty", order=0)


def bent(t, g, s):
    """What t (..., k, k), between the singular vectors, moves u diag(g) v^H by: the Hermitian part of t by the slopes
    of g, the other by those of its odd continuation."""
    turn = adjoint(t)
    zero = zeros_among(s)
    both = bitwise_and(as_row(zero), as_column(zero))
    sums = where(both, 1, add(as_row(s), as_column(s)))
    quotients = where(both, 0, div(add(as_row(g), as_column(g)), sums))
    return mul(add(mul(add(t, turn), slopes(g, s)), mul(sub(t, turn), quotients)), 0.5)


def beside_range(t, u, v, g, s):
    """What the part of t outside the span of u (or of v) moves u diag(g) v^H by; None where x is square."""
    m, n = shape_of(t)[-2:]
    if m == n:
        return None
    zero = zeros_among(s)
    ratio = where(zero, np.nan, div(g, where(zero, 1, s)))
    if m > n:
        right = matmul(t, v)
        return matmul(mul(sub(right, matmul(u, matmul(adjoint(u), right))), as_row(ratio)), adjoint(v))
    left = matmul(adjoint(u), t)
    return matmul(u, mul(sub(left, matmul(matmul(left, v), adjoint(v))), as_column(ratio)))


def square_gaps(s):
    """s_j^2 - s_i^2, as a product so that near values do not cancel twice."""
    return mul(gaps_of(s), add(as_row(s), as_column(s)))


def _with_rest(q, d, k):
    """The tangent d of the first k columns of a unitary q, continued: the rest turns with them, not within itself."""
    first, rest = columns(q, 0, k), columns(q, k)
    return beside(d, neg(matmul(first, adjoint(matmul(adjoint(rest), d)))))


def _thin_adjoint(q, g, k):
    """(the first k columns of q, what a cotangent of all of q is to them): the adjoint of the above."""
    k = min(k, shape_of(q)[-1])
    first, rest = columns(q, 0, k), columns(q, k)
    return first, sub(columns(g, 0, k), product(rest, adjoint(columns(g, k)), first))
