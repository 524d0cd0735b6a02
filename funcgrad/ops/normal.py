"""The normal distribution's functions, erfcx, and the Hurwitz zeta function. Their values: special_values/.

By the first operand of zeta there is no rule, as in torch and jax: a gradient by it is refused, not zero.
"""

import math

import numpy as np

from ..core.primitive import elementwise
from ..core.sample import Sample, draw
from ..errors import NotDifferentiableError
from .exponential import exp  # noqa: F401  (formulas name it)
from .floats import over_floats, real_function, samples_with
from .special import TWO_BY_ROOT_PI  # noqa: F401  (a formula names it)
from .special_values import hurwitz, normal

ROOT_HALF, ROOT_2_BY_PI, ROOT_2PI = math.sqrt(0.5), math.sqrt(2 / math.pi), math.sqrt(2 * math.pi)


def of_one(name, value, formula, **fields):
    impl = over_floats(value)
    return elementwise(name, impl, formula, **{"jax": f"scipy.special.{name}"} | real_function(impl) | fields)


# exp(x**2) erfc(x)
erfcx = of_one(
    "erfcx",
    normal.erfcx,
    "t * (2 * x * out - TWO_BY_ROOT_PI)",
    jax=lambda jax, x: jax.numpy.exp(jax.numpy.square(x)) * jax.scipy.special.erfc(x),
    without={"edge": "the oracle overflows"},
    tolerance=10.0,
)
NO_HALVES = {"float16": "jax refuses it"}
# log of the standard normal distribution function; its slope is the density over the function, by erfcx
log_ndtr = of_one(
    "log_ndtr", normal.log_ndtr, "t * (ROOT_2_BY_PI / erfcx(-x * ROOT_HALF))", without=NO_HALVES, tolerance=10.0
)
# its inverse, on 0 <= x <= 1
ndtri = of_one(
    "ndtri",
    normal.ndtri,
    "t * (ROOT_2PI * exp(out * out / 2))",
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
