"""The array API standard, 2024.12: every name, by its standard keywords, gives NumPy's values and dtypes on plain arrays, on arrays
traced under grad, and under jit; and the special cases of the elementwise functions, to the sign of a zero.

NumPy's own functions, which conform, are the expectation. What has a shape that depends on values is refused under jit.
"""

import functools
import pathlib
import sys
import warnings

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad import tree
from funcgrad.core.handle import Handle
from funcgrad.errors import FuncgradError

sys.path.append(str(pathlib.Path(__file__).parent / "expected"))
from array_api_names import NAMES  # noqa: E402

R = np.random.default_rng(5)
x, y = R.normal(size=(3, 4)), R.uniform(0.3, 2.0, (3, 4))
SQUARE = R.normal(size=(3, 3)) + 3 * np.eye(3)
SPACE = {
    "x": x, "y": y, "u": R.uniform(0.1, 0.9, (3, 4)), "v": R.normal(size=4), "t": R.normal(size=(2, 3, 4)), "z": x + 1j * y,
    "s": SQUARE, "h": SQUARE @ SQUARE.T, "i": R.integers(0, 3, (3, 4)), "j": R.integers(1, 3, (3, 4)), "b": x > 0, "f": x.astype(np.float32),
}  # fmt: skip
EACH = {  # arguments of functions that have the same
    "x": "abs asin(u acos(u atan atanh(u ceil cos cosh acosh(y+1 asinh conj exp expm1 floor isfinite isinf isnan log(y log1p(y log2(y log10(y "
    "negative positive reciprocal round sign signbit sin sinh square sqrt(y tan tanh trunc real imag(z logical_not bitwise_invert(i",
    "x, y": "add atan2 copysign divide equal floor_divide greater greater_equal hypot less less_equal logaddexp logical_and logical_or "
    "logical_xor maximum minimum multiply nextafter not_equal pow(y,x remainder subtract",
    "i, j": "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor",
}
SAMPLES = (
    """
e; inf; nan; pi; newaxis is None; bool; int8; int16; int32; int64; uint8; uint16; uint32; uint64; float32; float64; complex64; complex128
arange(1, stop=9, step=2, dtype=xp.float32, device="cpu"); arange(4)
asarray(x, dtype=xp.float32, device="cpu", copy=True); asarray([1.0, 2.0])
empty((2, 3), dtype=xp.int8, device="cpu").shape; empty_like(x, dtype=xp.int8, device="cpu").shape
eye(3, 4, k=1, dtype=xp.float32, device="cpu"); from_dlpack(xp.ones(3)); full((2, 3), 1.5, dtype=xp.float32, device="cpu")
full_like(x, 2, dtype=xp.float32, device="cpu"); linspace(0.0, 1.0, num=5, dtype=xp.float32, device="cpu", endpoint=False)
meshgrid(v, v[:2], indexing="ij"); ones((2, 3), dtype=xp.int32, device="cpu"); ones_like(x, dtype=xp.int32, device="cpu")
tril(x, k=-1); triu(t, k=1); zeros((2, 3), dtype=xp.uint8, device="cpu"); zeros_like(x, dtype=xp.uint8, device="cpu")
astype(x, xp.float32, copy=False, device="cpu"); broadcast_arrays(x, v)[1]; broadcast_to(v, (3, 4)); can_cast(xp.int8, xp.int16); can_cast(x, xp.float32)
finfo(xp.float32).bits; finfo(x.dtype).smallest_normal; iinfo(xp.int8).max; isdtype(x.dtype, "real floating"); isdtype(xp.int8, ("bool", xp.int8))
result_type(x, xp.float32); result_type(f, 1.0); clip(x, min=-0.5, max=0.5); clip(x, max=y); clip(x); isdtype(xp.complex64, "numeric")
concat((x, y), axis=1); concat((x, v), axis=None); expand_dims(x, axis=-1); flip(t, axis=(0, 2)); flip(x); moveaxis(t, (0, 1), (2, 0))
permute_dims(t, axes=(2, 0, 1)); repeat(x, 2, axis=1); repeat(x, xp.asarray([1, 0, 2]), axis=0); reshape(x, (4, 3), copy=True); reshape(x, shape=(2, -1))
roll(x, shift=2, axis=1); roll(t, (1, -1), axis=(0, 2)); squeeze(x[:, None], axis=1); stack((x, y), axis=-1); tile(x, (2, 1)); unstack(t, axis=1)[2]
take(x, xp.asarray([2, 0]), axis=1); take(v, xp.asarray([1, 1])); take_along_axis(x, i, axis=1); take_along_axis(x, i[:1], axis=0)
__array_namespace_info__().default_dtypes()["integral"]; sorted(__array_namespace_info__().capabilities())
__array_namespace_info__().default_device(); sorted(__array_namespace_info__().dtypes(kind="complex floating")); __array_namespace_info__().devices()
matmul(x, t[0].T); matmul(t, v); matrix_transpose(t); tensordot(x, y, axes=((0, 1), (0, 1))); tensordot(x, v, axes=1); vecdot(x, y, axis=0); vecdot(z, z)
argmax(x, axis=1, keepdims=True); argmin(x); count_nonzero(b, axis=0, keepdims=True); nonzero(b); where(b, x, y); where(b, x, 0.0)
searchsorted(xp.sort(v), x, side="right"); searchsorted(v, y, side="left", sorter=xp.argsort(v))
unique_all(i).counts; unique_counts(i).values; unique_inverse(i).inverse_indices; sort(unique_values(i))
argsort(x, axis=0, stable=True); sort(x, axis=0, stable=False); sort(x)
cumulative_prod(x, axis=1, include_initial=True); cumulative_sum(x, axis=0, dtype=xp.float32); cumulative_sum(v)
max(x, axis=1, keepdims=True); mean(x, axis=(0, 1)); min(t, axis=(0, 2)); prod(x, axis=1, dtype=xp.float32); std(x, axis=1, correction=1, keepdims=True)
sum(t, axis=(0, 2), keepdims=True); sum(f); sum(i, dtype=xp.int8); var(x, axis=0, correction=0.5); sum(b); prod(i, axis=0)
all(b, axis=1, keepdims=True); any(x, axis=(0, 1)); diff(x, axis=0, n=2); diff(v, prepend=v[:1], append=v[:2]); all(x); any(b)
linalg.cholesky(h, upper=True); linalg.cross(x[:, :3], y[:, 1:], axis=-1); linalg.det(s); linalg.diagonal(t, offset=1); linalg.eigh(h).eigenvalues
linalg.eigvalsh(h); linalg.inv(s); linalg.matmul(s, h); linalg.matrix_norm(t, keepdims=True, ord="fro"); linalg.matrix_norm(s, ord=-1); linalg.matrix_norm(s, ord="nuc")
linalg.matrix_power(s, 3); linalg.matrix_rank(s, rtol=1e-9); linalg.matrix_transpose(t); linalg.outer(v, v); linalg.pinv(x, rtol=1e-9)
abs(linalg.qr(s, mode="complete").R); abs(linalg.qr(x, mode="reduced")[0]); linalg.slogdet(s).logabsdet; linalg.slogdet(s).sign; linalg.solve(s, x); linalg.solve(s, s[0])
linalg.svd(x, full_matrices=False).S; linalg.svdvals(x); linalg.tensordot(x, y, axes=2); linalg.trace(t, offset=1, dtype=xp.float32); linalg.vecdot(x, y, axis=-1)
linalg.vector_norm(t, axis=(0, 2), keepdims=True, ord=3); linalg.vector_norm(x); linalg.vector_norm(x, axis=1, ord=xp.inf); linalg.vector_norm(x, ord=0)
fft.fft(x, n=5, axis=0, norm="ortho"); fft.ifft(z, norm="forward"); fft.fftn(z, s=(2, 3), axes=(0, 1), norm="backward"); fft.ifftn(z); fft.rfft(x, n=6, axis=1)
fft.irfft(z, n=5, axis=1); fft.rfftn(x, axes=(0, 1)); fft.irfftn(z, s=(3, 5), axes=(0, 1)); fft.hfft(z, n=5, axis=1); fft.ihfft(x, axis=1); fft.fftfreq(5, d=0.5, device="cpu")
fft.rfftfreq(6, d=0.5, device="cpu"); fft.fftshift(x, axes=1); fft.ifftshift(x)
""".replace("\n", "; ")
    .strip("; ")
    .split("; ")
)
METHODS = (
    """
x.__abs__(); x.__add__(y); b.__and__(b); x.__array_namespace__(api_version="2024.12").pi; xp.sum(b).__bool__(); x.__eq__(y); xp.sum(x).__float__() * 0
x.__floordiv__(y); x.__ge__(y); x.__getitem__((slice(1, None), ..., None, 0)); x.__gt__(y); xp.sum(i).__index__(); xp.sum(i).__int__(); i.__invert__(); x.__le__(y)
i.__lshift__(j); x.__lt__(y); s.__matmul__(x); x.__mod__(y); x.__mul__(2.0); x.__ne__(y); x.__neg__(); i.__or__(j); x.__pos__(); y.__pow__(x); i.__rshift__(j)
x.__sub__(y); x.__truediv__(y); i.__xor__(j); x.to_device("cpu"); x.dtype; x.device; t.mT; x.ndim; x.shape; x.size; x.T; x.__radd__(1.0); x.__rsub__(1.0)
x.__rpow__(2.0); x.__rtruediv__(1.0); x.__rmod__(2.0); x.__rfloordiv__(2.0); s.__rmatmul__(s); j.__rlshift__(1); x[b]; x[xp.asarray([2, 0]), 1]; complex(xp.sum(x)) * 0
""".replace("\n", "; ")
    .strip("; ")
    .split("; ")
)
VALUES = ("unique_", "nonzero(b)", "__bool__", "__index__", "__int__", "__float__", "complex(", "x[b]")  # by values
PLAIN = ("from_dlpack", "__float__", "complex(", "__index__", "__int__")  # what conversions and other libraries take


