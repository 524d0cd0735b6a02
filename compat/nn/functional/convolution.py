"""Convolutions of any rank, over the primitive `conv`."""

import numpy as np

from funcgrad.core.halves import BFLOAT16
from funcgrad.core.primitive import PRIMITIVES

from ...dtypes import name_of
from ...functions.kernels import refuse_in
from ...functions.operands import cast, dtype_of, like_image, need_scalar_type, shape_of
from ...functions.refusals import refuse
from ...functions.register import check_castable
from ...functions.results import C_NAMES, type_text
from ...graph import labelled
from ...tensor import current
from .axes import batched, per_axis
from .dtypes import dtype_in

P = PRIMITIVES


def convolution(k):
    """torch.conv<k>d."""
    plain = "compute_columns3d" if k == 3 else "slow_conv2d_cpu"

    def conv(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        x, w = current(input), current(weight)
        shape, taps = shape_of(x), shape_of(w)
        geometry = Geometry(w, k, groups, stride=stride, dilation=dilation)
        stride, dilation = geometry.stride, geometry.dilation
        pads = padding_of(padding, taps[2:], stride, dilation)
        geometry.check(x, w, bias, pads)
        for n, t, d, (low, high) in zip(shape[2:], taps[2:], dilation, pads):
            if n + low + high < d * (t - 1) + 1:
                padded = " x ".join(str(n + a + b) for n, (a, b) in zip(shape[2:], pads))
                kernel = " x ".join(str(d * (t - 1) + 1) for t, d in zip(taps[2:], dilation))
                raise RuntimeError(
                    f"Calculated padded input size per channel: ({padded}). Kernel size: ({kernel}). Kernel size can't be "
                    "greater than actual input size"
                )
        d = dtype_of(x)
        if d.kind in "biu" and 0 not in shape:
            refuse_kinds(
                "?bBhi" if max(dilation) > 1 else "?", "slow_conv_dilated<>" if max(dilation) > 1 else plain, x
            )
        if d != dtype_of(w) or bias is not None and d != dtype_in(bias):
            need_one_type(x, w, bias)
            need_scalar_type(x, w)
            need_scalar_type(x, current(bias))
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
    whole = batched(conv, k)

    def checked(input, weight, bias=None, *args, **kwargs):
        try:
            return whole(input, weight, bias, *args, **kwargs)
        except (RuntimeError, IndexError):
            first_of_all(input, weight, bias, *args, **kwargs)
            raise

    checked.__name__, checked.__doc__ = conv.__name__, conv.__doc__
    return checked


def first_of_all(input, weight, bias, stride=1, padding=0, *others, **named):
    """Raise what torch says of dtypes before it looks at anything else. (Of a bias beside a padding that is named, it does not.)"""
    if bias is not None and not isinstance(padding, str) and dtype_in(bias) != dtype_in(input):
        kinds = [C_NAMES.get(name_of(dtype_in(t))) for t in (input, bias)]
        raise RuntimeError("Input type ({}) and bias type ({}) should be the same".format(*kinds))
    need_one_complex(current(input), current(weight), bias)


OR_DENSE = " or input should be a MKLDNN tensor and {} is a dense tensor"


def need_one_complex(x, w, bias):
    """torch's error for a complex operand beside others."""
    if dtype_of(x).kind != "c":
        return
    found = [("weight", dtype_of(w))] + ([] if bias is None else [("bias", dtype_in(bias))])
    for name, d in found:
        if d != dtype_of(x):
            raise RuntimeError(
                f"Input type ({type_text(dtype_of(x))}) and {name} type ({type_text(d)}) should be the same"
            )


def need_one_type(x, w, bias):
    """What torch's fast kernels, those of float32 and bfloat16, say of operands of other dtypes."""
    own = dtype_of(x)
    if own == dtype_of(w) and (bias is None or own == dtype_in(bias)):
        return
    found = [("weight", dtype_of(w))] + ([] if bias is None else [("bias", dtype_in(bias))])
    for name, d in found:
        if own in (np.float32, BFLOAT16) and d != own:
            raise RuntimeError(
                f"Input type ({type_text(own)}) and {name} type ({type_text(d)}) should be the same"
                + OR_DENSE.format(name)
            )


def refuse_kinds(chars, kernel, x):
    """torch's error where a kernel does not take the dtype of x, one of these."""
    if dtype_of(x).char in chars:
        refuse(kernel, dtype_of(x))


class Geometry:
    """The steps of a convolution along each of its axes, checked in torch's order."""

    def __init__(self, w, k, groups, transposed=False, **steps):
        dims = len(shape_of(w)) - 2
        if dims <= 0:
            raise RuntimeError("weight should have at least three dimensions")
        if groups <= 0:
            raise RuntimeError("non-positive groups is not supported")
        self.groups, self.transposed = groups, transposed
        for name, given in steps.items():
            given = per_axis(given, k, name)
            setattr(self, name, per_axis(given, dims, name) if dims != k else given)

    def check(self, x, w, bias, pads=None):
        """Raise torch's error for operands that make no convolution."""
        shape, taps, outs, groups = shape_of(x), shape_of(w), shape_of(w)[0], self.groups
        given = f"Given groups={groups}"
        if self.transposed:
            for name in ("padding", "output_padding"):
                if min(getattr(self, name)) < 0:
                    raise RuntimeError(f"negative {name} is not supported")
        if min(self.stride) <= 0:
            raise RuntimeError("non-positive stride is not supported")
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
        wanted = outs if self.transposed else taps[1] * groups
        if self.transposed:
            given, outs = "Given transposed=1", taps[1] * groups
        if shape[1] != wanted:
            if pads is not None:  # (torch pads by itself where the two sides differ)
                shape = (*shape[:2], *[n + high - low for n, (low, high) in zip(shape[2:], pads)])
            raise RuntimeError(
                f"{given}, weight of size {list(taps)}, expected input{list(shape)} to have {wanted} channels, but got {shape[1]} "
                "channels instead"
            )
        if bias is not None and tuple(bias.shape) != (outs,):
            given = f"{given}, weight" if self.transposed else "Given weight"
            raise RuntimeError(
                f"{given} of size {list(taps)}, expected bias to be 1-dimensional with {outs} elements, but got bias of size "
                f"{list(bias.shape)} instead"
            )
        if min(self.dilation) <= 0:
            if dtype_of(x) == np.float32 and min(self.dilation) == 0:
                raise RuntimeError("non-positive dilation is not supported")
            raise RuntimeError(
                "dilation should be greater than zero"
                if dtype_of(x) == np.float32
                else f"dilation should be greater than zero, but got {list(self.dilation)}"
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
    if isinstance(padding, str):
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    sizes = per_axis(padding, len(taps), "padding")
    if min(sizes) < 0:
        raise RuntimeError("negative padding is not supported")
    return tuple([(n, n) for n in sizes])


def with_bias(out, bias, operands):
    """out + bias by channel, shown as one ConvolutionBackward0."""
    if bias is not None:
        b = cast(current(bias), dtype_of(out))
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
        need_one_complex(x, w, bias)
        geometry = Geometry(
            w, k, groups, True, stride=stride, padding=padding, output_padding=output_padding, dilation=dilation
        )
        geometry.check(x, w, bias)
        stride, dilation, padding, extra = geometry.stride, geometry.dilation, geometry.padding, geometry.output_padding
        need_one_type(x, w, bias)
        if 0 not in shape_of(x):
            refuse_kinds("?bBhi", f"slow_conv_transpose{max(k, 2)}d_out_cpu", x)
        need_scalar_type(x, w)
        if bias is not None:
            check_castable(dtype_of(x), dtype_in(bias))
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
