"""Draws of floats: uniform, normal, and what is made of them; gamma by rejection, and what is made of that.

Parameters may be traced and are differentiated (the draw is a function of them); no derivative formula stands here.
"""

import math
import operator

import numpy as np

from ..core.aval import shape_of
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import ArgumentValueError
from ..numpy.arguments import cast, operand
from .keys import float_dtype, shape_for, split, words_of

P = PRIMITIVES


def parameter(x, dtype):
    return cast(operand(x), dtype)


def spread(x, dtype, shape):
    """A parameter in a dtype, repeated to a shape."""
    x = parameter(x, dtype)
    return x if shape_of(x) == shape else np.broadcast_to(x, shape)


def draw(name, key, law, shape, dtype):
    return P["random_draw"](words_of(name, key), law=law, shape=shape_for(name, shape), dtype=dtype)


def by_law(name, law, doc):
    """A function of jax.random that draws from a distribution without parameters."""

    def f(key, shape=(), dtype=None):
        return draw(name, key, law, shape, float_dtype(name, dtype))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = (
        f"{doc}\n\n    >>> from funcgrad.random import key, {name}\n    >>> {name}(key(0), (2,)).shape\n    (2,)\n    "
    )
    return f


exponential = by_law("exponential", "exponential", "Exponential numbers of rate 1.")
laplace = by_law("laplace", "laplace", "Laplace numbers of scale 1 around 0.")
logistic = by_law("logistic", "logistic", "Logistic numbers of scale 1 around 0.")
cauchy = by_law("cauchy", "cauchy", "Cauchy numbers of scale 1 around 0.")


def uniform(key, shape=(), dtype=None, minval=0.0, maxval=1.0):
    """Uniform numbers of [minval, maxval), to the bit those of jax. The bounds broadcast to `shape`; ValueError if not.

    >>> from funcgrad.random import key, uniform
    >>> import funcgrad as fg
    >>> fg.grad(lambda high: uniform(key(0), maxval=high))(2.0) == uniform(key(0))
    np.True_
    """
    dtype = float_dtype("uniform", dtype)
    shape = shape_for("uniform", shape, minval, maxval)
    return between(P["random_draw"](words_of("uniform", key), law="uniform", shape=shape, dtype=dtype), minval, maxval)


def between(u, low, high):
    """Numbers of [0, 1) as numbers of [low, high)."""
    if type(low) in (int, float) and type(high) in (int, float) and low == 0 and high == 1:
        return u
    low, high = parameter(low, u.dtype), parameter(high, u.dtype)
    return np.maximum(low, P["fma"](u, np.subtract(high, low), low))


def normal(key, shape=(), dtype=None):
    """Standard normal numbers; a complex dtype has the variance 1 in both parts together.

    >>> from funcgrad.random import key, normal
    >>> normal(key(0), (2,)).dtype, normal(key(0), (2,), complex).dtype
    (dtype('float32'), dtype('complex128'))
    """
    dtype = float_dtype("normal", dtype, complex_too=True)
    if dtype.kind == "f":
        return draw("normal", key, "normal", shape, dtype)
    words_of("normal", key)
    half = np.dtype(f"f{dtype.itemsize // 2}")
    re, im = (draw("normal", k, "normal", shape, half) for k in parts(key, 2))
    return np.divide(np.add(cast(re, dtype), np.multiply(dtype.type(1j), cast(im, dtype))), dtype.type(math.sqrt(2)))


def parts(key, n):
    """New keys of one, as a list."""
    keys = split(key, n)
    return [keys[i] for i in range(n)]


def gumbel(key, shape=(), dtype=None, mode=None):
    """Gumbel numbers; `mode` "high" or "highest" takes more bits, for the far tail. Raises ValueError for another mode."""
    if mode not in (None, "low", "high", "highest"):
        raise ArgumentValueError(f"gumbel: mode must be 'low', 'high' or 'highest'; got {mode!r}. [at {here()}]")
    law = "gumbel" if mode in (None, "low") else f"gumbel_{mode}"
    return draw("gumbel", key, law, shape, float_dtype("gumbel", dtype))


