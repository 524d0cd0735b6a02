"""Convolutions of any rank, over the primitive `conv`."""

import math

import numpy as np

from funcgrad.core.halves import BFLOAT16, rounder
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE

from ... import dtypes
from ...deprecations import once
from ...dtypes import name_of
from ...functions.kernels import KINDS, refuse_in
from ...functions.levels import mapping_of
from ...functions.operands import behind_first, cast, dtype_of, like_image, need_scalar_type, shape_of
from ...functions.out_rules import C_NAMES, type_text
from ...functions.refusals import refuse
from ...functions.writing import check_castable
from ...graph import labelled
from ...payload import current
from .axes import batched, per_axis
from .dtypes import dtype_in

P = PRIMITIVES
# (the others round the product, then the sum)
ROUNDED_ONCE = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.float16)


def misfits(k):
    """What raises torch's error for operands that make no convolution over k axes."""
    plain = "compute_columns3d" if k == 3 else "slow_conv2d_cpu"

    def refuse_misfits(x, w, bias, stride, padding, dilation, groups):
        """Raise torch's error for operands that make no convolution, in its order."""
        shape, taps = shape_of(x), shape_of(w)
        count = len(taps) - 2 if isinstance(padding, str) else k  # (a padding by name: for any number of axes)
        geometry = Geometry(w, count, groups, stride=stride, dilation=dilation)
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
        if 0 in shape:
            need_bias(x, bias, padding)
            need_one_complex(x, w, bias)
            need_no_size(shape)
            return need_weights(w)
        if dtype_of(x).kind in "biu":
            dilated = max(dilation) > 1
            refuse_kinds(ALL_BUT_LONG if dilated else KINDS["b"], "slow_conv_dilated<>" if dilated else plain, x)
        need_one_type(x, w, bias, groups)
        need_taps(x, w, groups, dilated=max(dilation) > 1)
        need_scalar_type(x, w)
        if bias is not None:
            need_scalar_type(x, current(bias))

    return refuse_misfits


