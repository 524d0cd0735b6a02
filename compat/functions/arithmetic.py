"""The arithmetic operators with their functions, methods and in-place twins, in torch's promotion.

The common case (float Tensors of one dtype, or a Python number beside one) is the written-out call of core/written_tape.py;
anything else takes the general function here.
"""

import functools
import operator

import numpy as np

from funcgrad.core import written_tape
from funcgrad.core.handle import Frozen, Handle, fresh
from funcgrad.core.quiet import quiet
from funcgrad.core.state import shared, tls
from funcgrad.core.strides import meets
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.lazy import deferred

from .. import dtypes
from .._recorded_writes import recorded_at_once
from ..dtypes import LONG, beyond
from ..errors import type_name
from ..graph import label as set_label
from ..payload import current, node_of
from ..tensor import Tensor
from .call_errors import MISSING, MISTAKEN, answer, holds_alike, need_function, older, to_places, unusual
from .each_call import need
from .forward_mode import refuse_tangents
from .fused import scaled_sum
from .nodes import named, released
from .operands import (
    KINDS_OF_INTEGER,
    OPERANDS,
    P,
    as_operand,
    cast,
    check_sizes,
    dtype_of,
    need_room,
    new,
    number,
    promoted,
    rank,
)
from .out_argument import store
from .overlapping_memory import in_turn
from .quick_writes import overwritten
from .refusals import refusals_of
from .refusals import refuse as refuse_dtype
from .register import METHODS, install, operation, publish
from .rounding import FLOAT32, HALVES, VECTOR, at_begin, half_of, in_float32, number_in, rounded_to, widened
from .symbolic_floats import Moving
from .untracked import FLOATS, arrays_of, by_positive, is_tame, made
from .writing import check_apart, check_castable, in_place, kept, rewrite

F64 = np.dtype(np.float64)
WHOLE = frozenset(map(np.dtype, (np.int64, np.int32, np.uint8, np.bool_)))


def in_one_float(x, y, bools):
    """(x, y) with the one that holds integers (or `bools`) in the other's float dtype, or one of two float dtypes without a gradient in
    that of the result; None if that is not what they are."""
    if not (isinstance(x, Tensor) and x.owner is TAPE and not shared.staging):
        return None
    d = x.val.dtype
    if isinstance(y, Tensor):
        if y.owner is TAPE:
            e = y.val.dtype
            if d in FLOATS and e in FLOATS and d is not e:
                if d is F64 if (not x.val.ndim) is (not y.val.ndim) else x.val.ndim:
                    w = in_float(y, d) if y.mark is None or not tls.grad else None
                    return None if w is None else (x, w)
                w = in_float(x, e) if x.mark is None or not tls.grad else None
                return None if w is None else (w, y)
            if d in FLOATS and e in WHOLE and (bools or e.kind != "b") and (w := in_float(y, d)) is not None:
                return x, w
            if e in FLOATS and d in WHOLE and (bools or d.kind != "b") and (w := in_float(x, e)) is not None:
                return w, y
    elif type(y) is float and d in WHOLE and (bools or d.kind != "b") and dtypes.Default.numpy in FLOATS:
        w = in_float(x, dtypes.Default.numpy)
        return None if w is None else (w, y)
    return None


def in_float(t, d):
    """A Tensor in C order as one of float dtype d, which has its version: a later change of t is seen in a backward."""
    if t.alias is not None:
        fresh(t)
        if type(t.alias) is Frozen:
            return None
    if not t.val.flags.c_contiguous:
        return None
    w = Tensor(t.val.astype(d), None, TAPE)
    w.store = t.store or t.stamp()[0]
    return w


@functools.cache
def called(prim):
    """(a primitive by name, the parameters with which compat calls it: torch's choice at its kinks)."""
    return P[prim], {"kink": "torch"} if "kink" in P[prim].params else {}


def quick_unary(prim, slow, case=None):
    """What compat calls for a float Tensor: the written-out function of a primitive, by name, or `slow`."""
    return deferred(lambda: slow if P[prim].nondiff else written_tape.tape_unary(P[prim], Tensor, slow, case))


def quick_binary(prim, slow, case=None, **how):
    """Likewise, for two operands of which the first is a Tensor."""
    return deferred(lambda: slow if P[prim].nondiff else written_tape.tape_binary(P[prim], Tensor, slow, case, **how))


