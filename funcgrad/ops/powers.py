"""Powers and roots: power with all its corner cases, integer_power, square, reciprocal, roots, hypot.

`x ** n` with a Python integer n is the case programs use most. Forward it is NumPy's own `x ** n` (one multiplication
for n = 2), and its rule sees the integer itself: t * (x + x) for n = 2, else t * n * integer_power(x, n - 1), which
multiplies and never takes a logarithm: small powers of integers are exact, and negative bases need no care.
"""

import numpy as np

from ..core.aval import PYTHON_SCALARS, ndarray
from ..core.primitive import PRIMITIVES, elementwise
from ..core.sample import Sample, elementwise_samples
from .elementwise import add, div, equal, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .exponential import log
from .floats import in_place, samples_with
from .logic import bitwise_and, bitwise_or, isfinite, isinf, isnan, unless_nan
from .shape import zeros_like
from .weak import weak


# ------------------------------------------------------------------------------------------------ power
def _power(x, y):
    """x ** y. Of bools np.power, whose dtype does not depend on the exponent's value."""
    return np.power(x, y) if type(x) is ndarray and x.dtype.char == "?" else x**y


def _power_torch(x, y):
    """x ** y; torch multiplies for the exponents 3 and -2, and takes a root for -1/2 (and NumPy's power takes ten times as long)."""
    if type(y) in PYTHON_SCALARS and type(x) is ndarray:
        if y == 2 and x.dtype.kind == "f":
            return np.square(x)
        if y == 3:
            return x * x * x
        if y == -2 and x.dtype.kind == "f":
            return 1 / (x * x)
        if y == -0.5 and x.dtype.kind == "f":
            return 1 / np.sqrt(x)
    return _power(x, y)


def _power_into(x, y):
    if type(y) in PYTHON_SCALARS and y in (3, -2, -0.5):
        np.copyto(x, _power_torch(x, y), casting="same_kind")
    else:
        np.power(x, y, out=x, casting="same_kind")


def power_by_base(t, x, y):
    """t d(x**y)/dx. For a static y it is a plain product; for y = 0 it is 0 everywhere, at x = 0 too."""
    if type(y) in PYTHON_SCALARS:
        if not y.imag and y.real == y.real // 1:
            return power_by_base_static(t, x, int(y.real))
        return mul(t, mul(y, power(x, y - 1)))
    return mul(t, unless_nan(power_slope, power_slope_at_edges, x, y))


def power_slope(x, y):
    return mul(y, power(x, sub(y, 1)))


def power_slope_at_edges(x, y):
    """0, not 0 * inf or 0 * nan, at x = 0 or nan with y = 0, and where y is infinite and x**(y - 1) is 0."""
    rest = power(where(bitwise_and(equal(y, 0), bitwise_or(equal(x, 0), isnan(x))), 1, x), sub(y, 1))
    return mul(where(bitwise_and(equal(rest, 0), isinf(y)), 0, y), rest)


def power_by_base_static(t, x, n):
    if n == 0:
        return zeros_like(t)
    if n == 1:
        return t
    if n == 2:
        return mul(t, add(x, x))
    return mul(t, mul(integer_power(x, exponent=n - 1), n))


def power_slope_by_exponent(x, out):
    """x**y log(x), where x = 0 too if x**y is finite (y >= 0), and where x = inf if x**y is 0 (y < 0): its limit, 0.

    (At x = y = 0 it is 0 as well, as in jax and torch.)
    """
    if type(x) in PYTHON_SCALARS:
        return mul(out, weak(log(x)) if x != 0 else where(isfinite(out), zeros_like(out), -np.inf))
    return unless_nan(out_log, out_log_at_edges, x, out)


def out_log(x, out):
    return mul(out, log(where(equal(x, 0), np.nan, x)))


def out_log_at_edges(x, out):
    at_zero = bitwise_and(equal(x, 0), isfinite(out))
    at_infinity = bitwise_and(equal(x, np.inf), equal(out, 0))
    return mul(out, log(where(bitwise_or(at_zero, at_infinity), 1, x)))


