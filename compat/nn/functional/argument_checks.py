"""What the functions of torch.nn.functional that torch has written in Python ask of their arguments, in torch's order: the parameters
that they take, the attributes and comparisons that they use, and the native functions (`C`) that they hand arguments on to.

Invariant: nothing is worked out here. A function returns where torch takes the arguments or has an error of values, which the function
itself raises; it runs once a call has failed, or the first time that a slower function sees arguments of such types.
"""

# ruff: noqa: B015, B018 (an attribute or a comparison is asked for, and what it gives is not needed)
from ..._calls import C, dispatched
from ...dtypes import BY_NAME

LONG, BYTE = BY_NAME["int64"], BY_NAME["uint8"]
REDUCTIONS = ("none", "mean", "sum", "elementwise_mean")
Many = (tuple, list)


def entries(x, n):
    """x for each of n axes."""
    return tuple(x) if hasattr(type(x), "__iter__") else (x,) * n


def sizes(x, known):
    """The sizes of a result, of which None stands for the input's."""
    if isinstance(x, int):
        return x
    if len(x) >= len(known):
        raise ValueError("fewer dimensions than sizes")
    return [n if n is not None else of_input for n, of_input in zip(x, known[-len(x) :])]


def known(reduction, size_average=None, reduce=None):
    """Is it a reduction that torch knows? (Its own error comes first if it is not.)"""
    return size_average is not None or reduce is not None or reduction in REDUCTIONS


def probability(p):
    return not (p < 0.0 or p > 1.0)


# ------------------------------------------------------------------------------------------------ activations
def relu(input, inplace=False):
    (C.relu_ if inplace else C.relu)(input)


def tanh(input):
    input.tanh()


def sigmoid(input):
    input.sigmoid()


def leaky_relu(input, negative_slope=0.01, inplace=False):
    (C.leaky_relu_ if inplace else C.leaky_relu)(input, negative_slope)


def elu(input, alpha=1.0, inplace=False):
    (C.elu_ if inplace else C.elu)(input, alpha)


def celu(input, alpha=1.0, inplace=False):
    (C.celu_ if inplace else C.celu)(input, alpha)


def selu(input, inplace=False):
    (C.selu_ if inplace else C.selu)(input)


def silu(input, inplace=False):
    (C.silu_ if inplace else C.silu)(input)


def mish(input, inplace=False):
    (C.mish_ if inplace else C.mish)(input)


def relu6(input, inplace=False):
    (C.relu6_ if inplace else C.relu6)(input)


def hardsigmoid(input, inplace=False):
    (C.hardsigmoid_ if inplace else C.hardsigmoid)(input)


