"""A compiled function as one recorded operation: its run, and the node on the tape that it leaves.

Invariant: the forward half runs once, with every effect of the function; a walk under create_graph runs again only what has no effect: what was
drawn is an operand of the graph that the node names.
"""

import numpy as np

from funcgrad.compile.call import call
from funcgrad.compile.closed import drawing
from funcgrad.compile.joint import joint, optimised
from funcgrad.compile.passes import inline
from funcgrad.compile.source import alone, compiled
from funcgrad.core import quiet
from funcgrad.core.graph import Graph, GraphNode, evaluate
from funcgrad.core.node import TapeNode, extra_of, leaf_node
from funcgrad.core.state import tick
from funcgrad.core.trace import TAPE, record, several
from funcgrad.transforms.stage import graph_of

from ..tensor import Tensor

NAME = "CompiledFunctionBackward"


def laid(r, order):
    """A result in the order of axes that eager code would leave it in."""
    if order is None:
        return r if type(r) is not np.ndarray or r.flags.c_contiguous else np.ascontiguousarray(r)
    turned = r.transpose(order)
    return np.ascontiguousarray(turned).transpose(np.argsort(order))


def apart_from_draws(graph):
    """(the graph as a function of what it draws beside its inputs, without effects; the graph that draws); None where something inside it draws."""
    graph = inline(graph, ("call",))  # (a rule of the user's stays one)
    new, drawn, found = {n: n for n in graph.ins}, [], []
    for n in graph.nodes:
        if n.prim.name == "draw":
            continue
        if n.prim.name == "pick" and n.ins[0].prim.name == "draw":
            drawn.append(n)
            found.append(GraphNode(None, (), None, n.aval))
            new[n] = found[-1]
        else:
            new[n] = GraphNode(
                n.prim, tuple([new[x] if type(x) is GraphNode else x for x in n.ins]), n.params, n.aval, n.site
            )
    outs = [new[o] if type(o) is GraphNode else o for o in graph.outs]
    rest = Graph([*graph.ins, *found], outs, [new[n] for n in graph.effects if n in new])
    return None if drawing(rest) else (optimised(Graph(rest.ins, outs)), Graph(graph.ins, drawn, graph.effects))


class Recorded:
    """A graph of whose inputs those in the bit mask `need` are differentiated. `requires`: for each result that is handed out, is it
    part of the graph? What comes after these is written back. `written`: the inputs into whose memory something is, so that what backward
    needs of them is a copy. `marks`: the nodes of results that are no part of it; `orders`: how they lie."""

    def __init__(self, graph, need, requires, written, marks, orders):
        drawing_apart = apart_from_draws(graph) if drawing(graph) else None
        self.drawn = 0
        if drawing_apart is None:
            forward = joint(graph, need).forward
        else:
            graph, draws = drawing_apart
            rest = joint(graph, need).forward
            self.drawn = len(draws.outs)

            def both(*xs):
                drawn = evaluate(draws, *xs)
                return (*evaluate(rest, *xs, *drawn), *drawn)

            forward = optimised(graph_of(both, draws.in_avals))
        self.run, self.plan, self.params = compiled(forward), call.plan(need), {"graph": graph}
        self.results, self.requires, self.count, self.marks = len(graph.outs), requires, len(requires), marks
        self.shaped = [(i, order) for i, order in enumerate(orders) if len(graph.out_avals[i].shape) > 1]
        self.end = len(forward.outs) - self.drawn
        outs, kept = forward.outs[: self.results], forward.outs[self.results : self.end]
        places = {n: i for i, n in enumerate(forward.ins)}
        saved = [places[n] for n in kept if type(n) is GraphNode and n in places]
        self.saved_inputs = [i for i in saved if i not in written]
        self.changing = [i for i in saved if i in written]
        self.saved_outs = [i for i, n in enumerate(outs) if n in kept]
        self.copied = [i for i, new in enumerate(alone(forward)[: self.count]) if not new]

    def __call__(self, values, boxes, marks):
        """The results: Tensors, then arrays that are to be written back."""
        for i in self.changing:
            values = (*values[:i], values[i].copy("K"), *values[i + 1 :])
        token = quiet.enter(quiet.IGNORE)
        try:
            got = self.run(*values)
        finally:
            quiet.leave(token)
        outs, residuals = list(got[: self.results]), got[self.results : self.end]
        if self.drawn:
            values = (*values, *got[self.end :])
        for i in self.copied:
            outs[i] = outs[i].copy() if hasattr(outs[i], "copy") else outs[i]
        for i, order in self.shaped:
            if order is not None or not outs[i].flags.c_contiguous:
                outs[i] = laid(outs[i], order)
        n = record(TapeNode, TAPE, self.plan, marks, self.params, (residuals, values), None)
        n.extra = None
        n.versions = tuple([(*boxes[i].stamp(), i) for i in self.saved_inputs])
        extra_of(n).label = NAME
        handles = several(TAPE, n, [np.asarray(o) for o in outs])  # (NumPy's numbers, where there is only one)
        if self.saved_outs:
            n.versions += tuple(
                [(*handles[i].stamp(), -1) for i in self.saved_outs if i < self.count and i not in self.copied]
            )
        shown = [
            h if on else Tensor(h.val, mark, TAPE)
            for h, on, mark in zip(handles, self.requires, self.marks, strict=False)
        ]
        return (*shown, *outs[self.count :])


def used_up(graph, at):
    """The node of results whose graph a backward inside has used up: they require grad, and a walk to it is refused."""
    n = record(TapeNode, TAPE, call.plan(1), (leaf_node(TAPE, tick(), TapeNode),), {"graph": graph}, None, None)
    n.extra, n.versions = None, ()
    n.code, n.lasti = at or (None, None)
    extra_of(n).label = NAME
    return n


__all__ = ["Recorded", "laid", "used_up"]
