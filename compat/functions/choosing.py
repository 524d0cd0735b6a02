"""Choosing by a mask: where, masked_fill."""

import math
from contextlib import nullcontext

import numpy as np

from funcgrad.core.halves import HALVES
from funcgrad.core.handle import Handle
from funcgrad.core.quiet import quiet
from funcgrad.core.state import shared
from funcgrad.core.strides import overlaps
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from .._recorded_writes import recorded_at_once
from ..deprecations import deprecated, once
from ..dtypes import LONG
from ..graph import label as set_label
from ..payload import current
from ..tensor import Tensor
from ..unrecorded_writes import done_at_once
from .call_errors import MISSING, answer, to_places
from .operands import (
    BOOL,
    P,
    as_operand,
    cast,
    check_sizes,
    dtype_of,
    fitting,
    in_c_order,
    need_single,
    promoted,
    shape_of,
)
from .out_argument import store
from .out_rules import C_NAMES
from .quick_roads import quick_call
from .register import FUNCTIONS, METHODS, operation, publish
from .untracked import FLOATS
from .writing import kept, rewrite, spoken

INFINITE = math.inf, -math.inf
LARGEST = float(np.finfo(np.float32).max)


def condition_of(condition):
    """A boolean (or, as torch still lets it, uint8) Tensor."""
    try:
        c = current(condition)
        d = dtype_of(c)
        if d == np.uint8:
            once("where")
            return cast(c, np.dtype(bool))
        if d.kind != "b":
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {spoken(d)}"
            )
        return c
    except BaseException as error:
        drop(error)
        raise


def is_plain(t):
    return type(t) is Tensor and t.owner is TAPE and t.alias is None


def plain_pair(c, x, y):
    """The operands of where for a mask and two Tensors of its shape and one float dtype, or one and a number, all over NumPy memory in C
    order; None for others."""
    if not is_plain(c) or c.val.dtype is not BOOL or shared.staging:
        return None
    shape = c.val.shape
    if is_plain(x):
        v = x.val
        if v.dtype not in FLOATS or v.shape != shape:
            return None
        if is_plain(y):
            return (x, y) if v.dtype is y.val.dtype and y.val.shape == shape else None
        y = of_dtype(y, v.dtype)
        return None if y is None else (x, y)
    if is_plain(y) and y.val.dtype in FLOATS and y.val.shape == shape:
        x = of_dtype(x, y.val.dtype)
        return None if x is None else (x, y)
    return None


def of_dtype(number, d):
    """A Python number in a float dtype; None where more has to be asked."""
    kind = type(number)
    if kind is float and (-1e30 < number < 1e30 or number in INFINITE) or kind is int and LONG[0] <= number <= LONG[1]:
        return d.type(number)
    return None


def where(condition=MISSING, input=MISSING, other=MISSING, /, *more, out=None, **unknown):
    """input where the condition holds, else other; with the condition alone, the indices at which it holds.

    >>> import compat as torch
    >>> torch.where(torch.tensor([True, False]), 1.0, torch.zeros(2))
    tensor([1., 0.])
    """
    if not more and not unknown and out is None and (pair := plain_pair(condition, input, other)) is not None:
        got = P["where"](condition, *pair)
        if got.mark is not None:
            set_label(got, "WhereBackward0", (input, other))
        return got
    try:
        if unknown:
            names = ("condition", "input", "other")
            condition, input, other = to_places((condition, input, other), unknown, names)
        if unknown or out is not None and not (isinstance(input, Tensor) and isinstance(other, Tensor)):
            raise TypeError("where() with out= takes three Tensors")
        if input is MISSING and other is MISSING and not more:
            concrete(current(condition) if isinstance(condition, Tensor) else condition, "where")
            return FUNCTIONS["nonzero"](condition, as_tuple=True)
        x, y = as_operand(input), as_operand(other)
        if more or x is NotImplemented or y is NotImplemented or not isinstance(condition, Tensor):
            raise TypeError("where() takes a boolean Tensor and two operands: Tensors or numbers")
        c = condition_of(condition)
        x, y = (current(o) if isinstance(o, Tensor) else o for o in (x, y))
        check_sizes(c, x, y)
        with quiet():
            (a, b), d = promoted((x, y))
        for o in (x, y):
            if type(o) is int:
                fitting(o, d)
            elif isinstance(o, float):
                need_single(o, d)
        with np.errstate(over="ignore") if d in HALVES else nullcontext():
            a, b = (o if isinstance(o, Handle) else d.type(o) for o in (a, b))
        got = P["where"](c, a, b)
        if got.mark is not None:
            set_label(got, "WhereBackward0", (input, other))
        return got if out is None else store("where", out, got, (condition, input, other))
    except BaseException as error:
        error = answer(
            error, "where", (condition, input, other, *more), unknown if out is None else {**unknown, "out": out}
        )
        raise error


