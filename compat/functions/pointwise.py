"""Elementwise functions of one Tensor, and those of several that are no operators: clamp, where, lerp, maximum, ...

Invariant: a kink is met as torch meets it: every primitive that knows the choice is called with kink="torch".
"""

import numpy as np

from funcgrad.core.halves import BFLOAT16, LARGEST, shared
from funcgrad.core.handle import Handle
from funcgrad.core.mutation import view as core_view
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop, trim

from .. import dtypes
from ..deprecations import deprecated
from ..graph import label as set_label
from ..names import NAMES
from ..rewriting import spelled
from ..tensor import Tensor, current
from .arithmetic import called, check_in_place, general, quick_binary, quick_unary, unsuitable
from .operands import (
    C_INTEGERS,
    KINDS_OF_INTEGER,
    P,
    as_operand,
    broadcast_shapes,
    cast,
    check_sizes,
    dtype_of,
    fitting,
    floating,
    in_c_order,
    iterated,
    iterating,
    new,
    promoted,
    rank,
    shape_of,
    without_imaginary,
    wrapped,
)
from .refusals import need_dtype, need_real, refusals_of, refuse
from .refusals import refuse as refuse_dtype
from .register import (
    FUNCTIONS,
    METHODS,
    MISSING,
    answer,
    answering,
    in_place,
    install,
    kept,
    named,
    not_a_tensor,
    operation,
    publish,
    released,
    renamed,
    rewrite,
    spoken,
    store,
    twin,
    unusual,
)
from .results import C_NAMES
from .rounding import half_in, in_float32
from .shape import view_of


# ------------------------------------------------------------------------------------------------ one operand
def unary(name, prim=None, *, node=None, integers=False, aliases=(), of=None, laid=False):
    """torch.<name>, Tensor.<name> and Tensor.<name>_ of a one-operand primitive.

    `node` is torch's name of its node; without `integers`, integers are computed in the default float dtype. `of`: for
    kinds of dtypes that the primitive does not take, what is computed instead. `laid`: it is no ufunc, which would keep
    the order of memory.
    """
    of = of or {}
    refused = refusals_of(name)
    not_in_place = refused | refusals_of(name + "_")
    label = f"{node or name.capitalize()}Backward0"
    prim = prim or name
    if node is not None:
        NAMES[prim] = node + "Backward0"

    def slow(input):
        t = current(input)
        kind = dtype_of(t).kind
        if kind in refused:
            refuse(refused[kind], dtype_of(t))
        if kind in of:
            return named(of[kind](t), label, (t,))
        if not integers and kind in KINDS_OF_INTEGER:
            t = cast(t, dtypes.Default.numpy)
        p, params = called(prim)
        return p(t, **params)

    quick = quick_unary(prim, slow)
    if laid:
        quick = iterating(quick)

    def function(input=MISSING, *more, out=None):
        try:
            if more or not isinstance(input, Tensor):
                return unusual(function, (input, *more), {}, not_a_tensor(name, input))
            got = quick(input)
            return got if out is None else store(name, out, got, (input,))
        except BaseException as error:
            trim(error)
            raise

    def inplace(self, *more):
        try:
            if more or not isinstance(self, Tensor):
                raise not_a_tensor(name + "_", self)
            t = current(self)
            if not integers and dtype_of(t).kind in KINDS_OF_INTEGER:
                raise RuntimeError(
                    f"result type {spoken(dtypes.Default.numpy)} can't be cast to the desired output type "
                    f"{spoken(dtype_of(t))}"
                )
            if dtype_of(t).kind in not_in_place:
                refuse(not_in_place[dtype_of(t).kind], dtype_of(t))
            if dtype_of(t).kind in of:
                return rewrite(self, of[dtype_of(t).kind](kept(self)), label, (t,))
            p, params = called(prim)
            return in_place(self, p, **params)
        except BaseException as error:
            error = answer(error, inplace.__name__, (self, *more))
            raise error

    function.__name__, inplace.__name__ = name, name + "_"
    function.__doc__ = f"{name} of each element."
    publish(function, (name, *aliases), True, True)
    publish(inplace, (name + "_", *[n + "_" for n in aliases]), True, True)
    return function


for _name in (
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "sqrt",
    "rsqrt",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
):
    unary(_name)