def lines():
    for args, names in EACH.items():
        for text in names.split():
            name, bracket, own = text.partition("(")
            yield f"xp.{name}({own if bracket else args})"
    for text in SAMPLES:
        yield text.replace("sorted(", "sorted(xp.", 1) if text.startswith("sorted(") else dotted(text)
    yield from METHODS


def dotted(text):
    return (
        f"xp.{text}" if not text.startswith(("abs(", "sort(unique")) else text.replace("(", "(xp.", 1).join(["xp.", ""])
    )


LINES = list(lines())


def run(line, xp, operands):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return eval(line, {"xp": xp, **SPACE, **operands})  # noqa: S307


def leaves(out):
    """What a line gives as a list of arrays and plain things."""
    return [np.asarray(v) if is_array(v) else v for v in tree.leaves(out, is_leaf=lambda v: v is None)]


def is_array(v):
    return isinstance(v, (np.ndarray, np.generic, Handle))


def same(got, want):
    assert len(got) == len(want)
    for g, w in zip(got, want, strict=True):
        if isinstance(w, np.ndarray):
            assert np.asarray(g).dtype == w.dtype and np.shape(g) == w.shape
            np.testing.assert_allclose(
                np.asarray(g, w.dtype), w, rtol=1e-6 if w.dtype in (np.float32, np.complex64) else 1e-12, atol=1e-12
            )
        else:
            assert g is w or str(g) == str(w) or (w != w and g != g)


