"""Products, convolutions and Fourier transforms."""

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..errors import ArgumentError, ShapeError
from .indexing import Numbers

P = PRIMITIVES
__all__ = [
    "ConvDimensionNumbers", "DotDimensionNumbers", "FftType", "Precision", "batch_matmul", "conv", "conv_dimension_numbers",
    "conv_general_dilated", "conv_transpose", "conv_with_general_padding", "dot", "dot_general", "fft",
]  # fmt: skip
DotDimensionNumbers = tuple


class Precision:
    """Accepted by products, which are always computed in full."""

    DEFAULT, HIGH, HIGHEST = "default", "high", "highest"


def asked(out, preferred_element_type):
    return out if preferred_element_type is None else P["cast"](out, dtype=np.dtype(preferred_element_type))


def widened(x, preferred_element_type):
    """An operand in the dtype that the sums are asked for in, where that is wider."""
    if preferred_element_type is None or np.dtype(preferred_element_type).itemsize <= dtype_of(x).itemsize:
        return x
    return P["cast"](x, dtype=np.result_type(dtype_of(x), preferred_element_type))


def dot_general(lhs, rhs, dimension_numbers, precision=None, preferred_element_type=None, *, out_sharding=None):
    """The sum over contracted axes; dimension_numbers = ((lhs_contract, rhs_contract), (lhs_batch, rhs_batch)).

    The result's axes: batch, what is left of lhs, what is left of rhs. TypeError where lengths differ.
    """
    dims = tuple([tuple([tuple([int(i) for i in axes]) for axes in pair]) for pair in dimension_numbers])
    s, r = shape_of(lhs), shape_of(rhs)
    for a, b in dims:
        if [s[i] for i in a] != [r[i] for i in b]:
            raise TypeError(f"dot_general: axes {a} of {s} and {b} of {r} must have the same lengths")
    out = P["dot_general"](widened(lhs, preferred_element_type), widened(rhs, preferred_element_type), dims=dims)
    return asked(out, preferred_element_type)


def dot(lhs, rhs, *, dimension_numbers=None, precision=None, preferred_element_type=None, out_sharding=None):
    """Of vectors and matrices the product; with dimension_numbers dot_general."""
    if dimension_numbers is not None:
        return dot_general(lhs, rhs, dimension_numbers, precision, preferred_element_type)
    if not (1 <= len(shape_of(lhs)) <= 2 and 1 <= len(shape_of(rhs)) <= 2):
        raise TypeError(f"dot takes vectors and matrices; got {shape_of(lhs)} and {shape_of(rhs)}")
    return dot_general(lhs, rhs, (((len(shape_of(lhs)) - 1,), (0,)), ((), ())), precision, preferred_element_type)


def batch_matmul(lhs, rhs, precision=None):
    """The products of stacks of matrices of one leading shape."""
    n = len(shape_of(lhs))
    if n < 2 or len(shape_of(rhs)) != n:
        raise ValueError(
            f"batch_matmul takes two stacks of matrices of one rank; got {shape_of(lhs)} and {shape_of(rhs)}"
        )
    lead = tuple(range(n - 2))
    return dot_general(lhs, rhs, (((n - 1,), (n - 2,)), (lead, lead)), precision)


# ------------------------------------------------------------------------------------------------ convolution
class ConvDimensionNumbers(Numbers):
    """Where lhs, rhs and the result have their axes: batch (or output channels) first, then channels, then space."""

    fields = ("lhs_spec", "rhs_spec", "out_spec")


