"""Spectra of stacks of matrices: eigh and eig (svd: linalg_svd.py).

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
from . import lapack
from .complex import imag, real_dtype
from .elementwise import add, div, mul, sub, where
from .linalg_factor import jax_hermitian
from .linalg_solve import solve
from .logic import bitwise_not, bitwise_or
from .matrix import (
    MATRICES,
    adjoint,
    as_column,
    as_row,
    check_part,
    conj,
    diagonal,
    eye_mask,
    hermitian,
    hermitian_adjoint,
    linalg_dtype,
    matmul,
    matrix_samples,
    on_diagonal,
    product,
    real,
    square,
    stack_batch,
    two_samples,
)
from .shape import add_cts, cast, fit, front, sum_


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

    def jax(jax, x, *, part="both", by=None):
        want = numpys(jax, "eigh", x, 1, part=part)
        x = jax_hermitian(jax, x.astype(linalg_dtype("eigh", x)), part)
        w, v = jax.numpy.linalg.eigh(x, UPLO[part])
        return w, v * phases(jax, v, want)

    def impl(x, *, part="both", by=None):
        check_part("eigh", part)
        x = np.asarray(x, linalg_dtype("eigh", x))
        x = hermitian(x, part) if part == "both" else x
        return tuple((by or lapack.eigh[UPLO[part]])(x))

    def aval(x, *, part="both", by=None):
        check_part("eigh", part)
        s, dtype = square("eigh", x), linalg_dtype("eigh", x)
        return Aval(s[:-1], real_dtype(dtype)), Aval(s, dtype)

    def vjp(cts, out, x, *, need, part="both", by=None):
        w, v = out
        gw, gv = reached(cts)
        if gv is None:
            g = values_gradient(x, v, gw, part)
        else:
            g = over_gaps(matmul(adjoint(v), conj(gv)), gaps_of(w))
            g = product(v, g if gw is None else add(g, on_diagonal(gw)), adjoint(v))
        return [fit(conj(hermitian_adjoint(g, part)), x)]

    def jvp(ts, out, x, *, part="both", by=None):
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

    def jax(jax, x, *, by=None):
        want = numpys(jax, "eig", x, 1)
        x = x.astype(linalg_dtype("eig", x))
        w, v = jax.lax.linalg.eig(x, compute_left_eigenvectors=False, enable_eigvec_derivs=True)
        return w, v * phases(jax, v, want)

    def impl(x, *, by=None):
        dtype = np.result_type(linalg_dtype("eig", x), np.complex64)
        return tuple(a.astype(dtype, copy=False) for a in (by or np.linalg.eig)(x))

    def aval(x, *, by=None):
        s, dtype = square("eig", x), np.result_type(linalg_dtype("eig", x), np.complex64)
        return Aval(s[:-1], dtype), Aval(s, dtype)

    def vjp(cts, out, x, *, need, by=None):
        w, v = out
        gw, gv = conj(cts[0]), conj(cts[1])
        anchor = eig_anchor(v)
        c = sum_rows(mul(conj(v), gv))  # cotangent of the multiple of v_j that the normalisation adds
        held = real(sum_rows(where(anchor, v, 0)))
        gv = sub(gv, mul(v, as_row(real(c))))
        gv = sub(gv, where(anchor, as_row(mul(over(imag(c), held), 1j)), 0))
        turned = over_gaps(matmul(adjoint(v), gv), conj(gaps_of(w)))
        g = solve(adjoint(v), matmul(add(turned, on_diagonal(gw)), adjoint(v)), singular="nan")
        return [fit(conj(g), x)]

    def jvp(ts, out, x, *, by=None):
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
