"""NumPy's functions in every dtype: under vmap, jit, jvp and vjp the dtype, shape, value and class of error are NumPy's own.

The expectation is the call without a transform, for each sample. An expression is tried in one dtype, chosen by its number,
so that each family meets all of them; those in EVERY in seven.
"""

import warnings

import numpy as np
import pytest
import versions
from test_numpy import TABLE, Case

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.errors import ConcreteBoolError, ConcretizationError

DTYPES = "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 F D".split()
TELLING = "? i1 u1 i8 f2 f4 D".split()  # those in which a wrong dtype would show
TOLERANCE = {2: 2e-2, 4: 2e-4, 8: 1e-8}  # by the bytes of a real number
BY_VALUES = (  # their dtype, shape or error depends on values, which are not known under vmap and jit
    "polymul linalg.eig(H) eigvals poly(S) bincount unravel_index partition piecewise average(V fromiter V.sort fill_diagonal U)"
).split()
ANOTHER = {  # (no rule; another of the possible arrangements; as many coefficients as are exactly zero in this dtype)
    ("np.sign(A)", "F"), ("np.sign(A)", "D"), ("np.partition(V, 1)", "F"), ("np.partition(V, 1)", "D"),
    ("np.argpartition(V, 1)", "f2"), ("np.polydiv(V, T)[1]", "F"),
}  # fmt: skip
WITHOUT = ["np.sign(A) * A", "np.sign(np.diagonal", "period=3.0"]  # no rule for complex; NumPy drops the imaginary part