def conv_dimension_numbers(lhs_shape, rhs_shape, dimension_numbers):
    """A ConvDimensionNumbers from one, from None (NCHW, OIHW, NCHW), or from three texts."""
    if isinstance(dimension_numbers, ConvDimensionNumbers):
        return dimension_numbers
    n = len(lhs_shape)
    if dimension_numbers is None:
        return ConvDimensionNumbers(range(n), range(n), range(n))
    if not isinstance(dimension_numbers, (tuple, list)) or len(dimension_numbers) != 3:
        raise TypeError(
            f"dimension_numbers must be None, three texts or ConvDimensionNumbers; got {dimension_numbers!r}"
        )
    lhs, rhs, out = dimension_numbers
    for text, letters in ((lhs, "NC"), (rhs, "OI"), (out, "NC")):
        if len(text) != n or any(text.count(c) != 1 for c in letters):
            raise TypeError(
                f"dimension_numbers: {text!r} must name each of {n} axes once, {' and '.join(letters)} among them"
            )
    space = [c for c in rhs if c not in "OI"]
    return ConvDimensionNumbers(
        [lhs.index(c) for c in ["N", "C", *space]],
        [rhs.index(c) for c in ["O", "I", *space]],
        [out.index(c) for c in ["N", "C", *space]],
    )


