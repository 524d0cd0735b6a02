"""Bags of rows: embedding_bag, as torch's Python has it and as its native function.

Invariant: what is wrong is said in torch's order: first what its Python asks, then what its native function does.
"""

import math

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn

from ... import dtypes
from ...functions.each_call import need_places
from ...functions.forward_mode import refuse_tangents
from ...functions.kernels import refuse_in
from ...functions.levels import concrete_or_none, mapped_innermost
from ...functions.mapped_by_loop import by_samples
from ...functions.operands import dtype_of, shape_of
from ...functions.out_rules import type_text
from ...functions.refusals import refuse
from ...functions.writing import spoken
from ...graph import labelled
from ...payload import current
from .lookup import SCALED, known, need_indices, renorm, scaled_gradient, shares

P = PRIMITIVES
MODES = ("sum", "mean", "max")


def embedding_bag(
    input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
    per_sample_weights=None, include_last_offset=False, padding_idx=None,
):  # fmt: skip
    """The sum, mean or maximum of the rows in each bag: [bags, width].

    input [bags, n], or [*] with offsets [bags], where each bag begins. padding_idx: a row that counts for nothing.
    """
    if weight.dtype.name == "int64" and input.is_floating_point():
        warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
            "deprecated, and should now be `embedding_bag(input, weight, ...)`.",
        )
        weight, input = input, weight
    check_bags(input, weight, offsets, mode, scale_grad_by_freq, sparse, per_sample_weights)
    if max_norm is not None:
        renorm(weight.detach(), input, max_norm, norm_type)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    if input.dim() == 2:
        if per_sample_weights is not None:
            per_sample_weights = per_sample_weights.reshape(-1)
        offsets, include_last_offset = None, False
    return of_rows(
        weight, input, offsets, mode, scale_grad_by_freq, per_sample_weights, include_last_offset, padding_idx, sparse
    )


def check_bags(input, weight, offsets, mode, scale_grad_by_freq, sparse, per_sample_weights):
    """The errors of torch's Python."""
    if per_sample_weights is not None and input.size() != per_sample_weights.size():
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the same "
            f"shape as the input ({input.shape})"
        )
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    if input.dim() not in (1, 2):
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. "
                f"However, found offsets of type {type(offsets)}"
            )
        d = dtype_of(current(input))
        if d.kind in "bc":
            refuse("arange_cpu", d)
        if not input.shape[1]:
            raise RuntimeError("step must be nonzero")
    else:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.dim() != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    if mode == "sum" or mode == "mean":
        return
    if mode != "max":
        raise ValueError("mode has to be one of sum, mean or max")
    if scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if sparse:
        raise ValueError("max mode does not support sparse weights")


# ------------------------------------------------------------------------------------------------ natively
def row_of(padding_idx, count):
    """padding_idx counted from the front, or None."""
    if padding_idx is None:
        return None
    if not -count <= padding_idx < count:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, -{count} through {count - 1}, but got {padding_idx}"
        )
    return padding_idx % count


def check_native(weight, indices, offsets):
    """The dtype in which indices and offsets meet; the errors that torch's native function has of dimensions and dtypes."""
    common = dtype_of(current(indices))
    if offsets is not None:
        common = dtypes.result_dtype([(common, 2), (dtype_of(current(offsets)), 2)])
        if indices.dim() not in (1, 2):
            raise RuntimeError(f"input has to be a 1D or 2D Tensor, but got Tensor of dimension {indices.dim()}")
        if indices.dim() == 1 and offsets.dim() != 1:
            raise RuntimeError(f"offsets has to be a 1D Tensor, but got Tensor of dimension {offsets.dim()}")
        if weight.dim() != 2:
            raise RuntimeError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    need_indices(common, "embedding_bag")
    d = dtype_of(current(weight))
    if d.kind in "biuc":
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; "
            f"but got {type_text(d)} instead (while checking arguments for embedding_bag)"
        )
    return common


def check_samples(weight, mode, per_sample_weights):
    if per_sample_weights is None:
        return
    if mode != "sum":
        raise RuntimeError("embedding_bag: per_sample_weights only supported with mode='sum'")
    d, own = dtype_of(current(weight)), dtype_of(current(per_sample_weights))
    if d != own:
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have the same type as tensor for argument #1 'per_sample_weights'; but type "
            f"{type_text(d)} does not equal {type_text(own)} (while checking arguments for embedding_bag)"
        )


def check_values(weight, values, mode, row):
    """torch's error of indices that name no row, in the words of the kernel that it takes."""
    count = weight.shape[0]
    flat = values.reshape(-1)
    if not flat.size or flat.view(np.uint64).max() < count:  # (what is negative is large there)
        return
    bad = (flat < 0) | (flat >= count)
    at = int(np.argmax(bad))
    if (
        mode == "max"
        or row is not None
        or dtype_of(current(weight)) == np.float64
        or 0 in weight.shape
        or weight.stride(1) != 1
    ):
        raise RuntimeError(f"embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be {flat[at]}")
    raise RuntimeError(f"Index {at} of input takes value {flat[at]} which is not in the valid range [0, {count})")


