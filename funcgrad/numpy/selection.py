"""NumPy's functions that choose elements: by conditions, by indices along an axis, by where they stand in a matrix."""

import numpy as np

from ..core.aval import describe, dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..errors import DTypeError
from . import indexing
from .arguments import as_array, axis_of, cast, into, operand, size_of, standing
from .concrete import NONE, concrete, of_values, plain
from .protocol import implements

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ by conditions
@implements(np.where)
def where(condition, /, *xy):
    if not xy:
        return np.nonzero(condition)
    if len(xy) != 2:
        raise ValueError("either both or neither of x and y should be given")
    return P["where"](mask(condition), operand(xy[0]), operand(xy[1]))


def mask(condition):
    """A condition as booleans: NumPy takes any number for one."""
    condition = operand(condition)
    return condition if dtype_of(condition).kind == "b" else P["not_equal"](condition, 0)


@implements(np.select)
def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not condlist:
        raise ValueError("select with an empty condition list is not possible")
    choices = [operand(c) for c in choicelist]
    out = operand(default)
    dtype = np.result_type(*map(standing, (*choices, out)))
    for v in choices:
        if not np.can_cast(dtype_of(v), dtype, "same_kind"):
            raise DTypeError(f"select: {describe(v)} cannot be a choice beside {dtype.name} by the rule 'same_kind'.")
    choices, out = [cast(v, dtype) for v in choices], cast(out, dtype)
    for c, v in zip(reversed(condlist), reversed(choices), strict=True):
        if dtype_of(c := operand(c)).kind != "b":
            raise TypeError(f"invalid entry in condlist: should be boolean ndarray, not {dtype_of(c)}")
        out = P["where"](c, v, out)
    shape = np.broadcast_shapes(*(shape_of(operand(v)) for v in (*condlist, *choices)))
    return out if shape_of(out) == shape else np.broadcast_to(out, shape)


@implements(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    """Each function sees the elements of its condition; where conditions are mapped or staged it is computed on all of x, and
    the results are chosen from."""
    x = operand(x)
    shape = shape_of(x)
    n = len(funclist)
    if isinstance(condlist, (Handle, np.ndarray)) and len(shape_of(condlist)) == len(shape):
        condlist = [condlist]
    elif np.isscalar(condlist) or (shape and isinstance(condlist, (list, tuple)) and np.isscalar(condlist[0])):
        condlist = [condlist]
    conditions = [mask(c) for c in condlist]
    if not shape:  # (functions get arrays of one element)
        x, *conditions = [P["reshape"](v, shape=(1,)) for v in (x, *conditions)]
    if n == len(conditions) + 1:
        others = conditions[0]
        for c in conditions[1:]:
            others = P["logical_or"](others, c)
        conditions.append(P["logical_not"](others))
    elif n != len(conditions):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} functions are expected"
        )
    known = not any(plain(c) is NONE for c in conditions)
    out = np.zeros_like(x)
    for c, f in zip(conditions, funclist, strict=True):
        if not callable(f):
            out = P["where"](c, cast(operand(f), dtype_of(x)), out)
        elif not known:
            out = P["where"](c, cast(f(x, *args, **kw), dtype_of(x)), out)
        elif np.any(c):
            out[c] = f(indexing.getitem(x, c), *args, **kw)
    return out if shape else P["reshape"](out, shape=())


@implements(np.extract)
def extract(condition, arr):
    return take(np.ravel(as_array(arr)), np.nonzero(np.ravel(as_array(condition)))[0])


@implements(np.compress)
def compress(condition, a, axis=None, out=None):
    a = as_array(a)
    if axis is None:
        a, axis = P["reshape"](a, shape=(size_of(a),)), 0
    condition = np.asarray(concrete(condition, "compress: the condition"))
    if condition.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return take(a, np.flatnonzero(condition), axis, out)


@implements(np.choose)
def choose(a, choices, out=None, mode="raise"):
    if not isinstance(choices, (list, tuple)):
        choices = [choices[i] for i in range(len(choices))]
    choices = [operand(c) for c in choices]
    dtype = np.result_type(*map(standing, choices))
    choices = np.broadcast_arrays(*[cast(c, dtype) for c in choices], operand(a))[:-1]
    picked = in_range(operand(a), len(choices), mode)
    result = choices[0]
    for i, c in enumerate(choices[1:], 1):
        result = P["where"](P["equal"](picked, i), c, result)
    return into(out, result, "numpy.choose")


nonzero = implements(np.nonzero)(of_values(np.nonzero, why="Use np.where(condition, a, b)."))
flatnonzero = implements(np.flatnonzero)(of_values(np.flatnonzero, why="Use np.where(condition, a, b)."))
argwhere = implements(np.argwhere)(of_values(np.argwhere, why="Use np.where(condition, a, b)."))