def operands_of(line):
    """The arrays that a line names, floats first."""
    return [n for n in compile(line, "line", "eval").co_names if n in SPACE]


@pytest.mark.parametrize("line", LINES)
def test_as_numpy(line):
    want = leaves(run(line, np, {}))
    same(leaves(run(line, fnp, {})), want)
    names, seen = operands_of(line), []
    if not names:
        return

    def kept(*arrays):
        out = run(line, fnp, dict(zip(names, arrays, strict=True)))
        seen.append(out)
        return sum(np.sum(np.abs(v)) for v in tree.leaves(out) if is_array(v) and v.dtype.kind in "fc") * 1.0

    floats = [k for k, n in enumerate(names) if SPACE[n].dtype.kind in "fc"]
    if not any(word in line for word in PLAIN) and floats:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fg.vjp(kept, *[SPACE[n] for n in names])
        same(leaves(fg.tree.map(fg.value_of, seen[-1])), want)
    staged = fg.jit(
        lambda *arrays: [v for v in tree.leaves(run(line, fnp, dict(zip(names, arrays, strict=True)))) if is_array(v)]
    )
    if any(word in line for word in VALUES):
        with pytest.raises(FuncgradError):
            staged(*[SPACE[n] for n in names])
        return
    arrays = [v for v in want if isinstance(v, np.ndarray)]
    same(leaves(staged(*[SPACE[n] for n in names])), arrays)


