"""`check`: whether a graph could be run.

Invariant: nothing is changed, and a graph inside others is looked at once, since it does not change.
"""

from ..errors import FuncgradError, GraphError
from .aval import aval_of
from .graph import GraphNode
from .handle import Handle
from .nested import all_graphs
from .params import wrong


def check(graph):
    """Raise GraphError unless every node is used after it is made, has known operands, takes its params, and has the aval
    its rule gives; also in the graphs inside."""
    for g in reversed(all_graphs(graph)):
        if g is graph or "checked" not in g.cache:  # (an inner graph does not change)
            check_one(g)
            g.cache["checked"] = True
    return graph


def check_one(graph):
    """`check`, of one graph without those inside."""
    known = set(graph.ins)
    if len(known) != len(graph.ins):
        raise GraphError("check: the same node is an input twice")
    for n in graph.ins:
        if n.prim is not None:
            raise GraphError(f"check: the input {n!r} is the result of a primitive")
    for i, n in enumerate(graph.nodes):
        for x in n.ins:
            if type(x) is GraphNode and x not in known:
                raise GraphError(f"check: v{i} = {n.prim.name} uses {x!r} before it is made")
        check_node(n, i)
        known.add(n)
    for o in graph.outs:
        if type(o) is GraphNode and o not in known:
            raise GraphError(f"check: the graph returns {o!r}, which it does not compute")


def check_node(n, i=""):
    """Raise GraphError unless a node takes its operands and params, and has the aval that its rule gives."""
    for x in n.ins:
        if type(x) is not GraphNode and isinstance(x, Handle):
            raise GraphError(f"check: v{i} = {n.prim.name} holds a handle; a graph may hold only arrays and numbers")
    what = wrong(n.prim, len(n.ins), n.params or {})
    if what is not None:
        raise GraphError(f"check: v{i} = {n.prim.name} {what}")
    want = ruled(n, i)
    if want != n.aval:
        raise GraphError(f"check: v{i} = {n.prim.name} says {n.aval}, but its rule gives {want}")


def ruled(n, i):
    """The aval that the rule of a node gives."""
    if n.prim.name == "pick":
        return n.ins[0].aval[n.params["i"]]
    try:
        return n.prim.aval(*[x.aval if type(x) is GraphNode else aval_of(x) for x in n.ins], **(n.params or {}))
    except Exception as error:
        if n.prim.record is not None or isinstance(error, FuncgradError):  # (a function of the user's, or said already)
            raise
        raise GraphError(f"check: v{i} = {n.prim.name} does not take these operands and params; {error}") from error


__all__ = ["check", "check_node"]