FUNCTIONS = """
all any argmax argmin argsort sort cumsum cumprod nancumsum nancumprod nansum nanprod nanmax nanmin nanargmax nanargmin max min ptp mean var std median
nanmean nanvar nanstd nanmedian average count_nonzero sum prod cumulative_sum cumulative_prod
real imag angle iscomplex isreal iscomplexobj isrealobj real_if_close round fix nan_to_num sinc i0 isneginf isposinf unwrap
tril triu diff ediff1d transpose ravel flip fliplr flipud rot90 squeeze atleast_1d atleast_3d shape ndim size
fft.fft fft.ifft fft.rfft fft.irfft fft.hfft fft.ihfft fft.fftn fft.rfft2 fft.fftshift sort_complex copy
linalg.norm linalg.pinv linalg.svdvals linalg.matrix_rank diag diagonal trace zeros_like ones_like full_like linalg.vector_norm linalg.matrix_norm
linalg.qr linalg.svd array_equal cov corrcoef gradient trapezoid unstack matrix_transpose conj histogram_bin_edges bincount
""".split()
EXPRESSIONS = """
np.linalg.det(S)
np.linalg.inv(S)
np.linalg.slogdet(S)
np.linalg.eigvalsh(H)
np.linalg.eigh(H)[0]
np.linalg.cholesky(H)
np.linalg.solve(S, T)
np.linalg.lstsq(A, T)[0]
np.linalg.matrix_power(S, 3)
np.linalg.matrix_power(S, -1)
np.linalg.multi_dot([A, B, A])
np.linalg.cond(S)
np.linalg.tensorinv(S.reshape(3, 3), 1)
np.interp(V, np.arange(4.0), W)
np.interp(V, np.arange(4), np.arange(4))
np.digitize(V, [0.0, 1.0])
np.digitize(V, np.array([0, 1]))
np.digitize([0.5, 1.0], np.sort(V))
np.searchsorted([0.0, 1.0], V)
np.searchsorted(np.sort(V), V)
np.searchsorted(np.sort(V), [0.5])
np.histogram(V)
np.histogram(V, bins=3, range=(0, 2))
np.histogram(V, bins=[0, 1, 2], weights=W)
np.histogram(V, density=True)
np.quantile(V, 0.5)
np.percentile(V, 50)
np.percentile(V, [10, 50], method="nearest")
np.quantile(V, 0.3, method="inverted_cdf")
np.quantile(V, [0, 1])
np.median(A, axis=1)
np.nanmedian(A, axis=0)
np.where(A > 0, A, 0)
np.where(A > 0, A, 0.0)
np.where(A > 0, A, F)
np.where(M, V, 1j)
np.select([V > 0, V < -1], [V, 2])
np.select([V > 0], [V], default=0.5)
np.piecewise(V, [V > 0], [1, 0])
np.choose(I % 2, [V, W])
np.clip(A, 0, 1)
np.clip(A, 0.5, None)
np.clip(A, -1, 1)
np.clip(A, A, 2)
np.clip(V, W, 1.5)
np.dot(A, B)
np.dot(V, W)
np.vdot(V, W)
np.inner(A, A)
np.outer(V, W)
np.tensordot(A, B, 1)
np.tensordot(A, A, 2)
np.kron(T, V)
np.cross(T, T)
np.einsum("ij,jk", A, B)
np.einsum("ij,ij->", A, A)
np.einsum("ij->ji", A)
np.einsum("i,j->ij", V, T)
np.einsum("ij->i", A)
np.convolve(V, T)
np.correlate(V, W)
np.polyval(T, V)
np.polyadd(V, T)
np.polysub(V, T)
np.polymul(V, T)
np.polyder(V)
np.polyint(V)
np.polyfit(np.arange(4), V, 1)
np.poly(T)
np.vander(V)
np.linspace(X, 4, 3)
np.linspace(0, X, 3)
np.logspace(X, 2, 3)
np.geomspace(1, 9, 3) * X
np.concatenate([A, F])
np.concatenate([A, A * 1.0])
np.concatenate([A, A], dtype=np.float32)
np.stack([V, W])
np.hstack([V, 1.0])
np.append(V, 2)
np.insert(V, 1, 5)
np.insert(V, 1, 2.7)
np.delete(V, 1)
np.repeat(V, 2)
np.tile(V, 2)
np.pad(V, 1)
np.pad(V, 1, constant_values=2.7)
np.pad(V, 1, mode="mean")
np.pad(V, 1, mode="median")
np.pad(V, 1, mode="maximum")
np.pad(V, 1, mode="linear_ramp")
np.pad(V, 1, mode="reflect")
np.diff(V, prepend=0)
np.diff(V, append=1.5)
np.diff(A, n=2)
np.ediff1d(V, to_begin=0)
np.trapezoid(V, dx=0.5)
np.trapezoid(V, W)
np.gradient(V, 2)
np.average(V, weights=W)
np.average(A, axis=0, weights=T)
np.cov(A, V)
np.corrcoef(A)
np.isclose(A, A)
np.allclose(A, A)
np.isin(V, [1, 2])
np.isin(V, W)
np.take(V, I)
np.take_along_axis(V, I, 0)
np.partition(V, 1)
np.argpartition(V, 1)
np.lexsort((V, W))
np.ptp(A)
np.sum(A, dtype=np.int8)
np.sum(A, dtype=np.float64)
np.sum(A, initial=2)
np.sum(A, initial=2.5)
np.prod(A, initial=2)
np.max(A, initial=1)
np.max(A, initial=1.5)
np.min(A, initial=-1)
np.mean(A, dtype=np.float32)
np.var(A, ddof=1)
np.std(A, mean=1)
np.cumsum(A, dtype=np.float32)
np.cumsum(A, 1)
np.round(A, 1)
np.round(A, -1)
np.nan_to_num(A, nan=1)
np.trace(A)
np.trace(A, dtype=np.float32)
np.apply_along_axis(np.sum, 0, A)
np.unravel_index(I, (2, 2))
np.ldexp(A, 2)
np.frexp(A)
np.modf(A)
np.float_power(A, 2)
np.fill_diagonal(A, 1)
np.astype(A, np.int8)
np.astype(A, np.float32)
np.astype(A, np.complex64)
np.astype(A, bool)
A.mean(dtype=np.float16)
A.astype("f4").sum()
A.clip(0, 1)
A.std(0)
A.real
A.imag
A.T
A.conj()
A.dot(B)
A.trace()
A.item() if 0 else A
np.vecdot(A, A)
np.matvec(A, V)
np.vecmat(T, A)
np.matmul(A, B)
np.array([X, 1])
np.array([X, 1.5])
np.array([V, W])
np.array([X, 1], dtype=np.float32)
np.asarray(V, dtype=np.float32)
np.full((2,), X)
np.full(2, X, dtype=np.float32)
np.full_like(V, 2.5)
np.full_like(V, X)
np.zeros_like(V, dtype=np.int8)
np.meshgrid(V, T)
np.diag(V)
np.eye(3) * X
np.argwhere(V > 0)
np.nonzero(V)
np.roll(V, 1)
np.broadcast_to(V, (2, 4))
np.resize(V, 6)
np.compress(M, V)
np.extract(M, V)
np.unique(V)
np.heaviside(A, 0.5)
np.nextafter(A, 2)
np.spacing(A)
np.copysign(A, -1)
np.gcd(A, 2)
np.lcm(A, 2)
np.apply_over_axes(np.sum, A, 0)
V[1]
V[1:]
V[I]
V[M]
V.max()
V.argmax()
V.cumsum()
V.prod()
V.round()
V.sort()
np.empty_like(A) * 0
np.around(A, 1)
np.array_equiv(A, A)
np.zeros(2, np.result_type(A, F))
np.zeros(2, np.result_type(A, 2.0))
np.zeros(2, np.common_type(A))
np.can_cast(A.dtype, np.int16)
np.amax(A)
np.tril_indices_from(A)
np.diag_indices_from(S)
np.full_like(A, X)
np.linspace(A[0], A[1], 3)
np.arange(3) * X
np.tri(3) * X
np.kron(A, 2)
np.outer(A, 2.0)
np.matmul(A, B, dtype=np.float64)
np.sum(A > 0)
np.mean(A > 0)
np.cumsum(A > 0)
np.argmax(A > 0)
(A > 0) * A
(A > 0) + 1
(A > 0) & True
np.where(A > 0, 1, 0)
np.where(A > 0, 1.5, 0)
np.where(A > 0, np.float32(1), 0)
np.abs(A) ** 0.5
A.astype("i1") + A
A.T @ A
A[0].dot(A[1])
A.ravel()[::-1]
A.reshape(2, 6).sum(0)
np.sqrt(A.sum())
A.sum() * 2
A.sum() / 3
float(3) * A.sum()
A.mean() + 1
A.max() - A.min()
X * 2
X + 1.5
X ** 2
-X
abs(X)
np.sqrt(X)
X > 1
np.float32(2) * X
np.int8(2) * X
np.array(2.0) * X
np.array([1, 2]) * X
np.float16(1) + A
np.uint8(1) + A
np.complex64(1) + A
1j * A
True + A
np.bool_(True) + A
np.exp(A).sum(dtype="f4")
np.hypot(A, 1)
np.arctan2(A, X)
np.ldexp(A, np.array(1))
np.left_shift(A, 1)
np.bitwise_count(A)
np.ptp(A, axis=0)
np.linalg.norm(A, 1)
np.linalg.norm(A, np.inf)
np.linalg.norm(V, 3)
np.linalg.norm(V, 0)
np.linalg.norm(A, "nuc")
np.linalg.qr(A)[1]
np.linalg.pinv(A)
np.linalg.matrix_norm(A)
np.linalg.vector_norm(A, ord=1)
np.linalg.cross(T, T)
np.linalg.outer(T, T)
np.linalg.diagonal(A)
np.linalg.trace(S)
np.linalg.svd(A)[1]
np.linalg.slogdet(SS)
np.linalg.lstsq(A, T)[3]
np.fft.fft(V, 6)
np.fft.irfft(V)
np.fft.fftn(A, norm="ortho")
np.fft.hfft(V)
np.fft.ihfft(V)
np.vectorize(lambda x: x * 2)(V)
np.apply_along_axis(lambda r: r[0] * 2, 1, A)
np.fromfunction(lambda i, j: i * X + j, (2, 2))
np.block([[A, A]])
np.split(V, 2)
np.array_split(V, 3)
np.atleast_2d(V, 2.0)
np.broadcast_arrays(V, 2)
np.column_stack([V, W, V])
np.dstack([V, W])
np.hstack([V, 2, 2.5])
np.vstack([V, np.float32(2) * np.ones(4, "f4")])
np.unstack(A)
np.rot90(A)
np.insert(V, 1, F[0])
np.append(A, F, 0)
np.delete(A, 1, 0)
np.resize(A, (5, 2))
np.nancumsum(A)
np.nanprod(A, axis=0)
np.nanmean(A, axis=1)
np.nanvar(A, axis=1, ddof=1)
np.nanmax(A, axis=0)
np.average(A, axis=0, returned=True)
np.cov(A, aweights=np.arange(4.0))
np.corrcoef(A, rowvar=False)
np.percentile(A, 30, axis=1, keepdims=True)
np.median(A, axis=0, keepdims=True)
np.quantile(V, X * 0)
np.unwrap(V)
np.real(Z)
np.imag(Z)
np.angle(Z)
np.angle(A, deg=True)
np.sort(A, axis=None)
np.argsort(-A) if A.dtype != bool else 0
np.isin(A, V, invert=True)
np.searchsorted(np.arange(3), V)
np.digitize(V, np.array([2.0, 1.0]))
np.round(A, 2)
np.polyder(V, 2)
np.polyint(V, 2)
np.vander(V, 3, increasing=True)
np.tensordot(A, B, axes=([0, 1], [1, 0]))
np.einsum("ij,jk->ik", A, F.T)
np.einsum("i,i", V, V)
np.einsum(A, [0, 1], [1])
np.inner(V, 2)
np.interp(2.5, np.arange(4), V)
np.trapezoid(A, axis=0)
np.clip(A, X, None)
np.clip(V, None, W)
np.select([M, ~M], [V, W], 7)
np.select([M], [V])
np.piecewise(V, [M], [1.7, 2])
np.maximum(A, 1)
np.minimum(A, 0.5)
np.fmax(A, F)
np.sign(A) if A.dtype.kind != "c" else 0
np.floor(A)
np.trunc(A)
np.rint(A)
np.positive(A)
np.square(A)
np.cbrt(A)
np.reciprocal(A + 1)
np.floor_divide(A, 2)
np.remainder(A, X + 1)
np.fmod(A, 2)
np.divmod(A, 2)
np.logical_not(A)
np.isnan(A)
np.signbit(A)
np.nextafter(A, X)
""".strip().splitlines()
WRITES = """
np.copyto(a, 2)
np.copyto(a, 2.5)
np.copyto(a, A, where=A > 0)
np.put(a, [0, 2], 2.7)
np.place(a, INT > 3, [1, 2])
np.putmask(a, INT > 3, A * 2)
np.putmask(a, INT > 3, 2)
np.put_along_axis(a, np.zeros((3, 1), int), 1, 1)
np.fill_diagonal(a, 3)
a.fill(2.7)
a.sort(0)
""".strip().splitlines()
EVERY = """
np.tril(A)
np.triu(A, 1)
np.i0(A)
np.sinc(A)
np.modf(A)
np.fabs(A)
A ** 2
A ** 2.0
A.conj()
np.power(A, 2.0)
np.quantile(V, 0.5)
np.percentile(V, [10, 50], method="nearest")
np.quantile(V, [0, 1])
np.nanquantile(V, 0.3)
np.median(A, axis=1)
np.interp(V, np.sort(W), T[[0, 1, 2, 0]])
np.digitize(V, [0.0, 1.0])
np.digitize([0.5, 1.0], np.sort(V))
np.select([V > 0, V < -1], [V, 2])
np.choose(I % 3, [V, W, 2.0])
np.einsum("ij->", A)
np.clip(A, -1, 1)
np.isclose(A, A)
np.nan_to_num(A)
np.ediff1d(V, to_begin=0)
np.gradient(V, np.array([0.0, 0.5, 2.0, 2.5]))
np.correlate(V, T)
np.pad(A, 2, mode="linear_ramp", end_values=X)
np.pad(V, 2, mode="reflect", reflect_type="odd")
np.poly(T)
np.polyfit(np.arange(4), V, 1)
np.sort_complex(A)
np.isneginf(A)
np.geomspace(X, 9.0, 4)
np.nanstd(A)
np.var(A, axis=0, where=A < 1)
np.max(A, where=A < 1, initial=-5.0)
np.min(A, initial=-1)
np.add(A, 2.0, dtype=np.float32)
np.equal.reduce(A, axis=0)
np.logical_and.accumulate(A, axis=0)
np.logaddexp.reduce(A, axis=1)
np.quantile(V, X * 0)
np.digitize(V, np.array([2.0, 1.0]))
np.inner(V, 2)
np.matmul(A, B, dtype=np.float64)
(lambda a: (a.__iadd__(2), a)[1])(A.copy())
(lambda a: (a.__ipow__(True), a)[1])(A.copy())
(lambda a: (np.copyto(a, 2), a)[1])(A.copy())
(lambda a: (np.putmask(a, INT > 3, A * 2), a)[1])(A.copy())
""".strip().splitlines()


