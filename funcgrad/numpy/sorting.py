"""Sorting and searching, sets and counts. Orders, positions and sets of values have no derivative: they are plain."""

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, axis_of, cast, operand, size_of
from .concrete import NONE, concrete, of_values, plain
from .protocol import implements

P = PRIMITIVES


def along_last(a, axis):
    """(array, axis), flattened for axis=None; a 0-d array is refused as NumPy refuses it."""
    a = as_array(a)
    if axis is None:
        return P["reshape"](a, shape=(size_of(a),)), 0
    return a, axis_of(axis, len(a.shape))


def refuse_order(order):
    if order is not None:
        raise ValueError("Cannot specify order when the array has no fields.")


@implements(np.sort)
def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    refuse_order(order)
    a, axis = along_last(a, axis)
    return P["sort"](a, axis=axis)


@implements(np.argsort)
def argsort(a, axis=-1, kind=None, order=None, *, stable=None):
    refuse_order(order)
    a, axis = along_last(a, axis)
    return P["argsort"](a, axis=axis, stable=bool(stable) or kind in ("stable", "mergesort"), descending=False)


@implements(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    """Sorted: one of the arrangements that partition may give."""
    kth = np.atleast_1d(np.asarray(concrete(kth, "partition: kth")))
    a, axis = along_last(a, axis)
    n = a.shape[axis]
    for k in kth.ravel():
        if not -n <= k < n:
            raise ValueError(f"kth(={k}) out of bounds ({n})")
    return sort(a, axis)


@implements(np.argpartition)
def argpartition(a, kth, axis=-1, kind="introselect", order=None):
    """Positions in order: one of the arrangements that argpartition may give."""
    return argsort(a, axis) if partition(a, kth, axis) is not None else None


@implements(np.lexsort)
def lexsort(keys, axis=-1):
    """By the last key first: a stable sort by each key in turn, the least important one first."""
    keys = list(as_array(keys)) if not isinstance(keys, (list, tuple)) else [as_array(k) for k in keys]
    if not keys:
        raise TypeError("need sequence of keys with len > 0 in lexsort")
    if len({shape_of(k) for k in keys}) > 1:
        raise ValueError("all keys need to be the same shape")
    if not shape_of(keys[0]):
        return np.zeros((), np.intp)[()]
    axis = axis_of(axis, len(shape_of(keys[0])))
    out = argsort(keys[0], axis, stable=True)
    for key in keys[1:]:
        out = np.take_along_axis(out, argsort(np.take_along_axis(key, out, axis), axis, stable=True), axis)
    return out


@implements(np.sort_complex)
def sort_complex(a):
    a = as_array(a)
    dtype = dtype_of(a)
    if dtype.kind != "c":
        dtype = np.dtype({"g": "G"}.get(dtype.char, "F" if dtype.char in "bhBH" else "D"))
    return cast(sort(a), dtype)


# ------------------------------------------------------------------------------------------------ sets
@implements(np.unique)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True
):
    """The distinct elements, each taken from where it first stands; on values, since how many there are depends on them."""
    ar = as_array(ar)
    found = np.unique(ar_values(ar), True, return_inverse, return_counts, axis, equal_nan=equal_nan)
    index = found[1]
    taken = np.take(np.ravel(ar) if axis is None else ar, index, 0 if axis is None else axis)
    rest = found[2:]
    out = (taken, *([index] if return_index else []), *rest)
    return out if len(out) > 1 else taken


def ar_values(ar):
    """The values behind an array that must be known; ConcretizationError where they are not."""
    return np.asarray(concrete(ar, "a function whose result has as many elements as there are distinct values"))


def of_unique(name):
    """The array API's forms of unique, as NumPy's own named tuples."""
    if not hasattr(np, name):
        return
    f = getattr(np, name)

    @implements(f)
    def call(x, /):
        x = as_array(x)
        values = ar_values(x)
        plain = f(values)
        taken = unique(x, equal_nan=False)
        return taken if name == "unique_values" else type(plain)(taken, *plain[1:])


