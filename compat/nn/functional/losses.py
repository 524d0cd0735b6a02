"""Losses between an input and a target."""

import math

import numpy as np

from funcgrad.core.aval import aval_of
from funcgrad.core.halves import BFLOAT16, FLOAT32, FLOAT64, HALVES, rounder
from funcgrad.core.handle import Handle
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop

from ..._calls import C
from ...autograd.grad_mode import call_in
from ...functions.each_call import need
from ...functions.forward_mode import refuse_recorded
from ...functions.kernels import mended, refuse_in
from ...functions.levels import concrete_or_none, taped_nowhere
from ...functions.nodes import named
from ...functions.operands import (
    INT64,
    KINDS_OF_INTEGER,
    cast,
    check_sizes,
    dtype_of,
    image_back,
    in_c_order,
    laid_like,
    name_places,
    plain_number,
    promoted,
    shape_of,
)
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import half_in, shared
from ...functions.writing import check_castable, spoken
from ...graph import labelled
from ...payload import current, memory_below
from ...tensor import Tensor
from .._reduction import averaged, reduced, reduction_of
from .activations import log_softmax, logsigmoid
from .dtypes import dtype_in, refuse_integers
from .products import linear
from .quick_losses import are_shares, put_quick_losses

P = PRIMITIVES


REDUCED = {"mean": True, "sum": False}  # the reductions of a loss that is one node: is it a mean?


def all_of_one(x, y):
    """Are both Tensors of float32 or float64 over NumPy memory, of one shape and dtype?"""
    if not x.owner is y.owner is TAPE:
        if not taped_nowhere(x, y):
            return False
        x, y = aval_of(x), aval_of(y)
    else:
        x, y = x.val, y.val
    d = x.dtype
    return d is y.dtype and (d is FLOAT32 or d is FLOAT64) and x.shape == y.shape


def of_one(x, y):
    """The same, in half precision too."""
    return all_of_one(x, y) or bool(
        shared.halves
        and x.owner is y.owner is TAPE
        and x.val.dtype == y.val.dtype
        and x.val.shape == y.val.shape
        and half_in(x)
    )


def warn_of_sizes(input, target):
    warn(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
        "lead to incorrect results due to broadcasting. Please ensure they have the same size.",
    )


def loss_inputs(input, target, *reduction):
    """Both in one shape, and the reduction: torch warns where the shapes differ, reads the reduction, and broadcasts."""
    try:
        differ = shape_of(current(input)) != shape_of(current(target))
        if differ:
            warn_of_sizes(input, target)
        reduction = given_reduction(*reduction)
        if differ:
            check_sizes(current(input), current(target))
            input, target = T["broadcast_tensors"](input, target)
        return current(input), current(target), reduction
    except BaseException as error:
        drop(error)
        raise


def need_weights(weight, input):
    """torch's error for weights of another shape than what they weigh."""
    if weight.size() != input.size():
        raise ValueError("Weights and input must have the same size.")


def weighted(errors, weight, input, reduction, by_weight):
    """errors * weight, reduced; `by_weight`: the mean is over the weights, not over the elements."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"Invalid reduction mode: {reduction}. Expected one of 'none', 'mean', 'sum'.")
    out = errors * weight
    return out.sum() / weight.sum() if by_weight and reduction == "mean" else reduced(out, reduction)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """(input - target) ** 2, reduced by "mean", "sum" or not ("none"); weighted, the mean is over the weights.

    >>> import compat as torch
    >>> torch.nn.functional.mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    x, y, reduction = loss_inputs(input, target, reduction, size_average, reduce)
    if weight is None and reduction in REDUCED and of_one(x, y):
        return P["squared_error"](x, y, mean=REDUCED[reduction])
    if weight is not None:
        need_weights(weight, input)
        return weighted((x - y) ** 2, weight, input, reduction, True)
    if dtype_of(x) != dtype_of(y):
        (x, y), _ = promoted((x, y))
    reduction = reduction_of(reduction)
    refuse_integers("mse_cpu", x)
    d = T["sub"](x, y)
    out = P["square"](d)
    return labelled(averaged(out, reduction), "MseLossBackward0", (input, target))


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """|input - target|, reduced; weighted, the mean is over the weights."""
    x, y, reduction = loss_inputs(input, target, reduction, size_average, reduce)
    if weight is None:
        reduction = reduction_of(reduction)
        return reduced((x - y).abs(), reduction)
    need_weights(weight, input)
    return weighted((x - y).abs(), weight, input, reduction, True)


