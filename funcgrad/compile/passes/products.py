"""Products: with the axes as they are, and with numbers, one after the other."""

import math

import numpy as np

from ...core.graph import GraphNode
from ...ops.dot import free_axes
from .draft import local
from .rewriting import NONE, constant, is_node, known_aval, made


# ------------------------------------------------------------------------------------------------ products
# Transposes around products: dot_general names the axes it contracts, so that it can take its operands, and often give its
# result, with the axes as they are.
@local("dot_general", "transpose", reach=1)
def transposes_into_products(draft):
    """dot_general of transposed operands, and transposed dot_general, become one dot_general."""

    def rule(n, ins):
        if n.prim.name == "dot_general":
            return of_transposed(n, ins)
        if is_node(ins[0], "dot_general") and draft.count[ins[0]] == 1:
            return transposed(n, ins[0])
        return None

    return rule


def of_transposed(n, ins):
    """dot_general(transpose(x), y) = dot_general(x, y) over other axes, where those that are left come in the same order"""
    sides = list(ins)
    contract, batch = map(list, n.params["dims"])
    found = False
    for k, x in enumerate(ins):
        if not is_node(x, "transpose"):
            continue
        perm = x.params["perm"]
        left = [perm[a] for a in free_axes(len(perm), contract[k], batch[k])]
        if left == sorted(left):
            sides[k] = x.ins[0]
            contract[k] = tuple([perm[a] for a in contract[k]])
            batch[k] = tuple([perm[a] for a in batch[k]])
            found = True
    return made("dot_general", *sides, dims=(tuple(contract), tuple(batch)), like=n) if found else None


def transposed(n, product):
    """transpose(dot_general(x, y)) = dot_general(y, x) where the axes of x and of y change places"""
    x, y = product.ins
    contract, batch = product.params["dims"]
    b = len(batch[0])
    k = len(free_axes(len(known_aval(x).shape), contract[0], batch[0]))
    ndim = len(product.aval.shape)
    if n.params["perm"] != (*range(b), *range(b + k, ndim), *range(b, b + k)):
        return None
    return made("dot_general", y, x, dims=(contract[::-1], batch[::-1]), like=n)


# ------------------------------------------------------------------------------------------------ scalings
# Products with numbers, one after the other, as one: derivatives are full of them.
#
# Invariant: the same bits, for at least one of two numbers that become one is a power of two; but what would have been beyond the dtype's range, or
# among its least numbers, between the two is so no more.
LARGEST = 64  # exponent of a power of two


@local("mul", "div", "add", "neg")
def scalings(draft):
    """a * (b * x) = (a * b) * x, and with x / a, x + x and -x, where a or b is a power of two and b * x is read for nothing else, or a * b is 1 or -1;
    (a * x) * (b * y) = x * y, where a is a power of two, b is 1 / a, and nothing else reads them; x / a = x * (1 / a) of a power of two"""
    return lambda n, ins: together(n, draft.count)


def together(n, count):
    if n.aval.dtype.char not in "fd" or n.aval.weak:
        return None
    a, y = scaled(n)
    if y is n and n.prim.name == "mul":
        return without_numbers(n, count)
    if y is n or type(y) is not GraphNode:
        return None
    b, x = scaled(y)
    if x is y:
        return made("mul", y, a, like=n) if n.prim.name == "div" else None
    both = a * b
    info = np.finfo(n.aval.dtype)
    if not (power_of_two(a) or power_of_two(b)) or not float(info.tiny) <= abs(both) <= float(info.max):
        return None
    alone = count[y] == (2 if n.prim.name == "add" else 1) and not (n.prim.name == "neg" and y.prim.name == "neg")
    if both == 1.0:
        return x
    if both == -1.0:
        return made("neg", x, like=n)
    return made("mul", x, both, like=n) if alone else None


def without_numbers(n, count):
    """(a * x) * (b * y) = x * y"""
    if n.ins[0] is n.ins[1] or not all([type(x) is GraphNode and x.aval == n.aval for x in n.ins]):
        return None
    (a, x), (b, y) = map(scaled, n.ins)
    if a * b != 1.0 or a == 1.0 or not power_of_two(a) or any([count[z] != 1 for z in n.ins]):
        return None
    return made("mul", x, y, like=n)


def scaled(x):
    """(c, y) where x is c * y, a number times an operand of its form; (1.0, x) where there is none to see."""
    name = x.prim.name if type(x) is GraphNode and x.prim is not None else None
    if name == "neg" and known_aval(x.ins[0]) == x.aval:
        return -1.0, x.ins[0]
    if name == "add" and x.ins[0] is x.ins[1] and known_aval(x.ins[0]) == x.aval:
        return 2.0, x.ins[0]
    if name == "mul" or name == "div":
        for y, c in (x.ins, x.ins[::-1])[: 2 if name == "mul" else 1]:
            value = constant(c)
            if value is NONE or known_aval(y) != x.aval or np.iscomplexobj(value):
                continue
            value = float(x.aval.dtype.type(value))
            if name == "mul" and value and math.isfinite(value):
                return value, y
            if name == "div" and power_of_two(value):
                return 1.0 / value, y
    return 1.0, x


def power_of_two(value):
    mantissa, exponent = math.frexp(value)
    return abs(mantissa) == 0.5 and abs(exponent) <= LARGEST


__all__ = ["scalings", "transposes_into_products"]
