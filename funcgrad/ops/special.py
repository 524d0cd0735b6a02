"""Special functions: the error function, the gamma family, modified Bessel functions. Their values: special_values/."""

import math

from ..core.primitive import elementwise
from ..errors import ArgumentError
from . import special_values as values
from .elementwise import add, equal, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .exponential import exp  # noqa: F401  (formulas name it)
from .floats import over_floats, real_function, samples_with
from .rounding import sign  # noqa: F401  (formulas name it)

TWO_BY_ROOT_PI = 2 / math.sqrt(math.pi)
HALF_ROOT_PI = math.sqrt(math.pi) / 2


def special(name, value, formula, **fields):
    """A special function of one real operand, whose jax lowering is of the same name in jax.scipy.special."""
    impl = over_floats(value)
    return elementwise(name, impl, formula, **{"jax": f"scipy.special.{name}"} | real_function(impl) | fields)


# ------------------------------------------------------------------------------------------------ error function
# exp(-x**2) with all its digits. Where it has underflowed so has its derivative, and 0 * x would be nan at infinity.
gaussian = special(
    "gaussian",
    values.gaussian,
    "-t * (2 * out * where(equal(out, 0), 0, x))",
    jax=lambda jax, x: jax.numpy.exp(-x * x),
)
erf = special("erf", values.erf, "t * (TWO_BY_ROOT_PI * gaussian(x))")
erfc = special("erfc", values.erfc, "-t * (TWO_BY_ROOT_PI * gaussian(x))")
# the inverse of erf, on -1 <= x <= 1
erfinv = special("erfinv", values.erfinv, "t * (HALF_ROOT_PI * exp(out * out))", domain="unit", tolerance=10.0)

# ------------------------------------------------------------------------------------------------ gamma
# log |gamma(x)|
lgamma = special("lgamma", values.lgamma, "t * digamma(x)", jax="scipy.special.gammaln", domain="nonzero")
# lgamma's derivative. At 0 it is -inf, at -0 inf, as in torch (jax: nan).
digamma = special(
    "digamma",
    values.digamma,
    "t * polygamma(x, nth=1)",
    domain="nonzero",
    without={"edge": "digamma(0) is nan in jax"},
)


def _polygamma(x, *, nth):
    if type(nth) is not int or nth < 0:
        raise ArgumentError(f"polygamma: nth must be an int of 0 or more; got {nth!r}.")
    return values.polygamma(x, order=nth) if nth else values.digamma(x)


# digamma's nth derivative, for a Python int
polygamma = special(
    "polygamma",
    _polygamma,
    "t * polygamma(x, nth=nth + 1)",
    params=("nth",),
    arity=1,
    jax=lambda jax, x, *, nth: jax.scipy.special.polygamma(nth, x),
    domain="positive",
    without={"edge": "jax gives nan at infinity, where the limit is 0"},
    samples=samples_with("polygamma", {"nth": 1}, {"nth": 2}, {"nth": 0}),
)


# ------------------------------------------------------------------------------------------------ Bessel functions
def i1_slope(x):
    """I1'(x) = I1(x) / x + I2(x); I0(x) - I1(x) / x would cancel at second order."""
    return add(bessel_ratio(x, nu=1), mul(mul(x, x), bessel_ratio(x, nu=2)))


def _ratio_of_jax(jax, x, *, nu):
    """The power series, for the oracle; its samples are small."""
    jnp = jax.numpy
    terms = [1 / (math.factorial(k) * math.factorial(k + nu)) for k in range(40)]
    x = jnp.asarray(x)
    wide = x.astype("float64")
    return (jnp.polyval(jnp.asarray(terms[::-1]), wide * wide / 4) / 2.0**nu).astype(x.dtype)


INFINITE = {"edge": "jax gives nan at infinity, where the value is infinite"}

# I0 and I1, and exp(-|x|) times them. jax gives 1 for I0'(0), which is 0.
i0 = special("i0", values.i0, "t * i1(x)", without=INFINITE)
i1 = special("i1", values.i1, "t * i1_slope(x)", kinks=((0.0,),), without=INFINITE)
i0e = special("i0e", values.i0e, "-t * (sign(x) * bessel_decay(x, nth=1))", kinks=((0.0,),))
i1e = special("i1e", values.i1e, "t * (bessel_decay(x, nth=2) - bessel_decay(x, nth=1))", kinks=((0.0,),))


def _decay_of_jax(jax, x, *, nth):
    """The mean over equidistant angles, which converges at once for samples of moderate size."""
    u = 1 - jax.numpy.cos((jax.numpy.arange(64) + 0.5) * (math.pi / 64))
    wide = jax.numpy.abs(jax.numpy.asarray(x)).astype("float64")[..., None]
    return jax.numpy.mean(u**nth * jax.numpy.exp(-wide * u), -1).astype(jax.numpy.asarray(x).dtype)


# (-1)**nth times the nth derivative of exp(-x) I0(x) at |x|: no order of it is a difference of larger numbers
bessel_decay = special(
    "bessel_decay",
    values.bessel_decay,
    "-t * (sign(x) * bessel_decay(x, nth=nth + 1))",
    params=("nth",),
    arity=1,
    jax=_decay_of_jax,
    domain="nonzero",
    without={"edge": "the oracle's sum is for operands of moderate size"},
    samples=samples_with("bessel_decay", {"nth": 1}, {"nth": 2}),
)
# I(x) / x**nu: even and without a zero, so that no order of derivative cancels near 0 (DLMF 10.29.4)
bessel_ratio = special(
    "bessel_ratio",
    values.bessel_ratio,
    "t * (x * bessel_ratio(x, nu=nu + 1))",
    params=("nu",),
    arity=1,
    jax=_ratio_of_jax,
    domain="nonzero",
    without={"edge": "the oracle's series is for small operands"},
    samples=samples_with("bessel_ratio", {"nu": 1}, {"nu": 2}),
)
