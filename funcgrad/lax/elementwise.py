"""Elementwise operations: each a name for a primitive, or for a few."""

import numpy as np

from ..core.aval import dtype_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..errors import DTypeError

P = PRIMITIVES
UNARY = {
    "abs": "abs", "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh",
    "bessel_i0e": "i0e", "bessel_i1e": "i1e", "bitwise_not": "bitwise_not", "cbrt": "cbrt", "ceil": "ceil",
    "cos": "cos", "cosh": "cosh", "digamma": "digamma", "erf": "erf", "erf_inv": "erfinv", "erfc": "erfc", "exp": "exp",
    "exp2": "exp2", "expm1": "expm1", "floor": "floor", "imag": "imag", "is_finite": "isfinite", "lgamma": "lgamma",
    "log": "log", "log1p": "log1p", "neg": "neg", "real": "real",
    "reciprocal": "reciprocal", "rsqrt": "rsqrt", "sign": "sign", "sin": "sin", "sinh": "sinh", "sqrt": "sqrt",
    "square": "square", "tan": "tan", "tanh": "tanh",
}  # fmt: skip
BINARY = {
    "add": "add", "bitwise_and": "bitwise_and", "bitwise_or": "bitwise_or", "bitwise_xor": "bitwise_xor",
    "complex": "complex", "eq": "equal", "ge": "greater_equal", "gt": "greater", "le": "less_equal", "lt": "less",
    "max": "maximum", "min": "minimum", "mul": "mul", "ne": "not_equal", "nextafter": "nextafter", "pow": "power",
    "shift_left": "left_shift", "shift_right_arithmetic": "right_shift", "sub": "sub",
}  # fmt: skip
__all__ = [
    "RoundingMethod", *UNARY, *BINARY, "atan2", "betainc", "clamp", "clz", "conj", "logistic", "div", "igamma", "igamma_grad_a", "igammac", "integer_pow", "mulhi", "polygamma",
    "population_count", "random_gamma_grad", "reduce_precision", "rem", "round",
    "select", "select_n", "shift_right_logical", "zeta",
]  # fmt: skip


def spelled(name, prim, operands):
    """The function of jax.lax that a primitive stands for."""

    def f(x, *rest, accuracy=None):
        return P[prim](x, *rest)

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"{name}({operands}): the primitive `{prim}`, elementwise. `accuracy`, jax's, changes nothing."
    return f


globals().update({name: spelled(name, prim, "x") for name, prim in UNARY.items()})
globals().update({name: spelled(name, prim, "x, y") for name, prim in BINARY.items()})


def special(name, x, *rest):
    from ..scipy import special as functions

    return getattr(functions, name)(x, *rest)


def logistic(x, accuracy=None):
    """1 / (1 + exp(-x)), without overflow. `accuracy`, jax's, changes nothing."""
    try:
        return P["sigmoid"](x)
    except DTypeError:  # (complex numbers)
        return special("expit", x)


def conj(x):
    """The conjugate, as a complex number; of a real one too."""
    kind = dtype_of(x).kind
    if kind not in "fc":
        raise DTypeError(f"conj: takes floats and complex numbers; got {dtype_of(x).name}. Convert it with astype.")
    return P["complex"](x, np.zeros((), dtype_of(x))) if kind == "f" else P["conj"](x)


def atan2(x, y):
    """The angle of y + i x; of complex numbers -i log((y + i x) / sqrt(x**2 + y**2))."""
    try:
        return P["arctan2"](x, y)
    except TypeError:
        if "c" not in (dtype_of(x).kind, dtype_of(y).kind):
            raise
    radius = P["sqrt"](P["add"](P["mul"](x, x), P["mul"](y, y)))
    return P["mul"](-1j, P["log"](P["div"](P["add"](y, P["mul"](1j, x)), radius)))


def div(x, y):
    """x / y; of integers the quotient rounded towards zero, as jax.lax has it."""
    if dtype_of(x).kind in "iu" and dtype_of(y).kind in "iu":
        out = P["trunc_divide"](x, y)
        if isinstance(y, Handle) or not np.all(y):  # (over 0 jax's compiler has -1, all bits of it)
            every = np.asarray(-1).astype(dtype_of(out))
            out = np.where(np.equal(y, 0), every, out)
        return out
    return P["div"](x, y)


def rem(x, y):
    """What is left of x divided by y, with x's sign; of integers by 0 x itself, as jax.lax has it."""
    out = P["fmod"](x, y)
    if dtype_of(out).kind in "iu" and (isinstance(y, Handle) or not np.all(y)):
        out = np.where(np.equal(y, 0), x, out)
    return out


def clamp(min, x, max):  # noqa: A002
    """x held between min and max."""
    return P["minimum"](P["maximum"](x, min), max)


def select(pred, on_true, on_false):
    """on_true where pred, else on_false."""
    return P["where"](pred, on_true, on_false)