def ufuncs():
    for name in dir(np):
        u = getattr(np, name)
        if not isinstance(u, np.ufunc) or u.signature or u.__name__ != name:
            continue
        if u.nin == 1:
            yield f"np.{name}(A)"
        else:
            yield from [f"np.{name}({xs})" for xs in ("A, A", "A, 2", "A, 2.0", "A, F", "2, A", "A, True", "A, 2j")]
            yield from [f"np.{name}.{m}" for m in ("reduce(A, axis=0)", "accumulate(A, axis=0)", "outer(T, T)")]


def operators():
    for o in "+ - * / // % ** & | ^ << >> < ==".split():
        yield from [f"A {o} A", f"A {o} 2", f"A {o} 2.0", f"2 {o} A", f"A {o} True"]
    yield from ["A @ B", "-A", "+A", "~A", "abs(A)", "divmod(A, 2)", "A ** 3", "A ** 0", "A ** -1", "A ** 0.5"]


def writes():
    """What is written into an array, which is then returned."""
    yield from [f"(lambda a: ({w}, a)[1])(A.copy())" for w in WRITES]
    for v in ("2", "2.7", "A[0, 0]", "F[0, 0]", "True", "1j"):
        yield from [
            f"(lambda a: (a.__setitem__({i}, {v}), a)[1])(A.copy())"
            for i in ("0", "(slice(None), 1)", "INT > 4", "...")
        ]
    for o in "add sub mul truediv pow floordiv mod and or lshift".split():
        yield from [f"(lambda a: (a.__i{o}__({v}), a)[1])(A.copy())" for v in ("2", "2.5", "A", "F", "True")]


