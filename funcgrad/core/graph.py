"""Graph: a frozen recording. It prints one node a line, is verified by `check` (checking.py), and is what passes and engines consume.

Invariant: nodes stand in order of creation, which is that of the program, its effects included: who makes a graph of other nodes makes
them one after another, and passes give what they put in a place between those of its neighbours.
"""

import functools

from ..errors import GraphError
from .aval import aval_of
from .node import by_index
from .state import tick, tls


class GraphNode:
    """One operation of a graph: a primitive, its operands (graph nodes or constants), params, and the aval of its result.

    A primitive with several results is one node (its aval a tuple) and a `pick` node for each result that is used.
    """

    __slots__ = ("prim", "ins", "params", "aval", "site", "index")

    def __init__(self, prim, ins, params, aval, site=None):
        self.prim = prim
        self.ins = ins
        self.params = params
        self.aval = aval
        self.site = site
        self.index = tick()

    @property
    def effect(self):
        """Does running this node do more than give its results? No pass may drop it, merge it with another, or move it
        past another. A primitive says so with `effect`: True, or a function of its params. One that stands for other
        operations (it records in its own way) and does not say may have any."""
        return self.prim is not None and has_effect(self.prim, self.params)

    def __repr__(self):
        return f"<graph node {self.prim.name if self.prim else 'input'} {self.aval}>"


def has_effect(prim, params):
    effect = getattr(prim, "effect", prim.record is not None)
    return effect(**params) if callable(effect) else effect


def once(f):
    """f(graph, *args), computed once for each graph and arguments (hashable ones); the graph keeps it."""

    @functools.wraps(f)
    def kept(graph, *args):
        key = f, *args
        if key not in graph.cache:
            graph.cache[key] = f(graph, *args)
        return graph.cache[key]

    return kept


class Graph:
    """`ins` and `outs` are graph nodes (an out may be a constant); `nodes` are those that the outs, and the nodes given
    as `effects`, need, in order; `effects` those of them that have an effect."""

    def __init__(self, ins, outs, effects=()):
        self.ins = list(ins)
        self.outs = list(outs)
        self.nodes = live_nodes(self.ins, [*self.outs, *effects])
        self.effects = [n for n in self.nodes if n.effect]
        self.cache = {}

    def __str__(self):
        from .graph_text import dump

        return dump(self)[0]

    __repr__ = __str__

    @property
    def in_avals(self):
        return [n.aval for n in self.ins]

    @property
    def out_avals(self):
        return [o.aval if type(o) is GraphNode else aval_of(o) for o in self.outs]


def live_nodes(ins, outs):
    """The nodes that the outs need, in order of creation."""
    seen = set(ins)
    stack = [o for o in outs if type(o) is GraphNode]
    nodes = []
    while stack:
        n = stack.pop()
        if n in seen:
            continue
        seen.add(n)
        if n.prim is None:
            raise GraphError("graph: a value from outside is used but is not an input")
        nodes.append(n)
        stack.extend(p for p in n.ins if type(p) is GraphNode)
    nodes.sort(key=by_index)
    return nodes


def evaluate(graph, *args, look=None):
    """Run a graph through the primitives, whatever the arguments are; no value is kept longer than it is read.
    `look(node, operands, result)` sees each operation."""
    env = dict(zip(graph.ins, args, strict=True))
    last = last_reads(graph)
    stage = tls.stage
    if stage is not None:  # (what is staged keeps its line)
        with stage.placed():
            return evaluated(graph, env, last, look, stage)
    return evaluated(graph, env, last, look, stage)


def evaluated(graph, env, last, look, stage):
    for n in graph.nodes:
        if stage is not None:
            stage.place = n.site
        vals = [env[x] if type(x) is GraphNode else x for x in n.ins]
        env[n] = out = vals[0][n.params["i"]] if n.prim.name == "pick" else n.prim(*vals, **(n.params or {}))
        if look is not None:
            look(n, vals, out)
        for x in last.get(n, ()):
            del env[x]
    return tuple(env[o] if type(o) is GraphNode else o for o in graph.outs)


def last_reads(graph):
    """node -> the values that nothing reads after it; kept with the graph."""
    last = graph.cache.get("last reads")
    if last is None:
        last = graph.cache["last reads"] = {}
        seen = {o for o in graph.outs if type(o) is GraphNode}
        for n in reversed(graph.nodes):
            over = list(dict.fromkeys([x for x in n.ins if type(x) is GraphNode and x not in seen]))
            if over:
                last[n] = over
                seen.update(over)
    return last