def select_n(which, *cases):
    """The elements of case number `which` (an integer, or a truth value for two cases), element by element."""
    out = cases[0]
    if dtype_of(which).kind == "b":
        if len(cases) > 2:
            raise DTypeError(f"select_n: truth values choose between two cases; got {len(cases)}.")
        return out if len(cases) == 1 else P["where"](which, cases[1], out)
    for k, case in enumerate(cases[1:], 1):
        out = P["where"](P["greater_equal"](which, k), case, out)
    return out


def integer_pow(x, y):
    """x to a whole power, a Python int."""
    return P["power"](x, int(y))


class RoundingMethod:
    """How halves are rounded."""

    AWAY_FROM_ZERO, TO_NEAREST_EVEN = 0, 1


def round(x, rounding_method=RoundingMethod.AWAY_FROM_ZERO):  # noqa: A001
    """The nearest whole number; halves away from zero, or (rounding_method=1) to the even one."""
    if int(rounding_method) == RoundingMethod.TO_NEAREST_EVEN:
        return P["rint"](x)
    whole = P["trunc"](x)
    half = P["greater_equal"](P["abs"](P["sub"](x, whole)), 0.5)  # (exact: what is left of x)
    return P["where"](half, P["add"](whole, P["copysign"](1.0, x)), whole)


def unsigned(dtype):
    return np.dtype(f"u{np.dtype(dtype).itemsize}" if dtype.kind == "i" else dtype)


def shift_right_logical(x, y):
    """The bits moved right, zeros coming in from the left."""
    dtype = dtype_of(x)
    wide = P["cast"](x, dtype=unsigned(dtype))
    return P["cast"](P["right_shift"](wide, P["cast"](y, dtype=unsigned(dtype))), dtype=dtype)


def population_count(x):
    """How many bits are set, in x's dtype."""
    return P["cast"](P["bitwise_count"](P["cast"](x, dtype=unsigned(dtype_of(x)))), dtype=dtype_of(x))


def clz(x):
    """How many bits before the first one are zero."""
    dtype = dtype_of(x)
    bits = 8 * dtype.itemsize
    left = P["cast"](x, dtype=unsigned(dtype))
    for k in range(bits.bit_length() - 1):  # (every bit below the first one becomes one)
        left = P["bitwise_or"](left, P["right_shift"](left, unsigned(dtype).type(1 << k)))
    return P["cast"](P["sub"](bits, P["cast"](P["bitwise_count"](left), dtype=np.dtype(np.int64))), dtype=dtype)


def igamma(a, x):
    """The lower regularised incomplete gamma function."""
    return special("gammainc", a, x)


def igammac(a, x):
    """The upper one."""
    return special("gammaincc", a, x)


def betainc(a, b, x):
    """The regularised incomplete beta function."""
    return special("betainc", a, b, x)


def igamma_grad_a(a, x):
    """The derivative of igamma by a."""
    return P["incomplete_gamma"](a, x, upper=False, nth=1)


def random_gamma_grad(a, sample):
    """The derivative by a of a sample of the gamma distribution, its quantile held fixed."""
    density = P["exp"](P["sub"](P["sub"](P["xlogy"](P["sub"](a, 1), sample), sample), P["lgamma"](a)))
    return P["neg"](P["div"](igamma_grad_a(a, sample), density))


def mulhi(x, y):
    """The upper half of the product of integers."""
    dtype = dtype_of(x)
    if dtype.kind not in "iu" or dtype_of(y) != dtype:
        raise DTypeError(f"mulhi: takes integers of one dtype; got {dtype.name} and {dtype_of(y).name}.")
    half = dtype.itemsize * 4
    low = lambda v: P["bitwise_and"](v, dtype.type((1 << half) - 1))  # noqa: E731
    high = lambda v: P["right_shift"](v, dtype.type(half))  # noqa: E731
    cross = P["add"](P["mul"](high(x), low(y)), shift_right_logical(P["mul"](low(x), low(y)), dtype.type(half)))
    other = P["add"](P["mul"](low(x), high(y)), low(cross))
    return P["add"](P["add"](P["mul"](high(x), high(y)), high(cross)), high(other))


def reduce_precision(operand, exponent_bits, mantissa_bits):
    """operand rounded to floats of so many bits of exponent and mantissa, in its own dtype; of a complex number both parts."""
    if dtype_of(operand).kind == "c":
        parts = (reduce_precision(P[p](operand), exponent_bits, mantissa_bits) for p in ("real", "imag"))
        return P["complex"](*parts)
    return P["reduce_precision"](operand, exponent_bits=int(exponent_bits), mantissa_bits=int(mantissa_bits))


def polygamma(m, x):
    """The m-th derivative of digamma; m is a number, or a plain array of them."""
    if not isinstance(m, np.ndarray) or not m.shape:
        return special("polygamma", m, x)
    orders = np.unique(m)
    out = special("polygamma", orders[0], x)
    for order in orders[1:]:
        out = P["where"](m == order, special("polygamma", order, x), out)
    return P["add"](out, np.zeros(m.shape, dtype_of(out)))


def zeta(x, q):
    """The Hurwitz zeta function."""
    return special("zeta", x, q)