# ------------------------------------------------------------------------------------------------ made of uniform numbers
def truncated_normal(key, lower, upper, shape=None, dtype=None):
    """Standard normal numbers given that they lie between the bounds, which broadcast to `shape`.

    >>> from funcgrad.random import key, truncated_normal
    >>> import numpy as np
    >>> bool(np.all(np.abs(truncated_normal(key(0), -1.0, 1.0, (50,))) < 1))
    True
    """
    dtype = float_dtype("truncated_normal", dtype)
    shape = shape_for("truncated_normal", shape, lower, upper)
    root = dtype.type(math.sqrt(2))
    lower, upper = parameter(lower, dtype), parameter(upper, dtype)
    a, b = (P["erf"](np.divide(v, root)) for v in (lower, upper))
    out = np.multiply(root, P["erfinv_drawn"](between(draw("truncated_normal", key, "uniform", shape, dtype), a, b)))
    inside = [
        P["stop"](np.nextafter(P["stop"](v), dtype.type(end))) for v, end in ((lower, math.inf), (upper, -math.inf))
    ]
    return np.clip(out, *inside)


def pareto(key, b, shape=None, dtype=None):
    """Pareto numbers of shape parameter b."""
    dtype = float_dtype("pareto", dtype)
    shape = shape_for("pareto", shape, b)
    return np.exp(np.divide(draw("pareto", key, "exponential", shape, dtype), parameter(b, dtype)))


def rayleigh(key, scale, shape=None, dtype=None):
    """Rayleigh numbers of a scale."""
    dtype = float_dtype("rayleigh", dtype)
    shape = shape_for("rayleigh", shape, scale)
    u = draw("rayleigh", key, "uniform", shape, dtype)
    return np.multiply(parameter(scale, dtype), np.sqrt(np.multiply(np.log(u), dtype.type(-2))))


def triangular(key, left, mode, right, shape=None, dtype=None):
    """Numbers with a triangular density on [left, right] that peaks at `mode`."""
    dtype = float_dtype("triangular", dtype)
    shape = shape_for("triangular", shape, left, mode, right)
    left, mode, right = (parameter(v, dtype) for v in (left, mode, right))
    u = draw("triangular", key, "uniform", shape, dtype)
    width = np.subtract(right, left)
    rise, fall = np.subtract(mode, left), np.subtract(right, mode)
    rising = np.less(u, np.divide(rise, width))
    # each branch is computed where it is chosen: the other's root may have an infinite slope
    up = np.add(left, np.sqrt(np.multiply(np.multiply(np.where(rising, u, dtype.type(0.5)), width), rise)))
    down = np.sqrt(np.multiply(np.multiply(np.subtract(1, np.where(rising, dtype.type(0.5), u)), width), fall))
    return np.where(rising, up, np.subtract(right, down))


def weibull_min(key, scale, concentration, shape=(), dtype=None):
    """Weibull numbers of a scale and a concentration."""
    dtype = float_dtype("weibull_min", dtype)
    e = draw("weibull_min", key, "exponential", shape, dtype)
    return np.multiply(np.power(e, np.divide(dtype.type(1), parameter(concentration, dtype))), parameter(scale, dtype))


# ------------------------------------------------------------------------------------------------ made of normal numbers
def lognormal(key, sigma=1.0, shape=None, dtype=None):
    """exp of normal numbers of standard deviation sigma."""
    dtype = float_dtype("lognormal", dtype, complex_too=True)
    shape = shape_for("lognormal", shape, sigma)
    return np.exp(np.multiply(normal(key, shape, dtype), parameter(sigma, dtype)))


def maxwell(key, shape=(), dtype=None):
    """The lengths of vectors of three standard normal numbers."""
    return np.linalg.norm(normal(key, (*shape_for("maxwell", shape), 3), float_dtype("maxwell", dtype)), axis=-1)


def double_sided_maxwell(key, loc, scale, shape=(), dtype=None):
    """loc + scale times Maxwell numbers of either sign; the result has shape `shape` and that of the parameters behind it."""
    from .discrete import rademacher

    dtype = float_dtype("double_sided_maxwell", dtype)
    own = np.broadcast_shapes(shape_of(operand(loc)), shape_of(operand(scale)))
    shape = (tuple(shape) or own) + own
    lengths, signs = split(key)
    out = np.multiply(rademacher(signs, shape, dtype=dtype), maxwell(lengths, shape, dtype))
    return np.add(np.multiply(out, parameter(scale, dtype)), parameter(loc, dtype))


