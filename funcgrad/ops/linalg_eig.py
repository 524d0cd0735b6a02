"""Spectra of stacks of matrices: eigh, eig, svd.

The rules divide by gaps of the spectrum. Where two values coincide the vectors have no derivative and the rules give
inf, as jax's do; but 0 / 0 counts as 0, so that whatever does not depend on those vectors keeps its derivative.

A function of the values alone is smooth there if it takes them symmetrically (all of them squared, say), and then so
is its gradient, x -> v diag(g) v^H. That map is a primitive of its own, `with_eigenvalues` (`with_singular_values`):
asked for its tangent along t, it takes among the vectors of equal values those that diagonalise t, in which the values
move apart to first order, as do the tangents of the values themselves (Kato, Perturbation Theory for Linear Operators,
chapter 2, section 2). So forward over reverse, as in hessian and hvp, is right where values repeat. Reverse over
reverse cannot know the direction t beforehand, and is nan there.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, promotion_key, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES, define, elementwise
from ..core.sample import Sample, draw, in_kinds, samples_of, strided
from .bitwise import bitwise_and, bitwise_not, bitwise_or
from .complex import imag, real_dtype
from .elementwise import add, div, mul, neg, sub, where
from .linalg_factor import jax_hermitian
from .linalg_solve import solve
from .matrix import (
    MATRICES,
    adjoint,
    as_column,
    as_drawn,
    as_row,
    beside,
    check_part,
    columns,
    conj,
    diagonal,
    drawn,
    eye_mask,
    hermitian,
    hermitian_adjoint,
    is_complex,
    linalg_dtype,
    matmul,
    matrix_samples,
    on_diagonal,
    product,
    real,
    square,
    stack_batch,
    swapped,
    two_samples,
    unless_infinite,
)
from .shape import add_cts, cast, fit, front, sum_, zeros_like


# ------------------------------------------------------------------------------------------------ quotients by gaps
def _over(x, y):
    with np.errstate(all="ignore"):
        q = np.true_divide(x, y)
    return np.where(np.equal(x, 0) & np.equal(y, 0), q.dtype.type(0), q)


def _over_aval(x, y):
    dtype = np.true_divide.resolve_dtypes((promotion_key(x), promotion_key(y), None))[-1]
    return Aval(np.broadcast_shapes(shape_of(x), shape_of(y)), dtype)


over = elementwise(
    "over",
    _over,
    "over(t, y)",
    "-over(t * out, y)",
    aval=_over_aval,
    jax=lambda jax, x, y: jax.numpy.where((x == 0) & (y == 0), 0, x / y),
    dtypes="fc",
    domain=("real", "nonzero"),
)  # x / y, but 0 where both are 0


def over_gaps(x, gaps):
    """x_ij / gaps_ij off the diagonal, 0 on it. (The gaps there, 0, would be inf times 0 in the third derivative.)"""
    eye = eye_mask(x)
    return over(where(eye, 0, x), where(eye, 1, gaps))


def gaps_of(w):
    """w_j - w_i, (..., n) -> (..., n, n)."""
    return sub(as_row(w), as_column(w))


# ------------------------------------------------------------------------------------------------ the oracle
# Vectors are determined up to a sign or phase only, and builds of LAPACK differ in it. So jax's are multiplied by what
# makes them NumPy's: a constant, which leaves their derivatives jax's.
def numpys(jax, name, x, which, **params):
    """NumPy's result number `which` for the sample of the primitive that x is; nothing but its phases is used."""
    prim = PRIMITIVES[name]
    aval = prim.aval(x, **params)[which]
    found = jax.numpy.zeros(aval.shape, aval.dtype)  # (for what is no sample, jax's phases stand)
    for s in samples_of(prim):
        (a,) = s.args
        if a.shape == x.shape and a.dtype == x.dtype and s.params == params:
            found = jax.numpy.where((x == a).all(), prim.impl(a, **params)[which], found)
    return jax.lax.stop_gradient(found)


