"""Pooling over windows of differing sizes: adaptive means and maxima, fractional maxima.

Invariant: the place of a maximum is an integer found first; the value is read there, so its gradient goes there.
"""

import functools
import operator
from math import prod

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE
from funcgrad.core.written_calls import written_call
from funcgrad.ops.torch_order import TURNS

from ..._gate import Refusal
from ..._generator import default_generator
from ...dtypes import BY_NAME
from ...formats import suggested
from ...functions.drawing import refuse_staging
from ...functions.kernels import refuse_in
from ...functions.levels import concrete_or_none
from ...functions.mapped_by_loop import on_values
from ...functions.nodes import as_one
from ...functions.operands import dtype_of, image_in_c_order, like_image, shape_of
from ...functions.quick_roads import quick
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import HALVES, half_in, in_float32, rounder, shared
from ...graph import labelled
from ...payload import current, memory, wrap
from ...tensor import Tensor
from .axes import entries, even_parts, mapped, per_axis
from .dtypes import refuse_integers
from .pooling import check_line, need_dimensions

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ means
def adaptive_average(k):
    name = f"adaptive_avg_pool{k}d"

    def adaptive_avg_pool(input, output_size):
        wanted, x = wanted_sizes(input, output_size, k), current(input)
        if len(wanted) != k:
            raise RuntimeError(f"{name}: output_size must be {k}")
        if min(wanted) < 0:
            told = f"{wanted[0]}, " + ",".join(map(str, wanted[1:]))
            raise RuntimeError(
                f"{name}: elements of output_size must be greater than or equal to 0 but received {{{told}}}"
            )
        if all(w == 1 for w in wanted):  # (of which torch does not count the dimensions)
            means = T["mean"](input, tuple(range(-1, -k - 1, -1)), True)
            if x.owner is TAPE and suggested(x.val) is not None:  # (strides that do not matter say so all the same)
                c = means.shape[1]
                T["as_strided_"](means, means.shape, (c, 1) + (c,) * k)
            return means
        if k == 2:
            check_rank(input, k, name, "")
        need_elements(name, input, range(-2, 0) if k == 2 else range(1, input.dim()))
        check_rank(input, k, name, "")
        if k == 3 or input.numel() and 0 not in wanted:
            refuse_integers(f"{name}_cpu" if k == 3 else name, input)
        if shared.halves and (d := half_in(x)):
            return in_float32(d, adaptive_avg_pool, input, output_size)
        x = with_elements(x, wanted, name)
        shape = shape_of(x)
        parts = equal_parts(shape, wanted) if dtype_of(x).kind == "f" else None
        if parts is not None:
            x, wanted = P["window_mean"](x, **parts), ()
        elif dtype_of(x).kind == "f" and 0 not in wanted and few_numbers(shape, wanted):
            x, wanted = means_of_parts(x, shape, wanted), ()
        for axis, w in zip(range(len(shape) - k, len(shape)), wanted):
            n = shape[axis]
            start, end = even_parts(n, w)
            place = np.arange(n)
            weights = ((place >= start[:, None]) & (place < end[:, None])) / (end - start)[:, None]
            x = mapped(x, axis, weights)
        if 0 in wanted:  # (sums of no booleans are ints in NumPy)
            x = P["cast"](x, dtype=dtype_of(current(input)))
        return labelled(
            image_in_c_order(x, current(input)) if k == 3 else like_image(x, current(input), turned=True),
            f"AdaptiveAvgPool{max(k, 2)}DBackward0",
            (input,),
        )

    adaptive_avg_pool.__name__ = name
    adaptive_avg_pool.__doc__ = f"The means of as many even parts of the last {k} axes as output_size says."
    return adaptive_avg_pool


