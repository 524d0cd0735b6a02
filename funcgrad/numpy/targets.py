"""NumPy's functions that write into an array: copyto, put, place, putmask, put_along_axis, fill_diagonal.

Invariant: a traced value is written into a traced array only; into a plain one it is refused before anything is written.
"""

import functools

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.handle import Handle
from ..core.mutation import write
from ..core.primitive import PRIMITIVES
from . import indexing
from .arguments import as_array, assign_to, broadcast_or_raise, cast, plain_target, size_of
from .concrete import NONE, concrete, plain
from .protocol import implements
from .selection import along, along_index, in_range, integers
from .selection import mask as mask_of

P = PRIMITIVES


def writer(function):
    """Register what a function that writes into its first argument does; a plain target is refused."""

    def register(f):
        @implements(function)
        @functools.wraps(f)
        def checked(target, *args, **kwargs):
            if not isinstance(target, Handle):
                raise plain_target(f"numpy.{function.__name__}")
            return f(target, *args, **kwargs)

        return checked

    return register


@writer(np.copyto)
def copyto(dst, src, casting="same_kind", where=True):
    src = indexing.value(src)
    broadcast_or_raise(shape_of(src), dst.shape)
    if where is not True:
        src = P["where"](mask_of(where), src, dst)
    assign_to(dst, src, "numpy.copyto", casting)


def repeated(v, n):
    """n values: those of v in C order, over and over."""
    v = as_array(indexing.value(v))
    return np.resize(v, (n,)) if size_of(v) != n else P["reshape"](v, shape=(n,))


@writer(np.put)
def put(a, ind, v, mode="raise"):
    ind = in_range(integers(ind), a.size, mode)
    if not size_of(ind):
        return
    n = size_of(ind)
    flat = a.reshape(-1) if len(a.shape) != 1 else a
    at = P["reshape"](ind, shape=(n,))
    if flat is a or isinstance(at, Handle):
        indexing.setitem(flat, at, repeated(v, n))
    else:  # through a's own axes, since a.reshape(-1) may be a copy
        indexing.setitem(a, np.unravel_index(at, a.shape), repeated(v, n))


@writer(np.place)
def place(arr, mask, vals):
    if not size_of(as_array(indexing.value(vals))):
        raise ValueError("Cannot insert from an empty array!")
    mask = as_array(mask)
    if plain(mask) is NONE:  # value i goes to the i-th place that the mask selects
        vals = np.ravel(as_array(indexing.value(vals)))
        mask = P["reshape"](mask_of(mask), shape=arr.shape)
        number = np.reshape(np.cumsum(mask) - 1, arr.shape)
        write(arr, P["copy"], P["where"](mask, cast(np.take(vals, number % size_of(vals)), dtype_of(arr)), arr))
        return
    chosen = np.nonzero(np.asarray(concrete(mask, "numpy.place: the mask")).astype(bool).reshape(arr.shape))
    indexing.setitem(arr, chosen, repeated(vals, len(chosen[0])))


@writer(np.putmask)
def putmask(a, mask, values):
    """Unlike place, value i goes to element i; they are repeated to a's size."""
    values = as_array(indexing.value(values))
    if shape_of(values) and not np.can_cast(dtype_of(values), dtype_of(a), "safe"):
        raise TypeError(
            f"Cannot cast array data from {dtype_of(values)!r} to {dtype_of(a)!r} according to the rule 'safe'"
        )
    values = values if shape_of(values) in ((), a.shape) else P["reshape"](repeated(values, a.size), shape=a.shape)
    if shape_of(mask) != a.shape:
        raise ValueError("putmask: mask and data must be the same size")
    write(a, P["copy"], P["where"](mask_of(mask), values, a))


@writer(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    target, indices, axis = along(arr, indices, axis)
    indexing.setitem(target, along_index(target.shape, indices, axis), values)


@writer(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    if len(a.shape) < 2:
        raise ValueError("array must be at least 2-d")
    if len(a.shape) > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    ghost = np.zeros(a.shape, bool)
    np.fill_diagonal(ghost, True, wrap)
    spots = np.nonzero(ghost)
    indexing.setitem(a, spots, repeated(val, len(spots[0])))
