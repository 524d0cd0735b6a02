"""jax.scipy.fft's names: the cosine transform of the second type and its inverse, for traced arrays and plain ones.

dct is the real part of a Fourier transform of the even and then the odd elements in reverse order, turned by a quarter of a bin
(J. Makhoul, "A fast cosine transform in one and two dimensions", 1980).
"""

import math

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..errors import ArgumentValueError
from ..numpy.arguments import as_array, axis_of, axis_tuple, inexact

__all__ = ["dct", "dctn", "idct", "idctn"]


def checked(name, x, type, norm):  # noqa: A002
    if type != 2:
        raise NotImplementedError(f"{name}: only type 2 is there, as in jax; got type={type!r}")
    if norm not in (None, "backward", "ortho"):
        raise ArgumentValueError(f"{name}: norm must be None, 'backward' or 'ortho'; got {norm!r}")
    x = inexact(as_array(x))
    if dtype_of(x).kind == "c":
        parts = [fnp.real(x), fnp.imag(x)]
        return parts
    return [x]


def resized(x, n, axis):
    """x cut, or filled up with zeros, to n elements along an axis."""
    have = shape_of(x)[axis]
    if n is None or n == have:
        return x
    if n < have:
        return x[(slice(None),) * axis + (slice(0, n),)]
    return fnp.pad(x, [(0, n - have) if i == axis else (0, 0) for i in range(len(shape_of(x)))])


def turns(n, dtype, sign):
    """exp(sign i pi k / 2n)."""
    return np.exp(sign * 0.5j * math.pi * np.arange(n) / n).astype(np.result_type(dtype, np.complex64))


def forth(x, axis, n, norm):
    axis = axis_of(axis, len(shape_of(x)))
    x = fnp.moveaxis(resized(x, n, axis), axis, -1)
    n = shape_of(x)[-1]
    order = np.r_[0:n:2, (n - 1 if n % 2 == 0 else n - 2) : 0 : -2]
    out = 2 * fnp.real(fnp.fft.fft(x[..., order]) * turns(n, dtype_of(x), -1))
    if norm == "ortho":
        scale = np.full(n, math.sqrt(0.5 / n))
        scale[0] = math.sqrt(0.25 / n)
        out = out * scale.astype(dtype_of(out))
    return fnp.moveaxis(out, -1, axis)


def back(x, axis, n, norm):
    axis = axis_of(axis, len(shape_of(x)))
    x = fnp.moveaxis(resized(x, n, axis), axis, -1)
    n = shape_of(x)[-1]
    scale = np.full(n, 0.5 if norm != "ortho" else math.sqrt(0.5 * n))
    scale[0] = 0.5 if norm != "ortho" else math.sqrt(n)
    x = x * scale.astype(dtype_of(x))
    # the spectrum of the reordered signal: x[k] - i x[n - k], turned back
    mirrored = fnp.concatenate([fnp.zeros_like(x[..., :1]), fnp.flip(x[..., 1:], -1)], -1)
    spectrum = (x - 1j * mirrored) * turns(n, dtype_of(x), 1)
    signal = fnp.real(fnp.fft.ifft(spectrum))
    order = np.r_[0:n:2, (n - 1 if n % 2 == 0 else n - 2) : 0 : -2]
    return fnp.moveaxis(signal[..., np.argsort(order)], -1, axis)


def joined(parts):
    return parts[0] if len(parts) == 1 else parts[0] + 1j * parts[1]


def dct(x, type=2, n=None, axis=-1, norm=None):  # noqa: A002
    """The cosine transform of n elements: the sum of 2 x[m] cos(pi k (2m + 1) / 2n). NotImplementedError for another type.

    >>> import numpy as np
    >>> np.round(dct(np.array([1.0, 1.0])), 9) + 0.0
    array([4., 0.])
    """
    return joined([forth(p, axis, n, norm) for p in checked("dct", x, type, norm)])


def idct(x, type=2, n=None, axis=-1, norm=None):  # noqa: A002
    """The inverse of dct.

    >>> import numpy as np
    >>> np.round(idct(dct(np.array([1.0, 5.0]))), 9)
    array([1., 5.])
    """
    return joined([back(p, axis, n, norm) for p in checked("idct", x, type, norm)])


def over_axes(name, f, x, type, s, axes, norm):  # noqa: A002
    parts = checked(name, x, type, norm)
    rank = len(shape_of(parts[0]))
    if axes is None:
        axes = tuple(range(rank)) if s is None else tuple(range(rank - len(s), rank))
    axes = axis_tuple(axes, rank)
    lengths = (None,) * len(axes) if s is None else tuple(s)
    if len(lengths) != len(axes):
        raise ArgumentValueError(f"{name}: s and axes must be of one length; got {s} and {axes}")
    for axis, n in zip(axes, lengths, strict=True):
        parts = [f(p, axis, n, norm) for p in parts]
    return joined(parts)


def dctn(x, type=2, s=None, axes=None, norm=None):  # noqa: A002
    """dct over several axes (default: all), of s elements each."""
    return over_axes("dctn", forth, x, type, s, axes, norm)


def idctn(x, type=2, s=None, axes=None, norm=None):  # noqa: A002
    """idct over several axes (default: all), of s elements each."""
    return over_axes("idctn", back, x, type, s, axes, norm)
