"""Equal operations are done once, and what nothing needs not at all."""

import numpy as np

from ...core.aval import ndarray
from ...core.graph import Graph, GraphNode

COMMUTE = {"add", "mul", "equal", "not_equal", "logical_and", "logical_or", "logical_xor"}  # (maximum: not of 0 and -0)


def key_of(x):
    """What makes two operands or params the same value, as something hashable."""
    if type(x) is GraphNode:
        return ("node", id(x))
    if isinstance(x, ndarray):
        return ("array", id(x))
    if isinstance(x, (tuple, list)):
        return (type(x).__name__, *map(key_of, x))
    if isinstance(x, dict):
        return ("dict", *[(k, key_of(v)) for k, v in sorted(x.items())])
    if isinstance(x, slice):
        return ("slice", key_of(x.start), key_of(x.stop), key_of(x.step))
    if isinstance(x, (bool, int, float, complex, np.generic)):
        return (type(x).__name__, repr(x))  # repr tells 0.0 from -0.0, and nan from nothing
    try:
        hash(x)
    except TypeError:
        return ("object", id(x))
    return (type(x).__name__, x)


def common_subexpressions(graph):
    """Equal operations on equal operands, in either order where that is all the same, are done once."""
    first = {}  # key -> the first node of it
    stands = {}  # node -> the first of its equals
    for n in graph.nodes:
        if n.effect:
            continue
        keys = [key_of(stands.get(x, x) if type(x) is GraphNode else x) for x in n.ins]
        if n.prim.name in COMMUTE:
            keys.sort()
        key = (n.prim.name, *keys, key_of(n.params or {}))
        if first.setdefault(key, n) is not n:
            stands[n] = first[key]
    if not stands:
        return graph
    return replaced(graph, stands)


def replaced(graph, stands):
    """The graph in which each node that is a key of `stands` gives way to the earlier node that is its value."""
    new = {}
    for n in graph.nodes:
        if n in stands:
            new[n] = new.get(stands[n], stands[n])
        elif new:
            new[n] = GraphNode(
                n.prim, tuple([new.get(x, x) if type(x) is GraphNode else x for x in n.ins]), n.params, n.aval, n.site
            )
    outs = [new.get(o, o) if type(o) is GraphNode else o for o in graph.outs]
    return Graph(graph.ins, outs, [new.get(n, n) for n in graph.effects])


def dead_code(graph):
    """What no result and no effect needs is dropped (a Graph is built from these, so building it again is enough)."""
    got = Graph(graph.ins, graph.outs, graph.effects)
    return graph if len(got.nodes) == len(graph.nodes) else got
