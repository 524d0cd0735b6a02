"""scipy.special's functions over the primitives, for traced arrays and plain ones; SciPy is not needed, nor imported.

SciPy's own ufuncs (`scipy.special.expit(x)`) reach the same functions by their names where x is traced. No derivative
stands here: each function is a primitive, or is composed of primitives.
"""

import math
import operator
from fractions import Fraction

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..errors import ArgumentValueError, DTypeError
from ..numpy.arguments import axes_of, cast, inexact, kept, operand
from ..numpy.protocol import UFUNCS
from ..ops.exponential import complex_log1p
from .harmonics import sph_harm_y

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ of complex numbers
def small_exp(x):
    """(whether the real part is positive, exp(-x) there and exp(x) elsewhere): never greater than 1."""
    right = np.greater(np.real(x), 0)
    return right, np.exp(np.where(right, np.negative(x), x))


def complex_expit(x):
    right, e = small_exp(x)
    return np.divide(np.where(right, 1.0, e), np.add(1.0, e))


def complex_softplus(x):
    right, e = small_exp(x)
    out = np.add(np.where(right, x, 0.0), complex_log1p(e))
    turns = np.round(np.divide(np.imag(out), 2 * math.pi))  # (the principal value)
    return np.subtract(out, np.multiply(2j * math.pi, P["stop"](turns)))


def unless_zero(f):
    """x f(y), and 0 where x is 0."""

    def of(x, y):
        zero = np.equal(x, 0)
        return np.where(zero, 0.0, np.multiply(x, f(np.where(zero, 1.0, y))))

    return of


STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400)
SHIFT = 9  # Stirling's series is taken this far from the origin


def complex_loggamma(z):
    """log(gamma(z)), analytic but on the negative axis (DLMF 5.5.1, 5.5.3, 5.11.1)."""
    left = np.less(np.real(z), 0.5)
    w = np.where(left, np.subtract(1.0, z), z)
    logs = np.log(w)
    for k in range(1, SHIFT):
        logs = np.add(logs, np.log(np.add(w, float(k))))
    far = np.add(w, float(SHIFT))
    r = np.divide(1.0, far)
    square, series = np.square(r), STIRLING[-1]
    for c in STIRLING[-2::-1]:
        series = np.add(np.multiply(series, square), c)
    right = np.subtract(np.multiply(np.subtract(far, 0.5), np.log(far)), far)
    right = np.subtract(np.add(np.add(right, 0.5 * math.log(2 * math.pi)), np.multiply(series, r)), logs)
    # log(sin(pi z)) without jumps: of the upper half-plane, and for the lower one its conjugate
    upper = np.where(np.imag(z) < 0, -1.0, 1.0)
    turn = np.multiply(np.multiply(1j * math.pi, upper), np.where(left, z, 0.25))
    sine = np.add(
        np.subtract(np.log(np.negative(np.expm1(np.multiply(2.0, turn)))), turn), upper * (0.5j * math.pi) - math.log(2)
    )
    return cast(np.where(left, np.subtract(np.subtract(math.log(math.pi), sine), right), right), dtype_of(z))


STEP = math.sqrt(math.pi / 12)  # of the trapezoidal rules
MIDDLES = STEP * (np.arange(12) + 0.5)
ENDS = STEP * np.arange(1, 12)


def faddeeva(z):
    """exp(-z**2) erfc(-i z) in the first quadrant, by trapezoidal rules with the contribution of the pole (M. Al Azah and
    S. Chandler-Wilde, "Computation of the complex error function using modified trapezoidal rules", 2021)."""
    x, y = np.real(z), np.imag(z)
    place = np.divide(x, STEP)
    place = np.subtract(place, np.floor(place))
    far = np.greater_equal(y, np.maximum(x, math.pi / STEP))
    ends = np.logical_and(
        np.logical_and(np.less(y, x), np.logical_not(far)), np.less_equal(np.abs(np.subtract(place, 0.5)), 0.25)
    )

    def ruled(z, nodes):
        z = np.expand_dims(z, -1)
        terms = np.divide(np.exp(-nodes * nodes), np.subtract(np.square(z), nodes * nodes))
        return np.multiply(2j * STEP / math.pi, np.multiply(z[..., 0], np.sum(terms, -1)))

    a, b = np.where(ends, 3j, z), np.where(ends, z, 1.5 * STEP + 1j)  # (each rule away from its nodes)
    turn = np.exp(np.multiply(2j * math.pi / STEP, z))
    pole = np.multiply(2.0, np.multiply(np.exp(np.negative(np.square(np.where(far, 0.0, z)))), turn))
    by_middles = np.add(ruled(a, MIDDLES), np.where(far, 0.0, np.divide(pole, np.where(ends, 1.0, np.add(turn, 1.0)))))
    by_ends = np.add(ruled(b, ENDS), np.divide(1j * STEP / math.pi, b))
    by_ends = np.add(by_ends, np.divide(pole, np.where(ends, np.subtract(turn, 1.0), 1.0)))
    return np.where(ends, by_ends, by_middles)


