"""scipy.special's functions over the primitives, for traced arrays and plain ones; SciPy is not needed, nor imported.

SciPy's own ufuncs (`scipy.special.expit(x)`) reach the same functions by their names where x is traced. No derivative
stands here: each function is a primitive, or is composed of primitives.
"""

import math

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..numpy.arguments import axes_of, cast, inexact, kept, operand
from ..numpy.protocol import UFUNCS

P = PRIMITIVES
ROOT_2, LOG_ROOT_2PI = math.sqrt(2), 0.5 * math.log(2 * math.pi)


def named(name, prim, doc):
    """A function of scipy.special that is one primitive."""
    p = P[prim]

    def f(*args):
        return p(*[inexact(operand(a)) for a in args])

    f.__name__ = f.__qualname__ = name
    f.__doc__ = doc
    return f


expit = named("expit", "sigmoid", "1 / (1 + exp(-x)), without overflow.")
logit = named("logit", "logit", "log(x / (1 - x)).")
log_expit = named("log_expit", "log_sigmoid", "log(expit(x)), without underflow.")
softplus = named("softplus", "softplus", "log(1 + exp(x)), without overflow.")
gammaln = named("gammaln", "lgamma", "log |gamma(x)|.")
psi = named("psi", "digamma", "The derivative of gammaln.")
digamma = psi
erf = named("erf", "erf", "The error function.")
erfc = named("erfc", "erfc", "1 - erf(x), without cancellation.")
erfinv = named("erfinv", "erfinv", "The inverse of erf, for -1 <= x <= 1.")
xlogy = named("xlogy", "xlogy", "x * log(y), and 0 where x is 0.")
xlog1py = named("xlog1py", "xlog1py", "x * log1p(y), and 0 where x is 0.")
entr = named("entr", "entr", "-x log(x), 0 at 0 and -inf below.")
i0 = named("i0", "i0", "The modified Bessel function of order 0.")
i1 = named("i1", "i1", "The modified Bessel function of order 1.")
i0e = named("i0e", "i0e", "exp(-|x|) i0(x).")
i1e = named("i1e", "i1e", "exp(-|x|) i1(x).")


def polygamma(n, x):
    """The n-th derivative of psi at x; n is a Python int.

    >>> from funcgrad.scipy.special import polygamma, psi
    >>> bool(polygamma(0, 2.0) == psi(2.0))
    True
    """
    return P["polygamma"](inexact(operand(x)), nth=int(n))


def gamma(x):
    """The gamma function; nan at negative integers.

    >>> from funcgrad.scipy.special import gamma
    >>> round(float(gamma(5.0)), 10)
    24.0
    """
    x = inexact(operand(x))
    return np.multiply(gamma_sign(x), np.exp(gammaln(x)))


def rgamma(x):
    """1 / gamma(x), for x > 0."""
    x = inexact(operand(x))
    return np.multiply(gamma_sign(x), np.exp(np.negative(gammaln(x))))


def gamma_sign(x):
    """The sign of gamma(x): -1 between -1 and 0, -3 and -2, ...; nan at negative integers."""
    whole = np.floor(x)
    odd = np.not_equal(np.remainder(whole, 2), 0)
    sign = np.where(np.logical_and(np.less(x, 0), odd), -1.0, 1.0)
    pole = np.logical_and(np.less(x, 0), np.equal(whole, x))
    return cast(np.where(pole, np.nan, sign), dtype_of(x))


def betaln(a, b):
    """log(beta(a, b)), for positive a and b."""
    a, b = inexact(operand(a)), inexact(operand(b))
    return np.subtract(np.add(gammaln(a), gammaln(b)), gammaln(np.add(a, b)))


def beta(a, b):
    """gamma(a) gamma(b) / gamma(a + b), for positive a and b."""
    return np.exp(betaln(a, b))


def multigammaln(a, d):
    """The logarithm of the multivariate gamma function of dimension d, for a > (d - 1) / 2."""
    a = inexact(operand(a))
    terms = [gammaln(np.subtract(a, 0.5 * i)) for i in range(int(d))]
    return np.add(d * (d - 1) * 0.25 * math.log(math.pi), sum(terms[1:], terms[0]))


