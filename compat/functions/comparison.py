"""Comparisons, logical and bitwise operations, and the questions asked of floats. None has a derivative."""

import operator

import numpy as np

from funcgrad.core import state
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..autograd.grad_mode import call_in
from ..payload import current
from ..tensor import Tensor
from .arithmetic import check_in_place, general, install_operators, swapped, unsuitable
from .call_errors import (
    MISSING,
    MISTAKEN,
    answer,
    answering,
    holds_alike,
    need_function,
    not_a_tensor,
    to_places,
    unusual,
)
from .creation import for_each_sample
from .forward_mode import refuse_tangents
from .levels import has_tangent
from .operands import (
    BOOL,
    KINDS_OF_INTEGER,
    P,
    as_operand,
    cast,
    check_sizes,
    dtype_of,
    iterated,
    laid_like,
    new,
    number,
    rank,
    shape_of,
)
from .out_argument import store
from .refusals import need_dtype
from .register import FUNCTIONS, install, operation, publish
from .untracked import COMPARED, WHOLE, untracked
from .writing import in_place, kept, rewrite, spoken


# ------------------------------------------------------------------------------------------------ comparisons
def comparison(name, prim, op, longer):
    slow = general(name, prim)
    quick = untracked(op, slow, COMPARED)

    def function(input=MISSING, other=MISSING, /, *more, out=MISSING, **unknown):
        try:
            if more or unknown or not isinstance(input, Tensor):
                input, other = to_places((input, other), unknown)
                if more or unknown or not isinstance(input, Tensor):
                    raise TypeError(f"{name}() takes a Tensor, another operand and out=")
            got = quick(input, other)
            if got is NotImplemented:
                raise unsuitable(name, input, other)
            if out is MISSING:
                return got
            need_function(name, (input, other), out)
            return got if out is None else store(name, out, got, (input, other), function)
        except BaseException as error:
            if type(error) in MISTAKEN and holds_alike((input, other), {}):
                return unusual(function, (input, other, *more), unknown, error)
            error = answer(error, name, (input, other, *more), unknown if out is MISSING else {**unknown, "out": out})
            raise error

    def inplace(self, other):
        got = function(kept(self), other)
        if has_tangent(self):  # (which becomes zero, as where an element is chosen that has none)
            got = P["where"](True, cast(current(got), dtype_of(current(self))), kept(self))
        return rewrite(self, got, f"{name.capitalize()}Backward0", (self,))

    function.__name__, inplace.__name__ = name, name + "_"
    function.__doc__ = (
        f"input {'== != > >= < <='.split()[('eq', 'ne', 'gt', 'ge', 'lt', 'le').index(name)]} other, broadcast."
    )
    names = (name, longer) if longer else (name,)
    publish(function, names, True, True)
    publish(answering(inplace), [n + "_" for n in names], False, True)
    install(f"__{name}__", untracked(op, taking_arrays(slow), COMPARED) if name == "eq" else quick)


def taking_arrays(slow):
    """slow, which gets an ndarray as a Tensor over its memory: == is the one operator that takes them in torch."""

    def call(x, y):
        if isinstance(y, np.ndarray):
            try:
                y = FUNCTIONS["from_numpy"](y)
            except TypeError:
                return NotImplemented
        return slow(x, y)

    return call


for _name, _prim, _op, _longer in (
    ("gt", "greater", operator.gt, "greater"),
    ("ge", "greater_equal", operator.ge, "greater_equal"),
    ("lt", "less", operator.lt, "less"),
    ("le", "less_equal", operator.le, "less_equal"),
    ("eq", "equal", operator.eq, None),
    ("ne", "not_equal", operator.ne, "not_equal"),
):
    comparison(_name, _prim, _op, _longer)
Tensor.__hash__ = object.__hash__  # defining __eq__ took it away


# ------------------------------------------------------------------------------------------------ logic and bits
def written_unseen(self, result):
    """Write truth values: torch records no such write, takes leaves for it, and lets a tangent be what it was."""
    call_in(False, rewrite, self.detach() if has_tangent(self) else self, result)
    return self


