"""Passes over graphs inside graphs: results that nobody reads are not computed, and known parts told from those to come."""

from ..core.aval import aval_of
from ..core.graph import Graph, GraphNode
from ..core.nested import with_graphs
from ..core.trace import PICK
from .passes import pure, with_ins


def can_narrow(n):
    return getattr(n.prim, "narrow", None) is not None


def unused_results(graph):
    """Closed primitives without the results that nothing reads, and the operands that only these needed."""
    if not any(map(can_narrow, graph.nodes)):
        return graph
    wanted = {o for o in graph.outs if type(o) is GraphNode}
    used, kept = {}, {}
    for n in reversed(graph.nodes):  # (a result that one does not need may be the last reason for another)
        if n not in wanted and not n.effect:
            continue
        ins = n.ins
        if n.prim is PICK:
            used.setdefault(n.ins[0], set()).add(n.params["i"])
        elif can_narrow(n) and len(used.get(n, ())) < len(n.aval):
            kept[n] = n.prim.narrow(sorted(used.get(n, ())), **n.params)
            ins = [n.ins[i] for i in kept[n][0]]
        wanted.update([x for x in ins if type(x) is GraphNode])
    if not kept:
        return graph
    new = {n: n for n in graph.ins}
    places = {}
    for n in graph.nodes:
        if n not in wanted and not n.effect:
            continue
        if n in kept:
            numbers, params, places[n] = kept[n]
            new[n] = node_of(n, [new[x] if type(x) is GraphNode else x for x in [n.ins[i] for i in numbers]], params)
        elif n.prim is PICK and n.ins[0] in places:
            new[n] = pick(new[n.ins[0]], places[n.ins[0]].index(n.params["i"]), n.site)
        else:
            new[n] = with_ins(n, tuple([new[x] if type(x) is GraphNode else x for x in n.ins]))
    outs = [new[o] if type(o) is GraphNode else o for o in graph.outs]
    return Graph(graph.ins, outs, [new[n] for n in graph.effects])


def needed(graph, outs):
    """The numbers of the inputs that these results, and the effects of the graph, are computed from."""
    kept = unused_results(Graph(graph.ins, [graph.outs[i] for i in outs], graph.effects))
    used = {x for n in kept.nodes for x in n.ins if type(x) is GraphNode}
    used |= {o for o in kept.outs if type(o) is GraphNode}
    return {i for i, n in enumerate(graph.ins) if n in used}


def node_of(n, ins, params):
    avals = [x.aval if type(x) is GraphNode else aval_of(x) for x in ins]
    return GraphNode(n.prim, tuple(ins), params, n.prim.aval(*avals, **params), n.site)


def pick(n, i, site):
    return GraphNode(PICK, (n,), {"i": i, "avals": n.aval}, n.aval[i], site)


def unmixed(graph, early):
    """Closed primitives that compute both what the first `early` inputs decide and what needs the others, as two: `split` can
    then part them. The second one computes again what it needs of the first."""
    late = set(graph.ins[early:])
    new = {n: n for n in graph.ins}
    known = {}  # node -> (the node of its known results, their numbers)
    effects = []
    for n in graph.nodes:
        ins = tuple([new[x] if type(x) is GraphNode else x for x in n.ins])
        if n.prim is PICK and n.ins[0] in known and n.params["i"] in known[n.ins[0]][1]:
            node, numbers = known[n.ins[0]]
            new[n] = pick(node, numbers.index(n.params["i"]), n.site)
            continue
        on = [i for i, x in enumerate(n.ins) if type(x) is GraphNode and x in late]
        if on:
            late.add(n)
        params = n.params
        if on and can_narrow(n):
            outs = [j for j, d in enumerate(n.prim.dependent(on, **n.params)) if not d]
            if outs:
                numbers, narrow, given = n.prim.narrow(outs, **n.params)
                known[n] = node_of(n, [ins[i] for i in numbers], narrow), [j if j in outs else None for j in given]
                if known[n][0].effect:
                    effects.append(known[n][0])
                params = with_graphs(n.params, pure)
        new[n] = GraphNode(n.prim, ins, params, n.aval, n.site)
        if new[n].effect:
            effects.append(new[n])
    outs = [new[o] if type(o) is GraphNode else o for o in graph.outs]
    return Graph(graph.ins, outs, effects)


__all__ = ["needed", "unmixed", "unused_results"]
