"""torch.nn.functional: layers, activations and losses as functions.

Thin spellings over primitives and torch's operations: what torch shows as one node is labelled so, and its derivative is
that of its body.
"""

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.numpy.concrete import concrete

from .. import streams
from ..functions.operands import dtype_of, floating, shape_of
from ..functions.register import FUNCTIONS as T
from ..functions.register import named, rewrite
from ..graph import labelled
from ..tensor import Tensor, current, wrap, wrapped
from .reduction import averaged, reduction_of
from .windows import (  # noqa: F401  (part of this namespace)
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    padding_of,
    per_axis,
)

P = PRIMITIVES


def kink(name):
    """The parameters with which compat calls a primitive: torch's choice at its kinks."""
    return {"kink": "torch"} if "kink" in P[name].params else {}


# ------------------------------------------------------------------------------------------------ linear
def linear(input, weight, bias=None):
    """input @ weight.T + bias: [*, in] -> [*, out]. RuntimeError where sizes do not fit.

    >>> import compat as torch
    >>> torch.nn.functional.linear(torch.ones(1, 2), torch.eye(2), torch.ones(2))
    tensor([[2., 2.]])
    """
    w = weight.t()
    rank = input.dim()
    if rank == 2:
        return T["mm"](input, w) if bias is None else T["addmm"](bias, input, w)
    if bias is None:
        return T["matmul"](input, w)
    shape = tuple(input.shape)
    flat = input.reshape(-1, shape[-1])
    return T["addmm"](bias, flat, w).view(*shape[:-1], weight.shape[0])


def bilinear(input1, input2, weight, bias=None):
    """x1 @ weight[k] @ x2 + bias[k] for each k: [*, in1], [*, in2] -> [*, out]."""
    out = T["einsum"]("...i,kij,...j->...k", input1, weight, input2)
    out = named(out, "ViewBackward0", (input1, weight, input2))
    return out if bias is None else out + bias


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """The rows of weight that an integer Tensor names: [*] -> [*, width]. padding_idx: a row without gradient."""
    if max_norm is not None or scale_grad_by_freq:
        raise NotImplementedError("embedding: max_norm and scale_grad_by_freq are not implemented in compat.")
    idx = current(input)
    if dtype_of(idx).kind not in "iu":
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{input.type()} instead (while checking arguments for embedding)"
        )
    values = concrete_or_none(idx)
    if values is not None and values.size and (values.min() < 0 or values.max() >= weight.shape[0]):
        raise IndexError("index out of range in self")
    w = current(weight)
    if padding_idx is not None:
        row = padding_idx % weight.shape[0]
        fixed = (np.arange(weight.shape[0]) == row)[:, None]
        w = P["where"](fixed, weight.detach(), w)
    return named(P["gather"](w, idx), "EmbeddingBackward0", (weight,))


def concrete_or_none(x):
    """The values of integers that are known now; None under jit or vmap."""
    while isinstance(x, Handle):
        if not isinstance(x, Tensor) and not x.owner.concrete:
            return None
        x = x.val
    return np.asarray(concrete(x, "an index"))


def one_hot(tensor, num_classes=-1):
    """int64[*] of class numbers as int64[*, classes] of zeros and ones."""
    t = current(tensor)
    if dtype_of(t) != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    values = concrete_or_none(t)
    if values is not None and values.size and values.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        if values is None or not values.size:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(values.max()) + 1
    elif values is not None and values.size and values.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return (tensor.unsqueeze(-1) == T["arange"](num_classes)).to(tensor.dtype)


# ------------------------------------------------------------------------------------------------ activations
def activation(label, body, name=None):
    """A function of one Tensor and numbers, shown as one node, with torch's `inplace`."""

    def f(input, *args, inplace=False, **kwargs):
        got = named(body(floating(current(input)), *args, **kwargs), label, (input,))
        return rewrite(input, got, label, (input,)) if inplace else got

    f.__name__ = name or body.__name__
    f.__doc__ = body.__doc__
    return f


