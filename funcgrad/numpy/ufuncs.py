"""What traced arrays do in ufuncs that are no single primitive, and in the methods of ufuncs.

`ufunc.outer`, `.reduce`, `.accumulate`, `.reduceat` and `.at` of any ufunc with two operands: over a primitive where
there is one (sum, cumsum, scatter_add, ...), otherwise one element along the axis at a time, as NumPy defines them.
"""

import math

import numpy as np

from ..core.aval import dtype_of, promotion_key, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from . import reductions
from .arguments import as_array, at_axis, axes_of, axis_of, cast, into, plain_target
from .concrete import of_values
from .indexing import as_tuple, basic, getitem, scatter_through, setitem, value
from .protocol import METHODS, UFUNCS

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ composed ufuncs
def in_loop(ufunc, x):
    """x in the dtype that a ufunc of one operand computes in; TypeError where it has no such loop."""
    return cast(x, ufunc.resolve_dtypes((promotion_key(x), *(None,) * ufunc.nout))[0])


def modf(x):
    """(fractional part, integral part), both with x's sign; of an infinity the fractional part is 0."""
    x = in_loop(np.modf, x)
    finite = P["where"](P["isinf"](x), P["copysign"](0.0, x), x)
    return P["fmod"](finite, 1.0), P["trunc"](x)


def float_power(x, y):
    wide = np.result_type(dtype_of(x), dtype_of(y), np.float64)
    return P["power"](cast(x, wide), cast(y, wide))


COMPOSED = {
    "divmod": lambda x, y: (P["floor_divide"](x, y), P["remainder"](x, y)),
    "fabs": lambda x: P["abs"](in_loop(np.fabs, x)),
    "float_power": float_power,
    "modf": modf,
    "frexp": lambda x: P["frexp"](x),
    "degrees": lambda x: P["rad2deg"](x),
    "rad2deg": lambda x: P["rad2deg"](x),
    "radians": lambda x: P["deg2rad"](x),
    "isnat": of_values(np.isnat),
}


# ------------------------------------------------------------------------------------------------ outer
def outer(ufunc, a, b, /, **kwargs):
    a, b = as_array(a), as_array(b)
    wide = P["reshape"](a, shape=shape_of(a) + (1,) * len(shape_of(b)))
    return ufunc(wide, b, **kwargs)


# ------------------------------------------------------------------------------------------------ reduce
REDUCE = {
    np.add: reductions.sum, np.multiply: reductions.prod,
    np.maximum: lambda a, axis, dtype, out, *rest: reductions.max(a if dtype is None else cast(a, dtype), axis, out, *rest),
    np.minimum: lambda a, axis, dtype, out, *rest: reductions.min(a if dtype is None else cast(a, dtype), axis, out, *rest),
    np.logical_and: lambda a, axis, dtype, out, keepdims, initial, where: reductions.all(a, axis, out, keepdims, where=where),
    np.logical_or: lambda a, axis, dtype, out, keepdims, initial, where: reductions.any(a, axis, out, keepdims, where=where),
}  # fmt: skip


def reduce(ufunc, array, axis=0, dtype=None, out=None, keepdims=False, initial=np._NoValue, where=True):
    array = as_array(array)
    f = REDUCE.get(ufunc)
    axis = () if not array.shape and axis in (0, -1) else axis  # (NumPy's ufuncs take it of 0-d arrays)
    out = out[0] if isinstance(out, tuple) else out
    if f is not None:
        return f(array, axis, dtype, out, keepdims, initial, where)
    axes = axes_of(array, axis)
    if ufunc is np.logaddexp and where is True and initial is np._NoValue and array.size and array.dtype.kind != "c":
        result = P["logsumexp"](cast(array, dtype or np.result_type(array.dtype, np.float16)), axes=axes)
    else:
        result = array if dtype is None else cast(array, dtype)
        result = in_own_loop(ufunc, result) if max([result.shape[d] for d in axes], default=0) > 1 else result
        chosen = None if where is True else np.broadcast_to(where, array.shape)
        if axes:
            if chosen is not None and initial is np._NoValue and ufunc.identity is None:
                raise ValueError(
                    f"reduction operation '{ufunc.__name__}' does not have an identity, so to use a where mask one has to specify 'initial'"
                )
            rows, chosen = (v if v is None else in_front(v, axes) for v in (result, chosen))
            result = folded(ufunc, rows, 0, initial, chosen)
            if ufunc is np.logical_xor and dtype is None:  # (of one element, too, a truth value)
                result = cast(result, bool)
    if keepdims:
        result = P["reshape"](result, shape=tuple(1 if i in axes else k for i, k in enumerate(array.shape)))
    return into(out, result, f"numpy.{ufunc.__name__}.reduce")


def in_front(x, axes):
    """x with some of its axes as one in front, in C order."""
    rest = [d for d in range(len(shape_of(x))) if d not in axes]
    x = P["transpose"](x, perm=(*axes, *rest)) if axes != tuple(range(len(axes))) else x
    shape = shape_of(x)
    return x if len(axes) == 1 else P["reshape"](x, shape=(math.prod(shape[: len(axes)]), *shape[len(axes) :]))


