"""Trigonometric and hyperbolic functions and their inverses, degrees, sinc.

Derivatives of the inverses are written as products of factors ((1 - x)(1 + x), not 1 - x**2), which keeps their digits
near the ends of the domain and, for complex x, the branch of the function itself. Derivatives whose own derivative a
chain of operations would get wrong (0 * inf at infinity, cancellation) are primitives: one_minus_square, arctan_slope.
"""

import math

import numpy as np

from ..core.aval import dtype_of
from ..core.primitive import elementwise
from .complex import _complex, _complex_of_jax, complex_, complex_dtype
from .elementwise import add, div, equal, less, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .floats import as_floats, in_place, over_floats, real_function
from .kinked import abs_, unit  # noqa: F401  (a formula names one)
from .logic import bitwise_or, isinf
from .powers import hypot, rsqrt, sqrt
from .rounding import rint

sin = elementwise("sin", np.sin, "t * cos(x)", jax="numpy.sin", dtypes="fc", scalar="math.sin({0})")
cos = elementwise("cos", np.cos, "-t * sin(x)", jax="numpy.cos", dtypes="fc", scalar="math.cos({0})")
tan = elementwise(
    "tan", np.tan, "t * (1 + out * out)", jax="numpy.tan", dtypes="fc", domain="unit", scalar="math.tan({0})"
)
sinh = elementwise("sinh", np.sinh, "t * cosh(x)", jax="numpy.sinh", dtypes="fc", scalar="math.sinh({0})")
cosh = elementwise("cosh", np.cosh, "t * sinh(x)", jax="numpy.cosh", dtypes="fc", scalar="math.cosh({0})")
deg2rad = elementwise("deg2rad", np.deg2rad, "deg2rad(t)", jax="numpy.deg2rad")


@over_floats
def _rad2deg(x):
    return x * (180 / np.pi)  # (the factor rounded once: np.rad2deg divides 180 by a rounded pi in float32)


rad2deg = elementwise("rad2deg", _rad2deg, "rad2deg(t)", jax="numpy.rad2deg", **real_function(_rad2deg))


# ------------------------------------------------------------------------------------------------ inverses
def _one_minus_square(x):
    x = as_floats(x)
    return (1 - x) * (1 + x)


def _arctan_slope(x):
    x = as_floats(x)
    return np.reciprocal(1 + x * x)


# 1 - x**2 with all its digits near 1, and its derivative with all of them near 0
one_minus_square = elementwise(
    "one_minus_square",
    _one_minus_square,
    "-t * (x + x)",
    aval=sin.aval,
    into=in_place(_one_minus_square),
    jax=lambda jax, x: (1 - x) * (1 + x),
    dtypes="fc",
    scalar="(1.0 - {0}) * (1.0 + {0})",
)
arcsin = elementwise(
    "arcsin",
    np.arcsin,
    "t / sqrt(one_minus_square(x))",
    jax="numpy.arcsin",
    dtypes="fc",
    domain="unit",
    scalar="math.asin({0})",
)
arccos = elementwise(
    "arccos",
    np.arccos,
    "-t / sqrt(one_minus_square(x))",
    jax="numpy.arccos",
    dtypes="fc",
    domain="unit",
    scalar="math.acos({0})",
)
arctan = elementwise(
    "arctan", np.arctan, "t * arctan_slope(x)", jax="numpy.arctan", dtypes="fc", scalar="math.atan({0})"
)
# 1 / (1 + x**2). Where it has underflowed so has its derivative, and 0 * x would be nan at infinity.
arctan_slope = elementwise(
    "arctan_slope",
    _arctan_slope,
    "-t * (2 * out * (out * where(equal(out, 0), 0, x)))",
    aval=sin.aval,
    into=in_place(_arctan_slope),
    jax=lambda jax, x: 1 / (1 + x * x),
    dtypes="fc",
    scalar="1.0 / (1.0 + {0} * {0})",
)
arcsinh = elementwise(
    "arcsinh", np.arcsinh, "t / root_of_one_and_square(x)", jax="numpy.arcsinh", dtypes="fc", scalar="math.asinh({0})"
)


def arccosh_rule(t, x):
    """Two roots, so that nothing overflows. Left of -1, where the value is nan, jax and torch have a derivative."""
    x = x if dtype_of(x).kind == "c" else abs_(x)
    return div(div(t, sqrt(sub(x, 1))), sqrt(add(x, 1)))


