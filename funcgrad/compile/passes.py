"""Passes: small functions Graph -> Graph. Each keeps every result, bit for bit."""

import numpy as np

from ..core.aval import aval_of, ndarray
from ..core.graph import Graph, GraphNode


def rebuild(graph, replace):
    """A graph with nodes replaced by others that mean the same; `replace(n, ins)` gives the node for n with new operands."""
    new = {n: n for n in graph.ins}
    for n in graph.nodes:
        ins = tuple(new[x] if type(x) is GraphNode else x for x in n.ins)
        new[n] = replace(n, ins)
    return Graph(graph.ins, [new[o] if type(o) is GraphNode else o for o in graph.outs])


def with_ins(n, ins):
    if ins == n.ins:
        return n
    return GraphNode(n.prim, ins, n.params, n.aval, n.site)


def key_of(x):
    """What makes two operands or params the same value, as something hashable; None if it cannot be told."""
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
    """Compute equal operations on equal operands once."""
    seen = {}

    def replace(n, ins):
        if n.prim.name == "random_bits":
            return with_ins(n, ins)
        key = (n.prim.name, key_of(ins), key_of(n.params or {}))
        if key not in seen:
            seen[key] = with_ins(n, ins)
        return seen[key]

    return rebuild(graph, replace)


def dead_code(graph):
    """Drop what no result needs (a Graph is built from its results, so building it again is enough)."""
    return Graph(graph.ins, graph.outs)


def inline(graph):
    """Nested calls and functions with rules of their own, replaced by what they do: the last thing before source."""
    if not any(n.prim.name in ("call", "rule") for n in graph.nodes):
        return graph
    new = {n: n for n in graph.ins}
    results = {}  # a call's node -> what it returns
    for n in graph.nodes:
        if n.prim.name == "pick" and n.ins[0] in results:
            new[n] = results[n.ins[0]][n.params["i"]]
            continue
        ins = tuple(new[x] if type(x) is GraphNode else x for x in n.ins)
        if n.prim.name in ("call", "rule"):
            results[n] = spliced(inline(body_of(n)), ins)
        else:
            new[n] = with_ins(n, ins)
    return Graph(graph.ins, [new[o] if type(o) is GraphNode else o for o in graph.outs])


def body_of(n):
    if n.prim.name == "call":
        return n.params["graph"]
    from ..transforms.stage import graph_of

    spec = n.params["spec"]
    return graph_of(lambda *a: list(spec.run(*a)), [x.aval if type(x) is GraphNode else aval_of(x) for x in n.ins])


def spliced(graph, ins):
    """The results of a graph on other operands, as new nodes."""
    new = dict(zip(graph.ins, ins, strict=True))
    for n in graph.nodes:
        new[n] = GraphNode(
            n.prim, tuple(new[x] if type(x) is GraphNode else x for x in n.ins), n.params, n.aval, n.site
        )
    return [new[o] if type(o) is GraphNode else o for o in graph.outs]


PASSES = (dead_code, common_subexpressions)
