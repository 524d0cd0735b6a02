"""Elementwise functions of two operands that are no operators: maxima, hypot, logaddexp, clamp and their kin.

Invariant: a kink is met as torch meets it: every primitive that knows the choice is called with kink="torch".
"""

import math
from functools import partial

import numpy as np

from funcgrad.core.handle import Handle

from .. import dtypes
from .._recorded_writes import recorded_at_once
from ..deprecations import deprecated
from ..graph import label as set_label
from ..names import NAMES
from ..payload import current
from ..tensor import Tensor
from ..unrecorded_writes import done_at_once
from .arithmetic import called, check_in_place, general, quick_binary, unsuitable, without_derivative
from .call_errors import MISSING, MISTAKEN, answer, answering, holds_alike, need_function, to_places, unusual
from .forward_mode import refuse_tangents
from .operands import P, as_operand, cast, check_sizes, dtype_of, fitting, promoted, rank
from .out_argument import store
from .out_rules import C_NAMES
from .quick_roads import quick_call
from .quick_writes import overwritten
from .refusals import refusals_of, refuse
from .refusals import refuse as refuse_dtype
from .register import FUNCTIONS, METHODS, operation, publish, twin
from .rounding import half_in, in_float32
from .writing import in_place, kept, rewrite, spoken


def refuse_complex(name):
    def refuse(x, y):
        if any(rank(o)[0].kind == "c" for o in (x, y)):
            raise RuntimeError(f"{name} not implemented for complex tensors.")

    return refuse


def binary(
    name, prim=None, *, node=None, floats=False, aliases=(), with_number=(None, None), refuse=None, of_complex=None
):  # fmt: skip
    """torch.<name>, Tensor.<name> and Tensor.<name>_ of a two-operand primitive that is no operator.

    `with_number`: torch's names of its node where the first, or the second, operand is a Python number.
    """
    prim = prim or name
    refused = refusals_of(name)
    slow = general(name, prim, floats, refuse, of_complex)
    quick = quick_binary(prim, slow)
    numbers = with_number[1] is not None
    if node is not None:
        NAMES[prim] = node + "Backward0"

    def wrong(input, other):
        if isinstance(input, Tensor):
            return not (numbers or isinstance(other, Tensor))
        return not numbers or name == "copysign" or not isinstance(other, Tensor)

    def call(input=MISSING, other=MISSING, /, *more, out=None, **unknown):
        try:
            if more or unknown:
                input, other = to_places((input, other), unknown)
            if more or unknown or wrong(input, other):
                raise TypeError(f"{name}() takes two Tensors" + " or numbers" * numbers)
            if isinstance(input, Tensor):
                got = quick(input, other)
            elif isinstance(other, Tensor):
                got = slow(input, other)
            else:
                raise TypeError(f"{name}() takes a Tensor and a number")
            if got is NotImplemented:
                raise unsuitable(name, input, other)
            if got.mark is not None:
                for label, number, operand in zip(with_number, (input, other), (other, input)):
                    if label is not None and not isinstance(number, Tensor):
                        set_label(got, label, (operand,))
            if out is None:
                return got
            need_function(name, (input, other), out)
            return store(name, out, got, (input, other), call)
        except BaseException as error:
            if type(error) in MISTAKEN and holds_alike((input, other), {}):
                return unusual(call, (input, other, *more), unknown, error)
            error = answer(error, name, (input, other, *more), unknown if out is None else {**unknown, "out": out})
            raise error

    def inplace(self, other):
        given, other = other, as_operand(other)
        if other is NotImplemented or not numbers and not isinstance(other, Tensor):
            raise unsuitable(name + "_", self, given)
        check_in_place(self, other, floats)
        d = dtype_of(current(self))
        if name in DENOMINATORS:
            refuse_tangents(f"aten::{name}_", self, other)
        if d.kind in refused:
            refuse_dtype(refused[d.kind], d)
        if d.kind in "iu" and isinstance(other, Tensor) and dtype_of(current(other)) != d:
            return rewrite(self, slow(kept(self), other))
        p, params = called(prim)
        return in_place(self, p, other, **params)

    call.__name__, inplace.__name__ = name, name + "_"
    call.__doc__ = f"{name} of two Tensors, or of a Tensor and a number, broadcast."
    publish(call, (name, *aliases), True, True)
    if name not in APART:
        publish(answering(inplace), (name + "_", *[n + "_" for n in aliases]), False, True)
    return call


