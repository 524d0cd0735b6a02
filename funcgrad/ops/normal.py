"""The normal distribution's functions, erfcx, and the Hurwitz zeta function. Their values: special_values/.

By the first operand of zeta there is no rule, as in torch and jax: a gradient by it is refused, not zero.
"""

import math

import numpy as np

from ..core.primitive import elementwise
from ..core.sample import Sample, draw
from ..errors import NotDifferentiableError
from .elementwise import div, equal, greater, less, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .exponential import exp
from .floats import over_floats, real_function, samples_with
from .special import TWO_BY_ROOT_PI
from .special_values import hurwitz, normal

NO_HALVES = {"float16": "jax refuses it"}
ROOT_HALF, ROOT_HALF_PI, ROOT_2_BY_PI = math.sqrt(0.5), math.sqrt(math.pi / 2), math.sqrt(2 / math.pi)
ONE_BY_ROOT_2PI = 1 / math.sqrt(2 * math.pi)


def of_one(name, value, formula, **fields):
    impl = over_floats(value)
    return elementwise(name, impl, formula, **{"jax": f"scipy.special.{name}"} | real_function(impl) | fields)


# exp(x**2) erfc(x). Its derivative is twice the next of the family below, 2 x out - 2 / sqrt(pi), which would cancel.
erfcx = of_one(
    "erfcx",
    normal.erfcx,
    "-t * (2 * erfc_integral(x, nth=1))",
    jax=lambda jax, x: jax.numpy.exp(jax.numpy.square(x)) * jax.scipy.special.erfc(x),
    without={"edge": "the oracle overflows"},
    tolerance=10.0,
)


def _integral_of_jax(jax, x, *, nth):
    """DLMF 7.18.7, for the oracle; its samples are small."""
    before, out = TWO_BY_ROOT_PI, jax.numpy.exp(jax.numpy.square(x)) * jax.scipy.special.erfc(x)
    for k in range(1, nth + 1):
        before, out = out, (before - 2 * x * out) / (2 * k)
    return out


# exp(x**2) times erfc's nth repeated integral: positive, and without cancellation in any order of derivative (DLMF 7.18)
erfc_integral = of_one(
    "erfc_integral",
    normal.erfc_integral,
    "-t * (2 * (nth + 1) * erfc_integral(x, nth=nth + 1))",
    params=("nth",),
    arity=1,
    jax=_integral_of_jax,
    domain="unit",
    without={"edge": "the oracle overflows"} | NO_HALVES,
    samples=samples_with("erfc_integral", {"nth": 1}, {"nth": 2}),
    tolerance=100.0,
)


# exp(-x**2 / 2). Where it has underflowed so has its derivative, and 0 * x would be nan at infinity.
bell = of_one(
    "bell", normal.bell, "-t * (out * where(equal(out, 0), 0, x))", jax=lambda jax, x: jax.numpy.exp(-0.5 * x * x)
)
# the standard normal distribution function
ndtr = of_one("ndtr", normal.ndtr, "t * (bell(x) * ONE_BY_ROOT_2PI)", without=NO_HALVES)


def slope_of_log_ndtr(x, out):
    """The density over the distribution function. On the left by erfcx, on the right, where that grows beyond all bounds, as they are."""
    left = less(x, 0)
    below = div(ROOT_2_BY_PI, erfcx(mul(where(left, x, 0), -ROOT_HALF)))
    density = mul(bell(where(left, 0, x)), ONE_BY_ROOT_2PI)
    return where(left, below, mul(density, exp(neg(where(left, 0, out)))))


# log of the standard normal distribution function
log_ndtr = of_one("log_ndtr", normal.log_ndtr, "t * slope_of_log_ndtr(x, out)", without=NO_HALVES, tolerance=10.0)


def slope_of_ndtri(x, out):
    """One over the density at out, by the tail that x is the size of: exp(out**2 / 2) would have out**2 times the rounding error of out."""
    right = greater(x, 0.5)
    tail = where(right, sub(1, x), x)
    far = where(equal(tail, 0), 0, where(right, out, neg(out)))
    return div(mul(erfcx(mul(far, ROOT_HALF)), ROOT_HALF_PI), tail)


# its inverse, on 0 <= x <= 1
ndtri = of_one(
    "ndtri",
    normal.ndtri,
    "t * slope_of_ndtri(x, out)",
    tape=("t * (2 * ROOT_HALF_PI * exp(out * out / 2))",),  # (torch keeps the result alone)
    domain="probability",
    without={"edge": "jax gives nan at 0 and 1, where the value is infinite"} | NO_HALVES,
    tolerance=10.0,
)


# ------------------------------------------------------------------------------------------------ zeta
def by_exponent(t):
    raise NotDifferentiableError(
        "zeta: by its first operand it has no rule. Hold it fixed, or differentiate by the second."
    )


def zeta_samples(rng):
    """The usual samples, compared in their values, since the first operand has no rule; and whole exponents, which nothing
    differentiates by."""
    for s in samples_with("zeta", {})(rng):
        s.order = 0
        yield s
    yield Sample(np.array([2, 3, 5]), draw(rng, "positive", (3,)), order=1)
    yield Sample(np.array([[2], [4]]), draw(rng, "positive", (3,)), kind="broadcast", order=1)


# the Hurwitz zeta function, the sum over k >= 0 of (y + k)**-x, for x > 1
zeta_values = over_floats(hurwitz.zeta)
zeta = elementwise(
    "zeta",
    zeta_values,
    "by_exponent(t)",
    "-t * (x * zeta(x + 1, y))",
    arity=2,
    jax="scipy.special.zeta",
    samples=zeta_samples,
    domain=("above one", "positive"),
    without={
        "edge": "jax gives other values below 1, where the sum diverges",
        "second order": "the first operand has no rule",
    },
    tolerance=100.0,
    **real_function(zeta_values),
)
