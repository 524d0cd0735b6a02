"""Exponentials, logarithms and the logistic family.

Each is written so that it neither overflows nor cancels: differences of exponentials go through expm1 and log1p, and
exp is only taken of what is not positive where its argument is unbounded.
"""

import math
from math import nan  # noqa: F401  (a formula names it)

import numpy as np

from ..core.aval import ndarray
from ..core.primitive import PRIMITIVES, elementwise
from ..core.quiet import IGNORE, enter, leave
from ..core.sample import Sample, elementwise_samples
from .elementwise import add, div, equal, less_equal, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .floats import as_floats, in_place, over_floats, real_function, samples_with
from .logic import bitwise_and, bitwise_or, isinf  # noqa: F401  (formulas name them)
from .torch_order import CHEAP, exp_as_torch, log1p_as_torch, log_as_torch

LN2 = math.log(2)
LN10 = math.log(10)

exp = elementwise("exp", np.exp, "t * out", jax="numpy.exp", dtypes="fc", scalar="math.exp({0})")
exp2 = elementwise("exp2", np.exp2, "t * out * LN2", jax="numpy.exp2", dtypes="fc")
log = elementwise("log", np.log, "t / x", jax="numpy.log", dtypes="fc", domain="positive", scalar="math.log({0})")
log2 = elementwise(
    "log2", np.log2, "t / (x * LN2)", jax="numpy.log2", dtypes="fc", domain="positive", scalar="math.log2({0})"
)
log10 = elementwise(
    "log10", np.log10, "t / (x * LN10)", jax="numpy.log10", dtypes="fc", domain="positive", scalar="math.log10({0})"
)
log1p = elementwise(
    "log1p", np.log1p, "t / (1 + x)", jax="numpy.log1p", dtypes="fc", domain="unit", scalar="math.log1p({0})"
)


def complex_log1p(z):
    """log(1 + z) of complex z with the digits of a small real part, which NumPy's loses: |1 + z|**2 - 1 has no 1 in it."""
    P = PRIMITIVES
    near = P["less"](P["abs"](P["stop"](z)), 0.5)
    inside, out = where(near, z, 0), log1p(z)
    x, y = P["real"](inside), P["imag"](inside)
    more = add(mul(x, add(2, x)), mul(y, y))
    return where(near, P["complex"](mul(0.5, log1p(more)), P["imag"](out)), out)


# ------------------------------------------------------------------------------------------------ tanh
def inverse_square_of_cosh(x, scale):
    """(scale / cosh(x))**2 of real x."""
    c = np.cosh(x)
    if type(c) is not ndarray:
        return np.square(scale / c)
    np.divide(scale, c, c)
    return np.multiply(c, c, c)


def _sech_squared(x):
    """1 / cosh(x)**2; for complex x by the exponential that does not overflow."""
    x = as_floats(x)
    if x.dtype.kind == "f":
        return inverse_square_of_cosh(x, 1.0)
    e = np.exp(np.where(x.real < 0, 2 * x, -2 * x))
    return 4 * e / ((1 + e) * (1 + e))


def _sech_squared_text(w, out, x):
    if x.aval.dtype.kind != "f":
        return None
    out = w.memory(out, x.aval)
    w.line(w.call(np.cosh, "cosh", [x, out]))
    w.line(w.call(np.divide, "divide", [w.number_like(1, x), out, out]))
    return w.call(np.multiply, "multiply", [out, out, out])


ROUNDING = {"kink": "no kink: torch's formula differs in rounding alone"}
# exp(x), not out + 1: that loses every digit of e**x where x is very negative
expm1 = elementwise(
    "expm1",
    np.expm1,
    "t * exp(x)",
    torch=("t * (out + 1)",),
    into=in_place(np.expm1),
    jax="numpy.expm1",
    dtypes="fc",
    without=ROUNDING,
    scalar="math.expm1({0})",
)
# the derivative of tanh: 1 - out**2 has no digit left from x = 20 on, and few before
tanh = elementwise(
    "tanh",
    np.tanh,
    "t * sech_squared(x)",
    torch=("t * (1 - out * out)",),
    into=in_place(np.tanh),
    jax="numpy.tanh",
    dtypes="fc",
    without=ROUNDING,
    scalar="math.tanh({0})",
)
# 1 / cosh(x)**2
sech_squared = elementwise(
    "sech_squared",
    _sech_squared,
    "-t * (2 * out * tanh(x))",
    aval=exp.aval,
    into=in_place(_sech_squared),
    jax=lambda jax, x: 1 / jax.numpy.cosh(x) ** 2,
    dtypes="fc",
    scalar="(1.0 / math.cosh({0})) ** 2",
    numpy=_sech_squared_text,
)