def given_reduction(reduction, size_average=None, reduce=None):
    """The reduction, from torch's former arguments if they are given; not checked otherwise."""
    return reduction if size_average is None and reduce is None else reduction_of(reduction, size_average, reduce)


def huber(x, y, delta, linear, reduction, kernel):
    """0.5 * d ** 2 * (linear / delta) where |d| < delta, linear * (|d| - delta / 2) beyond, reduced."""
    own = dtype_of(x)
    (x, y), common = promoted((x, y))
    if kernel == "huber_cpu":
        check_castable(own, common)
    if common.kind in "biuc":
        refuse(kernel, common)
    if common in HALVES:
        if (kernel == "huber_cpu") == (common == BFLOAT16):  # (whose every step is rounded, by torch's kernels)
            delta, linear = (float(rounder(common)(np.float32(v))) for v in (delta, linear))
        else:
            x, y = cast(x, FLOAT32), cast(y, FLOAT32)
    d = P["sub"](x, y)
    size = P["abs"](d, kink="torch")
    far = P["greater_equal"](size, delta)
    inner = P["mul"](P["square"](P["where"](far, 0.0, d)), 0.5 * linear / delta)  # (no infinite d meets a factor of 0)
    outer = P["where"](far, P["mul"](P["sub"](size, 0.5 * delta), linear), 0.0)
    return averaged(cast(P["add"](inner, outer), own if kernel == "huber_cpu" else common), reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """0.5 * d ** 2 / beta where |d| < beta, |d| - beta / 2 elsewhere, reduced."""
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    x, y, reduction = loss_inputs(input, target, reduction, size_average, reduce)
    reduction, beta = reduction_of(reduction), float(plain_number(beta))
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if reduction in REDUCED and type(beta) is float and of_one(x, y):
        return P["smooth_absolute_error"](x, y, delta=beta, linear=1.0, mean=REDUCED[reduction])
    return labelled(huber(x, y, beta, 1.0, reduction, "smooth_l1_cpu"), "SmoothL1LossBackward0", (input, target))


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """0.5 * d ** 2 where |d| < delta, delta * (|d| - delta / 2) elsewhere, reduced."""
    x, y, reduction = loss_inputs(input, target, reduction)
    if weight is not None:
        need_weights(weight, input)
        return weighted(huber_loss(input, target, "none", delta), weight, input, reduction, False)
    reduction, delta = reduction_of(reduction), float(plain_number(delta))
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if reduction in REDUCED and type(delta) is float and of_one(x, y):
        return P["huber_error"](x, y, delta=delta, linear=delta, mean=REDUCED[reduction])
    out = labelled(huber(x, y, delta, delta, reduction, "huber_cpu"), "HuberLossBackward0", (input, target))
    if dtype_of(x) != dtype_of(y) and out.requires_grad:
        found, expected = (target, input) if input.requires_grad else (input, target)

        def refused(gradient):  # (torch's kernel of the derivative takes one dtype)
            raise RuntimeError(f"Found dtype {spoken(dtype_in(found))} but expected {spoken(dtype_in(expected))}")

        out.register_hook(refused)
    return out


def nll_loss(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
):  # fmt: skip
    """Minus the entry of input (log-probabilities, [N, C, ...] or [C]) at each target class, weighted, reduced.

    "mean" divides by the sum of the weights of the targets; targets equal to ignore_index count nothing.
    """
    reduction = reduction_of(reduction, size_average, reduce)
    x, k = current(input), current(target)
    if weight is None and reduction != "none" and plain_classes(x, k, ignore_index):
        return picked_loss(x, k, reduction)
    row = None if weight is not None or reduction == "none" else one_row(x, k, ignore_index)
    if row is not None:
        return picked_loss(*row, reduction)
    ignore_index = plain_number(ignore_index)
    if weight is not None and not isinstance(weight, Handle) or type(ignore_index) is not int:
        raise TypeError("weight is a Tensor and ignore_index an int")
    shape = shape_of(x)
    check_classes(shape, shape_of(k), dtype_of(k), weight)
    channel = 0 if len(shape) == 1 else 1
    rest = shape[:channel] + shape[channel + 1 :]
    if weight is not None and tuple(weight.shape) != shape[channel : channel + 1]:
        if len(shape) > 2:
            raise RuntimeError("weight tensor should be defined either for all or no classes")
        raise RuntimeError(
            f"weight tensor should be defined either for all {shape[channel]} classes or no classes but got weight tensor of "
            f"shape: {list(weight.shape)}"
        )
    refuse_integers("nll_loss_out_frame" if len(shape) < 3 else "nll_loss2d_forward_out_frame", input)
    if weight is not None and dtype_in(weight) != dtype_of(x):
        raise RuntimeError(f"expected scalar type {spoken(dtype_of(x))} but found {spoken(dtype_in(weight))}")
    if shape_of(k) != rest:  # (one target of an input without a batch)
        k = P["reshape"](k, shape=rest)
    values = concrete_or_none(k)
    some = values is None  # is any target to be ignored, for all we know?
    if some:
        need(k, lambda v: not ((v != ignore_index) & ((v < 0) | (v >= shape[channel]))).any())
    elif values.size:
        if values.min() < 0 or values.max() >= shape[channel]:
            bad = (values != ignore_index) & ((values < 0) | (values >= shape[channel]))
            if bad.any():
                raise IndexError(f"Target {values[bad].flat[0]} is out of bounds.")
            some = True
        else:
            some = ignore_index >= 0 and bool((values == ignore_index).any())
    if len(shape) == 3 or len(shape) > 4:  # (torch knows images only)
        n, c, *sizes = shape
        image, wanted = input.reshape(n, c, 1, math.prod(sizes)), target.reshape(n, 1, math.prod(sizes))
        out = nll_loss(image, wanted, weight, ignore_index=ignore_index, reduction=reduction)
        return out.view(rest) if reduction == "none" else out
    ignored = P["equal"](k, ignore_index)
    safe = P["where"](ignored, 0, k) if some else k
    at = P["reshape"](safe, shape=rest[:channel] + (1,) + rest[channel:])
    picked = P["reshape"](P["take_along"](x, at, axis=channel), shape=rest)
    weights = None
    if weight is not None:
        weights = P["gather"](P["stop"](current(weight)), safe)  # (whose tangent torch does not see)
    out = P["neg"](picked if weights is None else P["mul"](picked, weights))
    if some:
        out = P["where"](ignored, 0.0, out)  # (what is ignored may be infinite or nan)
        weights = P["where"](ignored, 0.0, 1.0 if weights is None else weights)
        weights = P["cast"](weights, dtype=dtype_of(x))
    if reduction != "none":
        axes = tuple(range(len(rest)))
        out = P["terms_sum"](out, axes=axes)
        if reduction == "mean" and weights is not None:
            count = P["terms_sum"](weights, axes=axes)
            if some:  # (where none counts the mean is nan, and its derivative zero)
                none = P["equal"](count, 0.0)
                out = P["div"](out, P["where"](none, 1.0, count))
                out = P["where"](none, dtype_of(x).type(np.nan), out)
            else:
                out = P["div"](out, count)
        elif reduction == "mean":
            out = P["div"](out, math.prod(rest))
    return labelled(out, "NllLossBackward0" if len(shape) < 3 else "NllLoss2DBackward0", (input,))


def plain_classes(x, k, ignore_index):
    """Are these, over NumPy memory, a matrix of floats and the number of a class for each row, in range? It is the commonest
    case, and then nothing else need be looked at."""
    v, w = x.val, k.val
    if x.owner is not TAPE or k.owner is not TAPE:
        if not taped_nowhere(x, k):
            return False
        v, below = aval_of(x), memory_below(k)
        if aval_of(k).shape != v.shape[:1] or v.dtype.char == "e":
            return False
        return v.ndim == 2 and below.dtype is INT64 and below.size and in_range(below, v.shape[1], ignore_index)
    if v.ndim != 2 or w.dtype is not INT64 or w.shape != v.shape[:1] or not w.size or v.dtype.kind != "f":
        return False
    return in_range(w, v.shape[1], ignore_index)


def in_range(k, classes, ignore_index):
    return ignore_index < 0 and name_places(k, classes)


def one_row(x, k, ignore_index):
    """A single sample inside a transform, and its class, as a matrix of one row and a vector; None where that is not plain to see."""
    if x.owner is TAPE and k.owner is TAPE or len(shape_of(x)) != 1 or len(shape_of(k)) > 1 or not taped_nowhere(x, k):
        return None
    x, k = P["reshape"](x, shape=(1, *shape_of(x))), P["reshape"](k, shape=(1,)) if not shape_of(k) else k
    return (x, k) if plain_classes(x, k, ignore_index) else None


def picked_loss(x, k, reduction):
    return labelled(P["picked_loss"](x, k, mean=reduction == "mean"), "NllLossBackward0", (x,))


CLASS_NUMBERS = np.dtype(np.int64).char + np.dtype(np.uint8).char


def check_classes(shape, wanted, dtype, weight=None):
    """torch's errors where targets of a shape and a dtype cannot name classes for an input of a shape, or may not be so weighted."""
    if not shape:
        raise ValueError("Expected 1 or more dimensions (got 0)")
    batch = wanted[0] if wanted else 0
    if len(shape) > 1 and shape[0] != batch:
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({batch}).")
    if len(shape) > 1 and not wanted:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    rest = shape[:1] + shape[2:]
    if len(shape) in (3, 5, 6) and wanted != rest:
        raise RuntimeError(f"Expected target size {list(rest)}, got {list(wanted)}")
    refuse_recorded(weight, f"nll_loss{'' if len(shape) < 3 else '2d'}_forward")
    if len(shape) <= 2 and len(wanted) > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if len(shape) == 4 and len(wanted) != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {len(wanted)}"
        )
    if dtype.char not in CLASS_NUMBERS:
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {spoken(dtype)}")
    if len(shape) == 1 and wanted not in ((), (1,)):
        raise ValueError(f"For 1D input, 1D target must have size 1, but got target size: {math.prod(wanted)}")
    if len(shape) == 4 and wanted != rest:
        raise RuntimeError(f"size mismatch (got input: {list(shape)} , target: {list(wanted)}")
    if (
        len(shape) == 3 and 0 in shape
    ):  # (torch lays three dimensions out as four, and makes nothing of those of no element)
        shape, wanted = (shape[0], shape[1], 0, 0), (wanted[0], 1, *wanted[1:])
        raise RuntimeError(f"size mismatch (got input: {list(shape)} , target: {list(wanted)}")
    if len(shape) > 2 and wanted != rest:
        raise RuntimeError(f"Expected target size {list(rest)}, got {list(wanted)}")


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
):  # fmt: skip
    """nll_loss of log_softmax(input): target holds class numbers, or probabilities of input's shape.

    >>> import compat as torch
    >>> torch.nn.functional.cross_entropy(torch.zeros(1, 2), torch.tensor([0]))
    tensor(0.6931)
    """
    try:
        reduction = reduction_of(reduction, size_average, reduce)
        x, k = current(input), current(target)
        if weight is None and reduction != "none" and not label_smoothing:
            if x.owner is k.owner is TAPE and x.val.ndim == 2 and k.val.ndim == 1 and k.val.dtype is INT64:
                return nll_loss(log_softmax(input, 1), target, None, None, ignore_index, None, reduction)
            if plain_classes(x, k, ignore_index):
                return picked_loss(in_c_order(P["log_softmax"](x, axes=(1,))), k, reduction)
        row = None if weight is not None or reduction == "none" or label_smoothing else one_row(x, k, ignore_index)
        if row is not None:
            return picked_loss(P["log_softmax"](row[0], axes=(1,)), row[1], reduction)
        channel = 0 if input.dim() == 1 else 1
        if input.shape == target.shape:
            if not target.is_floating_point():
                found = spoken(dtype_in(target))
                raise RuntimeError(f"Expected floating point type for target with class probabilities, got {found}")
            if ignore_index >= 0:
                raise RuntimeError("ignore_index is not supported for floating point target")
            if weight is not None and weight.numel() != input.size(channel):
                raise RuntimeError(
                    f"cross_entropy: weight tensor should be defined either for all {input.shape[channel]} classes or no classes "
                    f"but got weight tensor of shape: {list(weight.shape)}"
                )
            check_smoothing(label_smoothing)
            logp = T["log_softmax"](input, channel)
            input.size(channel)
            return soft_cross_entropy(logp, target, weight, channel, reduction, label_smoothing)
        check_smoothing(label_smoothing)
        logp = T["log_softmax"](input, channel)
        loss = nll_loss(logp, target, weight, ignore_index=ignore_index, reduction=reduction)
        if label_smoothing <= 0.0:
            return loss
        classes = input.shape[channel]
        spread = logp if weight is None else logp * by_class(weight, logp, channel)
        smooth = -spread.sum(channel)
        mask = target == ignore_index
        smooth = smooth.masked_fill(mask, 0.0)
        if reduction == "mean":
            counted = (
                (~mask).sum() if weight is None else weight[target.masked_fill(mask, 0)].masked_fill(mask, 0.0).sum()
            )
            smooth = smooth.sum() / counted
        elif reduction == "sum":
            smooth = smooth.sum()
        parts = [
            named(x * k, "MulBackward1", (x,))
            for x, k in ((loss, 1 - label_smoothing), (smooth, label_smoothing / classes))
        ]
        return parts[0] + parts[1]
    except BaseException as error:
        error = mended(error)
        raise error


