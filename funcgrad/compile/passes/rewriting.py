"""What rules are made of: new nodes, and the constants that they ask for; and graphs rebuilt with other nodes.

Invariant: where a graph is rebuilt every node is made anew, one after another, so that order of creation stays the order of the program.
"""

import math

import numpy as np

from ...core.aval import PYTHON_SCALARS, Aval, aval_of, ndarray
from ...core.graph import Graph, GraphNode
from ...core.primitive import PRIMITIVES

NONE = object()  # no constant
SMALL = 64  # elements of an array that passes look into, or make


def rebuild(graph, replace):
    """A graph with nodes replaced by others that mean the same; `replace(n, ins)` gives the node for n with new operands."""
    new = {n: n for n in graph.ins}
    for n in graph.nodes:
        new[n] = replace(n, tuple(new[x] if type(x) is GraphNode else x for x in n.ins))
    return Graph(
        graph.ins, [new[o] if type(o) is GraphNode else o for o in graph.outs], [new[n] for n in graph.effects]
    )


def with_ins(n, ins):
    """The node with other operands: always a new one, made after those before it."""
    return GraphNode(n.prim, ins, n.params, n.aval, n.site)


def made(name, *ins, like=None, **params):
    """A new node of a primitive with one result; `like`: the node whose line in the user's program it stands for."""
    prim = PRIMITIVES[name]
    aval = prim.aval(*map(known_aval, ins), **params)
    return GraphNode(prim, ins, params, aval, None if like is None else like.site)


def known_aval(x):
    """The aval of a node or constant."""
    return x.aval if type(x) is GraphNode else aval_of(x)


def size(x):
    """How many numbers it is; 0 of what is no array."""
    aval = known_aval(x)
    return math.prod(aval.shape) if type(aval) is Aval else 0


# ------------------------------------------------------------------------------------------------ constants
def is_node(x, name):
    return type(x) is GraphNode and x.prim is not None and x.prim.name == name


def constant(x):
    """The one value that every element of x has, a Python number or NumPy scalar, if that is known; else NONE."""
    if type(x) is GraphNode:
        name = x.prim.name if x.prim is not None else None
        if name == "full":
            return x.aval.dtype.type(x.params["value"])
        if name == "broadcast" and type(x.ins[0]) is not GraphNode:
            value = constant(x.ins[0])
            return value if value is NONE else x.aval.dtype.type(value)
        return NONE
    if type(x) in PYTHON_SCALARS or isinstance(x, np.generic):
        return x
    return x[()] if type(x) is ndarray and x.shape == () and x.dtype.kind in "biufc" else NONE


def is_constant(x, *values):
    """Is x one of these values, in every element? 0.0 and -0.0 are two."""
    got = constant(x)
    return got is not NONE and any([same_value(got, v) for v in values])


def same_value(a, b):
    """Equal, also in the sign of zero; nan equals nothing."""
    return bool(a == b) and (a != 0 or signs(a) == signs(b))


def signs(zero):
    zero = complex(zero)
    return math.copysign(1.0, zero.real), math.copysign(1.0, zero.imag)


def filled(value, aval, like=None):
    """Every element `value`, in an aval: a scalar where that is one, else a view of one, which takes no memory."""
    if aval.weak:
        return value if type(value) in PYTHON_SCALARS else value.item()
    value = aval.dtype.type(value)
    if aval.shape == ():
        return value
    return made("broadcast", value, shape=aval.shape, axes=tuple(range(len(aval.shape))), like=like)


def is_real(x):
    """Are its values real floats?"""
    return known_aval(x).dtype.kind == "f"


POSITIVE = {"exp", "exp2", "abs", "square", "cosh"}  # of real floats: never -0.0
FIRST = {  # ... if the first operand never is
    "reshape", "transpose", "broadcast", "getitem", "gather", "sum", "max", "min", "sub", "scatter_add",
}  # fmt: skip
EVERY = {"where": 1, "concatenate": 0, "put": 0}  # ... if none of the operands from this one on is


def never_negative_zero(x, depth=12, known=None):
    """Is no element of x -0.0, for all that can be seen of how it is computed? Then x + 0.0 is x, bit for bit.

    `known`: a dict of what has been found: True, or how deep was looked in vain; so that long chains, asked about from their start on,
    are no deeper."""
    if type(x) is not GraphNode:
        x = np.asarray(x)
        return x.dtype.kind in "biu" or (
            x.dtype.kind == "f" and x.size <= SMALL and not ((x == 0) & np.signbit(x)).any()
        )
    aval = x.aval
    if type(aval) is not Aval or aval.dtype.kind == "c":
        return False
    if aval.dtype.kind != "f":
        return True
    known = {} if known is None else known
    found = known.get(x, 0)
    if found is True or x.prim is None or depth <= found:
        return found is True
    known[x] = depth
    name, ins = x.prim.name, x.ins
    if name == "full":
        found = not (x.params["value"] == 0 and math.copysign(1.0, x.params["value"]) < 0)
    elif name in POSITIVE or (name == "mul" and ins[0] is ins[1]):
        found = True
    elif name == "cast":  # (to fewer bits, a tiny negative number may become -0.0)
        wider = known_aval(ins[0]).dtype.itemsize <= aval.dtype.itemsize or not is_real(ins[0])
        found = wider and never_negative_zero(ins[0], depth - 1, known)
    elif name in FIRST:
        found = never_negative_zero(ins[0], depth - 1, known)
    elif name in EVERY:
        found = all(never_negative_zero(y, depth - 1, known) for y in ins[EVERY[name] :])
    else:
        found = name == "add" and any(never_negative_zero(y, depth - 1, known) for y in ins)
    if found:
        known[x] = True
    return found