def of_rows(
    weight, indices, offsets, mode, scale_grad_by_freq, per_sample_weights, include_last_offset, padding_idx, sparse=False
):  # fmt: skip
    """The bags of indices, which begin at `offsets`; without those each row of indices [bags, n] is one. `sparse`: is the gradient?"""
    refuse_tangents("_embedding_bag", weight)
    row = row_of(padding_idx, weight.shape[0]) if weight.dim() else None
    common = check_native(weight, indices, offsets)
    idx = current(indices)
    values = concrete_or_none(idx)
    whole = values is None and offsets is None and row is None and not scale_grad_by_freq
    if values is None:
        if offsets is not None and weight.device.type == "meta":  # (as many rows as there are bags)
            firsts = offsets[: offsets.shape[0] - bool(include_last_offset)]
            return labelled(P["gather"](current(weight), current(firsts)), "EmbeddingBagBackward0", (weight, None))
        need_places(idx, weight.shape[0])
    if not whole and mapped_innermost((indices, offsets)) is not None:
        return by_samples(of_rows)(
            weight, indices, offsets, mode, scale_grad_by_freq, per_sample_weights, include_last_offset, padding_idx
        )
    if not whole:  # (bags of one length can be looked up whatever their values are)
        values = known(values, "embedding_bag").astype(np.int64, copy=False)
    plain = (
        offsets is row is per_sample_weights is None
        and not scale_grad_by_freq
        and mode in ("sum", "mean")
        and not sparse
    )
    if plain and weight.shape[0] and dtype_of(current(weight)).char in "fd":
        if not whole:
            check_values(weight, values, mode, row)
        out = meant(P["bag_sum"](current(weight), idx if whole else values), mode, max(indices.shape[1], 1))
        return labelled(out, "EmbeddingBagBackward0", (weight, None))
    if offsets is None:
        check_samples(weight, mode, per_sample_weights)
        shape = tuple(indices.shape)
        places, valid = np.arange(math.prod(shape)).reshape(shape), np.ones(shape, bool)
    else:
        starts = known(concrete_or_none(current(offsets)), "embedding_bag").astype(np.int64, copy=False)
        check_starts(values.shape[0], starts, common)
        check_samples(weight, mode, per_sample_weights)
        if include_last_offset and not starts.size:
            raise RuntimeError("include_last_offset: number of offset should be at least 1")
        places, valid = bags(values.size, starts, include_last_offset)
    if mode not in MODES:
        raise RuntimeError("`mode` must be sum, mean, or max.")
    if not whole:
        check_values(weight, values, mode, row)
    flat = None if whole else values.reshape(-1)
    at = idx if whole else flat[places] if flat.size else np.zeros(places.shape, np.int64)
    if row is not None:
        valid = valid & (at != row)
    if not weight.shape[0]:  # (and there are no indices)
        return labelled(
            P["reshape"](current(weight), shape=(0, weight.shape[1])), "EmbeddingBagBackward0", (weight,)
        ).new_zeros((len(places), weight.shape[1]))
    counts = valid.sum(1)[:, None]
    table = None
    if sparse:
        from ...sparse.gradients import looked_up

        table = looked_up(current(weight), flat, row, SCALED if scale_grad_by_freq else None)
    rows = P["gather"](current(weight), at) if table is None else P["gather"](table, places)  # [bags, longest, width]
    if scale_grad_by_freq and table is None:
        rows = scaled_gradient(rows, shares(flat, dtype_of(rows))[places][..., None])
    if per_sample_weights is not None:
        own = P["gather"](
            P["reshape"](current(per_sample_weights), shape=(places.size if whole else flat.size,)), places
        )
        rows = P["mul"](rows, P["reshape"](own, shape=(*places.shape, 1)))
    if include_last_offset and mode != "max" and row is None and offsets is not None and len(starts):
        valid = valid & (places < int(starts[-1]))
    out = bagged(rows, valid, mode, counts)
    return labelled(out, "EmbeddingBagBackward0", (weight, per_sample_weights))


def check_starts(count, offsets, d):
    """torch's errors of where the bags begin."""
    if offsets.size and offsets[0] != 0:
        raise RuntimeError(
            f"offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {offsets[0]}\n[ torch.{spoken(d)}Tensor{{}} ]"
        )
    if offsets.size and offsets[-1] > count:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {count} but got offsets[-1] of {offsets[-1]}"
        )


def bags(count, offsets, include_last_offset):
    """(places in the list of indices, which of them are there): [bags, longest] each, of bags that begin at offsets."""
    starts = offsets[:-1] if include_last_offset else offsets
    ends = np.append(starts[1:], count)  # (a mean of torch's counts to the end, where it sums to the last offset only)
    lengths = ends - starts
    steps = np.arange(max(lengths.max(initial=0), 1))
    valid = steps < lengths[:, None]
    return np.where(valid, starts[:, None] + steps, 0), valid


def meant(total, mode, counts):
    """What sums of so many rows are under a mode."""
    return total if mode == "sum" else P["div"](total, counts)


def bagged(rows, valid, mode, counts):
    """rows [bags, longest, width] reduced over those that are valid; a mean is taken over `counts`; an empty bag gives zeros."""
    d = dtype_of(rows)
    mask = valid[..., None]
    if mode != "max":
        return meant(
            P["sum"](rows if valid.all() else P["where"](mask, rows, d.type(0)), axes=(1,)),
            mode,
            np.maximum(counts, 1).astype(d),
        )
    low = P["where"](mask, rows, d.type(-np.inf))
    best = P["argmax"](low, axis=1)
    shape = shape_of(rows)
    at = P["reshape"](best, shape=(shape[0], 1, shape[2]))
    out = P["reshape"](P["take_along"](rows, at, axis=1), shape=(shape[0], shape[2]))
    return P["where"](counts > 0, out, d.type(0))


refuse_in(globals())