def wofz(z):
    """Faddeeva's function, exp(-z**2) erfc(-i z), as a complex number.

    >>> from funcgrad.scipy.special import wofz
    >>> round(float(wofz(1j).real), 6)
    0.427584
    """
    z = inexact(operand(z))
    dtype = np.result_type(dtype_of(z), np.complex64)
    x, y = (np.real(z), np.imag(z)) if dtype_of(z).kind == "c" else (z, np.multiply(z, 0))
    below, behind = np.less(y, 0), np.less(x, 0)
    quadrant = P["complex"](np.where(behind, np.negative(x), x), np.where(below, np.negative(y), y))
    w = faddeeva(cast(quadrant, np.complex128))
    # of the point opposite, -z, where z lies below; mirrored where that lies behind
    w = np.where(np.not_equal(behind, below), np.conj(w), w)
    full = cast(P["complex"](x, y), np.complex128)
    mirrored = np.subtract(np.multiply(2.0, np.exp(np.negative(np.square(np.where(below, full, 0.0))))), w)
    return cast(np.where(below, mirrored, w), dtype)


COMPLEX = {
    "sigmoid": complex_expit,
    "softplus": complex_softplus,
    "log_sigmoid": lambda x: np.negative(complex_softplus(np.negative(x))),
    "logit": lambda x: np.log(np.divide(x, np.subtract(1.0, x))),
    "xlogy": unless_zero(np.log),
    "xlog1py": unless_zero(np.log1p),
    "erfcx": lambda x: wofz(np.multiply(1j, x)),
}


def named(name, prim, doc, module=__name__, **params):
    """A function that is one primitive, or of complex numbers, which that refuses, what stands for it in COMPLEX."""
    p, of_complex = P[prim], COMPLEX.get(prim)

    def f(*args):
        args = [inexact(operand(a)) for a in args]
        try:
            return p(*args, **params)
        except DTypeError:
            if of_complex is None or all(dtype_of(a).kind != "c" for a in args):
                raise
        return of_complex(*args)

    f.__name__ = f.__qualname__ = name
    f.__doc__, f.__module__ = doc, module
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
dawsn = named("dawsn", "dawson", "Dawson's integral.", nth=0)
spence = named("spence", "spence", "The dilogarithm of 1 - x.")


owens_t = named(
    "owens_t", "owens_t", "Owen's T: of normal numbers x and y, the probability that x > h and 0 < y < a x."
)


def sici(x):
    """(Si(x), Ci(x)): the integrals of sin(t) / t and cos(t) / t; below 0 the real part of Ci, Ci(-x).

    >>> from funcgrad.scipy.special import sici
    >>> [round(float(v), 6) for v in sici(2.0)]
    [1.605413, 0.422981]
    """
    x = inexact(operand(x))
    return P["sine_integral"](x), P["cosine_integral"](x)


def fresnel(x):
    """(S(x), C(x)): the integrals of sin(pi t**2 / 2) and cos(pi t**2 / 2) from 0.

    >>> from funcgrad.scipy.special import fresnel
    >>> [round(float(v), 6) for v in fresnel(1.0)]
    [0.438259, 0.779893]
    """
    x = inexact(operand(x))
    return P["fresnel_sine"](x), P["fresnel_cosine"](x)


def loggamma(x):
    """log(gamma(x)): for real numbers below 0 nan, of complex ones the branch that is analytic but there."""
    x = inexact(operand(x))
    if dtype_of(x).kind == "c":
        return complex_loggamma(x)
    return np.where(np.less(x, 0), dtype_of(x).type(np.nan), gammaln(x))


def bernoulli(n):
    """The Bernoulli numbers of 0 to n (-1/2 is the second); ValueError for a negative n.

    >>> from funcgrad.scipy.special import bernoulli
    >>> bernoulli(2)
    array([ 1.        , -0.5       ,  0.16666667])
    """
    n = operator.index(n)
    if n < 0:
        raise ArgumentValueError(f"bernoulli: n must not be negative; got {n}.")
    found = [Fraction(1)]
    for m in range(1, n + 1):
        found.append(-sum((math.comb(m + 1, k) * b for k, b in enumerate(found)), Fraction(0)) / (m + 1))
    return np.array([float(b) for b in found])


