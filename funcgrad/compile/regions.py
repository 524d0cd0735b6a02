"""Regions: runs of operations over large arrays that can be computed some rows at a time, so that what is between them stays
in the cache.

A node belongs to a region if its rows depend on the same rows of its operands (elementwise operations, reductions and
softmax along other axes, repetition along rows), or if it is a sum, maximum or minimum over the rows, which is combined
from those of the blocks. A primitive says so by
    rows(avals, aval, params)   for each operand, does it go by rows? and a function: number of rows -> params; or None

Invariant: the blocks of a region and the order in which their sums are combined depend on shapes alone, so that results do
not depend on the number of threads.
"""

import math

import numpy as np

from ..core.aval import Aval, aval_of
from ..core.graph import Graph, GraphNode

LARGE = 1 << 19  # elements: what fits into the cache anyway gains no time
BLOCK = 1 << 16
MIDDLE = 1 << 16  # elements: from here on much that is computed at once gains memory, and loses no time
MUCH = 16  # operations
COMBINED = {"sum": np.add, "product_sum": np.add, "max": np.maximum, "min": np.minimum}


class Region:
    """Nodes that are computed block by block: `sliced` and `whole` are their operands from outside, `outs` what is read
    outside, and `totals` the reductions over rows. `large`: it is worth the hand-off to threads."""

    __slots__ = ("nodes", "rows", "sliced", "whole", "outs", "totals", "site", "step", "large")

    effect = False

    @property
    def ins(self):
        return [*self.sliced, *self.whole]


def name_of(item):
    """What messages call a node or a Region."""
    return f"{len(item.nodes)} operations in blocks" if type(item) is Region else item.prim.name


def aval_of_operand(x):
    return x.aval if type(x) is GraphNode else aval_of(x)


def by_rows(n, rows):
    """((does each operand go by rows?), params for k rows) of a node whose result has this many rows; or None."""
    prim, params = n.prim, n.params or {}
    if n.effect or type(n.aval) is tuple:
        return None
    avals = [aval_of_operand(x) for x in n.ins]
    if any([type(a) is tuple for a in avals]):
        return None
    if prim.rows is not None:
        return prim.rows(avals, n.aval, params)
    if not prim.elementwise or n.aval.weak:
        return None
    ndim = len(n.aval.shape)
    return [len(a.shape) == ndim and a.shape[0] == rows for a in avals], lambda k: params


def total_over_rows(n):
    """Is this a reduction over the rows of something in the region, to be combined from those of its blocks?"""
    return n.prim.name in COMBINED and 0 in n.params["axes"]


def size(aval):
    return math.prod(aval.shape) if type(aval) is Aval else 0


def is_large(aval):
    return size(aval) >= MIDDLE


def arranged(graph):
    """The nodes of a graph in the order they are run in, Regions among them."""
    if not any([is_large(n.aval) for n in [*graph.ins, *graph.nodes]]):
        return graph.nodes
    items, current, local, rows, late = [], [], set(), 0, set()

    def close():
        nonlocal current, local, rows, late
        if current:
            region = finished(current, local, rows, graph)
            items.extend(current if region is None else [region])
        current, local, rows, late = [], set(), 0, set()

    for n in graph.nodes:
        reads = [x for x in n.ins if type(x) is GraphNode]
        large = type(n.aval) is Aval and len(n.aval.shape) > 0
        if any([x in late for x in reads]):
            close()
        if current and any([x in local for x in reads]) and total_over_rows(n):
            current.append(n)
            late.add(n)
            continue
        m = n.aval.shape[0] if large else 0
        big = large and (is_large(n.aval) or any([x in local or is_large(x.aval) for x in reads]))
        got = by_rows(n, m) if big and (not current or m == rows) and m > 1 else None
        if got is not None and all(
            [flag for x, flag in zip(n.ins, got[0], strict=True) if type(x) is GraphNode and x in local]
        ):
            rows = m
            current.append(n)
            local.add(n)
            continue
        if any([x in local for x in reads]) or (current and n.effect):
            close()
            if big and m > 1 and (got := by_rows(n, m)) is not None:
                rows, current, local = m, [n], {n}
                continue
        items.append(n)
    close()
    return items


