"""Equal operations are done once, and what nothing needs not at all."""

import numpy as np

from ...core.aval import ndarray
from ...core.graph import Graph, GraphNode
from .draft import local

PLAIN = {int, bool, str, type(None), GraphNode}  # where equal things of one type are the same
NUMBERS = {float, complex}
ALIKE = 1 << 18  # bytes: constant arrays up to here are the same if what is in them is
COMMUTE = {"add", "mul", "equal", "not_equal", "logical_and", "logical_or", "logical_xor"}  # (maximum: not of 0 and -0)


def key_of(x):
    """What makes two operands or params the same value, as something hashable."""
    kind = type(x)
    if kind in PLAIN:
        return kind, x
    if kind is tuple or kind is list:
        return (kind, *map(key_of, x))
    if kind is slice:
        return kind, key_of(x.start), key_of(x.stop), key_of(x.step)
    if kind is dict:
        return (kind, *[(k, key_of(v)) for k, v in sorted(x.items())])
    if kind in NUMBERS or isinstance(x, np.generic):
        return kind, repr(x)  # (which tells 0.0 from -0.0, and nan from nothing)
    if isinstance(x, ndarray):
        if x.nbytes > ALIKE or x.dtype.hasobject:
            return "array", id(x)
        return "array", x.dtype.str, x.shape, x.strides, x.tobytes()
    try:
        hash(x)
    except TypeError:
        return "object", id(x)
    return kind, x


@local(reach=0, compares=True)
def common_subexpressions(draft):
    """Equal operations on equal operands, in either order where that is all the same, are done once."""
    first = {}  # key -> the first node of it
    arrays = {}  # id of a constant -> it, and its key

    def operand(x):
        if type(x) is GraphNode:
            return x
        if type(x) is not ndarray:
            return key_of(x)
        if id(x) not in arrays:
            arrays[id(x)] = x, key_of(x)
        return arrays[id(x)][1]

    def rule(n, ins):
        if n.effect:
            return None
        keys = [operand(x) for x in ins]
        if n.prim.name in COMMUTE:
            keys = [frozenset(keys)]
        key = (n.prim, *keys, key_of(n.params)) if n.params else (n.prim, *keys)
        other = first.setdefault(key, n)
        if other is n or other not in draft.count:
            first[key] = n
        elif other.index < n.index:
            return other
        else:
            first[key] = n
            draft.look_again(other)
        return None

    return rule


def dead_code(graph):
    """What no result and no effect needs is dropped (a Graph is built from these, so building it again is enough)."""
    got = Graph(graph.ins, graph.outs, graph.effects)
    return graph if len(got.nodes) == len(graph.nodes) else got