def hardswish(input, inplace=False):
    (C.hardswish_ if inplace else C.hardswish)(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    if not min_val > max_val:
        (C.hardtanh_ if inplace else C.hardtanh)(input, min_val, max_val)


def _threshold(input, threshold, value, inplace=False):
    (C.threshold_ if inplace else C.threshold)(input, threshold, value)


threshold = _threshold


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    (C.rrelu_ if inplace else C.rrelu)(input, lower, upper, training)


def tanhshrink(input):
    input - input.tanh()


def softsign(input):
    input.abs()


def glu(input, dim=-1):
    if input.dim():
        C.glu(input, dim)


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    if dim is None:
        input.dim()
    else:
        input.softmax
        C.method.softmax(dim, dtype=dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    if dim is None:
        input.dim()
    else:
        input.log_softmax
        C.method.log_softmax(dim, dtype=dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    if dim is None:
        input.dim()
    else:
        (-input).softmax
        C.method.softmax(dim, dtype=dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    C.empty_like(logits)
    if not logits.is_floating_point():
        return  # (of which there are no exponential draws)
    logits / tau
    C.method.softmax(dim)


# ------------------------------------------------------------------------------------------------ pooling
def adaptive_avg_pool2d(input, output_size):
    C.adaptive_avg_pool2d(input, sizes(output_size, input.size()))


def adaptive_avg_pool3d(input, output_size):
    C.adaptive_avg_pool3d(input, sizes(output_size, input.size()))


def adaptive_max_pool1d_with_indices(input, output_size, return_indices=False):
    C.adaptive_max_pool1d(input, output_size)


def adaptive_max_pool2d_with_indices(input, output_size, return_indices=False):
    C.adaptive_max_pool2d(input, sizes(output_size, input.size()))


def adaptive_max_pool3d_with_indices(input, output_size, return_indices=False):
    C.adaptive_max_pool3d(input, sizes(output_size, input.size()))


def _adaptive_max_pool1d(input, output_size, return_indices=False):
    adaptive_max_pool1d_with_indices(input, output_size)


def _adaptive_max_pool2d(input, output_size, return_indices=False):
    adaptive_max_pool2d_with_indices(input, output_size)


def _adaptive_max_pool3d(input, output_size, return_indices=False):
    adaptive_max_pool3d_with_indices(input, output_size)


def max_pool1d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    C.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool2d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    C.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def max_pool3d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    input.is_cuda
    C.max_pool3d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    C.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    C.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode)


def _max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    C.max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode)


def fractional(n, native):
    """The arguments of fractional pooling over n axes, which end up in a native function."""

    def ask(input, kernel_size, output_size, output_ratio, samples):
        if output_size is None:
            if output_ratio is None or len(entries(output_ratio, n)) > n:
                return
            output_size = [int(input.size(i - n) * r) for i, r in enumerate(entries(output_ratio, n))]
        if samples is None:
            if input.dim() != n + 1:
                input.size(0)
            input.size(-n - 1)
            samples = input
        native(input, kernel_size, output_size, samples)

    return ask


ask_fractional2d, ask_fractional3d = fractional(2, C.fractional_max_pool2d), fractional(3, C.fractional_max_pool3d)


def fractional_max_pool2d_with_indices(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    ask_fractional2d(input, kernel_size, output_size, output_ratio, _random_samples)


def fractional_max_pool3d_with_indices(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    ask_fractional3d(input, kernel_size, output_size, output_ratio, _random_samples)


def _fractional_max_pool2d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    ask_fractional2d(input, kernel_size, output_size, output_ratio, _random_samples)


def _fractional_max_pool3d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    ask_fractional3d(input, kernel_size, output_size, output_ratio, _random_samples)


adaptive_max_pool1d = dispatched("return_indices", 2, _adaptive_max_pool1d, adaptive_max_pool1d_with_indices)
adaptive_max_pool2d = dispatched("return_indices", 2, _adaptive_max_pool2d, adaptive_max_pool2d_with_indices)
adaptive_max_pool3d = dispatched("return_indices", 2, _adaptive_max_pool3d, adaptive_max_pool3d_with_indices)
max_pool1d = dispatched("return_indices", 6, _max_pool1d, max_pool1d_with_indices)
max_pool2d = dispatched("return_indices", 6, _max_pool2d, max_pool2d_with_indices)
max_pool3d = dispatched("return_indices", 6, _max_pool3d, max_pool3d_with_indices)
fractional_max_pool2d = dispatched("return_indices", 4, _fractional_max_pool2d, fractional_max_pool2d_with_indices)
fractional_max_pool3d = dispatched("return_indices", 4, _fractional_max_pool3d, fractional_max_pool3d_with_indices)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    input.size()


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    input.size()


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    input.size()


def powers(average, largest):
    """What pooling by a norm asks, of windows that are averaged or, by an infinite norm, searched for their largest."""

    def ask(input, norm_type, kernel_size, stride, ceil_mode):
        if isinstance(norm_type, (int, float)) and abs(norm_type) == float("inf"):
            input.abs
            largest(input, kernel_size, stride, 0, 1, ceil_mode)
            return
        input.pow
        C.method.pow(norm_type)
        if isinstance(norm_type, int) and norm_type < 0 and not (input.is_floating_point() or input.is_complex()):
            return
        if stride is not None:
            average(input, kernel_size, stride, 0, ceil_mode)
        else:
            average(input, kernel_size, padding=0, ceil_mode=ceil_mode)

    return ask


ask_powers1d = powers(C.avg_pool1d, max_pool1d)
ask_powers2d = powers(C.avg_pool2d, max_pool2d)
ask_powers3d = powers(C.avg_pool3d, max_pool3d)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    ask_powers1d(input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    if len(entries(kernel_size, 2)) == 2:
        ask_powers2d(input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    if len(entries(kernel_size, 3)) == 3:
        ask_powers3d(input, norm_type, kernel_size, stride, ceil_mode)


# ------------------------------------------------------------------------------------------------ dropout
def dropout(input, p=0.5, training=True, inplace=False):
    if probability(p):
        (C.dropout_ if inplace else C.dropout)(input, p, training)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    if probability(p):
        (C.alpha_dropout_ if inplace else C.alpha_dropout)(input, p, training)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    if probability(p):
        (C.feature_alpha_dropout_ if inplace else C.feature_alpha_dropout)(input, p, training)


def dropout1d(input, p=0.5, training=True, inplace=False):
    if probability(p) and input.dim() in (2, 3):
        (C.feature_dropout_ if inplace else C.feature_dropout)(input, p, training)


def dropout2d(input, p=0.5, training=True, inplace=False):
    if probability(p):
        input.dim()
        (C.feature_dropout_ if inplace else C.feature_dropout)(input, p, training)


def dropout3d(input, p=0.5, training=True, inplace=False):
    if probability(p):
        input.dim()
        (C.feature_dropout_ if inplace else C.feature_dropout)(input, p, training)


# ------------------------------------------------------------------------------------------------ norms and tables
def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    C.layer_norm(input, normalized_shape, weight, bias, eps, True)


def rms_norm(input, normalized_shape, weight=None, eps=None):
    C.rms_norm(input, normalized_shape, weight, eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    if input.dim() >= 2:
        shape = input.size()
        if (shape[0] * shape[1] // num_groups) * shape[2:].numel() == 1:
            return
        C.group_norm(input, num_groups, weight, bias, eps, True)


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    if training:
        shape = input.size()
        if shape[0] * shape[2:].numel() == 1 or eps <= 0.0:
            return
    elif eps < 0.0:
        return
    C.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, True)


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5
):
    if use_input_stats and input.size()[2:].numel() == 1:
        return
    C.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    if input.dim() >= 3 and input.numel():
        C.pad(input, [0] * (2 if input.dim() == 3 else 4) + [size // 2, (size - 1) // 2], "constant", 0)
        if input.dim() == 3:
            C.avg_pool2d(input, (size, 1), 1)
        else:
            C.avg_pool3d(input, (size, 1, 1), 1)


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    if padding_idx is None:
        padding_idx = -1
    elif padding_idx > 0 or padding_idx < 0:
        weight.size(0)
    if max_norm is not None:
        input.contiguous()
        C.embedding_renorm_(weight.detach(), input, max_norm, norm_type)
    C.embedding(weight, input, padding_idx, scale_grad_by_freq, sparse)


def embedding_bag(
    input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
    per_sample_weights=None, include_last_offset=False, padding_idx=None,
):  # fmt: skip
    if weight.dtype is LONG and input.is_floating_point():
        weight, input = input, weight
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        return
    if weight.dim() != 2 or input.dim() not in (1, 2) or (input.dim() == 2) != (offsets is None):
        return
    if input.dim() == 2:
        if not input.dtype.is_signed and input.dtype is not BYTE or input.is_complex() or not input.size(1):
            return  # (of which there is no arange)
        offsets = input
    elif offsets.dim() != 1:
        return
    if mode not in ("sum", "mean", "max") or mode == "max" and (scale_grad_by_freq or sparse):
        return
    if max_norm is not None:
        C.embedding_renorm_(weight.detach(), input, max_norm, norm_type)
        if not weight.is_floating_point():
            return
    if per_sample_weights is None or mode == "sum":
        args = per_sample_weights, include_last_offset, padding_idx
        C.embedding_bag(weight, input, offsets, scale_grad_by_freq, 0, sparse, *args)


# ------------------------------------------------------------------------------------------------ losses
def sized(input, target):
    """Losses element by element look at the sizes of both, the target's first, and stretch them."""
    target.size(), input.size()
    C.broadcast_tensors((input, target))
    for a, b in zip(reversed(input.size()), reversed(target.size())):
        if a != b and 1 not in (a, b):
            raise ValueError("sizes that do not match")


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    sized(input, target)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    sized(input, target)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    sized(input, target)
    if beta != 0.0 and known(reduction, size_average, reduce):
        C.smooth_l1_loss(input, target, 1, beta)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    sized(input, target)
    if known(reduction):
        C.huber_loss(input, target, 1, delta)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce) and target.size() == input.size():
        if weight is not None:
            weight.size()
        C.binary_cross_entropy(input, target, weight, 1)


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    if known(reduction, size_average, reduce) and target.size() == input.size():
        C.binary_cross_entropy_with_logits(input, target, weight, pos_weight, 1)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce):
        C.nll_loss_nd(input, target, weight, 1, ignore_index)


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
):
    if known(reduction, size_average, reduce):
        C.cross_entropy_loss(input, target, weight, 1, ignore_index, label_smoothing)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    if reduction == "batchmean" or known(reduction, size_average, reduce):
        C.kl_div(input, target, 1, log_target=log_target)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    if size_average is not None or reduce is not None or reduction in REDUCTIONS[:3]:
        C.poisson_nll_loss(input, target, log_input, full, eps, 1)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    if isinstance(var, float):
        if not var < 0:
            C.ones_like(input)
    else:
        C.any(var < 0)
        if bool((var < 0).any()):
            return
        size, own = var.size(), input.size()
        if size != own and own[:-1] != size and not (own[:-1] == size[:-1] and size[-1] == 1):
            return
    if reduction not in REDUCTIONS[:3]:
        reduction + " is not valid"


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce):
        C.hinge_embedding_loss(input, target, margin, 1)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce):
        C.soft_margin_loss(input, target, 1)


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce):
        C.multilabel_margin_loss(input, target, 1)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    C.log_sigmoid(input)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce) and not (p != 1 and p != 2):
        if weight is None or weight.dim() == 1:
            C.multi_margin_loss(input, target, p, margin, weight, 1)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce):
        if not (input1.dim() != input2.dim() or input1.dim() != target.dim()):
            C.margin_ranking_loss(input1, input2, target, margin, 1)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    if known(reduction, size_average, reduce):
        C.cosine_embedding_loss(input1, input2, target, margin, 1)


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
):
    if known(reduction, size_average, reduce) and not margin <= 0:
        C.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, 1)


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    if reduction in REDUCTIONS[:3] and not margin <= 0:
        anchor.ndim, positive.ndim, negative.ndim


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    if known(reduction):
        C.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, 1, zero_infinity)


