"""Dropout of elements and of channels; what is dropped is what torch would drop.

Invariant: a draw for elements goes through the input's memory, not through its indices, as torch's does.
"""

import math

import numpy as np

from funcgrad.core.elementwise_layout import preserved
from funcgrad.core.layout import by_strides, layout_of
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE

from ... import dtypes
from ..._generator import default_generator
from ...functions.call_errors import not_a_tensor
from ...functions.drawing import drawn
from ...functions.kernels import mended, refuse_in
from ...functions.operands import dtype_of, shape_of
from ...functions.refusals import refuse
from ...functions.writing import check_castable
from ...payload import current, wrap
from ...tensor import Tensor

ALPHA = 1.7580993408473766  # selu's limit far to the left, negated: scale * alpha


def check_probability(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if p != p:  # (which torch's kernel refuses)
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")


def in_memory_order(t, d, draw):
    """What draw(shape) gives for a Tensor's shape, of dtype d, its numbers laid along the Tensor's memory."""
    c = current(t)
    shape = shape_of(c)
    if c.owner is TAPE and c.val.flags.c_contiguous:
        return drawn(shape, d, draw)
    if c.is_meta:
        return drawn(shape, d, draw, bare=True)
    layout = layout_of(c)
    if layout is None:
        return drawn(shape, d, draw)
    order = by_strides(preserved(shape, layout.strides))  # (as empty_like lies)
    return drawn([shape[k] for k in order], d, draw).permute(*np.argsort(order).tolist())


def need_channels(t):
    if t.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")


def by_channel(t, d, draw):
    """What draw(shape) gives with one number for each sample and channel."""
    need_channels(t)
    shape = tuple(t.shape)
    return drawn(shape[:2] + (1,) * (len(shape) - 2), d, draw, bare=t.is_meta)


def dropped(input, p, training, inplace, spread):
    """input with elements (or whole channels) set to zero with probability p, the rest divided by 1 - p."""
    check_probability(p)
    inplace = True if inplace else False
    if isinstance(p, Tensor):
        p = p.item()
    if training is not True and training is not False:
        raise TypeError("training is a bool")
    if not training or p == 0.0 or input.numel() == 0:
        if not isinstance(input, Tensor):
            raise not_a_tensor("dropout", input)
        return input
    d = dtype_of(current(input))
    if p != 1.0:
        if spread is by_channel:
            need_channels(input)
        check_castable(d, dtypes.Default.numpy)
    if p == 1.0:
        mask = wrap(Tensor, np.zeros((), d))
    elif d.kind == "c":
        refuse("bernoulli_scalar_cpu_", d)
    else:
        mask = spread(input, d, lambda shape: default_generator.dropout_mask(shape, p, d))
    return input.mul_(mask) if inplace else input * mask


def alpha_dropped(input, p, training, inplace, spread):
    """Dropped elements become selu's limit on the left; all is scaled and shifted to keep mean 0 and variance 1."""
    check_probability(p)
    if training is not True and training is not False:
        raise TypeError("training is a bool")
    if not isinstance(input, Tensor):
        raise TypeError(f"argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    if not training or p == 0.0 or input.numel() == 0:
        return input
    d, p = dtype_of(current(input)), p.item() if isinstance(p, Tensor) else p
    if p == 1.0:
        return dropped(input, p, training, inplace, spread)
    if spread is by_channel:
        need_channels(input)
    check_castable(np.dtype(np.int64) if d.kind == "b" else d, dtypes.Default.numpy)  # (what is kept, less one)
    kept = spread(input, d, lambda shape: default_generator.bernoulli(shape, 1 - p, d))
    scale = 1.0 / math.sqrt((ALPHA * ALPHA * p + 1) * (1 - p))
    shift = (kept - 1) * (ALPHA * scale) + ALPHA * scale * p
    mask = kept * scale
    return input.mul_(mask).add_(shift) if inplace else input * mask + shift


def dropout(input, p=0.5, training=True, inplace=False):
    """Elements set to zero with probability p, the rest scaled by 1 / (1 - p), while training.

    ValueError if p is no probability. The elements are those torch draws.
    """
    try:
        return dropped(input, p, training, inplace, in_memory_order)
    except BaseException as error:
        error = mended(error)
        raise error


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    """Dropout that keeps mean 0 and variance 1 after selu, while training."""
    return alpha_dropped(input, p, training, inplace, in_memory_order)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    """alpha_dropout of whole channels of [N, C, *], while training."""
    return alpha_dropped(input, p, training, inplace, by_channel)


def channels_dropped(input, p, training, inplace, alone):
    """Whole channels set to zero; `alone`: the input has no batch dimension."""
    check_probability(p)
    if not alone:
        return dropped(input, p, training, inplace, by_channel)
    if inplace:
        return dropped(input.unsqueeze_(0), p, training, True, by_channel).squeeze_(0)
    return dropped(input.unsqueeze(0), p, training, False, by_channel).squeeze(0)


def dropout1d(input, p=0.5, training=True, inplace=False):
    """Whole channels of [N, C, L] or [C, L] set to zero with probability p."""
    check_probability(p)
    rank = input.dim()
    if rank not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {rank}D input. Note that dropout1d exists to provide "
            "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension "
            "(i.e. 2D or 3D inputs)."
        )
    return channels_dropped(input, p, training, inplace, rank == 2)


def warn_of_rank(k, rank):
    warn(
        f"dropout{k}d: Received a {rank}-D input to dropout{k}d, which is deprecated and will result in an error in a "
        "future release. To retain the behavior and silence this warning, please use dropout instead. Note that "
        f"dropout{k}d exists to provide channel-wise dropout on inputs with {k} spatial dimensions, a channel dimension, "
        f"and an optional batch dimension (i.e. {k + 1}D or {k + 2}D inputs).",
    )


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Whole channels of [N, C, H, W] set to zero with probability p."""
    check_probability(p)
    rank = input.dim()
    if rank not in (3, 4):
        warn_of_rank(2, rank)
    if rank == 3:
        warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - "
            "input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future "
            "release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
            "channel-wise dropout behavior, please switch to using dropout1d instead.",
        )
    return channels_dropped(input, p, training, inplace, False)


def dropout3d(input, p=0.5, training=True, inplace=False):
    """Whole channels of [N, C, D, H, W] or [C, D, H, W] set to zero with probability p."""
    check_probability(p)
    rank = input.dim()
    if rank not in (4, 5):
        warn_of_rank(3, rank)
    return channels_dropped(input, p, training, inplace, rank != 5)


refuse_in(globals())