def logical(name):
    """torch.logical_<name> of operands of any dtype."""
    p = P["logical_" + name]

    def function(input, other):
        if not isinstance(other, Tensor):
            raise not_a_tensor("logical_" + name, other, 2, "other")
        x, y = current(input), current(other)
        check_sizes(x, y)
        return p(x, y)

    function.__doc__ = f"{name} of the truth values (not zero) of two Tensors, broadcast."
    f = operation(name="logical_" + name)(function)

    def inplace(self, other):
        return written_unseen(self, f(kept(self), other))

    inplace.__name__ = f"logical_{name}_"
    publish(answering(inplace), (f"logical_{name}_",), False, True)


for _name in ("and", "or", "xor"):
    logical(_name)


@operation()
def logical_not(input):
    """Is the element zero?"""
    return P["logical_not"](current(input))


@operation(function=False)
def logical_not_(self):
    """logical_not, in place."""
    return written_unseen(self, logical_not(kept(self)))


def bitwise(name, prim, operator_name, spoken_as, bools=True):
    """torch.bitwise_<name>, its in-place twin and operator, of integers and booleans."""
    p = P[prim]

    def refuse(a, b):
        refuse_tangents(f"aten::{name}", a, b)
        d = dtypes.result_dtype([rank(a), rank(b)])
        if d.kind not in ("biu" if bools else "iu") or not bools and d in dtypes.UNSIGNED:
            if isinstance(a, Tensor) and isinstance(b, Tensor):
                check_sizes(current(a), current(b))
            raise NotImplementedError(f"\"{spoken_as}\" not implemented for '{spoken(d)}'")

    slow = general(name, prim, refuse=refuse)

    def function(input, other):
        got = slow(input, other)
        if got is NotImplemented:
            raise unsuitable(name, input, other)
        return got

    def inplace(self, other):
        given, other = other, as_operand(other)
        if other is NotImplemented:
            raise unsuitable(name + "_", self, given)
        refuse_tangents(f"aten::{name}_", self, other)
        check_in_place(self, other)
        refuse(self, other)
        d = dtype_of(current(self))
        if isinstance(other, Tensor) and dtype_of(current(other)) != d:
            return rewrite(self, slow(kept(self), other))
        if not isinstance(other, Tensor):
            other = number(other, d)
        return in_place(self, p, other)

    function.__doc__ = f"{name} of integers or booleans (one of them may be a number), broadcast."
    operation(name=name, numbers=True)(function)
    inplace.__name__ = name + "_"
    inplace = answering(inplace)
    publish(inplace, (name + "_",), False, True)
    quick = untracked(getattr(operator, f"__{operator_name}__"), slow, WHOLE) if bools else slow
    install_operators(operator_name, quick, swapped(slow), inplace)


bitwise("bitwise_and", "bitwise_and", "and", "bitwise_and_cpu")
bitwise("bitwise_or", "bitwise_or", "or", "bitwise_or_cpu")
bitwise("bitwise_xor", "bitwise_xor", "xor", "bitwise_xor_cpu")
bitwise("bitwise_left_shift", "left_shift", "lshift", "lshift_cpu", bools=False)
bitwise("bitwise_right_shift", "right_shift", "rshift", "rshift_cpu", bools=False)


@operation()
def bitwise_not(input):
    """The bits turned over; of booleans, not."""
    refuse_tangents("aten::bitwise_not", input)
    t = current(input)
    if dtype_of(t).kind not in KINDS_OF_INTEGER:
        raise NotImplementedError(f"\"bitwise_not_cpu\" not implemented for '{spoken(dtype_of(t))}'")
    return P["bitwise_not"](t)


def invert(self):
    if self.owner is TAPE and self.val.dtype is BOOL and not state.shared.staging and self.alias is None:
        return Tensor(np.asarray(~self.val), None, TAPE)
    if dtype_of(current(self)).kind not in KINDS_OF_INTEGER:
        raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return bitwise_not(self)


install("__invert__", invert)