DENOMINATORS = ("gcd", "lcm")  # what torch has no derivative of
APART = ("maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2")  # what torch has no in-place twin of
for _name in APART[:4]:
    binary(_name, refuse=refuse_complex(_name))
binary("atan2", "arctan2", node="Atan2", floats=True, aliases=("arctan2",))
for _name in ("hypot", "logaddexp2", "nextafter"):
    binary(_name)


def complex_logaddexp(x, y):
    """log(exp(x) + exp(y)), that of the larger real part taken out (so its imaginary part stays beyond pi, as in torch)."""
    top = P["stop"](P["where"](P["less"](P["real"](x), P["real"](y)), y, x))
    top = P["where"](P["isfinite"](top), top, 0)
    return P["add"](P["log"](P["add"](P["exp"](P["sub"](x, top)), P["exp"](P["sub"](y, top)))), top)


binary("logaddexp", of_complex=complex_logaddexp)
binary("xlogy", floats=True, with_number=("XlogyBackward1", "XlogyBackward2"))
binary("copysign", floats=True, with_number=(None, "CopysignBackward1"))


def step(own):
    """heaviside, as torch's operation of this name refuses derivatives."""

    def heaviside(input, values):
        """0 for negative elements, 1 for positive ones, and at 0 what `values` says."""
        refuse_tangents("aten::" + own, input, values)
        x, y = current(input), current(values)
        if "c" in (dtype_of(x).kind, dtype_of(y).kind):
            raise RuntimeError("heaviside is not yet implemented for complex tensors.")
        if dtype_of(x) != dtype_of(y):
            raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
        return without_derivative("aten::" + own, cast(P["heaviside"](x, y), dtype_of(x)), input, values)

    return heaviside


operation()(step("heaviside"))
twin("heaviside", "NotImplemented", step("heaviside_"))
for _name in DENOMINATORS:
    binary(_name, refuse=partial(refuse_tangents, f"aten::{_name}"))


@operation(numbers=True)
def ldexp(input, other):
    """input * 2 ** other."""
    if isinstance(input, Tensor) and isinstance(other, Tensor) and not other.is_floating_point() and half_in(input):
        return in_float32(half_in(input), ldexp, input, other)
    if (
        isinstance(input, Tensor)
        and isinstance(other, Tensor)
        and input.dtype.numpy.kind in "fc"
        and other.dtype.numpy.kind in "iub"
    ):
        if other.dtype.numpy.kind == "b" and not input.is_complex():
            refuse_dtype("ldexp_cpu_exp", other.dtype.numpy)
        other = other.to(
            dtypes.of_numpy(np.empty(0, input.dtype.numpy).real.dtype)
        )  # (whose dtype the result has, whatever number of dimensions)
        shape = np.broadcast_shapes(input.shape, other.shape)
        if input.numel() and input.shape != shape:  # (torch writes into a Tensor of the first operand's shape)
            deprecated("out", list(input.shape), list(shape))
        input = input.expand(other.shape) if not input.dim() else input
    out = input * FUNCTIONS["pow"](2.0, other)
    if out.mark is not None:
        set_label(out, "LdexpBackward0", (input, other))
    return out