def in_own_loop(ufunc, x, running=False):
    """x in the dtype of a loop whose result is an operand of the next step; TypeError where there is none."""
    first, second, _ = ufunc.resolve_dtypes((None, dtype_of(x), None), reduction=True)
    if running and first != second:
        raise TypeError(f"numpy.{ufunc.__name__}.accumulate: its loop takes {first} and {second}, not its own results.")
    return cast(x, first) if first == second else x


def folded(ufunc, x, axis, initial=np._NoValue, chosen=None):
    """ufunc applied from the first to the last element along an axis, of those that are chosen."""
    n = shape_of(x)[axis]
    if (n == 0 or chosen is not None) and initial is np._NoValue:
        initial = ufunc.identity
        if initial is None:
            raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    if initial is not np._NoValue:
        total, start = np.full(shape_of(x)[:axis] + shape_of(x)[axis + 1 :], initial, dtype_of(x)), 0
    else:
        total, start = P["getitem"](x, idx=at_axis(axis, 0)), 1
    for i in range(start, n):
        step = ufunc(total, P["getitem"](x, idx=at_axis(axis, i)))
        total = step if chosen is None else P["where"](P["getitem"](chosen, idx=at_axis(axis, i)), step, total)
    return total


# ------------------------------------------------------------------------------------------------ accumulate, reduceat
ACCUMULATE = {
    np.add: "cumsum", np.multiply: "cumprod", np.maximum: "cummax", np.minimum: "cummin", np.logaddexp: "cumlogsumexp"
}  # fmt: skip


def accumulate(ufunc, array, axis=0, dtype=None, out=None):
    array = as_array(array)
    axis = axis_of(0 if axis is None and len(array.shape) == 1 else axis, len(array.shape))
    array = array if dtype is None else cast(array, dtype)
    prim = ACCUMULATE.get(ufunc)
    if prim is not None:
        result = P[prim](array, axis=axis, reverse=False)
    else:
        array = in_own_loop(ufunc, array, running=True)
        rows = [P["getitem"](array, idx=at_axis(axis, slice(i, i + 1))) for i in range(array.shape[axis])]
        for i in range(1, len(rows)):
            rows[i] = ufunc(rows[i - 1], rows[i])
        result = P["concatenate"](*rows, axis=axis) if rows else array
    return into(out, result, f"numpy.{ufunc.__name__}.accumulate")


def reduceat(ufunc, array, indices, axis=0, dtype=None, out=None):
    array = as_array(array)
    axis = axis_of(axis, len(array.shape))
    n = array.shape[axis]
    cuts = [*np.asarray(indices).tolist(), n]
    beyond = [k for k in cuts[:-1] if not 0 <= k < n]
    if beyond:
        raise IndexError(f"index {beyond[0]} out-of-bounds in {ufunc.__name__}.reduceat [0, {n})")
    rows = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        part = P["getitem"](array, idx=at_axis(axis, slice(a, b if b > a else a + 1)))
        rows.append(reduce(ufunc, part, axis, dtype, keepdims=True))
    return into(out, P["concatenate"](*rows, axis=axis), f"numpy.{ufunc.__name__}.reduceat")


# ------------------------------------------------------------------------------------------------ at
AT = {  # ufunc -> (scatter, what it does to the value)
    np.add: ("scatter_add", None), np.subtract: ("scatter_add", "neg"), np.multiply: ("scatter_mul", None),
    np.true_divide: ("scatter_mul", "reciprocal"),
}  # fmt: skip


def at(ufunc, a, indices, b=None, /):
    """ufunc.at: in place, every repetition of an index counts."""
    if not isinstance(a, Handle):
        raise plain_target(f"numpy.{ufunc.__name__}.at")
    idx = as_tuple(indices)
    if basic(idx) is not None or ufunc.nin == 1:  # nothing is repeated (and f(f(x)) is not what NumPy computes for one)
        setitem(a, idx, ufunc(getitem(a, idx)) if ufunc.nin == 1 else ufunc(getitem(a, idx), b))
        return
    prim, of_value = AT.get(ufunc, (None, None))
    b = value(b)
    if prim in P:
        scatter_through(a, idx, b if of_value is None else P[of_value](b), prim)
        return
    spots = np.arange(a.size).reshape(a.shape)[tuple(np.asarray(i) if isinstance(i, list) else i for i in idx)]
    b = np.broadcast_to(b, spots.shape)
    for spot in np.ndindex(spots.shape):
        where = tuple(int(k) for k in np.unravel_index(spots[spot], a.shape))
        setitem(a, where, ufunc(getitem(a, where), b[spot]))


for _name, _f in COMPOSED.items():
    UFUNCS[getattr(np, _name)] = _f
for _method in (outer, reduce, accumulate, reduceat, at):
    METHODS[_method.__name__] = _method

__all__ = ["COMPOSED"]
