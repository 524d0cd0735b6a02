"""Control flow, collectives over named axes, and associative_scan."""

from .. import tree
from ..collectives import (
    all_gather,
    all_to_all,
    axis_index,
    axis_size,
    pbroadcast,
    pmax,
    pmean,
    pmin,
    ppermute,
    pshuffle,
    psum,
    psum_scatter,
    pswapaxes,
)
from ..control_flow import cond, fori_loop, map, scan, switch, while_loop
from ..core.aval import shape_of
from ..errors import ShapeError
from ..transforms.custom import stop_gradient
from .arrays import concatenate, pad, rev
from .indexing import slice_in_dim

__all__ = [
    "all_gather", "all_to_all", "composite", "optimization_barrier", "platform_dependent", "with_sharding_constraint", "associative_scan", "axis_index", "axis_size", "cond", "fori_loop", "map", "pbroadcast", "pmax",
    "pmean", "pmin", "ppermute", "pshuffle", "psum", "psum_scatter", "pswapaxes", "scan", "stop_gradient", "switch", "while_loop",
]  # fmt: skip


def optimization_barrier(operand, /):
    """operand itself: what compilers may not reorder is not reordered here."""
    return operand


def platform_dependent(*args, default=None, **per_platform):
    """What the function for the CPU gives of args, or else the default. NotImplementedError if there is neither."""
    f = per_platform.get("cpu", default)
    if f is None:
        raise NotImplementedError(f"platform_dependent: no function for cpu and no default; got {sorted(per_platform)}")
    return f(*args)


def composite(decomposition, name, version=0):
    """The function itself: `name` and `version` are for compilers that know it."""
    return decomposition


def with_sharding_constraint(x, shardings):
    """x itself: there is one device."""
    return x


def every_second(x, start, axis, stop=None):
    n = shape_of(x)[axis]
    return slice_in_dim(x, start, n if stop is None else n + stop, 2, axis)


def interleaved(a, b, axis):
    """a[0], b[0], a[1], b[1], ... along an axis; a may be longer by one."""
    n, m = shape_of(a)[axis], shape_of(b)[axis]
    rank = len(shape_of(a))

    def spaced(x, low, high):
        return pad(
            x,
            False if x.dtype == bool else x.dtype.type(0),
            [(low, high, 1) if i == axis else (0, 0, 0) for i in range(rank)],
        )

    even, odd = spaced(a, 0, 1 if n == m else 0), spaced(b, 1, 0 if n == m else 1)
    return (even | odd) if a.dtype == bool else even + odd


def associative_scan(fn, elems, reverse=False, axis=0):
    """All partial results of an associative function along an axis, in about 2 log2(n) calls of it on arrays.

    `fn(a, b)` takes and returns values built as `elems`. The algorithm is that of Blelloch, Prefix sums and their applications
    (1990). TypeError if fn is not callable; ValueError where lengths differ.

    >>> import numpy as np
    >>> associative_scan(np.multiply, np.array([1.0, 2.0, 3.0, 4.0]))
    array([ 1.,  2.,  6., 24.])
    """
    if not callable(fn):
        raise TypeError("associative_scan: fn must be callable")
    leaves, structure = tree.flatten(elems)
    axis = axis % len(shape_of(leaves[0]))
    lengths = {shape_of(x)[axis] for x in leaves}
    if len(lengths) > 1:
        raise ShapeError(f"associative_scan: all arrays must have one length along axis {axis}; got {sorted(lengths)}.")
    if reverse:
        leaves = [rev(x, (axis,)) for x in leaves]

    def combine(a, b):
        return tree.leaves(fn(tree.unflatten(structure, a), tree.unflatten(structure, b)))

    def partial(xs):
        n = shape_of(xs[0])[axis]
        if n < 2:
            return xs
        pairs = combine([every_second(x, 0, axis, -1) for x in xs], [every_second(x, 1, axis) for x in xs])
        odd = partial(pairs)
        if n == 2:
            return [concatenate([slice_in_dim(x, 0, 1, 1, axis), o], axis) for x, o in zip(xs, odd, strict=True)]
        before = odd if n % 2 else [slice_in_dim(o, 0, -1, 1, axis) for o in odd]
        even = combine(before, [every_second(x, 2, axis) for x in xs])
        first = [slice_in_dim(x, 0, 1, 1, axis) for x in xs]
        even = [concatenate([f, e], axis) for f, e in zip(first, even, strict=True)]
        return [interleaved(e, o, axis) for e, o in zip(even, odd, strict=True)]

    found = partial(leaves)
    if reverse:
        found = [rev(x, (axis,)) for x in found]
    return tree.unflatten(structure, found)
