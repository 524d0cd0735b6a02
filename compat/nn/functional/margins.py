"""Distances between rows, and losses that ask for a margin: between scores, or between distances."""

import functools

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE

from ...autograd.grad_mode import no_grad
from ...dtypes import result_dtype
from ...functions.arithmetic import ADD, SUB, by_number
from ...functions.each_call import need, need_places
from ...functions.forward_mode import refuse_recorded, refuse_tangents
from ...functions.kernels import refuse_in
from ...functions.levels import concrete_or_none, has_tangent
from ...functions.nodes import named
from ...functions.norms import distance, not_twice
from ...functions.operands import broadcast_to, cast, check_sizes, dtype_of, need_scalar_type, rank, shape_of
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.writing import spoken
from ...graph import labelled
from ...payload import current
from .._reduction import averaged, reduced, reduction_of
from .activations import logsigmoid
from .dtypes import refuse_halves, refuse_integers
from .losses import REDUCED, number_less

P = PRIMITIVES


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """x over its p-norm along a dimension (over eps where that is smaller)."""
    norm = input.norm(p, dim, True)
    if eps is None:
        from ..._calls import refusal

        raise refusal("clamp_min", True, (eps,), {})
    norm = norm.clamp_min(eps).expand(input.shape)
    return input / norm if out is None else T["div"](input, norm, out=out)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between x1 and x2 along a dimension. A length below eps counts as eps, and its derivative is
    still that of the length, as in torch."""

    d = result_dtype([rank(x1), rank(x2)])
    if d.kind != "f":
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {spoken(d)}")
    if eps < 0:
        raise RuntimeError(f"eps must be non-negative, got: {float(eps):g}")
    check_sizes(current(x1), current(x2))
    x1, x2 = (x if x.is_floating_point() else cast(current(x), d) for x in (x1, x2))
    if x1.shape != x2.shape:
        x1, x2 = T["broadcast_tensors"](x1, x2)

    lengths = [T["norm"](x, 2, dim, True) for x in (x1, x2)]

    def direction(x, length):
        length = length.clone()
        if length.owner is not TAPE or not (length.val >= eps).all():
            with no_grad():
                length.clamp_min_(eps)
        return x / length

    second = direction(x2, lengths[1])  # (torch makes it first)
    return (direction(x1, lengths[0]) * second).sum(dim)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of x1 - x2 + eps along the last dimension."""
    d, p = T["sub"](x1, x2), float(p)
    d = named(d + float(eps), "AddBackward1", (d,))
    return named(d.norm(p, -1, keepdim), "NormBackward1", (d,))


@functools.lru_cache(maxsize=32)
def pairs(n):
    """(the first, the second) of all pairs of n rows."""
    return np.triu_indices(n, 1)