# ------------------------------------------------------------------------------------------------ logistic functions
# (NumPy takes 0.3 us to make an array of a number)
ZEROS, ONES, MINUS = ({np.dtype(t): np.array(k, t) for t in (np.float32, np.float64)} for k in (0, 1, -1))


def one_and_exp_of_minus(x):
    """1 + exp(-x), of which torch makes sigmoid and silu: below -88 it overflows in float32, where they are 0."""
    if type(x) is not ndarray or not x.shape or x.dtype not in ONES:
        return 1 + np.exp(-x)
    e = np.negative(x)
    np.exp(e, e)
    e += ONES[x.dtype]
    return e


def logistic(x):
    """1 / (1 + exp(-x)) of floats, where NumPy does not warn."""
    if type(x) is not ndarray or not x.shape or x.dtype not in ONES:
        return 1 / (1 + np.exp(-x))
    e = np.negative(x)
    np.exp(e, e)
    e += ONES[x.dtype]
    return np.reciprocal(e, e)


@over_floats
def _sigmoid(x):
    token = enter(IGNORE)  # (where the exponential overflows, the result would be no normal number)
    try:
        return logistic(x)
    finally:
        leave(token)


@over_floats
def _sigmoid_slope(x):
    return inverse_square_of_cosh(0.5 * x, 0.5)


@over_floats
def _softplus(x):
    return np.maximum(x, np.zeros((), x.dtype)) + np.log1p(np.exp(-np.abs(x)))  # (NumPy takes longer for Python's 0)


@over_floats
def _log_sigmoid(x):
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


@over_floats
def _log_sigmoid_torch(x):
    if not x.shape or x.dtype not in ONES:
        return np.minimum(x, 0) - log1p_as_torch(exp_as_torch(-np.abs(x)))
    return log_sigmoid_of(x)


def log_sigmoid_of(x):
    """The same of an array of float32 or float64: its exponential and logarithm as exp_as_torch and log1p_as_torch have them, without memory for each."""
    dtype = x.dtype
    e = np.copysign(x, MINUS[dtype])
    if dtype.char == "f" and x.size <= CHEAP:
        d = e.astype(np.float64)
        e[...] = np.exp(d, d)
        d[...] = e
        e = np.log1p(d, d).astype(np.float32)
    else:
        np.log1p(np.exp(e, e), e)
    return np.subtract(np.minimum(x, ZEROS[dtype]), e, e)


@over_floats
def _logit(x):
    """log(x / (1 - x)); near 1/2, where that logarithm is near zero, 2 artanh(2x - 1), which is the same."""
    with np.errstate(divide="ignore", invalid="ignore"):  # the end points 0 and 1 give -inf and inf, as log does at 0
        middle = 2 * np.arctanh(np.clip(2 * x - 1, -0.5, 0.5))
        return np.where(np.abs(x - 0.5) <= 0.25, middle, np.log(x / (1 - x)))


# 1 / (1 + exp(-x))
sigmoid = elementwise(
    "sigmoid",
    _sigmoid,
    "t * sigmoid_slope(x)",
    torch=("t * (out * (1 - out))",),
    jax="nn.sigmoid",
    without=ROUNDING,
    **real_function(_sigmoid),
)
# (2 cosh(x / 2))**-2: out * (1 - out) has no digit left from x = 37 on
sigmoid_slope = elementwise(
    "sigmoid_slope",
    _sigmoid_slope,
    "-t * (out * tanh(0.5 * x))",
    jax=lambda jax, x: 0.25 / jax.numpy.cosh(0.5 * x) ** 2,
    **real_function(_sigmoid_slope),
)
# log(1 + exp(x))
softplus = elementwise("softplus", _softplus, "t * sigmoid(x)", jax="nn.softplus", **real_function(_softplus))
# -softplus(-x)
log_sigmoid = elementwise(
    "log_sigmoid",
    _log_sigmoid,
    "t * sigmoid(-x)",
    impl_torch=_log_sigmoid_torch,
    jax="nn.log_sigmoid",
    **real_function(_log_sigmoid),
)
# the inverse of sigmoid, on 0 <= x <= 1. Outside, where it is nan, jax goes on with the derivative, and torch has nan.
logit = elementwise(
    "logit",
    _logit,
    "t / x / (1 - x)",
    torch=("where((x >= 0) & (x <= 1), t / (x * (1 - x)), nan)",),
    jax="scipy.special.logit",
    domain="unit",
    kinks=((-2.0,), (3.0,)),
    samples=samples_with("logit", {}, move=lambda x: (x + 1) / 2),
    **real_function(_logit),
)


