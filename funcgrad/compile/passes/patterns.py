"""Algebra: a table of patterns, each a function of a node and its operands that gives what may stand for it, or None.

Invariant: a pattern may only give what equals its node for every value of the operands, with infinities, nan and the sign of zero, and
what has the same derivatives; those of the last section change the order of a sum and no more. Where a pattern gives another dtype,
shape or weakness than the node has, `rewritten` leaves the node.
"""

import numpy as np

from ...core.aval import aval_of
from ...core.graph import GraphNode
from ...core.halves import BFLOAT16
from .draft import local
from .rewriting import (
    NONE,
    constant,
    is_constant,
    is_node,
    is_real,
    known_aval,
    made,
    never_negative_zero,
)  # fmt: skip

PATTERNS = {}  # name of a primitive -> patterns tried on its nodes, in order


def pattern(*names):
    def enter(f):
        for name in names:
            PATTERNS.setdefault(name, []).append(f)
        return f

    return enter


@local()
def simplification(draft):
    """What the table of patterns says."""
    return simplified


def simplified(n, ins):
    for f in PATTERNS.get(n.prim.name, ()):
        got = f(n, ins)
        if got is not None and (got.aval if type(got) is GraphNode else aval_of(got)) == n.aval:
            return got
    return without_broadcast(n, ins) if n.prim.elementwise and len(ins) > 1 else None


def same_dtype(n, *xs):
    """Have these operands the dtype of the result, so that nothing is lost, wraps around or is refused on the way?"""
    return all([known_aval(x).dtype == n.aval.dtype for x in xs])


# ------------------------------------------------------------------------------------------------ neutral elements, signs
@pattern("mul", "div")
def times_one(n, ins):
    """x * 1, 1 * x, x / 1 = x (not of complex numbers: inf * 1 is nan there)"""
    x, y = ins
    if n.aval.dtype.kind not in "iuf":
        return None
    if is_constant(y, 1):
        return stretched(x, n)
    return stretched(y, n) if n.prim.name == "mul" and is_constant(x, 1) else None


@pattern("mul", "div")
def times_minus_one(n, ins):
    """x * -1, -1 * x, x / -1 = -x, of real floats"""
    x, y = ins
    if n.aval.dtype.kind != "f":
        return None
    if is_constant(y, -1) and same_dtype(n, x):
        return made("neg", x, like=n)
    if n.prim.name == "mul" and is_constant(x, -1) and same_dtype(n, y):
        return made("neg", y, like=n)
    return None


@pattern("add", "sub")
def plus_zero(n, ins):
    """x - 0, x + -0.0 = x; x + 0, 0 + x = x of integers, and of floats that are seen never to be -0.0"""
    if n.aval.dtype.kind not in "iuf":
        return None
    pairs = [ins] if n.prim.name == "sub" else [ins, ins[::-1]]
    for x, y in pairs:
        if n.aval.dtype.kind in "iu":
            exact = is_constant(y, 0)
        else:
            exact = is_constant(y, 0.0 if n.prim.name == "sub" else -0.0)
            exact = exact or (is_constant(y, 0.0, -0.0) and never_negative_zero(x))
        if exact:
            return stretched(x, n)
    return None


def stretched(x, n):
    """x in the shape of n, if it has the dtype."""
    if known_aval(x).dtype != n.aval.dtype or known_aval(x).shape == n.aval.shape:
        return x
    new = len(n.aval.shape) - len(known_aval(x).shape)
    return made("broadcast", x, shape=n.aval.shape, axes=tuple(range(new)), like=n)


@pattern("neg", "conj", "logical_not")
def twice(n, ins):
    """--x, conj(conj(x)), not not x of bools = x"""
    return ins[0].ins[0] if is_node(ins[0], n.prim.name) else None


@pattern("add", "sub")
def of_negated(n, ins):
    """x + -y = x - y, -x + y = y - x, x - -y = x + y"""
    x, y = ins
    if is_node(y, "neg") and same_dtype(n, y):
        return made("sub" if n.prim.name == "add" else "add", x, y.ins[0], like=n)
    if n.prim.name == "add" and is_node(x, "neg") and same_dtype(n, x):
        return made("sub", y, x.ins[0], like=n)
    return None