publish(where, ("where",), True, False)


@operation(name="where", function=False)
def where_method(self, condition, other):
    """self where the condition holds, else other."""
    return where(condition, self, other)


def fill_value(t, value, name):
    """The value of masked_fill: a number, or a 0-d Tensor in the Tensor's dtype."""
    if isinstance(value, Tensor):
        v = current(value)
        if shape_of(v):
            raise RuntimeError(
                f"{name} only supports a 0-dimensional value tensor, but got tensor with {len(shape_of(v))} "
                "dimension(s)."
            )
        if dtype_of(v) != dtype_of(t) and v.owner is TAPE:
            fill_value(t, v.val.item(), name)  # (which refuses what does not fit)
        real = dtype_of(v).kind == "c" and dtype_of(t).kind not in "bc"
        return cast(P["real"](v) if real else v, dtype_of(t))
    d = dtype_of(t)
    if not isinstance(value, (int, float, complex, np.number, np.bool_)):
        raise TypeError(f"{name} takes a number or a Tensor")
    if d.kind == "u" and type(value) is float and value < 0:
        raise RuntimeError("value cannot be converted to type uint8_t without overflow")
    return d.type(fitting(value, d))


def check_mask(mask):
    d = dtype_of(current(mask))
    if d.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {C_NAMES.get(dtypes.name_of(d), d.name)}"
        )


@operation()
def masked_fill(input, mask, value):
    """The input with `value` where the mask holds."""
    t, m = current(input), current(mask)
    if isinstance(value, Tensor) and value.dim():
        fill_value(t, value, "masked_fill_")
    check_sizes(m, t)
    check_mask(m)
    v = fill_value(t, value, "masked_fill_")
    shown = ("MaskedFillBackward1", (input, value)) if isinstance(value, Tensor) else ("MaskedFillBackward0", (input,))
    out = in_c_order(P["where"](m, v, t))
    if out.mark is not None:
        set_label(out, *shown)
    return out


def filled(v, mask, value):
    """A copy of floats with a number where a mask holds; ValueError where these are not plain."""
    if mask.dtype is not BOOL or not (-LARGEST <= value <= LARGEST or value - value != 0):
        raise ValueError
    out = v.copy()
    np.copyto(out, value, where=mask)
    return out


quick_call(
    "masked_fill",
    "where",
    ("mask", "value"),
    "(type(value) is float or type(value) is int and -BOUND < value < BOUND)"
    " and isinstance(mask, Face) and mask.owner is TAPE and type(mask.alias) is not Frozen",
    ("if mask.alias is not None: fresh(mask)", "m, params = mask.val, {}", "out = filled(v, m, value)"),
    ("MaskedFillBackward0",),
    others={"m": "mask", "value": None},
    at=2,
    filled=filled,
)


@operation(function=False)
def masked_fill_(self, mask, value):
    """masked_fill, in place."""
    f = METHODS["masked_fill"]
    if self.mark is not None and recorded_at_once(f, self, mask, value) or done_at_once(self, f, (mask, value), {}):
        return self
    if not (isinstance(value, Tensor) and value.dim()):
        check_mask(mask)
    check_sizes(current(self), current(mask))
    c = current(self)
    if type(c.val) is np.ndarray and overlaps(c.val):
        deprecated("expanded", "masked_fill_", "mask] = scalar")
    old = kept(self)
    shown = ("MaskedFillBackward1", (old, value)) if isinstance(value, Tensor) else ("MaskedFillBackward0", (old,))
    return rewrite(self, masked_fill(old, mask, value), *shown, fills=True)