def wald(key, mean, shape=None, dtype=None):
    """Wald (inverse Gaussian) numbers of a mean and the scale 1."""
    dtype = float_dtype("wald", dtype)
    shape = shape_for("wald", shape, mean)
    normals, uniforms = split(key)
    mean = spread(mean, dtype, shape)
    y = np.square(normal(normals, shape, dtype))
    square = np.square(mean)
    root = np.sqrt(np.add(np.multiply(np.multiply(dtype.type(4), mean), y), np.multiply(square, np.square(y))))
    x = np.subtract(np.add(mean, np.divide(np.multiply(square, y), dtype.type(2))), np.multiply(np.divide(mean, dtype.type(2)), root))  # fmt: skip
    z = draw("wald", uniforms, "uniform", shape, dtype)
    return np.where(np.less_equal(z, np.divide(mean, np.add(mean, x))), x, np.divide(square, x))


def multivariate_normal(key, mean, cov, shape=None, dtype=None, method="cholesky"):
    """Normal vectors of a mean [..., n] and a covariance [..., n, n]; the result is of shape [*shape, n].

    `method`: "cholesky", "eigh" or "svd", the factor of the covariance. Raises ValueError where shapes do not fit.

    >>> from funcgrad.random import key, multivariate_normal
    >>> import numpy as np
    >>> multivariate_normal(key(0), np.zeros(2), np.eye(2), (5,)).shape
    (5, 2)
    """
    dtype = float_dtype("multivariate_normal", dtype)
    mean, cov = parameter(mean, dtype), parameter(cov, dtype)
    if method not in ("cholesky", "eigh", "svd"):
        raise ArgumentValueError(
            f"multivariate_normal: method must be 'cholesky', 'eigh' or 'svd'; got {method!r}. [at {here()}]"
        )
    n = shape_of(mean)[-1] if shape_of(mean) else None
    if n is None or shape_of(cov)[-2:] != (n, n):
        raise ArgumentValueError(
            f"multivariate_normal: expected a mean [..., n] and a covariance [..., n, n]; got shapes {shape_of(mean)} and "
            f"{shape_of(cov)}. [at {here()}]"
        )
    lead = np.broadcast_shapes(shape_of(mean)[:-1], shape_of(cov)[:-2])
    shape = lead if shape is None else shape_for("multivariate_normal", shape, np.broadcast_to(0, lead))
    if method == "cholesky":
        factor = np.linalg.cholesky(cov)
    else:
        if method == "eigh":
            sizes, vectors = np.linalg.eigh(cov)
        else:
            vectors, sizes, _ = np.linalg.svd(cov)
        factor = np.multiply(vectors, np.sqrt(sizes)[..., None, :])
    z = normal(key, (*shape, n), dtype)
    return np.add(mean, np.einsum("...ij,...j->...i", factor, z))


def orthogonal(key, n, shape=(), dtype=None, m=None):
    """Orthogonal matrices, uniformly: of shape [*shape, n, n], or with `m` orthonormal rows or columns [*shape, n, m].

    >>> from funcgrad.random import key, orthogonal
    >>> import numpy as np
    >>> q = orthogonal(key(0), 3, dtype=np.float64)
    >>> bool(np.allclose(q @ q.T, np.eye(3)))
    True
    """
    dtype = float_dtype("orthogonal", dtype, complex_too=True)
    n, m = operator.index(n), operator.index(n if m is None else m)
    q, r = np.linalg.qr(normal(key, (*shape_for("orthogonal", shape), max(n, m), min(n, m)), dtype))
    out = np.multiply(q, np.sign(np.diagonal(r, axis1=-2, axis2=-1))[..., None, :])
    return np.swapaxes(out, -1, -2) if n < m else out


# ------------------------------------------------------------------------------------------------ gamma and its kin
def gamma_or_log(name, key, a, shape, dtype, log_space):
    dtype = float_dtype(name, dtype)
    shape = shape_for(name, shape, a)
    return P["random_gamma"](words_of(name, key), spread(a, dtype, shape), log_space=log_space)


