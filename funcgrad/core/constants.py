"""Plain arrays that a record keeps to read later, though they stay the user's, who may write into them meanwhile.

A small one is copied. Of a large one, such as a matrix of data, a sample of its entries is kept, and if these have changed
by the time they are read that is an error and no wrong number; a change that misses every sampled entry goes unseen.
"""

import numpy as np

from ..errors import ModifiedError
from .aval import describe
from .site import site, where

SMALL = 1 << 16  # bytes
SAMPLES = 64


def kept(v, trace):
    """v, or a copy of it, for the nodes of a Record to hold; anything that is no array is itself."""
    if type(v) is not np.ndarray or not v.flags.writeable:
        return v
    if v.nbytes <= SMALL:
        return v.copy("K")
    if trace.watched is None:
        trace.watched = {}
    if id(v) not in trace.watched:
        trace.watched[id(v)] = v, sample(v).copy(), site(2)
    return v


def sample(v):
    """Some of the entries, spread over the array; a view."""
    if v.flags.c_contiguous:
        return v.reshape(-1)[:: max(1, v.size // SAMPLES)]
    return v[tuple([slice(None, None, max(1, k // 8)) for k in v.shape])]


def check(trace):
    """Raise ModifiedError if an array that a Record reads later has been written into."""
    for v, before, at in trace.watched.values():
        now = sample(v)
        if not np.array_equal(now, before, equal_nan=v.dtype.kind in "fc"):
            raise ModifiedError(
                f"an array ({describe(v)}) that the derivative reads was changed after it was used at {where(at)}. Use a "
                "copy there (a.copy()), or a new array for each value."
            )