def phases(jax, v, want):
    """The factors (..., 1, n) on the unit circle that turn the columns of v to those wanted."""
    along = jax.lax.stop_gradient((v.conj() * want).sum(-2, keepdims=True))
    return jax.numpy.where(along == 0, 1, along / abs(along))


def turned_rest(jax, q, want, k):
    """The columns of q behind the k-th, which span what those of `want` span, as those."""
    rest = q[..., k:]
    return rest @ jax.lax.stop_gradient(rest.conj().mT @ want[..., k:])


# ------------------------------------------------------------------------------------------------ repeated values
WHOLE = {name: "rules call it, and their operands are floats" for name in ("int64", "bool")}
TIE = 4  # values are equal that differ by less than this many roundings of the largest, for each row of the matrix


def tied(w):
    """Which pairs of values (..., n) are equal up to rounding: bool (..., n, n), True on the diagonal."""
    largest = np.abs(w).max(-1, initial=0.0)[..., None, None]
    return np.abs(w[..., :, None] - w[..., None, :]) <= TIE * w.shape[-1] * np.finfo(w.dtype).eps * largest


@define
class ties:
    """Which pairs of the values w (..., n) are equal up to rounding: bool (..., n, n), False on the diagonal."""

    nondiff = "a comparison is piecewise constant"
    without = {"0-d": "takes vectors", "complex128": "values of a spectrum with an order are real"}

    def jax(jax, w):
        gaps = abs(w[..., :, None] - w[..., None, :])
        return (gaps <= 1e-5 * abs(w).max(-1, initial=0.0)[..., None, None]) & ~np.eye(w.shape[-1], dtype=bool)

    def impl(w):
        return tied(w) & ~np.eye(w.shape[-1], dtype=bool)

    def aval(w):
        return Aval((*shape_of(w), shape_of(w)[-1]), np.dtype(bool))

    def batch(size, xs, ds):
        return ties(front(xs[0], ds[0])), 0

    def samples(rng):
        yield from in_kinds(np.array([[1.0, 1.0, 2.0], [-2.0, 0.0, 2.0]]), dtypes="f")
        yield Sample(np.array([1.0, 1.0 + 2e-16, 3.0, 3.0 - 4e-16]))
        yield Sample(np.zeros(3))
        yield Sample(np.zeros((0, 2)), kind="empty")


@define
class zeros_among:
    """Which of the values w (..., n) are zero up to rounding, compared with the largest: bool (..., n)."""

    nondiff = "a comparison is piecewise constant"
    without = {"0-d": "takes vectors", "complex128": "singular values are real"}

    def jax(jax, w):
        return abs(w) <= 1e-5 * abs(w).max(-1, initial=0.0)[..., None]

    def impl(w):
        return vanishing(w)

    def aval(w):
        return Aval(shape_of(w), np.dtype(bool))

    def batch(size, xs, ds):
        return zeros_among(front(xs[0], ds[0])), 0

    def samples(rng):
        yield from in_kinds(np.array([[3.0, 1.0, 0.0], [2.0, 1.0, 0.5]]), dtypes="f")
        yield Sample(np.array([3.0, 1e-16, -1e-17]))
        yield Sample(np.zeros((0, 2)), kind="empty")


def runs(row):
    """The runs of values (n), in order, each equal to its neighbour: slices of more than one."""
    ends = [0, *np.flatnonzero(~np.diagonal(row, 1)) + 1, len(row)]
    return [slice(a, b) for a, b in zip(ends, ends[1:]) if b - a > 1]


