"""The body of a loop over small float64 arrays as one over their elements, Python numbers from step to step.

A call of NumPy takes half a microsecond however little it computes, an operation on Python floats a twentieth of that. Invariant:
every element is computed as the graph says; only sums and products of matrices may add up in another order.
"""

import itertools
import math

import numpy as np

from ..core.aval import Aval, aval_of, ndarray
from ..core.graph import Graph, GraphNode, once
from ..core.primitive import PRIMITIVES
from .joint import optimised
from .numbers import FLOAT, PLAIN, scalar_text

SMALL = 16  # elements of an array
MOST = 400  # operations of a body
# what a call of NumPy and an operation on numbers take (and making a NumPy number of one, or one of it)
CALL, STEP = 16, 1
MOVES = {"broadcast", "reshape", "transpose", "getitem", "put", "concatenate", "stack", "copy", "roll", "diagonal"}
FOLDS = {"sum": "add", "max": "maximum", "min": "minimum"}
FUSED = {"product_sum": 2, "over_cosh_squared": 4}  # operations of an element
FLOATS = Aval((), FLOAT)
ALIKE = {PRIMITIVES[name] for name in ("add", "sub", "mul", "div", "neg", "square", "sqrt", "exp", "log")}


class Declined(Exception):
    """This graph has no such form."""


def small(aval):
    return type(aval) is Aval and (
        aval.shape == () or (aval.dtype in PLAIN and not aval.weak and 0 < math.prod(aval.shape) <= SMALL)
    )


@once
def elementwise_graph(graph):
    """The graph of the elements of a graph's inputs and results, in order; None where it has no such form, or would not be quicker."""
    return worth(graph, taken_apart(graph)) if applies(graph) else None


def applies(graph):
    avals = [*graph.in_avals, *graph.out_avals, *[n.aval for n in graph.nodes]]
    return not graph.effects and len(graph.nodes) <= MOST and all(map(small, avals))


def worth(graph, elements):
    if elements is None or len(elements.nodes) > MOST:
        return None
    passed = [a for a in [*graph.in_avals, *graph.out_avals] if a.dtype in PLAIN and not a.weak]
    before = sum([CALL if n.aval.shape else STEP for n in graph.nodes if n.prim.view is None]) + len(passed)
    return elements if len(elements.nodes) * STEP < before else None


def taken_apart(graph):
    found = {}
    ins = []
    for n in graph.ins:
        found[n] = each(n.aval.shape, lambda n=n: GraphNode(None, (), None, Aval((), n.aval.dtype, n.aval.weak)))
        ins += found[n].flat
    try:
        for n in graph.nodes:
            found[n] = elements(n, [parts(found, x) for x in n.ins])
    except Declined:
        return None
    outs = [x for o in graph.outs for x in parts(found, o).flat]
    return optimised(Graph(ins, outs))


def each(shape, make):
    """An object array of what `make` gives."""
    out = np.empty(shape, object)
    for i in range(out.size):
        out.flat[i] = make()
    return out


def parts(found, x):
    if type(x) is GraphNode:
        return found[x]
    if type(x) is not ndarray:
        return each((), lambda: x)
    values = iter(x.flat)
    return each(x.shape, lambda: next(values))


def heaviness(n):
    """How many operations on numbers a node becomes whose operands or result are arrays (a function is two); None if it has no such form."""
    name, size, params = n.prim.name, math.prod(n.aval.shape), n.params or {}
    operands = [aval(x) for x in n.ins]
    if n.aval.dtype not in PLAIN or not all([a.shape == () or plain_array(a) for a in (n.aval, *operands)]):
        return None
    most = max([math.prod(a.shape) for a in operands], default=0)
    if not size or not most and operands:
        return None
    if name in MOVES or (not operands and n.prim.source):
        return 0
    if n.prim.elementwise or (name == "cast" and n.aval.dtype.kind == "f"):
        text = scalar_text(n.prim)
        return None if text is None else size * (2 if callable(text) or "(" in text else 1)
    if name in FOLDS or name == "mean":
        return most if operands[0].dtype.kind == "f" or name in ("max", "min") else None
    if name == "dot_general":
        return 2 * size * math.prod([operands[0].shape[i] for i in params["dims"][0][0]]) or None
    return FUSED[name] * most if name in FUSED else None


def plain_array(aval):
    """Is it an array, of a dtype that Python numbers stand for?"""
    return type(aval) is Aval and aval.shape != () and aval.dtype in PLAIN and not aval.weak