def bessel_jn(z, *, v, n_iter=50):
    """The Bessel functions of the first kind of the orders 0 to v, [v + 1, *z], by recurrence from order v + n_iter down (J. Miller).

    >>> from funcgrad.scipy.special import bessel_jn
    >>> [round(float(j), 6) for j in bessel_jn(1.0, v=1)]
    [0.765198, 0.440051]
    """
    z = inexact(operand(z))
    zero = np.equal(z, 0)
    by = np.divide(2.0, np.where(zero, 1.0, z))
    above, here, total, kept = 0.0, np.ones_like(z), 0.0, []
    for order in range(v + n_iter, 0, -1):
        below = np.subtract(np.multiply(order * by, here), above)
        shrink = P["stop"](np.divide(1.0, np.maximum(1.0, np.abs(below))))  # (nothing grows beyond bounds)
        above, here, total = (np.multiply(u, shrink) for u in (here, below, total))
        kept = [np.multiply(u, shrink) for u in kept]
        if order % 2 and order > 1:
            total = np.add(total, np.multiply(2.0, here))
        if order - 1 <= v:
            kept.insert(0, here)
    total = np.add(total, here)
    return np.stack([np.where(zero, float(k == 0), np.divide(u, total)) for k, u in enumerate(kept)])


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


def hyp1f1(a, b, x):
    """Kummer's function 1F1(a; b; x), the sum of (a)_n / (b)_n x**n / n!; differentiable in all three, any number of times.

    >>> from funcgrad.scipy.special import hyp1f1
    >>> round(float(hyp1f1(1.0, 2.0, 1.0)), 6)
    1.718282
    """
    return P["hyp1f1"](inexact(operand(a)), inexact(operand(b)), inexact(operand(x)), da=0, db=0, dx=0)


def hyp2f1(a, b, c, x):
    """Gauss's function 2F1(a, b; c; x), the sum of (a)_n (b)_n / (c)_n x**n / n!, for x <= 1; differentiable in all four.

    >>> from funcgrad.scipy.special import hyp2f1
    >>> round(float(hyp2f1(1.0, 1.0, 2.0, -1.0)), 6)
    0.693147
    """
    operands = [inexact(operand(v)) for v in (a, b, c, x)]
    return P["hyp2f1"](*operands, da=0, db=0, dc=0, dz=0)


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
    """The n-th derivative of psi at x; n is a Python int, and for one below 0 all is nan, as in SciPy.

    >>> from funcgrad.scipy.special import polygamma, psi
    >>> bool(polygamma(0, 2.0) == psi(2.0))
    True
    """
    x = inexact(operand(x))
    return P["polygamma"](x, nth=int(n)) if n >= 0 else np.full_like(x, np.nan)


def gamma(x):
    """The gamma function; nan at negative integers.

    >>> from funcgrad.scipy.special import gamma
    >>> round(float(gamma(5.0)), 10)
    24.0
    """
    x = inexact(operand(x))
    if dtype_of(x).kind == "c":
        return np.exp(complex_loggamma(x))
    return np.multiply(gamma_sign(x), np.exp(gammaln(x)))


def rgamma(x):
    """1 / gamma(x), which is 0 at 0 and at negative integers.

    >>> from funcgrad.scipy.special import rgamma
    >>> [round(float(rgamma(x)), 6) for x in (3.0, 0.0, -0.5)]
    [0.5, 0.0, -0.282095]
    """
    x = inexact(operand(x))
    left = np.less(x, 0.5)  # sin(pi x) gamma(1 - x) / pi, whose derivatives are finite at the poles of gamma
    y = np.where(left, x, 0.0)
    whole = P["stop"](np.round(y))
    rest = np.subtract(y, whole)
    sine = np.multiply(np.multiply(rest, np.sinc(rest)), np.subtract(1.0, np.multiply(2.0, np.remainder(whole, 2))))
    reflected = np.multiply(sine, np.exp(gammaln(np.subtract(1.0, y))))
    return np.where(left, reflected, np.exp(np.negative(gammaln(np.where(left, 1.0, x)))))


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
    ways = np.divide(np.exp(np.negative(betaln(np.add(np.subtract(n, m), 1), np.add(m, 1)))), np.add(n, 1))
    return np.where(outside, 0.0, ways)


def poch(z, m):
    """gamma(z + m) / gamma(z), and 1 for m = 0."""
    z, m = inexact(operand(z)), inexact(operand(m))
    none = np.equal(m, 0)
    w = np.add(z, np.where(none, 1.0, m))
    sign = np.divide(gamma_sign(w), gamma_sign(z))
    return np.where(none, 1.0, np.multiply(sign, np.exp(P["lgamma_gap"](z, np.subtract(w, z), nth=0))))