def with_inplace(position, body, label):
    """activation() for functions that take `inplace` as their last positional argument too."""
    f = activation(label, body)

    def g(input, *args, **kwargs):
        if len(args) == position:
            kwargs["inplace"] = args[-1]
            args = args[:-1]
        return f(input, *args, **kwargs)

    g.__name__, g.__doc__ = body.__name__, body.__doc__
    return g


def relu(input, inplace=False):
    """max(x, 0); the derivative at 0 is 0."""
    return input.relu_() if inplace else T["relu"](input)


def relu_(input):
    """relu, in place."""
    return input.relu_()


def tanh(input):
    """tanh(x)."""
    return T["tanh"](input)


def sigmoid(input):
    """1 / (1 + exp(-x))."""
    return T["sigmoid"](input)


def _leaky_relu(x, negative_slope=0.01):
    """x where positive, negative_slope * x elsewhere."""
    return P["where"](P["greater"](x, 0), x, P["mul"](x, negative_slope))


leaky_relu = with_inplace(2, _leaky_relu, "LeakyReluBackward0")


def _elu(x, alpha=1.0, scale=1.0):
    """x where positive, alpha * (exp(x) - 1) elsewhere; all times scale."""
    positive = P["greater"](x, 0)
    low = P["mul"](P["expm1"](P["where"](positive, P["mul"](x, 0.0), x)), alpha * scale)
    return P["where"](positive, x if scale == 1.0 else P["mul"](x, scale), low)


elu = with_inplace(2, _elu, "EluBackward0")
SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def selu(input, inplace=False):
    """scale * elu(x, alpha), with the constants that keep mean 0 and variance 1."""
    return elu(input, SELU_ALPHA, scale=SELU_SCALE, inplace=inplace)


def _celu(x, alpha=1.0):
    """max(0, x) + min(0, alpha * (exp(x / alpha) - 1))."""
    positive = P["greater"](x, 0)
    low = P["mul"](P["expm1"](P["div"](P["where"](positive, P["mul"](x, 0.0), x), alpha)), alpha)
    return P["where"](positive, x, low)


celu = with_inplace(2, _celu, "CeluBackward0")


def _gelu(x, approximate="none"):
    """x * Phi(x), Phi the normal distribution function; "tanh": by the usual approximation."""
    if approximate == "none":
        return P["mul"](P["mul"](x, 0.5), P["add"](P["erf"](P["mul"](x, 0.5**0.5)), 1.0))
    if approximate != "tanh":
        raise RuntimeError("approximate argument must be either none or tanh.")
    inside = P["mul"](P["add"](x, P["mul"](P["mul"](P["mul"](x, x), x), 0.044715)), (2 / np.pi) ** 0.5)
    return P["mul"](P["mul"](x, 0.5), P["add"](P["tanh"](inside), 1.0))


gelu = activation("GeluBackward0", _gelu, "gelu")


def _silu(x):
    """x * sigmoid(x)."""
    return P["mul"](x, P["sigmoid"](x))


silu = with_inplace(1, _silu, "SiluBackward0")


def _mish(x):
    """x * tanh(softplus(x))."""
    return P["mul"](x, P["tanh"](P["softplus"](x)))


mish = with_inplace(1, _mish, "MishBackward0")


