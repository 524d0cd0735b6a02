"""Nested calls opened, and effects taken out: what other modules do with graphs inside graphs."""

from ...core.aval import aval_of
from ...core.graph import Graph, GraphNode
from ...core.nested import with_graphs
from ...core.site import where
from ...errors import NotDifferentiableError
from .rewriting import rebuild, with_ins


def pure(graph):
    """The graph without effects: its own, and those of the graphs inside it."""

    def replace(n, ins):
        return GraphNode(n.prim, ins, with_graphs(n.params, pure), n.aval, n.site)

    if not graph.effects:
        return graph
    if "pure" not in graph.cache:
        silent = Graph(graph.ins, graph.outs)
        for n in silent.nodes:  # (what nothing reads is not drawn again)
            if n.prim.name == "draw":
                raise NotDifferentiableError(
                    f"create_graph: the compiled function draws, at {where(n.site)}, and would draw other figures where its "
                    "graph is run again. Draw outside and pass the figures as arguments, or do not compile."
                )
        graph.cache["pure"] = rebuild(silent, replace)
    return graph.cache["pure"]


def inline(graph, kinds=("call", "rule")):
    """Nested calls and functions with rules of their own, replaced by what they do: the last thing before source."""
    if not any(n.prim.name in kinds for n in graph.nodes):
        return graph
    key = ("inline", kinds)
    if key in graph.cache:
        return graph.cache[key]
    new = {n: n for n in graph.ins}
    results = {}  # a call's node -> what it returns
    effects = []
    for n in graph.nodes:
        if n.prim.name == "pick" and n.ins[0] in results:
            new[n] = results[n.ins[0]][n.params["i"]]
            continue
        ins = tuple(new[x] if type(x) is GraphNode else x for x in n.ins)
        if n.prim.name in kinds:
            results[n], done = spliced(inline(body_of(n), kinds), ins)
            effects += done
        else:
            new[n] = with_ins(n, ins)
            effects += [new[n]] if n.effect else []
    got = Graph(graph.ins, [new[o] if type(o) is GraphNode else o for o in graph.outs], effects)
    graph.cache[key] = got
    return got


def body_of(n):
    if n.prim.name == "call":
        return n.params["graph"]
    from ...transforms.stage import graph_of

    spec = n.params["spec"]
    return graph_of(lambda *a: list(spec.run(*a)), [x.aval if type(x) is GraphNode else aval_of(x) for x in n.ins])


def spliced(graph, ins):
    """(results, effects) of a graph on other operands, as new nodes."""
    new = dict(zip(graph.ins, ins, strict=True))
    for n in graph.nodes:
        new[n] = GraphNode(
            n.prim, tuple(new[x] if type(x) is GraphNode else x for x in n.ins), n.params, n.aval, n.site
        )
    return [new[o] if type(o) is GraphNode else o for o in graph.outs], [new[n] for n in graph.effects]
