"""Bessel functions of the first and second kind and K, of the orders 0 and 1, and Airy's Ai. Their values: special_values/.

The oracles of their samples are integrals and power series, as jax has none of these functions.
"""

import math

import numpy as np

from ..core.primitive import elementwise
from .elementwise import add, div, equal, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .exponential import exp  # noqa: F401  (formulas name it)
from .floats import over_floats, real_function, samples_with
from .special_values import airy, cylinder

POINTS, WEIGHTS = np.polynomial.legendre.leggauss(80)


def family(name, value, formula, *choices, jax, **fields):
    """A function of one real operand with the params that the choices name."""
    impl = over_floats(value)
    params = tuple(choices[0])
    return elementwise(
        name,
        impl,
        formula,
        params=params,
        arity=1,
        jax=jax,
        samples=samples_with(name, *choices),
        **real_function(impl),
        **fields,
    )


def over(x, zero):
    """1 / x, and at 0 what is given."""
    return where(equal(x, 0), zero, div(1, where(equal(x, 0), 1, x)))


def integral(jnp, f, low, high):
    """The integral of a smooth f over an interval, for each element of what it returns along a last axis."""
    nodes = (high - low) / 2 * POINTS + (high + low) / 2
    return (high - low) / 2 * jnp.sum(f(jnp.asarray(nodes)) * WEIGHTS, -1)


# ------------------------------------------------------------------------------------------------ J and Y
def first_kind_slope(x, out, nu):
    """DLMF 10.6.2, 10.6.3; J1'(0) is 1/2."""
    if nu == 0:
        return neg(bessel_j(x, nu=1))
    return where(equal(x, 0), 0.5, sub(bessel_j(x, nu=0), mul(out, over(x, 0))))


def second_kind_slope(x, out, nu):
    if nu == 0:
        return neg(bessel_y(x, nu=1))
    return sub(bessel_y(x, nu=0), div(out, x))


def _first_kind(jax, x, *, nu):
    """DLMF 10.9.2."""
    jnp = jax.numpy
    x = jnp.asarray(x)
    wide = x.astype("float64")[..., None]
    return (integral(jnp, lambda u: jnp.cos(nu * u - wide * jnp.sin(u)), 0, math.pi) / math.pi).astype(x.dtype)


def _second_kind(jax, x, *, nu):
    """DLMF 10.9.7."""
    jnp = jax.numpy
    x = jnp.asarray(x)
    wide = x.astype("float64")[..., None]
    waves = integral(jnp, lambda u: jnp.sin(wide * jnp.sin(u) - nu * u), 0, math.pi)
    power = lambda u: (jnp.exp(nu * u) + (-1) ** nu * jnp.exp(-nu * u)) * jnp.exp(-wide * jnp.sinh(u))
    return ((waves - sum(integral(jnp, power, k, k + 1) for k in range(8))) / math.pi).astype(x.dtype)


EDGES = {"edge": "the oracle is an integral over samples of moderate size"}
bessel_j = family(
    "bessel_j", cylinder.bessel_j, "t * first_kind_slope(x, out, nu)", {"nu": 0}, {"nu": 1}, jax=_first_kind,
    domain="nonzero", without=EDGES, tolerance=10.0,
)  # fmt: skip
bessel_y = family(
    "bessel_y", cylinder.bessel_y, "t * second_kind_slope(x, out, nu)", {"nu": 0}, {"nu": 1}, jax=_second_kind,
    domain="positive", without=EDGES, tolerance=100.0,
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ K
def decaying_slope(x, out, nu, scaled_by_exp):
    """DLMF 10.29.3, 10.29.2."""
    other = neg(bessel_k(x, nu=1 - nu, scaled_by_exp=scaled_by_exp))
    slope = sub(other, div(out, x)) if nu else other
    return add(slope, out) if scaled_by_exp else slope


def _decaying(jax, x, *, nu, scaled_by_exp):
    """DLMF 10.32.9."""
    jnp = jax.numpy
    x = jnp.asarray(x)
    wide = x.astype("float64")[..., None]
    shift = 1 if scaled_by_exp else 0
    inside = lambda u: jnp.exp(-wide * (jnp.cosh(u) - shift)) * jnp.cosh(nu * u)
    return sum(integral(jnp, inside, k, k + 1) for k in range(7)).astype(x.dtype)


bessel_k = family(
    "bessel_k", cylinder.bessel_k, "t * decaying_slope(x, out, nu, scaled_by_exp)",
    *({"nu": n, "scaled_by_exp": s} for n in (0, 1) for s in (False, True)), jax=_decaying,
    domain="positive", without=EDGES, tolerance=100.0,
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ Airy's function
def airy_slope(x, nth):
    """Ai' is the derivative, and Ai''(x) = x Ai(x)."""
    return mul(x, airy_ai(x, nth=0)) if nth else airy_ai(x, nth=1)


def _airy(jax, x, *, nth):
    """The power series (DLMF 9.4.1)."""
    jnp = jax.numpy
    x = jnp.asarray(x)
    c = [1 / (3 ** (2 / 3) * math.gamma(2 / 3)), -1 / (3 ** (1 / 3) * math.gamma(1 / 3)), 0.0]
    for k in range(3, 60):
        c.append(c[k - 3] / (k * (k - 1)))
    if nth:
        c = [k * v for k, v in enumerate(c)][1:]
    return jnp.polyval(jnp.asarray(c[::-1]), x.astype("float64")).astype(x.dtype)


airy_ai = family(
    "airy_ai", airy.airy_ai, "t * airy_slope(x, nth)", {"nth": 0}, {"nth": 1}, jax=_airy, without=EDGES,
    tolerance=10.0,
)  # fmt: skip
