"""Joining and taking apart, also in brackets: np.r_ and np.c_."""

import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from . import methods
from .arguments import as_array, at_axis, axis_of, cast, holds_handle, into, operand, shape_tuple, size_of
from .concrete import concrete
from .creation import broadcast
from .protocol import implements
from .shapes import atleast_1d, atleast_2d, atleast_3d

# ------------------------------------------------------------------------------------------------ joining
# NumPy's functions that join, split, repeat and cut arrays along axes.
P = PRIMITIVES


def arrays_of(arrays, what):
    """A sequence of array-likes (or one array: its rows) as a list of arrays."""
    if not isinstance(arrays, (list, tuple, Handle, np.ndarray)):
        raise TypeError(f'{what}: arrays to join must be passed as a "sequence" type such as list or tuple.')
    return [as_array(a) for a in arrays]


def joined(arrays, axis, what, out, dtype, casting):
    """Arrays of one rank joined along an axis; `out`, `dtype` and `casting` as concatenate takes them."""
    if not arrays:
        raise ValueError("need at least one array to concatenate")
    first = shape_of(arrays[0])
    if not first:
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    axis = axis_of(axis, len(first))
    for i, a in enumerate(arrays):
        s = shape_of(a)
        if len(s) != len(first):
            raise ValueError(
                f"all the input array dimensions must match: array at index 0 has {len(first)} dimension(s) and the array "
                f"at index {i} has {len(s)} dimension(s)"
            )
        if s[:axis] + s[axis + 1 :] != first[:axis] + first[axis + 1 :]:
            raise ValueError(
                f"all the input array dimensions except for the concatenation axis must match exactly, but the array at "
                f"index 0 has shape {first} and the array at index {i} has {s} (concatenation axis {axis})"
            )
    return delivered(P["concatenate"](*arrays, axis=axis), what, out, dtype, casting)


def delivered(result, what, out, dtype, casting):
    """A result in the dtype that is asked for, written into `out` if that is given."""
    if dtype is not None:
        if not np.can_cast(dtype_of(result), dtype, casting):
            raise TypeError(f"Cannot cast array data from {dtype_of(result)!r} to {np.dtype(dtype)!r} by {casting!r}")
        result = cast(result, dtype)
    return into(out, result, what, casting)


