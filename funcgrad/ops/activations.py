"""Activations of neural networks, one node each: ELU and its kin, softplus with a threshold, hardtanh, hardswish.

Clevert, Unterthiner and Hochreiter, 2016, arXiv:1511.07289; Klambauer et al., 2017, arXiv:1706.02515; Barron, 2017, arXiv:1704.07483.
"""

import numpy as np

from ..core.primitive import elementwise
from .elementwise import add, div, greater, greater_equal, less, less_equal, mul, where  # noqa: F401  (formulas name them)
from .exponential import _softplus as plain_softplus
from .exponential import exp, sigmoid  # noqa: F401  (formulas name them)
from .floats import held, over_floats, real_function, samples_with
from .logic import bitwise_and, bitwise_or  # noqa: F401  (formulas name them)


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
    return np.where(x >= 3, x, x * (held(x + 3, 0.0, 6.0) / 6))


# low * expm1(inner * x) where x <= 0, else high * x
elu = elementwise(
    "elu",
    _elu,
    "where(x > 0, t * high, t * (low * inner) * exp(where(x >= 0, 0.0, x) * inner))",
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
    "where((x <= low) | (x >= high), 0, t)",
    params=("low", "high"),
    jax=lambda jax, x, *, low, high: jax.numpy.where(x <= low, low, jax.numpy.where(x >= high, high, x)),
    samples=samples_with("hardtanh", {"low": -1.0, "high": 1.0}, {"low": 0.0, "high": 6.0}),
    **real_function(_hardtanh),
)
# x * hardtanh(x + 3, 0, 6) / 6, and x itself from 3 on
hardswish = elementwise(
    "hardswish",
    _hardswish,
    "where(x <= -3, 0, where(x < 3, t * where((x > -3) & (x < 3), x / 3 + 0.5, 0), t))",
    jax="nn.hard_swish",
    **real_function(_hardswish),
)