def unsuitable(name, x, y):
    """The TypeError for what is neither a Tensor nor a number."""
    at, bad = (1, x) if as_operand(x) is NotImplemented else (2, y)
    return TypeError(
        f"{name}(): argument '{('input', 'other')[at - 1]}' (position {at}) must be Tensor, not {type_name(bad)}"
    )


def general(name, prim, floating=False, refuse=None, of_complex=None):
    """f(x, y) for any operands; NotImplemented for what is neither a Tensor nor a number. `of_complex`: what is computed for
    complex ones where the primitive takes none."""
    shown = f"{name.capitalize()}Backward0"
    refused = refusals_of(name)

    def call(x, y):
        if shared.staging and tls.packing is not None and not tls.packing.within:
            return tls.packing.around(call, x, y)
        try:
            x, y = as_operand(x), as_operand(y)
            if x is NotImplemented or y is NotImplemented:
                return NotImplemented
            a, b = current(x) if isinstance(x, Tensor) else x, current(y) if isinstance(y, Tensor) else y
            if refuse is not None:
                refuse(a, b)
            check_sizes(a, b)
            (c, d), common = promoted((a, b), floating)
            if common.kind in refused:
                refuse_dtype(refused[common.kind], common)
            if of_complex is not None and common.kind == "c":
                return named(of_complex(c, d), shown, (a, b))
            p, params = called(prim)
            if shared.halves and common in HALVES and name in ("mul", "div"):
                if d is not b and isinstance(d, Tensor):
                    b = b if isinstance(b, Tensor) else b.number
                    return in_float32(common, p, a, cast(b, FLOAT32))  # (a wider 0-d Tensor is a number: not rounded)
                c = number_in(c, common)  # (a number in front is)
            out = p(c, d, **params)
            if not isinstance(out, Tensor):
                return new(np.asarray(out))
            if (c is not a or d is not b) and out.mark is not None:
                set_label(out, shown, (a, b))
            return out
        except BaseException as error:
            if tls.packing is not None and isinstance(error, RuntimeError):
                tls.packing.failed(name, (x, y), P[prim])
            drop(error)
            raise

    return call


def check_in_place(t, other, floating=False):
    """torch's rules for writing a result into t: its shape may not change, the category of its dtype may not grow."""
    if isinstance(other, Handle):
        need_room(tuple(t.shape), tuple(other.shape))
    d = dtypes.result_dtype([rank(t), rank(other)])
    if floating and d.kind in KINDS_OF_INTEGER:
        d = dtypes.Default.numpy
    check_castable(t.owner.dtype(current(t)), d)


IN_PLACE = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "truediv": np.divide}


class Arithmetic:
    """A two-operand primitive under torch's name: `slow` takes anything, `quick` is what the operator calls."""

    def __init__(self, name, prim, *, floating=False, refuse=None):
        self.name = name
        self.slow = general(name, prim, floating, refuse)
        refused = refusals_of(name)
        self.ufunc = ufunc = IN_PLACE.get(name)
        self.quick = quick_binary(prim, self.slow if ufunc is None else self.of_two_dtypes)
        self.slow.at_once = self.quick

        def inplace(t, other=MISSING, /, *more, label=None, operands=None, **unknown):
            given = other
            try:
                if more or unknown:
                    t, other = to_places((t, other), unknown)
                    given = other
                    if more or unknown:
                        raise TypeError("too many arguments")
                if ufunc is not None:
                    if overwritten(ufunc, t, other) or label is None and recorded_at_once(self.quick, t, other):
                        return t  # (what is to be labelled shows other operands than these)
                other = as_operand(other)
                if other is NotImplemented:
                    raise unsuitable(name + "_", t, given)
                if type(other) is Moving:
                    check_in_place(t, other, floating)
                    other = other.number
                if refuse is not None and refuse is not refuse_zero:
                    refuse(current(t), other)
                check_in_place(t, other, floating)
                if refuse is refuse_zero:  # (which is looked at element by element)
                    refuse(current(t), other)
                if refused and dtype_of(current(t)).kind in refused:
                    refuse_dtype(refused[dtype_of(current(t)).kind], dtype_of(current(t)))
                if dtype_of(current(t)).kind in "iu":
                    if isinstance(other, int) and type(other) is not bool:
                        other = number(int(other), dtype_of(current(t)))  # (an IntEnum too)
                    elif isinstance(other, Tensor) and (
                        name == "pow" or dtype_of(current(other)) != dtype_of(current(t))
                    ):
                        return rewrite(
                            t, self.slow(kept(t), other)
                        )  # (of which NumPy would not write the result there)
                p, params = called(prim)
                if (
                    shared.halves
                    and name in ("add", "sub")
                    and isinstance(other, Tensor)
                    and t.shape
                    and not other.shape
                ):
                    other = cast(current(other), dtype_of(current(t)))  # (a wider 0-d Tensor is a number: rounded)
                return in_place(t, p, other, label=label, operands=operands, **params)
            except BaseException as error:
                if type(error) in MISTAKEN and holds_alike((given,), {}):
                    return unusual(inplace, (t, given, *more), unknown, error)
                told = answer(error, inplace.__name__, (t, given, *more), unknown)
                if told is error:
                    raise  # (without this frame: it is an operator's)
                raise told from None

        inplace.__name__ = name + "_"
        self.inplace = inplace

    def of_two_dtypes(self, x, y):
        """A float Tensor beside one of integers or booleans that has no gradient, which is made a float one; or anything else."""
        try:
            met = in_one_float(x, y, self is not SUB)
            return self.slow(x, y) if met is None else self.quick(*met)
        except BaseException as error:
            drop(error)
            raise

    def __call__(self, x, y):
        got = self.quick(x, y) if isinstance(x, Tensor) else self.slow(x, y)
        if got is NotImplemented:
            raise unsuitable(self.name, x, y)
        return got


