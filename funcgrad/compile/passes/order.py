"""The one list of passes, in order, run until nothing changes.

Invariant: a graph is simplified once: its result is kept with it. Graphs inside a graph (of call, cond, scan, while) are simplified
before it, by the same list; none of the walks recurses.
"""

from ...core.config import Current
from ...core.graph import check
from ...core.nested import graphs_in, with_graphs
from ..narrow import unused_results
from .doublings import doublings
from .folding import constant_folding
from .inlining import inline
from .lowering import lowering, negations, sums_of_sums
from .merging import common_subexpressions, dead_code
from .patterns import simplification
from .products import transposes_into_products
from .rematerialising import rematerialisation
from .rewriting import rebuild, rewritten
from .together import equal_expressions_together
from .zeros import zeros


def fewer_results(graph):
    """Loops and branches without the results that nothing reads (narrow.py), where that leaves less."""
    got = unused_results(graph)
    return got if size(got) < size(graph) else graph


def size(graph):
    return sum([1 + len(n.ins) + (len(n.aval) if type(n.aval) is tuple else 1) for n in graph.nodes])


PASSES = (
    dead_code,
    fewer_results,
    constant_folding,
    simplification,
    zeros,
    transposes_into_products,
    common_subexpressions,
)
ROUNDS = 10  # of the whole list; what is left then is right, and could be simpler


def simplified(graph):
    """The graph after the passes, and the graphs inside it after theirs."""
    stack = [graph]
    while stack:
        g = stack[-1]
        waiting = [h for n in g.nodes for h in graphs_in(n.params) if "simplified" not in h.cache]
        if "simplified" in g.cache or not waiting:
            stack.pop()
            if "simplified" not in g.cache:
                got = to_fixed_point(opened(g))
                g.cache["simplified"] = got.cache["simplified"] = got
        else:
            stack += waiting
    return graph.cache["simplified"]


def ready(graph):
    """The graph as code is written from it: calls opened, and, since nothing differentiates it any more, `stop` dropped and what
    belongs together computed together; what costs memory at the worst moment, twice."""
    got = graph.cache.get("ready")
    if got is None:
        got = rewritten(simplified(inline(graph)), lambda n, ins: ins[0] if n.prim.name == "stop" else None)
        got = simplified(run(negations, simplified(got)))
        for p in (doublings, sums_of_sums, lowering, equal_expressions_together, rematerialisation):
            got = run(p, got)
        graph.cache["ready"] = got
    return got


def opened(graph):
    """The graph with the graphs inside it simplified."""

    def inner(g):
        return g.cache["simplified"]

    if all([inner(h) is h for n in graph.nodes for h in graphs_in(n.params)]):
        return graph

    def replace(n, ins):
        params = with_graphs(n.params, inner) if graphs_in(n.params) else n.params
        return type(n)(n.prim, ins, params, n.aval, n.site)

    return rebuild(graph, replace)


def to_fixed_point(graph):
    settled = {}  # pass -> the graph it last found nothing to do in
    for _ in range(ROUNDS):
        before = graph
        for p in PASSES:
            if settled.get(p) is not graph:
                got = run(p, graph)
                if got is graph:
                    settled[p] = graph
                graph = got
        if graph is before:
            break
    return graph


def run(p, graph):
    """One pass; `config(check_graphs=True)` says what it broke."""
    if not Current.settings.check_graphs:
        return p(graph)
    check(graph)
    got = p(graph)
    avals = [(g.in_avals, g.out_avals, len(g.effects)) for g in (graph, got)]
    assert avals[0] == avals[1], f"{p.__name__} changed inputs, results or effects: {avals[0]} to {avals[1]}"
    return check(got)


__all__ = ["PASSES", "ready", "simplified"]