for _name in ("acos", "asin", "atan", "acosh", "asinh", "atanh"):
    unary(_name, "arc" + _name[1:], node=_name.capitalize(), aliases=("arc" + _name[1:],))


def complex_sigmoid(t):
    """1 / (1 + exp(-t))."""
    return P["reciprocal"](P["add"](P["exp"](P["neg"](t)), 1.0))


def complex_sinc(t):
    """sin(pi t) / (pi t), and 1 at 0."""
    zero = P["equal"](t, 0)
    x = P["mul"](P["where"](zero, 1.0, t), float(np.pi))
    return P["where"](zero, 1.0, P["div"](P["sin"](x), x))


for _name in ("erf", "erfc", "erfinv", "digamma", "lgamma", "i0"):
    unary(_name, laid=True)
unary("reciprocal")
unary("sigmoid", of={"c": complex_sigmoid})
unary("sinc", of={"c": complex_sinc})
unary("log1p", node="Log1P")
unary("deg2rad", node="Deg2Rad")
unary("rad2deg", node="Rad2Deg")
unary("abs", integers=True, aliases=("absolute",))
for _name in ("floor", "ceil", "trunc", "relu"):
    unary(_name, integers=True)
unary("sign", "sign_or_zero", node="Sign", integers=True, of={"b": lambda t: P["copy"](t, t)})
publish(FUNCTIONS["trunc"], ("fix",), True, True)
publish(METHODS["trunc_"], ("fix_",), False, True)
abs_ = FUNCTIONS["abs"]
install("__abs__", abs_)


_negative = unary("neg", integers=True)


@operation(aliases=("negative",))
def neg(input):
    """-input; RuntimeError for booleans."""
    try:
        if dtype_of(current(input)).kind == "b":
            raise RuntimeError(
                "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, "
                "use the `~` "
                "or `logical_not()` operator instead."
            )
        return _negative(input)
    except BaseException as error:
        drop(error)
        raise


_negative_ = METHODS["neg_"]


def neg_(self, *more):
    """-input, in place; RuntimeError for booleans."""
    try:
        if not more and dtype_of(current(self)).kind == "b":
            neg(self)  # (which refuses them)
        return _negative_(self, *more)
    except BaseException as error:
        error = answer(error, "neg_", (self, *more))
        raise error


publish(neg_, ("neg_", "negative_"), True, True)
install("__neg__", quick_unary("neg", neg.__wrapped__))


@operation()
def positive(input):
    """The Tensor itself; RuntimeError for booleans."""
    if dtype_of(current(input)).kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


install("__pos__", positive)


@operation("PowBackward0")
def square(input):
    """input ** 2."""
    t = current(input)
    return P["square"](cast(t, np.dtype(np.int64)) if dtype_of(t).kind == "b" else t)


@operation("SgnBackward0")
def sgn(input):
    """The sign; of a complex number, the number of absolute value 1 in its direction (0 at 0)."""
    t = current(input)
    if dtype_of(t).kind == "b":
        return P["copy"](t, t)
    if dtype_of(t).kind != "c":
        return released(P["sign_or_zero"](t), True)
    size = P["abs"](t, kink="torch")
    return P["div"](t, P["where"](P["equal"](size, 0), 1.0, size))


@operation("FracBackward0")
def frac(input):
    """The part behind the point, with the sign of the input."""
    t = current(input)
    need_dtype("frac", dtype_of(t))
    return P["sub"](t, P["trunc"](t))


@operation()
def round(input, *, decimals=0):  # noqa: A001
    """Rounded to so many decimals, halves to even."""
    t = current(input)
    if dtype_of(t).kind in ("bc" if decimals == 0 else "biuc"):
        refuse("round_vml_cpu" if decimals == 0 else "round_cpu", dtype_of(t))
    if dtype_of(t).kind in "iu":
        return P["copy"](t, t)
    if decimals == 0:
        return renamed(P["rint"](t), "RoundBackward0")
    return renamed(P["round"](t, decimals=decimals), "RoundBackward1")


@operation("LogitBackward0", once=True)
def logit(input, eps=None):
    """log(x / (1 - x)), of x held between eps and 1 - eps."""
    t = floating(current(input))
    need_real("logit_cpu", dtype_of(t))
    if eps is not None:
        held = P["where"](P["less"](t, eps), eps, P["where"](P["greater"](t, 1 - eps), 1 - eps, t))
        return iterated(P["logit"](held, kink="torch"), t)
    return P["logit"](t, kink="torch")


