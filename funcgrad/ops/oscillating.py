"""Sine and cosine integrals, Fresnel's integrals, Owen's T function. Their values: special_values/oscillating.py.

The oracles of their samples are integrals: jax's own functions are meant for values.
"""

import math

import numpy as np

from ..core.primitive import elementwise
from .elementwise import add, div, equal, less, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .exponential import exp  # noqa: F401  (formulas name it)
from .floats import few_samples, over_floats, real_function
from .incomplete import over_wide
from .integrals import AT_ENDS, from_zero_to_one
from .special import erf  # noqa: F401  (a formula names it)
from .special_values import oscillating as values
from .trigonometric import cos, sin, sinc  # noqa: F401  (formulas name them)

ROOT_2 = math.sqrt(2)
TWO_PI = 2 * math.pi
ROOT_8_PI = math.sqrt(8 * math.pi)
HALF_PI = math.pi / 2


def of_one(name, formula, oracle, **fields):
    """A function of one real operand."""
    impl = over_floats(getattr(values, name))
    fields = {"samples": few_samples(name, {}), "without": AT_ENDS} | fields
    return elementwise(name, impl, formula, arity=1, jax=oracle, **fields, **real_function(impl))


def integral(f):
    """The oracle that integrates f(jnp, x, u) over 0 < u < 1."""
    return lambda jax, x: from_zero_to_one(jax, lambda x, u: f(jax.numpy, x, u), x)


def sine_over(x):
    """sin(x) / x, and 1 at 0; near it by sinc, whose own derivative does not cancel."""
    near = less(mul(x, x), 1)
    far = where(near, 1, x)
    return where(near, sinc(div(where(near, x, 0), math.pi)), div(sin(far), far))


def _cosine_of_jax(jax, x):
    jnp = jax.numpy
    smooth = from_zero_to_one(jax, lambda x, u: (jnp.cos(x * u) - 1) / u, x)
    return (values.EULER + jnp.log(x) + smooth).astype(smooth.dtype)


sine_integral = of_one("sine_integral", "t * sine_over(x)", integral(lambda jnp, x, u: jnp.sin(x * u) / u))
cosine_integral = of_one("cosine_integral", "t * cos(x) / x", _cosine_of_jax, domain="positive", tolerance=10.0)
fresnel_sine = of_one(
    "fresnel_sine", "t * sin(HALF_PI * x * x)", integral(lambda jnp, x, u: x * jnp.sin(HALF_PI * (x * u) ** 2))
)
fresnel_cosine = of_one(
    "fresnel_cosine", "t * cos(HALF_PI * x * x)", integral(lambda jnp, x, u: x * jnp.cos(HALF_PI * (x * u) ** 2))
)


def _owens_of_jax(jax, h, a):
    jnp = jax.numpy
    u, w = np.polynomial.legendre.leggauss(40)
    t = (u + 1) / 2

    def f(h, a):
        square = (a[..., None] * t) ** 2
        return (
            jnp.sum(a[..., None] * jnp.exp(-0.5 * h[..., None] ** 2 * (1 + square)) / (1 + square) * (w / 2), -1)
            / TWO_PI
        )

    return over_wide(jax, f, (), h, a)


owens_values = over_floats(values.owens_t)
# Owen's T of h and a
owens_t = elementwise(
    "owens_t",
    owens_values,
    "-t * exp(-0.5 * x * x) * erf(x * y / ROOT_2) / ROOT_8_PI",
    "t * exp(-0.5 * x * x * (1 + y * y)) / (TWO_PI * (1 + y * y))",
    arity=2,
    jax=_owens_of_jax,
    samples=few_samples("owens_t", {}),
    without=AT_ENDS,
    **real_function(owens_values),
)
