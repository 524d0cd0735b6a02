"""Constants are computed once, when the graph is made.

Invariant: nothing is kept that is larger than SMALL elements. An array of one value in every element is known by that value, and
stands as a view of one scalar; the sum and the elementwise functions of such arrays are such arrays.
"""

import numpy as np

from ...core.aval import aval_of, ndarray
from ...core.graph import GraphNode
from ...core.quiet import quiet
from .draft import local
from .rewriting import NONE, SMALL, constant, filled, known_aval, same_value

READ = 4096  # elements of the constants that one operation is computed from, at most
ONE_VALUE = ("full", "broadcast")  # what may be known by one value (`constant` says)
MOVED = {"reshape", "transpose", "getitem", "broadcast", "cast"}  # of one value: that value


@local(reach=1)
def constant_folding(draft):
    """Operations on constants, and on arrays of one value, become constants."""
    return folded


def folded(n, ins):
    for x in ins:
        if type(x) is GraphNode and (x.prim is None or x.prim.name not in ONE_VALUE):
            return None
    if n.prim.multi or n.prim.record is not None or n.prim.source:
        return unit(n) if n.prim.name == "full" else None
    if not ins or type(n.aval) is tuple:
        return None
    if not any([type(x) is GraphNode for x in ins]):
        return computed(n, ins)
    return of_one_value(n, ins)


def unit(n):
    """A 0-d array made by each run: the scalar."""
    return n.aval.dtype.type(n.params["value"]) if n.aval.shape == () else None


def computed(n, ins):
    """The value of an operation on constants, if it is small, and as run later it would raise nothing."""
    if n.prim.name == "broadcast" and constant(ins[0]) is not NONE:
        return None  # (a view of one value is less than its elements)
    if np.prod(n.aval.shape) > SMALL or sum([np.size(x) for x in ins]) > READ:
        return None
    got = run(n, ins)
    if type(got) is ndarray:
        got = got.copy()
        got.flags.writeable = False  # (who hands it out copies it)
    return None if got is NONE else got


def run(n, values):
    try:
        with quiet():
            return n.prim.impl(*values, **(n.params or {}))
    except (ArithmeticError, ValueError, TypeError, IndexError):
        return NONE  # what is wrong with it shows when it is run, as it would have


def of_one_value(n, ins):
    name = n.prim.name
    values = []
    for x in ins:
        value = constant(x)
        if value is NONE:
            return None
        values.append(value)
    if 0 in n.aval.shape:
        return None
    if n.prim.elementwise:
        value = run(n, values)
    elif name in MOVED:
        value = values[0] if name != "cast" else run(n, values)
        if name == "broadcast" and type(ins[0]) is not GraphNode:
            return None  # (it stands as it should)
    elif name == "concatenate" or name == "put":
        value = values[0] if all([same_value(values[0], known_aval(ins[0]).dtype.type(v)) for v in values]) else NONE
    elif name == "sum":
        value = exact_sum(values[0], known_aval(ins[0]), n.aval)
    else:
        return None
    if value is NONE or np.ndim(value) or (n.prim.elementwise and aval_of(value).dtype != n.aval.dtype):
        return None
    return filled(value, n.aval, n)


def exact_sum(value, aval, out):
    """Of k times one value: k * value where that is a whole number which every partial sum holds exactly."""
    k = int(np.prod(aval.shape)) // max(int(np.prod(out.shape)), 1)
    held = 2 ** {"e": 11, "f": 24, "d": 53}.get(out.dtype.char, 31)
    if out.dtype.kind not in "fiu" or not np.isfinite(value) or value != int(value) or abs(int(value)) * k > held:
        return NONE
    return NONE if value == 0 and np.signbit(value) else out.dtype.type(int(value) * k)