@operation("NanToNumBackward0")
def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    """nan and infinities replaced: by 0 and by the largest and smallest finite numbers, or by what is given."""
    t = current(input)
    if dtype_of(t).kind not in "fc":
        return P["copy"](t, t)
    if shared.halves and dtype_of(t) in LARGEST:
        most = LARGEST[dtype_of(t)]
        posinf, neginf = (most if posinf is None else posinf), (-most if neginf is None else neginf)
    return P["nan_to_num"](t, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)


@operation("PolygammaBackward0")
def polygamma(n, input):
    """The n-th derivative of digamma."""
    t, n = floating(current(input)), int(n)
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    need_real("digamma" if n == 0 else "trigamma" if n == 1 else "polygamma", dtype_of(t))
    return iterated(P["polygamma"](t, nth=n), t)


@operation("MvlgammaBackward0")
def mvlgamma(input, p):
    """The logarithm of the multivariate gamma function of dimension p."""
    if dtype_of(current(input)).kind == "b":
        raise RuntimeError("The input tensor may not be a boolean tensor.")
    t = floating(current(input))
    need_real("arange_cpu", dtype_of(t))
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    steps = -0.5 * np.arange(p)
    total = p * (p - 1) / 4 * float(np.log(np.pi))
    for k in steps:
        total = P["add"](P["lgamma"](P["add"](t, float(k))), total)
    return total


for _name, _node in (
    ("square", "Pow"), ("sgn", "Sgn"), ("frac", "Frac"), ("round", "Round"), ("logit", "Logit"),
    ("nan_to_num", "NanToNum"), ("mvlgamma", "Mvlgamma"),
):  # fmt: skip
    twin(_name, _node + "Backward0")
install("polygamma", lambda self, n: polygamma(n, self))
twin("polygamma", "PolygammaBackward0", lambda self, n: polygamma(n, self))


# ------------------------------------------------------------------------------------------------ complex parts
def real_part(input):
    """The real part, as a view; of a real Tensor the Tensor itself."""
    t = current(input)
    return part(t, "real", 0) if dtype_of(t).kind == "c" else input


def part(t, prim, at):
    """One of the two parts of complex numbers, as a view."""
    return spelled(core_view(t, P[prim]), "SelectBackward0", part_in_steps, at)


def part_in_steps(t, at):
    return view_of(view_as_real(t), "getitem", "SelectBackward0", idx=(Ellipsis, at))


def imaginary_part(input):
    """The imaginary part, as a view; RuntimeError for real Tensors."""
    t = current(input)
    if dtype_of(t).kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return part(t, "imag", 1)


FUNCTIONS["real"], FUNCTIONS["imag"] = answering(real_part), answering(imaginary_part)
install("real", property(real_part))
install("imag", property(imaginary_part))


@operation()
def conj(input):
    """The conjugate; of a real Tensor the Tensor itself."""
    return P["conj"](current(input)) if dtype_of(current(input)).kind == "c" else input


publish(FUNCTIONS["conj"], ("conj_physical",), True, True)


@operation("AngleBackward0")
def angle(input):
    """The angle in radians; of a real number 0 (of -0.0 too) or pi."""
    t = floating(current(input))
    return P["angle"](t if dtype_of(t).kind == "c" else P["add"](t, 0.0))


@operation()
def view_as_real(input):
    """The real and imaginary parts as a new last dimension, as a view."""
    t = current(input)
    if dtype_of(t).kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return core_view(t, P["as_real"])


@operation()
def view_as_complex(input):
    """Complex numbers of which the last dimension holds the real and the imaginary part, as a view."""
    t = current(input)
    shape, d = shape_of(t), dtype_of(t)
    if d.kind != "f" or d == BFLOAT16:
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{spoken(d)}"
        )
    if not shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if t.owner is TAPE:
        *strides, last = t.stride()
        if last != 1:
            raise RuntimeError("Tensor must have a last dimension with stride 1")
        for step in strides:
            if step % 2:
                raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
        if t.storage_offset() % 2:
            raise RuntimeError("Tensor must have a storage_offset divisible by 2")
    return core_view(t, P["as_complex"])


def itself(name):
    def same(input):
        return input

    same.__doc__ = "The Tensor itself: nothing is put off."
    operation(name=name)(same)