def finished(nodes, local, rows, graph):
    """The Region of some nodes, or None where it is not worth it."""
    most = [max([size(x.aval) for x in (n, *n.ins) if type(x) is GraphNode]) for n in nodes]
    large = sum([m >= LARGE for m in most]) >= 2
    if not large and sum([m >= MIDDLE for m in most]) < MUCH:
        return None
    inside = set(nodes)
    read = {o for o in graph.outs if type(o) is GraphNode}
    for n in graph.nodes:
        if n not in inside:
            read.update([x for x in n.ins if type(x) is GraphNode])
    region = Region()
    region.nodes, region.rows, region.site, region.large = nodes, rows, nodes[-1].site, large
    region.outs = [n for n in nodes if n in read and n in local]
    region.totals = [n for n in nodes if n not in local]
    sliced, whole = {}, {}
    for n in nodes:
        flags = [True] * len(n.ins) if n not in local else by_rows(n, rows)[0]
        for x, flag in zip(n.ins, flags, strict=True):
            if type(x) is GraphNode and x not in inside:
                (sliced if flag else whole)[x] = None
            elif type(x) is not GraphNode and flag and aval_of(x).shape:
                return None  # (a constant of the graph that goes by rows)
    if set(sliced) & set(whole):
        return None
    region.sliced, region.whole = list(sliced), list(whole)
    widest = max(
        [
            math.prod(x.aval.shape[1:])
            for n in nodes
            if n in local
            for x in (n, *n.ins)
            if type(x) is GraphNode and (x in local or x in sliced)
        ]
    )
    blocks = max(1, -(-rows * widest // (BLOCK if large else BLOCK // 2)))
    region.step = -(-rows // blocks)
    return region if blocks > 1 else None


def block_graph(region, k):
    """The graph of k rows of a region: its inputs are the rows, then what is whole; its results those of the region."""
    new = {}
    for x in region.sliced:
        new[x] = GraphNode(None, (), None, Aval((k, *x.aval.shape[1:]), x.aval.dtype))
    for x in region.whole:
        new[x] = GraphNode(None, (), None, x.aval)
    ins = list(new.values())
    totals = set(region.totals)
    for n in region.nodes:
        operands = tuple([new[x] if type(x) is GraphNode else x for x in n.ins])
        if n in totals:
            new[n] = GraphNode(n.prim, operands, n.params, n.aval, n.site)
        else:
            params = by_rows(n, region.rows)[1](k)
            new[n] = GraphNode(n.prim, operands, params, Aval((k, *n.aval.shape[1:]), n.aval.dtype), n.site)
    return Graph(ins, [new[n] for n in [*region.outs, *region.totals]])


class Blocks:
    """What runs a region: its code for a block, and for the last one where that is shorter; `nbytes`: what a block keeps; `parts`: how
    many blocks can run at once."""

    def __init__(self, region, whole_block, last_block, nbytes):
        self.nbytes = nbytes
        rows, step = region.rows, region.step
        self.cuts = [(lo, min(lo + step, rows)) for lo in range(0, rows, step)]
        self.parts = len(self.cuts) if region.large else 1
        self.whole_block, self.last_block, self.step = whole_block, last_block, step
        self.combine = [COMBINED[n.prim.name] for n in region.totals]

    def __call__(self, sliced, whole, outs):
        """Write every block of `outs`; returns the totals."""
        from ..core.workers import spread

        cuts = self.cuts
        found = [None] * len(cuts)

        def run(first, last):
            for i in range(first, last):
                lo, hi = cuts[i]
                block = self.whole_block if hi - lo == self.step else self.last_block
                found[i] = block(*[x[lo:hi] for x in sliced], *whole, *[o[lo:hi] for o in outs])

        if self.parts > 1:
            spread(run, len(cuts))
        else:
            run(0, len(cuts))
        return [ufunc.reduce(np.stack([np.asarray(f[j]) for f in found]), 0) for j, ufunc in enumerate(self.combine)]


__all__ = ["Blocks", "Region", "arranged", "block_graph", "name_of"]
