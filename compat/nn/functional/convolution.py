"""Convolutions of any rank, over the primitive `conv`."""

import numpy as np

from funcgrad.core.halves import BFLOAT16
from funcgrad.core.primitive import PRIMITIVES

from ...dtypes import name_of
from ...functions.kernels import refuse_in
from ...functions.operands import dtype_of, like_image, shape_of
from ...functions.register import spoken
from ...graph import labelled
from ...tensor import current
from .axes import batched, per_axis
from .dtypes import dtype_in

P = PRIMITIVES
COMPLEX = "FD"
# C's names, where they are not torch's
KINDS = {
    "int64": "long int", "int32": "int", "uint8": "unsigned char", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
}  # fmt: skip


def convolution(k):
    """torch.conv<k>d."""

    def conv(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        x, w = current(input), current(weight)
        shape, taps = shape_of(x), shape_of(w)
        stride, dilation = per_axis(stride, k, "stride"), per_axis(dilation, k, "dilation")
        check(x, w, bias, groups, stride, dilation)
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
        return with_bias(like_image(out, x, w), bias, (input, weight, bias))

    conv.__name__ = f"conv{k}d"
    conv.__doc__ = (
        f"Cross-correlation over {k} axes: [N, C, *sizes] with weight [O, C / groups, *taps]; padding a number, one per axis, "
        "'same' or 'valid'."
    )
    return batched(conv, k)


def check(x, w, bias, groups, stride, dilation, transposed=False):
    """torch's errors for operands that make no convolution."""
    shape, taps, outs = shape_of(x), shape_of(w), shape_of(w)[0]
    given = f"Given groups={groups}"
    if dtype_of(x).char in COMPLEX and dtype_of(w).char not in COMPLEX:
        found = f"CPU{spoken(dtype_of(x))}Type"
        raise RuntimeError(
            f"Input type ({found}) and weight type (torch.{spoken(dtype_of(w))}Tensor) should be the same"
        )
    if dtype_of(x) == BFLOAT16 != dtype_of(w) and (bias is None or transposed):
        raise RuntimeError(
            f"Input type (CPUBFloat16Type) and weight type (torch.{spoken(dtype_of(w))}Tensor) should be the same or input should be "
            "a MKLDNN tensor and weight is a dense tensor"
        )
    if bias is not None and not transposed and dtype_in(bias) != dtype_of(x):
        kinds = [KINDS.get(name_of(d), spoken(d).lower()) for d in (dtype_of(x), dtype_in(bias))]
        raise RuntimeError("Input type ({}) and bias type ({}) should be the same".format(*kinds))
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if len(shape) != len(taps):
        raise RuntimeError(
            f"Expected {len(taps)}-dimensional input for {len(taps)}-dimensional weight {list(taps)}, but got "
            f"{len(shape)}-dimensional input of size {list(shape)} instead"
        )
    if outs < groups:
        raise RuntimeError(
            f"{given}, expected weight to be at least {groups} at dimension 0, but got weight of size {list(taps)} instead"
        )
    if outs % groups:
        size = f"[{list(taps)}]"  # (torch's own brackets)
        raise RuntimeError(
            f"{given}, expected weight to be divisible by {groups} at dimension 0, but got weight of size {size} instead"
        )
    wanted = outs if transposed else taps[1] * groups
    if transposed:
        given, outs = "Given transposed=1", taps[1] * groups
    if shape[1] != wanted:
        raise RuntimeError(
            f"{given}, weight of size {list(taps)}, expected input{list(shape)} to have {wanted} channels, but got {shape[1]} "
            "channels instead"
        )
    if bias is not None and tuple(bias.shape) != (outs,):
        given = f"{given}, weight" if transposed else "Given weight"
        raise RuntimeError(
            f"{given} of size {list(taps)}, expected bias to be 1-dimensional with {outs} elements, but got bias of size "
            f"{list(bias.shape)} instead"
        )
    if min(dilation) <= 0:
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    if dtype_of(x) != dtype_of(w) or bias is not None and dtype_in(bias) != dtype_of(w):
        found = dtype_of(w) if dtype_of(w) != dtype_of(x) else dtype_in(bias)
        raise RuntimeError(f"expected scalar type {spoken(dtype_of(x))} but found {spoken(found)}")


def padding_of(padding, taps, stride, dilation):
    """((low, high), ...) of a number, numbers, 'valid' or 'same'."""
    if padding == "valid":
        return ((0, 0),) * len(taps)
    if padding == "same":
        if any(s != 1 for s in stride):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        total = [d * (t - 1) for t, d in zip(taps, dilation)]
        return tuple([(n // 2, n - n // 2) for n in total])
    if isinstance(padding, str):
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    sizes = per_axis(padding, len(taps), "padding")
    if min(sizes) < 0:
        raise RuntimeError("negative padding is not supported")
    return tuple([(n, n) for n in sizes])


def with_bias(out, bias, operands):
    """out + bias by channel, shown as one ConvolutionBackward0."""
    if bias is not None:
        b = current(bias)
        out = P["add"](out, P["reshape"](b, shape=(1, shape_of(b)[0]) + (1,) * (len(shape_of(out)) - 2)))
    return labelled(out, "ConvolutionBackward0", operands)


def check_extra(sizes, taps, stride, padding, extra, dilation, fast):
    """torch's errors for sizes that no transposed convolution can give. (Of one axis it makes two; its fast kernel gives nothing for
    a size below 1.)"""
    if len(sizes) == 1:
        sizes, taps, stride, dilation = ((1, *v) for v in (sizes, taps, stride, dilation))
        padding, extra = (0, *padding), (0, *extra)
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        at = ("depth", "height", "width")[-len(sizes) :]
        told = zip(("output_padding", "stride", "dilation"), (extra, stride, dilation))
        told = " ".join(f"{name}_{a}: {v}" for name, values in told for a, v in zip(at, values))
        raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {told}")
    got = [
        (n - 1) * s - 2 * p + d * (t - 1) + e + 1
        for n, t, s, p, e, d in zip(sizes, taps, stride, padding, extra, dilation)
    ]
    if min(got) < 1 and not fast:
        given, got = (" x ".join(map(str, v)) for v in (sizes, got))
        raise RuntimeError(
            f"Given input size per channel: ({given}). Calculated output size per channel: ({got}). Output size is too small"
        )


def transposed_convolution(k):
    """torch.conv_transpose<k>d: the convolution of the input, dilated by the stride, with the flipped weight."""

    def conv_transpose(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        x, w = current(input), current(weight)
        taps, given = shape_of(w), w
        stride, dilation = per_axis(stride, k, "stride"), per_axis(dilation, k, "dilation")
        padding, extra = per_axis(padding, k, "padding"), per_axis(output_padding, k, "output_padding")
        check(x, w, bias, groups, stride, dilation, True)
        if 0 not in shape_of(x):
            check_extra(shape_of(x)[2:], taps[2:], stride, padding, extra, dilation, dtype_of(x) == np.float32)
        i, o = taps[0] // groups, taps[1]
        w = P["reshape"](w, shape=(groups, i, o, *taps[2:]))
        w = P["transpose"](w, perm=(0, 2, 1, *range(3, 3 + k)))
        w = P["reshape"](w, shape=(groups * o, i, *taps[2:]))
        w = P["getitem"](w, idx=(slice(None), slice(None), *[slice(None, None, -1)] * k))
        full = [d * (t - 1) for t, d in zip(taps[2:], dilation)]
        pads = tuple([(f - p, f - p + e) for f, p, e in zip(full, padding, extra)])
        out = P["conv"](x, w, strides=(1,) * k, padding=pads, lhs_dilation=stride, rhs_dilation=dilation, groups=groups)
        return with_bias(like_image(out, x, given), bias, (input, weight, bias))

    conv_transpose.__name__ = f"conv_transpose{k}d"
    conv_transpose.__doc__ = f"The transpose of conv{k}d: weight [C, O / groups, *taps]."
    return batched(conv_transpose, k)


conv1d, conv2d, conv3d = (convolution(k) for k in (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = (transposed_convolution(k) for k in (1, 2, 3))


refuse_in(globals())