def convolution(k):
    """torch.conv<k>d."""
    refuse_misfits = misfits(k)

    def conv(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        x, w = current(input), current(weight)
        b = None if bias is None else current(bias)
        shape, taps, d = shape_of(x), shape_of(w), dtype_of(x)
        steps, rates = per_axis(stride, k, "stride"), per_axis(dilation, k, "dilation")
        pads = padding_of(padding, taps[2:], steps, rates)
        uneven = any(low != high for low, high in pads)
        if uneven:
            once("same")
        fits = len(taps) == k + 2 and min(*steps, *rates, groups) > 0 and shape[1] == taps[1] * groups
        fits = fits and taps[0] >= groups and not taps[0] % groups and d.kind in "fc" and d == dtype_of(w)
        if not fits or b is not None and (shape_of(b) != taps[:1] or d != dtype_of(b)):
            refuse_misfits(x, w, bias, stride, padding, dilation, groups)
            x, w, b = in_one_dtype(x, w, b)
        for n, t, r, (low, high) in zip(shape[2:], taps[2:], rates, pads):
            if n + low + high < r * (t - 1) + 1 or not t or not n and shape[0] and shape[1]:
                refuse_misfits(x, w, bias, stride, padding, dilation, groups)
        if uneven:  # torch pads by itself where the two sides differ
            zero = np.zeros((), d)
            x = labelled(
                P["pad"](x, zero, config=((0, 0, 0),) * 2 + tuple([(*p, 0) for p in pads])),
                "ConstantPadNdBackward0",
                (input,),
            )
            input, pads = x, ((0, 0),) * k
        params = dict(strides=steps, padding=pads, lhs_dilation=(1,) * k, rhs_dilation=rates, groups=groups)
        return with_bias(x, w, b, params, w, (input, weight, bias))

    conv.__name__ = f"conv{k}d"
    conv.__doc__ = (
        f"Cross-correlation over {k} axes: [N, C, *sizes] with weight [O, C / groups, *taps]; padding a number, one per axis, "
        "'same' or 'valid'."
    )

    def refused(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
        need_bias(input, bias, padding)
        if input.dim() == k + 1:
            input = input.unsqueeze(0)
        if input.dim() == k + 2:
            if isinstance(padding, str):
                need_mode(padding, current(input), current(weight), groups, stride=stride, dilation=dilation)
            need_one_complex(current(input), current(weight), bias)
            refuse_misfits(current(input), current(weight), bias, stride, padding, dilation, groups)

    return batched(conv, k, refused)


def need_bias(input, bias, padding):
    """Raise what torch says of a bias before it looks at anything else. (Beside a padding that is named it does not.)"""
    if bias is not None and not isinstance(padding, str) and dtype_in(bias) != dtype_in(input):
        kinds = [C_NAMES.get(name_of(dtype_in(t))) for t in (input, bias)]
        raise RuntimeError("Input type ({}) and bias type ({}) should be the same".format(*kinds))


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


def need_weights(w):
    """torch's error where an empty input meets a weight without elements, of which it reads the first."""
    if 0 in shape_of(w):
        raise IndexError("select(): index 0 out of range for tensor of size [0] at dimension 0")


def need_no_size(shape):
    """torch's error for an input that has samples and channels, and no elements. (Of one axis it makes two.)"""
    if shape[0] and shape[1]:
        shape = [*shape[:2], *(1,) * (len(shape) == 3), *shape[2:]]
        raise RuntimeError(f"Only zero batch or zero channel inputs are supported, but got input shape: {shape}")


def in_one_dtype(x, w, b):
    """An empty input, its weight and its bias in the dtype of torch's result: that of the input times a number of the weight's."""
    d = dtypes.result_dtype([(dtype_of(x), 2), (dtype_of(w), 1)])
    return cast(x, d), cast(w, d), None if b is None else cast(b, d)


def need_taps(x, w, groups, kind="", dilated=False):
    """What torch's kernels say of a weight without taps."""
    taps = shape_of(w)[2:]
    if 0 not in taps:
        return
    if is_fast(x, w, groups):
        raise RuntimeError(
            f"could not create a primitive descriptor for the {kind}convolution forward propagation primitive. Run workload with "
            "environment variable ONEDNN_VERBOSE=all to get additional diagnostic information."
        )
    if len(taps) == 3 and kind:
        raise RuntimeError(
            "non-empty 5D (n_output_plane x n_input_plane x kernel_depth x kernel_height x kernel_width) tensor expected for weight, but "
            f"got: {list(shape_of(w))}"
        )
    if dilated:
        got = f" {list(taps)}"
    elif len(taps) == 3:
        got = f": {' x '.join(map(str, taps))} (TxHxW)"
    else:
        got = " kernel_height: {} kernel_width: {}".format(*(1, *taps)[-2:])
    raise RuntimeError(f"kernel size should be greater than zero, but got{got}")


def is_fast(x, w, groups):
    """Does torch take its fast kernels, of bfloat16 and of float32 where it is worth it?"""
    shape, taps = shape_of(x), shape_of(w)
    if dtype_of(x) == BFLOAT16:
        return True
    large = groups > 1 or len(taps) > 3 and min(taps[-2:]) > 3 or shape[0] > 1 or math.prod(shape[:4]) > 20480
    return dtype_of(x) == np.float32 and large


def need_one_type(x, w, bias, groups):
    """What torch's fast kernels say of operands of other dtypes."""
    own = dtype_of(x)
    if own == dtype_of(w) and (bias is None or own == dtype_in(bias)) or not is_fast(x, w, groups):
        return
    found = [("weight", dtype_of(w))] + ([] if bias is None else [("bias", dtype_in(bias))])
    for name, d in found:
        if d != own:
            raise RuntimeError(
                f"Input type ({type_text(own)}) and {name} type ({type_text(d)}) should be the same"
                + OR_DENSE.format(name)
            )


ALL_BUT_LONG = KINDS["b"] + KINDS["S"]


def refuse_kinds(kinds, kernel, x):
    """torch's error where a kernel does not take the dtype of x, one of these."""
    if dtype_of(x) in kinds:
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
            given = given if isinstance(given, (tuple, list)) else per_axis(given, k, name)
            setattr(self, name, per_axis(given, dims, name))

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
        if min(self.dilation) < 0:
            raise RuntimeError("dilation should be greater than zero")
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
        if min(self.dilation) == 0:
            if dtype_of(x) in (np.float32, BFLOAT16):
                raise RuntimeError("non-positive dilation is not supported")
            raise RuntimeError(f"dilation should be greater than zero, but got {list(self.dilation)}")


def need_mode(padding, x, w, groups, **steps):
    """torch's errors of a padding by name, and what it asks first of operands where that is 'same'."""
    shape, taps = shape_of(x), shape_of(w)
    if padding not in ("same", "valid"):
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if padding == "valid" or len(taps) <= 2 or groups <= 0:
        return
    if len(shape) != len(taps):
        raise RuntimeError(
            f"Expected {len(taps)}-dimensional input for {len(taps)}-dimensional weight{list(taps)}, but got {len(shape)}-dimensional "
            f"input of size {list(shape)} instead"
        )
    for name, given in steps.items():
        if isinstance(given, (tuple, list)) and len(given) not in (1, len(taps) - 2):
            raise RuntimeError(f"{name} cannot broadcast to {len(taps) - 2} dimensions")


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
    if min(sizes, default=0) < 0:
        raise RuntimeError("negative padding is not supported")
    return tuple([(n, n) for n in sizes])


def with_bias(x, w, bias, params, like, operands):
    """The convolution of x with w, and bias (a current Tensor or None) added by channel, shown as one ConvolutionBackward0. `like`: the
    weight as it was given, whose memory format counts."""
    if bias is None:
        out = like_image(P["conv"](x, w, **params), x, like)
    elif dtype_of(x) in ROUNDED_ONCE:
        out = like_image(P["conv_bias"](x, w, bias, **params), x, like, others=(bias,))
    else:
        out = like_image(P["conv"](x, w, **params), x, like)
        out = P["add"](out, P["reshape"](bias, shape=(1, shape_of(bias)[0]) + (1,) * (len(shape_of(out)) - 2)))
    if mapping_of(like) is not None:
        out = behind_first(out)
    return labelled(out, "ConvolutionBackward0", operands)


def check_extra(shape, stride, extra, dilation):
    """torch's error for a padding of the result that is too large. (Of one axis it makes two.)"""
    sizes = shape[2:]
    if len(sizes) == 1:
        sizes, stride, dilation = ((1, *v) for v in (sizes, stride, dilation))
        extra = (0, *extra)
    if 0 not in shape and any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation)):
        at = ("depth", "height", "width")[-len(sizes) :]
        told = zip(("output_padding", "stride", "dilation"), (extra, stride, dilation))
        told = " ".join(f"{name}_{a}: {v}" for name, values in told for a, v in zip(at, values))
        raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {told}")


