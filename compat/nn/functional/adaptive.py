"""Pooling over windows of differing sizes: adaptive means and maxima, fractional maxima.

Invariant: the place of a maximum is an integer found first; the value is read there, so its gradient goes there.
"""

from math import prod

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ... import streams
from ...functions.drawing import refuse_staging
from ...functions.hosted import on_values
from ...functions.kernels import refuse_in
from ...functions.operands import dtype_of, in_c_order, like_image, shape_of
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import half_in, in_float32, shared
from ...graph import labelled
from ...tensor import Tensor, current, memory, wrap
from .axes import entries, even_parts, per_axis, sizes_of
from .dtypes import refuse_integers
from .pooling import check_line, need_dimension
from .resampling import mapped

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ means
def adaptive_average(k):
    name = f"adaptive_avg_pool{k}d"

    def adaptive_avg_pool(input, output_size):
        need_dimensions(input, output_size)
        if (
            k == 2
            and isinstance(output_size, (int, tuple, list))
            and output_size in (1, (1, 1), [1, 1])
            and input.dim() > 4
        ):
            return T["mean"](input, (-2, -1), True)  # (of which torch does not count the dimensions)
        check_rank(input, k, name, "")
        x = current(input)
        if isinstance(output_size, (tuple, list)) and len(output_size) not in (1, k):
            raise RuntimeError(f"{name}: output_size must be {k}")
        wanted = sizes_of(input, output_size, k)
        if min(wanted) < 0:
            told = f"{wanted[0]}, " + ",".join(map(str, wanted[1:]))
            raise RuntimeError(
                f"{name}: elements of output_size must be greater than or equal to 0 but received {{{told}}}"
            )
        if all(w == 1 for w in wanted):
            return T["mean"](input, tuple(range(-k, 0)), True)
        if k == 3 or input.numel() and 0 not in wanted:
            refuse_integers(f"{name}_cpu" if k == 3 else name, input)
        if shared.halves and (d := half_in(x)):
            return in_float32(d, adaptive_avg_pool, input, output_size)
        shape = shape_of(x)
        for axis, w in zip(range(len(shape) - k, len(shape)), wanted):
            n = shape[axis]
            start, end = even_parts(n, w)
            place = np.arange(n)
            weights = ((place >= start[:, None]) & (place < end[:, None])) / (end - start)[:, None]
            x = mapped(x, axis, weights)
        return labelled(
            in_c_order(x) if k == 3 else like_image(x, current(input)),
            f"AdaptiveAvgPool{max(k, 2)}DBackward0",
            (input,),
        )

    adaptive_avg_pool.__name__ = name
    adaptive_avg_pool.__doc__ = f"The means of as many even parts of the last {k} axes as output_size says."
    return adaptive_avg_pool


def need_dimensions(input, output_size):
    """ValueError where an output size is wanted for each of more dimensions than there are."""
    if isinstance(output_size, (tuple, list, str)) and input.dim() <= len(output_size):
        raise ValueError(f"Input dimension should be at least {len(output_size) + 1}")


def check_rank(input, k, name, colon=":"):
    if input.dim() not in (k + 1, k + 2):
        raise RuntimeError(f"{name}(): Expected {k + 1}D or {k + 2}D tensor, but got{colon} {list(input.shape)}")


adaptive_avg_pool2d, adaptive_avg_pool3d = adaptive_average(2), adaptive_average(3)


def adaptive_avg_pool1d(input, output_size):
    """The means of as many even parts of the last axis as output_size says."""
    check_line(input, "adaptive_avg_pool1d")
    out = adaptive_avg_pool2d(input.unsqueeze(-2), (1, *entries(output_size, 1, "adaptive_avg_pool1d", "output_size")))
    return out.squeeze(-2)


# ------------------------------------------------------------------------------------------------ maxima
def places(starts, ends):
    """[parts, longest] places from starts to ends; a short part repeats its last one."""
    steps = np.arange((ends - starts).max(initial=1))
    return np.minimum(starts[..., None] + steps, ends[..., None] - 1)


