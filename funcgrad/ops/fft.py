"""Discrete Fourier transforms over any number of axes: fft (both directions), rfft, irfft; hfft and ihfft made of them.

`axes` are non-negative and distinct; `n` gives, per axis, the number of points transformed: the operand is cut or
followed by zeros to that length. `norm` is NumPy's: which direction carries the factor 1/N ("backward", "forward") or
whether both carry its root ("ortho"). The transposed transform is one of the same kind, with the factor where it was.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.elementwise_layout import left_in
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..errors import DTypeError, ShapeError
from .assignment import getitem, put
from .complex import real, real_dtype
from .elementwise import mul
from .matrix import conj
from .pad import pad
from .reduction import shift_axes
from .shape import fit, front, zeros

NORMS = ("backward", "ortho", "forward")
OPPOSITE = dict(zip(NORMS, reversed(NORMS), strict=True))


# ------------------------------------------------------------------------------------------------ shapes and dtypes
def complex_dtype(dtype):
    """The dtype of NumPy 2's transforms: complex64 of float16, float32 and complex64, complex128 of wider ones and of
    integers."""
    return np.result_type(np.float64 if dtype.kind in "biu" else dtype, np.complex64)


def irfft_dtype(dtype):
    """float16 of float16 (NumPy's irfft has a loop of its own for it), else the real dtype of the transform."""
    return dtype if dtype == np.float16 else real_dtype(complex_dtype(dtype))


def resized(shape, axes, n):
    s = list(shape)
    for a, k in zip(axes, n, strict=True):
        s[a] = k
    return tuple(s)


def check_lengths(name, axes, n, norm):
    if len(axes) != len(n):
        raise ShapeError(f"{name}: n must give one length per axis; got {len(n)} for the axes {tuple(axes)}.")
    if min(n, default=1) < 1:
        raise ShapeError(f"{name}: needs at least one data point per axis; got the lengths {tuple(n)}.")
    if norm not in NORMS:
        raise ValueError(f"{name}: norm must be one of {NORMS}; got {norm!r}.")


def resize(x, shape):
    """x cut, or followed by zeros, to a shape: its own transpose."""
    s = shape_of(x)
    if s == shape:
        return x
    if all([k >= m for k, m in zip(s, shape)]):
        return pad(x, 0, config=tuple([(0, m - k, 0) for k, m in zip(s, shape)]))
    common = tuple(slice(0, min(k, m)) for k, m in zip(s, shape, strict=True))
    return put(zeros(shape, dtype_of(x)), getitem(x, idx=common), idx=common)


def cut(g, x):
    """A cotangent in the form of its operand, of real ones the real part first."""
    return fit(resize(g if dtype_of(x).kind == "c" else real(g), shape_of(x)), x)


def half_weights(shape, axis, n, inner):
    """The weight `inner` for the frequencies of a real signal of n points that stand for two, 1 for the others."""
    w = np.full(n // 2 + 1, inner)
    w[0] = 1.0
    if n % 2 == 0:
        w[-1] = 1.0
    return w.reshape(tuple(-1 if i == axis else 1 for i in range(len(shape))))


def weigh(x, axis, n, inner):
    return mul(x, half_weights(shape_of(x), axis, n, inner).astype(real_dtype(dtype_of(x))))


def fft_batch(prim):
    def batch(size, xs, ds, *, axes, **params):
        return prim()(front(xs[0], ds[0]), axes=shift_axes(axes, 0), **params), 0

    return batch


def arranged(out, x, *rounds):
    """A result as torch's kernels leave it: in each round the axes that are transformed stand inside the others, which keep the order that x
    has in memory."""
    order = sorted(range(x.ndim), key=lambda d: -x.strides[d])
    for axes in rounds:
        order.sort(key=axes.__contains__)
    memory = np.empty([out.shape[d] for d in order], out.dtype).transpose(np.argsort(order))
    if not out.size or memory.strides == out.strides:
        return out
    memory[...] = out
    return memory


# ------------------------------------------------------------------------------------------------ primitives
@define
class fft:
    """The transform over `axes`, complex to complex; `inverse` takes the other sign in the exponent. The matrix is
    symmetric, so it is its own transpose."""

    linear = (0,)
    fresh = True
    without = {"0-d": "has no axis to transform"}
    batch = fft_batch(lambda: fft)

    def jax(jax, x, *, axes, n, norm="backward", inverse=False):
        x = x.astype(complex_dtype(x.dtype))
        return (jax.numpy.fft.ifftn if inverse else jax.numpy.fft.fftn)(x, n, axes, norm)

    def impl(x, *, axes, n, norm="backward", inverse=False):
        if not axes:
            return np.array(x, complex_dtype(dtype_of(x)))
        return (np.fft.ifftn if inverse else np.fft.fftn)(x, n, axes, norm)

    def impl_torch(x, **params):
        return arranged(fft.impl(x, **params), x, params["axes"])

    def aval(x, *, axes, n, norm="backward", inverse=False):
        check_lengths("fft", axes, n, norm)
        return Aval(resized(shape_of(x), axes, n), complex_dtype(dtype_of(x)))

    transpose = (lambda ct, x, **params: cut(fft(ct, **params), x),)

    def samples(rng):
        for i, norm in enumerate(NORMS):
            inverse = bool(i % 2)
            yield Sample(draw(rng, "real", (5,)), axes=(0,), n=(5,), norm=norm, inverse=inverse)
            yield Sample(draw(rng, "real", (2, 4, 3)), axes=(2, 0), n=(3, 2), norm=norm, inverse=not inverse)
        for n in (3, 7):
            yield Sample(draw(rng, "real", (2, 5)), axes=(1,), n=(n,), norm="ortho", inverse=False)
            x = draw(rng, "real", (2, 5), np.complex128)
            yield Sample(x, axes=(1,), n=(n,), norm="backward", inverse=True, kind="complex128")
        yield Sample(draw(rng, "real", (3, 4)), axes=(0, 1), n=(5, 2), norm="backward", inverse=True)
        yield from _dtype_samples(rng, "fcib", inverse=False)


@define
class rfft:
    """The transform of a real operand over `axes`, of whose last one only the frequencies 0 ... n // 2 are kept."""

    linear = (0,)
    fresh = True
    without = {"0-d": "has no axis to transform"}
    batch = fft_batch(lambda: rfft)

    def jax(jax, x, *, axes, n, norm="backward"):
        return jax.numpy.fft.rfftn(x.astype(real_dtype(complex_dtype(x.dtype))), n, axes, norm)

    def impl(x, *, axes, n, norm="backward"):
        return np.fft.rfftn(x, n, axes, norm)

    def impl_torch(x, **params):
        return arranged(rfft.impl(x, **params), x, params["axes"], params["axes"][-1:])

    def aval(x, *, axes, n, norm="backward"):
        check_lengths("rfft", axes, n, norm)
        if dtype_of(x).kind == "c":
            raise DTypeError(f"rfft: the operand must be real; got {dtype_of(x).name}. Use fft, or take the real part.")
        return Aval(resized(shape_of(x), axes, (*n[:-1], n[-1] // 2 + 1)), complex_dtype(dtype_of(x)))

    def transpose_(ct, x, *, axes, n, norm="backward"):
        ct = weigh(conj(ct), axes[-1], n[-1], 0.5)
        g = irfft(ct, axes=axes, n=n, norm=OPPOSITE[norm])
        # (torch's is the real part of a transform to all frequencies)
        return cut(left_in(lambda v: arranged(z := np.array(v, complex_dtype(v.dtype), order="C"), z, axes).real, g), x)

    transpose = (transpose_,)
    del transpose_

    def samples(rng):
        yield from _real_samples(rng, np.float64, lambda n: n)
        yield from _dtype_samples(rng, "fib")


@define
class irfft:
    """The inverse of rfft: frequencies 0 ... n // 2 of the last of `axes` to n real points there. What is not Hermitian
    in the operand (imaginary parts where the spectrum of a real signal is real) is ignored."""

    linear = (0,)
    fresh = True
    without = {"0-d": "has no axis to transform"}
    batch = fft_batch(lambda: irfft)

    def jax(jax, x, *, axes, n, norm="backward"):
        x = x.astype(complex_dtype(x.dtype)) if x.dtype != np.float16 else x
        return jax.numpy.fft.irfftn(x, n, axes, norm).astype(irfft_dtype(x.dtype))

    def impl(x, *, axes, n, norm="backward"):
        if not x.size:  # (NumPy leaves the result unwritten)
            return np.zeros(resized(x.shape, axes, n), irfft_dtype(x.dtype))
        return np.fft.irfftn(x, n, axes, norm)

    def impl_torch(x, **params):
        return arranged(irfft.impl(x, **params), x, params["axes"][:-1], params["axes"][-1:])

    def aval(x, *, axes, n, norm="backward"):
        check_lengths("irfft", axes, n, norm)
        return Aval(resized(shape_of(x), axes, n), irfft_dtype(dtype_of(x)))

    def transpose_(ct, x, *, axes, n, norm="backward"):
        g = weigh(conj(rfft(ct, axes=axes, n=n, norm=OPPOSITE[norm])), axes[-1], n[-1], 2.0)
        return cut(g, x)

    transpose = (transpose_,)
    del transpose_

    def samples(rng):
        yield from _real_samples(rng, np.complex128, lambda n: n // 2 + 1)
        yield Sample(draw(rng, "real", (2, 4)), axes=(1,), n=(6,), norm="backward")
        yield from _dtype_samples(rng, "fcib")


def _real_samples(rng, dtype, length):
    """Even and odd lengths, one and several axes, cut and filled, every norm."""
    kind = "plain" if dtype == np.float64 else "complex128"
    for n in (1, 2, 5, 6):
        yield Sample(draw(rng, "real", (2, length(n)), dtype), axes=(1,), n=(n,), norm="backward", kind=kind)
    for norm in NORMS:
        yield Sample(draw(rng, "real", (3, length(4)), dtype), axes=(0, 1), n=(3, 4), norm=norm, kind=kind)
        yield Sample(draw(rng, "real", (length(5), 3), dtype), axes=(1, 0), n=(4, 5), norm=norm, kind=kind)
    for n in (3, 8):
        yield Sample(draw(rng, "real", (5, 2), dtype), axes=(0,), n=(n,), norm="ortho", kind=kind)


def _dtype_samples(rng, dtypes, **params):
    params = {"axes": (1,), "n": (4,), "norm": "backward", **params}
    yield from in_kinds(draw(rng, "real", (2, 4)), dtypes=dtypes, **params)
    yield Sample(np.zeros((0, 4)), kind="empty", **params)


# ------------------------------------------------------------------------------------------------ composites
def hfft(x, *, axis, n, norm="backward"):
    """n real points whose transform's conjugate is x, the half 0 ... n // 2 of a Hermitian signal, along one axis."""
    return irfft(conj(x), axes=(axis,), n=(n,), norm=OPPOSITE[norm])


def ihfft(x, *, axis, n, norm="backward"):
    """The inverse of hfft: the half 0 ... n // 2 of the Hermitian signal whose transform is real x."""
    return conj(rfft(x, axes=(axis,), n=(n,), norm=OPPOSITE[norm]))


__all__ = ["fft", "hfft", "ihfft", "irfft", "rfft"]
