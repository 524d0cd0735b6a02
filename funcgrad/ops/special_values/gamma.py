"""lgamma, digamma and polygamma.

Large arguments: the asymptotic series with Bernoulli numbers (DLMF 5.11.1, 5.11.2). Small ones are brought to an
interval of length 1 by the recurrences (5.5.1, 5.5.2), negative ones to positive by reflection (5.5.3, 5.5.4).
polygamma is a Hurwitz zeta function (5.15.1, 25.11.12), summed by the Euler-Maclaurin formula (25.11.7).
"""

import math

import numpy as np

from .blocks import on, over_blocks, polynomial
from .coefficients import DIGAMMA, DIGAMMA_ROOT, LGAMMA

TINY = 1e-100  # below, lgamma is -log |x| to the last digit
LARGE = 8  # from here on, the asymptotic series
FEW = 12  # numbers that Python computes sooner one by one
BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
    854513 / 138,
    -236364091 / 2730,
)  # fmt: skip  B2, B4, ...
STIRLING = tuple(b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI[:10], 1))[::-1]
DIGAMMA_SERIES = tuple(b / (2 * k) for k, b in enumerate(BERNOULLI[:10], 1))[::-1]
HALF_LOG_2PI = math.log(2 * math.pi) / 2


def fraction(x):
    """x less the nearest integer: sin(pi x) and tan(pi x) depend on it alone, but for a sign."""
    return x - np.rint(x)


# ------------------------------------------------------------------------------------------------ lgamma
def stirling(a):
    """lgamma(a) for a >= 8."""
    r = 1 / a
    return (a - 0.5) * (np.log(a) - 1) + (HALF_LOG_2PI - 0.5) + polynomial(STIRLING, r * r) * r


def lgamma_small(a):
    """lgamma(a) for 0 <= a < 8, from that of a - n, which is 1.5 to 2.5. a - (n + 2) is exact near the zeros."""
    n = np.rint(a - 2)
    product = np.where(n == -2, a * (a + 1), np.where(n == -1, a, 1))
    for j in range(1, LARGE - 1):
        product *= np.where(n >= j, a - j, 1)
    d = a - (n + 2)
    return d * polynomial(LGAMMA, 2 * d) + np.where(n < 0, -1, 1) * np.log(product)


def lgamma_of_number(x):
    """The same of one Python float, above 0."""
    if not x > 0:
        raise ValueError
    if x >= LARGE:
        r = 1 / x
        return (x - 0.5) * (math.log(x) - 1) + (HALF_LOG_2PI - 0.5) + polynomial(STIRLING, r * r) * r
    n = round(x - 2)
    product = (x * (x + 1), x)[n + 2] if n < 0 else 1.0
    for j in range(1, n + 1):
        product *= x - j
    d = x - (n + 2)
    return d * polynomial(LGAMMA, 2 * d) + (-1 if n < 0 else 1) * math.log(product)


@over_blocks(lgamma_of_number, FEW)
def lgamma(x):
    """log |gamma(x)|; inf at 0, -1, -2, ... Error up to 6.2 ulp for x > 0; more at negative zeros."""
    a = np.abs(x)
    large = a >= LARGE
    if large.all():
        out = stirling(a)
    elif large.any():
        out = np.where(large, stirling(np.maximum(a, LARGE)), lgamma_small(np.where(large, 1, a)))
    else:
        out = lgamma_small(a)
    negative = x < 0
    if negative.any():  # gamma(a) gamma(-a) = -pi / (a sin(pi a))
        reflected = np.log(math.pi / np.abs(a * np.sin(math.pi * fraction(a)))) - out
        reflected = np.where(a < TINY, -np.log(a), reflected)
        out = np.where(negative, np.where((fraction(a) == 0) | np.isinf(a), np.inf, reflected), out)
    return out