def linear_cross_entropy(
    input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean", ignore_index=None,
    label_smoothing=0.0, options=None,
):  # fmt: skip
    if 1 <= input.dim() <= 2:
        linear_weight.dim()


# ------------------------------------------------------------------------------------------------ the rest
def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    from ...functions.argument_checks import Tensor

    input.norm
    Tensor.norm(input, p, dim, True)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    C.im2col(input, *[entries(x, 2) for x in (kernel_size, dilation, padding, stride)])


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    C.col2im(input, *[entries(x, 2) for x in (output_size, kernel_size, dilation, padding, stride)])


def pad(input, pad, mode="constant", value=None):
    C.pad(input, pad, mode, value)


def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    flat = mode in ("nearest", "area", "nearest-exact")
    if flat and align_corners is not None:
        return
    k = input.dim() - 2
    if (size is None) == (scale_factor is None):
        return
    given = scale_factor if size is None else size
    each = given if isinstance(given, Many) else [given] * k
    if len(each) != len([given] * k) or given is size and recompute_scale_factor:
        return
    if given is size and given is each and not all([hasattr(n, "__index__") for n in size]):
        return
    if given is scale_factor and (mode == "area" or recompute_scale_factor):
        each, given = [int(input.size(i + 2) * each[i]) for i in range(k)], size
    if antialias and (mode not in ("bilinear", "bicubic", "lanczos") or k != 2):
        return
    name = UPSAMPLED.get((mode, k)) if isinstance(mode, str) else None
    if name is None:
        return
    if mode == "area":
        return getattr(C, name)(input, each)
    if antialias:
        name = f"_{name}_aa"
    sizes, factors = (each, None) if given is size else (None, each)
    corners = () if flat else (False if align_corners is None else align_corners,)
    getattr(C, name)(input, sizes, *corners, factors)


