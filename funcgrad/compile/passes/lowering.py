"""The last pass before code is written: operations as the engine runs them quickest. Nothing is differentiated after it.

Invariant: results change by rounding alone.
"""

import math

import numpy as np

from ...core.graph import GraphNode
from .draft import local
from .merging import key_of
from .rewriting import is_node, known_aval, made

NOTHING = None, None, None


@local("sum", "mean", "mul", "logsumexp", "log_softmax", "shares", "exp")
def lowering(draft):
    """Sums of products as inner products; the slope of tanh as a quotient; exponentials that a softmax and its derivative have in common, computed once."""
    parts = {}  # a logsumexp or log_softmax as it is now -> (which of them it is, of what, along which axes, exp(x - max(x)), its sum)

    def rule(n, ins):
        name = n.prim.name
        if name in ("sum", "mean"):
            return sum_of_product(n, ins, draft.count)
        if name == "mul":
            return over_cosh_squared(n, ins, draft.count)
        if name in ("logsumexp", "log_softmax"):
            if not can_part(n) or not any([reads_exponentials(r, n) for r in draft.read_by(n)]):
                return None
            got, *exponentials = parted(n, ins[0])
            parts[got] = name, ins[0], n.params["axes"], *exponentials
            return got
        if name == "shares":
            _, x, axes, *exponentials = known_parts(parts, ins[1])
            return (
                made("divided_shares", *exponentials, *ins, axes=axes, like=n)
                if x is ins[0] and axes == n.params["axes"]
                else None
            )
        kind, _, _, *exponentials = known_parts(parts, ins[0])
        return made("div", *exponentials, like=n) if kind == "log_softmax" else None

    return rule


def reads_exponentials(r, n):
    """Does a node compute from this logsumexp or log_softmax, the logarithm of a sum of exponentials, what is among these?"""
    return is_node(r, "shares") and r.ins[1] is n or is_node(r, "exp") and is_node(n, "log_softmax")


def known_parts(parts, x):
    return parts.get(x, NOTHING) if type(x) is GraphNode else NOTHING


@local("window_max", "window_min", compares=True)
def extrema_of_windows(draft):
    """window_max(x) = x at window_argmax(x), and of minima, where that is there too and every window lies inside x: the elements are read once. (Of a zero and
    a -0.0 it is the first.)"""
    found = {}  # (which of both, of what, params) -> where it is
    for n in draft.nodes():
        kind = n.prim.name.partition("_arg")
        if kind[0] == "window" and kind[1] and inside(n.params):
            found.setdefault((kind[2], n.ins[0], key_of(n.params)), n)

    def rule(n, ins):
        at = (
            found.get((n.prim.name.removeprefix("window_"), ins[0], key_of(n.params)))
            if type(ins[0]) is GraphNode
            else None
        )
        if at is None or at not in draft.count:
            return None
        again = made(at.prim.name, ins[0], like=n, **n.params)  # (earlier than `at` may stand, which then is the same)
        return made("window_gather", ins[0], again, axes=len(n.params["window"]), like=n)

    return rule


def inside(params):
    """Are all the elements of every window those of an operand, whatever its size?"""
    return all([p == (0, 0) for p in params["padding"]]) and all([b == 1 for b in params["base_dilation"]])


@local("mul", "div", "sum")
def negations(draft):
    """-x * y = -(x * y), -x / y = -(x / y), sum(-x) = -sum(x), where nothing else reads -x: a sum takes it in, or it is smaller. (The
    sum may be a zero of another sign.)"""

    def rule(n, ins):
        if n.aval.dtype.kind != "f":
            return None
        for x in ins:
            if not is_node(x, "neg") or draft.count[x] > 1:
                continue
            if n.prim.name != "sum" and known_aval(x) != n.aval:
                continue  # (the smaller of the two is negated)
            operands = [y.ins[0] if y is x else y for y in ins]
            return made("neg", made(n.prim.name, *operands, like=n, **n.params), like=n)
        return None

    return rule