def test_every_name_of_the_standard_has_a_line():
    text = " ".join(LINES)
    named = [n for section, names in NAMES.items() for n in names.split()]
    missing = [
        n
        for n in named
        if f".{n}" not in text and n not in ("__complex__", "__dlpack__", "__dlpack_device__", "__setitem__")
    ]
    assert not missing
    for section, names in NAMES.items():
        for name in names.split():
            if section != "array":
                assert functools.reduce(getattr, name.split("."), fnp) is not None or name == "newaxis"


def test_namespace_and_what_shares_memory():
    """`__array_namespace__` takes versions of the standard only; assignment works; memory is not handed to other libraries."""

    def f(x):
        assert x.__array_namespace__() is fnp and x.__array_namespace__(api_version="2023.12") is fnp
        with pytest.raises(ValueError, match="api_version"):
            x.__array_namespace__(api_version="1999.01")
        for give in (lambda: x.__dlpack__(), lambda: x.__dlpack_device__()):
            with pytest.raises(FuncgradError):
                give()
        c = x * 1.0
        c.__setitem__((0, slice(None)), 2.0)
        return fnp.sum(c * x)

    want = x * 2
    want[0] = 2.0
    np.testing.assert_allclose(fg.grad(f)(x), want)
    assert fnp.__array_api_version__ == np.__array_api_version__


def test_what_numpy_lacks():
    """Sorts in descending order, stable; frequencies in a dtype: by the standard's words."""
    a = np.array([[2, 0, 2, 1], [1, 1, 3, 0]])
    order = np.array([[0, 2, 3, 1], [2, 0, 1, 3]])
    for f, want in ((fnp.argsort, order), (fnp.sort, np.take_along_axis(a, order, 1))):
        for x in (a, a.astype(float)):
            descending = functools.partial(f, descending=True)
            for got in (descending(x), fg.jit(descending)(x), fg.vmap(descending)(x), fg.vjp(descending, x)[0]):
                np.testing.assert_array_equal(got, want)
            np.testing.assert_array_equal(f(x.T, axis=0, descending=True, stable=True), want.T)
    x = np.array([3.0, 1.0, 2.0])
    np.testing.assert_array_equal(
        fg.grad(lambda x: fnp.sum(fnp.sort(x, descending=True) * np.arange(3.0)))(x), [0.0, 2.0, 1.0]
    )
    assert fnp.fft.fftfreq(4, dtype=np.float32).dtype == np.float32 and fnp.fft.rfftfreq(4, d=0.5).tolist() == [
        0.0,
        0.5,
        1.0,
    ]


# ------------------------------------------------------------------------------------------------ special cases
POINTS = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 1e300, -1e300, 5e-324])
FIRST, SECOND = (v.reshape(-1) for v in np.meshgrid(POINTS, POINTS))
REAL = [t for t in EACH["x"].split() if t.partition("(")[0] not in ("imag", "bitwise_invert")]


def bits(a):
    """An array with all nans alike, that can be compared with the signs of its zeros."""
    a = np.where(np.isnan(a), np.nan, a) if a.dtype.kind == "f" else a
    return a, np.signbit(np.where(np.isnan(a), 0.0, a)) if a.dtype.kind == "f" else a


@pytest.mark.parametrize("name", [t.partition("(")[0] for t in REAL + EACH["x, y"].split()])
def test_special_cases(name):
    f, ours = getattr(np, name), getattr(fnp, name)
    args = (FIRST, SECOND) if getattr(f, "nin", 1) == 2 else (POINTS,)
    with np.errstate(all="ignore"):
        want = bits(f(*args))
        for got in (ours(*args), fg.vjp(lambda *v: ours(*v), *args)[0], fg.jit(ours)(*args)):
            for g, w in zip(bits(np.asarray(got)), want, strict=True):
                np.testing.assert_array_equal(g, w)
