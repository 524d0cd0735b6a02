"""np.r_ and np.c_, which join what stands in brackets; with traced arrays among it, by concatenate."""

import numpy as np

from ..core.aval import dtype_of, shape_of
from .arguments import as_array, holds_handle

__all__ = ["c_", "r_"]


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
