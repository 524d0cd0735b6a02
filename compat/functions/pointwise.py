"""Elementwise functions of one Tensor.

Invariant: a kink is met as torch meets it: every primitive that knows the choice is called with kink="torch".
"""

import numpy as np

from funcgrad.core.halves import LARGEST, shared
from funcgrad.core.tracebacks import drop, trim
from funcgrad.ops.exponential import complex_log1p

from .. import dtypes
from .._recorded_writes import recorded_at_once
from ..names import NAMES
from ..payload import current
from ..tensor import Tensor
from .arithmetic import called, quick_unary
from .call_errors import MISSING, answer, need_function, not_a_tensor, to_places, unusual
from .nodes import named, released, renamed
from .operands import (
    KINDS_OF_INTEGER,
    P,
    cast,
    dtype_of,
    floating,
    in_c_order,
    integer,
    iterated,
    iterating,
    laid_like,
    like_first,
)
from .out_argument import store
from .quick_writes import overwritten
from .refusals import need_dtype, need_real, refusals_of, refuse
from .register import FUNCTIONS, METHODS, install, operation, publish, twin
from .writing import in_place, kept, rewrite, spoken

# ------------------------------------------------------------------------------------------------ one operand
METHODS_ONLY = ("absolute_", "digamma_", "erfinv_", "lgamma_", "sign_")  # in-place twins that are no functions