def of(prim, *ins, like, **params):
    """A node over numbers. (What arithmetic on float64 numbers gives is not asked.)"""
    kinds = {x.aval if type(x) is GraphNode else type(x) for x in ins} if prim in ALIKE else ()
    got = FLOATS if FLOATS in kinds and kinds <= {FLOATS, float, np.float64} else prim.aval(*map(aval, ins), **params)
    return GraphNode(prim, ins, params, got, like.site)


def strong(x, n):
    """A Python number that becomes an element of an array."""
    if not aval(x).weak:
        return x
    return of(PRIMITIVES["cast"], x, like=n, dtype=n.aval.dtype) if type(x) is GraphNode else n.aval.dtype.type(x)


def folded(prim, values, like):
    values = iter(values)
    total = next(values)
    for v in values:
        total = of(prim, total, v, like=like)
    return total


def elements(n, xs):
    """The elements of a node's result, from those of its operands."""
    name, params = n.prim.name, n.params or {}
    if n.aval.shape == () and not any([x.shape for x in xs]):
        return each((), lambda: of(n.prim, *[x[()] for x in xs], like=n, **params))
    to_float = name == "cast" and n.aval.dtype.kind == "f"
    if (n.prim.elementwise or to_float) and scalar_text(n.prim) is not None:
        columns = zip(*[np.broadcast_to(x, n.aval.shape).flat for x in xs], strict=True)
        return each(n.aval.shape, lambda: of(n.prim, *next(columns), like=n, **params))
    if name in MOVES:  # the operation itself says where each element goes
        ends = list(itertools.accumulate([x.size for x in xs]))
        places = [np.arange(end - x.size, end).reshape(x.shape) for x, end in zip(xs, ends, strict=True)]
        everything = np.empty(ends[-1], object)
        for x, end in zip(xs, ends, strict=True):
            everything[end - x.size : end] = x.ravel() if x.shape else strong(x[()], n)
        return everything[np.ravel(n.prim.impl(*places, **params))].reshape(n.aval.shape)
    if not xs and n.prim.source:
        values = iter(np.broadcast_to(n.prim.impl(**params), n.aval.shape).flat)
        return each(n.aval.shape, lambda: next(values))
    if name in FOLDS or name in ("mean", "product_sum"):
        x, axes = xs[0], params["axes"]
        if name in ("sum", "mean") and aval(x.flat[0]).dtype.kind not in "fc":
            raise Declined  # (a sum of bools is a number, which adding them up is not)
        if name == "product_sum":
            x = pairwise(PRIMITIVES["mul"], n, *xs)
        kept = [i for i in range(x.ndim) if i not in axes]
        rows = iter(x.transpose(*kept, *axes).reshape(math.prod(n.aval.shape), -1))
        prim = PRIMITIVES[FOLDS.get(name, "add")]
        if name != "mean":
            return each(n.aval.shape, lambda: folded(prim, next(rows), n))
        count = float(x.size // math.prod(n.aval.shape))
        return each(n.aval.shape, lambda: of(PRIMITIVES["div"], folded(prim, next(rows), n), count, like=n))
    if name == "over_cosh_squared":
        t, x = xs
        values = iter(x.flat)
        cosh = each(x.shape, lambda: of(PRIMITIVES["cosh"], next(values), like=n))
        return pairwise(PRIMITIVES["div"], n, pairwise(PRIMITIVES["div"], n, t, cosh), cosh)
    if name == "dot_general":
        return products(n, *xs)
    raise Declined


def pairwise(prim, like, x, y):
    pairs = zip(x.flat, y.flat, strict=True)
    return each(x.shape, lambda: of(prim, *next(pairs), like=like))


def products(n, x, y):
    (xc, yc), (xb, yb) = n.params["dims"]
    free = [[i for i in range(a.ndim) if i not in (*c, *b)] for a, c, b in ((x, xc, xb), (y, yc, yb))]
    batch = math.prod([x.shape[i] for i in xb])
    inner = math.prod([x.shape[i] for i in xc])
    x = x.transpose(*xb, *free[0], *xc).reshape(batch, -1, inner)
    y = y.transpose(*yb, *free[1], *yc).reshape(batch, -1, inner)
    mul, add = PRIMITIVES["mul"], PRIMITIVES["add"]
    pairs = iter([(p, q) for b in range(batch) for p in x[b] for q in y[b]])

    def one():
        p, q = next(pairs)
        return folded(add, [of(mul, u, v, like=n) for u, v in zip(p, q, strict=True)], n)

    if not inner:
        raise Declined
    return each(n.aval.shape, one)


def aval(x):
    return x.aval if type(x) is GraphNode else aval_of(x)


__all__ = ["Declined", "MOVES", "SMALL", "aval", "each", "elementwise_graph", "elements", "heaviness", "parts"]