def install_operators(name, forward, reflected, inplace):
    """x + y, y + x and x += y; NotImplemented lets Python try the other operand."""
    ufunc = IN_PLACE.get(name)

    def in_place_operator(t, other):
        if ufunc is not None and (overwritten(ufunc, t, other) or recorded_at_once(forward, t, other)):
            return t
        return (
            inplace(t, other)
            if isinstance(other, OPERANDS) or as_operand(other) is not NotImplemented
            else NotImplemented
        )

    install(f"__{name}__", forward)
    install(f"__r{name}__", reflected)
    install(f"__i{name}__", in_place_operator)


def swapped(f):
    """A reflected operator from a function of two operands."""
    return lambda y, x: NotImplemented if as_operand(x) is NotImplemented else f(x, y)


def refuse_bools(a, b):
    """torch has no difference of booleans."""
    bools = [rank(x)[0].kind == "b" for x in (a, b)]
    if all(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
            "`logical_xor()` operator "
            "instead."
        )
    if any(bools):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a "
            "mask, use "
            "the `~` or `logical_not()` operator instead."
        )


ADD = Arithmetic("add", "add")
SUB = Arithmetic("sub", "sub", refuse=refuse_bools)
MUL = Arithmetic("mul", "mul")
DIV = Arithmetic("div", "div", floating=True)


def refuse_zero(a, b):
    """An integer is not divided by zero; of a value that is not known yet nothing is said."""
    if rank(a)[0].kind == rank(b)[0].kind == "b":
        return  # (for which the kernel is refused)
    if rank(a)[0].kind in KINDS_OF_INTEGER and rank(b)[0].kind in KINDS_OF_INTEGER:
        check_sizes(a, b)
        v = b.val if isinstance(b, Handle) else b
        if type(v) is int and not -128 <= v <= 127:  # (which may be zero in few bits)
            v = number(v, dtypes.result_dtype([rank(a), rank(b)]))
        if isinstance(v, (np.ndarray, int)):
            if np.any(np.equal(v, 0)):
                raise RuntimeError("ZeroDivisionError")
        elif isinstance(b, Tensor):
            need(b, np.all)


def by_number(arithmetic, x, number):
    """x and a number, as the node that torch has where it does this for itself: the number is no operand of it."""
    return named(released(arithmetic(x, number), False), f"{arithmetic.name.capitalize()}Backward1", (x,))


# ------------------------------------------------------------------------------------------------ + and -
def scaled(input, other, alpha, subtracts=False):
    """other * alpha, for add and sub."""
    d = dtypes.result_dtype([rank(as_operand(x)) for x in (input, other)])
    if subtracts:
        refuse_bools(input, other)
    if isinstance(alpha, Tensor):
        alpha = alpha.item()
    if type(alpha) is int and d.kind in "iu" and not LONG[0] <= alpha <= LONG[1]:
        raise beyond(alpha) or RuntimeError("value cannot be converted to type int64_t without overflow")
    if type(alpha) is bool and d.kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, (float, complex)) and d.kind in KINDS_OF_INTEGER:
        raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
    if isinstance(alpha, complex) and d.kind != "c":
        raise RuntimeError("For non-complex input tensors, argument alpha must not be a complex number.")
    if not isinstance(other, Tensor):
        return other * alpha
    if d.kind == "b":
        return other if alpha else other ^ other
    return released(current(cast(current(other), d) * alpha), False)


