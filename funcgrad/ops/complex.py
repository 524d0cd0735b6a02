"""Complex numbers: their parts, conjugation, and the angle.

Rules are in jax's convention: a cotangent is paired without conjugation, <ct, t> = Re(ct t). A formula that yields a
complex number for a real operand or result is right as it stands: the walk keeps the real part.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, is_weak, promotion_key, shape_of
from ..core.primitive import define, elementwise
from ..core.sample import Sample, draw, strided
from ..core.strides import address, memory_of, steps_of, view_of_memory
from ..core.view_strides import lying, part, whole
from ..errors import DTypeError
from .elementwise import div, equal, mul, where
from .shape import fit, front, zeros_like


def real_dtype(dtype):
    """The dtype of the parts of numbers of this dtype."""
    return np.dtype(dtype.type().real.dtype) if dtype.kind == "c" else dtype


def part_aval(x):
    return Aval(shape_of(x), real_dtype(dtype_of(x)), is_weak(x))


def part_samples(rng):
    yield Sample(draw(rng, "real", (3, 2), complex))
    yield Sample(draw(rng, "real", (3, 2), "complex64"), kind="complex64")
    for dtype in ("float64", "float32", "int64", "bool"):  # scalars: no array behind imag(x) can hold what is written
        yield Sample(draw(rng, "real", (), dtype)[()], kind=dtype)
    yield Sample(1.5, kind="weak", order=1)
    yield Sample(np.zeros((0, 2), complex), kind="empty")
    yield Sample(np.array(1.0 + 2.0j), kind="0-d")
    yield Sample(strided(draw(rng, "real", (2, 3), complex)), kind="strided")


@define
class real:
    """The real part: a view. Of a real array, the array itself."""

    linear = (0,)
    jax = "numpy.real"
    impl = np.real

    def impl_torch(x):
        return lying(x, np.real(x), part, k=0) if x.dtype.kind == "c" and not np.size(x) else np.real(x)

    aval = part_aval
    samples = part_samples

    def batch(size, xs, ds):
        return real(front(xs[0], ds[0])), 0

    def unview(up, new):
        return (complex_, (new, imag(up)), {}) if dtype_of(up).kind == "c" else (real, (new,), {})

    transpose = (lambda ct, x: fit(ct, x),)


@define
class imag:
    """The imaginary part: a view. Of a real array, zeros."""

    linear = (0,)
    jax = "numpy.imag"
    aval = part_aval
    samples = part_samples

    def impl(x):
        return np.imag(x)

    def impl_torch(x):
        return lying(x, np.imag(x), part, k=1) if x.dtype.kind == "c" and not np.size(x) else np.imag(x)

    def batch(size, xs, ds):
        return imag(front(xs[0], ds[0])), 0

    def unview(up, new):
        return complex_, (real(up), new), {}

    transpose = (lambda ct, x: fit(mul(ct, -1j), x) if dtype_of(x).kind == "c" else zeros_like(x),)


conj = elementwise("conj", np.conjugate, "conj(t)", jax="numpy.conj", dtypes="fci")


def complex_dtype(*xs):
    return np.result_type(*[np.hypot.resolve_dtypes((*map(promotion_key, xs), None))[-1]], np.complex64)


def _complex(re, im):
    out = np.empty(np.broadcast_shapes(np.shape(re), np.shape(im)), complex_dtype(re, im))
    out.real = re
    out.imag = im
    return out[()]


def _complex_of_jax(jax, re, im):
    dtype = jax.numpy.promote_types(jax.numpy.result_type(re, im), "float32")
    return jax.lax.complex(*jax.numpy.broadcast_arrays(jax.numpy.asarray(re, dtype), jax.numpy.asarray(im, dtype)))


# re + i im, made of its parts: an infinite or nan part does not spoil the other
complex_ = elementwise(
    "complex",
    _complex,
    "t",
    "t * 1j",
    aval=lambda re, im: Aval(np.broadcast_shapes(shape_of(re), shape_of(im)), complex_dtype(re, im)),
    jax=_complex_of_jax,
)


def of_kind(kind, name, x):
    """x; DTypeError if its dtype is of another kind."""
    if x.dtype.kind != kind:
        wanted = {"c": "complex numbers", "f": "floats"}[kind]
        raise DTypeError(f"{name}: takes {wanted}; got {x.dtype.name}. Convert the operand with astype.")
    return x


def whole_dtype(dtype):
    """The dtype of numbers with parts of this dtype."""
    return np.result_type(dtype, np.complex64)


def pair_samples(rng):
    """Numbers whose last axis holds a real and an imaginary part."""
    yield Sample(draw(rng, "real", (3, 2)))
    yield Sample(draw(rng, "real", (3, 2), "float32"), kind="float32")
    yield Sample(draw(rng, "real", (2,)), order=1)
    yield Sample(np.zeros((0, 2)), kind="empty")
    yield Sample(draw(rng, "real", (4, 3, 2))[::-2, 1:, ::-1], kind="strided")


def whole_samples(rng):
    """Complex numbers."""
    yield Sample(draw(rng, "real", (3, 2), complex))
    yield Sample(draw(rng, "real", (3, 2), "complex64"), kind="complex64")
    yield Sample(np.array(1.0 + 2.0j), kind="0-d")
    yield Sample(np.zeros((0, 2), complex), kind="empty")
    yield Sample(strided(draw(rng, "real", (2, 3), complex)), kind="strided")


@define
class as_real:
    """The real and imaginary parts of complex numbers as a new last axis: a view."""

    linear = (0,)
    dtypes = "c"
    without = {"int64": "takes complex numbers", "bool": "takes complex numbers"}
    samples = whole_samples

    def jax(jax, x):
        return jax.numpy.stack([x.real, x.imag], -1)

    def impl(x):
        x = of_kind("c", "as_real", np.asarray(x))
        parts = x.real
        return view_of_memory(parts, (*x.shape, 2), (*[2 * s for s in steps_of(x)], 1), 0)

    def aval(x):
        return Aval((*shape_of(x), 2), real_dtype(dtype_of(x)))

    def batch(size, xs, ds):
        return as_real(front(xs[0], ds[0])), 0

    def unview(up, new):
        return as_complex, (new,), {}

    transpose = (lambda ct, x: conj(as_complex(ct)),)


@define
class as_complex:
    """Complex numbers of which the last axis, of length 2, holds the real and the imaginary part: a view if the memory is so."""

    linear = (0,)
    dtypes = "f"
    without = {"0-d": "takes pairs"}
    samples = pair_samples

    def jax(jax, x):
        return x[..., 0] + 1j * x[..., 1]

    def impl(x):
        dtype = whole_dtype(of_kind("f", "as_complex", x).dtype)
        if x.strides[-1] != x.itemsize or x.itemsize * 2 != dtype.itemsize:
            x = np.ascontiguousarray(x, dtype.type().real.dtype)
        if x.size and not any([s % dtype.itemsize for s in x.strides[:-1]]):
            memory = memory_of(x)
            return np.ndarray(x.shape[:-1], dtype, memory, address(x) - address(memory), x.strides[:-1])
        return lying(x, x.view(dtype)[..., 0], whole)

    def aval(x):
        return Aval(shape_of(x)[:-1], whole_dtype(dtype_of(x)))

    def batch(size, xs, ds):
        return as_complex(front(xs[0], ds[0])), 0

    def unview(up, new):
        return as_real, (new,), {}

    transpose = (lambda ct, x: as_real(conj(ct)),)


def angle_rule(t, x):
    """Im(t / x), and 0 at x = 0; the angle of a real number is piecewise constant."""
    if dtype_of(x).kind != "c":
        return zeros_like(t)
    origin = equal(x, 0)
    return where(origin, 0, div(mul(t, -1j), where(origin, 1, x)))


def _angle_aval(x):
    """np.angle takes bools for numbers, and their angle as a float64."""
    dtype = real_dtype(dtype_of(x))
    wide = np.dtype(np.int64) if dtype.kind == "b" else dtype
    return Aval(shape_of(x), np.arctan2.resolve_dtypes((wide, wide, None))[-1])


# The angle of x in radians. At 0 its derivative is 0, as in torch (jax: nan).
angle = elementwise(
    "angle",
    np.angle,
    "angle_rule(t, x)",
    aval=_angle_aval,
    jax="numpy.angle",
    dtypes="fc",
    domain="nonzero",
)