TEXTS = [*writes(), *[c.text for c in TABLE], *ufuncs(), *operators(), *[f"np.{f}(A)" for f in FUNCTIONS], *EXPRESSIONS]
CASES = [(t, [DTYPES[5 * i % 14]]) for i, t in enumerate(TEXTS)] + [(t, TELLING) for t in EVERY]
CASES = [(t, ds) for t, ds in CASES if not any([w in t for w in WITHOUT]) and not versions.reason(t)]


def in_dtype(x, dtype, scale):
    """An operand in a dtype, with values it can hold."""
    dtype = np.dtype(dtype)
    x = np.nan_to_num(np.asarray(x))
    if dtype.kind == "b":
        return x.real > 0.5 * (scale - 1)
    if dtype.kind in "iu":
        return np.asarray(np.abs(x.real) * (2 + scale)).astype(dtype)
    if dtype.kind == "f":
        return np.asarray(x.real * (0.75 + 0.25 * scale)).astype(dtype)
    return np.asarray(x * (0.75 + 0.25 * scale) * (1 if x.dtype.kind == "c" else 1 + 0.5j)).astype(dtype)


def outcome(f, *args):
    """(what f gives, None), or (None, its error)."""
    try:
        return f(*args), None
    except Exception as error:
        return None, error


def leaves(x):
    return [v for part in x for v in leaves(part)] if isinstance(x, (tuple, list)) else [np.asarray(x)]