def pdist(input, p=2.0):
    """The p-norm distances between all pairs of rows: [N, M] -> [N * (N - 1) / 2]."""
    refuse_tangents("_pdist_forward", input)
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if not input.is_floating_point():
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    if 0 in input.shape[:1] or input.shape[0] == 1:
        from ..._gate import beside  # (rarely needed, and it loads the custom rules)

        return named(beside(current(input.new_empty(0)), input, refused=not_twice("Pdist")), "PdistBackward0", (input,))
    refuse_halves("pdist", input)
    one, two = pairs(input.shape[0])
    x = current(input)
    gap = P["sub"](P["gather"](x, one), P["gather"](x, two))
    return named(distance(gap, p, "Pdist"), "PdistBackward0", (input,))


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """max(0, -target * (input1 - input2) + margin), reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return ranked(input1, input2, target, margin, reduction)


def ranked(input1, input2, target, margin, reduction):
    """margin_ranking_loss of operands of any number of dimensions."""
    gap = input1 - input2  # (which C++ looks at before the minus)
    return reduced(positive(by_number(ADD, -target * gap, float(margin))), reduction)


def positive(t):
    """max(0, t) of a result of its own: in place in torch, as hooks of what is saved see, which takes longer here."""
    return t.clamp_min(0) if tls.packing is None else t.clamp_min_(0)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """input where target is 1, max(0, margin - input) where it is -1, reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    zero = T["zeros_like"](input)
    far, near = positive(number_less(margin, input)), input
    return reduced(T["where"](target != 1, far, zero) + T["where"](target != -1, near, zero), reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """log(1 + exp(-target * input)), reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    if input.dtype != target.dtype or input.shape != target.shape or dtype_of(current(input)).kind not in "fc":
        T["neg"](input.detach()).mul_(target.detach()).exp_()  # (torch's steps, which say what is wrong)
    refuse_recorded(target, "soft_margin_loss", "target")
    if has_tangent(input):
        refuse_tangents("soft_margin_loss_backward", target)
    x, y = current(input), P["stop"](current(target.to(input.dtype)))
    if shape_of(x) != shape_of(y) and np.broadcast_shapes(shape_of(x), shape_of(y)) == shape_of(x):
        y = broadcast_to(y, shape_of(x))
    if input.is_complex():
        out = P["log1p"](P["exp"](P["neg"](P["mul"](x, y))))
    elif reduction != "none" and shape_of(x) == shape_of(y):
        return labelled(P["soft_margin_error"](x, y, mean=REDUCED[reduction]), "SoftMarginLossBackward0", (input,))
    else:
        out = P["soft_margin"](x, y)
    return labelled(averaged(out, reduction), "SoftMarginLossBackward0", (input,))


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    """1 - cosine where target is 1, max(0, cosine - margin) where it is -1, reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    if target.dim() not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    rank = target.dim() + 1
    if input1.dim() != rank or input2.dim() != rank:
        given = (
            "0D target tensor expects 1D input tensors" if rank == 1 else "1D target tensor expects 2D input tensors"
        )
        raise RuntimeError(f"{given}, but found inputs with sizes {list(input1.shape)} and {list(input2.shape)}.")
    dim = rank - 1
    margin = int(margin) if isinstance(margin, bool) else margin
    # torch's figures: the product is divided by the root of the product of the squares
    product = (input1 * input2).sum(dim)
    squares = [by_number(ADD, (x * x).sum(dim), 1e-12) for x in (input1, input2)]
    cosine = product / (squares[0] * squares[1]).sqrt()
    zeros = T["zeros_like"](cosine)
    near, far = T["sub"](T["ones_like"](cosine), cosine), positive(by_number(SUB, cosine, margin))
    return reduced(T["where"](target == 1, near, zeros) + T["where"](target == -1, far, zeros), reduction)


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"
):  # fmt: skip
    """max(0, margin + distance to the positive - distance to the negative), reduced."""
    reduction = reduction_of(reduction, size_average, reduce)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    return triplets_of(p, eps, anchor, positive, negative, margin, swap, reduction)