def is_fused(input, other, alpha):
    """Are these a float32 Tensor and another or a number, whose scaled sum torch's kernels round once?"""
    return (
        is_tame(alpha)
        and isinstance(input, Tensor)
        and dtype_of(current(input)) is FLOAT32
        and (dtype_of(current(other)) is FLOAT32 if isinstance(other, Tensor) else is_tame(other))
    )


def fused(input, other, alpha):
    """input + alpha * other, rounded once."""
    other = current(other) if isinstance(other, Tensor) else np.float32(other)
    return released(P["scaled_add"](current(input), other, np.array(alpha, FLOAT32)), False)


def half_scaled(input, other, alpha, d):
    """other * alpha in half precision as torch's kernels add it: as float32, but rounded for the last elements, which do not
    fill a vector."""
    out = scaled(input, widened(other), number_in(alpha, d))
    shape = np.broadcast_shapes(*[tuple(t.shape) for t in (input, out) if isinstance(t, Tensor)])
    count = int(np.prod(shape))
    if not count % VECTOR or not isinstance(out, Tensor):
        return out
    last = np.arange(count).reshape(shape) >= count - count % VECTOR
    return P["where"](last, rounded_to(out, d), out)


ONE = 1  # (True and 1.0 are others)


def as_given(x, other, more, alpha, named):
    """(arguments, those by name) of a call with alpha."""
    return (x, other, *more), named if alpha is ONE else {"alpha": alpha, **named}


def with_alpha(arithmetic, *names):
    """torch.add and torch.sub, which scale the second operand."""
    quick = arithmetic.quick
    shown = f"{arithmetic.name.capitalize()}Backward0"

    def together(input, other, alpha):
        if is_fused(input, other, alpha):
            return fused(input, other, -alpha if arithmetic is SUB else alpha)
        return arithmetic(input, scaled(input, other, alpha, arithmetic is SUB))

    def mind_halves():
        nonlocal together
        plainly = together

        def together(input, other, alpha):
            d = half_of((input, other))
            if d is None or not isinstance(input, Tensor):
                return plainly(input, other, alpha)
            if arithmetic is SUB:
                refuse_bools(input, other)
            return cast(arithmetic(widened(input), half_scaled(input, other, alpha, d)), d)

    def function(input=MISSING, other=MISSING, /, *more, alpha=1, out=MISSING, **unknown):
        try:
            if more or unknown:
                input, other = to_places((input, other), unknown)
                if more or unknown:
                    placed = None if alpha is not ONE else older(names[0], (input, other, *more), unknown, 3)
                    if placed is None:
                        raise TypeError("too many arguments")
                    (input, other), alpha, more = placed[0], placed[1]["alpha"], ()
            if alpha is ONE:
                got = quick(input, other) if isinstance(input, Tensor) else arithmetic.slow(input, other)
                if got is NotImplemented:
                    return unusual(function, (input, other), {}, unsuitable(arithmetic.name, input, other))
            elif is_tame(alpha) and (arrays := arrays_of(input, other)) is not None:
                with quiet():
                    x, y = arrays
                    got = made(scaled_sum(x, y, -alpha if arithmetic is SUB else alpha).astype(x.dtype, copy=False))
            else:
                got = named_pair(together(input, other, alpha), shown, input, other)
            if out is MISSING:
                return got
            need_function(names[0], (input, other), out)
            again = None if out is None else lambda x, y: function(x, y, alpha=alpha)
            return got if out is None else store(arithmetic.name, out, got, (input, other), again)
        except BaseException as error:
            asked = unknown if out is MISSING else {**unknown, "out": out}
            if type(error) in MISTAKEN and holds_alike((input, other), {}):
                return unusual(function, *as_given(input, other, more, alpha, asked), error)
            error = answer(error, names[0], *as_given(input, other, more, alpha, asked))
            raise error

    def inplace(self, other=MISSING, /, *more, alpha=1, **unknown):
        try:
            if more or unknown:
                self, other = to_places((self, other), unknown)
            if more or unknown:
                placed = None if alpha is not ONE else older(names[0] + "_", (self, other, *more), unknown, 3)
                if placed is None:
                    raise TypeError("too many arguments")
                (self, other), alpha, more = placed[0], placed[1]["alpha"], ()
            if alpha is ONE:
                return arithmetic.inplace(self, other)
            if type(alpha) is float and isinstance(other, Tensor) and overwritten(arithmetic.ufunc, self, other, alpha):
                return self
            if recorded_at_once(function, self, other, alpha=alpha):
                return self
            d = half_of((self, other)) if shared.halves else None
            if d is not None:  # (the sum is in float32 too)
                if arithmetic is SUB:
                    refuse_bools(self, other)
                check_castable(self.dtype.numpy, d)
                return arithmetic.inplace(self, half_scaled(self, other, alpha, d), label=shown, operands=(self, other))
            times = scaled(self, other, alpha, arithmetic is SUB)
            if isinstance(other, Tensor):
                c, o = current(self), current(other)
                if c.owner is TAPE:
                    c.refuse((o,))
                check_apart(c, (o,))
                if c.owner is o.owner is TAPE and (meets(c.val, o.val) or not c.val.flags.c_contiguous):
                    got = in_turn(together(kept(c), other, alpha), c, (c, o), lambda x, y: function(x, y, alpha=alpha))
                    return rewrite(self, got, shown, (self, other))
            if is_fused(self, other, alpha) and isinstance(other, Tensor):
                check_in_place(self, other)
                by = np.array(-alpha if arithmetic is SUB else alpha, FLOAT32)
                return in_place(self, P["scaled_add"], other, by, label=shown, operands=(self, other))
            return arithmetic.inplace(self, times, label=shown, operands=(self, other))
        except BaseException as error:
            if type(error) in MISTAKEN and holds_alike((other,), {}):
                return unusual(inplace, *as_given(self, other, more, alpha, unknown), error)
            error = answer(error, names[0] + "_", *as_given(self, other, more, alpha, unknown))
            raise error

    at_begin(mind_halves)
    function.__name__, inplace.__name__ = names[0], names[0] + "_"
    function.__doc__ = f"input {'+' if names[0] == 'add' else '-'} alpha * other, broadcast."
    publish(function, names, True, True)
    publish(inplace, [n + "_" for n in names], False, True)
    return function