@define
class tie_bases:
    """(p, q) that turn the vectors of equal values w so that p^H t q is diagonal among them; the identity elsewhere.

    w (..., n) in order, t (..., n, n). With `singular` w are singular values: among zeros p and q differ, elsewhere
    the Hermitian part of t counts; without, p = q.
    """

    multi = True
    nondiff = "a choice of basis, constant where values are apart"
    dtypes = "fc"
    without = MATRICES
    batch = stack_batch("tie_bases")

    def jax(jax, w, t, *, singular):
        """For values that are apart. (Where they are not the basis is one of many: see tests/test_spectra.py.)"""
        eye = jax.numpy.broadcast_to(jax.numpy.eye(t.shape[-1], dtype=t.dtype), t.shape)
        return eye, eye

    def impl(w, t, *, singular):
        p = np.zeros(t.shape, t.dtype)
        p[...] = np.eye(t.shape[-1])
        same = tied(w)
        found = same.sum((-2, -1)) > w.shape[-1]
        if singular:
            zero = vanishing(w)
            found |= zero.any(-1)
        if not found.any() or not np.isfinite(t).all():
            return p, p.copy()
        q = p.copy()
        for i in np.argwhere(found):
            i = tuple(i)
            k = int((~zero[i]).sum()) if singular else w.shape[-1]
            for at in runs(same[i][:k, :k]):
                p[i][at, at] = q[i][at, at] = np.linalg.eigh(hermitian(t[i][at, at], "both"))[1]
            if singular and k < w.shape[-1]:
                u, _, vh = np.linalg.svd(t[i][k:, k:])
                p[i][k:, k:], q[i][k:, k:] = u, vh.conj().T
        return p, q

    def aval(w, t, *, singular):
        return Aval(shape_of(t), dtype_of(t)), Aval(shape_of(t), dtype_of(t))

    def samples(rng):
        for singular in (False, True):
            w, t = np.array([0.5, 1.0, 3.0]), draw(rng, "real", (3, 3))
            yield from in_kinds(w, t, dtypes="f", singular=singular)
            yield Sample(w, draw(rng, "real", (3, 3), np.complex128), kind="complex128", singular=singular)
            yield Sample(w.astype("f4"), draw(rng, "real", (3, 3), np.complex64), kind="complex64", singular=singular)
            yield Sample(np.zeros((0, 2)), np.zeros((0, 2, 2)), kind="empty", singular=singular)


def vanishing(w):
    """Which of the values w (..., n) are zero up to rounding."""
    return tied(np.concatenate([w, np.zeros((*w.shape[:-1], 1), w.dtype)], -1))[..., -1, :-1]


def reached(cts):
    """The cotangents of the results of a primitive that does not have zeros filled in: None where nothing reached."""
    return getattr(cts, "cts", cts)


def slopes(g, w):
    """(g_j - g_i) / (w_j - w_i) off the diagonal, 0 on it and where w_i and w_j are equal."""
    apart = bitwise_not(bitwise_or(ties(w), eye_mask(ties(w))))
    return where(apart, div(gaps_of(g), where(apart, gaps_of(w), 1)), 0)


