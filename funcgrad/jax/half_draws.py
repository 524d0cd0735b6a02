"""jax.random's draws in bfloat16, bit for bit: of eight random bits seven are a number of [0, 1), so that a law is a table of 128 numbers.

Invariant: every step of a law is rounded to bfloat16, as in jax.
"""

import functools
import math

import numpy as np

from ..core.halves import bfloat16
from ..core.handle import Handle
from ..core.quiet import quiet
from ..ops.random_values.normal import erfinv_drawn
from .arrays import raw

EPS, TINY = 2.0**-7, 2.0**-126
LOWEST = -1 + 2.0**-8  # the number after -1


def rounded(x):
    return bfloat16(np.asarray(x, np.float32)).astype(np.float32)


def between(u, low):
    """Numbers of [0, 1) as numbers of [low, 1)."""
    return np.maximum(np.float32(low), rounded(rounded(u * rounded(1 - low)) + np.float32(low)))


def logistic(u):
    u = between(u, TINY)
    return rounded(np.log(u)) - rounded(np.log1p(-u))


def laplace(u):
    u = between(u, LOWEST)
    return np.sign(u) * rounded(np.log1p(-np.abs(u)))


LAWS = {
    "uniform": lambda u: u,
    "normal": lambda u: rounded(erfinv_drawn(between(u, LOWEST))) * rounded(math.sqrt(2)),
    "exponential": lambda u: -np.log1p(-u),
    "gumbel": lambda u: -np.log(rounded(-np.log(between(u, TINY)))),
    "laplace": laplace,
    "logistic": logistic,
    "cauchy": lambda u: np.tan(rounded(rounded(math.pi) * rounded(between(u, EPS) - 0.5))),
}


@functools.cache
def table(law):
    with quiet():
        return bfloat16(np.asarray(LAWS[law](np.arange(128, dtype=np.float32) / 128), np.float32))


def after(x, towards):
    """The next bfloat16 number."""
    wide = np.nextafter(x, np.float32(towards)).view(np.uint32)
    up = (towards > 0) == (x >= 0)  # away from zero, where the lower half of the word has to carry
    return ((wide + np.uint32(0xFFFF if up else 0)) & np.uint32(0xFFFF0000)).view(np.float32)


def truncated(key, lower, upper, shape=None):
    """Normal numbers between bounds, which are numbers."""
    from . import lax
    from . import numpy as jnp

    root = rounded(math.sqrt(2))
    lower, upper = rounded(lower), rounded(upper)
    low, high = (lax.erf(jnp.asarray(v / root, jnp.bfloat16)) for v in (lower, upper))
    shape = jnp.broadcast_shapes(lower.shape, upper.shape) if shape is None else shape
    out = lax.erf_inv(uniform(key, shape, low, high)) * jnp.asarray(root, jnp.bfloat16)
    ends = (jnp.asarray(after(v, t), jnp.bfloat16) for v, t in ((lower, np.inf), (upper, -np.inf)))
    return jnp.clip(out, *ends)


def uniform(key, shape=(), minval=0.0, maxval=1.0):
    from . import numpy as jnp

    low, high = jnp.asarray(minval, jnp.bfloat16), jnp.asarray(maxval, jnp.bfloat16)
    return jnp.maximum(low, of_table("uniform", key, shape) * (high - low) + low)


def of_table(law, key, shape=()):
    from . import numpy as jnp
    from . import random

    return jnp.take(jnp.asarray(table(law), jnp.bfloat16), random.bits(key, shape, np.uint8) >> 1, axis=0)


def drawn(name, arguments):
    """What the function of jax.random of this name draws; None where it is one that draws float32 numbers, and rounds them."""
    if name == "uniform":
        return uniform(**arguments)
    if name == "truncated_normal" and not any(isinstance(raw(arguments[k]), Handle) for k in ("lower", "upper")):
        return truncated(**arguments)
    return of_table(name, **arguments) if name in LAWS and arguments.keys() <= {"key", "shape"} else None