def arccosh_rule_torch(t, x):
    """The same of real x in torch's rounding."""
    return arccosh_rule(t, x) if dtype_of(x).kind == "c" else mul(t, rsqrt(sub(mul(x, x), 1)))


# for complex x left of the imaginary axis jax gives the derivative of the other branch (its sign is the other one)
arccosh = elementwise(
    "arccosh",
    np.arccosh,
    "arccosh_rule(t, x)",
    tape=("arccosh_rule_torch(t, x)",),
    jax="numpy.arccosh",
    dtypes="fc",
    domain="above one",
    kinks=((-2.0,), (-1.0,), (1.0,)),
    scalar="math.acosh({0})",
)
arctanh = elementwise(
    "arctanh",
    np.arctanh,
    "t / one_minus_square(x)",
    jax="numpy.arctanh",
    dtypes="fc",
    domain="unit",
    scalar="math.atanh({0})",
)


def root_of_one_and_square(x):
    """sqrt(1 + x**2); for real x without overflow (float16 overflows at 256)."""
    return sqrt(add(1, mul(x, x))) if dtype_of(x).kind == "c" else hypot(x, 1)


def over_square_of_length(x, y):
    """x / (x**2 + y**2) without overflow; 0 at (0, 0), with no derivative there, and at infinity, which is its limit."""
    length = hypot(x, y)
    zero = equal(length, 0)
    edge = bitwise_or(zero, isinf(length))
    inside = where(edge, 1, length)
    short = where(zero, length, 1)
    nothing = where(zero, sqrt(mul(short, short)), 0)  # (whose derivative is 0 / 0 there)
    return where(edge, nothing, div(div(x, inside), inside))


# The angle of (y, x), called as arctan2(y, x). At (0, 0) its derivatives are 0 (jax: nan, torch: 0), and the second nan, as in both.
arctan2 = elementwise(
    "arctan2",
    np.arctan2,
    "t * over_square_of_length(y, x)",
    "-t * over_square_of_length(x, y)",
    jax="numpy.arctan2",
    domain=("nonzero", "real"),
    scalar="math.atan2({0}, {1})",
)


def _polar(x, y):
    dtype = complex_dtype(x, y)
    return np.asarray(_complex(x * np.cos(y), x * np.sin(y)), dtype)[()]


# x exp(i y). By x, torch takes in reverse the direction of the result, which is 0 at 0, and the opposite one of negative x.
polar = elementwise(
    "polar",
    _polar,
    "t * polar(1.0, y)",
    "t * (out * 1j)",
    tape=("t * unit(out)", "t * (out * 1j)"),
    aval=lambda x, y, **_: complex_.aval(x, y),
    jax=lambda jax, x, y: _complex_of_jax(jax, x * jax.numpy.cos(y), x * jax.numpy.sin(y)),
    domain=("positive", "real"),
    kinks=((0.0, 1.0),),
)

# ------------------------------------------------------------------------------------------------ sinc
NEAR = 0.25  # below, sinc' is summed as a series: cos(pi x) - sinc(x) cancels
SERIES = [(-1) ** k * 2 * k * math.pi ** (2 * k) / math.factorial(2 * k + 1) for k in range(1, 11)]


def sinc_slope(x, out):
    """sinc'(x) = (cos(pi x) - sinc(x)) / x; near 0 the derivative of the Taylor series of sinc.

    cos(pi x) is that of x less an even number, so that the product with pi is not rounded to a multiple of its own.
    """
    near = less(mul(x, x), NEAR * NEAR)
    inside, outside = where(near, x, 0), where(near, 1, x)
    u = mul(inside, inside)
    series = SERIES[-1]
    for c in SERIES[-2::-1]:
        series = add(mul(u, series), c)
    period = sub(outside, mul(2, rint(mul(0.5, outside))))
    far = div(sub(cos(mul(math.pi, period)), out), outside)
    return where(near, mul(inside, series), far)


@over_floats
def _sinc(x):
    u = math.pi * np.where(x == 0, 1, x)
    return np.where(x == 0, 1, np.sin(u) / u)


# sin(pi x) / (pi x), and 1 at 0
sinc = elementwise("sinc", _sinc, "t * sinc_slope(x, out)", jax="numpy.sinc", kinks=((0.0,),), **real_function(_sinc))