@define
class with_eigenvalues:
    """v diag(g) v^H for the eigenvectors v of hermitian(x): the matrix with other eigenvalues, (..., n, n), (..., n).

    Its value at equal eigenvalues supposes equal g. Rule: Daletskii and Krein, 1951 (Higham, Functions of Matrices,
    theorem 3.11), with the directions of equal eigenvalues chosen as the head of this file says.
    """

    saves = ((0, 1), (0,))
    dtypes = "fc"
    without = MATRICES | WHOLE
    batch = stack_batch("with_eigenvalues")

    def jax(jax, x, g):
        v = jax.numpy.linalg.eigh(x)[1]
        return (v * g[..., None, :]) @ v.conj().mT

    def impl(x, g):
        v = np.linalg.eigh(hermitian(x, "both"))[1]
        return (v * np.asarray(g)[..., None, :]) @ np.swapaxes(v, -1, -2).conj()

    def aval(x, g):
        return Aval(square("with_eigenvalues", x), dtype_of(x))

    def vjp(ct, out, x, g, *, need):
        w, v = eigh(x)
        c = product(adjoint(v), conj(ct), v)
        gx = None
        if need & 1:
            middle = where(ties(w), np.nan, mul(c, slopes(g, w)))
            gx = fit(conj(hermitian_adjoint(product(v, middle, adjoint(v)), "both")), x)
        return [gx, fit(real(diagonal(c)), g) if need & 2 else None]

    def jvp(ts, out, x, g):
        w, v = eigh(x)
        dx, dg = ts
        middle = None
        if dx is not None:
            v, t = turned(w, v, dx)
            middle = mul(t, slopes(g, w))
        if dg is not None:
            middle = add_cts(middle, cast(on_diagonal(dg), dtype=dtype_of(x)))
        return product(v, middle, adjoint(v))

    def samples(rng):
        def case(lead, n, kind="plain", dtype=np.float64, order=2):
            x = _symmetric(draw(rng, "real", (*lead, n, n), dtype)).astype(dtype)
            return Sample(x, draw(rng, "real", (*lead, n), x.real.dtype), kind=kind, order=order)

        yield case((), 3)
        yield case((2,), 2)
        yield case((), 1)
        yield case((), 3, "complex128", np.complex128)
        yield case((), 3, "float32", np.float32, 1)
        yield case((2,), 2, "complex64", np.complex64, 1)
        yield Sample(*map(strided, case((2,), 3).args), kind="strided")
        yield case((0,), 2, "empty")
        yield case((), 0, "empty", order=0)


def turned(w, v, dx):
    """(v, v^H dx v) in the basis that dx chooses among the vectors of equal eigenvalues."""
    t = product(adjoint(v), hermitian(dx, "both"), v)
    p, _ = tie_bases(w, t, singular=False)
    return matmul(v, p), product(adjoint(p), t, p)


# ------------------------------------------------------------------------------------------------ eigh
AGAIN = {"unread operand 0": "the operand is read where the rule is differentiated in turn"}
UPLO = {"both": "L", "lower": "L", "upper": "U"}


@define
class eigh:
    """(w, v): ascending eigenvalues (..., n) and eigenvectors (..., n, n), the columns, of hermitian(x, part).

    `part="both"` takes (x + x^H) / 2, as jax does; "lower" and "upper" read that triangle, as NumPy's UPLO does. The
    derivative of v keeps each vector's phase (v_i^H dv_i = 0). Where eigenvalues coincide w keeps its derivative (the
    tangents of w are then those of the values that move apart), but that of v is inf or nan, as in jax. Rule: Giles,
    Oxford NA-08-01 (2008), section 3.1.
    """

    multi = True
    fills = False
    saves = ((0, "out"),)
    again = (0,)
    dtypes = "fcib"
    without = MATRICES | AGAIN
    batch = stack_batch("eigh")

    def jax(jax, x, *, part="both"):
        want = numpys(jax, "eigh", x, 1, part=part)
        x = jax_hermitian(jax, x.astype(linalg_dtype("eigh", x)), part)
        w, v = jax.numpy.linalg.eigh(x, UPLO[part])
        return w, v * phases(jax, v, want)

    def impl(x, *, part="both"):
        check_part("eigh", part)
        x = np.asarray(x, linalg_dtype("eigh", x))
        return tuple(np.linalg.eigh(hermitian(x, part) if part == "both" else x, UPLO[part]))

    def aval(x, *, part="both"):
        check_part("eigh", part)
        s, dtype = square("eigh", x), linalg_dtype("eigh", x)
        return Aval(s[:-1], real_dtype(dtype)), Aval(s, dtype)

    def vjp(cts, out, x, *, need, part="both"):
        w, v = out
        gw, gv = reached(cts)
        if gv is None:
            g = values_gradient(x, v, gw, part)
        else:
            g = over_gaps(matmul(adjoint(v), conj(gv)), gaps_of(w))
            g = product(v, g if gw is None else add(g, on_diagonal(gw)), adjoint(v))
        return [fit(conj(hermitian_adjoint(g, part)), x)]

    def jvp(ts, out, x, *, part="both"):
        w, v = out
        t = product(adjoint(v), hermitian(ts[0], part), v)
        p, _ = tie_bases(w, t, singular=False)
        return real(diagonal(product(adjoint(p), t, p))), matmul(v, over_gaps(t, gaps_of(w)))

    def samples(rng):
        yield from matrix_samples(rng, _symmetric, complex_kind="kink", part="both")
        for part in ("lower", "upper"):
            yield from two_samples(rng, _symmetric, (3, 3), complex_kind="kink", order=1, part=part)
        yield Sample(draw(rng, "real", (3, 3)), part="both")  # not symmetric: the part that is read is
        yield Sample(np.zeros((0, 0)), kind="empty", part="both")