@operation(name="float_power_", function=False)
def float_power_(self, exponent):
    """float_power, in place."""
    own = dtype_of(current(self))
    wanted = np.dtype(np.complex128 if "c" in (own.kind, rank(exponent)[0].kind) else np.float64)
    if wanted != own:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {spoken(own)} but the operation's result requires dtype {spoken(wanted)}"
        )
    got = FUNCTIONS["float_power"](kept(self), exponent)
    return rewrite(self, got, "PowBackward0", (self,))


# ------------------------------------------------------------------------------------------------ clamp
def lowest(d, sign):
    """The bound on that side which no number of dtype d is beyond."""
    if d.kind == "f":
        return sign * float("inf")
    return (np.iinfo(d).min if sign < 0 else np.iinfo(d).max) if d.kind in "iu" else sign > 0


def clamped(name, input, low, high):
    """(primitive's operands, label, parents) of a clamp."""
    if low is None and high is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if not all([b is None or isinstance(b, Tensor) for b in (low, high)]):  # (beside a number, one is a number)
        low, high = (
            b.item() if isinstance(b, Tensor) and not b.shape and type(b.val) is np.ndarray else b for b in (low, high)
        )
    t = current(input)
    bounds = [current(b) if isinstance(b, Tensor) else b for b in (low, high)]
    wide = [isinstance(b, Tensor) and b.dim() > 0 for b in (low, high)]
    if None not in bounds and any(wide) and not all([isinstance(b, Tensor) for b in (low, high)]):
        raise TypeError("clamp() takes two Tensors or two numbers")
    given = [b for b in bounds if b is not None]
    if any([isinstance(b, str) for b in given]):  # (NumPy reads numbers in strings)
        raise TypeError("clamp() takes numbers, not strings")
    if dtype_of(t).kind == "c" and name == "clamp":
        raise NotImplementedError("clamp is not supported for complex types")
    if any([isinstance(b, complex) for b in given]):
        if dtype_of(t).kind == "f" and name == "clamp":
            raise RuntimeError("value cannot be converted to type double without overflow")
        raise NotImplementedError("clamp is not supported for complex types")
    check_sizes(t, *bounds)
    (x, *rest), d = promoted((t, *given))
    if d.kind == "c":
        if len(given) == 1 and isinstance(given[0], Tensor):
            refuse("minimum_cpu" if low is None else "maximum_cpu", d)
        if len(given) == 2 and isinstance(given[0], Tensor):
            refuse("clamp_cpu", d)
        raise NotImplementedError("clamp is not supported for complex types")
    if d.kind == "b":
        how = "" if len(given) == 2 else "_min" if high is None else "_max"
        if len(given) == 2 or not isinstance(given[0], Tensor):
            refuse(f"clamp{how}_scalar_cpu" if not isinstance(given[0], Tensor) else "clamp_cpu", d)
    if d.kind in "iu" or d.itemsize == 2:
        rest = [fitting(b, d) if type(b) in (int, float) else b for b in given]
        rest = [cast(b, d) if isinstance(b, Handle) else b for b in rest]
    rest = iter(rest)
    low, high = (lowest(d, s) if b is None else next(rest) for s, b in zip((-1, 1), bounds))
    if any(isinstance(b, Tensor) for b in bounds):
        return (x, low, high), "ClampBackward0", (t, *bounds)
    return (x, low, high), "ClampBackward1", (t,)


def need_bounds(t, one, *bounds):
    """RuntimeError unless what a Tensor is held between can be written into it."""
    own = dtype_of(current(t))
    given = [b for b in bounds if b is not None]
    if own.kind == "c" or any([isinstance(b, complex) for b in given]) and (one or own.kind == "f"):
        return  # (which is said below)
    check_sizes(current(t), *[current(b) for b in given if isinstance(b, Tensor)])
    met = dtypes.result_dtype([rank(b) for b in (t, *given)])
    if dtypes.CATEGORY[met.kind] > dtypes.CATEGORY[own.kind]:
        of_number = not all([isinstance(b, Tensor) for b in given])
        to = C_NAMES[dtypes.name_of(own)] if of_number else spoken(own)
        raise RuntimeError(f"result type {spoken(met)} can't be cast to the desired output type {to}")