@pattern("mul", "div")
def both_negated(n, ins):
    """-x * -y = x * y, -x / -y = x / y"""
    if not all([is_node(x, "neg") and same_dtype(n, x) for x in ins]) or n.aval.dtype.kind not in "if":
        return None
    return made(n.prim.name, ins[0].ins[0], ins[1].ins[0], like=n)


@pattern("positive")
def plus(n, ins):
    """+x = x"""
    return ins[0]


# ------------------------------------------------------------------------------------------------ powers, choices
@pattern("power")
def small_power(n, ins):
    """x ** 1 = x; x ** 2 = square(x), x ** -1 = reciprocal(x) of real float arrays, as NumPy has it"""
    x, y = ins
    if type(y) not in (int, float) or not is_real(x):
        return None
    if y == 1:
        return x
    return made({2: "square", -1: "reciprocal"}[y], x, like=n) if y in (2, -1) else None


@pattern("integer_power")
def small_integer_power(n, ins):
    """integer_power(x, 1) = x, integer_power(x, 2) = square(x), of arrays"""
    k = n.params["exponent"]
    return ins[0] if k == 1 else made("square", ins[0], like=n) if k == 2 else None


@pattern("where")
def same_choice(n, ins):
    """where(m, x, x) = x; where(True, x, y) = x; where(False, x, y) = y; where(not m, x, y) = where(m, y, x), of bools m"""
    m, x, y = ins
    if x is y:
        return x
    value = constant(m)
    if value is not NONE:
        return x if value else y
    if is_node(m, "logical_not") and m.ins[0].aval.dtype.kind == "b":
        return made("where", m.ins[0], y, x, like=n)
    return None


@pattern("logical_and", "logical_or")
def twice_the_same(n, ins):
    """m and m, m or m = m, of bools"""
    return ins[0] if ins[0] is ins[1] else None


@pattern("real", "imag")
def part_of_parts(n, ins):
    """real(complex(x, y)) = x, imag(complex(x, y)) = y, of parts of one dtype and shape; real(x) of a real x = x"""
    x = ins[0]
    if is_node(x, "complex"):
        return x.ins[n.prim.name == "imag"]
    return x if n.prim.name == "real" and known_aval(x).dtype.kind != "c" else None


# ------------------------------------------------------------------------------------------------ moving elements
@pattern("transpose")
def transposed_twice(n, ins):
    """transpose(transpose(x)) = one transpose, or x where the axes come back in order"""
    x, perm = ins[0], n.params["perm"]
    if is_node(x, "transpose"):
        x, perm = x.ins[0], tuple([x.params["perm"][p] for p in perm])
        if perm != tuple(range(len(perm))):
            return made("transpose", x, perm=perm, like=n)
    return x if perm == tuple(range(len(perm))) else None


@pattern("reshape")
def reshaped_twice(n, ins):
    """reshape(reshape(x)) = one reshape, or x where it has the shape"""
    x = ins[0]
    if is_node(x, "reshape"):
        x = x.ins[0]
        if known_aval(x).shape != n.aval.shape:
            return made("reshape", x, shape=n.aval.shape, like=n)
    return x


@pattern("getitem")
def indexed_in_order(n, ins):
    """x[idx] that keeps every element in its order = reshape(x), or x; but a single element (which may be a NumPy scalar)"""
    shape = known_aval(ins[0]).shape
    if not n.aval.shape or not in_order(n.params["idx"], shape):
        return None
    return ins[0] if shape == n.aval.shape else made("reshape", ins[0], shape=n.aval.shape, like=n)


def in_order(idx, shape):
    """Does a basic index keep every element, in order? New axes, and integers on axes of size 1, only change the shape."""
    axes = [i for i in idx if i is not None and i is not Ellipsis]
    sizes = iter(shape)
    for i in idx:
        if i is Ellipsis:
            for _ in range(len(shape) - len(axes)):
                next(sizes)
        elif i is not None:
            k = next(sizes)
            if isinstance(i, slice):
                if i.indices(k) != (0, k, 1):
                    return False
            elif k != 1 or isinstance(i, (bool, np.bool_)):
                return False
    return True