def check_sizes(shape, outs, taps, stride, padding, extra, dilation, fast):
    """torch's errors for sizes that no transposed convolution can give. (Its fast kernel gives nothing for a size of 0.)"""
    sizes = shape[2:]
    if len(sizes) == 1:
        sizes, taps, stride, dilation = ((1, *v) for v in (sizes, taps, stride, dilation))
        padding, extra = (0, *padding), (0, *extra)
    got = [
        (n - 1) * s - 2 * p + d * (t - 1) + e + 1
        for n, t, s, p, e, d in zip(sizes, taps, stride, padding, extra, dilation)
    ]
    if 0 in shape:
        whole = [shape[0], outs, *got]
        at = next((i for i, n in enumerate(whole) if n < 0), None)
        if at is not None:
            raise RuntimeError(f"invalid shape dimension {whole[at]} at index {at} of shape {whole}")
    elif min(got) < (0 if fast else 1):
        given, got = (" x ".join(map(str, v)) for v in (sizes, got))
        raise RuntimeError(
            f"Given input size per channel: ({given}). Calculated output size per channel: ({got}). Output size is too small"
        )


def in_half_steps(x, w, b, shape, strides, padding, rates, groups):
    """The values of a transposed convolution in float16, as torch's kernel rounds them: as each tap is added, and as the bias is."""
    from funcgrad.ops.half_rules import added_by_taps

    r = rounder(np.dtype(np.float16))
    x, w, b = (None if t is None else t.val.astype(np.float32) for t in (x, w, b))
    out = added_by_taps(r, x, shape, w, strides, padding, rates, groups)
    return out if b is None else out + b.reshape(1, -1, *(1,) * (x.ndim - 2))


