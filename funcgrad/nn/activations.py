"""jax.nn's activations, softmax and its kin, one-hot vectors, for traced arrays and plain ones.

Each is a primitive or composed of primitives, in the way that jax composes it: so derivatives at kinks are jax's.
"""

import math
import operator

import numpy as np

from ..core.aval import PYTHON_SCALARS, dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import ArgumentValueError
from ..numpy.arguments import as_array, axes_of, axis_of, cast, inexact, operand
from ..scipy import special as _special
from ..scipy.special import logsumexp

P = PRIMITIVES
LOG_2 = math.log(2)


def identity(x):
    """x as an array."""
    return as_array(x)


def relu(x):
    """max(x, 0); its slope at 0 is 0.

    >>> import funcgrad as fg
    >>> fg.grad(fg.nn.relu)(0.0)
    0.0
    """
    return P["relu"](operand(x))


def relu6(x):
    """x held between 0 and 6; its slope at both is 0."""
    x = operand(x)
    return np.where(np.less_equal(x, 0), 0.0, np.where(np.greater_equal(x, 6), 6.0, x))


sigmoid = _special.named("sigmoid", "sigmoid", "1 / (1 + exp(-x)), without overflow.", __name__)


def tanh(x):
    """The hyperbolic tangent."""
    return np.tanh(operand(x))


softplus = _special.named("softplus", "softplus", "log(1 + exp(x)), without overflow.", __name__)


log_sigmoid = _special.named("log_sigmoid", "log_sigmoid", "log(sigmoid(x)), without underflow.", __name__)


def squareplus(x, b=4):
    """(x + sqrt(x**2 + b)) / 2: a smooth relu."""
    x, b = operand(x), operand(b)
    if dtype_of(x).kind == "c":
        return np.divide(np.add(x, np.sqrt(np.add(np.square(x), b))), 2)
    root = np.hypot(x, math.sqrt(b) if isinstance(b, (int, float)) else np.sqrt(b))
    below = np.less(x, 0)  # there it is b over a sum, where the difference would cancel
    sums = np.add(np.abs(x), root)
    return np.divide(np.where(below, np.divide(b, np.where(below, sums, 1)), sums), 2)


def sparse_plus(x):
    """0 up to -1, x from 1 on, (x + 1)**2 / 4 between."""
    x = operand(x)
    middle = np.divide(np.square(np.add(x, 1.0)), 4)
    return np.where(np.less_equal(x, -1.0), 0.0, np.where(np.greater_equal(x, 1.0), x, middle))


def sparse_sigmoid(x):
    """The slope of sparse_plus: x from -1 to 1 carried to 0 to 1, and held beyond."""
    return np.multiply(0.5, np.clip(np.add(operand(x), 1.0), 0.0, 2.0))


def soft_sign(x):
    """x / (|x| + 1), beyond 1 by sign(x) (1 - 1 / (|x| + 1)), whose slope is no difference."""
    x = operand(x)
    size = np.abs(x)
    if dtype_of(x).kind == "c":
        return np.divide(x, np.add(size, 1))
    near, whole = np.less_equal(size, 1), np.add(size, 1)
    far = np.multiply(np.sign(x), np.subtract(1, np.divide(1, whole)))
    return np.where(near, np.divide(np.where(near, x, 0), whole), far)


def silu(x):
    """x sigmoid(x), also called swish."""
    x = operand(x)
    return np.multiply(x, sigmoid(x))


swish = silu


def mish(x):
    """x tanh(softplus(x))."""
    x = operand(x)
    return np.multiply(x, np.tanh(softplus(x)))


def elu(x, alpha=1.0):
    """x where it is positive, alpha (exp(x) - 1) elsewhere."""
    x = operand(x)
    positive = np.greater(x, 0)
    return np.where(positive, x, np.multiply(alpha, np.expm1(np.where(positive, 0.0, x))))


def celu(x, alpha=1.0):
    """max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1)."""
    x = operand(x)
    return np.add(np.maximum(x, 0.0), np.multiply(alpha, np.expm1(np.divide(np.minimum(x, 0.0), alpha))))


def selu(x):
    """elu with the scales of self-normalising networks (G. Klambauer and others, 2017)."""
    return np.multiply(1.0507009873554805, elu(x, 1.6732632423543772))


def leaky_relu(x, negative_slope=0.01):
    """x where it is 0 or more, negative_slope times x elsewhere."""
    x = operand(x)
    return np.where(np.greater_equal(x, 0), x, np.multiply(negative_slope, x))


def gelu(x, approximate=True):
    """x times the normal distribution function of x, or that by a tanh if `approximate`.

    >>> import funcgrad as fg
    >>> round(float(fg.nn.gelu(1.0, approximate=False)), 6)
    0.841345
    """
    x = inexact(operand(x))
    if approximate:
        inner = np.multiply(math.sqrt(2 / math.pi), np.add(x, np.multiply(0.044715, np.power(x, 3))))
        return np.multiply(x, np.multiply(0.5, np.add(1.0, np.tanh(inner))))
    return np.multiply(np.multiply(0.5, x), P["erfc"](np.multiply(np.negative(x), math.sqrt(0.5))))


