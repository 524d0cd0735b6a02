"""scipy.special's functions over the primitives, for traced arrays and plain ones; SciPy is not needed, nor imported.

SciPy's own ufuncs (`scipy.special.expit(x)`) reach the same functions by their names where x is traced. No derivative
stands here: each function is a primitive, or is composed of primitives.
"""

import math
import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..numpy.arguments import axes_of, cast, inexact, kept, operand
from ..numpy.protocol import UFUNCS

P = PRIMITIVES
ROOT_2 = math.sqrt(2)


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
erfcx = named("erfcx", "erfcx", "exp(x**2) erfc(x), without overflow or underflow.")
ndtri = named("ndtri", "ndtri", "The inverse of ndtr, for 0 <= p <= 1.")
expi = named("expi", "expi", "The exponential integral Ei(x).")
dawsn = named("dawsn", "dawson", "Dawson's integral.")
spence = named("spence", "spence", "The dilogarithm of 1 - x.")


def gammainc(a, x):
    """The regularised lower incomplete gamma function P(a, x); differentiable in both, any number of times.

    >>> from funcgrad.scipy.special import gammainc
    >>> round(float(gammainc(1.0, 2.0)), 6)
    0.864665
    """
    return P["incomplete_gamma"](inexact(operand(a)), inexact(operand(x)), upper=False, nth=0)


def gammaincc(a, x):
    """The regularised upper incomplete gamma function, 1 - gammainc(a, x) without cancellation."""
    return P["incomplete_gamma"](inexact(operand(a)), inexact(operand(x)), upper=True, nth=0)


def betainc(a, b, x):
    """The regularised incomplete beta function; differentiable in all three (jax: in x).

    >>> from funcgrad.scipy.special import betainc
    >>> round(float(betainc(2.0, 2.0, 0.25)), 6)
    0.15625
    """
    return P["incomplete_beta"](inexact(operand(a)), inexact(operand(b)), inexact(operand(x)), da=0, db=0)


def zeta(x, q=1.0):
    """The Hurwitz zeta function, the sum over k >= 0 of (q + k)**-x, for x > 1; Riemann's without q. Differentiable in q."""
    return P["zeta"](inexact(operand(x)), inexact(operand(q)))


def expn(n, x):
    """The integral of exp(-x t) / t**n over t > 1, for a Python int n >= 0."""
    return P["expn"](inexact(operand(x)), n=operator.index(n))


def exp1(x):
    """expn(1, x)."""
    return expn(1, x)


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


def gammasgn(x):
    """The sign of gamma(x); nan at negative integers."""
    return gamma_sign(inexact(operand(x)))


def factorial(n, exact=False):
    """gamma(n + 1), 0 for negative n. Raises NotImplementedError for exact=True, as jax."""
    if exact:
        raise NotImplementedError(
            "factorial: exact=True is not offered; math.factorial(n) is exact for a Python int n."
        )
    n = inexact(operand(n))
    below = np.less(n, 0)
    return np.where(below, 0.0, gamma(np.add(np.where(below, 0.0, n), 1)))


def comb(N, k, *, repetition=False):
    """The number of ways to choose k of N, also for real numbers; with `repetition` each any number of times."""
    N, k = inexact(operand(N)), inexact(operand(k))
    if repetition:
        N = np.subtract(np.add(N, k), 1)
    outside = np.logical_or(np.logical_or(np.less(N, 0), np.less(k, 0)), np.greater(k, N))
    n, m = np.where(outside, 1.0, N), np.where(outside, 0.0, k)
    ways = np.exp(
        np.subtract(np.subtract(gammaln(np.add(n, 1)), gammaln(np.add(m, 1))), gammaln(np.add(np.subtract(n, m), 1)))
    )
    return np.where(outside, 0.0, ways)


def poch(z, m):
    """gamma(z + m) / gamma(z), and 1 for m = 0."""
    z, m = inexact(operand(z)), inexact(operand(m))
    none = np.equal(m, 0)
    w = np.add(z, np.where(none, 1.0, m))
    sign = np.divide(gamma_sign(w), gamma_sign(z))
    return np.where(none, 1.0, np.multiply(sign, np.exp(np.subtract(gammaln(w), gammaln(z)))))


def boxcox(x, lmbda):
    """(x**lmbda - 1) / lmbda, and log(x) for lmbda = 0."""
    return boxcox_of_log(np.log(inexact(operand(x))), lmbda)


def boxcox1p(x, lmbda):
    """boxcox(1 + x, lmbda), without cancellation."""
    return boxcox_of_log(np.log1p(inexact(operand(x))), lmbda)


def boxcox_of_log(log, lmbda):
    lmbda = inexact(operand(lmbda))
    zero = np.equal(lmbda, 0)
    safe = np.where(zero, 1.0, lmbda)
    # (of second order at 0, so that the derivative by lmbda is there as well)
    near = np.add(log, np.multiply(np.where(zero, lmbda, 0.0), np.multiply(0.5, np.square(log))))
    return np.where(zero, near, np.divide(np.expm1(np.multiply(safe, log)), safe))


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


def log_ndtr(x, series_order=3):
    """log(ndtr(x)), without underflow. (`series_order` is jax's, and changes nothing: every digit is there.)

    >>> from funcgrad.scipy.special import log_ndtr
    >>> round(float(log_ndtr(-40.0)), 6)
    -804.608442
    """
    return P["log_ndtr"](inexact(operand(x)))


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
    return of_rows("softmax", x, axis)


def log_softmax(x, axis=None):
    """log(softmax(x)), without underflow."""
    return of_rows("log_softmax", x, axis)


def of_rows(name, x, axis):
    """softmax or log_softmax: one node for real numbers, of which it takes the maximum."""
    x = inexact(operand(x))
    if dtype_of(x).kind == "f":
        return P[name](x, axes=axes_of(x, axis))
    log = np.subtract(x, logsumexp(x, axis, keepdims=True))
    return log if name == "log_softmax" else np.exp(log)


OF_NUMPY = ("cbrt", "exp2", "expm1", "log1p")  # SciPy has ufuncs of its own for these
BY_NAME = {f.__name__: f for f in (
    expit, logit, log_expit, gammaln, psi, gamma, rgamma, erf, erfc, erfinv, xlogy, xlog1py, i0, i1, i0e, i1e, betaln, beta,
    entr, rel_entr, kl_div, ndtr, log_ndtr,
    erfcx, ndtri, expi, exp1, dawsn, spence, gammainc, gammaincc, betainc, zeta, poch, boxcox, boxcox1p,
)} | {name: UFUNCS[getattr(np, name)] for name in OF_NUMPY}  # fmt: skip

__all__ = [
    "beta", "betainc", "betaln", "boxcox", "boxcox1p", "comb", "dawsn", "digamma", "entr", "erf", "erfc", "erfcx",
    "erfinv", "exp1", "expi", "expit", "expn", "factorial", "gamma", "gammainc", "gammaincc", "gammaln", "gammasgn",
    "i0", "i0e", "i1", "i1e", "kl_div", "log_expit", "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln",
    "ndtr", "ndtri", "poch", "polygamma", "psi", "rel_entr", "rgamma", "softmax", "softplus", "spence", "xlog1py",
    "xlogy", "zeta",
]  # fmt: skip
