"""The kernels behind the functions of layers, as `torch.` names them: every argument is given, and what a backward would keep is
returned too.

Invariant: of several results the first has the derivative of the function of layers; the others are constants, but for those of
native_group_norm.
"""

from ...dtypes import BY_NAME
from ...functions.kernels import native as refusing
from ...functions.operands import shape_of
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import number_in
from ...functions.writing import check_castable
from ...graph import labelled
from ...payload import current
from . import convolution as conv
from . import native, norms, padding

FLOAT = BY_NAME["float32"].numpy
BY_RANK = {
    False: (conv.conv1d, conv.conv2d, conv.conv3d),
    True: (conv.conv_transpose1d, conv.conv_transpose2d, conv.conv_transpose3d),
}


def convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    """conv1d, conv2d, conv3d, or their transposes, by the rank of weight."""
    f = BY_RANK[bool(transposed)][weight.dim() - 3]
    if input.dim() != weight.dim():
        n = weight.dim()
        raise RuntimeError(
            f"Expected {n}-dimensional input for {n}-dimensional weight {list(weight.shape)}, but got {input.dim()}-dimensional input of "
            f"size {list(input.shape)} instead"
        )
    if input.is_complex():  # (which torch has no kernel for here, if all else is right)
        real = input.real.dtype
        convolution(input.real, weight.to(real) if not weight.is_complex() else weight.real, None, stride, padding, dilation, transposed,
            output_padding, groups)  # fmt: skip
        kernel = "compute_columns3d" if weight.dim() == 5 else "slow_conv2d_cpu"
        if transposed:
            kernel = f"slow_conv_transpose{max(weight.dim() - 2, 2)}d_out_cpu"
        elif max(dilation) > 1:
            kernel = "slow_conv_dilated<>"
        refuse(kernel, input.dtype.numpy)
    if transposed:
        return f(input, weight, bias, tuple(stride), tuple(padding), tuple(output_padding), groups, tuple(dilation))
    return f(input, weight, bias, tuple(stride), tuple(padding), tuple(dilation), groups)


def constant_pad_nd(input, pad, value=0):
    """nn.functional.pad with a constant, which may be complex; what is wrong is said in other words."""
    if not isinstance(pad, (tuple, list)) or not isinstance(value, (bool, int, float, complex)):
        return padding.pad(input, pad, "constant", value)
    t, n = current(input), len(pad)
    shape = shape_of(t)
    if n % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {n}")
    if n > 2 * len(shape):
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. "
            f"Pad length is {n}while the input has {len(shape)}dimensions."
        )
    pad, _, config = padding.paddings(shape, pad)
    return padding.filled(input, t, shape, config, pad, value)


def grid_sampler_2d(input, grid, interpolation_mode, padding_mode, align_corners):
    """grid_sampler of images."""
    return native.grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def grid_sampler_3d(input, grid, interpolation_mode, padding_mode, align_corners):
    """grid_sampler of volumes."""
    return native.grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)


def moments(x, dims, eps):
    """(mean, 1 / sqrt(variance + eps)) over dimensions, which stay with length 1."""
    variance, mean = T["var_mean"](x, dims, correction=0, keepdim=True)
    return mean, (variance + eps).rsqrt()


def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """(nn.functional.layer_norm, mean, 1 / standard deviation)."""
    out = norms.layer_norm(input, normalized_shape, weight, bias, eps)
    return out, *moments(input.detach(), tuple(range(-len(normalized_shape), 0)), eps)


def native_group_norm(input, weight, bias, N, C, HxW, group, eps):
    """(nn.functional.group_norm, means, 1 / standard deviations), [N, group] the last two."""
    out = norms.grouped_norm(input, group, weight, bias, eps)
    rows = input.reshape(N, group, C // group * HxW)
    kept = moments(rows, (2,), eps) if N else (rows[..., 0], rows[..., 0])
    made = (out, *[t.reshape(N, group) for t in kept])
    return tuple([labelled(current(t), "NativeGroupNormBackward0", (input, weight, bias)) for t in made])


def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, *, out=None):
    """(nn.functional.batch_norm, means, 1 / standard deviations); the last two are empty where they are not taken of the batch."""
    got = norms.native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)
    dims = tuple([d for d in range(input.dim()) if d != 1])
    kept = [t.reshape(-1) if training else t.new_empty(0) for t in moments(input.detach(), dims, eps)]
    if out is None:
        return got, *kept
    for into, t in zip(out, (got, *kept), strict=True):
        into.resize_(t.shape).copy_(t)
    return out


def batch_norm_update_stats(input, running_mean, running_var, momentum):
    """(means, variances) by channel, which the running ones, if any, are moved towards."""
    if not (input.is_floating_point()):
        refuse("batch_norm_update_stats_cpu", input.dtype.numpy)
    dims = tuple([d for d in range(input.dim()) if d != 1])
    norms.native_batch_norm(input.detach(), None, None, running_mean, running_var, True, momentum, 1e-5)
    variance, mean = T["var_mean"](input.detach(), dims, correction=0)
    return mean, variance


def native_dropout(input, p, train):
    """(nn.functional.dropout, which elements are kept)."""
    if not input.numel():
        return input, T["empty_like"](input)
    if train is not None and not train:
        return input.clone(), T["ones_like"](input, dtype=BY_NAME["bool"])
    check_castable(input.dtype.numpy, FLOAT)
    kept = T["empty_like"](input, dtype=BY_NAME["bool"]).bernoulli_(1 - p)
    out = input * kept * number_in(0.0 if p == 1 else 1 / (1 - p), input.dtype.numpy)
    return labelled(out, "NativeDropoutBackward0", (input,)), kept


KERNELS = (
    "convolution constant_pad_nd grid_sampler_2d grid_sampler_3d native_batch_norm native_layer_norm native_group_norm "
    "batch_norm_update_stats native_dropout"
)
globals().update({name: refusing(name, globals()[name]) for name in KERNELS.split()})