@implements(np.concatenate)
def concatenate(arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind"):
    arrays = arrays_of(arrays, "concatenate")
    if axis is None:
        arrays, axis = [P["reshape"](a, shape=(size_of(a),)) for a in arrays], 0
    return joined(arrays, axis, "numpy.concatenate", out, dtype, casting)


@implements(np.stack)
def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    arrays = arrays_of(arrays, "stack")
    if not arrays:
        raise ValueError("need at least one array to stack")
    shape = shape_of(arrays[0])
    if any(shape_of(a) != shape for a in arrays):
        raise ValueError("all input arrays must have the same shape")
    result = P["stack"](*arrays, axis=axis_of(axis, len(shape) + 1))
    return delivered(result, "numpy.stack", out, dtype, casting)


def several(arrays, at_least, what):
    got = at_least(*arrays_of(arrays, what))
    return list(got) if isinstance(got, tuple) else [got]


@implements(np.vstack, "row_stack")
def vstack(tup, *, dtype=None, casting="same_kind"):
    return joined(several(tup, atleast_2d, "vstack"), 0, "numpy.vstack", None, dtype, casting)


@implements(np.hstack)
def hstack(tup, *, dtype=None, casting="same_kind"):
    arrays = several(tup, atleast_1d, "hstack")
    axis = 0 if arrays and len(arrays[0].shape) == 1 else 1
    return joined(arrays, axis, "numpy.hstack", None, dtype, casting)


@implements(np.dstack)
def dstack(tup):
    return joined(several(tup, atleast_3d, "dstack"), 2, "numpy.dstack", None, None, "same_kind")


@implements(np.column_stack)
def column_stack(tup):
    columns = [a if len(a.shape) > 1 else methods.reshape(a, -1, 1) for a in arrays_of(tup, "column_stack")]
    return joined(columns, 1, "numpy.column_stack", None, None, "same_kind")


@implements(np.block)
def block(arrays):
    """Nested lists joined along the last axes, the innermost lists along the last of all."""
    depth = depth_of(arrays)
    ndim = max(depth, *ranks_of(arrays))

    def build(x, level):
        if isinstance(x, list):
            parts = [build(v, level + 1) for v in x]
            return joined(parts, ndim - depth + level, "numpy.block", None, None, "same_kind")
        x = as_array(x)
        return P["reshape"](x, shape=(1,) * (ndim - len(x.shape)) + x.shape)

    return build(arrays, 0)


def depth_of(x):
    """How deep the lists are nested; NumPy's errors for lists of unequal depth, empty ones and tuples."""
    if isinstance(x, tuple):
        raise TypeError("arrays is a tuple. Only lists can be used to arrange blocks, and np.block does not allow implicit "
                        "conversion from tuple to ndarray.")  # fmt: skip
    if not isinstance(x, list):
        return 0
    if not x:
        raise ValueError("List at arrays cannot be empty")
    depths = {depth_of(v) for v in x}
    if len(depths) > 1:
        raise ValueError(f"List depths are mismatched: {sorted(depths)}.")
    return depths.pop() + 1


def ranks_of(x):
    return [r for v in x for r in ranks_of(v)] if isinstance(x, list) else [len(shape_of(operand(x)))]


@implements(np.append)
def append(arr, values, axis=None):
    if axis is None:
        arr, values, axis = np.ravel(as_array(arr)), np.ravel(as_array(values)), 0
    return concatenate((arr, values), axis)


# ------------------------------------------------------------------------------------------------ splitting
def pieces(ary, indices_or_sections, axis, even):
    ary = as_array(ary)
    axis = axis_of(axis, len(ary.shape))
    size = ary.shape[axis]
    try:
        cuts = [operator.index(k) for k in indices_or_sections]
    except TypeError:
        n = operator.index(indices_or_sections)
        if n <= 0:
            raise ValueError("number sections must be larger than 0.") from None
        if even and size % n:
            raise ValueError("array split does not result in an equal division") from None
        each, more = divmod(size, n)
        cuts = np.cumsum([each + 1] * more + [each] * (n - more))[:-1].tolist()
    ends = [*cuts, size]
    return [ary[at_axis(axis, slice(a, b))] for a, b in zip([0, *cuts], ends, strict=True)]


@implements(np.split)
def split(ary, indices_or_sections, axis=0):
    return pieces(ary, indices_or_sections, axis, even=True)


@implements(np.array_split)
def array_split(ary, indices_or_sections, axis=0):
    return pieces(ary, indices_or_sections, axis, even=False)


@implements(np.hsplit)
def hsplit(ary, indices_or_sections):
    n = len(shape_of(ary))
    if n == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return pieces(ary, indices_or_sections, 0 if n == 1 else 1, even=True)


@implements(np.vsplit)
def vsplit(ary, indices_or_sections):
    if len(shape_of(ary)) < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return pieces(ary, indices_or_sections, 0, even=True)


@implements(np.dsplit)
def dsplit(ary, indices_or_sections):
    if len(shape_of(ary)) < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return pieces(ary, indices_or_sections, 2, even=True)


@implements("unstack")
def unstack(x, /, *, axis=0):
    x = as_array(x)
    if not x.shape:
        raise ValueError("Input array must be at least 1-d.")
    axis = axis_of(axis, len(x.shape))
    return tuple(x[at_axis(axis, i)] for i in range(x.shape[axis]))


# ------------------------------------------------------------------------------------------------ repeating
@implements(np.tile)
def tile(A, reps):
    A = as_array(A)
    reps = shape_tuple(reps)
    n = max(len(reps), len(A.shape))
    reps = (1,) * (n - len(reps)) + reps
    shape = (1,) * (n - len(A.shape)) + A.shape
    narrow = tuple(v for k in shape for v in (1, k))
    wide = tuple(v for r, k in zip(reps, shape, strict=True) for v in (r, k))
    out = P["broadcast"](P["reshape"](A, shape=narrow), shape=wide, axes=())
    return P["reshape"](out, shape=tuple(r * k for r, k in zip(reps, shape, strict=True)))


@implements(np.repeat)
def repeat(a, repeats, axis=None):
    a = as_array(a)
    if axis is None:
        a, axis = P["reshape"](a, shape=(size_of(a),)), 0
    axis = axis_of(axis, len(a.shape))
    repeats = np.asarray(concrete(repeats, "repeat: repeats"))
    if repeats.ndim == 0 or repeats.size == 1:
        count = operator.index(repeats.reshape(()).item())
        if count < 0:
            raise ValueError("repeats may not contain negative values.")
        s = a.shape
        wide = P["broadcast"](a, shape=(*s[: axis + 1], count, *s[axis + 1 :]), axes=(axis + 1,))
        return P["reshape"](wide, shape=(*s[:axis], s[axis] * count, *s[axis + 1 :]))
    return np.take(a, np.repeat(np.arange(a.shape[axis]), repeats), axis)


@implements(np.resize)
def resize(a, new_shape):
    a = P["reshape"](as_array(a), shape=(size_of(a),))
    shape = shape_tuple(new_shape)
    total = int(np.prod(shape))
    if a.shape[0] == 0 or total == 0:
        return np.zeros_like(a, shape=shape)
    times = -(-total // a.shape[0])
    return P["reshape"](P["getitem"](tile(a, times), idx=(slice(0, total),)), shape=shape)


# ------------------------------------------------------------------------------------------------ inserting, removing
@implements(np.delete)
def delete(arr, obj, axis=None):
    arr = as_array(arr)
    if axis is None:
        arr, axis = P["reshape"](arr, shape=(size_of(arr),)), 0
    axis = axis_of(axis, len(arr.shape))
    keep = np.delete(np.arange(arr.shape[axis]), concrete(obj, "delete: obj"))
    return np.take(arr, keep, axis)


@implements(np.insert)
def insert(arr, obj, values, axis=None):
    """The result is assembled of arr and values by one take: which element goes where, NumPy's own insert says."""
    arr, values = as_array(arr), as_array(values)
    if axis is None:
        arr, axis = P["reshape"](arr, shape=(size_of(arr),)), 0
    axis = axis_of(axis, len(arr.shape))
    n = arr.shape[axis]
    obj = concrete(obj, "insert: obj")
    obj = np.arange(n)[obj] if isinstance(obj, slice) else np.asarray(obj)
    obj = np.flatnonzero(obj) if obj.dtype.kind == "b" else obj.astype(np.intp) if obj.size == 0 else obj
    values = cast(values, arr.dtype)
    count = obj.size
    if count == 1:  # one place: as many new entries as values has
        values = P["reshape"](values, shape=(1,) * (len(arr.shape) - len(values.shape)) + values.shape)
        values = np.moveaxis(values, 0, axis) if obj.ndim == 0 else values
        count = values.shape[axis]
    order = np.insert(np.arange(n), obj.item() if obj.size == 1 else obj, np.arange(n, n + count))
    shape = arr.shape[:axis] + (count,) + arr.shape[axis + 1 :]
    return np.take(P["concatenate"](arr, broadcast(values, shape), axis=axis), order, axis)


@implements(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    filled = np.nonzero(np.asarray(concrete(np.not_equal(filt, 0), "trim_zeros")))
    axes = range(len(filled)) if axis is None else [axis_of(a, len(filled)) for a in np.atleast_1d(axis)]
    cut = [slice(None)] * len(filled)
    for d in axes:
        low, high = (filled[d].min(), filled[d].max() + 1) if len(filled[d]) else (0, 0)
        cut[d] = slice(int(low) if "f" in trim.lower() else None, int(high) if "b" in trim.lower() else None)
    return filt[tuple(cut)]


# ------------------------------------------------------------------------------------------------ concatenators
# np.r_ and np.c_, which join what stands in brackets; with traced arrays among it, by concatenate.
class Concatenator:
    """NumPy's own where nothing is traced. A text in front, "axis,ndim,where" or "r", "c", says how, as there."""

    def __init__(self, numpys, axis=0, ndim=1, where=-1):
        self.numpys, self.given = numpys, (axis, ndim, where)

    def __len__(self):
        return 0

    def __getitem__(self, key):
        keys = key if isinstance(key, tuple) else (key,)
        if not holds_handle(list(keys)):
            return self.numpys[key]
        axis, ndim, where = self.given
        matrix = None
        if isinstance(keys[0], str):
            text, keys = keys[0], keys[1:]
            if text in ("r", "c"):
                matrix = text
            else:
                numbers = [int(n) for n in text.split(",")]
                axis, ndim, where = numbers + [axis, ndim, where][len(numbers) :]
        parts = []
        dtype = np.result_type(
            *[
                k if isinstance(k, (int, float, complex)) else dtype_of(as_array(k))
                for k in keys
                if not isinstance(k, slice)
            ]
        )
        for item in keys:
            item = (
                np.asarray(item, dtype) if isinstance(item, (int, float, complex)) else item
            )  # (Python's numbers are weak)
            if isinstance(item, slice):
                part = as_array(self.numpys[item] if ndim == 1 else np.r_[item])
                parts.append(widened(part, ndim, where))
            else:
                parts.append(widened(as_array(item), ndim, where))
        out = np.concatenate(parts, axis)
        if matrix and len(shape_of(out)) == 1:
            out = np.reshape(out, (1, -1) if matrix == "r" else (-1, 1))
        return out


def widened(x, ndim, where):
    """x with at least ndim axes: its own in front of axis `where` of them, counted as NumPy counts."""
    have = len(shape_of(x))
    more = max(ndim - have, 0)
    at = min(max(where + more + 1 if where < 0 else where, 0), more)
    return np.expand_dims(x, (*range(at), *range(at + have, more + have))) if more else x


r_ = Concatenator(np.r_)
c_ = Concatenator(np.c_, -1, 2, 0)

__all__ = ["c_", "concatenate", "insert", "r_", "repeat", "split", "stack", "tile"]