def glu(x, axis=-1):
    """The first half of x along an axis times the sigmoid of the second. Raises ValueError for an odd axis."""
    x = as_array(x)
    if shape_of(x)[axis] % 2:
        raise ArgumentValueError(f"glu: axis {axis} must have an even size; got shape {shape_of(x)}. [at {here()}]")
    a, b = np.split(x, 2, axis)
    return np.multiply(a, sigmoid(b))


def hard_tanh(x):
    """x held between -1 and 1."""
    x = operand(x)
    return np.where(np.greater(x, 1), 1, np.where(np.less(x, -1), -1, x))


def hard_sigmoid(x):
    """relu6(x + 3) / 6."""
    return np.divide(relu6(np.add(operand(x), 3.0)), 6.0)


def hard_silu(x):
    """x hard_sigmoid(x), also called hard_swish."""
    x = operand(x)
    return np.multiply(x, hard_sigmoid(x))


hard_swish = hard_silu


def log1mexp(x):
    """log(1 - exp(-x)) for x > 0, by the better of two forms on either side of log 2 (M. Maechler, 2012).

    >>> import funcgrad as fg
    >>> round(float(fg.nn.log1mexp(1e-20)), 4)
    -46.0517
    """
    x = inexact(operand(x))
    near = np.less(x, LOG_2)  # each form is computed where it is chosen: the other's slope may be infinite
    small = np.log(np.negative(np.expm1(np.negative(np.where(near, x, LOG_2)))))
    return np.where(near, small, np.log1p(np.negative(np.exp(np.negative(np.where(near, LOG_2, x))))))


# ------------------------------------------------------------------------------------------------ over an axis
def logmeanexp(x, axis=None, where=None, keepdims=False):
    """log(mean(exp(x))) over the axes, without overflow."""
    x = as_array(x)
    if where is None:
        count = math.prod([shape_of(x)[a] for a in axes_of(x, axis)])
    else:
        counted = cast(np.broadcast_to(operand(where), shape_of(x)), np.dtype(np.float64))
        count = np.sum(counted, axis=axis, keepdims=keepdims)
    out = logsumexp(x, axis, where=where, keepdims=keepdims)
    return np.subtract(out, cast(np.log(count), dtype_of(out)))


def softmax(x, axis=-1, where=None):
    """exp(x) over its sum along the axis; 0 where `where` is False.

    >>> import funcgrad as fg, numpy as np
    >>> fg.nn.softmax(np.array([0.0, 0.0, 9.0]), where=[True, True, False])
    array([0.5, 0.5, 0. ])
    """
    x = inexact(as_array(x))
    axes = axes_of(x, axis)
    if where is None:
        return P["softmax"](x, axes=axes)
    return np.where(where, P["softmax"](np.where(where, x, -np.inf), axes=axes), 0.0)


def log_softmax(x, axis=-1, where=None):
    """log(softmax(x)), without underflow; -inf where `where` is False."""
    x = inexact(as_array(x))
    axes = axes_of(x, axis)
    if where is None:
        return P["log_softmax"](x, axes=axes)
    return np.where(where, P["log_softmax"](np.where(where, x, -np.inf), axes=axes), -np.inf)


def standardize(x, axis=-1, mean=None, variance=None, epsilon=1e-5, where=None, *, algorithm="fast"):
    """x less its mean over the axis, divided by its standard deviation (the root of the variance and epsilon).

    The variance is the mean of squares less the square of the mean if `algorithm` is "fast", the mean of squared
    deviations if "stable". Raises ValueError for another.
    """
    x = as_array(x)
    where = {} if where is None else {"where": where}
    if mean is None:
        mean = np.mean(x, axis=axis, keepdims=True, **where)
    if variance is None:
        if algorithm == "stable":
            variance = np.mean(np.square(np.subtract(x, mean)), axis=axis, keepdims=True, **where)
        elif algorithm == "fast":
            square = np.mean(np.square(x), axis=axis, keepdims=True, **where)
            variance = np.maximum(np.subtract(square, np.square(mean)), 0)
        else:
            raise ArgumentValueError(
                f"standardize: algorithm must be 'fast' or 'stable'; got {algorithm!r}. [at {here()}]"
            )
    scale = (variance + epsilon) ** -0.5 if type(variance) in PYTHON_SCALARS else P["rsqrt"](np.add(variance, epsilon))
    return np.multiply(np.subtract(x, mean), scale)


def one_hot(x, num_classes, *, dtype=None, axis=-1):
    """Vectors of zeros with a 1 at position x (none where x is no position), along a new axis; float32 by default.

    >>> import funcgrad as fg
    >>> fg.nn.one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    x = as_array(x)
    n = operator.index(num_classes)
    axis = axis_of(axis, len(shape_of(x)) + 1)
    places = np.reshape(np.arange(n), (n,) + (1,) * (len(shape_of(x)) - axis))
    return cast(np.equal(np.expand_dims(x, axis), places), np.dtype(np.float32 if dtype is None else dtype))