def _power_samples(rng):
    yield from elementwise_samples(PRIMITIVES["power"], rng)
    signed = rng.uniform(0.3, 2.0, (2, 3)) * np.array([-1.0, 1.0, -1.0])
    for y in (2, 3, -1, -2, 5, 1, 0):
        yield Sample(signed, y, kind="integer exponent")
        yield Sample(signed.astype(np.float32), y, kind="integer exponent", order=1)
    for y in (2, 3, 1, 0):
        yield Sample(np.zeros(2), y, kind="kink", order=1)
    for y in (2.0, -1.5, 0.5):
        yield Sample(np.abs(signed), y, kind="weak exponent")
    yield Sample(2.0, signed, kind="weak base")
    yield Sample(signed, np.array([2.0, -1.0, 3.0]), kind="negative base", order=1)
    yield Sample(np.abs(signed), np.array([-2.0, -0.5, 0.0]), kind="negative exponent")
    yield Sample(signed + 0.5j, 3, kind="integer exponent")


SHORT = {2: np.square, 1: np.positive, 0.5: np.sqrt}  # exponents for which x ** y is another ufunc in NumPy too


def _power_text(w, out, x, y):
    """x ** y as NumPy writes it for the exponents it knows."""
    short = SHORT.get(w.constant_of(y))
    if short is None or x.aval.dtype.kind == "b" or x.aval.weak:
        return None
    if x.aval.dtype.kind in "iu" and type(w.constant_of(y)) is not int:  # (2.0 makes floats of ints)
        return None
    if short is np.sqrt and x.aval.dtype.kind != "f":
        return None
    return w.call(short, short.__name__, [x], out)


def _power_of_numbers(texts, n):
    x, y = texts
    exponent = n.ins[1]
    if type(exponent) in PYTHON_SCALARS and exponent == 2:
        return f"{x} * {x}"
    if n.aval.dtype.kind != "f" or (type(exponent) is int):
        return f"{x} ** {y}"
    return f"math.pow({x}, {y})"


def _integer_power_text(w, out, x, *, exponent):
    if exponent not in (2, 3):
        return None
    if exponent == 2:
        return w.call(np.multiply, "multiply", [x, x], out)
    out = w.memory(out, x.aval)
    w.line(w.call(np.multiply, "multiply", [x, x, out]))
    return w.call(np.multiply, "multiply", [out, x, out])


def _integer_power_of_numbers(texts, n):
    (x,), exponent = texts, n.params["exponent"]
    return f"{x} * {x}" if exponent == 2 else f"{x} ** {exponent}"


# x ** y. By x: 0 at y = 0, also for x = 0 (jax: nan for a float y; torch: 0). By y: 0 at x = 0, y >= 0 (jax, torch: 0),
# -inf at x = 0, y < 0 (jax: nan; torch: -inf), nan for x < 0, where x ** y is not defined around an integer y.
power = elementwise(
    "power",
    np.power,
    "power_by_base(t, x, y)",
    "t * power_slope_by_exponent(x, out)",
    symbol="**",
    impl=_power,
    impl_torch=_power_torch,
    into=_power_into,
    jax="numpy.power",
    dtypes="fci",
    domain="positive",
    kinks=((0.0, 1.0), (0.0, 2.0), (0.0, 3.0), (1.0, 0.0), (0.0, 0.5)),
    samples=_power_samples,
    numpy=_power_text,
    scalar=_power_of_numbers,
)


def _integer_power(x, *, exponent):
    """By repeated squaring; 1 / x**n for negative exponents."""
    x, n, out = np.asarray(x), abs(exponent), None
    while n:
        if n & 1:
            out = np.positive(x) if out is None else out * x
        n >>= 1
        if n:
            x = x * x
    if out is None:
        return np.ones_like(x)[()]
    return np.reciprocal(out) if exponent < 0 else out