def unary(name, prim=None, *, node=None, integers=False, aliases=(), of=None, laid=None):
    """torch.<name>, Tensor.<name> and Tensor.<name>_ of a one-operand primitive.

    `node` is torch's name of its node; without `integers`, integers are computed in the default float dtype. `of`: for
    kinds of dtypes that the primitive does not take, what is computed instead. `laid`: what lays its result out (iterating: of no
    ufunc, which would keep the order of memory).
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
        p, params = called(prim)
        if not integers and kind in KINDS_OF_INTEGER:
            t = cast(t, dtypes.Default.numpy)
            return iterated(p(t, **params), t)
        return p(t, **params)

    quick = quick_unary(prim, slow)
    of_floats = "f" not in of and "f" not in not_in_place

    def over(v, _, out):
        P[prim].into(v)

    if laid is not None:
        quick = laid(quick)

    def function(input=MISSING, /, *more, out=MISSING, **unknown):
        try:
            if more or unknown or not isinstance(input, Tensor):
                (input,) = to_places((input,), unknown)
                if more or unknown or not isinstance(input, Tensor):
                    unknown |= {} if out is MISSING else {"out": out}
                    return unusual(function, (input, *more), unknown, not_a_tensor(name, input))
            if out is MISSING:
                return quick(input)
            need_function(name, (input,), out)
            if out is None:
                return quick(input)
            if name == "relu":  # (which takes none)
                raise answer(TypeError(), name, (input,), {"out": out})
            return store(name, out, quick(input), (input,), function)
        except BaseException as error:
            if out is not MISSING and (not isinstance(out, Tensor) or isinstance(error, RuntimeError)):
                raise answer(error, name, (input, *more), {**unknown, "out": out}) from None
            trim(error)
            raise

    def inplace(self=MISSING, /, *more, **unknown):
        try:
            if more or unknown or not isinstance(self, Tensor):
                (self,) = to_places((self,), unknown)
                if more or unknown or not isinstance(self, Tensor):
                    raise not_a_tensor(name + "_", self)
            if of_floats and (overwritten(over, self, None) or recorded_at_once(quick, self)):
                return self
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
            error = answer(error, inplace.__name__, (self, *more), unknown)
            raise error

    function.__name__, inplace.__name__ = name, name + "_"
    function.__doc__ = f"{name} of each element."
    publish(function, (name, *aliases), True, True)
    names = (name + "_", *[n + "_" for n in aliases])
    publish(inplace, names, False, True)
    for n in names:
        if n not in METHODS_ONLY:
            publish(inplace, (n,), True, False)
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
    return iterated(P["where"](zero, 1.0, P["div"](P["sin"](x), x)), t)


for _name in ("erf", "erfc", "erfinv", "digamma", "lgamma", "i0"):
    unary(_name, laid=iterating)
unary("reciprocal")
unary("sigmoid", of={"c": complex_sigmoid})
unary("sinc", of={"c": complex_sinc})
unary("log1p", node="Log1P", of={"c": lambda t: iterated(complex_log1p(t), t)})
unary("deg2rad", node="Deg2Rad", laid=like_first)
unary("rad2deg", node="Rad2Deg", laid=like_first)
unary("abs", integers=True, aliases=("absolute",), of={"c": lambda t: laid_like(P["abs"](t, kink="torch"), t)})
for _name in ("floor", "ceil", "trunc", "relu"):
    unary(_name, integers=True)
unary("sign", "sign_or_zero", node="Sign", integers=True, of={"b": lambda t: iterated(P["copy"](t, t), t)})
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


def neg_(self=MISSING, /, *more, **unknown):
    """-input, in place; RuntimeError for booleans."""
    try:
        if unknown:
            (self,) = to_places((self,), unknown)
        if isinstance(self, Tensor) and not more and dtype_of(current(self)).kind == "b":
            neg(self)  # (which refuses them)
        return _negative_(self, *more, **unknown)
    except BaseException as error:
        error = answer(error, "neg_", (self, *more), unknown)
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
        return iterated(P["copy"](t, t), t)
    if dtype_of(t).kind != "c":
        return released(P["sign_or_zero"](t), True)
    size = P["abs"](t, kink="torch")
    none = P["equal"](size, 0)
    return P["where"](none, 0.0, P["div"](t, P["where"](none, 1.0, size)))


@operation("FracBackward0")
def frac(input):
    """The part behind the point, with the sign of the input."""
    t = current(input)
    need_dtype("frac", dtype_of(t))
    return P["sub"](t, P["trunc"](t))


@operation()
def round(input, *, decimals=None):  # noqa: A001
    """Rounded to so many decimals, halves to even. (Of integers without `decimals` they are given back; 0 of them are refused.)"""
    t, decimals = current(input), decimals if decimals is None else integer(decimals)
    if dtype_of(t).kind in ("bc" if decimals is None else "biuc"):
        refuse("round_cpu" if decimals else "round_vml_cpu", dtype_of(t))
    if dtype_of(t).kind in "iu":
        return iterated(P["copy"](t, t), t)
    if not decimals:
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
    return iterated(P["logit"](t, kink="torch"), t)


@operation("NanToNumBackward0")
def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    """nan and infinities replaced: by 0 and by the largest and smallest finite numbers, or by what is given."""
    t = current(input)
    if dtype_of(t).kind not in "fc":
        return laid_like(P["copy"](t, t), t)
    if shared.halves and dtype_of(t) in LARGEST:
        most = LARGEST[dtype_of(t)]
        posinf, neginf = (most if posinf is None else posinf), (-most if neginf is None else neginf)
    return laid_like(P["nan_to_num"](t, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf), t)


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
    if p < 1:
        raise RuntimeError("p has to be greater than or equal to 1")
    t = floating(current(input))
    need_real("arange_cpu", dtype_of(t))
    steps = -0.5 * np.arange(p)
    total = p * (p - 1) / 4 * float(np.log(np.pi))
    for k in steps:
        total = P["add"](P["lgamma"](P["add"](t, float(k))), total)
    return in_c_order(total)


for _name, _node in (
    ("square", "Pow"), ("sgn", "Sgn"), ("frac", "Frac"), ("round", "Round"), ("logit", "Logit"),
    ("nan_to_num", "NanToNum"), ("mvlgamma", "Mvlgamma"),
):  # fmt: skip
    twin(_name, _node + "Backward0")


@operation(name="polygamma", function=False)
def polygamma_of(self, n):
    """The n-th derivative of digamma."""
    return polygamma(n, self)


twin("polygamma", "PolygammaBackward0", lambda self, n: polygamma(n, self))
