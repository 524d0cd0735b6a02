"""The small arrays of a graph as their elements, Python numbers, wherever that is quicker.

Nodes over float64 arrays of a few elements that read one another are a group. A group is taken apart (elements.py) if the operations on its elements,
with taking its operands apart and putting together what others read of it, take less than the calls of NumPy that it consists of. Invariant: as in
elements.py, each element is computed as the graph says; arrays enter as their elements (`getitem`), and leave as `stack` of them.
"""

import math

import numpy as np

from ..core.aval import Aval, aval_of
from ..core.graph import Graph, GraphNode
from ..core.primitive import PRIMITIVES
from .elements import MOVES, SMALL, Declined, each, elements, heaviness, parts
from .passes.order import simplified

# what they take, an operation on two Python floats being one: 20 ns
CALL, APART, TOGETHER = 10, 5, 8
GAIN = 1.25  # calls take so many times as long, at least, where they give way
LARGEST = 4096  # elements of an array that is only moved about, and put together in the end at most
MOST = 1 << 17  # operations on elements


def taken_apart_where_small(graph):
    """The graph, or one in which groups of nodes are over numbers."""
    if graph.effects:
        return graph
    able = members(graph)
    if not able:
        return graph
    read = readers(graph)
    chosen = set()
    for group in groups(able):
        chosen.update(group if pays(group, able, read) else ())
    if not chosen:
        return graph
    got = simplified(converted(graph, chosen))
    return got if shared(got) == shared(graph) else graph


def shared(graph):
    """For each result the number of the first that is the same one, or that it is a constant: who calls the code counts on that."""
    first = {}
    return [first.setdefault(o, i) if type(o) is GraphNode else None for i, o in enumerate(graph.outs)]


def members(graph):
    """{node: what its elements take} of those that have a form over elements which is not too long."""
    able = {}
    for n in graph.nodes:
        sizes = [known(x) for x in (n, *n.ins)]
        if all([s is None for s in sizes]) or -1 in sizes:
            continue
        weight = heaviness(n)
        if weight is None or weight > 2 * CALL:
            continue
        most = LARGEST if n.prim.name in MOVES or not n.ins else SMALL
        seen = [type(x) is GraphNode and (x is n or x in able) for x in (n, *n.ins)]
        if all([s is None or s <= (most if mine else SMALL) for s, mine in zip(sizes, seen, strict=True)]):
            able[n] = weight
    return able


def known(x):
    """How many elements an array has; None of a number, -1 of several values."""
    aval = x.aval if type(x) is GraphNode else aval_of(x)
    if type(aval) is tuple:
        return -1
    return math.prod(aval.shape) if aval.shape else None


def readers(graph):
    """{node: who reads it}; a result is read by None."""
    read = {}
    for n in graph.nodes:
        for x in n.ins:
            if type(x) is GraphNode:
                read.setdefault(x, []).append(n)
    for o in graph.outs:
        if type(o) is GraphNode:
            read.setdefault(o, []).append(None)
    return read


def groups(able):
    """Nodes that read one another's arrays."""
    root = {}

    def find(n):
        while root.setdefault(n, n) is not n:
            root[n] = n = root[root[n]]
        return n

    for n in able:
        for x in n.ins:
            if type(x) is GraphNode and x in able:
                root[find(x)] = find(n)
    found = {}
    for n in able:
        found.setdefault(find(n), []).append(n)
    return found.values()


def pays(group, able, read):
    calls = numbers = 0
    taken = set()
    for n in group:
        calls += CALL if n.prim.view is None and n.ins else 0
        numbers += able[n]
        for x in n.ins:
            if type(x) is GraphNode and x not in able and x.aval.shape and x not in taken:
                taken.add(x)
                numbers += APART + known(x) // 4
        if n.aval.shape and any([r not in able for r in read[n]]):
            numbers += TOGETHER + known(n) // 2
    return calls > GAIN * numbers and numbers < MOST


def converted(graph, chosen):
    """The graph with the chosen nodes over elements."""
    apart, whole = {}, {}  # node -> its elements; node -> the node for all of it
    for n in graph.ins:
        whole[n] = n

    def of_elements(x):
        if type(x) is not GraphNode:
            return parts(apart, x)
        if x not in apart:
            node, places = whole[x], np.ndindex(x.aval.shape) if x.aval.shape else ()
            apart[x] = each(x.aval.shape, lambda: element(node, next(places)) if places else node)
        return apart[x]

    def as_node(x):
        if type(x) is GraphNode and x not in whole:
            whole[x] = together(apart[x], x)
        return whole[x] if type(x) is GraphNode else x

    for n in graph.nodes:
        if n in chosen:
            try:
                apart[n] = elements(n, [of_elements(x) for x in n.ins])
                continue
            except Declined:
                pass
        whole[n] = GraphNode(n.prim, tuple([as_node(x) for x in n.ins]), n.params, n.aval, n.site)
    return Graph(graph.ins, [as_node(o) for o in graph.outs], [whole[n] for n in graph.effects])


def element(x, index):
    prim = PRIMITIVES["getitem"]
    return GraphNode(prim, (x,), {"idx": index}, prim.aval(x.aval, idx=index), x.site)


def together(values, n):
    """The array of elements."""
    if not n.aval.shape:
        return values[()]
    stack, reshape = PRIMITIVES["stack"], PRIMITIVES["reshape"]
    values = tuple([v if type(v) is GraphNode else n.aval.dtype.type(v) for v in values.flat])
    if not any([type(v) is GraphNode for v in values]):
        return np.array(values).reshape(n.aval.shape)
    flat = GraphNode(stack, values, {"axis": 0}, Aval((len(values),), n.aval.dtype), n.site)
    return flat if len(n.aval.shape) == 1 else GraphNode(reshape, (flat,), {"shape": n.aval.shape}, n.aval, n.site)


__all__ = ["taken_apart_where_small"]