def gamma(key, a, shape=None, dtype=None):
    """Gamma numbers of shape parameter a > 0 and scale 1; differentiable in a (implicitly).

    >>> from funcgrad.random import gamma, key
    >>> gamma(key(0), 3.0, (2,)).dtype
    dtype('float32')
    """
    return gamma_or_log("gamma", key, a, shape, dtype, False)


def loggamma(key, a, shape=None, dtype=None):
    """Logarithms of gamma numbers: for small a the numbers themselves underflow."""
    return gamma_or_log("loggamma", key, a, shape, dtype, True)


def beta(key, a, b, shape=None, dtype=None):
    """Beta numbers of parameters a, b > 0; differentiable in both."""
    dtype = float_dtype("beta", dtype)
    shape = shape_for("beta", shape, a, b)
    x, y = (loggamma(k, v, shape, dtype) for k, v in zip(parts(key, 2), (a, b), strict=True))
    top = P["stop"](np.maximum(x, y))  # (the quotient does not vary with it)
    x, y = np.exp(np.subtract(x, top)), np.exp(np.subtract(y, top))
    return np.divide(x, np.add(x, y))


def dirichlet(key, alpha, shape=None, dtype=None):
    """Dirichlet vectors of parameters alpha [..., n]: of shape [*shape, n], each of sum 1. ValueError if alpha has no axis."""
    dtype = float_dtype("dirichlet", dtype)
    alpha = parameter(alpha, dtype)
    if not shape_of(alpha):
        raise ArgumentValueError(f"dirichlet: alpha must have an axis; got a number. [at {here()}]")
    lead = np.broadcast_to(0, shape_of(alpha)[:-1])
    shape = shape_for("dirichlet", shape, lead)
    return P["softmax"](loggamma(key, alpha, (*shape, shape_of(alpha)[-1]), dtype), axes=(len(shape),))


def t(key, df, shape=None, dtype=None):
    """Numbers of Student's t distribution with df degrees of freedom."""
    dtype = float_dtype("t", dtype)
    shape = shape_for("t", shape, df)
    normals, gammas = split(key)
    half = np.divide(parameter(df, dtype), dtype.type(2))
    return np.multiply(normal(normals, shape, dtype), np.sqrt(np.divide(half, gamma(gammas, half, shape, dtype))))


def chisquare(key, df, shape=None, dtype=None):
    """Chi-square numbers of df degrees of freedom."""
    dtype = float_dtype("chisquare", dtype)
    shape = shape_for("chisquare", shape, df)
    half = np.divide(parameter(df, dtype), dtype.type(2))
    return np.multiply(np.exp(loggamma(key, half, shape, dtype)), dtype.type(2))


def f(key, dfnum, dfden, shape=None, dtype=None):
    """Numbers of the F distribution with these degrees of freedom."""
    dtype = float_dtype("f", dtype)
    shape = shape_for("f", shape, dfnum, dfden)
    below, above = split(key)
    num = np.divide(chisquare(above, dfnum, shape, dtype), parameter(dfnum, dtype))
    return np.divide(num, np.divide(chisquare(below, dfden, shape, dtype), parameter(dfden, dtype)))


def generalized_normal(key, p, shape=(), dtype=None):
    """Numbers of density proportional to exp(-|x|**p)."""
    from .discrete import rademacher

    dtype = float_dtype("generalized_normal", dtype)
    gammas, signs = split(key)
    g = gamma(gammas, np.divide(1, operand(p)), shape, dtype)
    return np.multiply(rademacher(signs, shape, dtype), np.power(g, parameter(np.divide(1, operand(p)), dtype)))


def ball(key, d, p=2, shape=(), dtype=None):
    """Points of the unit ball of dimension d in the p-norm, uniformly: of shape [*shape, d]."""
    dtype = float_dtype("ball", dtype)
    shape = shape_for("ball", shape)
    points, radii = split(key)
    g = generalized_normal(points, p, (*shape, operator.index(d)), dtype)
    e = exponential(radii, shape, dtype)
    total = np.add(np.sum(np.power(np.abs(g), parameter(p, dtype)), axis=-1), e)
    return np.divide(g, np.power(total, parameter(np.divide(1, operand(p)), dtype))[..., None])