@local("sum")
def sums_of_sums(draft):
    """sum(x) over axes B, where sum(x) over some of them is there too, is the sum of that: an array is read once."""
    over = {}  # array -> the sets of axes it is summed over
    for n in draft.nodes():
        if n.prim.name == "sum" and n.aval.dtype.kind == "f" and n.params["axes"] and type(n.ins[0]) is GraphNode:
            over.setdefault(n.ins[0], {}).setdefault(tuple(sorted(n.params["axes"])))
    made_so = {}  # (array, axes) -> its sum

    def total(x, axes, sets, like):
        if (x, axes) not in made_so:
            fewer = [a for a in sets if set(a) < set(axes)]
            if fewer:
                part = max(fewer, key=len)
                rest = tuple([a - sum([b < a for b in part]) for a in axes if a not in part])
                made_so[x, axes] = made("sum", total(x, part, sets, like), axes=rest, like=like)
            else:
                made_so[x, axes] = made("sum", x, axes=axes, like=like)
        return made_so[x, axes]

    def rule(n, ins):
        x, axes = ins[0], tuple(sorted(n.params["axes"]))
        sets = over.get(x, ()) if type(x) is GraphNode else ()
        return total(x, axes, sets, n) if len(sets) > 1 and axes in sets else None

    return rule


def sum_of_product(n, ins, count):
    """sum(x * y) = product_sum(x, y), where nothing else reads x * y; the same of a mean"""
    product, axes = ins[0], n.params["axes"]
    if type(product) is not GraphNode:
        return None
    aval = known_aval(product)
    if aval.dtype.char not in "fd" or not axes or len(aval.shape) - 1 not in axes or count[product] > 1:
        return None
    if is_node(product, "square"):
        x = y = product.ins[0]
    elif is_node(product, "mul"):
        x, y = product.ins
    else:
        return None
    if known_aval(x) != aval or known_aval(y) != aval or type(x) is not GraphNode or type(y) is not GraphNode:
        return None
    total = made("product_sum", x, y, axes=axes, like=n)
    if n.prim.name == "sum":
        return total
    return made("div", total, math.prod([aval.shape[a] for a in axes]), like=n)


def over_cosh_squared(n, ins, count):
    """t * sech_squared(x) = t / cosh(x) / cosh(x), of arrays, where nothing else reads the slope of tanh"""
    for k, x in enumerate(ins):
        if is_node(x, "sech_squared") and count[x] == 1 and known_aval(x) == n.aval and n.aval.shape:
            t = ins[1 - k]
            if n.aval.dtype.char in "fd" and known_aval(t) == n.aval:
                return made("over_cosh_squared", t, x.ins[0], like=n)
    return None


def can_part(n):
    aval = known_aval(n.ins[0])
    return aval.dtype.char in "fd" and n.params["axes"] and math.prod(aval.shape) > 0


def parted(n, x):
    """(the node over its parts, exp(x - max(x)), the sum of that with axes of one element)"""
    axes, aval = n.params["axes"], known_aval(x)
    kept = tuple([1 if i in axes else k for i, k in enumerate(aval.shape)])
    top = made("max", x, axes=axes, like=n)
    if n.prim.name == "logsumexp":  # (from infinity to the largest number: inf - inf does not arise)
        info = np.finfo(aval.dtype)
        top = made("maximum", made("minimum", top, info.max.item(), like=n), info.min.item(), like=n)
    z = made("sub", x, made("reshape", top, shape=kept, like=n), like=n)
    e = made("exp", z, like=n)
    total = made("sum", e, axes=axes, like=n)
    whole = made("reshape", total, shape=kept, like=n)
    log = made("log", total, like=n)
    if n.prim.name == "logsumexp":
        return made("add", log, top, like=n), e, whole
    return made("sub", z, made("reshape", log, shape=kept, like=n), like=n), e, whole


__all__ = ["extrema_of_windows", "lowering", "negations", "sums_of_sums"]
