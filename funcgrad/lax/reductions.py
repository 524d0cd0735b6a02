"""Reductions, running reductions, windows, sorting."""

import math

import numpy as np

from .. import numpy as fnp
from .. import tree
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..errors import ArgumentError
from ..ops.cumulative import shifted
from .arrays import axis_of
from .products import padding_of, spread_out

P = PRIMITIVES
__all__ = [
    "approx_max_k", "approx_min_k", "argmax", "argmin", "cumlogsumexp", "cummax", "cummin", "cumprod", "cumsum", "reduce",
    "reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_prod", "reduce_sum", "reduce_window", "reduce_xor", "sort",
    "reduce_window_shape_tuple", "sort_key_val", "top_k",
]  # fmt: skip


def axes_of(operand, axes):
    rank = len(shape_of(operand))
    found = tuple([axis_of(a, rank) for a in axes])
    if len(set(found)) < len(found):
        raise ValueError(f"duplicate value in 'axes': {tuple(axes)}")
    return found


def reducing(name, prim, words):
    def f(operand, axes, *, out_sharding=None):
        axes, shape = axes_of(operand, axes), shape_of(operand)
        if prim in ("max", "min") and 0 in [shape[a] for a in axes]:
            return np.full([k for a, k in enumerate(shape) if a not in axes], least(dtype_of(operand), prim == "min"))
        out = P[prim](operand, axes=axes)
        return out if dtype_of(out) == dtype_of(operand) else P["cast"](out, dtype=dtype_of(operand))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"{words} over axes, in operand's dtype."
    return f


def least(dtype, greatest=False):
    """The least value of a dtype, or its greatest: what max, or min, of nothing is."""
    if dtype.kind in "iu":
        return dtype.type(np.iinfo(dtype).max if greatest else np.iinfo(dtype).min)
    return dtype.type(greatest if dtype.kind == "b" else math.inf if greatest else -math.inf)


reduce_sum = reducing("reduce_sum", "sum", "The sum")
reduce_prod = reducing("reduce_prod", "prod", "The product")
reduce_max = reducing("reduce_max", "max", "The greatest element")
reduce_min = reducing("reduce_min", "min", "The least element")


def bitwise(ufunc, name, empty):
    def f(operand, axes):
        out, axes = operand, sorted(axes_of(operand, axes), reverse=True)
        for a in axes:
            shape = shape_of(out)
            parts = fnp.unstack(out, axis=a)
            out = parts[0] if parts else np.full(shape[:a] + shape[a + 1 :], empty).astype(dtype_of(operand))
            for part in parts[1:]:
                out = ufunc(out, part)
        return out

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"The elements over axes, joined by {ufunc.__name__}."
    return f


reduce_and = bitwise(np.bitwise_and, "reduce_and", -1)
reduce_or = bitwise(np.bitwise_or, "reduce_or", 0)
reduce_xor = bitwise(np.bitwise_xor, "reduce_xor", 0)


def arg(name, prim):
    def f(operand, axis, index_dtype=np.int64):
        return P["cast"](P[prim](operand, axis=axis_of(axis, len(shape_of(operand)))), dtype=np.dtype(index_dtype))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = (
        "The index of the "
        + ("greatest" if name == "argmax" else "least")
        + " element along an axis, the first of equal ones."
    )
    return f


argmax, argmin = arg("argmax", "argmax"), arg("argmin", "argmin")


def running(name, words):
    def f(operand, axis=0, reverse=False):
        out = P[name](operand, axis=axis_of(axis, len(shape_of(operand))), reverse=bool(reverse))
        return out if dtype_of(out) == dtype_of(operand) else P["cast"](out, dtype=dtype_of(operand))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"The running {words} along an axis; `reverse`: from the end."
    return f


cumsum, cumprod = running("cumsum", "sum"), running("cumprod", "product")
cummax, cummin = running("cummax", "maximum"), running("cummin", "minimum")
real_cumlogsumexp = running("cumlogsumexp", "logarithm of the sum of exponentials")


def cumlogsumexp(operand, axis=0, reverse=False):
    """The running logarithm of the sum of exponentials along an axis; `reverse`: from the end. Of complex numbers each sum is
    relative to the greatest real part so far."""
    if dtype_of(operand).kind != "c":
        return real_cumlogsumexp(operand, axis, reverse)
    along = {"axis": axis_of(axis, len(shape_of(operand))), "reverse": bool(reverse)}
    top = P["stop"](P["cummax"](P["real"](operand), **along))
    before = shifted(top, -np.inf, **along)
    decay = P["where"](P["equal"](before, top), 1, P["exp"](P["sub"](before, top)))
    top = P["where"](P["isfinite"](top), top, 0)
    terms = P["exp"](P["sub"](operand, top))
    return P["add"](P["log"](P["linear_recurrence"](P["cast"](decay, dtype=dtype_of(terms)), terms, **along)), top)


