"""The joint graph of a graph's value and derivative, and its two halves: what reverse mode is made of, for one graph.

Invariant: an effect of the function happens in the forward half, one of a derivative rule of the user's in the backward
half; each once. What is derived from a graph is kept in its cache.
"""

from ..core.checking import check
from ..core.collector import paused
from ..core.graph import Graph, GraphNode, evaluate, live_nodes
from ..core.handle import Handle
from ..core.node import Node
from ..core.state import tls
from ..transforms.reverse_mode import vjp
from ..transforms.stage import graph_of
from .narrow import unused_results
from .passes.order import simplified


def optimised(graph):
    """The graph after every pass, checked before the first; after each, what it changed is."""
    with paused():
        return simplified(check(graph))


class Joint:
    """What reverse mode needs of a graph, for one set of differentiated inputs."""

    __slots__ = ("forward", "backward", "wanted")


def joint(graph, need):
    key = ("vjp", need)
    got = graph.cache.get(key)
    if got is not None:
        return got
    k = len(graph.ins)
    got = Joint()
    got.wanted = wanted = [i for i in range(k) if need >> i & 1]

    def both(*args):
        xs, cts = args[:k], args[k:]

        outs, pullback = vjp(partial(graph, wanted, xs), *[xs[i] for i in wanted])
        done.append(len(tls.stage.effects))
        return (*outs, *pullback(cts))

    done = []  # how many effects the forward part has
    whole = optimised(graph_of(both, graph.in_avals + graph.out_avals))
    m = len(graph.outs)
    got.forward, got.backward = split(whole, k, m, whole.effects[done[0] :])
    graph.cache[key] = got
    return got


def partial(graph, on, xs):
    """The graph as a function of its inputs numbered `on`, the others standing in `xs`."""

    def f(*ys):
        full = list(xs)
        for i, y in zip(on, ys, strict=True):
            full[i] = y
        return evaluate(graph, *full, look=at_its_line)

    return f


def at_its_line(n, operands, out):
    """The record of an operation of a graph names the line that the graph has for it."""
    for o in out if type(out) is tuple else (out,):
        mark = o.mark if isinstance(o, Handle) else None
        if isinstance(mark, Node) and n.site is not None:
            mark.code, mark.lasti = n.site


def is_source(n):
    """Is it made of nothing (zeros)? Then both parts make it, and nothing is kept."""
    return n.prim is not None and not n.ins and not n.effect


def split(graph, early, outs, late_effects=(), made_twice=is_source):
    """Two graphs: what can be computed from the first `early` inputs (its last results are residuals), and the rest.

    `late_effects` belong to the rest even if they could come early. `made_twice(node)`: is it computed in both parts, not kept?"""
    late = {*graph.ins[early:], *late_effects}
    for n in graph.nodes:
        if any(x in late for x in n.ins if type(x) is GraphNode):
            late.add(n)
    results = graph.outs[outs:]
    used = [x for n in graph.nodes if n in late for x in n.ins] + results
    residuals = list(dict.fromkeys(x for x in used if type(x) is GraphNode and x not in late and not made_twice(x)))
    forward = Graph(graph.ins[:early], graph.outs[:outs] + residuals, [n for n in graph.effects if n not in late])
    stand_ins = {r: r if r.prim is None else GraphNode(None, (), None, r.aval) for r in residuals}
    return forward, cut(stand_ins, residuals, graph.ins[early:], results, [n for n in graph.effects if n in late])


def cut(stand_ins, residuals, late_ins, results, effects):
    """The graph of `results` and `effects` in which the residuals are inputs."""
    new = {**stand_ins, **{n: n for n in late_ins}}
    for n in live_nodes(list(new), results + effects):
        ins = tuple(new[x] if type(x) is GraphNode else x for x in n.ins)
        new[n] = GraphNode(n.prim, ins, n.params, n.aval, n.site)
    outs = [new[r] if type(r) is GraphNode else r for r in results]
    return Graph([stand_ins[r] for r in residuals] + list(late_ins), outs, [new[n] for n in effects])


def narrowed(graph, ins, outs):
    """The graph with these of its inputs and results only."""
    key = ("narrowed", tuple(ins), tuple(outs))
    if key not in graph.cache:
        part = unused_results(Graph(graph.ins, [graph.outs[i] for i in outs], graph.effects))
        graph.cache[key] = optimised(Graph([part.ins[i] for i in ins], part.outs, part.effects))
    return graph.cache[key]


__all__ = ["joint", "narrowed", "optimised", "partial", "split"]