def values_gradient(x, v, g, part):
    """What the cotangent g of the eigenvalues alone is to hermitian(x, part), whose eigenvectors v are at hand."""
    if isinstance(x, Handle) or isinstance(g, Handle):  # it may be differentiated in turn
        return with_eigenvalues(hermitian(x, part), g)
    return product(v, on_diagonal(g), adjoint(v))


def _symmetric(x):
    return x + np.swapaxes(x, -1, -2).conj() + np.diag(np.arange(x.shape[-1]) * 3)


def eigvalsh(x, part="both"):
    """The eigenvalues of hermitian(x, part), ascending."""
    return eigh(x, part=part)[0]


# ------------------------------------------------------------------------------------------------ eig
def _anchor(v):
    """True at the entry of each column that LAPACK's normalisation makes real: the largest of those that are."""
    size = np.where(v.imag == 0, np.abs(v), -1.0)
    first = size.argmax(-2, keepdims=True) if v.size else np.zeros((*v.shape[:-2], 1, v.shape[-1]), int)
    return np.arange(v.shape[-2])[:, None] == first


@define
class eig_anchor:
    """Which entry of each eigenvector is held real, (..., n, n) -> bool (..., n, n)."""

    nondiff = "a choice is piecewise constant"
    dtypes = "c"
    without = MATRICES | {"int64": "eigenvectors are complex", "bool": "eigenvectors are complex"}
    batch = stack_batch("eig_anchor")

    def impl(v):
        return _anchor(v)

    def aval(v):
        return Aval(shape_of(v), np.dtype(bool))

    def jax(jax, v):
        jnp = jax.numpy
        first = jnp.where(v.imag == 0, jnp.abs(v), -1.0).argmax(-2, keepdims=True)
        return jnp.arange(v.shape[-2])[:, None] == first

    def samples(rng):
        v = draw(rng, "real", (2, 3, 3), np.complex128)
        v[:, 1] = v[:, 1].real
        yield from in_kinds(v, dtypes="")
        yield Sample(v.astype(np.complex64), kind="complex64")
        yield Sample(np.zeros((0, 2, 2), complex), kind="empty")


