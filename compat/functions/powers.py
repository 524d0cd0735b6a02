"""The operators ** and %, whose nodes torch numbers by which of the two operands is a Tensor."""

import operator

import numpy as np

from funcgrad.core.state import shared, tls
from funcgrad.core.tracebacks import drop

from .._recorded_writes import recorded_at_once
from ..dtypes import LONG, beyond
from ..graph import label as set_label
from ..payload import current
from ..tensor import Tensor
from .arithmetic import Arithmetic, install_operators, quick_binary, refuse_zero, unsuitable, without_derivative
from .call_errors import MISSING, MISTAKEN, answer, holds_alike, need_function, to_places, unusual
from .forward_mode import refuse_tangents
from .nodes import named
from .operands import P, as_operand, cast, dtype_of, in_c_order, promoted, rank
from .out_argument import store
from .register import operation, publish
from .untracked import by_positive


def refuse_negative_powers(a, b):
    """torch has no integer to the power of a negative number."""
    if type(b) is int and not 0 <= b <= LONG[1] and rank(a)[0].kind in "biu":
        if b < 0:
            raise beyond(b) or RuntimeError("Integers to negative integer powers are not allowed.")
        raise beyond(b) or RuntimeError("value cannot be converted to type int64_t without overflow")


POW = Arithmetic("pow", "power", refuse=refuse_negative_powers)
REMAINDER = Arithmetic("remainder", "remainder", refuse=refuse_zero)
FMOD = Arithmetic("fmod", "fmod", refuse=refuse_zero)


def numbered(arithmetic, names, labels):
    """(function, operator, reflected operator, in-place form) whose node torch numbers by what is a Tensor: the first
    operand alone, both, or the second alone."""
    quick, slow = arithmetic.quick, arithmetic.slow
    first, both, second = labels

    def call(x, y, modulus=None):
        if modulus is not None:  # (of pow, which Python calls an operator too)
            return NotImplemented
        if shared.staging and tls.packing is not None and not tls.packing.within:
            return tls.packing.around(call, x, y)
        try:
            got = quick(x, y)
            if got is not NotImplemented and got.mark is not None:
                of_two = isinstance(y, Tensor)
                name = both if of_two else first
                if got.mark.plan is None or got.mark.plan.label != name:  # (else it was written out with it)
                    set_label(got, name, (x, y) if of_two else (x,))
            return got
        except BaseException as error:
            drop(error)
            raise

    def reflected(y, x):
        if shared.staging and tls.packing is not None and not tls.packing.within:
            return tls.packing.around(reflected, y, x)
        divisor = second is None and not isinstance(x, Tensor)  # of a number, by which torch has no derivative
        if divisor:
            refuse_tangents(f"aten::{names[0]}", y)
        got = slow(x, y)
        if got is NotImplemented:
            return got
        return without_derivative(f"aten::{names[0]}", got, y) if divisor else named(got, second or both, (y,))

    def function(input=MISSING, other=MISSING, /, *more, out=MISSING, **unknown):
        try:
            if more or unknown:
                input, other = to_places((input, other), unknown)
                if more or unknown:
                    raise TypeError("too many arguments")
            if not isinstance(input, Tensor) and (names[0] == "fmod" or not isinstance(other, Tensor)):
                raise unsuitable(names[0], input, other)  # (fmod takes no number there, as remainder does)
            got = call(input, other) if isinstance(input, Tensor) else reflected(other, input)
            if got is NotImplemented:
                raise unsuitable(arithmetic.name, input, other)
            if out is MISSING:
                return got
            need_function(names[0], (input, other), out)
            return got if out is None else store(arithmetic.name, out, got, (input, other), function)
        except BaseException as error:
            if type(error) in MISTAKEN and holds_alike((input, other), {}):
                return unusual(function, (input, other, *more), unknown, error)
            error = answer(
                error, names[0], (input, other, *more), unknown if out is MISSING else {**unknown, "out": out}
            )
            raise error

    def inplace(self, other=MISSING, /, *more, **unknown):
        try:
            if more or unknown:
                self, other = to_places((self, other), unknown)
                if more or unknown:
                    raise TypeError("too many arguments")
            if isinstance(self, Tensor) and recorded_at_once(call, self, other):
                return self
            if isinstance(other, Tensor):
                return arithmetic.inplace(self, other, label=both, operands=(self, other))
            return arithmetic.inplace(self, other, label=first, operands=(self,))
        except BaseException as error:
            error = answer(error, names[0] + "_", (self, other, *more), unknown)
            raise error

    function.__name__, inplace.__name__ = names[0], names[0] + "_"
    function.__doc__ = f"The {names[0]} of two Tensors, or of a Tensor and a number, broadcast."
    publish(function, names, True, True)
    publish(inplace, [n + "_" for n in names], False, True)
    return function, call, reflected, inplace


def by_kind(name):
    return f"{name}Backward0", f"{name}Backward1", f"{name}Backward1"


remainder, _mod, *_operators = numbered(REMAINDER, ("remainder",), (*by_kind("Remainder")[:2], None))
install_operators("mod", by_positive(operator.mod, _mod), *_operators)
numbered(FMOD, ("fmod",), by_kind("Fmod"))


def integer_power(x, y):
    """x ** y of integers with a Tensor exponent: a negative exponent gives the integer part, mostly 0."""
    (c, d), dtype = promoted((x, y))
    positive = P["power"](c, P["maximum"](d, 0, kink="torch"))
    sign = P["where"](P["equal"](P["bitwise_and"](d, 1), 0), 1, -1)
    inverse = P["where"](P["equal"](c, 1), 1, P["where"](P["equal"](c, -1), sign, 0))
    return cast(P["where"](P["less"](d, 0), inverse, positive), dtype)


def whole_numbers(x, y):
    kinds = rank(x)[0].kind + rank(y)[0].kind
    return kinds != "bb" and kinds[0] in "iub" and kinds[1] in "iub"


def power_of_anything(x, y, slow=POW.slow):
    try:
        if type(y) is bool and isinstance(x, Tensor) and dtype_of(current(x)).kind == "b":
            return x | (not y)  # (of two Tensors there is no such power)
        x, y = as_operand(x), as_operand(y)
        if isinstance(y, Tensor) and x is not NotImplemented and whole_numbers(x, y):
            return integer_power(*(current(o) if isinstance(o, Tensor) else o for o in (x, y)))
        got = slow(x, y)
        return (
            got if isinstance(x, Tensor) or got is NotImplemented else in_c_order(got)
        )  # (as torch has those of a number)
    except BaseException as error:
        drop(error)
        raise


POW.slow = power_of_anything
POW.quick = quick_binary("power", power_of_anything, labels=("PowBackward0", "PowBackward1"))
_power, *_operators = numbered(POW, ("pow",), ("PowBackward0", "PowBackward1", "PowBackward2"))
install_operators("pow", *_operators)


@operation(numbers=True)
def pow(input, exponent):
    """input ** exponent, broadcast; the gradient at 0 ** 0 is 0, as torch has it."""
    return _power(input, exponent)


@operation(function=False)
def pow_(self, exponent):
    """self ** exponent, in place."""
    return _operators[2](self, exponent)


@operation(numbers=True)
def float_power(input, exponent):
    """input ** exponent in float64 (or complex128)."""
    return _power(*(in_double(x) for x in (input, exponent)))


def in_double(x):
    if not isinstance(x, Tensor):
        return complex(x) if isinstance(x, complex) else float(x)
    x = current(x)
    return cast(x, np.dtype(np.complex128 if dtype_of(x).kind == "c" else np.float64))
