"""What is asked of a node before it is written as code."""

import math

from ..core.aval import aval_of, promotion_key
from ..core.graph import GraphNode
from .numbers import PLAIN, is_ufunc
from .regions import Region
from .texts import LARGE_RESULT, nbytes

CONSTANT = "constant"  # (in the place of a text: what has no operands is made once)


def is_view(n):
    return n.prim.view is not None and n.aval.shape != ()


def writes_out(n):
    """Is this node written by a ufunc or a text of its own, so that its result is always new?"""
    prim = n.prim
    if prim.numpy is not None:
        return prim.numpy is not CONSTANT
    return is_ufunc(prim)


def worth_placing(graph, o, i):
    """Is a result of this number, which is to end up in an input's memory, so large that it pays to write it there at once?"""
    n = graph.outs[o]
    return (
        type(n) is GraphNode and n.aval == graph.ins[i].aval and nbytes(n.aval) >= LARGE_RESULT and sum([x is n for x in graph.outs]) == 1
    )  # fmt: skip


def elements_read(items):
    """{array: {}} of the arrays of which three or more elements are read."""
    count = {}
    for n in items:
        if type(n) is not Region and is_element(n):
            count[n.ins[0]] = count.get(n.ins[0], 0) + 1
    return {x: {} for x, k in count.items() if k >= 3 and 2 * k >= math.prod(x.aval.shape)}


def is_element(n):
    x = n.ins[0] if n.prim.name == "getitem" else None
    if type(x) is not GraphNode or n.aval.shape != () or x.aval.dtype not in PLAIN:
        return False
    idx = n.params["idx"]
    return len(idx) == len(x.aval.shape) and all([type(i) is int and i >= 0 for i in idx])


def read_before(region, n):
    """The operands whose rows nothing in the region reads any more once a node's are written."""
    at = region.nodes.index(n)
    over = []
    for x in region.sliced:
        readers = [(i, m) for i, m in enumerate(region.nodes) if reads(m, x)]
        if all([i < at or (i == at and is_ufunc(m.prim) and m.prim.numpy is None) for i, m in readers]):
            if all([writes_out(m) for _, m in readers]):
                over.append(x)
    return over


def reads(n, x):
    """Is this one of a node's operands? (`in` would compare with arrays.)"""
    return any([y is x for y in n.ins])


def is_number(x):
    aval = x.aval if type(x) is GraphNode else aval_of(x)
    return aval.shape == ()


def loop_dtypes(n):
    """The dtypes in which the ufunc of a node takes its operands."""
    keys = [promotion_key(x.aval if type(x) is GraphNode else x) for x in n.ins]
    ufunc = n.prim.ufunc
    try:
        return ufunc.resolve_dtypes((*keys, *(None,) * ufunc.nout))[: ufunc.nin]
    except TypeError:
        return (None,) * ufunc.nin
