"""`call(graph)`: a graph as a primitive, so that a compiled function differentiates, maps and stages like any other.

Reverse mode stages the joint graph of value and derivative once per set of differentiated operands and splits it into
forward-with-residuals and backward; each half is compiled, and all are cached with the graph.
"""

import numpy as np

from ..core.aval import aval_of
from ..core.graph import Graph, GraphNode, check, evaluate, live_nodes
from ..core.handle import FROZEN, Taped
from ..core.node import TapeNode
from ..core.primitive import define
from ..core.quiet import quiet
from ..transforms.forward_mode import jvp
from ..transforms.reverse_mode import vjp
from ..transforms.stage import graph_of
from ..transforms.vectorize import vmap
from .passes import PASSES
from .source import compiled


def optimised(graph):
    """The graph after every pass, checked before the first and after the last."""
    check(graph)
    for p in PASSES:
        graph = p(graph)
    return check(graph)


class Joint:
    """What reverse mode needs of a graph, for one set of differentiated inputs."""

    __slots__ = ("forward", "backward", "whole", "wanted", "inputs")


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

        def f(*ys):
            full = list(xs)
            for i, y in zip(wanted, ys, strict=True):
                full[i] = y
            return evaluate(graph, *full)

        outs, pullback = vjp(f, *[xs[i] for i in wanted])
        return (*outs, *pullback(cts))

    whole = optimised(graph_of(both, graph.in_avals + graph.out_avals))
    m = len(graph.outs)
    got.forward, got.backward = split(whole, k, m)
    got.whole = Graph(whole.ins, whole.outs[m:])
    graph.cache[key] = got
    return got


def split(graph, early, outs):
    """Two graphs: what can be computed from the first `early` inputs (its last results are residuals), and the rest."""
    late = set(graph.ins[early:])
    for n in graph.nodes:
        if any(x in late for x in n.ins if type(x) is GraphNode):
            late.add(n)
    results = graph.outs[outs:]
    used = [x for n in graph.nodes if n in late for x in n.ins] + results
    residuals = list(dict.fromkeys(x for x in used if type(x) is GraphNode and x not in late))
    forward = Graph(graph.ins[:early], graph.outs[:outs] + residuals)
    stand_ins = {r: r if r.prim is None else GraphNode(None, (), None, r.aval) for r in residuals}
    return forward, cut(stand_ins, residuals, graph.ins[early:], results)


def cut(stand_ins, residuals, late_ins, results):
    """The graph of `results` in which the residuals are inputs."""
    new = {**stand_ins, **{n: n for n in late_ins}}
    for n in live_nodes(list(new), results):
        ins = tuple(new[x] if type(x) is GraphNode else x for x in n.ins)
        new[n] = GraphNode(n.prim, ins, n.params, n.aval, n.site)
    outs = [new[r] if type(r) is GraphNode else r for r in results]
    return Graph([stand_ins[r] for r in residuals] + list(late_ins), outs)


def _record(vals, params, need):
    graph = params["graph"]
    got = joint(graph, need)
    out = call(*vals, graph=got.forward)
    m = len(graph.outs)
    return out[:m], out[m:]


def _pull_handles(cts, n, again):
    got = joint(n.params["graph"], n.plan.need)
    residuals, vals = n.saved if isinstance(n, TapeNode) else (n.saved, None)
    if again:  # create_graph: the pull as a function of the inputs, so that it is recorded
        parents = dict(zip(n.plan.operands, n.ins, strict=True))
        inputs = [
            n.owner.face(v, parents[i], n.owner, FROZEN) if i in parents and not isinstance(v, Taped) else v
            for i, v in enumerate(vals)
        ]
        gs = call(*inputs, *cts, graph=got.whole)
    else:
        gs = call(*residuals, *cts, graph=got.backward)
    full = [None] * n.plan.need.bit_length()
    for i, g in zip(got.wanted, gs, strict=True):
        full[i] = g
    return full


def _pull(n, cts_of_results, cts, owned):
    for p, g in zip(n.ins, [g for g in _pull_handles(cts_of_results, n, False) if g is not None], strict=True):
        c = cts.get(p)
        cts[p] = g if c is None else c + g


@define
class call:
    """The results of a graph, run by the engine."""

    variadic = multi = True
    saves = ()
    record = _record
    pull = _pull
    pull_handles = _pull_handles

    def impl(*xs, graph):
        with quiet():
            return compiled(graph)(*xs)

    def aval(*xs, graph):
        return tuple(graph.out_avals)

    def batch(size, xs, ds, *, graph):
        key = ("vmap", size, tuple(ds), tuple(aval_of(x) for x in xs))
        if key not in graph.cache:
            mapped = vmap(lambda *a: evaluate(graph, *a), tuple(ds), axis_size=size)
            graph.cache[key] = optimised(graph_of(mapped, [aval_of(x) for x in xs]))
        return call(*xs, graph=graph.cache[key]), [0] * len(graph.outs)


def _jvp(ts, out, *xs, graph):
    on = tuple(i for i, t in enumerate(ts) if t is not None)
    if not on:
        return [None] * len(out)
    key = ("jvp", on)
    if key not in graph.cache:
        k = len(graph.ins)

        def push(*a):
            primals, tangents = a[:k], a[k:]

            def g(*ys):
                full = list(primals)
                for i, y in zip(on, ys, strict=True):
                    full[i] = y
                return evaluate(graph, *full)

            return jvp(g, tuple(primals[i] for i in on), tangents)[1]

        graph.cache[key] = optimised(graph_of(push, graph.in_avals + [graph.in_avals[i] for i in on]))
    return call(*xs, *[ts[i] for i in on], graph=graph.cache[key])


call.jvp = _jvp
__all__ = ["call", "joint", "np", "optimised", "split"]
