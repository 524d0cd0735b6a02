"""One expression of many small arrays, computed once of all of them laid end to end: an optimiser's step for every parameter.

A `lane` is one of the arrays with what is computed of it. Elementwise operations of k lanes that are the same, on operands that are the
same in turn, become one operation on a vector; what is read elsewhere is cut out of it again.

Invariant: every number is computed as before, bit for bit. Nothing of a group may depend on what is cut out of it: the operations are
put in an order in which it need not. Graphs with effects are left alone, so that no effect moves.
"""

import heapq
import math

from ...core.aval import Aval
from ...core.graph import Graph, GraphNode
from .merging import key_of
from .rewriting import known_aval, made, with_ins

LANES = 4  # at least
SMALL = 1 << 14  # elements of one lane: larger arrays gain nothing
ALL = 1 << 18  # elements of all of them
GROUPS = 16  # at most


def equal_expressions_together(graph):
    """Equal elementwise expressions of many small arrays as one of their concatenation, where that is fewer calls."""
    for _ in range(GROUPS):  # (one after the other: they may need one another)
        if graph.effects or len(graph.nodes) < 2 * LANES:
            break
        group = profitable(graph, kinds_of(graph))
        if group is None:
            break
        graph = rebuilt(graph, group)
    return graph


class Group:
    """`tuples`: the lanes' nodes of every operation that is computed together, in order; `leaves`: of every array that is laid end to
    end; `roots`: those of `tuples` that are read elsewhere, and which of their nodes are."""

    def __init__(self):
        self.tuples, self.leaves, self.roots = {}, {}, {}


def can_join(n):
    """Is it an elementwise operation of arrays of one shape and dtype, and numbers?"""
    prim, aval = n.prim, n.aval
    if not prim.elementwise or type(aval) is tuple or aval.shape == () or aval.dtype.char not in "fd":
        return False
    if not (prim.bare is prim.ufunc or prim.symbol is not None) or not 0 < math.prod(aval.shape) <= SMALL:
        return False
    for x in n.ins:
        have = known_aval(x)
        if have.shape != () and (have != aval or type(x) is not GraphNode):
            return False
    return True


def kinds_of(graph):
    """{node: its kind}, equal for nodes that compute the same of other arrays; kinds of fewer than LANES nodes are left out."""
    kinds, members = {}, {}
    for n in graph.nodes:
        if can_join(n):
            operands = [operand_key(x, kinds) for x in n.ins]
            key = (n.prim.name, n.aval.dtype, key_of(n.params or {}), *operands)
            kinds[n] = key
            members.setdefault(key, []).append(n)
    return {n: key for n, key in kinds.items() if len(members[key]) >= LANES}


def operand_key(x, kinds):
    if known_aval(x).shape == ():
        return key_of(x)
    return hash(kinds[x]) if x in kinds else "array"


def profitable(graph, kinds):
    """The first group that is worth it, or None."""
    read = {}
    for n in graph.nodes:
        for x in n.ins:
            if type(x) is GraphNode:
                read.setdefault(x, []).append(n)
    results = {o for o in graph.outs if type(o) is GraphNode}
    roots = {}
    for n, kind in kinds.items():
        if n in results or any([m not in kinds for m in read.get(n, ())]):
            roots.setdefault(kind, []).append(n)
    groups = []
    for lanes in roots.values():
        if len(lanes) >= LANES:
            group = Group()
            gather(tuple(lanes), kinds, group)
            groups.append(group)
    for g in united(groups):
        inside = {n for lanes in g.tuples for n in lanes}
        wanted = {n for n in inside if n in results or any([m not in inside for m in read.get(n, ())])}
        g.roots = {}  # (a node may be read by one of another group)
        for lanes in g.tuples:
            here = [n for n in lanes if n in wanted]
            if here:
                g.roots[lanes] = here
                wanted.difference_update(here)
        if pays(g) and not circular(graph, g):
            return g
    return None


def gather(lanes, kinds, group):
    """Enter the operations behind these nodes into a group."""
    stack = [lanes]
    found = {}
    while stack:
        lanes = stack.pop()
        if lanes in found:
            continue
        found[lanes] = None
        for operands in zip(*[n.ins for n in lanes], strict=True):
            if known_aval(operands[0]).shape == ():
                continue
            if all([x in kinds for x in operands]) and len({kinds[x] for x in operands}) == 1:
                stack.append(operands)
            else:
                group.leaves[operands] = None
    for lanes in sorted(found, key=lambda lanes: lanes[0].index):
        group.tuples[lanes] = None


