"""x times a distribution function: GELU of the normal one, exactly and by tanh, and SiLU of the logistic one.

With Phi the normal distribution function and phi its density:  (x Phi)' = Phi + x phi,  (x Phi)'' = (2 - x**2) phi.
In float32, Phi is (1 + tanh(u)) / 2 with u = artanh(erf(x / sqrt(2))), an odd function that a polynomial of six terms beside x
fits to a quarter of an ulp of Phi on |x| < 5.6 (beyond, tanh is 1): a fifth of the time of erf. Hendrycks and Gimpel, 2016, arXiv:1606.08415.
"""

import math

import numpy as np

from ..core.aval import ndarray
from ..core.primitive import elementwise
from .elementwise import add, mul, sub
from .exponential import ROUNDING, exp, one_and_exp_of_minus, sigmoid, sigmoid_slope, tanh  # noqa: F401  (a formula names it)
from .floats import over_floats, real_function
from .special_values import error

DENSITY = 1 / math.sqrt(2 * math.pi)  # phi(0)
TANH = (math.sqrt(2 / math.pi), 0.044715)  # Phi(x) is about (1 + tanh(a (x + b x**3))) / 2
SINGLE = [*map(np.array, np.array(
    [1.7561715481550407e-09, -1.322633570166651e-07, 3.964744493485154e-06, -5.530619331677373e-05, -3.259497862982672e-05,
     0.03633308457911756, 0.7978849414583187], np.float32,
))]  # fmt: skip


def on_itself(ufunc, p):
    """ufunc(p), in the memory of p if it has any (a 0-d result of NumPy's is a number)."""
    return ufunc(p, out=p) if p.shape else ufunc(p)


def phi(x):
    """The density of the normal distribution, of what may be traced."""
    return mul(exp(mul(mul(x, x), -0.5)), DENSITY)


def _phi(x):
    """The same of an array."""
    p = x * x
    p *= -0.5
    p = on_itself(np.exp, p)
    p *= DENSITY
    return p


def _normal_cdf(x):
    if x.dtype.char != "f":
        p = error.erf(x * 0.5**0.5)
    else:
        s = x * x
        p = SINGLE[0] * s
        for c in SINGLE[1:-1]:
            p += c
            p *= s
        p += SINGLE[-1]
        p *= x
        p = on_itself(np.tanh, p)
    p += 1
    p *= 0.5
    return p


@over_floats
def _gelu(x):
    return x * _normal_cdf(x)


@over_floats
def _gelu_slope(x):
    return _normal_cdf(x) + x * _phi(x)


def _tanh_inside(x):
    a, b = TANH
    s = x * x
    s *= b
    s += 1
    s *= a
    s *= x
    return s


@over_floats
def _gelu_tanh(x):
    w = on_itself(np.tanh, _tanh_inside(x))
    w += 1
    w *= 0.5
    w *= x
    return w


def gelu_tanh_slope(x):
    """The derivative, of what may be traced: (1 + w) / 2 + x (1 - w**2) / 2 * inside'."""
    a, b = TANH
    square = mul(x, x)
    w = tanh(mul(x, mul(add(mul(square, b), 1), a)))
    inside = mul(add(mul(square, 3 * b), 1), a)
    return mul(add(add(w, 1), mul(mul(x, sub(1, mul(w, w))), inside)), 0.5)


@over_floats
def _silu(x):
    return x * sigmoid.impl(x)


def _silu_torch(x):
    e = one_and_exp_of_minus(x)
    return np.divide(x, e, e) if type(e) is ndarray else x / e


@over_floats
def _gated(x, y):
    return x * sigmoid.impl(y)


def silu_slope(x):
    """sigmoid(x) (1 + x (1 - sigmoid(x))), of what may be traced."""
    s = sigmoid(x)
    return mul(s, add(mul(x, sub(1, s)), 1))


# x Phi(x)
gelu = elementwise(
    "gelu",
    _gelu,
    "t * gelu_slope(x)",
    jax=lambda jax, x: jax.nn.gelu(x, approximate=False),
    **real_function(_gelu),
)
# Phi(x) + x phi(x)
gelu_slope = elementwise(
    "gelu_slope",
    _gelu_slope,
    "t * ((2 - x * x) * phi(x))",
    jax=lambda jax, x: (1 + jax.scipy.special.erf(x * 0.5**0.5)) / 2 + x * jax.numpy.exp(x * x * -0.5) * DENSITY,
    **real_function(_gelu_slope),
)
# x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x**3))) / 2
gelu_tanh = elementwise("gelu_tanh", _gelu_tanh, "t * gelu_tanh_slope(x)", jax="nn.gelu", **real_function(_gelu_tanh))
# x sigmoid(x)
silu = elementwise("silu", _silu, "t * silu_slope(x)", impl_torch=_silu_torch, jax="nn.silu", **real_function(_silu))
# x sigmoid(y)
gated = elementwise(
    "gated",
    _gated,
    "gated(t, y)",
    "t * (x * sigmoid_slope(y))",
    torch=("gated(t, y)", "(1 - sigmoid(y)) * sigmoid(y) * x * t"),
    jax=lambda jax, x, y: x * jax.nn.sigmoid(y),
    without=ROUNDING,
    **real_function(_gated),
)