@define
class eig:
    """(w, v): eigenvalues and eigenvectors (columns) of square matrices; complex even where all w are real.

    (NumPy's own eig is real if its values happen to be; a staged program must know the dtype beforehand, so this one is
    always complex, as jax's.) The derivative of v keeps LAPACK's normalisation: length 1, and the largest entry real.
    A defective x has no derivative. Rule: Giles, Oxford NA-08-01 (2008), section 3.1, and the normalisation.
    """

    multi = True
    saves = (("out",),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("eig")

    def jax(jax, x):
        want = numpys(jax, "eig", x, 1)
        x = x.astype(linalg_dtype("eig", x))
        w, v = jax.lax.linalg.eig(x, compute_left_eigenvectors=False, enable_eigvec_derivs=True)
        return w, v * phases(jax, v, want)

    def impl(x):
        dtype = np.result_type(linalg_dtype("eig", x), np.complex64)
        return tuple(a.astype(dtype, copy=False) for a in np.linalg.eig(x))

    def aval(x):
        s, dtype = square("eig", x), np.result_type(linalg_dtype("eig", x), np.complex64)
        return Aval(s[:-1], dtype), Aval(s, dtype)

    def vjp(cts, out, x, *, need):
        w, v = out
        gw, gv = conj(cts[0]), conj(cts[1])
        anchor = eig_anchor(v)
        c = sum_rows(mul(conj(v), gv))  # cotangent of the multiple of v_j that the normalisation adds
        held = real(sum_rows(where(anchor, v, 0)))
        gv = sub(gv, mul(v, as_row(real(c))))
        gv = sub(gv, where(anchor, as_row(mul(over(imag(c), held), 1j)), 0))
        turned = over_gaps(matmul(adjoint(v), gv), conj(gaps_of(w)))
        g = matmul(solve(adjoint(v), add(turned, on_diagonal(gw)), singular="nan"), adjoint(v))
        return [fit(conj(g), x)]

    def jvp(ts, out, x):
        w, v = out
        anchor = eig_anchor(v)
        t = solve(v, matmul(fit_complex(ts[0], v), v), singular="nan")
        u = matmul(v, over_gaps(t, gaps_of(w)))
        length = real(sum_rows(mul(conj(v), u)))
        held = real(sum_rows(where(anchor, v, 0)))
        phase = over(imag(sum_rows(where(anchor, u, 0))), held)
        return diagonal(t), sub(u, mul(v, as_row(add(length, mul(phase, 1j)))))

    def samples(rng):
        yield from matrix_samples(rng, lambda x: x + np.diag(np.arange(x.shape[-1]) * 3))
        yield Sample(np.array([[0.0, 1.0], [-2.0, 0.5]]))  # a complex pair
        yield Sample(np.zeros((0, 0)), kind="empty", order=0)  # (jax's rule fails there)


def sum_rows(x):
    return sum_(x, axes=(len(shape_of(x)) - 2,))


def fit_complex(t, v):
    """t in the dtype of v."""
    return fit(t, Aval(shape_of(t), dtype_of(v)))


def eigvals(x):
    """The eigenvalues of square matrices, complex."""
    return eig(x)[0]


# ------------------------------------------------------------------------------------------------ svd
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

    def jax(jax, x, *, full_matrices=False):
        want_u = numpys(jax, "svd", x, 0, full_matrices=full_matrices)
        want_v = numpys(jax, "svd", x, 2, full_matrices=full_matrices).conj().mT
        u, s, vh = jax.numpy.linalg.svd(x.astype(linalg_dtype("svd", x)), full_matrices)
        k, v = s.shape[-1], vh.conj().mT
        turn = phases(jax, u[..., :k], want_u[..., :k])
        join = jax.numpy.concatenate
        u = join([u[..., :k] * turn, turned_rest(jax, u, want_u, k)], -1)
        v = join([v[..., :k] * turn, turned_rest(jax, v, want_v, k)], -1)
        return u, s, v.conj().mT

    def impl(x, *, full_matrices=False):
        return unless_infinite(lambda x: np.linalg.svd(x, full_matrices), x)

    def aval(x, *, full_matrices=False):
        *lead, m, n = shape_of(x)
        dtype = linalg_dtype("svd", x)
        k = min(m, n)
        p, q = (m, n) if full_matrices else (k, k)
        return Aval((*lead, m, p), dtype), Aval((*lead, k), real_dtype(dtype)), Aval((*lead, q, n), dtype)

    def vjp(cts, out, x, *, need, full_matrices=False):
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

    def jvp(ts, out, x, *, full_matrices=False):
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
        u, _, vh = unless_infinite(lambda x: np.linalg.svd(x, False), x)
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


def svdvals(x):
    """The singular values, descending."""
    return svd(x, full_matrices=False)[1]


__all__ = [
    "eig", "eig_anchor", "eigh", "eigvals", "eigvalsh", "over", "over_gaps", "svd", "svdvals", "tie_bases", "ties",
    "with_eigenvalues", "with_singular_values", "zeros_among",
]  # fmt: skip