# ------------------------------------------------------------------------------------------------ log of sums
def difference(x, y):
    """x - y, and 0 where both are the same infinity: the operands of logaddexp then share its derivative."""
    return where(bitwise_and(equal(x, y), isinf(x)), 0, sub(x, y))


# log(exp(x) + exp(y)). The weights are sigmoid(x - y) and its complement: exact for large x and y, where exp(x - out)
# has the rounding error of out. Two equal infinities have 1/2 each (jax: 1 and 1 at +inf, nan at -inf; torch: nan).
logaddexp = elementwise(
    "logaddexp",
    np.logaddexp,
    "t * sigmoid(difference(x, y))",
    "t * sigmoid(difference(y, x))",
    jax="numpy.logaddexp",
    kinks=((1.0, 1.0),),
)
# log2(2**x + 2**y), likewise
logaddexp2 = elementwise(
    "logaddexp2",
    np.logaddexp2,
    "t * sigmoid(difference(x, y) * LN2)",
    "t * sigmoid(difference(y, x) * LN2)",
    jax="numpy.logaddexp2",
    kinks=((1.0, 1.0),),
)


# ------------------------------------------------------------------------------------------------ x log y
@over_floats
def _xlogy(x, y, log=np.log):
    zero = (x == 0) & ~np.isnan(y)
    return np.where(zero, 0, x) * log(np.where(zero, 1, y))


def _xlogy_torch(x, y, kink=None):
    return _xlogy(x, y, log=log_as_torch)


@over_floats
def _xlog1py(x, y):
    zero = (x == 0) & ~np.isnan(y)
    return np.where(zero, 0, x) * np.log1p(np.where(zero, 0, y))


def off_domain(name, y):
    """The usual samples, and some where the logarithm is nan: there torch's rule reads x."""

    def samples(rng):
        yield from elementwise_samples(PRIMITIVES[name], rng)
        yield Sample(np.array([0.7, -0.4]), np.array(y), kind="off domain", order=1)

    return samples


# x log(y), and 0 where x is 0. Its derivative by x is xlogy(t, y): a zero cotangent stays zero at y = 0. At x = 0 and
# y <= 0, where it is log(y) = -inf or nan in jax, torch gives 0.
xlogy = elementwise(
    "xlogy",
    _xlogy,
    "xlogy(t, y)",
    "t * x / y",
    torch=("where(bitwise_and(equal(x, 0), less_equal(y, 0)), 0, xlogy(t, y))", "t * x / y"),
    impl_torch=_xlogy_torch,
    jax="scipy.special.xlogy",
    domain=("real", "positive"),
    kinks=((0.0, 1.5), (0.0, 0.0)),
    samples=off_domain("xlogy", [-1.0, -0.5]),
    **real_function(_xlogy),
)
# x log(1 + y), likewise
xlog1py = elementwise(
    "xlog1py",
    _xlog1py,
    "xlog1py(t, y)",
    "t * x / (1 + y)",
    torch=("where(bitwise_and(equal(x, 0), less_equal(y, -1)), 0, xlog1py(t, y))", "t * x / (1 + y)"),
    jax="scipy.special.xlog1py",
    domain=("real", "unit"),
    kinks=((0.0, 0.5), (0.0, -1.0)),
    samples=off_domain("xlog1py", [-2.0, -1.5]),
    **real_function(_xlog1py),
)


@over_floats
def _entr(x):
    return np.where(x < 0, -np.inf, _xlogy(-x, np.where(x < 0, 1, x)))


# -x log(x), 0 at 0 and -inf below, where it has no derivative; at 0 that is inf
entr = elementwise(
    "entr",
    _entr,
    "-t * (1 + log(x))",
    jax="scipy.special.entr",
    domain="positive",
    **real_function(_entr),
)