for _name in ("resolve_conj", "resolve_neg"):
    itself(_name)
for _name in ("is_conj", "is_neg"):
    install(_name, lambda t: False)


# ------------------------------------------------------------------------------------------------ two operands
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

    def call(input=MISSING, other=MISSING, *more, out=None):
        try:
            if more or not (numbers or isinstance(other, Tensor) and isinstance(input, Tensor)):
                raise TypeError(f"{name}() takes two Tensors" + " or numbers" * numbers)
            got = quick(input, other) if isinstance(input, Tensor) else slow(input, other)
            if got is NotImplemented:
                raise unsuitable(name, input, other)
            if got.mark is not None:
                for label, number, operand in zip(with_number, (input, other), (other, input)):
                    if label is not None and not isinstance(number, Tensor):
                        set_label(got, label, (operand,))
            return got if out is None else store(name, out, got, (input, other))
        except BaseException as error:
            error = answer(error, name, (input, other, *more))
            raise error

    def inplace(self, other):
        given, other = other, as_operand(other)
        if other is NotImplemented:
            raise unsuitable(name + "_", self, given)
        check_in_place(self, other, floats)
        d = dtype_of(current(self))
        if d.kind in refused:
            refuse_dtype(refused[d.kind], d)
        if d.kind in "iu" and isinstance(other, Tensor) and dtype_of(current(other)) != d:
            return rewrite(self, slow(kept(self), other))
        p, params = called(prim)
        return in_place(self, p, other, **params)

    call.__name__, inplace.__name__ = name, name + "_"
    call.__doc__ = f"{name} of two Tensors, or of a Tensor and a number, broadcast."
    publish(call, (name, *aliases), True, True)
    publish(answering(inplace), (name + "_", *[n + "_" for n in aliases]), False, True)
    return call


for _name in ("maximum", "minimum", "fmax", "fmin"):
    binary(_name, refuse=refuse_complex(_name))
binary("atan2", "arctan2", node="Atan2", floats=True, aliases=("arctan2",))
for _name in ("hypot", "logaddexp2", "nextafter"):
    binary(_name)


def complex_logaddexp(x, y):
    """log(exp(x) + exp(y)), the larger real part taken out."""
    top = P["stop"](P["maximum"](P["real"](x), P["real"](y), kink="torch"))
    return P["add"](P["log"](P["add"](P["exp"](P["sub"](x, top)), P["exp"](P["sub"](y, top)))), top)


binary("logaddexp", of_complex=complex_logaddexp)
binary("xlogy", floats=True, with_number=("XlogyBackward1", "XlogyBackward2"))
binary("copysign", floats=True, with_number=(None, "CopysignBackward1"))


@operation("HeavisideBackward0")
def heaviside(input, values):
    """0 for negative elements, 1 for positive ones, and at 0 what `values` says."""
    x, y = current(input), current(values)
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return cast(P["heaviside"](x, y), dtype_of(x))


twin("heaviside", "HeavisideBackward0")
binary("gcd")
binary("lcm")


@operation(numbers=True)
def ldexp(input, other):
    """input * 2 ** other."""
    if isinstance(input, Tensor) and isinstance(other, Tensor) and not other.is_floating_point() and half_in(input):
        return in_float32(half_in(input), ldexp, input, other)
    out = input * FUNCTIONS["pow"](2.0, other)
    if out.mark is not None:
        set_label(out, "LdexpBackward0", (input, other))
    return out


@operation(name="float_power_", function=False)
def float_power_(self, exponent):
    """float_power, in place."""
    got, own = FUNCTIONS["float_power"](kept(self), exponent), dtype_of(current(self))
    if dtype_of(got) != own:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {spoken(own)} but the operation's result requires dtype "
            f"{spoken(dtype_of(got))}"
        )
    return rewrite(self, got, "PowBackward0", (self,))


# ------------------------------------------------------------------------------------------------ clamp
def lowest(d, sign):
    """A bound that nothing of dtype d passes."""
    if d.kind == "f":
        return sign * float("inf")
    return (np.iinfo(d).min if sign < 0 else np.iinfo(d).max) if d.kind in "iu" else sign > 0