add = with_alpha(ADD, "add")
sub = with_alpha(SUB, "sub", "subtract")


@operation(method=False)
def rsub(input, other, alpha=1):
    """other - alpha * input."""
    scales = alpha != 1 or type(alpha) is bool
    if scales and isinstance(other, Tensor):
        if is_fused(input, other, alpha):
            return named(fused(other, input, -alpha), "RsubBackward0", (input, other))
        return named(SUB(other, scaled(other, input, alpha, True)), "RsubBackward0", (input, other))
    x = scaled(other, input, alpha) if scales else input
    if isinstance(other, Tensor):
        return named(SUB(other, x), "RsubBackward0", (input, other))
    return named(SUB(other, x), "RsubBackward1", (input,))


install_operators("add", ADD.quick, ADD.quick, ADD.inplace)
install_operators(
    "sub",
    SUB.quick,
    deferred(lambda: written_tape.tape_reflected(P["sub"], Tensor, swapped(lambda x, y: rsub(y, x)), "RsubBackward1")),
    SUB.inplace,
)


# ------------------------------------------------------------------------------------------------ * and /
def plain(arithmetic, *names):
    """torch.<name>, Tensor.<name> and Tensor.<name>_ without further arguments."""
    quick = arithmetic.quick

    def function(input=MISSING, other=MISSING, /, *more, out=MISSING, **unknown):
        try:
            if more or unknown:
                input, other = to_places((input, other), unknown)
                if more or unknown:
                    raise TypeError("too many arguments")
            got = quick(input, other) if isinstance(input, Tensor) else arithmetic.slow(input, other)
            if got is NotImplemented:
                return unusual(function, (input, other), {}, unsuitable(arithmetic.name, input, other))
            if out is MISSING:
                return got
            need_function(names[0], (input, other), out)
            return got if out is None else store(arithmetic.name, out, got, (input, other), function)
        except BaseException as error:
            error = answer(
                error, names[0], (input, other, *more), unknown if out is MISSING else {**unknown, "out": out}
            )
            raise error

    function.__name__ = names[0]
    function.__doc__ = f"The {arithmetic.name} of two Tensors, or of a Tensor and a number, broadcast."
    publish(function, names, True, True)
    publish(arithmetic.inplace, [n + "_" for n in names], False, True)
    return function