def differs(got, want):
    """In what a result differs from NumPy's, or None."""
    a, b = leaves(got), leaves(want)
    if [(v.shape, v.dtype) for v in a] != [(v.shape, v.dtype) for v in b]:
        return f"{[(v.shape, v.dtype.name) for v in a]} instead of {[(v.shape, v.dtype.name) for v in b]}"
    for x, y in zip(a, b, strict=True):
        tol = TOLERANCE.get(x.real.dtype.itemsize, 0) if x.dtype.kind in "fc" else 0
        if x.dtype.kind in "biufc" and not np.allclose(x, y, tol, tol, equal_nan=True):
            return "other values"
    return None


def wrong(text, dtype):
    """What is wrong with an expression in a dtype, under each transform."""
    case = Case("dtypes", text, None, [])
    copies = [[in_dtype(x, dtype, k) for x in case.xs] for k in (1, 2)]
    plain, ours = case.over(np), case.over(fnp)
    wants, errors = zip(*[outcome(plain, *[x.copy() for x in xs]) for xs in copies], strict=True)
    if (errors[0] is None) != (errors[1] is None):
        return
    ways = {
        "jit": lambda: fg.jit(ours)(*copies[0]),
        "vmap": lambda: fg.vmap(ours)(*map(np.stack, zip(*copies, strict=True))),
    }
    if any([w in text for w in BY_VALUES]):
        ways = {}
    if dtype in "f2f4f8FD":
        ways["vjp"] = lambda: fg.vjp(ours, *copies[0])[0]
        ways["jvp"] = lambda: fg.jvp(ours, tuple(copies[0]), tuple(map(np.ones_like, copies[0])))[0]
    if (text, dtype) in ANOTHER:
        ways = {}
    for way, call in ways.items():
        got, error = outcome(call)
        if errors[0] is not None:
            kinds = tuple([c for c in (TypeError, ValueError, IndexError, OverflowError) if isinstance(errors[0], c)])
            if error is None or not isinstance(error, kinds or type(errors[0])):
                yield f"{text} {dtype} {way}: {error or got!r} instead of {errors[0]!r}"
        elif error is not None:
            if isinstance(error, ConcretizationError | ConcreteBoolError):  # (values decide how many results there are)
                continue
            yield f"{text} {dtype} {way}: {error!r}"
        else:
            want = wants[0]
            if way == "vmap":
                if len({tuple([np.shape(v) for v in leaves(w)]) for w in wants}) > 1:
                    continue  # (values decide on the shape)
                want = [np.stack(column) for column in zip(*map(leaves, wants), strict=True)]
            what = differs(got, want)
            if what is not None:
                yield f"{text} {dtype} {way}: {what}"


@pytest.mark.parametrize("part", range(4))
def test_dtypes_shapes_and_errors(part):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = [w for text, dtypes in CASES[part::4] for d in dtypes for w in wrong(text, d)]
    assert not found, "\n".join(found)


def test_a_wrong_dtype_is_noticed():
    assert (
        differs(np.ones(2, "f4"), np.ones(2)) and differs(np.ones(2), np.ones(3)) and differs(np.ones(2), np.zeros(2))
    )
    assert not differs([np.float32(1)], [np.ones((), "f4")])
