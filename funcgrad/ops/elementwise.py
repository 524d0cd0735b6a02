"""Elementwise arithmetic, comparison and selection. A formula says what the operation does to a (co)tangent `t`.

Invariant: an operator on Python scalars alone is Python's own, so that what NumPy treats as weak stays weak on every
road an operation can take (the written-out one, rules, compiled code).
"""

import math
import operator

import numpy as np

from ..core.aval import Aval, ndarray, promotion_key, shape_of
from ..core.primitive import elementwise
from .shape import zeros_like  # noqa: F401  (formulas name it)

add = elementwise("add", np.add, "t", "t", symbol="+", jax="numpy.add", dtypes="fcib")
sub = elementwise("sub", np.subtract, "t", "-t", symbol="-", jax="numpy.subtract", dtypes="fci")
mul = elementwise("mul", np.multiply, "t * y", "t * x", symbol="*", jax="numpy.multiply", dtypes="fcib")
div = elementwise(
    "div",
    np.true_divide,
    "t / y",
    "-t * out / y",
    tape=("t / y", "-t * (x / y / y)"),
    symbol="/",
    jax="numpy.true_divide",
    dtypes="fci",
    domain=("real", "nonzero"),
)


def negate(memory):
    """memory <- -memory. (NumPy 2.4 writes wrong elements where 16 or 64 bytes lie between them: numpy.negative of float32[::4].)"""
    if memory.flags.c_contiguous:
        np.negative(memory, out=memory)
    else:
        memory[...] = np.negative(memory)


neg = elementwise(
    "neg", np.negative, "-t", symbol="-", impl=operator.neg, into=negate, jax="numpy.negative", dtypes="fci"
)
positive = elementwise("positive", np.positive, "t", symbol="+", impl=operator.pos, jax="numpy.positive", dtypes="fci")


# ------------------------------------------------------------------------------------------------ comparison
def compare(name, ufunc, symbol, dtypes="fib"):
    return elementwise(
        name,
        ufunc,
        nondiff="a comparison is piecewise constant",
        dtype=bool,
        symbol=symbol,
        jax=f"numpy.{name}",
        dtypes=dtypes,
    )


greater = compare("greater", np.greater, ">")
greater_equal = compare("greater_equal", np.greater_equal, ">=")
less = compare("less", np.less, "<")
less_equal = compare("less_equal", np.less_equal, "<=")
equal = compare("equal", np.equal, "==", "fcib")
not_equal = compare("not_equal", np.not_equal, "!=", "fcib")


# ------------------------------------------------------------------------------------------------ selection
BITS = {"e": np.int16, "f": np.int32, "d": np.int64}


def is_zero(x):
    """Is this the Python scalar +0?"""
    return not x if type(x) is int else type(x) is float and x == 0 and math.copysign(1.0, x) > 0


def kept(x, mask):
    """x where mask, else 0: x's bits times the mask: exact for nan and inf, and 8 times faster than np.where."""
    bits = BITS[x.dtype.char]
    if x.shape != mask.shape:
        out = np.empty(np.broadcast(x, mask).shape, x.dtype)
    else:
        out = np.empty(x.shape, x.dtype) if mask.flags.c_contiguous else np.empty_like(x)
    np.multiply(x.view(bits), mask, out=out.view(bits))
    return out


def maskable(mask, x):
    """Can x be masked by its bits, and does the result lie as x's copy? (Two orders of memory are np.where's to weigh.)"""
    return (
        type(mask) is ndarray
        and mask.dtype.char == "?"
        and type(x) is ndarray
        and x.dtype.char in BITS
        and (mask.flags.c_contiguous and (x.flags.c_contiguous or stretched(mask, x)) or laid_alike(mask, x))
    )


def stretched(mask, x):
    """Has x the mask's shape, some of its dimensions being one number repeated, and lie the others in C order?"""
    if x.shape != mask.shape or 0 not in x.strides:
        return False
    steps = [s for s in x.strides if s]
    return steps == sorted(steps, reverse=True)


def laid_alike(mask, x):
    """Do the elements of two arrays of one shape lie in one order, without gaps?"""
    return x.shape == mask.shape and x.strides == tuple([s * x.itemsize for s in mask.strides]) and 0 not in x.strides


FEW = 2048  # numbers, of which a masked copy is sooner made


def _where(mask, x, y):
    if is_zero(y) and maskable(mask, x):
        return cleared(x, ~mask) if x.size < FEW and x.shape == mask.shape else kept(x, mask)
    if is_zero(x) and maskable(mask, y):
        return cleared(y, mask) if y.size < FEW and y.shape == mask.shape else kept(y, ~mask)
    return np.where(mask, x, y)


def cleared(x, mask):
    """x, but 0 where mask."""
    out = x.copy("K")
    np.putmask(out, mask, 0)
    return out


def _where_aval(mask, x, y):
    return Aval(np.broadcast_shapes(*map(shape_of, (mask, x, y))), np.result_type(*map(of_weak, (x, y))))


def of_weak(x):
    """What np.result_type takes for an operand: a dtype, or a Python scalar for a weak one."""
    key = promotion_key(x)
    return key(0) if isinstance(key, type) else key


def _where_text(w, out, mask, x, y):
    """x where mask, else 0, by its bits, as in `kept`."""
    zero = y.constant and y.aval.weak and w.constant_of(y) == 0 and is_zero(w.constant_of(y))
    if not zero or mask.aval.dtype.char != "?" or x.aval.weak or x.aval.dtype.char not in BITS or not mask.aval.shape:
        return None
    shape = np.broadcast_shapes(x.aval.shape, mask.aval.shape)
    if not x.aval.shape:
        return None
    bits = np.dtype(BITS[x.aval.dtype.char])
    out = w.memory(out, Aval(shape, x.aval.dtype))
    w.line(w.call(np.multiply, "multiply", [w.viewed(x, bits), mask, w.out_viewed(out, bits)]))
    return out


where = elementwise(
    "where",
    np.where,
    "zeros_like(t)",
    "where(x, t, 0)",
    "where(x, 0, t)",
    impl=_where,
    aval=_where_aval,
    jax="numpy.where",
    dtypes="fci",
    domain=("bool", "real", "real"),
    scalar="{1} if {0} else {2}",
    numpy=_where_text,
    fresh=True,
)
