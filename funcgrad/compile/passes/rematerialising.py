"""What is cheap is computed again where it is read late, if the program then holds less memory at most.

Invariant: the same operations on the same operands, so the same bits. Nothing is computed again whose operands would have to be kept for
it, and nothing but elementwise operations without a transcendental function.
"""

import math

from ...core.aval import Aval
from ...core.graph import Graph, GraphNode
from ..costs import TRANSCENDENTAL
from ..regions import Region, arranged
from .rewriting import known_aval, with_ins

LARGE = 1 << 20  # bytes: of a program that holds less, nothing is computed twice
SHARE = 1 / 40  # of the peak, that an array must have
MOST = 2000  # operations
ROUNDS = 20
TRIED = 8  # arrays, in a round


def rematerialisation(graph):
    """Cheap arrays that are alive at the peak, and not read there, computed again for who reads them later."""
    if len(graph.nodes) > MOST or sum([nbytes(n) for n in graph.nodes]) < LARGE:
        return graph
    plan = Plan(graph)
    for _ in range(ROUNDS):
        for n, reader in plan.candidates()[:TRIED]:
            got = Plan(again(plan.graph, n, reader))
            if got.peak < plan.peak:
                plan = got
                break
        else:
            break
    return plan.graph


class Plan:
    """What a graph holds when: `peak` bytes at most, at item number `top`."""

    def __init__(self, graph):
        self.graph = graph
        self.items = arranged(graph)
        self.made = {}  # array -> number of the item that makes it
        self.reads = {}  # array -> numbers of the items that read it, or a view of it
        memory = {}  # node -> the array whose memory it is in
        for i, item in enumerate(self.items):
            for x in item.ins:
                if type(x) is GraphNode:
                    self.reads.setdefault(memory.get(x, x), []).append(i)
            for n in item.outs if type(item) is Region else (item,):
                if type(item) is not Region and is_view(n) and type(n.ins[0]) is GraphNode:
                    memory[n] = memory.get(n.ins[0], n.ins[0])
                else:
                    self.made[n] = i
        results = [memory.get(o, o) for o in graph.outs if type(o) is GraphNode]
        self.last = {x: at[-1] for x, at in self.reads.items()} | dict.fromkeys(results, len(self.items))
        live = self.peak = self.top = 0
        gone = {}
        for n, at in self.last.items():
            gone.setdefault(at, []).append(n)
        for i, item in enumerate(self.items):
            new = sum([nbytes(n) for n in (item.outs if type(item) is Region else (item,)) if self.made.get(n) == i])
            old = sum([nbytes(n) for n in gone.get(i, ()) if n in self.made])
            inside = old if type(item) is not Region and item.prim.elementwise else 0  # (it is written over)
            if live + max(new - inside, 0) > self.peak:
                self.peak, self.top = live + max(new - inside, 0), i
            live += new - old

    def candidates(self):
        """(array, the node that reads it first after the peak), the largest first."""
        found = []
        for n, i in self.made.items():
            at = self.reads.get(n, ())
            if not (i < self.top < self.last.get(n, -1) < len(self.items)) or self.top in at:
                continue
            if nbytes(n) < SHARE * self.peak or not n.prim.elementwise or n.prim.name in TRANSCENDENTAL or n.effect:
                continue
            late = min([k for k in at if k > self.top])
            if all([x.prim is None or self.last.get(x, -1) >= late for x in n.ins if type(x) is GraphNode]):
                item = self.items[late]
                found.append((n, item.nodes[0] if type(item) is Region else item))
        return sorted(found, key=lambda pair: -nbytes(pair[0]))


def is_view(n):
    return n.prim.view is not None or n.prim.name == "pick"


def nbytes(n):
    aval = known_aval(n)
    return aval.dtype.itemsize * math.prod(aval.shape) if type(aval) is Aval else 0


def again(graph, n, reader):
    """The graph in which whoever comes from `reader` on reads another n, made just before it."""
    new = {}
    started = False
    for m in graph.nodes:
        if m is reader:
            started = True
            new[n] = with_ins(n, n.ins)
        if started:
            new[m] = with_ins(m, tuple([new.get(x, x) if type(x) is GraphNode else x for x in m.ins]))
    outs = [new.get(o, o) if type(o) is GraphNode and o is not n else o for o in graph.outs]
    return Graph(graph.ins, outs, [new.get(e, e) for e in graph.effects])


__all__ = ["rematerialisation"]
