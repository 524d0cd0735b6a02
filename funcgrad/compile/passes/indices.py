"""What is known of whole numbers: comparisons that they decide, and index arrays into several axes as one into all of them.

Invariant: an index that is not seen to be in range stays as it is, and is refused where it is run; sums where an index is repeated are made in
another order, and nothing else changes.
"""

import math

import numpy as np

from ...core.aval import PYTHON_SCALARS, ndarray
from ...core.graph import GraphNode
from .patterns import pattern
from .rewriting import known_aval, made, size

DEPTH = 8
READ = 1 << 14  # elements of a constant that are looked at
MOVED = {"reshape", "transpose", "broadcast", "getitem", "gather", "take_along", "sort", "stop", "copy"}
JOINED = {"where": 1, "concatenate": 0, "stack": 0, "put": 0}
WORTH = 64  # numbers, from which on one index is quicker than several
SPREAD = 8  # times as many numbers as are read may have to be copied
HOLDS = {
    "less": lambda low, high, c: high < c,
    "less_equal": lambda low, high, c: high <= c,
    "greater": lambda low, high, c: low > c,
    "greater_equal": lambda low, high, c: low >= c,
}
OPPOSITE = {"less": "greater_equal", "less_equal": "greater", "greater": "less_equal", "greater_equal": "less"}


def bounds(x, depth=DEPTH):
    """(least, greatest) of whole numbers, for all that can be seen of how they are computed; None where nothing is."""
    if type(x) is not GraphNode:
        if type(x) in PYTHON_SCALARS:
            return (int(x), int(x)) if type(x) in (bool, int) else None
        x = np.asarray(x)
        return (int(x.min()), int(x.max())) if x.dtype.kind in "iub" and 0 < x.size <= READ else None
    dtype = x.aval.dtype if type(x.aval) is not tuple else np.dtype(float)
    if dtype.kind not in "iub" or depth == 0:
        return None
    least = (0, 1) if dtype.kind == "b" else (0, int(np.iinfo(dtype).max)) if dtype.kind == "u" else None
    if x.prim is None:
        return least
    name, ins = x.prim.name, x.ins
    if name == "remainder" and known_aval(ins[1]).dtype.kind in "iu":
        got = bounds(ins[1], depth - 1)
        got = (0, got[1] - 1) if got is not None and got[0] > 0 else None
    elif name in MOVED:
        got = bounds(ins[0], depth - 1)
    elif name == "cast":
        got = bounds(ins[0], depth - 1) if known_aval(ins[0]).dtype.kind in "iub" else None
    elif name in JOINED or name in ("minimum", "maximum"):
        found = [bounds(y, depth - 1) for y in ins[JOINED.get(name, 0) :]]
        if any([f is None for f in found]):
            got = None
        else:
            lows, highs = zip(*found, strict=True)
            got = max(lows) if name == "maximum" else min(lows), min(highs) if name == "minimum" else max(highs)
    elif name in ("add", "sub", "mul") and dtype.kind != "b":
        found = [bounds(y, depth - 1) for y in ins]
        got = None
        if all(found):
            (a, b), (c, d) = found
            ends = {"add": (a + c, b + d), "sub": (a - d, b - c), "mul": (a * c, a * d, b * c, b * d)}[name]
            got = min(ends), max(ends)
    else:
        got = None
    if got is None or not fits(got, dtype):
        return least
    return got


def fits(found, dtype):
    info = np.iinfo(dtype) if dtype.kind in "iu" else None
    return info is None or (info.min <= found[0] and found[1] <= info.max)


@pattern(*HOLDS)
def decided(n, ins):
    """x < c, x >= c and the like = True or False, of whole numbers that are seen to lie on one side of the number c"""
    x, c = ins
    if type(c) is not int and not (isinstance(c, (np.integer, ndarray)) and np.ndim(c) == 0 and c.dtype.kind in "iu"):
        return None
    found = bounds(x)
    for name, answer in ((n.prim.name, True), (OPPOSITE[n.prim.name], False)):
        if found is not None and HOLDS[name](*found, int(c)):
            if n.aval.shape == ():
                return np.bool_(answer)
            return made("broadcast", np.bool_(answer), shape=n.aval.shape, axes=tuple(range(len(n.aval.shape))), like=n)
    return None


@pattern("gather")
def gathered_flat(n, ins):
    """x[i, j] = x.reshape(-1)[i * k + j], of index arrays that are seen to be in range"""
    x, *indices = ins
    flat, rows = flat_index(x, indices, n)
    if flat is None:
        return None
    return made("gather", made("reshape", x, shape=rows, like=n), flat, like=n)


@pattern("scatter_add", "scatter_set")
def scattered_flat(n, ins):
    """the same where x[i, j] is set or added to"""
    x, v, *indices = ins
    flat, rows = flat_index(x, indices, n)
    if flat is None:
        return None
    out = made(n.prim.name, made("reshape", x, shape=rows, like=n), v, flat, like=n)
    return made("reshape", out, shape=n.aval.shape, like=n)


def flat_index(x, indices, like):
    """(the index array into the axes together that several index arrays index, the shape of x with these as one); (None, None) where they may be
    out of range, or it does not pay."""
    if len(indices) < 2:
        return None, None
    shape = known_aval(x).shape
    adv = np.broadcast_shapes(*[known_aval(i).shape for i in indices])
    if math.prod(adv) < WORTH or math.prod(shape) > SPREAD * size(like) or type(x) is not GraphNode:
        return None, None
    for i, k in zip(indices, shape, strict=False):
        found = bounds(i)
        if found is None or found[0] < 0 or found[1] >= k:
            return None, None
    place = np.dtype(np.intp)
    flat = None
    for i, k in zip(indices, shape, strict=False):
        if known_aval(i).dtype != place or known_aval(i).weak:
            i = made("cast", i, dtype=place, like=like)
        flat = i if flat is None else made("add", made("mul", flat, k, like=like), i, like=like)
    return flat, (math.prod(shape[: len(indices)]), *shape[len(indices) :])


__all__ = ["bounds"]
