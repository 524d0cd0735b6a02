"""The functions of layers as `torch.` itself has them: other orders of arguments, and reductions that are numbers.

Where none is given the losses are not reduced: what torch's bindings make of a default that they cannot read.
"""

import numpy as np

from ...autograd.grad_mode import call_in
from ...functions.kernels import native
from ...functions.levels import concrete_or_none
from ...functions.nodes import named
from ...functions.operands import dtype_of
from ...functions.refusals import refuse
from ...payload import current, wrap
from ...tensor import Tensor
from . import activations, adaptive, bags, ctc, dropouts, grids, lookup, losses, margins, norms, pooling


class Reductions(dict):
    """What a number says of a reduction: 1 the mean, 2 the sum, any other none."""

    def __missing__(self, number):
        return "none"


REDUCTIONS = Reductions({1: "mean", 2: "sum"})


batch_norm = norms.native_batch_norm


instance_norm = norms.native_instance_norm


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    """nn.functional.layer_norm."""
    return norms.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled=True):
    """nn.functional.group_norm."""
    input.size(0), input.size(1)
    return norms.grouped_norm(input, num_groups, weight, bias, eps)


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """nn.functional.embedding; padding_idx -1 is none."""
    row = None if weight.dim() != 2 or not 0 <= padding_idx < weight.shape[0] else padding_idx
    return lookup.embedding(indices, weight, row, scale_grad_by_freq=scale_grad_by_freq)


def embedding_bag(
    weight, indices, offsets, scale_grad_by_freq=False, mode=0, sparse=False, per_sample_weights=None, include_last_offset=False,
    padding_idx=None,
):  # fmt: skip
    """(nn.functional.embedding_bag, the bag of each index, how many indices each bag has, which row each maximum is of).

    As in torch the second is empty and the third zero for plain sums; the last is the third where there are no maxima.
    """
    named = bags.MODES[mode] if mode in range(3) else mode
    out = bags.of_rows(
        weight, indices, offsets, named, scale_grad_by_freq, per_sample_weights, include_last_offset, padding_idx
    )
    indices = indices.reshape(-1)
    common = bags.check_native(weight, indices, offsets)
    rows, starts = (concrete_or_none(current(t)).astype(common, copy=False) for t in (indices, offsets))
    count_of_bags, row = out.shape[0], -1 if padding_idx is None else padding_idx % weight.shape[0]
    bag = np.minimum(np.searchsorted(starts, np.arange(rows.size), "right") - 1, count_of_bags - 1).astype(rows.dtype)
    count = (
        np.bincount(bag[rows != row], minlength=count_of_bags).astype(rows.dtype)
        if mode
        else np.zeros(count_of_bags, rows.dtype)
    )
    best = count.copy()
    if mode == 2:
        places, there = bags.bags(rows.size, starts, include_last_offset)
        at = rows[places] if rows.size else np.zeros(places.shape, rows.dtype)
        values = np.where((there & (at != row))[..., None], concrete_or_none(current(weight))[at], -np.inf)
        best = np.take_along_axis(at, values.argmax(1), 1) * (count > 0)[:, None]
    whole = mode or row >= 0 or dtype_of(current(weight)) == np.float64  # (where torch has no short way)
    return out, *[wrap(Tensor, a) for a in (bag if whole else bag[:0], count, best)]


def embedding_renorm_(weight, indices, max_norm, norm_type):
    """Scale down, in place, the rows that are named and whose norm exceeds max_norm."""
    call_in(False, lookup.renorm, weight, indices, max_norm, norm_type)
    return weight


def adaptive_max_pool1d(input, output_size):
    """(maxima, their places): nn.functional.adaptive_max_pool1d with return_indices."""
    return adaptive.adaptive_max_pool1d(input, output_size, True)


def dropping(name, input, p, train, inplace=False):
    """nn.functional.<name>; feature_dropout sets whole channels of [N, C, *] to zero."""
    if not 0 <= p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p:g}")
    if name == "feature_dropout":
        return dropouts.channels_dropped(input, p, train, inplace, False)
    return getattr(dropouts, name)(input, p, train, inplace)


def drops(name):
    def f(input, p, train):
        return dropping(name, input, p, train)

    f.__name__, f.__doc__ = name, f"nn.functional.{name}."
    return f


dropout, alpha_dropout = drops("dropout"), drops("alpha_dropout")
feature_dropout, feature_alpha_dropout = drops("feature_dropout"), drops("feature_alpha_dropout")


# ------------------------------------------------------------------------------------------------ places in images
def named_by(table, number):
    return next((name for name, n in table.items() if n == number), number)


def grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners):
    """nn.functional.grid_sample, modes by their numbers."""
    mode = named_by(grids.GRID_SAMPLE_INTERPOLATION_MODES, interpolation_mode)
    padding = named_by(grids.GRID_SAMPLE_PADDING_MODES, padding_mode)
    return grids.sampled(input, grid, mode, padding, align_corners)


def affine_grid_generator(theta, size, align_corners):
    """nn.functional.affine_grid."""
    if len(size) not in (4, 5):
        raise RuntimeError("AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.")
    return grids.grid_of(theta, size, align_corners)


# ------------------------------------------------------------------------------------------------ losses
def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=0):
    """nn.functional.binary_cross_entropy_with_logits."""
    return losses.loss_of_logits(input, target, weight, pos_weight, REDUCTIONS[reduction])


def kl_div(input, target, reduction=0, *, log_target=False):
    """nn.functional.kl_div."""
    out = losses.kl_div(input, target, reduction="none", log_target=log_target)
    return losses.reduced(out, REDUCTIONS[reduction])


def poisson_nll_loss(input, target, log_input, full, eps, reduction):
    """nn.functional.poisson_nll_loss."""
    return losses.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=REDUCTIONS[reduction])


def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction=0):
    """nn.functional.cosine_embedding_loss."""
    return margins.cosine_embedding_loss(input1, input2, target, margin, reduction=REDUCTIONS[reduction])


def hinge_embedding_loss(input, target, margin=1.0, reduction=0):
    """nn.functional.hinge_embedding_loss."""
    return margins.hinge_embedding_loss(input, target, margin, reduction=REDUCTIONS[reduction])


def margin_ranking_loss(input1, input2, target, margin=0.0, reduction=0):
    """nn.functional.margin_ranking_loss."""
    return margins.ranked(input1, input2, target, margin, REDUCTIONS[reduction])


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction=0):
    """nn.functional.triplet_margin_loss."""
    return margins.triplets_of(p, eps, anchor, positive, negative, margin, swap, REDUCTIONS[reduction])


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction=0, zero_infinity=False):
    """nn.functional.ctc_loss."""
    return ctc.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, REDUCTIONS[reduction], zero_infinity)


def norm_except_dim(v, pow=2, dim=0):
    """The p-norm over all dimensions but one, which stays in its place (dim -1: over all)."""
    from ...functions.norms import need_inexact
    from ..utils.norms import norm_except_dim

    if dim != -1 and dim not in range(v.dim()):
        v.transpose(0, dim)  # (which says so)
    if not dim:
        v.reshape(v.shape[0], -1)
    need_inexact(v)
    return norm_except_dim(v, pow, dim)


def conv_tbc(input, weight, bias, pad=0):
    """conv1d over [T, N, C] with weight [taps, C, O]."""
    from .convolution import conv1d

    if input.dim() != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight.dim() != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.dim() != 1:
        raise RuntimeError("Bias must be 1-D")
    if input.shape[2] != weight.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if bias.shape[0] != weight.shape[2]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
    length = input.shape[0] - weight.shape[0] + 1 + 2 * pad
    if length < 0:
        shape = [length, input.shape[1], weight.shape[2]]
        raise RuntimeError(f"Trying to create tensor with negative dimension {length}: {shape}")
    if input.dtype.name == "bool":
        refuse("addmm_impl_cpu_", input.dtype.numpy)
    if not input.numel():
        return bias.to(input.dtype).expand(length, input.shape[1], weight.shape[2]).clone()
    bias = bias.to(input.dtype)  # (which the products are added to)
    out = conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias.to(input.dtype), padding=pad)
    return named(out.permute(2, 0, 1), "ConvTbcBackward0", (input, weight, bias))


# ------------------------------------------------------------------------------------------------ wrong arguments
OF_F = {  # what nn.functional has with the same arguments, but written in Python in torch
    activations: "celu celu_ selu selu_ rrelu rrelu_ threshold threshold_",
    norms: "rms_norm",
    pooling: "max_pool1d max_pool2d max_pool3d max_pool1d_with_indices",
}
for family, names in OF_F.items():
    globals().update({name: native(name, getattr(family, name)) for name in names.split()})
globals().update(
    {
        name: native(name, globals()[name])
        for name in "embedding_renorm_ norm_except_dim adaptive_max_pool1d affine_grid_generator alpha_dropout dropout feature_alpha_dropout feature_dropout batch_norm "
        "binary_cross_entropy_with_logits conv_tbc cosine_embedding_loss ctc_loss embedding embedding_bag grid_sampler "
        "group_norm hinge_embedding_loss instance_norm kl_div layer_norm margin_ranking_loss poisson_nll_loss triplet_margin_loss".split()
    }
)