def rel_entr(x, y):
    """x log(x / y) for positive x and y, 0 at x = 0, else inf."""
    x, y = inexact(operand(x)), inexact(operand(y))
    inside = np.logical_and(np.greater(x, 0), np.greater(y, 0))
    ratio = np.divide(np.where(inside, x, 1.0), np.where(inside, y, 1.0))
    zero = np.logical_and(np.equal(x, 0), np.greater_equal(y, 0))
    return np.where(inside, np.multiply(x, np.log(ratio)), np.where(zero, 0.0, np.inf))


def kl_div(x, y):
    """x log(x / y) - x + y."""
    return np.add(np.subtract(rel_entr(x, y), operand(x)), operand(y))


def ndtr(x):
    """The distribution function of the standard normal distribution."""
    return np.multiply(0.5, erfc(np.divide(inexact(operand(x)), -ROOT_2)))


def log_ndtr(x):
    """log(ndtr(x)): far left by the asymptotic series of erfc (Abramowitz and Stegun, 7.1.23), elsewhere by erfc.

    >>> from funcgrad.scipy.special import log_ndtr
    >>> round(float(log_ndtr(-40.0)), 6)
    -804.608442
    """
    x = inexact(operand(x))
    right, left = (
        np.greater(x, -1.0),
        np.less(x, -10.0),
    )  # each branch is computed where it is chosen only: no nan arises
    above = np.log1p(np.multiply(-0.5, erfc(np.divide(np.where(right, x, 0.0), ROOT_2))))
    middle = np.log(ndtr(np.where(np.logical_or(right, left), -2.0, x)))
    far = np.where(left, x, -20.0)
    z = np.reciprocal(np.square(far))
    series = 0.0
    for k in range(17, 0, -2):  # 1 - z + 3 z^2 - 15 z^3 + ..., as 1 - z (1 - 3 z (1 - 5 z (...)))
        series = np.multiply(np.multiply(-k, z), np.add(1.0, series))
    leading = np.add(np.add(np.divide(np.square(far), 2), np.log(np.negative(far))), LOG_ROOT_2PI)
    below = np.subtract(np.log1p(series), leading)
    return np.where(right, above, np.where(left, below, middle))


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """log(sum(b * exp(a))) over the axes, without overflow; with `return_sign` also the sign of the sum.

    >>> from funcgrad.scipy.special import logsumexp
    >>> round(float(logsumexp([1000.0, 1000.0])), 6)
    1000.693147
    """
    a = inexact(operand(a))
    if b is not None:
        b = operand(b)
        shape = np.broadcast_shapes(shape_of(a), shape_of(b))
        a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    axes = axes_of(a, axis)
    if b is None:
        out, sign = P["logsumexp"](a, axes=axes), None
    else:
        top = P["stop"](P["max"](np.where(np.equal(b, 0), -np.inf, a), axes=axes))
        top = np.where(np.isfinite(top), top, 0.0)
        total = P["sum"](np.multiply(b, np.exp(np.subtract(a, kept(top, a, axes)))), axes=axes)
        sign = np.sign(total)
        out = np.add(np.log(np.abs(total) if return_sign else total), top)
    if keepdims:
        out, sign = kept(out, a, axes), sign if sign is None else kept(sign, a, axes)
    if not return_sign:
        return out
    return out, np.ones_like(out) if sign is None else sign


def softmax(x, axis=None):
    """exp(x) divided by its sum over the axes.

    >>> from funcgrad.scipy.special import softmax
    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    return np.exp(log_softmax(x, axis))


def log_softmax(x, axis=None):
    """log(softmax(x)), without underflow."""
    x = inexact(operand(x))
    return np.subtract(x, logsumexp(x, axis, keepdims=True))


OF_NUMPY = ("cbrt", "exp2", "expm1", "log1p")  # SciPy has ufuncs of its own for these
BY_NAME = {f.__name__: f for f in (
    expit, logit, log_expit, gammaln, psi, gamma, rgamma, erf, erfc, erfinv, xlogy, xlog1py, i0, i1, i0e, i1e, betaln, beta,
    entr, rel_entr, kl_div, ndtr, log_ndtr,
)} | {name: UFUNCS[getattr(np, name)] for name in OF_NUMPY}  # fmt: skip

__all__ = [
    "beta", "betaln", "digamma", "entr", "erf", "erfc", "erfinv", "expit", "gamma", "gammaln", "i0", "i0e", "i1", "i1e",
    "kl_div", "log_expit", "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "polygamma", "psi",
    "rel_entr", "rgamma", "softmax", "softplus", "xlog1py", "xlogy",
]  # fmt: skip
