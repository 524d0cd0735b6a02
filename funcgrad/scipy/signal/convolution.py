"""Convolutions and correlations of arrays of one rank. No derivative stands here: all is composed of primitives."""

import numpy as np

from ... import numpy as fnp
from ...core.aval import dtype_of, shape_of
from ...core.primitive import PRIMITIVES
from ...errors import ArgumentValueError, ShapeError
from ...numpy.arguments import as_array, axis_tuple, cast, inexact

P = PRIMITIVES
__all__ = ["convolve", "convolve2d", "correlate", "correlate2d", "fftconvolve"]
MODES = ("full", "same", "valid")


def operands(name, in1, in2, mode):
    """Both as arrays of one float dtype and rank; ValueError for anything that cannot be convolved."""
    if mode not in MODES:
        raise ArgumentValueError(f"{name}: mode must be one of {MODES}; got {mode!r}")
    in1, in2 = inexact(as_array(in1)), inexact(as_array(in2))
    shapes = shape_of(in1), shape_of(in2)
    if len(shapes[0]) != len(shapes[1]):
        raise ShapeError(f"{name}: both must have the same rank; got shapes {shapes[0]} and {shapes[1]}")
    if 0 in shapes[0] + shapes[1]:
        raise ShapeError(f"{name}: takes no empty arrays; got shapes {shapes[0]} and {shapes[1]}")
    dtype = np.result_type(dtype_of(in1), dtype_of(in2))
    return cast(in1, dtype), cast(in2, dtype)


def larger_first(name, a, b, mode, axes):
    """(a, b) or (b, a): the first is at least as long along every axis. ValueError for `valid` if neither is."""
    s, r = ([shape_of(v)[i] for i in axes] for v in (a, b))
    if all(m >= n for m, n in zip(s, r, strict=True)):
        return a, b
    if all(m <= n for m, n in zip(s, r, strict=True)):
        return b, a
    if mode == "valid":
        raise ShapeError(
            f"{name}: for mode 'valid' one of them must be at least as long along every axis; got {s} and {r}"
        )
    return a, b


def flipped_conj(x):
    x = fnp.flip(x)
    return fnp.conj(x) if dtype_of(x).kind == "c" else x


def part_of_full(out, full, asked):
    """The middle of a full convolution, of the lengths asked for."""
    index = tuple([slice((n - k) // 2, (n - k) // 2 + k) for n, k in zip(full, asked, strict=True)])
    return out[index]


def convolve(in1, in2, mode="full", method="auto", precision=None):
    """The convolution of arrays of one rank; `mode` full, same (as long as in1) or valid; `method` auto, direct or fft.

    ValueError for empty arrays, different ranks, and modes and methods that there are not.

    >>> convolve([1.0, 2.0, 3.0], [1.0, 1.0], "same")
    array([1., 3., 5.])
    """
    if method not in ("auto", "direct", "fft"):
        raise ArgumentValueError(f"convolve: method must be auto, direct or fft; got {method!r}")
    if method == "fft":
        return fftconvolve(in1, in2, mode)
    return direct("convolve", *operands("convolve", in1, in2, mode), mode)


def direct(name, a, b, mode):
    asked = shape_of(a)
    rank = len(asked)
    if mode == "valid":
        a, b = larger_first(name, a, b, mode, range(rank))
    taps = shape_of(b)
    pads = tuple([(0, 0) if mode == "valid" else (k - 1, k - 1) for k in taps])
    lead = lambda x: P["reshape"](x, shape=(1, 1, *shape_of(x)))  # noqa: E731
    ones = (1,) * rank
    if not rank:
        return P["mul"](a, b)
    out = P["conv"](
        lead(a), lead(fnp.flip(b)), strides=ones, padding=pads, lhs_dilation=ones, rhs_dilation=ones, groups=1
    )[0, 0]
    return part_of_full(out, shape_of(out), asked) if mode == "same" else out


def correlate(in1, in2, mode="full", method="auto", precision=None):
    """The convolution of in1 with in2's conjugate in reverse order.

    >>> correlate([1.0, 2.0, 3.0], [0.0, 1.0], "valid")
    array([2., 3.])
    """
    a, b = operands("correlate", in1, in2, mode)
    if mode == "valid" and larger_first("correlate", a, b, mode, range(len(shape_of(a))))[0] is not a:
        return flipped_conj(convolve(b, flipped_conj(a), mode, method))
    return convolve(a, flipped_conj(b), mode, method)


def plane(name, in1, in2, boundary, fillvalue):
    if boundary != "fill" or fillvalue != 0:
        raise NotImplementedError(
            f"{name}: only boundary='fill' with fillvalue=0 is supported; pad in1 with numpy.pad(mode='wrap' or 'symmetric') first"
        )
    if len(np.shape(in1)) != 2 or len(np.shape(in2)) != 2:
        raise ShapeError(f"{name}: takes matrices; got shapes {np.shape(in1)} and {np.shape(in2)}")


def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0, precision=None):
    """`convolve` of matrices. NotImplementedError for a boundary other than fill with 0."""
    plane("convolve2d", in1, in2, boundary, fillvalue)
    return convolve(in1, in2, mode)


def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0, precision=None):
    """`correlate` of matrices. NotImplementedError for a boundary other than fill with 0."""
    plane("correlate2d", in1, in2, boundary, fillvalue)
    if mode != "same":
        return correlate(in1, in2, mode)
    (m, n), (k, j) = np.shape(in1), np.shape(in2)
    return correlate(in1, in2)[k // 2 : k // 2 + m, j // 2 : j // 2 + n]  # (the middle, as SciPy has it for matrices)


def fftconvolve(in1, in2, mode="full", axes=None):
    """The convolution over `axes` (default: all) by Fourier transforms; the other axes broadcast.

    >>> import numpy as np
    >>> np.round(fftconvolve([1.0, 2.0, 3.0], [1.0, 1.0]), 9)
    array([1., 3., 5., 3.])
    """
    a, b = operands("fftconvolve", in1, in2, mode)
    rank = len(shape_of(a))
    axes = tuple(range(rank)) if axes is None else axis_tuple(axes, rank)
    asked = shape_of(a)
    if mode == "valid":
        a, b = larger_first("fftconvolve", a, b, mode, axes)
    s, r = shape_of(a), shape_of(b)
    others = [i for i in range(rank) if i not in axes]
    if any(s[i] != r[i] and 1 not in (s[i], r[i]) for i in others):
        raise ShapeError(f"fftconvolve: shapes {s} and {r} do not broadcast outside axes {axes}")
    full = [s[i] + r[i] - 1 for i in axes]
    real = dtype_of(a).kind != "c"
    forth, back = (fnp.fft.rfftn, fnp.fft.irfftn) if real else (fnp.fft.fftn, fnp.fft.ifftn)
    out = back(P["mul"](forth(a, full, axes), forth(b, full, axes)), full, axes)
    out = cast(out, dtype_of(a))
    if mode == "full":
        return out
    lengths = list(shape_of(out))
    for axis in axes:
        lengths[axis] = asked[axis] if mode == "same" else s[axis] - r[axis] + 1
    return part_of_full(out, shape_of(out), lengths)