def triplets_of(p, eps, *args):
    """triplets by the p-norm."""
    return triplets(*args, lambda a, b: pairwise_distance(a, b, p, eps))


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):  # fmt: skip
    """triplet_margin_loss with any function of two Tensors as the distance."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    return triplets(anchor, positive, negative, margin, swap, reduction, distance_function or pairwise_distance)


def triplets(anchor, positive, negative, margin, swap, reduction, distance):
    ranks = [t.dim() for t in (anchor, positive, negative)]
    if len(set(ranks)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor "
            f"{ranks[0]}D, positive {ranks[1]}D, and negative {ranks[2]}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = T["minimum"](far, distance(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)


# ------------------------------------------------------------------------------------------------ of several classes
def rows_and_classes(input, name):
    """(N, C) of scores [N, C] or [C]."""
    shape = shape_of(current(input))
    if len(shape) > 2 or 0 in shape[-1:]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(shape)}"
        )
    return (1, *(shape or (1,))) if len(shape) < 2 else shape


def multi_margin_loss(
    input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"
):  # fmt: skip
    """The mean over the other classes of max(0, margin - score of the target + score) ** p, reduced."""
    refuse_tangents("multi_margin_loss", input)
    reduction = reduction_of(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    n, c = rows_and_classes(input, "multi_margin_loss")
    if target.numel() != n or target.dim() > 1:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected "
            f"target size [{n}], but got {list(target.shape)}. Input has shape {list(input.shape)}."
        )
    if weight is not None and weight.numel() != c:
        raise RuntimeError(f"inconsistent weight size, expected {c} but got {list(weight.shape)}")
    refuse_halves("multi_margin_loss_cpu_kernel", input)
    if input.is_floating_point() and target.dtype.name != "int64":
        raise RuntimeError(f"expected scalar type Long but found {spoken(dtype_of(current(target)))}")
    if dtype_of(current(input)).kind != "f" and 0 not in input.shape:
        refuse("multi_margin_loss_cpu_kernel", dtype_of(current(input)))
    refuse_recorded(weight, "multi_margin_loss")
    if weight is not None:
        need_scalar_type(current(input), current(weight))
    values = concrete_or_none(current(target))
    if values is None:
        need_places(target, c)
    elif values.size and (values.min() < 0 or values.max() >= c):
        raise RuntimeError("target out of range")
    x = P["reshape"](current(input), shape=(n, c))
    at = P["reshape"](current(target), shape=(n, 1))
    own = P["take_along"](x, at, axis=1)
    gap = P["sub"](margin, P["sub"](own, x))
    out = P["where"](P["greater"](gap, 0.0), gap, 0.0)  # (before the square: what is infinite and masked stays masked)
    out = out if p == 1 else P["square"](out)
    if weight is not None:
        out = P["mul"](out, P["gather"](current(weight), at))
    out = P["where"](P["equal"](np.arange(c), at), 0.0, out)
    out = P["div"](P["sum"](out, axes=(1,)), float(c))
    out = averaged(out, reduction)
    if reduction == "none" and input.dim() == 1:
        out = P["reshape"](out, shape=tuple(target.shape))
    return labelled(out, "MultiMarginLossBackward0", (input,))


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """The sum over pairs of a target class and another of max(0, 1 - (score of the one - of the other)) / C, reduced.

    target: the classes of each row, and -1 behind them.
    """
    refuse_tangents("multilabel_margin_loss_forward", input)
    reduction = reduction_of(reduction, size_average, reduce)
    n, c = rows_and_classes(input, "multilabel_margin_loss")
    if target.shape != input.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    refuse_halves("multilabel_margin_loss_forward_out_frame", input)
    values = concrete_or_none(current(target))
    if values is None:
        need(target, lambda v: not v.size or -1 <= v.min() and v.max() < c)
    elif values.size and (int(values.min().real) < -1 or int(values.max().real) >= c):
        raise RuntimeError("argument #2 'target' is out of range")
    if dtype_of(current(target)) != np.int64:
        raise RuntimeError(f"expected scalar type Long but found {spoken(dtype_of(current(target)))}")
    refuse_integers("multilabel_margin_loss_forward_out_frame", input)
    x = P["reshape"](current(input), shape=(n, c))
    labels = P["reshape"](current(target), shape=(n, c))
    counted = P["equal"](
        P["cumsum"](P["cast"](P["less"](labels, 0), dtype=np.dtype(np.int64)), axis=1, reverse=False), 0
    )
    safe = P["where"](counted, labels, 0)
    one_hot = P["equal"](P["reshape"](safe, shape=(n, c, 1)), np.arange(c))
    hit = P["logical_and"](one_hot, P["reshape"](counted, shape=(n, c, 1)))
    other = P["logical_not"](P["any"](hit, axes=(1,)))
    scores = P["take_along"](x, safe, axis=1)
    gap = P["sub"](1.0, P["sub"](P["reshape"](scores, shape=(n, c, 1)), P["reshape"](x, shape=(n, 1, c))))
    pairs = P["logical_and"](P["reshape"](counted, shape=(n, c, 1)), P["reshape"](other, shape=(n, 1, c)))
    pairs = P["logical_and"](pairs, P["greater"](gap, 0.0))
    out = P["div"](P["sum"](P["where"](pairs, gap, dtype_of(x).type(0)), axes=(1, 2)), float(c))
    out = averaged(out, reduction)
    if reduction == "none" and input.dim() < 2:
        out = P["reshape"](out, shape=())
    return labelled(out, "MultilabelMarginLossBackward0", (input,))


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """The mean over the classes of the logistic losses of each, weighted, reduced."""
    if size_average is not None or reduce is not None:
        reduction = reduction_of(reduction, size_average, reduce)
    out = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        out = out * weight
    out = out.sum(input.dim() - 1) / input.size(input.dim() - 1)
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction + " is not valid")
    return reduced(out, reduction)


refuse_in(globals())