for _name in ("unique_all", "unique_counts", "unique_inverse", "unique_values"):
    of_unique(_name)


@implements(np.union1d)
def union1d(ar1, ar2):
    return unique(np.concatenate((np.ravel(as_array(ar1)), np.ravel(as_array(ar2)))))


@implements(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    ar1, ar2 = np.ravel(as_array(ar1)), np.ravel(as_array(ar2))
    _, first, second = np.intersect1d(ar_values(ar1), ar_values(ar2), assume_unique, True)
    common = np.take(ar1, first)
    return (common, first, second) if return_indices else common


@implements(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    ar1 = np.ravel(as_array(ar1)) if assume_unique else unique(ar1)
    return ar1[np.logical_not(np.isin(ar_values(ar1), ar_values(as_array(ar2))))]


@implements(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    both = union1d(ar1, ar2)
    values = ar_values(both)
    return both[np.isin(values, np.setxor1d(ar_values(as_array(ar1)), ar_values(as_array(ar2))))]


@implements(np.isin)
def isin(element, test_elements, assume_unique=False, invert=False, *, kind=None):
    element, test = operand(element), as_array(test_elements)
    n = size_of(test)
    wide = P["reshape"](element, shape=(*shape_of(element), 1))
    found = P["any"](P["equal"](wide, P["reshape"](test, shape=(n,))), axes=(len(shape_of(element)),))
    return P["logical_not"](found) if invert else found


# ------------------------------------------------------------------------------------------------ searching, counting
@implements(np.searchsorted)
def searchsorted(a, v, side="left", sorter=None):
    a, v = as_array(a), operand(v)
    if side not in ("left", "right"):
        raise ValueError(f"search side must be 'left' or 'right' (got {side!r})")
    if len(a.shape) != 1:
        raise ValueError("object too deep for desired array")
    a = a if sorter is None else np.take(a, sorter)
    common = np.result_type(dtype_of(a), dtype_of(v))
    return P["searchsorted"](cast(a, common), cast(v, common), side=side)


@implements(np.digitize)
def digitize(x, bins, right=False):
    x, bins = operand(x), as_array(bins)
    if "c" in (dtype_of(x).kind, dtype_of(bins).kind):
        raise TypeError("digitize: x and bins may not be complex")
    edges = plain(bins)
    if edges is NONE:  # staged, or other bins for each sample: taken to be monotonic
        rising = P["less_equal"](bins[0], bins[-1])
    else:
        rising = bool(np.all(np.diff(edges) >= 0))
        if not rising and not np.all(np.diff(edges) <= 0):
            raise ValueError("bins must be monotonically increasing or decreasing")
    up = searchsorted(bins, x, "left" if right else "right") if rising is not False else None
    if rising is True:
        return up
    down = P["sub"](size_of(bins), searchsorted(bins[::-1], x, "left" if right else "right"))
    return down if rising is False else P["where"](rising, up, down)


@implements(np.bincount)
def bincount(x, /, weights=None, minlength=0):
    """Counts, or sums of weights, which have a derivative, in as many bins as the values of x ask for."""
    x = ar_values(as_array(x))
    if weights is None:
        return np.bincount(x, minlength=minlength)
    weights = as_array(weights)
    if not np.can_cast(dtype_of(weights), np.float64, "safe"):
        raise TypeError(f"bincount: cannot cast weights of {dtype_of(weights)} to float64 by the rule 'safe'.")
    weights = cast(weights, np.float64)
    if x.ndim != 1 or shape_of(weights) != x.shape:
        raise ValueError("The weights and list don't have the same length.")
    bins = np.zeros(len(np.bincount(x, minlength=minlength)))
    return P["scatter_add"](bins, weights, x)


ravel_multi_index = implements(np.ravel_multi_index)(of_values(np.ravel_multi_index, per_sample=True))
unravel_index = implements(np.unravel_index)(of_values(np.unravel_index, per_sample=True))

__all__ = ["argsort", "isin", "searchsorted", "sort", "unique"]