def check_smoothing(label_smoothing):
    if label_smoothing > 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")


def by_class(weight, like, channel):
    return weight.view(*[-1 if i == channel else 1 for i in range(like.dim())])


def soft_cross_entropy(logp, target, weight, channel, reduction, label_smoothing):
    if label_smoothing > 0.0:
        target = target * (1 - label_smoothing) + label_smoothing / logp.shape[channel]
    product = logp * target if weight is None else logp * target * by_class(weight, logp, channel)
    out = -product.sum(channel) if reduction == "none" else -product.sum()
    if reduction != "mean":
        return out
    return named(out / (logp.numel() // max(logp.shape[channel], 1)), "DivBackward1", (out,))


def check_spread(shape, wanted):
    """torch's error where a weight does not broadcast to what it weighs."""
    for at in range(1, min(len(shape), len(wanted)) + 1):
        if shape[-at] != wanted[-at] and 1 not in (shape[-at], wanted[-at]):
            whole = [1] * (len(shape) - len(wanted)) + list(wanted)
            raise RuntimeError(
                f"Attempting to broadcast a dimension of length {shape[-at]} at {-at}! Mismatching argument at index 1 had "
                f"torch.Size({list(shape)}); but expected shape should be broadcastable to {whole}"
            )


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """-(y log x + (1 - y) log(1 - x)), the logarithms held at -100, weighted, reduced; x between 0 and 1."""
    reduction = reduction_of(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. Please "
            "ensure they have the same size."
        )
    if weight is not None:
        check_spread(tuple(weight.shape), tuple(target.shape))
    x, y = current(input), current(target)
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError(f"Found dtype {spoken(dtype_of(y))} but expected {spoken(dtype_of(x))}")
    refuse_integers("binary_cross_entropy", input)
    for t in (x, y):
        if concrete_or_none(t) is None:
            need(t, lambda v: not v.size or v.min() >= 0 and v.max() <= 1)
    found = [
        (np.flatnonzero(~((values >= 0) & (values <= 1)))[0], what)  # (nan is neither)
        for what, values in (("input", concrete_or_none(x)), ("target", concrete_or_none(y)))
        if values is not None and values.size and not are_shares(values)
    ]
    if found:  # (torch looks at one element after the other)
        raise RuntimeError(f"all elements of {min(found)[1]} should be between 0 and 1")
    if weight is None and reduction in REDUCED and all_of_one(x, y):
        return P["probability_loss"](x, y, mean=REDUCED[reduction])
    refuse_recorded(weight, "binary_cross_entropy")
    out = P["binary_cross_entropy"](x, y)
    if weight is not None:
        out = into(out, P["mul"](out, cast(current(weight), dtype_of(out))))
    return labelled(averaged(out, reduction), "BinaryCrossEntropyBackward0", (input, target))


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):  # fmt: skip
    """binary_cross_entropy of sigmoid(input), without overflow; pos_weight weighs the positive targets."""
    if size_average is reduce is weight is pos_weight is None and reduction in REDUCED:  # the commonest
        x, y = current(input), current(target)
        if of_one(x, y):
            out = P["logits_loss"](x, y, mean=REDUCED[reduction])
            return out if x.alias is None else image_back(out, x, True)
    reduction = reduction_of(reduction, size_average, reduce)
    if input.shape != target.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    refuse_recorded(weight, "binary_cross_entropy_with_logits")
    refuse_recorded(pos_weight, "binary_cross_entropy_with_logits", "pos_weight")
    return loss_of_logits(input, target, weight, pos_weight, reduction)


def loss_of_logits(input, target, weight, pos_weight, reduction):
    """binary_cross_entropy_with_logits of operands that are stretched to one shape."""
    x, y = current(input), current(target)
    if pos_weight is None and dtype_of(x).kind == "f" and dtype_of(x) == dtype_of(y) and shape_of(x) == shape_of(y):
        out = P["binary_cross_entropy_with_logits"](x, y)
        if reduction == "none" and (x.alias is not None or y.alias is not None):
            out = laid_like(in_c_order(out), y)  # (into whose memory, or one like it, torch writes)
        if weight is not None:
            check_sizes(out, current(weight))
            out = into(out, P["mul"](out, cast(current(weight), dtype_of(out))))
    else:  # (in the dtype of the target, which torch writes into)
        log = logsigmoid(input)
        if pos_weight is not None:
            log = into(log, log * ((pos_weight - 1) * target + 1))
        out = number_less(1, target)
        out = into(out, out * input)
        out = into(out, out - log)
        if weight is not None:
            out = into(out, out * weight)
    return labelled(averaged(current(out), reduction), "BinaryCrossEntropyWithLogitsBackward0", (input, target))


def number_less(x, t):
    """A number less a Tensor, in the Tensor's dtype, as torch's C++ has it."""
    return T["sub"](T["full"]((), x, dtype=t.dtype), t)


def into(t, got):
    """A result in the dtype of a Tensor that torch writes it into; RuntimeError if that would not hold it."""
    if tuple(got.shape) != tuple(t.shape):
        raise RuntimeError(f"output with shape {list(t.shape)} doesn't match the broadcast shape {list(got.shape)}")
    check_castable(dtype_in(t), dtype_in(got))
    return laid_like(current(got.to(t.dtype)), current(t))


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """target * (log target - input), input and (log_target) target being log-probabilities, reduced, also "batchmean"."""
    if size_average is None and reduce is None and reduction == "mean":
        warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only "
            "by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as "
            "'batchmean' in the next major release.",
        )
    if not isinstance(input, Tensor) or not isinstance(target, Tensor):
        raise TypeError("kl_div takes two Tensors")
    if type(log_target) is not bool:
        C.kl_div(input, target, 1, log_target=log_target)
    batchmean = isinstance(reduction, str) and reduction == "batchmean"
    reduction = reduction_of("sum" if batchmean else reduction, size_average, reduce)
    kinds = dtype_in(input).kind + dtype_in(target).kind
    if "c" in kinds:
        raise RuntimeError("kl_div: Complex inputs not supported.")
    if {*kinds} & {*KINDS_OF_INTEGER}:
        raise RuntimeError("kl_div: Integral inputs not supported.")
    product = target - input if log_target else target * input  # (torch makes the last operand first)
    out = target.exp() * product if log_target else T["xlogy"](target, target) - product
    out = reduced(out, reduction)
    return out / input.shape[0] if batchmean and input.dim() else out


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):  # fmt: skip
    """exp(input) - target * input, reduced (log_input=False: input - target * log(input)); full: with Stirling's term."""
    reduction = given_reduction(reduction, size_average, reduce)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not a valid value for reduction")
    part = target * (input if log_input else (input + float(eps)).log())  # (torch makes it first)
    out = (input.exp() if log_input else input) - part
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        out = into(out, out + stirling.masked_fill(target <= 1, 0))
    return reduced(out, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """0.5 * (log(var) + (input - target) ** 2 / var), reduced; var is held above eps, without its derivative changing."""
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = var * T["ones_like"](input)
    elif not current(var).owner.under.concrete:
        need(var, lambda v: not (v < 0).any())
    elif bool((var < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        differing = sum(m for n, m in zip(input.shape, var.shape) if n != m)
        if tuple(input.shape[:-1]) == tuple(var.shape):
            var = var.unsqueeze(-1)
        elif input.dim() != var.dim() or differing != 1:
            raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    var = var.clone()
    call_in(False, var.clamp_, min=eps)
    out = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        out = out + 0.5 * math.log(2 * math.pi)
    return reduced(out, reduction)


def linear_cross_entropy(
    input, linear_weight, target, *, linear_bias=None, weight=None, reduction="mean", ignore_index=None,
    label_smoothing=0.0, options=None,
):  # fmt: skip
    """cross_entropy of a linear layer: input [N, in] or [in], linear_weight [C, *, in]. `options`, which say how to
    save memory, change nothing here."""
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    lead, width = tuple(input.shape[:-1]), input.shape[-1]
    if width != linear_weight.shape[-1]:
        raise RuntimeError(
            f"expected equal input and linear_weight last dimensions (in_features), got {width} and "
            f"{linear_weight.shape[-1]}, respectively"
        )
    outs = tuple(linear_weight.shape[:-1])
    if linear_bias is not None and tuple(linear_bias.shape) != outs:
        raise RuntimeError(f"expected linear_bias shape {outs}, got {tuple(linear_bias.shape)}")
    if len(outs) > 1 and not lead:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {width}), got unbatched input with shape {tuple(input.shape)}"
        )
    if tuple(target.shape) == (*lead, *outs) and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    if options is not None and (
        len(outs) > 1
        or reduction not in ("mean", "sum", "none")
        or label_smoothing != 0
        or target.dtype.name != "int64"
    ):
        warn(
            "linear_cross_entropy: ``options`` ignored; chunked path needs reduction in {'mean','sum','none'}, label_smoothing == 0, "
            f"target.dtype == int64, out_features == (). Got reduction={reduction!r}, label_smoothing={label_smoothing}, "
            f"target.dtype={target.dtype}, out_features={outs[1:]}, tracing=False, "
            f"linear_bias.shape={None if linear_bias is None else tuple(linear_bias.shape)}.",
            UserWarning,
        )
    if len(outs) > 1:
        linear_weight = linear_weight.reshape(-1, width)
        linear_bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, linear_weight, linear_bias).reshape(*lead, *outs)
    return cross_entropy(
        logits, target, weight, ignore_index=-100 if ignore_index is None else ignore_index, reduction=reduction,
        label_smoothing=label_smoothing,
    )  # fmt: skip


refuse_in(globals())
put_quick_losses(globals())