def joined(parts, sizes):
    """Flat indices [*lead, *parts, taps] of windows that are products of places along each axis.

    parts: an array [*lead, count, taps] for each axis.
    """
    k = len(parts)
    lead = parts[0].ndim - 2
    flat = np.zeros((), np.int64)
    for axis, (at, n) in enumerate(zip(parts, sizes)):
        shape = [*at.shape[:lead], *[1] * (2 * k)]
        shape[lead + axis], shape[lead + k + axis] = at.shape[lead:]
        flat = flat * n + at.reshape(shape)
    return flat.reshape(*flat.shape[: lead + k], prod(flat.shape[lead + k :]))


def maxima(input, flat, k, label):
    """(the maximum of each window, its flat index) of windows given as flat indices [*parts, taps] or [N, C, ...]."""
    x = current(input)
    shape = shape_of(x)
    lead = shape[: len(shape) - k]
    counts, taps = flat.shape[-1 - k : -1], flat.shape[-1]
    whole = np.broadcast_to(flat, (*lead, *counts, taps)) if isinstance(flat, np.ndarray) else flat
    whole = P["reshape"](whole, shape=(*lead, prod(counts), taps))
    table = P["reshape"](x, shape=(*lead, prod(shape[len(lead) :])))
    found = P["window_gather"](table, P["reshape"](whole, shape=(*lead, prod(counts) * taps)), axes=1)
    best = P["argmax"](P["reshape"](found, shape=(*lead, prod(counts), taps)), axis=len(lead) + 1)
    at = P["reshape"](best, shape=(*lead, prod(counts), 1))
    index = P["reshape"](P["take_along"](whole, at, axis=len(lead) + 1), shape=(*lead, prod(counts)))
    out = P["reshape"](P["window_gather"](table, index, axes=1), shape=(*lead, *counts))
    index = P["reshape"](index, shape=(*lead, *counts))
    index = wrap(Tensor, index) if isinstance(index, np.ndarray) else index
    images = () if k == 3 else (x,)
    return labelled(like_image(out, *images), label, (input,)), like_image(index, *images)


def adaptive_maximum(k):
    name = f"adaptive_max_pool{k}d"

    def adaptive_max_pool(input, output_size, return_indices=False):
        need_dimensions(input, output_size)
        check_rank(input, k, name)
        if isinstance(output_size, (tuple, list)) and len(output_size) not in (1, k):
            raise RuntimeError(f"{name}(): internal error: output_size.size() must be {k}")
        wanted = sizes_of(input, output_size, k)
        if min(wanted) < 0:
            shape = [*input.shape[:-k], *[1] * (name == "adaptive_max_pool1d"), *wanted]
            raise RuntimeError(f"Trying to create tensor with negative dimension {min(wanted)}: {shape}")
        refuse_integers(f"{name}_cpu" if k == 3 else name, input)
        sizes = tuple(input.shape[-k:])
        parts = [places(*even_parts(n, w)) for n, w in zip(sizes, wanted)]
        out = maxima(input, joined(parts, sizes), k, f"AdaptiveMaxPool{k}DBackward0")
        return out if return_indices else out[0]

    adaptive_max_pool.__name__ = name
    adaptive_max_pool.__doc__ = f"The maxima of as many even parts of the last {k} axes as output_size says."
    return adaptive_max_pool


