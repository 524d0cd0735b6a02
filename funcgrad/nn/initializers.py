"""jax.nn.initializers: functions that make initialisers, `init(key, shape, dtype) -> array`.

The figures are those of jax: to the last bit where a uniform distribution is scaled by a constant, else to a rounding.
"""

import math
from typing import Any, Protocol

import numpy as np

from .. import random
from ..core.site import here
from ..errors import ArgumentValueError

TRUNCATED = 0.87962566103423978  # the standard deviation of a standard normal number held to (-2, 2)
TRUNCATED_COMPLEX = 0.95311164380491208  # of a complex one held to the disc of radius 2


class Initializer(Protocol):
    """What the functions here return."""

    def __call__(self, key: Any, shape: Any, dtype: Any = ..., out_sharding: Any = ...) -> Any: ...


def initializer(make, dtype):
    """init(key, shape, dtype) that calls make(key, shape, dtype) with the dtype as NumPy's, float32 by default."""

    def init(key, shape, dtype=dtype, out_sharding=None):
        shape = tuple(shape)
        return make(key, shape, np.dtype(np.float32 if dtype is None or dtype is float else dtype))

    return init


def zeros(key, shape, dtype=None, out_sharding=None):
    """An initialiser: zeros.

    >>> from funcgrad.nn.initializers import zeros
    >>> zeros(None, (2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, np.float32 if dtype is None else dtype)


def ones(key, shape, dtype=None, out_sharding=None):
    """An initialiser: ones."""
    return np.ones(shape, np.float32 if dtype is None else dtype)


def constant(value, dtype=None):
    """Every entry `value`."""
    return initializer(lambda key, shape, dtype: np.full(shape, value, dtype), dtype)


def uniform(scale=1e-2, dtype=None):
    """Uniform on [0, scale)."""
    return initializer(lambda key, shape, dtype: scaled(random.uniform(key, shape, dtype), scale), dtype)


def normal(stddev=1e-2, dtype=None):
    """Normal of a standard deviation."""
    return initializer(lambda key, shape, dtype: scaled(random.normal(key, shape, dtype), stddev), dtype)


def truncated_normal(stddev=1e-2, dtype=None, lower=-2.0, upper=2.0):
    """Normal of a standard deviation before it is held to `lower` and `upper` standard deviations."""
    return initializer(
        lambda key, shape, dtype: scaled(random.truncated_normal(key, lower, upper, shape, dtype), stddev), dtype
    )


def scaled(x, by):
    return np.multiply(x, x.dtype.type(by))


def sizes(shape, in_axis, out_axis, batch_axis):
    """(fan in, fan out) of an array of weights: how many inputs reach an output, and outputs an input."""
    if isinstance(in_axis, int) and in_axis == -2 and len(shape) < 2:
        raise ArgumentValueError(
            f"variance_scaling: weights of shape {shape} have no axis -2 of inputs; give in_axis, or two axes. [at {here()}]"
        )

    def along(axes):
        return math.prod([shape[a] for a in ((axes,) if isinstance(axes, int) else axes)])

    inputs, outputs, batch = along(in_axis), along(out_axis), along(batch_axis)
    field = math.prod(shape) / inputs / outputs / batch
    return inputs * field, outputs * field


DENOMINATORS = {
    "fan_in": lambda fan_in, fan_out: fan_in,
    "fan_out": lambda fan_in, fan_out: fan_out,
    "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
    "fan_geo_avg": lambda fan_in, fan_out: math.sqrt(fan_in * fan_out),
}


def variance_scaling(scale, mode, distribution, in_axis=-2, out_axis=-1, batch_axis=(), dtype=None):
    """Of variance scale / n, where n is the number of inputs, of outputs, or a mean of both (`mode`).

    `distribution`: "uniform", "normal" or "truncated_normal". Raises ValueError for another, or another mode.

    >>> import funcgrad as fg
    >>> init = fg.nn.initializers.variance_scaling(1.0, "fan_in", "uniform")
    >>> bool(abs(init(fg.random.key(0), (3, 50))).max() < 1)
    True
    """
    if mode not in DENOMINATORS:
        raise ArgumentValueError(
            f"variance_scaling: mode must be one of {', '.join(DENOMINATORS)}; got {mode!r}. [at {here()}]"
        )
    if distribution not in ("truncated_normal", "normal", "uniform"):
        raise ArgumentValueError(
            f"variance_scaling: distribution must be 'truncated_normal', 'normal' or 'uniform'; got {distribution!r}. [at {here()}]"
        )

    def make(key, shape, dtype):
        n = DENOMINATORS[mode](*sizes(shape, in_axis, out_axis, batch_axis))
        part = dtype if dtype.kind == "f" else np.zeros((), dtype).real.dtype
        variance = part.type(scale / n)
        if distribution == "normal":
            return scaled(random.normal(key, shape, dtype), np.sqrt(variance))
        if distribution == "uniform":
            if dtype.kind == "c":
                return scaled(uniform_disc(key, shape, part), np.sqrt(variance))
            return scaled(random.uniform(key, shape, dtype, -1), np.sqrt(part.type(3) * variance))
        if dtype.kind == "c":
            return scaled(normal_disc(key, shape, part), np.sqrt(variance) / part.type(TRUNCATED_COMPLEX))
        return scaled(random.truncated_normal(key, -2, 2, shape, dtype), np.sqrt(variance) / part.type(TRUNCATED))

    return initializer(make, dtype)


def on_disc(radius, key, shape, part):
    """Complex numbers of the radii radius(u), u uniform, and uniform angles."""
    radii, angles = random.split(key)
    r = radius(random.uniform(radii, shape, part))
    theta = part.type(2 * math.pi) * random.uniform(angles, shape, part)
    return np.multiply(r, np.exp(np.multiply(np.result_type(part, np.complex64).type(1j), theta)))


def uniform_disc(key, shape, part):
    return on_disc(lambda u: np.sqrt(2 * u), key, shape, part)


def normal_disc(key, shape, part):
    return on_disc(lambda u: np.sqrt(-np.log(1 - part.type(1 - math.exp(-4)) * u)), key, shape, part)


def by_scaling(name, scale, mode, distribution, who):
    def f(in_axis=-2, out_axis=-1, batch_axis=(), dtype=None):
        return variance_scaling(scale, mode, distribution, in_axis, out_axis, batch_axis, dtype)

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"{who}: variance_scaling({scale}, {mode!r}, {distribution!r})."
    return f


glorot_uniform = by_scaling("glorot_uniform", 1.0, "fan_avg", "uniform", "X. Glorot and Y. Bengio (2010)")
glorot_normal = by_scaling("glorot_normal", 1.0, "fan_avg", "truncated_normal", "X. Glorot and Y. Bengio (2010)")
lecun_uniform = by_scaling("lecun_uniform", 1.0, "fan_in", "uniform", "Y. LeCun and others (1998)")
lecun_normal = by_scaling("lecun_normal", 1.0, "fan_in", "truncated_normal", "Y. LeCun and others (1998)")
he_uniform = by_scaling("he_uniform", 2.0, "fan_in", "uniform", "K. He and others (2015)")
he_normal = by_scaling("he_normal", 2.0, "fan_in", "truncated_normal", "K. He and others (2015)")
xavier_uniform, xavier_normal = glorot_uniform, glorot_normal
kaiming_uniform, kaiming_normal = he_uniform, he_normal


def orthogonal(scale=1.0, column_axis=-1, dtype=None):
    """Orthonormal along the column axis, or across it, whichever there are fewer of. ValueError below two axes.

    >>> import funcgrad as fg, numpy as np
    >>> w = fg.nn.initializers.orthogonal()(fg.random.key(0), (3, 3), np.float64)
    >>> bool(np.allclose(w @ w.T, np.eye(3)))
    True
    """

    def make(key, shape, dtype):
        if len(shape) < 2:
            raise ArgumentValueError(f"orthogonal: the shape must have two axes or more; got {shape}. [at {here()}]")
        columns = shape[column_axis]
        if not math.prod(shape):
            return np.zeros(shape, dtype)
        q = random.orthogonal(key, math.prod(shape) // columns, (), dtype, columns)
        rest = list(shape)
        del rest[column_axis]
        return scaled(np.moveaxis(np.reshape(q, (*rest, columns)), -1, column_axis), scale)

    return initializer(make, dtype)


def delta_orthogonal(scale=1.0, column_axis=-1, dtype=None):
    """A kernel of a convolution that is orthogonal at its centre and 0 elsewhere (L. Xiao and others, 2018)."""

    def make(key, shape, dtype):
        if not 3 <= len(shape) <= 5 or shape[-1] < shape[-2]:
            raise ArgumentValueError(
                "delta_orthogonal: the shape must have 3 to 5 axes, and the last at least the size of the one before; "
                f"got {shape}. [at {here()}]"
            )
        centre = tuple((k - 1) // 2 for k in shape[:-2])
        places = np.zeros(shape[:-2], dtype)
        places[centre] = 1
        return np.multiply(places[..., None, None], orthogonal(scale, column_axis)(key, shape[-2:], dtype))

    return initializer(make, dtype)