@operation(function=False)
def bitwise_not_(self):
    """bitwise_not, in place."""
    refuse_tangents("aten::bitwise_not_", self)
    return rewrite(self, bitwise_not(kept(self)))


# ------------------------------------------------------------------------------------------------ questions
def question(name, prim, exact):
    """torch.<name>; `exact` is the answer for integers."""
    p = P[prim]

    def function(input):
        t = current(input)
        if dtype_of(t).kind in KINDS_OF_INTEGER:
            lay = iterated if name == "isnan" else laid_like  # (torch compares with itself there)
            return lay(for_each_sample(t, np.full(shape_of(t), exact)), t)
        return p(t)

    function.__doc__ = f"{name} of each element."
    return operation(name=name)(function)


isnan = question("isnan", "isnan", False)
isinf = question("isinf", "isinf", False)
isfinite = question("isfinite", "isfinite", True)


@operation()
def isposinf(input):
    """Is the element +inf?"""
    return isinf(input) & (input > 0)


@operation()
def isneginf(input):
    """Is the element -inf?"""
    return isinf(input) & (input < 0)


@operation()
def isreal(input):
    """Has the element no imaginary part?"""
    t = current(input)
    return input.imag == 0 if dtype_of(t).kind == "c" else laid_like(for_each_sample(t, np.ones(shape_of(t), bool)), t)


@operation()
def signbit(input):
    """Is the element negative, or -0?"""
    t = current(input)
    need_dtype("signbit", dtype_of(t))
    return P["signbit"](t) if dtype_of(t).kind == "f" else iterated(P["less"](t, 0), t)


@operation()
def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Is |input - other| at most atol + rtol * |other|, or are both equal?"""
    x, y = current(input).detach(), current(other).detach()
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError(f"{spoken(dtype_of(x))} did not match {spoken(dtype_of(y))}")
    rtol, atol = (float(e) if isinstance(e, int) else e for e in (rtol, atol))
    for what, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(f"{what} must be greater than or equal to zero, but got {tolerance:g}")
    check_sizes(x, y)
    close = x == y
    if equal_nan and dtype_of(x).kind in "fc":
        close = close | (isnan(x) & isnan(y))
    if rtol == 0 and atol == 0:
        return close
    if dtype_of(x).kind in KINDS_OF_INTEGER:
        x, y = (cast(t, dtypes.Default.numpy) for t in (x, y))
    gap = abs(x - y)
    return close | (isfinite(gap) & (gap <= atol + abs(rtol * y)))


@operation()
def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """Is every element close (isclose)? A Python bool."""
    return bool(concrete(isclose(input, other, rtol, atol, equal_nan).all(), "allclose"))


@operation()
def equal(input, other):
    """Have two Tensors the same shape and elements? A Python bool."""
    if not isinstance(other, Tensor):
        raise not_a_tensor("equal", other, 2, "other")
    x, y = (np.asarray(concrete(current(t), "equal")) for t in (input, other))
    return x.shape == y.shape and bool(np.count_nonzero(x == y) == x.size)


@operation(method=False)
def isin(elements, test_elements, *, assume_unique=False, invert=False):
    """Is each element among the test elements?"""
    for t in (elements, test_elements):
        d = rank(t)[0]
        if d.kind in "bc":
            kind = spoken(d) if isinstance(t, Tensor) else "Bool" if d.kind == "b" else "ComplexDouble"
            raise RuntimeError(f"Unsupported input type encountered for isin(): {kind}")
    x, y = (current(t) if isinstance(t, Tensor) else t for t in (elements, test_elements))
    if any(isinstance(t, Tensor) and t.owner is not TAPE for t in (x, y)):
        x, y = (t if isinstance(t, Tensor) else new(np.asarray(t)) for t in (x, y))
        found = (x.unsqueeze(-1) == y.reshape(-1)).any(-1)
        return ~found if invert else found
    x, y = (np.asarray(t.val if isinstance(t, Tensor) else t) for t in (x, y))
    return new(np.asarray(np.isin(x, y, assume_unique, invert)))
