"""Convolutions of any rank, over the primitive `conv`."""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ...functions.operands import dtype_of, shape_of
from ...functions.register import spoken
from ...graph import labelled
from ...tensor import current
from .axes import batched, per_axis

P = PRIMITIVES


def convolution(k):
    """torch.conv<k>d."""

    def conv(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        x, w = current(input), current(weight)
        shape, taps = shape_of(x), shape_of(w)
        check(shape, taps, groups, dtype_of(x), dtype_of(w), bias)
        stride, dilation = per_axis(stride, k, "stride"), per_axis(dilation, k, "dilation")
        pads = padding_of(padding, taps[2:], stride, dilation)
        for n, t, d, (low, high) in zip(shape[2:], taps[2:], dilation, pads):
            if n + low + high < d * (t - 1) + 1:
                padded = " x ".join(str(n + a + b) for n, (a, b) in zip(shape[2:], pads))
                kernel = " x ".join(str(d * (t - 1) + 1) for t, d in zip(taps[2:], dilation))
                raise RuntimeError(
                    f"Calculated padded input size per channel: ({padded}). Kernel size: ({kernel}). Kernel size can't be "
                    "greater than actual input size"
                )
        if any(low != high for low, high in pads):  # torch pads by itself where the two sides differ
            zero = np.zeros((), dtype_of(x))
            x = labelled(
                P["pad"](x, zero, config=((0, 0, 0),) * 2 + tuple([(*p, 0) for p in pads])),
                "ConstantPadNdBackward0",
                (input,),
            )
            input, pads = x, ((0, 0),) * k
        out = P["conv"](
            x, w, strides=stride, padding=pads, lhs_dilation=(1,) * k, rhs_dilation=dilation, groups=groups
        )  # fmt: skip
        return with_bias(out, bias, (input, weight, bias))

    conv.__name__ = f"conv{k}d"
    conv.__doc__ = (
        f"Cross-correlation over {k} axes: [N, C, *sizes] with weight [O, C / groups, *taps]; padding a number, one per axis, "
        "'same' or 'valid'."
    )
    return batched(conv, k)


def check(shape, taps, groups, dx, dw, bias):
    if dx != dw:
        raise RuntimeError(f"expected scalar type {spoken(dx)} but found {spoken(dw)}")
    if shape[1] != taps[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(taps)}, expected input{list(shape)} to have {taps[1] * groups} "
            f"channels, but got {shape[1]} channels instead"
        )
    if taps[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"{list(taps)} instead"
        )
    if bias is not None and tuple(bias.shape) != (taps[0],):
        raise RuntimeError(
            f"Given weight of size {list(taps)}, expected bias to be 1-dimensional with {taps[0]} elements, but got bias of "
            f"size {list(bias.shape)} instead"
        )


def padding_of(padding, taps, stride, dilation):
    """((low, high), ...) of a number, numbers, 'valid' or 'same'."""
    if padding == "valid":
        return ((0, 0),) * len(taps)
    if padding == "same":
        if any(s != 1 for s in stride):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        total = [d * (t - 1) for t, d in zip(taps, dilation)]
        return tuple([(n // 2, n - n // 2) for n in total])
    return tuple([(n, n) for n in per_axis(padding, len(taps), "padding")])


def with_bias(out, bias, operands):
    """out + bias by channel, shown as one ConvolutionBackward0."""
    if bias is not None:
        b = current(bias)
        out = P["add"](out, P["reshape"](b, shape=(1, shape_of(b)[0]) + (1,) * (len(shape_of(out)) - 2)))
    return labelled(out, "ConvolutionBackward0", operands)


def transposed_convolution(k):
    """torch.conv_transpose<k>d: the convolution of the input, dilated by the stride, with the flipped weight."""

    def conv_transpose(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        x, w = current(input), current(weight)
        shape, taps = shape_of(x), shape_of(w)
        if shape[1] != taps[0]:
            raise RuntimeError(
                f"Given transposed=1, weight of size {list(taps)}, expected input{list(shape)} to have {taps[0]} channels, but "
                f"got {shape[1]} channels instead"
            )
        stride, dilation = per_axis(stride, k, "stride"), per_axis(dilation, k, "dilation")
        padding, extra = per_axis(padding, k, "padding"), per_axis(output_padding, k, "output_padding")
        i, o = taps[0] // groups, taps[1]
        w = P["reshape"](w, shape=(groups, i, o, *taps[2:]))
        w = P["transpose"](w, perm=(0, 2, 1, *range(3, 3 + k)))
        w = P["reshape"](w, shape=(groups * o, i, *taps[2:]))
        w = P["getitem"](w, idx=(slice(None), slice(None), *[slice(None, None, -1)] * k))
        full = [d * (t - 1) for t, d in zip(taps[2:], dilation)]
        pads = tuple([(f - p, f - p + e) for f, p, e in zip(full, padding, extra)])
        out = P["conv"](x, w, strides=(1,) * k, padding=pads, lhs_dilation=stride, rhs_dilation=dilation, groups=groups)
        return with_bias(out, bias, (input, weight, bias))

    conv_transpose.__name__ = f"conv_transpose{k}d"
    conv_transpose.__doc__ = f"The transpose of conv{k}d: weight [C, O / groups, *taps]."
    return batched(conv_transpose, k)


conv1d, conv2d, conv3d = (convolution(k) for k in (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = (transposed_convolution(k) for k in (1, 2, 3))