def padding_of(padding, sizes, taps, strides):
    """(low, high) for each axis, from pairs or from "SAME", "SAME_LOWER" or "VALID"."""
    if not isinstance(padding, str):
        return tuple([(int(low), int(high)) for low, high in padding])
    kind = padding.upper()
    if kind == "VALID":
        return ((0, 0),) * len(sizes)
    if kind not in ("SAME", "SAME_LOWER"):
        raise ArgumentError(f"padding must be SAME, SAME_LOWER, VALID or pairs; got {padding!r}")
    found = []
    for n, k, s in zip(sizes, taps, strides, strict=True):
        total = max((-(-n // s) - 1) * s + k - n, 0)
        low = total // 2 if kind == "SAME" else total - total // 2
        found.append((low, total - low))
    return tuple(found)


def spread_out(sizes, dilation):
    return [(n - 1) * d + 1 if n else 0 for n, d in zip(sizes, dilation, strict=True)]


def conv_general_dilated(
    lhs, rhs, window_strides, padding, lhs_dilation=None, rhs_dilation=None, dimension_numbers=None, feature_group_count=1,
    batch_group_count=1, precision=None, preferred_element_type=None, out_sharding=None,
):  # fmt: skip
    """The convolution (the kernel not flipped) of any rank, with strides, padding, dilations and groups.

    >>> import numpy as np
    >>> conv_general_dilated(np.ones((1, 1, 4)), np.ones((1, 1, 2)), (1,), "VALID")
    array([[[2., 2., 2.]]])
    """
    dn = conv_dimension_numbers(shape_of(lhs), shape_of(rhs), dimension_numbers)
    x, w = P["transpose"](lhs, perm=dn.lhs_spec), P["transpose"](rhs, perm=dn.rhs_spec)
    rank = len(shape_of(x)) - 2
    lhs_dilation = tuple(lhs_dilation or (1,) * rank)
    rhs_dilation = tuple(rhs_dilation or (1,) * rank)
    strides = tuple([int(s) for s in window_strides])
    taps = spread_out(shape_of(w)[2:], rhs_dilation)
    if isinstance(padding, str) and max(lhs_dilation, default=1) > 1:
        raise ArgumentError(
            f"conv: padding {padding!r} is not defined for an operand that is dilated; say how much in front and behind, or use conv_transpose"
        )
    padding = padding_of(padding, spread_out(shape_of(x)[2:], lhs_dilation), taps, strides)
    groups = int(feature_group_count)
    if batch_group_count > 1:
        if groups > 1:
            raise ArgumentError("conv: at most one of batch_group_count and feature_group_count may be greater than 1")
        n, c, *sizes = shape_of(x)
        groups = int(batch_group_count)
        x = P["reshape"](x, shape=(groups, n // groups, c, *sizes))
        x = P["reshape"](P["transpose"](x, perm=(1, 0, *range(2, rank + 3))), shape=(n // groups, groups * c, *sizes))
    out = P["conv"](
        widened(x, preferred_element_type), widened(w, preferred_element_type), strides=strides, padding=padding,
        lhs_dilation=lhs_dilation, rhs_dilation=rhs_dilation, groups=groups,
    )  # fmt: skip
    back = [0] * (rank + 2)
    for i, d in enumerate(dn.out_spec):
        back[d] = i
    return asked(P["transpose"](out, perm=tuple(back)), preferred_element_type)


def conv(lhs, rhs, window_strides, padding, precision=None, preferred_element_type=None):
    """conv_general_dilated of NCHW and OIHW operands without dilation."""
    return conv_general_dilated(lhs, rhs, window_strides, padding, preferred_element_type=preferred_element_type)


def conv_with_general_padding(
    lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation, precision=None, preferred_element_type=None
):  # fmt: skip
    """conv_general_dilated of NCHW and OIHW operands."""
    return conv_general_dilated(
        lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation, preferred_element_type=preferred_element_type
    )


def transposed_padding(k, s, padding):
    """(low, high) of the convolution that a transposed one is, along one axis of k taps."""
    if padding == "SAME":
        total = k + s - 2
        low = k - 1 if s > k - 1 else -(-total // 2)
    elif padding == "VALID":
        total = k + s - 2 + max(k - s, 0)
        low = k - 1
    else:
        raise ArgumentError(f"conv_transpose: padding must be SAME, VALID or pairs; got {padding!r}")
    return low, total - low


def conv_transpose(
    lhs, rhs, strides, padding, rhs_dilation=None, dimension_numbers=None, transpose_kernel=False, precision=None,
    preferred_element_type=None, use_consistent_padding=False,
):  # fmt: skip
    """The convolution with the strides between lhs's elements. dimension_numbers=None: channels last (NHWC, HWIO).

    transpose_kernel: flip the kernel and exchange its channels, so that this is the gradient of a convolution.
    """
    rank = len(shape_of(lhs)) - 2
    if dimension_numbers is None:
        space = "HWD"[:rank]
        if rank > 3:
            raise ValueError("conv_transpose: give dimension_numbers for more than 3 dimensions of space")
        dimension_numbers = (f"N{space}C", f"{space}IO", f"N{space}C")
    dn = conv_dimension_numbers(shape_of(lhs), shape_of(rhs), dimension_numbers)
    rhs_dilation = tuple(rhs_dilation or (1,) * rank)
    taps = [shape_of(rhs)[d] for d in dn.rhs_spec[2:]]
    if isinstance(padding, str):
        wide = [(k - 1) * d + 1 for k, d in zip(taps, rhs_dilation, strict=True)]
        padding = [transposed_padding(k, s, padding.upper()) for k, s in zip(wide, strides, strict=True)]
    elif use_consistent_padding:
        wide = [(k - 1) * d + 1 for k, d in zip(taps, rhs_dilation, strict=True)]
        padding = [(k - 1 - low, k - 1 - high) for k, (low, high) in zip(wide, padding, strict=True)]
    if transpose_kernel:
        rhs = fnp.flip(rhs, axis=tuple(dn.rhs_spec[2:]))
        rhs = fnp.swapaxes(rhs, dn.rhs_spec[0], dn.rhs_spec[1])
    return conv_general_dilated(
        lhs, rhs, (1,) * rank, padding, strides, rhs_dilation, dn, preferred_element_type=preferred_element_type
    )


# ------------------------------------------------------------------------------------------------ Fourier
class FftType:
    """What `fft` computes."""

    FFT, IFFT, RFFT, IRFFT = "FFT", "IFFT", "RFFT", "IRFFT"


def fft(x, fft_type, fft_lengths):
    """The transform over as many last axes as there are lengths; fft_type: FFT, IFFT, RFFT or IRFFT, also as a text."""
    kind = str(getattr(fft_type, "name", fft_type)).upper()
    lengths = tuple([int(n) for n in fft_lengths])
    axes = tuple(range(-len(lengths), 0))
    found = {"FFT": fnp.fft.fftn, "IFFT": fnp.fft.ifftn, "RFFT": fnp.fft.rfftn, "IRFFT": fnp.fft.irfftn}.get(kind)
    if found is None:
        raise ArgumentError(f"fft: fft_type must be FFT, IFFT, RFFT or IRFFT; got {fft_type!r}")
    given = shape_of(x)[len(shape_of(x)) - len(lengths) :]
    if kind != "IRFFT" and tuple(given) != lengths:
        raise ShapeError(f"fft: fft_lengths {lengths} must be the lengths of the last axes, {given}")
    return found(x, lengths, axes)
