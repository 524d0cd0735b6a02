"""Small draws of one law, each from a key of its own, as one draw from all of the keys: a draw of few numbers takes as long as one of hundreds.

Invariant: every number is the same, bit for bit. The n numbers of a key are the first n of any more that are drawn from it (ops/random_values).
"""

import math

from ...core.graph import Graph, GraphNode
from ...ops.random_values.laws import OF_ONE_WORD
from .rewriting import known_aval, made, with_ins

SMALL = 4096  # numbers of a draw that is put together with others
MOST = 1 << 16  # of all of them
SPARE = 512  # numbers that may be drawn without need; or, of more, a fourth of them


def draws_together(graph):
    """Small draws of one law and dtype, from keys that no draw decides, as one draw from all of these keys."""
    if graph.effects:
        return graph
    alike = {}
    for n in graph.nodes:
        if n.prim.name == "random_draw" and n.params["law"] in OF_ONE_WORD and 0 < math.prod(n.aval.shape) <= SMALL:
            key = known_aval(n.ins[0]).shape, n.params["law"], n.aval.dtype
            alike.setdefault(key, []).append(n)
    groups = [group for draws in alike.values() if len(draws) > 1 for group in binned(independent(graph, draws))]
    return rebuilt(graph, groups) if groups else graph


def independent(graph, draws):
    """Those of them whose keys no draw decides, and what decides each key."""
    behind = {n: None for n in draws}  # node -> the nodes it is computed from
    for n in draws:
        seen, stack = {}, [n.ins[0]]
        while stack:
            x = stack.pop()
            if type(x) is GraphNode and x.prim is not None and x not in seen:
                seen[x] = None
                stack += x.ins
        behind[n] = None if any([x.prim.name == "random_draw" for x in seen]) else seen
    return {n: seen for n, seen in behind.items() if seen is not None}


def numbers(n):
    return math.prod(n.params["shape"])


def binned(draws):
    """Lists of draws that are worth putting together, each with what decides their keys."""
    rest = sorted(draws, key=numbers, reverse=True)
    while len(rest) > 1:
        first, left = [rest[0]], []
        keys = math.prod(rest[0].aval.shape) // max(numbers(rest[0]), 1)
        most, total = numbers(rest[0]) * keys, numbers(rest[0]) * keys
        for n in rest[1:]:
            needed = total + numbers(n) * keys
            drawn = (len(first) + 1) * most
            if drawn <= min(MOST, max(SPARE, needed * 5 // 4)):
                first.append(n)
                total = needed
            else:
                left.append(n)
        if len(first) > 1:
            yield first, {x: None for n in first for x in draws[n]}
        rest = left


def rebuilt(graph, groups):
    """The graph with each group drawn where the first of it was."""
    group_of = {n: group for group in groups for n in group[0]}
    new = {n: n for n in graph.ins}

    def moved(n):
        if n not in new:
            new[n] = with_ins(n, tuple([new[x] if type(x) is GraphNode else x for x in n.ins]))

    for n in graph.nodes:
        if n not in group_of:
            moved(n)
        elif n not in new:
            draws, before = group_of[n]
            for m in graph.nodes:
                if m in before:
                    moved(m)
            drawn(draws, new)
    return Graph(graph.ins, [new[o] if type(o) is GraphNode else o for o in graph.outs], [])


def drawn(draws, new):
    keys = [new[n.ins[0]] if type(n.ins[0]) is GraphNode else n.ins[0] for n in draws]
    most, like = max(map(numbers, draws)), draws[0]
    shape = {n.params["shape"] for n in draws}
    shape = shape.pop() if len(shape) == 1 else (most,)
    stacked = made("stack", *keys, axis=0, like=like)
    whole = made("random_draw", stacked, **{**like.params, "shape": shape}, like=like)
    for i, n in enumerate(draws):
        idx = (i,) if shape == n.params["shape"] else (i, Ellipsis, slice(0, numbers(n)))
        part = made("getitem", whole, idx=idx, like=n)
        new[n] = part if part.aval == n.aval else made("reshape", part, shape=n.aval.shape, like=n)


__all__ = ["draws_together"]