BOUND = 1 << 63


def is_plain_bound(b):
    """Is it no bound, or a number of ordinary size?"""
    return b is None or type(b) is float and -1e30 < b < 1e30 or type(b) is int and -BOUND < b < BOUND


def clamp_pair(name, label, aliases=()):
    one = name.removeprefix("clamp").removeprefix("_")  # the one bound that it takes, if it takes one

    def bounds(low, high):
        if one and low is not None is not high:
            raise TypeError(f"{name}() takes one bound")
        return (None, low if high is None else high) if one == "max" else (low, high)

    def function(input, min=None, max=None):  # noqa: A002
        operands, shown, parents = clamped(name, input, *bounds(min, max))
        out = P["clamp"](*operands, kink="torch")
        if out.mark is not None:
            set_label(out, label or shown, parents)
        return out

    def inplace(self, min=None, max=None):  # noqa: A002
        if self.mark is not None and recorded_at_once(
            METHODS[name], self, *((min, max) if max is not None or not one else (min,))
        ):
            return self
        ends = bounds(min, max) if max is None or not one else None
        if ends is not None and is_plain_bound(ends[0]) and is_plain_bound(ends[1]) and ends != (None, None):
            low, high = -math.inf if ends[0] is None else ends[0], math.inf if ends[1] is None else ends[1]
            if overwritten(lambda v, _, out: P["clamp"].into(v, low, high), self, None):
                return self
        given = {k: b for k, b in (("min", min), ("max", max)) if b is not None}
        args, named = ((min,), {}) if one and max is None else ((), given)
        if done_at_once(self, METHODS[name], args, named):
            return self
        low, high = bounds(min, max)
        need_bounds(self, one, low, high)
        (_, low, high), shown, parents = clamped(name, self, low, high)
        for b in (low, high):
            if isinstance(b, Handle):
                check_in_place(self, b)
        own = dtype_of(current(self))
        if own.kind in "iu" and any(isinstance(b, Handle) and dtype_of(b) != own for b in (low, high)):
            return rewrite(self, function(kept(self), min, max))
        return in_place(self, P["clamp"], low, high, label=label or shown, operands=parents, kink="torch")

    function.__doc__ = (
        "Each element held between min and max: numbers, or Tensors that broadcast. A bound belongs to the range."
    )
    operation(name=name, aliases=aliases)(function)
    inplace.__name__ = name + "_"
    publish(answering(inplace), (name + "_", *[n + "_" for n in aliases]), False, True)


def quick_clamp(names, given, low, high, label):
    """The written-out function of a clamp between numbers: the texts of the lower and the upper one."""
    numbers = [
        f"type({n}) is float or type({n}) is int and -BOUND < {n} < BOUND or {n} is NONE or {n} is None" for n in given
    ]
    some = " or ".join([f"{n} is not NONE and {n} is not None" for n in given])
    steps = "params, low, high = KINK, " + low + ", " + high, "out = impl(v, low, high)"
    quick_call(
        names, "clamp", given, " and ".join([f"({n})" for n in [*numbers, some]]), steps, (label,),
        others=("low", "high"), KINK={"kink": "torch"}, INF=math.inf,
    )  # fmt: skip


clamp_pair("clamp", None, ("clip",))
clamp_pair("clamp_min", "ClampMinBackward0")
clamp_pair("clamp_max", "ClampMaxBackward0")
LOW, HIGH = "-INF if min is NONE or min is None else min", "INF if max is NONE or max is None else max"
quick_clamp("clamp clip", ("min", "max"), LOW, HIGH, "ClampBackward1")
quick_clamp("clamp_min", ("min",), LOW, "INF", "ClampMinBackward0")
quick_clamp("clamp_max", ("max",), "-INF", HIGH, "ClampMaxBackward0")