UPSAMPLED = {  # what interpolate calls, by mode and number of dimensions
    **{("nearest", k): f"upsample_nearest{k}d" for k in (1, 2, 3)},
    **{("nearest-exact", k): f"_upsample_nearest_exact{k}d" for k in (1, 2, 3)},
    **{("area", k): f"adaptive_avg_pool{k}d" for k in (1, 2, 3)},
    ("linear", 1): "upsample_linear1d",
    ("bilinear", 2): "upsample_bilinear2d",
    ("bicubic", 2): "upsample_bicubic2d",
    ("lanczos", 2): "upsample_lanczos2d",
    ("trilinear", 3): "upsample_trilinear3d",
}


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    if mode in ("bilinear", "nearest", "bicubic") and padding_mode in ("zeros", "border", "reflection"):
        C.grid_sampler(input, grid, 0, 0, False if align_corners is None else align_corners)


def affine_grid(theta, size, align_corners=None):
    if theta.is_floating_point() and len(size) in (4, 5):
        k = len(size) - 2
        if theta.dim() == 3 and theta.shape[1] == k and theta.shape[2] == k + 1:
            if not (align_corners and min(size[2:]) == 1) and min(size) <= 0:
                return
            C.affine_grid_generator(theta, size, False if align_corners is None else align_corners)