def united(groups):
    """Groups that have operations or arrays in common, as one."""
    out = []
    for g in groups:
        for other in [o for o in out if not parts(g).isdisjoint(parts(o))]:
            out.remove(other)
            g.tuples, g.leaves = {**other.tuples, **g.tuples}, {**other.leaves, **g.leaves}
        g.tuples = dict.fromkeys(sorted(g.tuples, key=lambda lanes: lanes[0].index))
        out.append(g)
    return out


def parts(group):
    return {n for lanes in group.tuples for n in lanes} | group.leaves.keys()


def pays(group):
    """Are the calls it spares more than those it adds? (Laying k arrays end to end is one call, cutting one out another.)"""
    k = len(next(iter(group.tuples)))
    if sum([math.prod(n.aval.shape) for n in next(iter(group.tuples))]) > ALL:
        return False
    spared = len(group.tuples) * (k - 1)
    return spared > len(group.leaves) * (2 + k / 4) + sum(map(len, group.roots.values()))


def circular(graph, group):
    """Does an array that is laid end to end depend on an operation of the group?"""
    late = {n for lanes in group.tuples for n in lanes}
    leaves = {x for lanes in group.leaves for x in lanes}
    if leaves & late:
        return True
    for n in graph.nodes:
        if n not in late and any([x in late for x in n.ins if type(x) is GraphNode]):
            if n in leaves:
                return True
            late.add(n)
    return False


# ------------------------------------------------------------------------------------------------ the graph made anew
def rebuilt(graph, group):
    """The graph with the group computed as soon as its arrays are there, and the other nodes in their order as far as that goes."""
    group_of = {n: group for lanes in group.tuples for n in lanes}
    items = list(dict.fromkeys([group_of.get(n, n) for n in graph.nodes]))
    makes = {
        n: item for item in items for n in ([item] if type(item) is GraphNode else [n for t in item.tuples for n in t])
    }
    needs = {item: {makes[x] for x in operands(item) if x in makes} - {item} for item in items}
    readers, waiting = {}, {item: len(found) for item, found in needs.items()}
    for item, found in needs.items():
        for x in found:
            readers.setdefault(x, []).append(item)
    place = {item: i for i, item in enumerate(items)}
    ready = [place[item] for item in items if not waiting[item]]
    heapq.heapify(ready)
    new = {n: n for n in graph.ins}
    while ready:
        item = items[heapq.heappop(ready)]
        if type(item) is GraphNode:
            new[item] = with_ins(item, tuple([new[x] if type(x) is GraphNode else x for x in item.ins]))
        else:
            together(item, new)
        for reader in readers.get(item, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, place[reader])
    return Graph(graph.ins, [new[o] if type(o) is GraphNode else o for o in graph.outs])


def operands(item):
    if type(item) is GraphNode:
        return [x for x in item.ins if type(x) is GraphNode]
    return [x for t in item.tuples for n in t for x in n.ins if type(x) is GraphNode]


def together(group, new):
    """Make the operations of a group, and what is read of them."""
    joined = {}  # (what is laid end to end is so when it is first read: until then it takes no memory)

    def operand(x, lanes):
        if known_aval(x).shape == ():
            return new[x] if type(x) is GraphNode else x
        if lanes not in joined:
            joined[lanes] = laid(lanes, new)
        return joined[lanes]

    for lanes in group.tuples:
        n = lanes[0]
        ins = [operand(x, xs) for x, xs in zip(n.ins, zip(*[m.ins for m in lanes], strict=True), strict=True)]
        size = sum([math.prod(m.aval.shape) for m in lanes])
        joined[lanes] = GraphNode(n.prim, tuple(ins), n.params, Aval((size,), n.aval.dtype), n.site)
    for lanes, wanted in group.roots.items():
        at = 0
        for n in lanes:
            size = math.prod(n.aval.shape)
            if n in wanted:
                part = made("getitem", joined[lanes], idx=(slice(at, at + size),), like=n)
                new[n] = part if n.aval.shape == (size,) else made("reshape", part, shape=n.aval.shape, like=n)
            at += size


def laid(lanes, new):
    """The arrays end to end, as one vector."""
    parts = [new[x] for x in lanes]
    flat = [x if len(x.aval.shape) == 1 else made("reshape", x, shape=(math.prod(x.aval.shape),)) for x in parts]
    return made("concatenate", *flat, axis=0)


__all__ = ["equal_expressions_together"]
