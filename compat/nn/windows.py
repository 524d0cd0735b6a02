"""Convolutions and pooling of any rank, over the primitives `conv` and `window_*`."""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ..functions.operands import dtype_of, shape_of
from ..functions.register import FUNCTIONS as T
from ..functions.register import spoken
from ..graph import labelled
from ..tensor import current

P = PRIMITIVES


def per_axis(x, k, name="an argument"):
    """One entry per spatial axis."""
    if isinstance(x, (tuple, list)):
        if len(x) == 1:
            return (int(x[0]),) * k
        if len(x) != k:
            raise RuntimeError(
                f"expected {name} to be a single integer value or a list of {k} values to match the axes, but got {name}={list(x)}"
            )
        return tuple([int(v) for v in x])
    return (int(x),) * k


def batched(f, k):
    """f on [N, C, *sizes], also for an input without N: torch shows an unsqueeze and a squeeze."""

    def on_any(input, *args, **kwargs):
        rank = input.dim()
        if rank == k + 2:
            return f(input, *args, **kwargs)
        if rank == k + 1:
            out = f(input.unsqueeze(0), *args, **kwargs)
            return tuple([o.squeeze(0) for o in out]) if isinstance(out, tuple) else out.squeeze(0)
        raise RuntimeError(
            f"Expected {k + 1}D (unbatched) or {k + 2}D (batched) input to {f.__name__}, but got input of size: "
            f"{list(input.shape)}"
        )

    on_any.__name__, on_any.__doc__ = f.__name__, f.__doc__
    return on_any


# ------------------------------------------------------------------------------------------------ convolution
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


# ------------------------------------------------------------------------------------------------ pooling
def windows_of(shape, window, stride, padding, dilation, ceil_mode):
    """The padding pairs of a pooling: `ceil_mode` pads behind so that a last, partial window counts."""
    pairs = []
    for n, w, s, p, d in zip(shape, window, stride, padding, dilation):
        if 2 * p > d * (w - 1) + 1:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={w} and dilation={d}"
            )
        reach = n + 2 * p - d * (w - 1) - 1
        count = reach // s + 1
        if ceil_mode:
            count = -(-reach // s) + 1
            if (count - 1) * s >= n + p:
                count -= 1
        if count < 1:
            raise RuntimeError(f"Given input size per axis {tuple(shape)}, the calculated output size is too small")
        pairs.append((p, max((count - 1) * s + d * (w - 1) + 1 - n - p, p) if ceil_mode else p))
    return tuple(pairs)


def max_pooling(k):
    def max_pool(
        input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
    ):  # fmt: skip
        x = current(input)
        window = per_axis(kernel_size, k, "kernel_size")
        stride = window if stride is None or stride == [] else per_axis(stride, k, "stride")
        dilation = per_axis(dilation, k, "dilation")
        pads = windows_of(shape_of(x)[-k:], window, stride, per_axis(padding, k, "padding"), dilation, ceil_mode)
        params = dict(window=window, strides=stride, padding=pads, base_dilation=(1,) * k, window_dilation=dilation)
        label = f"MaxPool{max(k, 2)}DWithIndicesBackward0"
        out = labelled(P["window_max"](x, **params), label, (input,))
        return (out, P["window_argmax"](x, **params)) if return_indices else out

    max_pool.__name__ = f"max_pool{k}d"
    max_pool.__doc__ = f"The maximum of each window over the last {k} axes; its first place takes the gradient."
    return max_pool


def average_pooling(k):
    def avg_pool(
        input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):  # fmt: skip
        x = current(input)
        window = per_axis(kernel_size, k, "kernel_size")
        stride = window if stride is None or stride == [] else per_axis(stride, k, "stride")
        padding = per_axis(padding, k, "padding")
        sizes = shape_of(x)[-k:]
        pads = windows_of(sizes, window, stride, padding, (1,) * k, ceil_mode)
        params = dict(window=window, strides=stride, padding=pads, base_dilation=(1,) * k, window_dilation=(1,) * k)
        total = P["window_sum"](x, **params)
        if divisor_override:
            count = divisor_override
        else:
            count = counts(sizes, window, stride, padding, pads, count_include_pad).astype(dtype_of(x))
        return labelled(P["div"](total, count), f"AvgPool{max(k, 2)}DBackward0", (input,))

    avg_pool.__name__ = f"avg_pool{k}d"
    avg_pool.__doc__ = f"The mean of each window over the last {k} axes."
    return avg_pool


def counts(sizes, window, stride, padding, pads, include):
    """How many elements each window's mean is over: padding counts if `include`, what ceil_mode added never."""
    out = np.ones((1,) * len(sizes), int)
    for axis, (n, w, s, p, (low, high)) in enumerate(zip(sizes, window, stride, padding, pads)):
        start = np.arange((n + low + high - w) // s + 1) * s - p
        end = np.minimum(start + w, n + p)
        each = end - start if include else np.minimum(end, n) - np.maximum(start, 0)
        out = out * each.reshape([-1 if a == axis else 1 for a in range(len(sizes))])
    return out


max_pool2d, max_pool3d = (max_pooling(k) for k in (2, 3))
avg_pool2d, avg_pool3d = (average_pooling(k) for k in (2, 3))


def flat(x):
    """A pooling parameter of one axis as that of two, the first of length 1."""
    return None if x is None or x == [] else (1, *per_axis(x, 1))


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The maximum of each window over the last axis; its first place takes the gradient."""
    padding = (0, *per_axis(padding, 1))
    out = max_pool2d(
        input.unsqueeze(-2), flat(kernel_size), flat(stride), padding, flat(dilation), ceil_mode, return_indices
    )
    return tuple([o.squeeze(-2) for o in out]) if return_indices else out.squeeze(-2)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window over the last axis."""
    padding = (0, *per_axis(padding, 1))
    out = avg_pool2d(input.unsqueeze(-2), flat(kernel_size), flat(stride), padding, ceil_mode, count_include_pad)
    return out.squeeze(-2)


def adaptive_average(k):
    def adaptive_avg_pool(input, output_size):
        x = current(input)
        shape = shape_of(x)
        wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * k
        wanted = [n if w is None else w for n, w in zip(shape[-k:], wanted)]
        if all(w == 1 for w in wanted):
            return T["mean"](input, tuple(range(-k, 0)), True)
        out = x
        for axis, w in zip(range(len(shape) - k, len(shape)), wanted):
            n = shape[axis]
            start = np.arange(w) * n // w
            end = -(-(np.arange(1, w + 1) * n) // w)
            place = np.arange(n)
            weights = ((place >= start[:, None]) & (place < end[:, None])) / (end - start)[:, None]
            dims = (((axis,), (1,)), ((), ()))
            out = P["dot_general"](out, weights.astype(dtype_of(x)), dims=dims)
            last = len(shape) - 1
            perm = (*range(axis), last, *range(axis, last))
            out = P["transpose"](out, perm=perm)
        return labelled(out, f"AdaptiveAvgPool{k}DBackward0", (input,))

    adaptive_avg_pool.__name__ = f"adaptive_avg_pool{k}d"
    adaptive_avg_pool.__doc__ = f"The means of as many even parts of the last {k} axes as output_size says."
    return adaptive_avg_pool


adaptive_avg_pool1d, adaptive_avg_pool2d = adaptive_average(1), adaptive_average(2)
