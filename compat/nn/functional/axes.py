"""What convolutions, pooling and images of every rank share: an entry for each spatial axis, inputs without a batch, an axis mapped by a matrix."""

import functools
import operator

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ...functions.operands import dtype_of, shape_of
from ...functions.rounding import at_begin, half_in, rounds_once
from ...payload import memory_below

P = PRIMITIVES


def per_axis(x, k, name="an argument"):
    """One entry per spatial axis. TypeError for what is no int."""
    if type(x) is int:
        return (x,) * k
    if isinstance(x, (tuple, list)):
        if len(x) == 1:
            return (whole(x[0]),) * k
        if len(x) != k:
            raise RuntimeError(
                f"expected {name} to be a single integer value or a list of {k} values to match the convolution dimensions, but got "
                f"{name}={list(x)}"
            )
        return tuple([v if type(v) is int else whole(v) for v in x])
    return (whole(x),) * k


def whole(n):
    if isinstance(n, bool):
        raise TypeError("an int is wanted, got a bool")
    return operator.index(n)


def batched(f, k, refused=None):
    """f on [N, C, *sizes], also for an input without N: torch shows an unsqueeze and a squeeze. `refused(*args)`, asked once a call has
    failed, raises what torch says first."""

    def mind_halves():
        nonlocal f
        own, once = f, rounds_once(f)

        @functools.wraps(own)
        def f(input, *args, **kwargs):  # (in float16 the primitive itself rounds, and its rule has steps of its own)
            return (own if half_in(input) == np.float16 else once)(input, *args, **kwargs)

    at_begin(mind_halves)

    def on_any(input, *args, **kwargs):
        try:
            rank = input.dim()
            if rank == k + 2:
                return f(input, *args, **kwargs)
            if rank == k + 1:
                out = f(input.unsqueeze(0), *args, **kwargs)
                return tuple([o.squeeze(0) for o in out]) if isinstance(out, tuple) else out.squeeze(0)
            raise RuntimeError(
                f"Expected {k + 1}D (unbatched) or {k + 2}D (batched) input to {f.__name__}, but got input of size: "
                f"{list(input.shape)}"
            )
        except (RuntimeError, IndexError):
            if refused is not None:
                try:
                    refused(input, *args, **kwargs)
                except Exception as first:
                    raise first from None
            raise

    on_any.__name__, on_any.__doc__ = f.__name__, f.__doc__
    return on_any


def entries(x, k, function, name):
    """per_axis() in the words of a pooling function."""
    if isinstance(x, (tuple, list)) and len(x) not in (1, k):
        if function == "max_pool1d":
            kinds = "an int, list of ints" + ("" if name in ("kernel_size", "dilation") else ",") + " or tuple"
            kinds = "None, " + kinds if name == "stride" else kinds
            raise RuntimeError(f"{function}() {name} must be {kinds} of ints of size 1 but got size {len(x)}")
        if k == 1:
            own = function.removesuffix("_with_indices")
            raise RuntimeError(f"{own}() argument '{name}' should contain one int (got {len(x)})")
        how = "must be either" if name == "dilation" else "must be" if function == "avg_pool3d" else "must either be"
        omitted = " omitted," if name == "stride" else ""
        count = "two" if k == 2 else "three"
        raise RuntimeError(f"{function}: {name} {how}{omitted} a single int, or a tuple of {count} ints")
    return per_axis(x, k)


def strides_of(stride, window, k, function):
    """The steps of a pooling: by default its windows' sizes, so that they lie side by side."""
    empty = stride is None or isinstance(stride, (tuple, list)) and not stride
    return window if empty else entries(stride, k, function, "stride")


def even_parts(n, count):
    """(starts, ends) of `count` parts of n places, as even as they can be; neighbours may share places."""
    return np.arange(count) * n // count, -(-(np.arange(1, count + 1) * n) // count)


def picked(x, axis, at):
    """The entries along one axis that a vector of integers names; one may be named again."""
    if not axis:
        return P["gather"](x, at)
    before, behind = range(axis), range(axis + 1, len(shape_of(x)))
    out = P["gather"](P["transpose"](x, perm=(axis, *before, *behind)), at)
    return P["transpose"](out, perm=(*range(1, axis + 1), 0, *behind))


def mapped(x, axis, weights):
    """x with one axis mapped by a matrix [out, in] (-0.0: a weight that is zero, of a place that counts)."""
    rank, weights = len(shape_of(x)), np.asarray(weights, dtype_of(x))
    v = memory_below(x)
    if type(v) is np.ndarray and not np.logical_and.reduce(np.isfinite(v), axis=None):
        return mapped_by_places(x, axis, weights)
    out = P["dot_general"](x, weights + 0, dims=(((axis,), (1,)), ((), ())))
    if axis == rank - 1:
        return out
    return P["transpose"](out, perm=(*range(axis), rank - 1, *range(axis, rank - 1)))


def mapped_by_places(x, axis, weights):
    """The same place by place, so that what is infinite or nan reaches no result that it has no weight in."""
    counts = (weights != 0) | np.signbit(weights)
    places = np.argsort(~counts, axis=1, kind="stable")
    shape = [-1 if i == axis else 1 for i in range(len(shape_of(x)))]
    out = None
    for at in places.T[: counts.sum(1).max()]:
        share, own = (np.take_along_axis(w, at[:, None], 1).reshape(shape) for w in (weights, counts))
        part = P["where"](own, P["mul"](picked(x, axis, at), share + 0), 0)
        out = part if out is None else P["add"](out, part)
    return out
