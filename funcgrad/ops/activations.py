"""Activations of neural networks, one node each: ELU and its kin, softplus with a threshold, hardtanh, hardsigmoid, hardswish.

Clevert, Unterthiner and Hochreiter, 2016, arXiv:1511.07289; Klambauer et al., 2017, arXiv:1706.02515; Barron, 2017, arXiv:1704.07483.

A nan is on neither side of a kink. What it then has for a derivative says in torch's kernels which comparison they make: that of their vectors,
or another of the numbers that fill none. Here one is made for an array: the former, unless it fills no vector.
"""

import numpy as np

from ..core.primitive import elementwise
from .elementwise import add, div, greater, greater_equal, less, less_equal, mul, where  # noqa: F401  (formulas name them)
from .exponential import _softplus as plain_softplus
from .exponential import exp, sigmoid  # noqa: F401  (formulas name them)
from .floats import few, held, over_floats, real_function, samples_with
from .logic import bitwise_and, bitwise_or, logical_not  # noqa: F401  (a formula names one)

SIXTH = 1 / 6


def between(t, x, low, high):
    """t where x lies between two numbers, 0 elsewhere; a nan does among few."""
    if few(x):
        return where(bitwise_or(less_equal(x, low), greater_equal(x, high)), 0, t)
    return where(bitwise_and(greater(x, low), less(x, high)), t, 0)


def rises(x):
    """Which numbers are positive? A nan is among few."""
    return logical_not(less_equal(x, 0)) if few(x, 2) else greater(x, 0)


def swish_rule(t, x):
    """t times x / 3 + 1/2 between -3 and 3, 0 below, and t above."""
    below = less_equal(x, -3)
    middle = bitwise_and(logical_not(below), less(x, 3) if few(x, 2) else logical_not(greater_equal(x, 3)))
    return where(middle, mul(t, add(div(where(middle, x, 0), 3), 0.5)), where(below, 0, t))


@over_floats
def _elu(x, *, low, high, inner):
    below = held(x, -np.inf, 0.0)
    below = np.expm1(below if inner == 1.0 else below * inner)
    if low != 1.0:
        below = below * low
    return np.where(x <= 0, below, x if high == 1.0 else x * high)


@over_floats
def _ramp(x, *, beta, threshold):
    scaled = x if beta == 1 else x * beta
    soft = plain_softplus(scaled)
    return np.where(scaled > threshold, x, soft if beta == 1 else soft / beta)


@over_floats
def _hardtanh(x, *, low, high):
    return held(x, low, high)


@over_floats
def _hardswish(x):
    return x * held(x + 3, 0.0, 6.0) / 6


@over_floats
def _hardsigmoid(x):
    return held(x + 3, 0.0, 6.0) / 6


# low * expm1(inner * x) where x <= 0, else high * x
elu = elementwise(
    "elu",
    _elu,
    "where(rises(x), t * high, t * (low * inner) * exp(where(x >= 0, 0.0, x) * inner))",
    params=("low", "high", "inner"),
    jax=lambda jax, x, *, low, high, inner: jax.numpy.where(
        x > 0, x * high, jax.numpy.expm1(jax.numpy.where(x > 0, 0, x) * inner) * low
    ),
    samples=samples_with(
        "elu", {"low": 1.0, "high": 1.0, "inner": 1.0}, {"low": 1.5, "high": 2.0, "inner": 1.0}, {"low": 0.5, "high": 1.0, "inner": 2.0}
    ),
    **real_function(_elu),
)  # fmt: skip
# log(1 + exp(beta * x)) / beta, and x itself where beta * x exceeds the threshold
softplus_to = elementwise(
    "softplus_to",
    _ramp,
    "where(x * beta > threshold, t, t * sigmoid(x * beta))",
    params=("beta", "threshold"),
    jax=lambda jax, x, *, beta, threshold: jax.numpy.where(x * beta > threshold, x, jax.nn.softplus(x * beta) / beta),
    samples=samples_with("softplus_to", {"beta": 1.0, "threshold": 20.0}, {"beta": 2.0, "threshold": 1.5}),
    **real_function(_ramp),
)
# x held between low and high, with the derivative 0 at both ends (that of clamp is 1)
hardtanh = elementwise(
    "hardtanh",
    _hardtanh,
    "between(t, x, low, high)",
    params=("low", "high"),
    jax=lambda jax, x, *, low, high: jax.numpy.where(x <= low, low, jax.numpy.where(x >= high, high, x)),
    samples=samples_with("hardtanh", {"low": -1.0, "high": 1.0}, {"low": 0.0, "high": 6.0}),
    **real_function(_hardtanh),
)
# (x + 3) / 6 held between 0 and 1, with the derivative 0 at both ends, and where x is nan
hardsigmoid = elementwise(
    "hardsigmoid",
    _hardsigmoid,
    "where((x > -3) & (x < 3), t * SIXTH, 0)",
    jax=lambda jax, x: jax.numpy.where(x <= -3, 0, jax.numpy.where(x >= 3, 1, (x + 3) / 6)),
    **real_function(_hardsigmoid),
)
# x * hardsigmoid(x)
hardswish = elementwise(
    "hardswish",
    _hardswish,
    "swish_rule(t, x)",
    jax="nn.hard_swish",
    **real_function(_hardswish),
)