def reduce(operands, init_values, computation, dimensions, out_sharding=None):
    """operands reduced over dimensions by an associative `computation(x, y)` of values built as they are.

    It is applied to halves of what is left, log2(n) times, and to the initial value last.
    """
    leaves, structure = tree.flatten(operands)
    starts = tree.leaves(init_values)
    axes = axes_of(leaves[0], dimensions)
    shape = shape_of(leaves[0])
    rest = [i for i in range(len(shape)) if i not in axes]
    n = math.prod([shape[a] for a in axes])
    kept = tuple([shape[i] for i in rest])
    xs = [P["reshape"](P["transpose"](x, perm=(*axes, *rest)), shape=(n, *kept)) for x in leaves]

    def combine(a, b):
        return tree.leaves(computation(tree.unflatten(structure, a), tree.unflatten(structure, b)))

    while n > 1:
        half = n // 2
        low, high = ([P["getitem"](x, idx=(slice(a, b),)) for x in xs] for a, b in ((0, half), (half, 2 * half)))
        odd = [P["getitem"](x, idx=(slice(2 * half, n),)) for x in xs]
        xs = combine(low, high)
        if n % 2:
            xs = [P["concatenate"](x, o, axis=0) for x, o in zip(xs, odd, strict=True)]
        n = half + n % 2
    starts = [
        P["broadcast"](
            s if hasattr(s, "mark") else np.asarray(s, dtype_of(x) if type(s) in (bool, int, float, complex) else None),
            shape=kept,
            axes=tuple(range(len(kept))),
        )
        for s, x in zip(starts, leaves, strict=True)
    ]
    if n:
        starts = combine(starts, [P["reshape"](x, shape=kept) for x in xs])
    return tree.unflatten(structure, starts)


WINDOWS = {"add": "window_sum", "max": "window_max", "min": "window_min"}


def reduce_window(
    operand, init_value, computation, window_dimensions, window_strides=None, padding="VALID", base_dilation=None,
    window_dilation=None,
):  # fmt: skip
    """Every window of operand, reduced: by `lax.add`, `lax.max` or `lax.min` (NumPy's and funcgrad.numpy's do as well)."""
    rank = len(shape_of(operand))
    ones = (1,) * rank
    window, strides = tuple(map(int, window_dimensions)), tuple(map(int, window_strides or ones))
    base, dilation = tuple(map(int, base_dilation or ones)), tuple(map(int, window_dilation or ones))
    name = {"maximum": "max", "minimum": "min"}.get(computation.__name__, computation.__name__)
    prim = WINDOWS.get(name)
    if prim is None:
        raise ArgumentError(
            f"reduce_window: computation must be lax.add, lax.max or lax.min; got {computation.__name__}"
        )
    padding = padding_of(padding, spread_out(shape_of(operand), base), spread_out(window, dilation), strides)
    options = {
        "window": window,
        "strides": strides,
        "padding": padding,
        "base_dilation": base,
        "window_dilation": dilation,
    }
    out = P[prim](operand, **options)
    join = {"add": "add", "max": "maximum", "min": "minimum"}[name]
    neutral = name == "add" and not hasattr(init_value, "mark") and init_value == 0
    return out if neutral else P[join](out, init_value)


# ------------------------------------------------------------------------------------------------ sorting
def reduce_window_shape_tuple(
    operand_shape, window_dimensions, window_strides, padding, base_dilation=None, window_dilation=None
):  # fmt: skip
    """The shape of reduce_window's result."""
    n = len(operand_shape)
    sizes = spread_out(operand_shape, base_dilation or (1,) * n)
    taps = spread_out(window_dimensions, window_dilation or (1,) * n)
    pads = padding_of(padding, sizes, taps, window_strides)
    return tuple(
        [
            max((k + low + high - t) // s + 1, 0)
            for k, t, s, (low, high) in zip(sizes, taps, window_strides, pads, strict=True)
        ]
    )


def sort(operand, dimension=-1, is_stable=True, num_keys=1):
    """operand sorted along a dimension; of a tuple the first `num_keys` are compared, in turn, and all are put in that order."""
    if not isinstance(operand, (tuple, list)):
        return fnp.sort(operand, axis=dimension, stable=is_stable)
    axis = axis_of(dimension, len(shape_of(operand[0])))
    order = None
    for key in reversed(operand[:num_keys]):
        key = key if order is None else P["take_along"](key, order, axis=axis)
        at = fnp.argsort(key, axis=axis, stable=True)
        order = at if order is None else P["take_along"](order, at, axis=axis)
    return tuple([P["take_along"](x, order, axis=axis) for x in operand])


def sort_key_val(keys, values, dimension=-1, is_stable=True):
    """(keys sorted, values in the same order)."""
    return sort((keys, values), dimension, is_stable)


def top_k(operand, k, *, axis=-1):
    """(the k largest elements along an axis, largest first, their indices)."""
    axis = axis_of(axis, len(shape_of(operand)))
    values, at = P["top_k"](operand, axis=axis, k=int(k))
    return values, P["cast"](at, dtype=np.dtype(np.int32))


def approx_max_k(
    operand, k, reduction_dimension=-1, recall_target=0.95, reduction_input_size_override=-1, aggregate_to_topk=True
):
    """top_k along a dimension: exact here."""
    return top_k(operand, k, axis=reduction_dimension)


def approx_min_k(
    operand, k, reduction_dimension=-1, recall_target=0.95, reduction_input_size_override=-1, aggregate_to_topk=True
):
    """The k smallest elements along a dimension, smallest first, and their indices: exact here."""
    values, at = top_k(P["neg"](operand), k, axis=reduction_dimension)
    return P["neg"](values), at