def clamped(name, input, low, high):
    """(primitive's operands, label, parents) of a clamp."""
    if low is None and high is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    t = current(input)
    bounds = [current(b) if isinstance(b, Tensor) else b for b in (low, high)]
    wide = [isinstance(b, Tensor) and b.dim() > 0 for b in (low, high)]
    if None not in bounds and any(wide) and not all([isinstance(b, Tensor) for b in (low, high)]):
        raise TypeError("clamp() takes two Tensors or two numbers")
    check_sizes(t, *bounds)
    given = [b for b in bounds if b is not None]
    (x, *rest), d = promoted((t, *given))
    if d.kind == "c":
        if len(given) == 1 and isinstance(given[0], Tensor):
            refuse("minimum_cpu" if low is None else "maximum_cpu", d)
        raise NotImplementedError("clamp is not supported for complex types")
    if d.kind in "iu":  # (numbers beyond what d holds wrap round, as in C)
        rest = [int(np.asarray(b).astype(d)) if type(b) is int else b for b in rest]
    rest = iter(rest)
    low, high = (lowest(d, s) if b is None else next(rest) for s, b in zip((-1, 1), bounds))
    if any(isinstance(b, Tensor) for b in bounds):
        return (x, low, high), "ClampBackward0", (t, *bounds)
    return (x, low, high), "ClampBackward1", (t,)


def clamp_pair(name, label, twin_label, aliases=(), bounds=lambda a, b: (a, b)):
    def function(input, min=None, max=None):  # noqa: A002
        operands, shown, parents = clamped(name, input, *bounds(min, max))
        out = P["clamp"](*operands, kink="torch")
        if out.mark is not None:
            set_label(out, label or shown, parents)
        return out

    def inplace(self, min=None, max=None):  # noqa: A002
        low, high = bounds(min, max)
        (_, low, high), shown, parents = clamped(name, self, low, high)
        for b in (low, high):
            if isinstance(b, Handle):
                check_in_place(self, b)
            elif b is not None:
                own, met = dtype_of(current(self)), dtypes.result_dtype([rank(self), rank(b)])
                if dtypes.CATEGORY[met.kind] > dtypes.CATEGORY[own.kind]:
                    to = C_NAMES[dtypes.name_of(own)]
                    raise RuntimeError(f"result type {spoken(met)} can't be cast to the desired output type {to}")
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


clamp_pair("clamp", None, None, ("clip",))
clamp_pair("clamp_min", "ClampMinBackward0", None, bounds=lambda a, b: (a, None))
clamp_pair("clamp_max", "ClampMaxBackward0", None, bounds=lambda a, b: (None, a))


# ------------------------------------------------------------------------------------------------ choosing
def condition_of(condition, name="where"):
    """A boolean (or, as torch still lets it, uint8) Tensor."""
    try:
        c = current(condition)
        d = dtype_of(c)
        if d == np.uint8:
            deprecated("where")
            return cast(c, np.dtype(bool))
        if d.kind != "b":
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {spoken(d)}"
            )
        return c
    except BaseException as error:
        drop(error)
        raise


def where(condition=MISSING, input=MISSING, other=MISSING, *more, out=None):
    """input where the condition holds, else other; with the condition alone, the indices at which it holds.

    >>> import compat as torch
    >>> torch.where(torch.tensor([True, False]), 1.0, torch.zeros(2))
    tensor([1., 0.])
    """
    try:
        if input is MISSING and other is MISSING and not more:
            return FUNCTIONS["nonzero"](condition, as_tuple=True)
        x, y = as_operand(input), as_operand(other)
        if more or x is NotImplemented or y is NotImplemented or not isinstance(condition, Tensor):
            raise TypeError("where() takes a boolean Tensor and two operands: Tensors or numbers")
        c = condition_of(condition)
        x, y = (current(o) if isinstance(o, Tensor) else o for o in (x, y))
        check_sizes(x, y)
        check_sizes(c, x, y)
        (a, b), d = promoted((x, y))
        got = P["where"](c, a if isinstance(a, Handle) else d.type(a), b if isinstance(b, Handle) else d.type(b))
        if got.mark is not None:
            set_label(got, "WhereBackward0", (input, other))
        return got if out is None else store("where", out, got)
    except BaseException as error:
        error = answer(error, "where", (condition, input, other, *more))
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
        if dtype_of(t).kind == "u" and v.owner is TAPE and dtype_of(v).kind == "f":
            fill_value(t, v.val.item(), name)  # (which refuses what does not fit)
        return cast(v, dtype_of(t))
    d = dtype_of(t)
    if d.kind == "u" and type(value) is float and value < 0:
        raise RuntimeError("value cannot be converted to type uint8_t without overflow")
    if isinstance(value, complex) and d.kind not in "bc":
        name = dtypes.name_of(d)
        raise RuntimeError(f"value cannot be converted to type {C_INTEGERS.get(name, C_NAMES[name])} without overflow")
    return d.type(fitting(value, d))


