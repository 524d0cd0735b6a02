"""The one list of passes, in order, run until none finds anything.

Invariant: a graph is simplified once: its result is kept with it. Graphs inside a graph (of call, cond, scan, while) are simplified
before it, by the same list; none of the walks recurses.
"""

import contextlib

from ...core.checking import check
from ...core.config import Current
from ...core.nested import graphs_in, with_graphs
from ...errors import GraphError
from ..narrow import unused_results
from .doublings import doublings
from .draft import Draft, local
from .folding import constant_folding
from .indices import bounds  # noqa: F401  (its patterns are among those of `simplification`)
from .inlining import inline
from .lowering import extrema_of_windows, lowering, negations, sums_of_sums
from .merging import common_subexpressions
from .patterns import simplification
from .products import scalings, transposes_into_products
from .rematerialising import rematerialisation
from .rewriting import rebuild
from .together import equal_expressions_together
from .zeros import zeros


def fewer_results(graph):
    """Loops and branches without the results that nothing reads (narrow.py), where that leaves less."""
    got = unused_results(graph)
    return got if size(got) < size(graph) else graph


def size(graph):
    return sum([1 + len(n.ins) + (len(n.aval) if type(n.aval) is tuple else 1) for n in graph.nodes])


PASSES = (
    constant_folding,
    simplification,
    zeros,
    transposes_into_products,
    common_subexpressions,
)


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
        got = drafted(simplified(inline(graph)), without_stops, scalings, negations, settled=PASSES)
        got = drafted(run(doublings, got), sums_of_sums, lowering)
        if any([n.prim.name == "random_draw" for n in got.nodes]):
            from .draws import draws_together

            got = run(draws_together, got)
        located = drafted(got, extrema_of_windows)
        got = got if located is got else run(common_subexpressions, located)
        for p in (equal_expressions_together, rematerialisation):
            got = run(p, got)
        graph.cache["ready"] = got
    return got


@local("stop")
def without_stops(draft):
    """stop(x) = x, which only derivatives tell apart"""
    return lambda n, ins: ins[0]


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
    while True:
        draft = Draft(run(fewer_results, graph))
        settle(draft)
        graph = draft.finished()
        if run(fewer_results, graph) is graph:
            return graph


def drafted(graph, *passes, settled=()):
    """The graph after these passes, one after the other; after each those in which it was settled have another look."""
    names = {n.prim.name for n in graph.nodes}
    passes = [p for p in passes if not names.isdisjoint(p.names)]
    if not passes:
        return graph
    draft = Draft(graph, settled)
    for p in passes:
        on(draft, p)
        if settled and draft.replaced:
            settle(draft)
    return draft.finished()


def settle(draft):
    """Every pass, one after the other, until none finds anything."""
    before = None
    while before != draft.replaced:
        before = draft.replaced
        for p in PASSES:
            on(draft, p)


def on(draft, p):
    """One pass over a draft; what it has changed is checked, and with `config(check_graphs=True)` the whole graph."""
    since = len(draft.log)
    draft.run(p)
    if len(draft.log) > since:
        with blamed(p):
            draft.check(since)
            if Current.settings.check_graphs:
                check(draft.graph())


def run(p, graph):
    """One pass over a graph, which is checked if it is another one then."""
    got = p(graph)
    if got is not graph:
        with blamed(p):
            before, after = [(g.in_avals, g.out_avals, [n.prim.name for n in g.effects]) for g in (graph, got)]
            if before != after:
                raise GraphError(f"check: inputs, results or effects are others: {before}, now {after}")
            check(got)
    return got


@contextlib.contextmanager
def blamed(p):
    """What is wrong names the pass."""
    try:
        yield
    except GraphError as error:
        raise GraphError(f"after the pass {p.__name__}: {error}") from error


__all__ = ["PASSES", "ready", "simplified"]
