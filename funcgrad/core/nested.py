"""Graphs inside graphs: the params of a primitive may hold a graph, or a tuple of graphs, and these are found here.

Invariant: no function here or behind it recurses over the depth of nesting; who walks uses a list of what is to be done.
"""

from .graph import Graph, GraphNode


def graphs_in(params):
    """The graphs among the params of a primitive, in order."""
    found = []
    for v in (params or {}).values():
        if type(v) is Graph:
            found.append(v)
        elif type(v) is tuple:
            found += [g for g in v if type(g) is Graph]
    return found


def with_graphs(params, f):
    """The params with each graph g among them replaced by f(g)."""

    def replaced(v):
        if type(v) is Graph:
            return f(v)
        return tuple([f(g) if type(g) is Graph else g for g in v]) if type(v) is tuple else v

    return {k: replaced(v) for k, v in params.items()} if graphs_in(params) else params


def all_graphs(graph):
    """The graph and every graph inside it, each once, outer ones first."""
    found = [graph]
    seen = {id(graph)}
    for g in found:  # (it grows on the way)
        for n in g.nodes:
            for inner in graphs_in(n.params):
                if id(inner) not in seen:
                    seen.add(id(inner))
                    found.append(inner)
    return found


def reached(graph, on, floats=False):
    """For each result: does it depend on one of the inputs numbered `on`? `floats`: in a way that a derivative may pass."""
    hit = {graph.ins[i] for i in on}
    apart = {}  # a node over graphs of its own -> which of its results depend on what is hit
    for n in graph.nodes:
        if n.prim.name == "pick" and n.ins[0] in apart:
            if apart[n.ins[0]][n.params["i"]] and (not floats or passes_derivative(n)):
                hit.add(n)
            continue
        own = [i for i, x in enumerate(n.ins) if type(x) is GraphNode and x in hit]
        if own and (not floats or passes_derivative(n)):
            hit.add(n)
            dependent = getattr(n.prim, "dependent", None)
            if dependent is not None:
                apart[n] = dependent(own, **n.params)
    return [type(o) is GraphNode and o in hit for o in graph.outs]


def passes_derivative(n):
    avals = n.aval if type(n.aval) is tuple else (n.aval,)
    return not n.prim.nondiff and any(a.dtype.kind in "fc" for a in avals)


__all__ = ["all_graphs", "graphs_in", "reached", "with_graphs"]