@pattern("broadcast")
def broadcast_twice(n, ins):
    """broadcast(broadcast(x)) = one broadcast; one that repeats nothing = reshape(x), or x"""
    x, shape, axes = ins[0], n.params["shape"], n.params["axes"]
    aval = known_aval(x)
    if len(shape) != len(aval.shape) + len(axes):
        return None
    if is_node(x, "broadcast") and len(aval.shape) == len(known_aval(x.ins[0]).shape) + len(x.params["axes"]):
        old = [a for a in range(len(shape)) if a not in axes]  # where the axes of x stand in the result
        axes = tuple(sorted([*axes, *[old[a] for a in x.params["axes"]]]))
        return made("broadcast", x.ins[0], shape=shape, axes=axes, like=n)
    if is_node(x, "reshape") and not aval.weak:
        return broadcast_of_reshaped(n, x, shape, axes)
    if np.prod(shape) != np.prod(aval.shape) or 0 in shape:
        return None
    return x if shape == aval.shape else made("reshape", x, shape=shape, like=n)


def broadcast_of_reshaped(n, x, shape, axes):
    """A reshape that only inserts axes of size 1 is part of the broadcast."""
    inner = known_aval(x.ins[0])
    inserted = inserted_axes(inner.shape, x.aval.shape)
    if inserted is None or inner.weak:
        return None
    old = [a for a in range(len(shape)) if a not in axes]
    axes = tuple(sorted([*axes, *[old[a] for a in inserted]]))
    return made("broadcast", x.ins[0], shape=shape, axes=axes, like=n)


def inserted_axes(inner, outer):
    """The positions in `outer` that are new axes of size 1, if that is all it adds to `inner`; else None."""
    left, new = list(inner), []
    for a, k in enumerate(outer):
        if left and k == left[0]:
            left.pop(0)
        elif k == 1:
            new.append(a)
        else:
            return None
    return None if left else new


def without_broadcast(n, ins):
    """f(x, broadcast(y)) = f(x, y), elementwise, where NumPy broadcasts y itself; an array of one value = that scalar"""
    for i, y in enumerate(ins):
        if type(y) is not GraphNode or y.prim is None or y.prim.name not in ("broadcast", "full") or y.aval.shape == ():
            continue
        for v in narrower(y):
            others = [*ins[:i], v, *ins[i + 1 :]]
            if (
                any([type(x) is GraphNode for x in others])
                and n.prim.aval(*map(known_aval, others), **n.params) == n.aval
            ):
                return GraphNode(n.prim, tuple(others), n.params, n.aval, n.site)
    return None


def narrower(y):
    """What may stand for a broadcast operand: its one value, or what was repeated, with axes of size 1."""
    value = constant(y)
    if value is not NONE:
        if y.aval.dtype.kind in "fc" or isinstance(value.item(), int):
            yield value.item()
        yield value
        return
    x, shape, axes = y.ins[0], y.aval.shape, y.params["axes"]
    aval = known_aval(x)
    if aval.weak or len(shape) != len(aval.shape) + len(axes):
        return
    own = iter(aval.shape)
    small = [1 if a in axes else next(own) for a in range(len(shape))]
    while small and small[0] == 1 and len(small) > len(aval.shape):
        small.pop(0)
    yield x if tuple(small) == aval.shape else made("reshape", x, shape=tuple(small), like=y)


# ------------------------------------------------------------------------------------------------ dtypes
@pattern("cast")
def cast_twice(n, ins):
    """cast(cast(x)) = cast(x) where the inner one loses nothing; cast(x) to x's own dtype = x"""
    x = ins[0]
    if known_aval(x).dtype == n.aval.dtype and not known_aval(x).weak:
        return x
    if not is_node(x, "cast") and not is_node(x, "weak"):
        return None
    before = known_aval(x.ins[0])
    if not keeps(before, x.aval.dtype) or (before.dtype.kind == "f" and n.aval.dtype.kind in "iu"):
        return None  # (what a float too large for an integer becomes depends on the float's size)
    return x.ins[0] if before.dtype == n.aval.dtype else made("cast", x.ins[0], dtype=n.aval.dtype, like=n)


