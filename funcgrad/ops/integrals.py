"""Exponential integrals, Dawson's integral, the dilogarithm. Their values: special_values/integrals.py."""

import math

import numpy as np

from ..core.primitive import elementwise
from ..errors import ArgumentError
from .elementwise import mul
from .exponential import exp
from .floats import few_samples, over_floats, real_function
from .incomplete import integrated, over_wide
from .special_values import integrals, quotients


def _expn(x, *, n):
    if type(n) is not int or n < 0:
        raise ArgumentError(f"expn: n must be an int of 0 or more; got {n!r}.")
    return integrals.expn(x, n=n)


# The oracles are integrals: jax's own functions take many seconds to compile, and expn cannot be differentiated compiled.
def _expn_of_jax(jax, x, *, n):
    jnp = jax.numpy

    def f(x):
        return jnp.exp(-x) * integrated(jax, lambda s: jnp.exp(-x[..., None] * s) * (1 + s) ** -n)

    return over_wide(jax, f, (), x)


def from_zero_to_one(jax, f, x):
    """The integral over 0 < u < 1 of f(x, u), for the oracle: by 40 points of Gauss's rule."""
    u, w = np.polynomial.legendre.leggauss(40)
    return over_wide(jax, lambda x: jax.numpy.sum(f(x[..., None], (u + 1) / 2) * (w / 2), -1), (), x)


def quotient(name, value, integrand, domain):
    """A quotient that is 0 / 0 somewhere, each derivative a value of its own: an integral over 0 < u < 1 of what is positive."""
    impl = over_floats(value)
    return elementwise(
        name,
        np.exp,
        f"t * {name}(x, nth=nth + 1)",
        impl=impl,
        params=("nth",),
        arity=1,
        jax=lambda jax, x, *, nth: from_zero_to_one(jax, lambda x, u: integrand(jax.numpy, x, u, nth), x),
        domain=domain,
        samples=few_samples(name, {"nth": 0}, {"nth": 1}, {"nth": 2}),
        without=AT_ENDS,
        **real_function(impl),
    )


def _expi_of_jax(jax, x):
    jnp = jax.numpy
    smooth = from_zero_to_one(jax, lambda x, u: jnp.expm1(x * u) / u, x)
    return (integrals.EULER + jnp.log(jnp.abs(x)) + smooth).astype(smooth.dtype)


def _dawson_of_jax(jax, x, *, nth):
    def f(x):
        return from_zero_to_one(jax, lambda x, u: x * jax.numpy.exp(x * x * (u * u - 1)), x)

    return over_wide(jax, f, (nth,), x)


def _spence_of_jax(jax, x):
    return from_zero_to_one(jax, lambda x, u: -jax.numpy.log1p((x - 1) * u) / u, x)


def expn_slope(x, n):
    return expn(x, n=n - 1) if n else mul(exp(-x), (1 + x) / (x * x))


expn_values, expi_values = over_floats(_expn), over_floats(integrals.expi)
dawson_values, spence_values = over_floats(integrals.dawson), over_floats(integrals.spence)
AT_ENDS = {"edge": "the oracles are for small operands"}

# (exp(x) - 1) / x, and log(x) / (x - 1)
exp_quotient = quotient("exp_quotient", quotients.exp_quotient, lambda jnp, x, u, n: u**n * jnp.exp(x * u), "real")
log_quotient = quotient(
    "log_quotient",
    quotients.log_quotient,
    lambda jnp, x, u, n: math.factorial(n) * (-u) ** n * (1 + (x - 1) * u) ** -(n + 1.0),
    "positive",
)

# the integral of exp(-x t) / t**n over t > 1, for a Python int n
expn = elementwise(
    "expn",
    np.exp,
    "-t * expn_slope(x, n)",
    impl=expn_values,
    params=("n",),
    arity=1,
    jax=_expn_of_jax,
    domain="positive",
    samples=few_samples("expn", {"n": 1}, {"n": 2}, {"n": 0}),
    without=AT_ENDS,
    **real_function(expn_values),
)
# the principal value of the integral of exp(t) / t up to x
expi = elementwise(
    "expi",
    expi_values,
    "t * exp(x) / x",
    arity=1,
    jax=_expi_of_jax,
    samples=few_samples("expi", {}),
    domain="nonzero",
    tolerance=10.0,
    without=AT_ENDS,
    **real_function(expi_values),
)
# exp(-x**2) times the integral of exp(t**2) from 0 to x, differentiated nth times: its slope, 1 - 2 x out, cancels for large x
dawson = elementwise(
    "dawson",
    np.exp,
    "t * dawson(x, nth=nth + 1)",
    impl=dawson_values,
    params=("nth",),
    arity=1,
    jax=_dawson_of_jax,
    samples=few_samples("dawson", {"nth": 0}, {"nth": 1}),
    without=AT_ENDS,
    **real_function(dawson_values),
)
# the dilogarithm of 1 - x
spence = elementwise(
    "spence",
    spence_values,
    "-t * log_quotient(x, nth=0)",
    arity=1,
    jax=_spence_of_jax,
    samples=few_samples("spence", {}),
    domain="positive",
    without=AT_ENDS,
    **real_function(spence_values),
)