def boxcox(x, lmbda):
    """(x**lmbda - 1) / lmbda, and log(x) for lmbda = 0."""
    return boxcox_of_log(np.log(inexact(operand(x))), lmbda)


def boxcox1p(x, lmbda):
    """boxcox(1 + x, lmbda), without cancellation."""
    return boxcox_of_log(np.log1p(inexact(operand(x))), lmbda)


def boxcox_of_log(log, lmbda):
    lmbda = inexact(operand(lmbda))
    power = np.multiply(lmbda, np.where(np.logical_and(np.equal(lmbda, 0), np.isinf(log)), 0.0, log))
    zero = np.equal(lmbda, 0)
    if dtype_of(power).kind == "c":
        near = np.add(log, np.multiply(np.where(zero, lmbda, 0.0), np.multiply(0.5, np.square(log))))
        return np.where(zero, near, np.divide(np.expm1(power), np.where(zero, 1.0, lmbda)))
    near = np.less(np.abs(power), 1)  # each form where it is chosen: the other's slope may be infinite
    small = P["exp_quotient"](np.where(near, power, 1.0), nth=0)
    large = np.divide(np.expm1(np.where(near, 1.0, power)), np.where(near, 1.0, lmbda))
    return cast(np.where(near, np.multiply(np.where(near, log, 1.0), small), large), dtype_of(power))


def betaln(a, b):
    """log(beta(a, b)), for positive a and b."""
    return P["log_beta"](inexact(operand(a)), inexact(operand(b)))


def beta(a, b):
    """gamma(a) gamma(b) / gamma(a + b)."""
    a, b = inexact(operand(a)), inexact(operand(b))
    size = np.exp(betaln(a, b))
    if dtype_of(size).kind == "c":
        return size
    return np.multiply(size, np.multiply(np.multiply(gammasgn(a), gammasgn(b)), gammasgn(np.add(a, b))))


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
    return np.where(inside, np.multiply(x, np.log(ratio)), np.where(zero, dtype_of(ratio).type(0), np.inf))


def kl_div(x, y):
    """x log(x / y) - x + y."""
    return np.add(np.subtract(rel_entr(x, y), operand(x)), operand(y))


def ndtr(x):
    """The distribution function of the standard normal distribution."""
    return P["ndtr"](inexact(operand(x)))


def log_ndtr(x, series_order=3):
    """log(ndtr(x)), without underflow. (`series_order` is jax's, and changes nothing: every digit is there.)

    >>> from funcgrad.scipy.special import log_ndtr
    >>> round(float(log_ndtr(-40.0)), 6)
    -804.608442
    """
    return P["log_ndtr"](inexact(operand(x)))


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False, where=None):
    """log(sum(b * exp(a))) over the axes (where `where` holds), without overflow; with `return_sign` also the sign of the sum.

    >>> from funcgrad.scipy.special import logsumexp
    >>> round(float(logsumexp([1000.0, 1000.0])), 6)
    1000.693147
    """
    a = inexact(operand(a))
    if where is not None:
        a = np.where(where, a, -math.inf)
    if b is not None:
        b = operand(b)
        shape = np.broadcast_shapes(shape_of(a), shape_of(b))
        a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    axes = axes_of(a, axis)
    if b is None:
        out, sign = P["logsumexp"](a, axes=axes), None
    else:
        real = np.real(a) if dtype_of(a).kind == "c" else a
        top = P["stop"](np.max(np.where(np.equal(b, 0), -np.inf, real), axis=axes, initial=-np.inf))
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
    erfcx, owens_t, sici, fresnel, wofz, ndtri, expi, exp1, dawsn, spence, gammainc, gammaincc, betainc, hyp1f1, hyp2f1, sph_harm_y, zeta, poch, boxcox, boxcox1p,
)} | {name: UFUNCS[getattr(np, name)] for name in OF_NUMPY}  # fmt: skip

__all__ = [
    "wofz",
    "bernoulli", "bessel_jn", "fresnel", "loggamma", "owens_t", "sici",
    "beta", "betainc", "betaln", "boxcox", "boxcox1p", "comb", "dawsn", "digamma", "entr", "erf", "erfc", "erfcx",
    "erfinv", "exp1", "expi", "expit", "expn", "factorial", "gamma", "gammainc", "gammaincc", "gammaln", "gammasgn",
    "hyp1f1", "hyp2f1", "i0", "i0e", "i1", "i1e", "kl_div", "log_expit", "log_ndtr", "log_softmax", "logit", "logsumexp", "multigammaln",
    "ndtr", "ndtri", "poch", "polygamma", "psi", "rel_entr", "rgamma", "softmax", "softplus", "spence", "sph_harm_y", "xlog1py",
    "xlogy", "zeta",
]  # fmt: skip