def check_mask(mask, name="masked_fill_"):
    d = dtype_of(current(mask))
    if d.kind != "b":
        raise RuntimeError(
            f"{name} only supports boolean masks, but got mask with dtype {C_NAMES.get(dtypes.name_of(d), d.name)}"
        )


@operation()
def masked_fill(input, mask, value):
    """The input with `value` where the mask holds."""
    t, m = current(input), current(mask)
    check_sizes(m, t)
    check_mask(m)
    v = fill_value(t, value, "masked_fill_")
    shown = ("MaskedFillBackward1", (input, value)) if isinstance(value, Tensor) else ("MaskedFillBackward0", (input,))
    out = in_c_order(P["where"](m, v, t))
    if out.mark is not None:
        set_label(out, *shown)
    return out


@operation(function=False)
def masked_fill_(self, mask, value):
    """masked_fill, in place."""
    check_mask(mask)
    check_sizes(current(self), current(mask))
    old = kept(self)
    shown = ("MaskedFillBackward1", (old, value)) if isinstance(value, Tensor) else ("MaskedFillBackward0", (old,))
    return rewrite(self, masked_fill(old, mask, value), *shown, fills=True)


# ------------------------------------------------------------------------------------------------ three operands
def check_lerp(input, end, weight):
    """torch's errors for operands of lerp that do not go together."""
    d = dtype_of(current(input))
    for what, t in (("end", end), ("weight", weight)):
        if isinstance(t, Tensor) and dtype_of(current(t)) != d and (what == "end" or t.dim()):
            a, b = (C_NAMES[dtypes.name_of(o)] for o in (d, dtype_of(current(t))))
            raise RuntimeError(f"expected dtype {a} for `{what}` but got dtype {b}")
    if d.kind in KINDS_OF_INTEGER:
        refuse("lerp_kernel_tensor" if isinstance(weight, Tensor) else "lerp_kernel_scalar", d)
    check_sizes(*[current(t) for t in (input, end, weight) if isinstance(t, Tensor)])


@operation(once=True)
def lerp(input, end, weight):
    """input + weight * (end - input), worked out from the nearer end as torch does."""
    shown = "LerpBackward1" if isinstance(weight, Tensor) else "LerpBackward0"
    if not alike(input, end, weight if isinstance(weight, Tensor) else end) or input.val.dtype.kind != "f":
        check_lerp(input, end, weight)
    gap = end - input
    if isinstance(weight, Tensor):
        near = P["less"](P["abs"](current(weight)), 0.5)
        out = P["where"](near, current(input + weight * gap), current(end - gap * (1 - weight)))
    else:
        near = abs(weight) < 0.5
        part = released(gap * (weight if near else 1 - weight), False)
        out = input + part if near else end - part
    return named(out, shown, (input, end, weight))


def alike(x, y, z):
    """Are these arrays of one dtype and shape, as far as can be seen at a glance? (Then nothing has to be checked.)"""
    try:
        return x.val.dtype is y.val.dtype is z.val.dtype and x.val.shape == y.val.shape == z.val.shape
    except AttributeError:  # (traced values, numbers)
        return False


def together(*ts):
    """Tensors in the dtype that they meet in; RuntimeError if they do not broadcast."""
    if alike(*ts):
        return ts
    check_sizes(*[current(t) for t in ts])
    d = dtypes.result_dtype([rank(t) for t in ts])
    return [cast(current(t), d) for t in ts]


@operation("AddcmulBackward0", once=True)
def addcmul(input, tensor1, tensor2, *, value=1):
    """input + value * tensor1 * tensor2."""
    input, tensor1, tensor2 = together(input, tensor1, tensor2)
    product = tensor1 * tensor2
    return input + (product if value == 1 else product * value)