def _softplus(x, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""
    scaled = x if beta == 1 else P["mul"](x, beta)
    soft = P["softplus"](scaled)
    return P["where"](P["greater"](scaled, threshold), x, soft if beta == 1 else P["div"](soft, beta))


softplus = activation("SoftplusBackward0", _softplus, "softplus")


def _logsigmoid(x):
    """log(sigmoid(x)), without overflow."""
    return P["log_sigmoid"](x)


logsigmoid = activation("LogSigmoidBackward0", _logsigmoid, "logsigmoid")


def _hardtanh(x, min_val=-1.0, max_val=1.0):
    """x limited to [min_val, max_val]; the derivative at the edges is 0."""
    below_top = P["where"](P["greater_equal"](x, max_val), float(max_val), x)
    return P["where"](P["less_equal"](x, min_val), float(min_val), below_top)


hardtanh = with_inplace(3, _hardtanh, "HardtanhBackward0")


def relu6(input, inplace=False):
    """x limited to [0, 6]."""
    return hardtanh(input, 0.0, 6.0, inplace=inplace)


def _hardsigmoid(x):
    """(x + 3) / 6 limited to [0, 1]."""
    return P["div"](_hardtanh(P["add"](x, 3.0), 0.0, 6.0), 6.0)


hardsigmoid = with_inplace(1, _hardsigmoid, "HardsigmoidBackward0")


def _hardswish(x):
    """x * hardsigmoid(x)."""
    return P["mul"](x, P["div"](_hardtanh(P["add"](x, 3.0), 0.0, 6.0), 6.0))


hardswish = with_inplace(1, _hardswish, "HardswishBackward0")


def _hardshrink(x, lambd=0.5):
    """x where |x| > lambd, else 0."""
    return P["where"](P["logical_or"](P["greater"](x, lambd), P["less"](x, -lambd)), x, 0.0)


hardshrink = activation("HardshrinkBackward0", _hardshrink, "hardshrink")


def _softshrink(x, lambd=0.5):
    """x moved towards 0 by lambd, 0 on the way."""
    low = P["where"](P["less"](x, -lambd), P["add"](x, lambd), P["mul"](x, 0.0))
    return P["where"](P["greater"](x, lambd), P["sub"](x, lambd), low)


softshrink = activation("SoftshrinkBackward0", _softshrink, "softshrink")


def _threshold(x, threshold, value):
    """x where it exceeds the threshold, else value."""
    return P["where"](P["greater"](x, threshold), x, float(value))


threshold = with_inplace(3, _threshold, "ThresholdBackward0")


def softsign(input):
    """x / (1 + |x|)."""
    return input / (input.abs() + 1)


def tanhshrink(input):
    """x - tanh(x)."""
    return input - input.tanh()


def prelu(input, weight):
    """x where positive, weight * x elsewhere; weight has one entry, or one a channel (dimension 1)."""
    w = weight if weight.numel() == 1 else weight.view(1, weight.numel(), *[1] * (input.dim() - 2))
    x = current(input)
    return named(P["where"](P["greater"](x, 0), x, P["mul"](x, current(w))), "PreluKernelBackward0", (input, w))


def glu(input, dim=-1):
    """The first half along a dimension times sigmoid of the second."""
    t = current(input)
    at = wrapped(dim, len(shape_of(t)))
    n = shape_of(t)[at]
    if n % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {at} is size {n}")
    parts = [(slice(None),) * at + (s,) for s in (slice(0, n // 2), slice(n // 2, n))]
    a, b = (P["getitem"](t, idx=i) for i in parts)
    return named(P["mul"](a, P["sigmoid"](b)), "GluBackward0", (input,))


def implicit_dim(dim, ndim):
    """torch's old choice of a dimension for softmax where none is given."""
    return dim if dim is not None else 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """exp(x) / sum(exp(x)) along a dimension."""
    return T["softmax"](input, implicit_dim(dim, input.dim()), dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """log(softmax(x)) along a dimension."""
    return T["log_softmax"](input, implicit_dim(dim, input.dim()), dtype=dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """softmax(-x)."""
    return softmax(-input, dim, dtype=dtype)


def normalize(input, p=2.0, dim=1, eps=1e-12):
    """x over its p-norm along a dimension (over eps where that is smaller)."""
    norm = input.norm(p, dim, True)
    return input / norm.clamp_min(eps).expand_as(input)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between x1 and x2 along a dimension."""
    a = x1 / (x1 * x1).sum(dim, True).sqrt().clamp_min(eps)
    b = x2 / (x2 * x2).sum(dim, True).sqrt().clamp_min(eps)
    return (a * b).sum(dim)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of x1 - x2 + eps along the last dimension."""
    d = x1 - x2
    d = named(d + eps, "AddBackward1", (d,))
    return named(d.norm(p, -1, keepdim), "NormBackward1", (d,))


# ------------------------------------------------------------------------------------------------ dropout
def check_probability(p):
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def dropped(input, p, training, inplace, mask_shape):
    """input with elements (or whole channels) set to zero with probability p, the rest divided by 1 - p."""
    check_probability(p)
    if not training or p == 0.0 or input.numel() == 0:
        return input
    if p == 1.0:
        mask = wrap(Tensor, np.zeros((), dtype_of(current(input))))
    else:
        mask = wrap(Tensor, streams.default_generator.dropout_mask(mask_shape, p, dtype_of(current(input))))
    return input.mul_(mask) if inplace else input * mask


def dropout(input, p=0.5, training=True, inplace=False):
    """Elements set to zero with probability p, the rest scaled by 1 / (1 - p), while training.

    ValueError if p is no probability. The elements are those torch draws.
    """
    return dropped(input, p, training, inplace, tuple(input.shape))


def channelwise(name, doc):
    def f(input, p=0.5, training=True, inplace=False):
        shape = tuple(input.shape)
        return dropped(input, p, training, inplace, shape[:2] + (1,) * (len(shape) - 2))

    f.__name__, f.__doc__ = name, doc
    return f


dropout1d = channelwise("dropout1d", "Whole channels of [N, C, L] set to zero with probability p.")
dropout2d = channelwise("dropout2d", "Whole channels of [N, C, H, W] set to zero with probability p.")
dropout3d = channelwise("dropout3d", "Whole channels of [N, C, D, H, W] set to zero with probability p.")


# ------------------------------------------------------------------------------------------------ normalisation
def standardized(x, axes, eps):
    """(x - mean) / sqrt(variance + eps) over axes, with the mean and the variance (biased)."""
    shape = shape_of(x)
    kept = tuple([1 if i in axes else k for i, k in enumerate(shape)])
    mean = P["reshape"](P["mean"](x, axes=axes), shape=kept)
    centred = P["sub"](x, mean)
    variance = P["reshape"](P["mean"](P["square"](centred), axes=axes), shape=kept)
    return P["mul"](centred, P["rsqrt"](P["add"](variance, eps))), mean, variance


def scaled(x, weight, bias, shape):
    """x * weight + bias, both brought to a shape that broadcasts."""
    if weight is not None:
        x = P["mul"](x, P["reshape"](current(weight), shape=shape))
    if bias is not None:
        x = P["add"](x, P["reshape"](current(bias), shape=shape))
    return x


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over the last dimensions, then * weight + bias."""
    normalized = tuple(normalized_shape)
    t = current(input)
    shape = shape_of(t)
    k = len(normalized)
    if shape[len(shape) - k :] != normalized:
        raise RuntimeError(
            f"Given normalized_shape={list(normalized)}, expected input with shape "
            f"[*, {', '.join(map(str, normalized))}], but got input of size{list(shape)}"
        )
    out, _, _ = standardized(t, tuple(range(len(shape) - k, len(shape))), eps)
    return labelled(scaled(out, weight, bias, normalized), "NativeLayerNormBackward0", (input, weight, bias))


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """Mean 0 and variance 1 over each group of channels, then * weight + bias by channel."""
    t = current(input)
    shape = shape_of(t)
    if shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(shape)} and num_groups={num_groups}"
        )
    grouped = P["reshape"](t, shape=(shape[0], num_groups, -1 if 0 not in shape else 0))
    out = P["reshape"](standardized(grouped, (2,), eps)[0], shape=shape)
    by_channel = (1, shape[1]) + (1,) * (len(shape) - 2)
    return labelled(scaled(out, weight, bias, by_channel), "NativeGroupNormBackward0", (input, weight, bias))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """x over the root of its mean square over the last dimensions, times weight."""
    dims = tuple(range(-len(tuple(normalized_shape)), 0))
    eps = np.finfo(dtype_of(current(input))).eps if eps is None else eps
    out = input * ((input * input).mean(dims, True) + float(eps)).rsqrt()
    return out if weight is None else out * weight


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5
):  # fmt: skip
    """Mean 0 and variance 1 for each channel (dimension 1), over the batch or by the running statistics.

    training: the batch's own statistics, which also move the running ones by `momentum`.
    """
    t = current(input)
    shape = shape_of(t)
    axes = tuple([i for i in range(len(shape)) if i != 1])
    by_channel = (1, shape[1]) + (1,) * (len(shape) - 2)
    if training:
        count = int(np.prod([shape[i] for i in axes]))
        if count == 1:
            raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape}")
        out, mean, variance = standardized(t, axes, eps)
        move(running_mean, mean, momentum, 1.0)
        move(running_var, variance, momentum, count / (count - 1))
    else:
        if running_mean is None or running_var is None:
            raise RuntimeError("Expected running_mean and running_var to be defined when training=False")
        mean, variance = (P["reshape"](current(r), shape=by_channel) for r in (running_mean, running_var))
        out = P["mul"](P["sub"](t, mean), P["rsqrt"](P["add"](variance, eps)))
    return labelled(scaled(out, weight, bias, by_channel), "NativeBatchNormBackward0", (input, weight, bias))


def move(running, new, momentum, factor):
    """running <- (1 - momentum) * running + momentum * factor * new, in place and unrecorded."""
    if running is None:
        return
    from ..autograd import no_grad

    with no_grad():
        step = P["reshape"](new, shape=tuple(running.shape))
        running.mul_(1 - momentum).add_(P["mul"](step, momentum * factor))


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5
):  # fmt: skip
    """Mean 0 and variance 1 for each sample and channel."""
    t = current(input)
    shape = shape_of(t)
    by_channel = (1, shape[1]) + (1,) * (len(shape) - 2)
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    axes = tuple(range(2, len(shape)))
    out, mean, variance = standardized(t, axes, eps)
    count = int(np.prod(shape[2:]))
    move(running_mean, P["mean"](mean, axes=(0, *axes)), momentum, 1.0)
    move(running_var, P["mean"](variance, axes=(0, *axes)), momentum, count / max(count - 1, 1))
    return labelled(scaled(out, weight, bias, by_channel), "ViewBackward0", (input, weight, bias))


# ------------------------------------------------------------------------------------------------ losses
def loss_inputs(input, target):
    """Both in one shape; torch warns where they differ and broadcasts."""
    if input.shape != target.shape:
        import warnings

        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
            "lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=3,
        )
    return current(input), current(target)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """(input - target) ** 2, reduced by "mean", "sum" or not ("none").

    >>> import compat as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    x, y = loss_inputs(input, target)
    out = P["square"](T["sub"](x, y))
    if weight is not None:
        out = out * weight
    return labelled(averaged(out, reduction), "MseLossBackward0", (input, target))


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """|input - target|, reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    loss_inputs(input, target)
    out = (input - target).abs()
    return out if reduction == "none" else out.mean() if reduction == "mean" else out.sum()


def huber(x, y, delta, linear, reduction):
    """0.5 * d ** 2 * (linear / delta) where |d| < delta, linear * (|d| - delta / 2) beyond, reduced."""
    d = T["sub"](x, y)
    size = P["abs"](d, **kink("abs"))
    inner = P["mul"](P["square"](d), 0.5 * linear / delta)
    outer = P["mul"](P["sub"](size, 0.5 * delta), linear)
    return averaged(P["where"](P["less"](size, delta), inner, outer), reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """0.5 * d ** 2 / beta where |d| < beta, |d| - beta / 2 elsewhere, reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    x, y = loss_inputs(input, target)
    return labelled(huber(x, y, beta, 1.0, reduction), "SmoothL1LossBackward0", (input, target))


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """0.5 * d ** 2 where |d| < delta, delta * (|d| - delta / 2) elsewhere, reduced."""
    x, y = loss_inputs(input, target)
    return labelled(huber(x, y, delta, delta, reduction), "HuberLossBackward0", (input, target))


def nll_loss(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
):  # fmt: skip
    """Minus the entry of input (log-probabilities, [N, C, ...] or [C]) at each target class, weighted, reduced.

    "mean" divides by the sum of the weights of the targets; targets equal to ignore_index count nothing.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    x, k = current(input), current(target)
    shape = shape_of(x)
    if dtype_of(k).kind not in "iu":
        raise RuntimeError(f"expected scalar type Long but found {dtype_name(k)}")
    channel = 0 if len(shape) == 1 else 1
    rest = shape[:channel] + shape[channel + 1 :]
    if shape_of(k) != rest:
        if len(shape) == 2:
            raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({shape_of(k)[0]}).")
        raise ValueError(f"Expected target size {list(rest)}, got {list(shape_of(k))}")
    values = concrete_or_none(k)
    if values is not None:
        bad = (values != ignore_index) & ((values < 0) | (values >= shape[channel]))
        if bad.any():
            raise IndexError(f"Target {values[bad].flat[0]} is out of bounds.")
    ignored = P["equal"](k, ignore_index)
    some = values is None or bool((values == ignore_index).any())
    safe = P["where"](ignored, 0, k) if some else k
    at = P["reshape"](safe, shape=rest[:channel] + (1,) + rest[channel:])
    picked = P["reshape"](P["take_along"](x, at, axis=channel), shape=rest)
    weights = None
    if weight is not None:
        weights = P["gather"](current(weight), safe)
    if some:
        weights = P["where"](ignored, 0.0, 1.0 if weights is None else weights)
        weights = P["cast"](weights, dtype=dtype_of(x))
    out = P["neg"](picked if weights is None else P["mul"](picked, weights))
    if reduction == "mean" and weights is not None:
        axes = tuple(range(len(rest)))
        out = P["div"](P["sum"](out, axes=axes), P["sum"](weights, axes=axes))
    else:
        out = averaged(out, reduction)
    return labelled(out, "NllLossBackward0" if len(shape) < 3 else "NllLoss2DBackward0", (input,))


def dtype_name(t):
    from ..functions.register import spoken

    return spoken(dtype_of(t))


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
):  # fmt: skip
    """nll_loss of log_softmax(input): target holds class numbers, or probabilities of input's shape.

    >>> import compat as torch
    >>> torch.nn.functional.cross_entropy(torch.zeros(1, 2), torch.tensor([0]))
    tensor(0.6931)
    """
    reduction = reduction_of(reduction, size_average, reduce)
    channel = 0 if input.dim() == 1 else 1
    logp = T["log_softmax"](input, channel)
    if target.is_floating_point():
        return soft_cross_entropy(logp, target, weight, channel, reduction, label_smoothing)
    loss = nll_loss(logp, target, weight, ignore_index=ignore_index, reduction=reduction)
    if label_smoothing == 0.0:
        return loss
    classes = input.shape[channel]
    spread = logp if weight is None else logp * by_class(weight, logp, channel)
    smooth = -spread.sum(channel)
    mask = target == ignore_index
    smooth = smooth.masked_fill(mask, 0.0)
    if reduction == "mean":
        counted = (~mask).sum() if weight is None else weight[target.masked_fill(mask, 0)].masked_fill(mask, 0.0).sum()
        smooth = smooth.sum() / counted
    elif reduction == "sum":
        smooth = smooth.sum()
    parts = [
        named(x * k, "MulBackward1", (x,))
        for x, k in ((loss, 1 - label_smoothing), (smooth, label_smoothing / classes))
    ]
    return parts[0] + parts[1]


def by_class(weight, like, channel):
    return weight.view(*[-1 if i == channel else 1 for i in range(like.dim())])


def soft_cross_entropy(logp, target, weight, channel, reduction, label_smoothing):
    if label_smoothing > 0.0:
        target = target * (1 - label_smoothing) + label_smoothing / logp.shape[channel]
    product = logp * target if weight is None else logp * target * by_class(weight, logp, channel)
    out = -product.sum(channel) if reduction == "none" else -product.sum()
    if reduction != "mean":
        return out
    return named(out / max(logp.numel() // max(logp.shape[channel], 1), 1), "DivBackward1", (out,))


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """-(y log x + (1 - y) log(1 - x)), the logarithms held at -100, weighted, reduced; x between 0 and 1."""
    reduction = reduction_of(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. Please "
            "ensure they have the same size."
        )
    x, y = current(input), current(target)
    values = concrete_or_none(x)
    if values is not None and values.size and not ((values >= 0) & (values <= 1)).all():
        raise RuntimeError("all elements of input should be between 0 and 1")

    def log(v):
        """log held at -100; where v is 0 without derivative, not nan."""
        zero = P["equal"](v, 0)
        return P["where"](zero, -100.0, P["maximum"](P["log"](P["where"](zero, 1.0, v)), -100.0, **kink("maximum")))

    out = P["neg"](P["add"](P["mul"](y, log(x)), P["mul"](P["sub"](1.0, y), log(P["sub"](1.0, x)))))
    if weight is not None:
        out = P["mul"](out, current(weight))
    return labelled(averaged(out, reduction), "BinaryCrossEntropyBackward0", (input, target))


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):  # fmt: skip
    """binary_cross_entropy of sigmoid(input), without overflow; pos_weight weighs the positive targets."""
    reduction = reduction_of(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    x, y = current(input), current(target)
    minus = P["neg"](P["log_sigmoid"](x))
    out = P["mul"](P["sub"](1.0, y), x)
    if pos_weight is None:
        out = P["add"](out, minus)
    else:
        factor = P["add"](P["mul"](P["sub"](current(pos_weight), 1.0), y), 1.0)
        out = P["add"](out, P["mul"](factor, minus))
    if weight is not None:
        out = P["mul"](out, current(weight))
    return labelled(averaged(out, reduction), "BinaryCrossEntropyWithLogitsBackward0", (input, target))


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """target * (log target - input), input and (log_target) target being log-probabilities, reduced, also "batchmean"."""
    batchmean = reduction == "batchmean"
    reduction = "sum" if batchmean else reduction_of(reduction, size_average, reduce)
    out = target.exp() * (target - input) if log_target else T["xlogy"](target, target) - target * input
    out = out.mean() if reduction == "mean" else out.sum() if reduction == "sum" else out
    return out / input.shape[0] if batchmean and input.dim() else out


def margin_ranking_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """max(0, -target * (input1 - input2) + margin), reduced."""
    out = (-target * (input1 - input2) + margin).clamp_min(0)
    return averaged(out, reduction_of(reduction, size_average, reduce))


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """input where target is 1, max(0, margin - input) where it is -1, reduced."""
    zero = input * 0
    out = T["where"](target != 1, (margin - input).clamp_min(0), zero) + T["where"](target != -1, input, zero)
    return averaged(out, reduction_of(reduction, size_average, reduce))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """log(1 + exp(-target * input)), reduced."""
    x, y = current(input), current(target)
    out = P["softplus"](P["neg"](P["mul"](x, y)))
    return labelled(averaged(out, reduction_of(reduction, size_average, reduce)), "SoftMarginLossBackward0", (input,))


def pad(input, pad, mode="constant", value=None):
    """Numbers before and after the last dimension, then the one before it, ...: constant, reflect, replicate, circular."""
    t = current(input)
    shape = shape_of(t)
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    low = len(shape) - len(pairs)
    config = ((0, 0),) * low + tuple(reversed(pairs))
    if mode == "constant":
        value = 0 if value is None else value
        zero = np.asarray(value, dtype_of(t))
        out = P["pad"](t, zero, config=tuple([(a, b, 0) for a, b in config]))
        return named(out, "ConstantPadNdBackward0", (input,))
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    if mode not in names:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    out = t
    for axis, (a, b) in enumerate(config):
        if a or b:
            if mode == "reflect" and max(a, b) >= shape[axis]:
                raise RuntimeError(
                    "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
                    f"({a}, {b}) at dimension {axis} of input {list(shape)}"
                )
            at = np.pad(np.arange(shape[axis]), (a, b), mode=names[mode])
            out = out.index_select(axis, wrap(Tensor, at))
    label = {"reflect": "ReflectionPad", "replicate": "ReplicationPad", "circular": "Copy"}[mode]
    return named(out, f"{label}{len(pairs)}DBackward0" if mode != "circular" else "CopySlices", (input,))


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    """softmax(query @ key.T * scale + mask) @ value; scale is 1 / sqrt(width) unless given."""
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = query @ key.transpose(-2, -1) * scale
    if is_causal:
        attn_mask = T["ones"](query.shape[-2], key.shape[-2], dtype=T["tensor"](True).dtype).tril()
    if attn_mask is not None:
        if attn_mask.dtype.name == "bool":
            scores = scores.masked_fill(~attn_mask, -np.inf)
        else:
            scores = scores + attn_mask
    return dropout(softmax(scores, -1), dropout_p, dropout_p > 0) @ value