@pattern("weak")
def weak_twice(n, ins):
    """weak(x) of a Python number = x"""
    return ins[0]


BITS = {"e": 11, "f": 24, "d": 53, "F": 24, "D": 53}  # whole numbers up to 2**BITS are exact


def keeps(before, after):
    """Does a dtype hold every value of an aval, so that casting there and on is casting on? (A Python int has any size.)"""
    if before.weak and before.dtype.kind == "i" or after == BFLOAT16:
        return False
    a, b = before.dtype.kind, after.kind
    if a == "b":
        return b in "iufc"
    if a in "iu" and b in "fc":
        return before.dtype.itemsize * 8 - (a == "i") <= BITS.get(after.char, 0)
    return a + b in ("ii", "uu", "ui", "ff", "fc", "cc") and np.can_cast(before.dtype, after, "safe")


# ------------------------------------------------------------------------------------------------ sums: these change rounding
@pattern("sum")
def sum_of_nothing(n, ins):
    """sum(x, axes=()) = x"""
    return ins[0] if not n.params["axes"] else None


@pattern("sum")
def sum_twice(n, ins):
    """sum(sum(x)) = one sum over all their axes"""
    x = ins[0]
    if not is_node(x, "sum"):
        return None
    inner = x.params["axes"]
    left = [a for a in range(len(known_aval(x.ins[0]).shape)) if a not in inner]
    axes = tuple(sorted([*inner, *[left[a] for a in n.params["axes"]]]))
    return made("sum", x.ins[0], axes=axes, like=n)


@pattern("sum")
def sum_of_broadcast(n, ins):
    """sum(broadcast(x)) over axes that were repeated k times in all = k * x, of float32 and float64"""
    x, axes = ins[0], n.params["axes"]
    if not is_node(x, "broadcast") or n.aval.dtype.char not in "fd" or 0 in x.aval.shape:
        return None
    y, new = x.ins[0], x.params["axes"]
    shape, own = x.aval.shape, known_aval(x.ins[0])
    if len(shape) != len(own.shape) + len(new) or own.weak:
        return None
    at = {a: i for i, a in enumerate([a for a in range(len(shape)) if a not in new])}  # axis of x -> that of y
    repeated = [a for a in axes if a in new or own.shape[at[a]] != shape[a]]
    if any([a not in axes for a in range(len(shape)) if a in new or own.shape[at[a]] != shape[a]]) or not repeated:
        return None
    k = int(np.prod([shape[a] for a in repeated]))
    rest = tuple([at[a] for a in axes if a in at])
    summed = made("sum", y, axes=rest, like=n) if rest else y
    return summed if k == 1 else made("mul", summed, float(k), like=n)


@pattern("sum")
def sum_of_moved(n, ins):
    """sum(transpose(x)), sum(reshape(x)) over all axes = sum(x); sum(transpose(x)) whose other axes keep their order = sum(x)"""
    x, axes = ins[0], n.params["axes"]
    if is_node(x, "reshape") and len(axes) == len(x.aval.shape):
        return made("sum", x.ins[0], axes=tuple(range(len(known_aval(x.ins[0]).shape))), like=n)
    if is_node(x, "transpose"):
        perm = x.params["perm"]
        left = [p for a, p in enumerate(perm) if a not in axes]
        if left == sorted(left):
            return made("sum", x.ins[0], axes=tuple(sorted([perm[a] for a in axes])), like=n)
    return None


def rules():
    """Every pattern once, in the order of this file."""
    return [*dict.fromkeys([f for fs in PATTERNS.values() for f in fs]), without_broadcast]


__all__ = ["PATTERNS", "rules", "simplification"]