@operation("AddcdivBackward0", once=True)
def addcdiv(input, tensor1, tensor2, *, value=1):
    """input + value * tensor1 / tensor2."""
    if all(dtype_of(current(t)).kind in KINDS_OF_INTEGER for t in (tensor1, tensor2)):
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform "
            "a true "
            "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * "
            "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 "
            "/ tensor2) for "
            "float inputs. The future addcdiv behavior is just the latter implementation: (input + value * "
            "tensor1 / tensor2), "
            "for all dtypes."
        )
    input, tensor1, tensor2 = together(input, tensor1, tensor2)
    quotient = tensor1 / tensor2
    return input + (quotient if value == 1 else quotient * value)


twin("lerp", "LerpBackward0")
twin("addcmul", "AddcmulBackward0")
twin("addcdiv", "AddcdivBackward0")


# ------------------------------------------------------------------------------------------------ softmax
def cast_first(input, dtype):
    t = current(input)
    return t if dtype is None else cast(t, dtypes.as_numpy(dtype))


def one_axis(t, dim):
    n = len(shape_of(t))
    return (wrapped(dim, n),) if n else ()


def need_float(t, name, axes):
    """Refuse integers in torch's words, which has one kernel for the last dimension and one for the others."""
    last = not axes or axes[0] == len(shape_of(t)) - 1
    if dtype_of(t).kind != "f":
        raise NotImplementedError(
            f"\"{name}{'_lastdim' if last else ''}_kernel_impl\" not implemented for '{spoken(dtype_of(t))}'"
        )


@operation()
def softmax(input, dim, dtype=None):
    """exp(x) / sum(exp(x)) along a dimension, without overflow."""
    t = cast_first(input, dtype)
    axes = one_axis(t, dim)
    need_float(t, "softmax", axes)
    return in_c_order(P["softmax"](t, axes=axes))


@operation()
def log_softmax(input, dim, dtype=None):
    """log(softmax(x)) along a dimension."""
    t = cast_first(input, dtype)
    axes = one_axis(t, dim)
    need_float(t, "log_softmax", axes)
    return in_c_order(P["log_softmax"](t, axes=axes))


# ------------------------------------------------------------------------------------------------ filling
def overwrite(t, value, label, operands):
    """t[...] = value; where t is recorded its old value gets the derivative zero, as torch has it, not none."""
    fills = len(operands) == 1 or value is t  # (then nothing is moved in torch)
    if current(t).mark is None:
        return in_place(t, P["copy"], value, label=label, operands=operands, fills=fills)
    return in_place(t, P["put"], value, label=label, operands=operands, fills=fills, idx=(Ellipsis,))


@operation(function=False)
def fill_(self, value):
    """Every element set to a number or to a 0-d Tensor, in place."""
    if isinstance(value, Tensor):
        if value.dim():
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.dim()} dimensions."
            )
        v = without_imaginary(current(value), dtype_of(current(self)))
        return overwrite(self, v, "FillBackward3", (self, value))
    return overwrite(self, fitting(value, dtype_of(current(self))), "FillBackward2", (self,))


@operation(function=False)
def fill_diagonal_(self, fill_value, wrap=False):
    """The diagonal of a matrix (with `wrap` also of what stands below its square part) or of a cube set to a number, in place."""
    shape = tuple(self.shape)
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) == 2 and not wrap:
        FUNCTIONS["diagonal"](self).fill_(fill_value)
        return self
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(int(np.prod(shape[k + 1 :])) for k in range(len(shape)))
    at = np.unravel_index(np.arange(0, int(np.prod(shape)), step), shape)
    self[tuple([new(k) for k in at])] = fill_value
    return self


@operation(function=False)
def zero_(self):
    """Every element set to zero, in place."""
    return overwrite(self, 0, "ZeroBackward0", (self,))


@operation(function=False)
def copy_(self, src, non_blocking=False):
    """The elements of another Tensor, broadcast and cast to this dtype, written into this Tensor."""
    src = as_operand(src)
    if src is NotImplemented:
        raise TypeError("copy_(): argument 'other' (position 1) must be Tensor")
    if isinstance(src, Tensor):
        own, given = tuple(self.shape), shape_of(current(src))
        if given != own:
            full = broadcast_shapes(own, given)
            if full != own:
                raise RuntimeError(f"output with shape {list(own)} doesn't match the broadcast shape {list(full)}")
        return overwrite(self, without_imaginary(current(src), dtype_of(current(self))), "CopyBackwards", (self, src))
    return overwrite(self, src, "CopyBackwards", (self, src))


FUNCTIONS["zero_"] = zero_