def means_of_parts(x, shape, wanted):
    """The means of parts of differing sizes, each added up from its first number on and divided by its lengths in turn, as torch does."""
    k = len(wanted)
    lead, sizes = shape[: len(shape) - k], shape[len(shape) - k :]
    at, inside, lengths = parts_of(sizes, wanted)
    rows = P["transpose"](P["reshape"](x, shape=(prod(lead), prod(sizes))), perm=(1, 0))
    taken = P["reshape"](P["gather"](rows, at), shape=(*inside.shape[:2], prod(lead)))
    out = P["turns_sum"](P["where"](inside, taken, 0.0), axes=(1,))
    for n in lengths:
        out = P["div"](out, n.astype(dtype_of(x)))
    return P["reshape"](P["transpose"](out, perm=(1, 0)), shape=(*lead, *wanted))


def few_numbers(shape, wanted):
    """Do all parts have so few numbers that torch's order of adding them costs next to nothing? (Of many, products of matrices take a tenth of the time.)"""
    longest = [(n - 1) // w + 2 for n, w in zip(shape[-len(wanted) :], wanted)]
    return 0 < prod(shape[: -len(wanted)]) * prod(wanted) * prod(longest) <= TURNS


@functools.lru_cache
def parts_of(sizes, wanted):
    """(the places of all parts, one after the other; which of them count, [parts, longest, 1]; along each axis, their lengths [parts, 1])."""
    each = [even_parts(n, w) for n, w in zip(sizes, wanted)]
    at = joined([places(*ends) for ends in each], sizes)
    short = [np.arange((ends - starts).max()) < (ends - starts)[:, None] for starts, ends in each]
    inside = joined([s.astype(np.int64) for s in short], (2,) * len(sizes)) == 2 ** len(sizes) - 1
    lengths = np.meshgrid(*[ends - starts for starts, ends in each], indexing="ij")
    return at.reshape(-1), inside.reshape(prod(wanted), -1, 1), [n.reshape(-1, 1) for n in lengths]


@functools.lru_cache
def equal_parts(shape, wanted):
    """The settings of a mean over parts of one size; None where the parts differ in theirs."""
    k = len(wanted)
    sizes = shape[len(shape) - k :]
    if 0 in wanted or any([n % w for n, w in zip(sizes, wanted)]):
        return None
    window, ones = tuple([n // w for n, w in zip(sizes, wanted)]), (1,) * k
    padding = ((0, 0),) * k
    return dict(
        window=window, strides=window, padding=padding, base_dilation=ones, window_dilation=ones, divisors=window
    )


@functools.lru_cache
def known_parts(shape, size):
    """equal_parts() of images, several of them; ValueError for all else."""
    wanted = (size, size) if type(size) is int else size
    if len(shape) not in (3, 4) or 0 in shape or min(wanted) < 1:
        raise ValueError
    parts = equal_parts(shape, wanted)
    if parts is None:
        raise ValueError
    return parts


def wanted_sizes(input, output_size, k):
    """The output sizes for the last k axes, of which None keeps the input's; ValueError where there are more of them than axes."""
    if type(output_size) is int:
        return (output_size,) * k
    if isinstance(output_size, bool):
        raise TypeError("output_size is an int or several")
    n, shape = len(output_size), input.size()
    if len(shape) <= n:
        raise ValueError(f"Input dimension should be at least {n + 1}")
    sizes = [own if w is None else w for w, own in zip(output_size, shape[-n:])]
    if any([isinstance(w, bool) for w in sizes]):
        raise TypeError("an output size is an int")
    return tuple([operator.index(w) for w in sizes])


def need_elements(name, input, dims):
    """torch's error where one of these dimensions is empty."""
    shape = list(input.shape)
    for d in dims:
        if not shape[d]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {shape} with dimension "
                f"{d % len(shape)} being empty"
            )


def with_elements(input, wanted, name):
    """The input; if the result has no elements, one that has no derivative, for which torch asks for some."""
    if 0 not in wanted:
        return input
    sizes = [*input.shape[: -len(wanted)], *wanted]
    return P["rule"](
        current(input),
        spec=Refusal(
            f"{name}_backward(): Expected grad_output to have non-zero size for non-batch dimensions, but grad_output has sizes {sizes} with "
            f"dimension {sizes.index(0, 1)} being empty"
        ),
    )[0]


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


def last_nans(windows, best, out):
    """Where to look along the last axis instead of at `best`, the places of the maxima `out`: of several nans torch takes the last."""
    values, most = concrete_or_none(windows), concrete_or_none(out)
    if values is None or not (none := np.isnan(most)).any():  # (a nan is the maximum of its window)
        return None
    at = concrete_or_none(best).copy()
    at[none] = values.shape[-1] - 1 - np.isnan(values[none])[:, ::-1].argmax(-1)
    return at


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
    windows = P["reshape"](found, shape=(*lead, prod(counts), taps))

    def taken(at):
        at = P["reshape"](at, shape=(*lead, prod(counts), 1))
        index = P["reshape"](P["take_along"](whole, at, axis=len(lead) + 1), shape=(*lead, prod(counts)))
        return index, P["window_gather"](table, index, axes=1)

    best = P["argmax"](windows, axis=len(lead) + 1)
    index, out = taken(best)
    if (best := last_nans(windows, best, out)) is not None:
        index, out = taken(best)
    out = P["reshape"](out, shape=(*lead, *counts))
    index = P["reshape"](index, shape=(*lead, *counts))
    index = wrap(Tensor, index) if isinstance(index, np.ndarray) else index
    laid = like_image if k == 2 and label.startswith("Adaptive") else image_in_c_order
    return labelled(laid(out, x), label, (input,)), laid(index, x)


def adaptive_maximum(k):
    name = f"adaptive_max_pool{k}d"

    def adaptive_max_pool(input, output_size, return_indices=False):
        wanted = wanted_sizes(input, output_size, k)
        check_rank(input, k, name)
        need_elements(name, input, range(1, input.dim()))
        if len(wanted) != k:
            raise RuntimeError(f"{name}(): internal error: output_size.size() must be {k}")
        if min(wanted) < 0:
            shape = [*input.shape[:-k], *[1] * (name == "adaptive_max_pool1d"), *wanted]
            raise RuntimeError(f"Trying to create tensor with negative dimension {min(wanted)}: {shape}")
        refuse_integers(f"{name}_cpu" if k == 3 else name, input)
        sizes = tuple(input.shape[-k:])
        parts = [places(*even_parts(n, w)) for n, w in zip(sizes, wanted)]
        input = with_elements(input, wanted, name)
        even = 0 not in wanted and not any([n % w for n, w in zip(sizes, wanted)])
        if even and not return_indices and dtype_of(current(input)).itemsize > 2:
            window, ones = (
                tuple([n // w for n, w in zip(sizes, wanted)]),
                (1,) * k,
            )  # (parts that are windows side by side)
            still = dict(padding=((0, 0),) * k, base_dilation=ones, window_dilation=ones)
            x = current(input)
            out = like_image(P["window_max"](x, window=window, strides=window, **still), *(() if k == 3 else (x,)))
            return labelled(out, f"AdaptiveMaxPool{k}DBackward0", (input,))
        out = maxima(input, joined(parts, sizes), k, f"AdaptiveMaxPool{k}DBackward0")
        return out if return_indices else out[0]

    adaptive_max_pool.__name__ = name
    adaptive_max_pool.__doc__ = f"The maxima of as many even parts of the last {k} axes as output_size says."
    return adaptive_max_pool


adaptive_max_pool2d, adaptive_max_pool3d = adaptive_maximum(2), adaptive_maximum(3)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The maxima of as many even parts of the last axis as output_size says."""
    check_line(input, "adaptive_max_pool1d")
    sizes = entries(output_size, 1, "adaptive_max_pool1d", "output_size")
    need_elements("adaptive_max_pool1d", input, range(1, input.dim()))
    out, index = adaptive_max_pool2d(input.unsqueeze(-2), (1, *sizes), True)
    return (out.squeeze(-2), index.squeeze(-2)) if return_indices else out.squeeze(-2)


def always_with_indices(f):
    def pooled(input, output_size, return_indices=False):  # (which changes nothing)
        return f(input, output_size, True)

    pooled.__name__, pooled.__doc__ = f"{f.__name__}_with_indices", (f.__doc__ or "")[:-1] + "; and where they are."
    return pooled


adaptive_max_pool1d_with_indices = always_with_indices(adaptive_max_pool1d)
adaptive_max_pool2d_with_indices = always_with_indices(adaptive_max_pool2d)
adaptive_max_pool3d_with_indices = always_with_indices(adaptive_max_pool3d)


# ------------------------------------------------------------------------------------------------ at random
def starts_of(samples, n, count, window):
    """Where the windows along one axis begin: float[N, C] of uniform numbers -> int64[N, C, count]."""
    r = rounder(samples.dtype) if samples.dtype in HALVES else np.asarray  # (each step is of their dtype)
    samples = r(samples)
    d = samples.dtype.type
    last = n - window
    if count == 1:
        return np.full((*samples.shape, 1), last)
    alpha = r(d(last) / d(count - 1))
    at = r(r(np.arange(count - 1, dtype=samples.dtype) + samples[..., None]) * alpha)
    first = r(samples * alpha).astype(np.int64)[..., None]
    return np.concatenate([at.astype(np.int64) - first, np.full((*samples.shape, 1), last)], -1)


def check_samples(samples, x, lead, k):
    """torch's errors of the numbers that fractional pooling starts its windows by."""
    if dtype_of(current(samples)) != dtype_of(x):
        raise RuntimeError("Expect _random_samples to have the same dtype as input")
    if samples.dim() != 3:
        raise RuntimeError(f"Expect _random_samples to have 3 dimensions, got {samples.dim()}")
    if samples.shape[0] < lead[0]:
        raise RuntimeError("Expect _random_samples.size(0) no less then input batch size.")
    if samples.shape[1] != lead[1]:
        raise RuntimeError("Expect _random_samples.size(1) equals to input channel size.")
    if samples.shape[2] != k:
        raise RuntimeError(f"Expect _random_samples.size(2) equals to {k}; got {samples.shape[2]}.")


def check_fractional(name, k, sizes, wanted, window):
    """Errors in torch's words for windows (at random places of the last k axes) that an input of these sizes cannot have."""
    own = name if k == 2 else f"{name}_out"
    if len(sizes) not in (k + 1, k + 2):
        raise RuntimeError(f"{own}(): Expected {k + 1}D or {k + 2}D tensor, but got: {list(sizes)}")
    for axis, n in enumerate(sizes):
        if axis and not n:
            raise RuntimeError(
                f"{own}(): Expected input to have non-zero size for non-batch dimensions, but got{list(sizes)} with dimension "
                f"{axis} being empty."
            )
    for axis in (0, 1) if k == 2 else (0, 2, 1):  # (torch's order)
        n, m, w = sizes[axis - k], wanted[axis], window[axis]
        if m + w - 1 + (k == 3) > n:
            side = ("time", "height", "width")[axis + 3 - k]
            raise RuntimeError(f"{own}(): pool {side} {w} too large relative to input {side} {n}")
    if min(wanted) < 0:
        shape = [*sizes[:-k], *wanted]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(wanted)}: {shape}")


def sizes_by_ratio(name, k, input, ratio):
    """The sizes of the result, of which `output_ratio` says how they are to those of the input."""
    ratios = ratio if isinstance(ratio, (tuple, list)) else (ratio,) * k
    if len(ratios) > k:
        raise ValueError(f"{name} requires output_ratio to either be a single Int or tuple of Ints.")
    return [int(input.size(i - k) * ratios[i]) for i in range(k)]


def fractional(k):
    name = f"fractional_max_pool{k}d"

    def pool(
        input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
    ):  # fmt: skip
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if output_size is None:
            output_size = sizes_by_ratio(name, k, input, output_ratio)
        x, given = current(input), _random_samples
        alone = input.dim() == k + 1
        if given is None:
            need_dimensions(input.shape, k + 1)
            if (d := dtype_of(x)).kind in "biu":
                refuse("check_uniform_bounds", d)
        for sized, what in ((kernel_size, "kernel_size"), (output_size, "output_size")):
            if isinstance(sized, (tuple, list)) and len(sized) != k:
                kinds = "tuple of Ints" if k == 2 else "tuple of three Ints"
                raise RuntimeError(f"{name}: {what} must either be a single Int or {kinds}")
        wanted, window = per_axis(output_size, k), per_axis(kernel_size, k)
        sizes = tuple(input.shape)
        check_fractional(name, k, sizes, wanted, window)
        sizes = sizes[-k:]
        lead = (1, input.shape[0]) if alone else tuple(input.shape[:2])
        if given is not None:
            check_samples(given, x, lead, k)
        draws = None
        if given is None:
            refuse_staging(name)  # (where the windows begin decides on shapes of indices)
            kind = dtype_of(x) if half_in(x) else dtype_of(x).type(0).real.dtype
            draws = default_generator.uniform((*lead, k), 0.0, 1.0, kind)
        if 0 in wanted or 0 in lead:
            nothing = input.flatten(-k)[..., :0].reshape((*input.shape[:-k], *wanted))
            return (nothing, nothing.detach().to(BY_NAME["int64"])) if return_indices else nothing
        refuse_integers(f"{name}_out_frame", input)

        def places(draws):
            parts = [
                # torch's samples stand in the order of the axes from the last, in two dimensions
                starts_of(draws[..., k - 1 - axis if k == 2 else axis], n, m, w)[..., None] + np.arange(max(w, 1))
                for axis, (n, m, w) in enumerate(zip(sizes, wanted, window))
            ]
            return (joined(parts, sizes),)

        if draws is None:
            given = given if given.shape[0] == lead[0] else given[: lead[0]]
            (like,) = places(np.zeros(tuple(given.shape)))
            (flat,) = on_values(places, [(like.shape, like.dtype)], given)
            flat = flat if memory(flat) is None else memory(flat)
        else:
            (flat,) = places(draws)
        flat = flat[0] if alone else flat
        if min(window) <= 0:  # (whose windows hold nothing)
            lowest = input.new_full((*input.shape[:-k], *wanted), -np.inf)
            return (lowest, wrap(Tensor, np.asarray(flat[..., 0]))) if return_indices else lowest
        out = highest(input, flat, k)
        return out if return_indices else out[0]

    @as_one
    def highest(self, flat, k):
        return maxima(self, flat, k, f"FractionalMaxPool{k}DBackward0")

    pool.__name__ = name
    pool.__doc__ = f"The maxima of windows over the last {k} axes that begin at random steps."
    return pool


fractional_max_pool2d, fractional_max_pool3d = fractional(2), fractional(3)


def with_places(f):
    def pooled(
        input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
    ):  # fmt: skip
        return f(input, kernel_size, output_size, output_ratio, True, _random_samples)

    pooled.__name__, pooled.__doc__ = f"{f.__name__}_with_indices", f"{f.__name__}, and the flat indices of the maxima."
    return pooled


fractional_max_pool2d_with_indices = with_places(fractional_max_pool2d)
fractional_max_pool3d_with_indices = with_places(fractional_max_pool3d)


refuse_in(globals())
adaptive_avg_pool2d = quick(
    written_call,
    adaptive_avg_pool2d,
    "window_mean",
    ("output_size",),
    "(type(output_size) is int and output_size > 1 or type(output_size) is tuple and [*map(type, output_size)] == [int, int] and output_size != (1, 1))",
    ("params = known(v.shape, output_size)", "out = impl(v, **params)"),
    ("AdaptiveAvgPool2DBackward0",),
    known=known_parts,
)
