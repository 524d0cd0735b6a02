"""Indices beyond the ends of an array: which they are, and what stands in their place, for the modes of `at`.

Invariant: an index that is brought into bounds has the shape it had; masks of truth values and slices are as they were.
"""

import numpy as np

from .core.aval import dtype_of, shape_of
from .core.handle import Handle
from .errors import ArgumentValueError
from .numpy.indexing import as_tuple

__all__ = ["brought_in", "mode_of", "with_sink"]
MODES = {"promise_in_bounds": "clip", "clip": "clip", "drop": "drop", "fill": "drop"}


def mode_of(mode):
    """None (an index out of bounds is an error), "clip" or "drop", from one of jax's names or lax.GatherScatterMode's."""
    if mode is None:
        return None
    name = str(getattr(mode, "name", mode)).lower()
    if name not in MODES:
        raise ArgumentValueError(f"at: mode must be None, {', '.join(MODES)}; got {mode!r}.")
    return MODES[name]


def is_integer(i):
    return (isinstance(i, (int, np.integer)) and not isinstance(i, (bool, np.bool_))) or (
        isinstance(i, (np.ndarray, Handle)) and dtype_of(i).kind in "iu"
    )


def is_mask(i):
    return isinstance(i, (np.ndarray, Handle)) and dtype_of(i).kind == "b"


def brought_in(shape, idx):
    """(index with every integer in bounds, where all of them were: True or an array, [(number of an entry, its axis)])."""
    entries = [np.asarray(i) if isinstance(i, list) else i for i in as_tuple(idx)]
    used = [0 if i is None or i is Ellipsis else len(shape_of(i)) if is_mask(i) else 1 for i in entries]
    axis, whole, integers = 0, True, []
    for k, i in enumerate(entries):
        if is_integer(i):
            n = shape[axis]
            i = np.where(np.less(i, 0), np.add(i, n), i) if dtype_of(i).kind == "i" else i
            fits = np.logical_and(np.greater_equal(i, 0), np.less(i, n))
            whole = fits if whole is True else np.logical_and(whole, fits)
            entries[k] = np.clip(i, 0, max(n - 1, 0))
            integers.append((k, axis))
        axis += len(shape) - sum(used) if i is Ellipsis else used[k]
    return tuple(entries), whole, integers


def with_sink(x, index, whole, integers, fill=0):
    """(x with a row of `fill` more along an axis, the index with what is out of bounds sent there, what takes the row off again)."""
    k, axis = integers[0]
    n = x.shape[axis]
    row = np.full(x.shape[:axis] + (1,) + x.shape[axis + 1 :], fill, x.dtype)
    index = list(index)
    index[k] = np.where(whole, index[k], n)
    return np.concatenate([x, row], axis), tuple(index), (slice(None),) * axis + (slice(0, n),)