def transposed_misfits(k):
    """The same for a transposed one."""

    def refuse_misfits(x, w, bias, stride, padding, output_padding, groups, dilation):
        """Raise torch's error for operands that make no transposed convolution, in its order."""
        need_one_complex(x, w, bias)
        steps = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
        geometry = Geometry(w, k, groups, True, **steps)
        geometry.check(x, w, bias)
        shape, taps = shape_of(x), shape_of(w)
        check_extra(shape, geometry.stride, geometry.output_padding, geometry.dilation)
        checked = [getattr(geometry, name) for name in ("stride", "padding", "output_padding", "dilation")]
        fast = is_fast(x, w, groups)
        if 0 not in shape:
            need_one_type(x, w, bias, groups)
            need_taps(x, w, groups, "de")
        check_sizes(shape, taps[1] * groups, taps[2:], *checked, fast)
        if 0 in shape:
            need_no_size(shape)
            return need_weights(w)
        refuse_kinds(ALL_BUT_LONG, f"slow_conv_transpose{max(k, 2)}d_out_cpu", x)
        need_scalar_type(x, w)
        if bias is not None and k == 3:
            need_scalar_type(x, current(bias))
        elif bias is not None:
            check_castable(dtype_of(x), dtype_in(bias))

    return refuse_misfits


def transposed_convolution(k):
    """torch.conv_transpose<k>d: the convolution of the input, dilated by the stride, with the flipped weight."""
    refuse_misfits = transposed_misfits(k)

    def conv_transpose(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        x, w = current(input), current(weight)
        b = None if bias is None else current(bias)
        shape, taps, given, d = shape_of(x), shape_of(w), w, dtype_of(x)
        fits = len(taps) == k + 2 and groups > 0 and taps[0] >= groups and not taps[0] % groups and shape[1] == taps[0]
        fits = fits and d.kind in "fc" and d == dtype_of(w)
        if not fits or b is not None and (shape_of(b) != (taps[1] * groups,) or d != dtype_of(b)):
            refuse_misfits(x, w, bias, stride, padding, output_padding, groups, dilation)
            x, w, b = in_one_dtype(x, w, b)
        steps, rates = per_axis(stride, k, "stride"), per_axis(dilation, k, "dilation")
        pads, extra = per_axis(padding, k, "padding"), per_axis(output_padding, k, "output_padding")
        if (
            any(extra)
            or min(*steps, *rates) <= 0
            or d != np.float32
            and any(pads)
            or min(pads) < 0
            or 0 in taps
            or 0 in shape[2:]
        ):
            refuse_misfits(x, w, bias, stride, padding, output_padding, groups, dilation)
        i, o = taps[0] // groups, taps[1]
        w = P["reshape"](w, shape=(groups, i, o, *taps[2:]))
        w = P["transpose"](w, perm=(0, 2, 1, *range(3, 3 + k)))
        w = P["reshape"](w, shape=(groups * o, i, *taps[2:]))
        w = P["getitem"](w, idx=(slice(None), slice(None), *[slice(None, None, -1)] * k))
        full = [r * (t - 1) for t, r in zip(taps[2:], rates)]
        pads = tuple([(f - p, f - p + e) for f, p, e in zip(full, pads, extra)])
        params = dict(strides=(1,) * k, padding=pads, lhs_dilation=steps, rhs_dilation=rates, groups=groups)
        out = with_bias(x, w, b, params, given, (input, weight, bias))
        if d == np.float16 and out.owner is TAPE and out.val.size:
            padding = tuple([(p, max(p - e, 0)) for p, e in zip(per_axis(padding, k, "padding"), extra)])
            out.val[...] = in_half_steps(x, given, b, shape_of(out), steps, padding, rates, groups)
        if 0 in shape_of(out):
            refuse_misfits(x, given, bias, stride, padding, output_padding, groups, dilation)
        return out

    conv_transpose.__name__ = f"conv_transpose{k}d"
    conv_transpose.__doc__ = f"The transpose of conv{k}d: weight [C, O / groups, *taps]."

    def refused(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
        if input.dim() == k + 1:
            input = input.unsqueeze(0)
        if input.dim() == k + 2:
            x, w = current(input), current(weight)
            refuse_misfits(x, w, bias, stride, padding, output_padding, groups, dilation)

    return batched(conv_transpose, k, refused)


conv1d, conv2d, conv3d = (convolution(k) for k in (1, 2, 3))
conv_transpose1d, conv_transpose2d, conv_transpose3d = (transposed_convolution(k) for k in (1, 2, 3))


refuse_in(globals())