# ------------------------------------------------------------------------------------------------ digamma
def digamma_positive(a):
    large = a >= LARGE
    b = np.where(large, 1, a)
    n = np.maximum(np.floor(b) - 1, 0)
    sums = np.where(b < 1, -1 / b, 0)
    for j in range(1, LARGE - 1):
        sums += np.where(n >= j, 1 / (b - j), 0)
    base = np.where(b < 1, b + 1, b - n)
    high, low = DIGAMMA_ROOT
    out = ((base - high) - low) * polynomial(DIGAMMA, on((1.0, 2.0), base)) + sums
    if large.any():
        r = 1 / np.where(large, a, LARGE)
        series = np.log(np.where(large, a, LARGE)) - r / 2 - polynomial(DIGAMMA_SERIES, r * r) * r * r
        out = np.where(large, series, out)
    return out


def digamma_of_number(x):
    """The same of one Python float, above 0."""
    if not x > 0:
        raise ValueError
    if x >= LARGE:
        r = 1 / x
        return math.log(x) - r / 2 - polynomial(DIGAMMA_SERIES, r * r) * r * r
    total, n = (-1 / x, -1) if x < 1 else (0.0, math.floor(x) - 1)
    for j in range(1, n + 1):
        total += 1 / (x - j)
    base = x - n
    high, low = DIGAMMA_ROOT
    return ((base - high) - low) * polynomial(DIGAMMA, on((1.0, 2.0), base)) + total


@over_blocks(digamma_of_number, FEW)
def digamma(x):
    """gamma'(x) / gamma(x): -inf at 0, inf at -0, nan at -1, -2, ... Error up to 2.5 ulp for x > 0, at its root too."""
    negative = x <= 0
    if not negative.any():
        return digamma_positive(x)
    out = digamma_positive(np.where(negative, 1 - x, x))
    r = fraction(x)
    out = np.where(negative, out - math.pi / np.tan(math.pi * r), out)
    out[(r == 0) & negative] = np.nan
    return np.where(x == 0, np.copysign(np.inf, -x), out)


# ------------------------------------------------------------------------------------------------ polygamma
def hurwitz_zeta(s, a):
    """The sum over k >= 0 of (a + k)**-s, for an integer s >= 2 and a >= 0."""
    terms = 9 + s // 2  # so many are added one by one; then the tail's series converges to full precision
    total = 0.0
    for k in range(terms):
        total += (a + k) ** -s
    b = a + terms
    power = b**-s
    total += b ** (1 - s) / (s - 1) + power / 2
    factor = s * 1.0
    r = 1 / b
    for k, bernoulli in enumerate(BERNOULLI, 1):
        power = power * r
        total += bernoulli / math.factorial(2 * k) * factor * power
        power = power * r
        factor *= (s + 2 * k - 1) * (s + 2 * k)
    return total


def cotangent_derivative(n):
    """d^n cot(u) / du^n as a polynomial in c = cot(u), lowest power first: d/du is -(1 + c**2) d/dc."""
    p = [0, 1]
    for _ in range(n):
        d = [-k * v for k, v in enumerate(p)][1:]
        p = [(d[i] if i < len(d) else 0) + (d[i - 2] if i >= 2 else 0) for i in range(len(d) + 2)]
    return [float(v) for v in p]


def polygamma_of_number(x, *, order):
    """The same of one Python float, above 0."""
    if not x > 0:
        raise ValueError
    return (1.0 if order % 2 else -1.0) * math.factorial(order) * hurwitz_zeta(order + 1, x)


@over_blocks(polygamma_of_number, FEW)
def polygamma(x, *, order):
    """The derivative of digamma of an order >= 1; inf at 0, -1, -2, ... if it is odd, else -inf.

    Error for x > 0: up to 4 ulp for orders 1 and 2, 20 ulp for order 20.
    """
    sign = 1.0 if order % 2 else -1.0
    negative = x < 0
    out = sign * math.factorial(order) * hurwitz_zeta(order + 1, np.where(negative, 1 - x, x))
    if negative.any():  # psi(1 - x) - psi(x) = pi cot(pi x), differentiated
        c = 1 / np.tan(math.pi * fraction(x))
        poles = math.pi ** (order + 1) * polynomial(cotangent_derivative(order)[::-1], c)
        reflected = np.where(x == np.floor(x), sign * np.inf, -sign * out - poles)
        out = np.where(negative, reflected, out)
    return out