# ------------------------------------------------------------------------------------------------ by indices
def in_range(indices, n, mode):
    """Indices from 0 to n - 1, by take's `mode`: raise (negative ones count from the end), wrap or clip."""
    if mode == "wrap":
        return P["remainder"](indices, n)
    if mode == "clip":
        return P["minimum"](P["maximum"](indices, 0), n - 1)
    if mode != "raise":
        raise ValueError(f"mode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    return indexing.wrap_negative([indices if isinstance(indices, Handle) else np.asarray(indices)], (n,))[0]


def integers(indices):
    """Indices as an integer array, or traced integers."""
    if isinstance(indices, Handle):
        known = plain(indices)
        indices = indices if known is NONE else known
    indices = as_array(indices)
    if dtype_of(indices).kind not in "iu":
        if dtype_of(indices).kind == "b":
            return cast(indices, np.intp)
        if size_of(indices):
            raise TypeError(f"indices must be integers; got an array of {dtype_of(indices).name}")
        indices = np.zeros(shape_of(indices), np.intp)
    return indices


@implements(np.take)
def take(a, indices, axis=None, out=None, mode="raise"):
    a, indices = as_array(a), integers(indices)
    if axis is None:
        a, axis = P["reshape"](a, shape=(size_of(a),)), 0
    n = len(a.shape)
    axis = axis_of(axis, n)
    if a.shape[axis] == 0 and size_of(indices):
        raise IndexError("cannot do a non-empty take from an empty axes.")
    found = in_range(indices, a.shape[axis], mode)
    moved = a if axis == 0 else P["transpose"](a, perm=(axis, *[i for i in range(n) if i != axis]))
    result = P["gather"](moved, found)
    if axis:
        k = len(shape_of(indices))
        result = P["transpose"](result, perm=(*range(k, k + axis), *range(k), *range(k + axis, n + k - 1)))
    return into(out, result, "numpy.take")


def along(arr, indices, axis):
    """(array, indices, axis) of take_along_axis and put_along_axis, checked."""
    arr, indices = as_array(arr), integers(indices)
    if axis is None:
        if len(shape_of(indices)) != 1:
            raise ValueError("when axis=None, `indices` must have a single dimension.")
        arr, axis = arr.reshape(-1), 0
    n = len(arr.shape)
    axis = axis_of(axis, n)
    if len(shape_of(indices)) != n:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    return arr, indices, axis


def along_index(shape, indices, axis):
    """The index arrays that pick `indices` along an axis, and the same position along the others."""
    n = len(shape)
    return tuple(indices if d == axis else np.arange(shape[d]).reshape((-1,) + (1,) * (n - d - 1)) for d in range(n))


@implements(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    arr, indices, axis = along(arr, indices, axis)
    return indexing.advanced(arr, along_index(arr.shape, indices, axis))


@implements("ix_")
def ix_(*args):
    return np.ix_(*[np.asarray(concrete(a, "numpy.ix_")) for a in args])


# ------------------------------------------------------------------------------------------------ of matrices
@implements(np.diagonal)
def diagonal(a, offset=0, axis1=0, axis2=1):
    a = as_array(a)
    n = len(a.shape)
    if n < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    i, j = axis_of(axis1, n), axis_of(axis2, n)
    if i == j:
        raise ValueError("axis1 and axis2 cannot be the same")
    last = (*[d for d in range(n) if d not in (i, j)], i, j)
    return P["diagonal"](a if last == tuple(range(n)) else P["transpose"](a, perm=last), k=int(offset))


@implements("linalg.diagonal")
def diagonal_of_matrices(x, /, *, offset=0):
    return diagonal(x, offset, -2, -1)


@implements(np.diag)
def diag(v, k=0):
    v = as_array(v)
    if len(v.shape) == 2:
        return diagonal(v, k)
    if len(v.shape) != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = v.shape[0] + abs(k)
    return P["diag_embed"](v, k=int(k), shape=(n, n))


@implements(np.diagflat)
def diagflat(v, k=0):
    v = as_array(v)
    return diag(P["reshape"](v, shape=(size_of(v),)), k)


@implements(np.trace)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    return into(out, np.sum(diagonal(a, offset, axis1, axis2), -1, dtype), "numpy.trace")


@implements("linalg.trace")
def trace_of_matrices(x, /, *, offset=0, dtype=None):
    return trace(x, offset, -2, -1, dtype)


def triangle(lower):
    def cut(m, k=0):
        m = as_array(m)
        if not m.shape:
            raise TypeError("tril and triu need an array with at least one axis")
        rows, columns = (m.shape[-1],) * 2 if len(m.shape) == 1 else m.shape[-2:]
        keep = np.tri(rows, columns, k if lower else k - 1, dtype=bool)
        zero = dtype_of(m).type(0)
        return P["where"](keep, m, zero) if lower else P["where"](keep, zero, m)

    return cut


tril = implements(np.tril)(triangle(True))
triu = implements(np.triu)(triangle(False))


def of_shape(f):
    """A function of NumPy that asks an array for its shape only."""
    return implements(f)(lambda arr, k=0: f(np.broadcast_to(np.int8(0), shape_of(arr)), k))


tril_indices_from, triu_indices_from = of_shape(np.tril_indices_from), of_shape(np.triu_indices_from)


@implements(np.diag_indices_from)
def diag_indices_from(arr):
    return np.diag_indices_from(np.broadcast_to(np.int8(0), shape_of(arr)))


__all__ = ["diag", "diagonal", "take", "take_along_axis", "where"]