mul = plain(MUL, "mul", "multiply")
true_divide = plain(DIV, "true_divide")
install_operators("mul", MUL.quick, MUL.quick, MUL.inplace)


def reciprocal(x):
    """1 / x as a node of its own, of which torch makes number / x."""
    x = current(x)
    return P["reciprocal"](x if dtype_of(x).kind in "fc" else cast(x, dtypes.Default.numpy))


def reflected_quotient(y, x):
    """x / y, in torch reciprocal(y) * x: that NumPy computes for an ndarray, as the one reflected operator."""
    if isinstance(x, np.ndarray) and x.dtype.kind in "biufc":
        return reciprocal(y) * x
    return NotImplemented if as_operand(x) is NotImplemented else MUL(reciprocal(y), x)


install_operators("truediv", DIV.quick, reflected_quotient, DIV.inplace)
install("__rdiv__", reflected_quotient)


def rounded_quotient(x, y, mode):
    """x / y rounded down ("floor") or towards zero ("trunc"), in the dtype the operands meet in."""
    x, y = as_operand(x), as_operand(y)
    if x is NotImplemented or y is NotImplemented:
        return NotImplemented
    x, y = (current(o) if isinstance(o, Tensor) else o for o in (x, y))
    check_sizes(x, y)
    (c, d), common = promoted((x, y))
    if common.kind in "bc":
        refuse_dtype(f"div_{mode}_cpu", common)
    refuse_zero(x, y)
    got = P[f"{mode}_divide"](c, d)
    return got if isinstance(got, Tensor) else new(np.asarray(got))


@operation(aliases=("divide",), numbers=True)
def div(input, other, *, rounding_mode=None):
    """input / other; rounding_mode "floor" rounds down, "trunc" towards zero.

    >>> import compat as torch
    >>> torch.div(torch.tensor([-7, 7]), 2, rounding_mode="trunc")
    tensor([-3,  3])
    """
    if rounding_mode is None:
        return DIV(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'"
        )
    got = rounded_quotient(input, other, rounding_mode)
    if got is NotImplemented:
        raise unsuitable("div", input, other)
    return named_pair(released(got, True), "DivBackward2", input, other)


def named_pair(out, label, x, y):
    """A node with both operands shown, numbers as None."""
    if out.mark is not None and out.mark.plan is not None:
        set_label(out, label, (x, y))
    return out


@operation(name="div_", function=False, aliases=("divide_",))
def div_(self, other, *, rounding_mode=None):
    """self / other, in place."""
    if rounding_mode is None:
        return DIV.inplace(self, other)
    check_in_place(self, as_operand(other))
    return rewrite(self, div(kept(self), other, rounding_mode=rounding_mode), "DivBackward2", (self, other))


publish(DIV.inplace, ("true_divide_",), False, True)


@operation(numbers=True)
def floor_divide(input, other):
    """input / other, rounded down."""
    refuse_tangents("aten::floor_divide", input, other)
    got = rounded_quotient(input, other, "floor")
    if got is NotImplemented:
        raise unsuitable("floor_divide", input, other)
    return without_derivative("aten::floor_divide", got, input, other)


def without_derivative(name, got, *operands, **said):
    """A result that torch records, and refuses to differentiate; `said`: what else than usual its node is called and its error says."""
    tensors = [x for x in operands if isinstance(x, Tensor)]
    if (tls.func or tls.stage and tls.stage.recorded and got.is_floating_point()) and any(
        [current(x).owner is not TAPE for x in tensors]
    ):
        from .._gate import Underivable

        (got,) = P["rule"](*tensors, got, spec=Underivable(name))
    elif tls.grad and got.owner is TAPE:
        marks = [m for x in tensors if (m := node_of(current(x))) is not None]
        if marks:
            from .writing import underivable

            got.mark = underivable(name, marks, **said)
    return got


@operation(function=False)
def floor_divide_(self, other):
    """input / other, rounded down, in place."""
    refuse_tangents("aten::floor_divide_", self, other)
    check_in_place(self, as_operand(other))
    got = rounded_quotient(kept(self), other, "floor")
    return rewrite(self, without_derivative("aten::floor_divide_", got, self, other), "NotImplemented", (self, other))


def floor_operator(x, y):
    return NotImplemented if as_operand(y) is NotImplemented else floor_divide(x, y)


install_operators(
    "floordiv", by_positive(operator.floordiv, floor_operator), swapped(floor_divide), METHODS["floor_divide_"]
)
