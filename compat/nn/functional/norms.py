"""Normalisation: by layer, group, batch and instance."""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ...autograd.grad_mode import call_in
from ...functions.arithmetic import ADD, by_number
from ...functions.operands import dtype_of, in_c_order, shape_of
from ...functions.register import FUNCTIONS as T
from ...graph import labelled
from ...size import Size
from ...tensor import current
from .dtypes import need_one_dtype, refuse_integers
from .padding import pad
from .pooling import avg_pool2d

P = PRIMITIVES


def standardized(x, axes, eps):
    """(x - mean) / sqrt(variance + eps) over axes, the variance being the biased one."""
    return P["standardize"](x, axes=axes, eps=eps)


def in_shape(p, shape):
    p = current(p)
    return p if shape_of(p) == shape else P["reshape"](p, shape=shape)


def scaled(x, weight, bias, shape):
    """x * weight + bias, both brought to a shape that broadcasts."""
    if weight is not None:
        x = P["mul"](x, in_shape(weight, shape))
    if bias is not None:
        x = P["add"](x, in_shape(bias, shape))
    return x


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over the last dimensions, then * weight + bias."""
    if isinstance(normalized_shape, int):
        raise TypeError("layer_norm(): argument 'normalized_shape' (position 2) must be tuple of ints, not int")
    normalized = tuple(normalized_shape)
    t = current(input)
    axes = last_axes(t, normalized, weight, bias)
    need_one_dtype(input, weight, bias)
    refuse_integers("LayerNormKernelImpl", input)
    out = standardized(t, axes, eps)
    out = in_c_order(scaled(out, weight, bias, normalized))
    return labelled(out, "NativeLayerNormBackward0", (input, weight, bias))


def last_axes(t, normalized, weight, bias=None, comma=", "):
    """The axes that normalized_shape names; RuntimeError where it is not the end of the shape."""
    shape = shape_of(t)
    k = len(normalized)
    if k < 1:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    for what, p in (("weight", weight), ("bias", bias)):
        if p is not None and tuple(p.shape) != normalized:
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {what} of shape {list(p.shape)} and "
                f"normalized_shape = {list(normalized)}"
            )
    if shape[max(len(shape) - k, 0) :] != normalized:
        raise RuntimeError(
            f"Given normalized_shape={list(normalized)}, expected input with shape "
            f"[*{comma}{', '.join(map(str, normalized))}], but got input of size{list(shape)}"
        )
    return tuple(range(len(shape) - k, len(shape)))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x over the root of its mean square over the last dimensions, times weight."""
    normalized = tuple(normalized_shape)
    t = current(input)
    axes = last_axes(t, normalized, weight, comma="")
    refuse_integers("rms_norm", input)
    d = dtype_of(t)
    mean = T["mean"](T["pow"](input, 2), axes, True)
    out = P["mul"](t, P["rsqrt"](by_number(ADD, mean, float(np.finfo(d).eps if eps is None else eps))))
    return scaled(out, weight, None, normalized)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over each group of channels, then * weight + bias by channel."""
    t = current(input)
    shape = shape_of(t)
    if len(shape) < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {len(shape)}")
    if shape[0] * shape[1] // num_groups * int(np.prod(shape[2:])) == 1:
        raise_too_few([shape[0] * shape[1] // num_groups, num_groups, *shape[2:]])
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    for what, p in (("weight", weight), ("bias", bias)):
        if p is not None and tuple(p.shape) != shape[1:2]:
            raise RuntimeError(
                f"Expected {what} to be a vector of size equal to the number of channels in input, but got {what} of shape "
                f"{list(p.shape)} and input of shape {list(shape)}"
            )
    need_one_dtype(input, weight, bias)
    refuse_integers("GroupNormKernelImpl", input)
    grouped = P["reshape"](t, shape=(shape[0], num_groups, shape[1] // num_groups * int(np.prod(shape[2:]))))
    out = P["reshape"](standardized(grouped, (2,), eps), shape=shape)
    return labelled(
        scaled(out, weight, bias, by_channel(shape)), "NativeGroupNormBackward0", (input, weight, bias)
    )  # fmt: skip


def by_channel(shape):
    """A shape in which one number a channel broadcasts."""
    return (1, shape[1]) + (1,) * (len(shape) - 2)


def raise_too_few(shape):
    raise ValueError(f"Expected more than 1 value per channel when training, got input size {shape}")


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):  # fmt: skip
    """Mean 0 and variance 1 for each channel (dimension 1), over the batch or by the running statistics.

    training: the batch's own statistics, which also move the running ones by `momentum`.
    """
    t = current(input)
    shape = shape_of(t)
    axes = tuple([i for i in range(len(shape)) if i != 1])
    count = int(np.prod([shape[i] for i in axes]))
    if training and count == 1:
        raise_too_few(Size(shape))
    if training and eps <= 0.0:
        raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    if eps < 0.0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")
    if not training and (running_mean is None or running_var is None):
        missing = "running_mean" if running_mean is None else "running_var"
        raise RuntimeError(f"{missing} must be defined in evaluation mode")
    check_channels(shape[1], running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    refuse_integers("batch_norm", input)
    need_one_dtype(input, weight, bias, running_mean, running_var)
    if training:
        out = standardized(t, axes, eps)
        if running_mean is not None or running_var is not None:
            call_in(False, move, running_mean, running_var, t, axes, momentum, count / (count - 1))
    else:
        mean, variance = (P["reshape"](current(r), shape=by_channel(shape)) for r in (running_mean, running_var))
        out = P["mul"](P["sub"](t, mean), P["rsqrt"](P["add"](variance, eps)))
    out = scaled(out, weight, bias, by_channel(shape))
    return labelled(out, "NativeBatchNormBackward0", (input, weight, bias))


def check_channels(count, **given):
    for name, p in given.items():
        if p is not None and p.numel() != count:
            raise RuntimeError(f"{name} should contain {count} elements not {p.numel()}")


def move(running_mean, running_var, x, axes, momentum, unbiased):
    """Each running <- (1 - momentum) * running + momentum * new, in place; the new variance is `unbiased` by that factor."""
    mean = P["mean"](x, axes=axes)
    kept = tuple([1 if i in axes else k for i, k in enumerate(shape_of(x))])
    variance = P["mean"](P["square"](P["sub"](x, P["reshape"](mean, shape=kept))), axes=axes)
    for running, new, factor in ((running_mean, mean, 1.0), (running_var, variance, unbiased)):
        if running is not None:
            step = P["reshape"](new, shape=tuple(running.shape))
            running.mul_(1 - momentum).add_(P["mul"](step, momentum * factor))


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5
):  # fmt: skip
    """Mean 0 and variance 1 for each sample and channel, or by the running statistics."""
    shape = tuple(input.shape)
    if use_input_stats and int(np.prod(shape[2:])) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {Size(shape)}")
    n, c, *sizes = shape
    own = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    check_channels(c, **own)
    each = {
        k: None if p is None else p.repeat(n) for k, p in own.items()
    }  # every sample's channels are channels of one
    flat = input.reshape(1, n * c, *sizes)
    out = batch_norm(flat, **each, training=use_input_stats, momentum=momentum, eps=eps)
    if use_input_stats:
        for name in ("running_mean", "running_var"):
            if own[name] is not None:
                call_in(False, own[name].copy_, each[name].view(n, c).mean(0))
    return out.view(shape)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """x over (k + alpha * the mean square of `size` neighbouring channels) ** beta."""
    rank = input.dim()
    if rank < 3:
        raise ValueError(f"Expected 3D or higher dimensionality                          input (got {rank} dimensions)")
    if input.numel() == 0:
        return input
    shape = tuple(input.shape)
    squares = input * input
    flat = squares.unsqueeze(1) if rank == 3 else squares.view(shape[0], 1, shape[1], -1)
    flat = pad(flat, (0, 0, size // 2, (size - 1) // 2))
    means = avg_pool2d(flat, (size, 1), stride=1)
    means = means.squeeze(1) if rank == 3 else means.view(shape)
    return input / means.mul(alpha).add(k).pow(beta)
