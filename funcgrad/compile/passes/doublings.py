"""Doublings, which derivatives are full of, go outwards through products and sums, where they meet and become one or none.

Invariant: the same bits, but that what is doubled late may be finite where it was infinite, that the least numbers of a dtype round
sooner, and that `a - d - d` is rounded once. Nothing that was finite becomes infinite, but where such a 2d alone is beyond the dtype's range.
"""

from ...core.graph import GraphNode
from .draft import local
from .rewriting import constant, is_node, known_aval, made, size

POWERS = (2.0, 4.0, 8.0)  # the factors that are moved
FRACTIONS = (0.125, 0.25, 0.5)  # what a doubled number may be multiplied by, which leaves less


def doublings(graph):
    """2x * y = 2(x * y), 2x / y = 2(x / y), sum(2x) = 2 sum(x) where nothing else reads 2x; 2x * 0.5 = x, a - 2x - 2x = a - 4x; so with
    4 and 8. Taken where fewer numbers are computed in the end."""
    got = moved_outwards(graph) if any(map(is_doubled, graph.nodes)) else graph
    return got if sum(map(size, got.nodes)) < sum(map(size, graph.nodes)) else graph


def is_doubled(n):
    """Is there a factor to be seen here, or something that is added or subtracted twice?"""
    return parted(n)[0] > 1.0 or (
        n.prim.name in ("add", "sub") and is_node(n.ins[0], n.prim.name) and n.ins[0].ins[1] is n.ins[1]
    )


@local("mul", "div", "sum", "add", "sub")
def moved_outwards(draft):
    """Every doubling as far outwards as it goes."""
    return lambda n, ins: moved(n, ins, draft.count)


def moved(n, ins, count):
    """What may stand for a node, with the factors of its operands outside."""
    name = n.prim.name
    if n.aval.dtype.char not in "fd":
        return None
    if name in ("add", "sub"):
        return twice_over(n, ins, count)
    if name == "mul":
        for x, y in (ins, ins[::-1]):
            c, z = parted(x)
            if c > 1.0 and known_aval(z) == n.aval and constant(y) in (*POWERS, *FRACTIONS):
                return times(z, c * float(constant(y)), n)
    factor, operands = 1.0, list(ins)
    for k, x in enumerate(ins[:1] if name == "div" else ins):
        c, y = parted(x)
        if c > 1.0 and c * factor in POWERS and count[x] == 1 and (name == "sum" or known_aval(x) == n.aval):
            factor, operands[k] = c * factor, y
    return times(made(name, *operands, like=n, **(n.params or {})), factor, n) if factor > 1.0 else None


def twice_over(n, ins, count):
    """a - 2x - 2x = a - 4x, and a - px - px = a - (2p)x of a p that is repeated, and with +, where that is all 2x, px is read for"""
    first, d = ins
    if (
        type(d) is not GraphNode
        or not is_node(first, n.prim.name)
        or first.ins[1] is not d
        or count[first] > 1
        or count[d] > 2
    ):
        return None
    c, x = parted(d)
    if 2 * c in POWERS[1:] and known_aval(x) == n.aval:
        return made(n.prim.name, first.ins[0], times(x, 2 * c, n), like=n)
    if is_node(d, "mul"):
        for p, x in (d.ins, d.ins[::-1]):
            if size(p) < size(x) == size(n):
                return made(n.prim.name, first.ins[0], made("mul", times(p, 2.0, n), x, like=n), like=n)
    return None


def parted(x):
    """(factor, y) whose product x is; (1.0, x) if that is all there is to see."""
    if is_node(x, "add") and x.ins[0] is x.ins[1]:
        return 2.0, x.ins[0]
    if is_node(x, "mul") and x.aval.dtype.kind != "c":
        for y, c in (x.ins, x.ins[::-1]):
            if constant(c) in POWERS and known_aval(y) == x.aval:
                return float(constant(c)), y
    return 1.0, x


def times(x, factor, like):
    """factor * x"""
    if factor == 1.0:
        return x
    return made("add", x, x, like=like) if factor == 2.0 else made("mul", x, factor, like=like)


__all__ = ["doublings"]