adaptive_max_pool2d, adaptive_max_pool3d = adaptive_maximum(2), adaptive_maximum(3)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The maxima of as many even parts of the last axis as output_size says."""
    check_line(input, "adaptive_max_pool1d")
    out, index = adaptive_max_pool2d(
        input.unsqueeze(-2), (1, *entries(output_size, 1, "adaptive_max_pool1d", "output_size")), True
    )
    return (out.squeeze(-2), index.squeeze(-2)) if return_indices else out.squeeze(-2)


def always_with_indices(f):
    def pooled(input, output_size, return_indices=True):
        return f(input, output_size, True)

    pooled.__name__, pooled.__doc__ = f"{f.__name__}_with_indices", f.__doc__[:-1] + "; and where they are."
    return pooled


adaptive_max_pool1d_with_indices = always_with_indices(adaptive_max_pool1d)
adaptive_max_pool2d_with_indices = always_with_indices(adaptive_max_pool2d)
adaptive_max_pool3d_with_indices = always_with_indices(adaptive_max_pool3d)


# ------------------------------------------------------------------------------------------------ at random
def starts_of(samples, n, count, window):
    """Where the windows along one axis begin: float[N, C] of uniform numbers -> int64[N, C, count]."""
    d = samples.dtype.type
    last = n - window
    if count == 1:
        return np.full((*samples.shape, 1), last)
    alpha = d(last) / d(count - 1)
    at = (np.arange(count - 1, dtype=samples.dtype) + samples[..., None]) * alpha
    first = (samples * alpha).astype(np.int64)[..., None]
    return np.concatenate([at.astype(np.int64) - first, np.full((*samples.shape, 1), last)], -1)


def fractional(k):
    name = f"fractional_max_pool{k}d"

    def pool(
        input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
    ):  # fmt: skip
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        need_dimension(input.shape, -k - 1)
        sizes = tuple(input.shape[-k:])
        if output_size is None:
            ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * k
            if len(ratios) > k:
                raise ValueError(f"{name} requires output_ratio to either be a single Int or tuple of Ints.")
            output_size = [int(n * r) for n, r in zip(sizes, ratios)]
        for sized, what in ((kernel_size, "kernel_size"), (output_size, "output_size")):
            if isinstance(sized, (tuple, list)) and len(sized) not in (1, k):
                kinds = "tuple of Ints" if k == 2 else "tuple of three Ints"
                raise RuntimeError(f"{name}: {what} must either be a single Int or {kinds}")
        wanted, window = per_axis(output_size, k), per_axis(kernel_size, k)
        alone = input.dim() == k + 1
        lead = (1, input.shape[0]) if alone else tuple(input.shape[:2])
        if _random_samples is None:
            refuse_staging(name)  # (where the windows begin decides on shapes of indices)
            own = dtype_of(current(input)).type(0).real.dtype
            draws = streams.default_generator.uniform((*lead, k), 0.0, 1.0, own)
        else:
            draws = None
            if (d := dtype_of(current(input))).kind in "biu":  # (else drawing refuses them)
                refuse(f"{name}_out_frame", d)
        for axis, (n, m, w) in enumerate(zip(sizes, wanted, window)):
            if m + w - 1 > n:
                side = ("time", "height", "width")[axis + 3 - k]
                whole = name if k == 2 else f"{name}_out"
                raise RuntimeError(f"{whole}(): pool {side} {w} too large relative to input {side} {n}")

        def places(draws):
            parts = [
                # torch's samples stand in the order of the axes from the last, in two dimensions
                starts_of(draws[..., k - 1 - axis if k == 2 else axis], n, m, w)[..., None] + np.arange(w)
                for axis, (n, m, w) in enumerate(zip(sizes, wanted, window))
            ]
            return (joined(parts, sizes),)

        if draws is None:
            (like,) = places(np.zeros(tuple(_random_samples.shape)))
            (flat,) = on_values(places, [(like.shape, like.dtype)], _random_samples)
            flat = flat if memory(flat) is None else memory(flat)
        else:
            (flat,) = places(draws)
        out = maxima(input, flat[0] if alone else flat, k, f"FractionalMaxPool{k}DBackward0")
        return out if return_indices else out[0]

    pool.__name__ = name
    pool.__doc__ = f"The maxima of windows over the last {k} axes that begin at random steps."
    return pool


fractional_max_pool2d, fractional_max_pool3d = fractional(2), fractional(3)


def fractional_max_pool2d_with_indices(*args, **kwargs):
    """fractional_max_pool2d, and the flat indices of the maxima."""
    return fractional_max_pool2d(*args, **{**kwargs, "return_indices": True})


def fractional_max_pool3d_with_indices(*args, **kwargs):
    """fractional_max_pool3d, and the flat indices of the maxima."""
    return fractional_max_pool3d(*args, **{**kwargs, "return_indices": True})


refuse_in(globals())