integer_power = elementwise(
    "integer_power",
    np.positive,
    "power_by_base_static(t, x, exponent)",
    impl=_integer_power,
    params=("exponent",),
    into=in_place(_integer_power),
    jax=lambda jax, x, *, exponent: jax.lax.integer_pow(x, exponent),
    dtypes="fc",
    domain="nonzero",
    numpy=_integer_power_text,
    scalar=_integer_power_of_numbers,
    samples=samples_with("integer_power", *({"exponent": n} for n in (2, 3, 7, 1, 0, -1, -2, -3))),
)
square = elementwise("square", np.square, "t * (x + x)", jax="numpy.square", dtypes="fci", scalar="{0} * {0}")
reciprocal = elementwise(
    "reciprocal",
    np.reciprocal,
    "-t * (out * out)",
    jax="numpy.reciprocal",
    dtypes="fc",
    domain="nonzero",
    scalar="1.0 / {0}",
)

# ------------------------------------------------------------------------------------------------ roots
sqrt = elementwise(
    "sqrt", np.sqrt, "t / (2 * out)", jax="numpy.sqrt", dtypes="fc", domain="positive", scalar="math.sqrt({0})"
)
cbrt = elementwise("cbrt", np.cbrt, "t / (3 * (out * out))", jax="numpy.cbrt", domain="nonzero")


def _rsqrt(x):
    return np.reciprocal(np.sqrt(x))


def _rsqrt_text(w, out, x):
    if x.aval.dtype.char not in "fd" or not x.aval.shape:
        return None
    out = w.memory(out, x.aval)
    w.line(w.call(np.sqrt, "sqrt", [x], out))
    return w.call(np.divide, "divide", [w.number_like(1, x), out], out)


# 1 / sqrt(x)
rsqrt = elementwise(
    "rsqrt",
    _rsqrt,
    "-t * (out / (2 * x))",
    tape=("t * (out * out * out * -0.5)",),
    aval=sqrt.aval,
    into=in_place(_rsqrt),
    jax="lax.rsqrt",
    dtypes="fc",
    domain="positive",
    scalar="1.0 / math.sqrt({0})",
    numpy=_rsqrt_text,
)


def _direction(x, y):
    """x / hypot(x, y), and 1/2 at (0, 0); infinite operands count as 1 beside finite ones, as in arctan2."""
    with np.errstate(all="ignore"):
        out = np.divide(x, np.hypot(x, y))
        edge = np.isnan(out)
        if edge.any():
            a, b = (
                np.where(np.isinf(v), np.copysign(1, v), np.where(other, v * 0, v))
                for v, other in ((x, np.isinf(y)), (y, np.isinf(x)))
            )
            length = np.hypot(a, b)
            there = np.where(length == 0, 0.5, np.divide(a, length))
            out = np.where(edge, there, out).astype(out.dtype)[()]
    return out


def over_length(t, x, y):
    """t / hypot(x, y), and 0 at (0, 0), where no derivative of higher order exists."""
    length = hypot(x, y)
    return div(t, where(equal(length, 0), np.inf, length))


def share(x, y, out):
    """x / hypot(x, y), whose result is at hand."""
    return unless_nan(lambda x, y, out: div(x, out), lambda x, y, out: direction(x, y), x, y, out)


# the share of x in the length of (x, y): the derivative of hypot
direction = elementwise(
    "direction",
    _direction,
    "over_length(t * square(direction(y, x)), x, y)",
    "-over_length(t * (direction(x, y) * direction(y, x)), x, y)",
    aval=lambda x, y: hypot.aval(x, y),
    into=in_place(_direction),
    jax=lambda jax, x, y: x / jax.numpy.hypot(x, y),
    domain=("nonzero", "real"),
    without={"edge": "jax gives nan where an operand is infinite"},
)
# sqrt(x**2 + y**2) without overflow. At (0, 0): jax 1/2 and 1/2, torch nan. Where both are infinite there is no limit;
# the direction is that of arctan2, 45 degrees.
hypot = elementwise(
    "hypot",
    np.hypot,
    "t * share(x, y, out)",
    "t * share(y, x, out)",
    torch=("t * (x / out)", "t * (y / out)"),
    into=in_place(np.hypot),
    jax="numpy.hypot",
    domain=("nonzero", "real"),
    kinks=((0.0, 0.0),),
    scalar="math.hypot({0}, {1})",
)
