"""The regularised incomplete gamma and beta functions, and log B(a, b). Their values: special_values/incomplete.py, gaps.py."""

import math

import numpy as np

from ..core.primitive import elementwise
from .elementwise import (
    add,  # noqa: F401  (formulas name it)
    equal,
    mul,
    neg,
    not_equal,
    sub,
    where,
)
from .exponential import log, log1p
from .floats import few_samples, over_floats, real_function
from .special import digamma, polygamma
from .special_values.blocks import elementwise_of
from .special_values.gamma import lgamma as lgamma_values
from .special_values.gaps import lgamma_gap as gap_values
from .special_values.gaps import log_beta as log_beta_values
from .special_values.incomplete import beta_kernel, gamma_kernel
from .special_values.incomplete import incomplete_beta as beta_values
from .special_values.incomplete import incomplete_gamma as gamma_values


# ------------------------------------------------------------------------------------------------ beta
# log B(a, b), and the differences of lgamma's derivatives that its derivatives are. Their values: special_values/gaps.py.
#
# lgamma(a) + lgamma(b) - lgamma(a + b) would lose what the larger terms have in common: nine of sixteen digits at a = 1, b = 1e8.
def psi(k, x):
    """The derivative of order k + 1 of lgamma."""
    return polygamma(x, nth=k) if k else digamma(x)


def _gap_of_jax(jax, x, d, *, nth):
    special = jax.scipy.special
    f = special.gammaln if nth == 0 else special.digamma if nth == 1 else lambda x: special.polygamma(nth - 1, x)
    return f(x + d) - f(x)


EDGES = {"edge": "jax's differences of infinite terms are nan"}
_gap = over_floats(lambda x, d, *, nth: elementwise_of(lambda x, d: gap_values(x, d, nth), x, d))
# lgamma(x + y) - lgamma(x), each differentiated nth times
lgamma_gap = elementwise(
    "lgamma_gap",
    np.hypot,
    "t * lgamma_gap(x, y, nth=nth + 1)",
    "t * psi(nth, add(x, y))",
    impl=_gap,
    params=("nth",),
    arity=2,
    jax=_gap_of_jax,
    domain=("positive", "positive"),
    samples=few_samples("lgamma_gap", {"nth": 0}, {"nth": 1}),
    without=EDGES,
    **real_function(_gap),
)
_log_beta = over_floats(lambda x, y: elementwise_of(log_beta_values, x, y))
# log |B(x, y)|
log_beta = elementwise(
    "log_beta",
    np.hypot,
    "-t * lgamma_gap(x, y, nth=1)",
    "-t * lgamma_gap(y, x, nth=1)",
    impl=_log_beta,
    arity=2,
    jax="scipy.special.betaln",
    domain=("positive", "positive"),
    samples=few_samples("log_beta", {}),
    without=EDGES,
    **real_function(_log_beta),
)


# ------------------------------------------------------------------------------------------------ incomplete
# The regularised incomplete gamma and beta functions. Their values: special_values/incomplete.py.
#
# `nth`, and `da` and `db`, count derivatives with respect to the parameters, which have no closed form: each is a value of its own.
def bell(us):
    """The derivatives of exp(u) over exp(u), of orders 0 to len(us), from those of u of orders 1, 2, ..."""
    out = [1.0]
    for n in range(len(us)):
        total = None
        for k in range(n + 1):
            term = us[k] if n == k else mul(out[n - k], us[k])
            term = mul(float(math.comb(n, k)), term) if 0 < k < n else term
            total = term if total is None else add(total, term)
        out.append(total)
    return out


# ------------------------------------------------------------------------------------------------ gamma
def times(w, v):
    """w v, and 0 where w is: of a figure that may be infinite there."""
    zero = equal(w, 0)
    return where(zero, 0, mul(w, where(zero, 1, v)))


def _gamma_power(a, x, *, drop):
    """x**(a - 1 - drop) exp(-x) / gamma(a), for large a by Stirling's formula."""
    small = np.exp(powers(a - 1 - drop, np.log(x)) - x - lgamma_values(a))
    small = np.where(x == np.inf, 0, small)
    large = (a >= 10) & (x > a / 10) & (x < np.inf)
    if not large.any():
        return small
    b, y = np.where(large, a, 10.0), np.where(large, x, 10.0)
    return np.where(large, gamma_kernel(b, y) * b * y ** (-1.0 - drop), small)


def powers(w, log):
    """w times a logarithm, and 0 where w is."""
    return np.where(w == 0, 0, w * np.where(w == 0, 0, log))


def _gamma_power_of_jax(jax, a, x, *, drop):
    def f(a, x):
        return jax.numpy.exp((a - 1 - drop) * jax.numpy.log(x) - x - jax.scipy.special.gammaln(a))

    return over_wide(jax, f, (), a, x)


def affine_less(x, drop):
    """x - 1 - drop."""
    return sub(x, 1 + drop)


_of_gamma = over_floats(lambda a, x, *, drop: elementwise_of(lambda a, x: _gamma_power(a, x, drop=drop), a, x))
# x**(a - 1 - drop) exp(-x) / gamma(a): the density of a gamma number, and what its derivatives are made of
gamma_power = elementwise(
    "gamma_power",
    np.hypot,
    "t * times(out, sub(log(y), digamma(x)))",
    "t * sub(times(affine_less(x, drop), gamma_power(x, y, drop=drop + 1)), out)",
    impl=_of_gamma,
    params=("drop",),
    arity=2,
    jax=_gamma_power_of_jax,
    domain=("positive", "positive"),
    dtypes="f",
    samples=few_samples("gamma_power", {"drop": 0}, {"drop": 1}),
    without={"edge": "jax meets 0 * inf"},
    **real_function(_of_gamma),
)


def gamma_density(a, x, nth=0):
    """x**(a - 1) exp(-x) / gamma(a), differentiated nth times with respect to a."""
    out = gamma_power(a, x, drop=0)
    if not nth:
        return out
    us = [sub(log(x), digamma(a)), *(neg(polygamma(a, nth=k)) for k in range(1, nth))]
    return times(out, bell(us)[nth])


def signed_gamma_density(a, x, upper, nth):
    out = gamma_density(a, x, nth)
    return neg(out) if upper else out


def integrated(jax, f):
    """The integral of f(s) over s > 0, for the oracle: by the trapezoidal rule in t, s = exp(t - exp(-t))."""
    t = np.linspace(-4.5, 6.5, 331)
    s, weight = np.exp(t - np.exp(-t)), (t[1] - t[0]) * (1 + np.exp(-t))
    return jax.numpy.sum(f(s) * (s * weight), -1)


def slope(jax, f, i):
    """The derivative of f by its operand i, elementwise."""

    def df(*xs):
        return jax.jvp(lambda x: f(*xs[:i], x, *xs[i + 1 :]), (xs[i],), (jax.numpy.ones_like(xs[i]),))[1]

    return df


def differentiated(jax, f, orders, *xs):
    """f differentiated by its first operands, so many times by each."""
    for i, order in enumerate(orders):
        for _ in range(order):
            f = slope(jax, f, i)
    return f(*xs)


def over_wide(jax, f, orders, *xs):
    """The oracle of a function of broadcast operands: computed in float64, in the dtype of the operands."""
    jnp = jax.numpy
    dtype = jnp.result_type(*xs)
    dtype = dtype if dtype.kind == "f" else jnp.dtype("float64")
    wide = jnp.broadcast_arrays(*[jnp.asarray(x).astype("float64") for x in xs])
    return differentiated(jax, f, orders, *wide).astype(dtype)


def _gamma_of_jax(jax, a, x, *, upper, nth):
    """By an integral: jax's own function has no second derivative with respect to a."""
    jnp = jax.numpy

    def f(a, x):
        area = integrated(jax, lambda s: jnp.exp(-a[..., None] * s - x[..., None] * jnp.exp(-s)))
        p = jnp.exp(a * jnp.log(x) - jax.scipy.special.gammaln(a)) * area
        return 1 - p if upper else p

    return over_wide(jax, f, (nth,), a, x)


# P(a, x), the distribution function of a gamma number, or Q = 1 - P (`upper`), differentiated `nth` times by a
_incomplete_gamma = over_floats(gamma_values)
incomplete_gamma = elementwise(
    "incomplete_gamma",
    np.hypot,
    "t * incomplete_gamma(x, y, upper=upper, nth=nth + 1)",
    "t * signed_gamma_density(x, y, upper, nth)",
    impl=_incomplete_gamma,
    params=("upper", "nth"),
    arity=2,
    jax=_gamma_of_jax,
    domain=("positive", "positive"),
    dtypes="f",
    samples=few_samples(
        "incomplete_gamma",
        {"upper": False, "nth": 0},
        {"upper": True, "nth": 0},
        {"upper": False, "nth": 1},
        {"upper": True, "nth": 2},
    ),
    without={"edge": "the oracle's integral is for positive operands"},
    **real_function(_incomplete_gamma),
)


# ------------------------------------------------------------------------------------------------ beta
def _beta_power(a, b, x, *, left, right):
    """x**(a - 1 - left) (1 - x)**(b - 1 - right) / B(a, b)."""
    small = np.exp(powers(a - 1 - left, np.log(x)) + powers(b - 1 - right, np.log1p(-x)) - log_beta_values(a, b))
    large = (a >= 10) & (b >= 10) & (x > 0) & (x < 1)
    if not large.any():
        return small
    c, d, y = np.where(large, a, 10.0), np.where(large, b, 10.0), np.where(large, x, 0.5)
    exact = beta_kernel(c, d, y) * y ** (-1.0 - left) * (1 - y) ** (-1.0 - right)
    return np.where(large & (exact > 1e-290), exact, small)


def _beta_power_of_jax(jax, a, b, x, *, left, right):
    jnp = jax.numpy

    def f(a, b, x):
        out = (a - 1 - left) * jnp.log(x) + (b - 1 - right) * jnp.log1p(-x)
        return jnp.exp(out - jax.scipy.special.betaln(a, b))

    return over_wide(jax, f, (), a, b, x)


def by_point(a, b, x, left, right):
    """The derivative of beta_power by x: a difference, of which at an end one term is of higher order than the other, unless that is 0."""
    w, v = affine_less(a, left), affine_less(b, right)
    more = times(w, beta_power(a, b, x, left=left + 1, right=right))
    less = times(v, beta_power(a, b, x, left=left, right=right + 1))
    at_zero, at_one = mul(equal(x, 0), not_equal(w, 0)), mul(equal(x, 1), not_equal(v, 0))
    return sub(where(at_one, 0, more), where(at_zero, 0, less))


_of_beta = over_floats(lambda a, b, x, **drops: elementwise_of(lambda a, b, x: _beta_power(a, b, x, **drops), a, b, x))
# x**(a - 1 - left) (1 - x)**(b - 1 - right) / B(a, b): the density of a beta number, and what its derivatives are made of
beta_power = elementwise(
    "beta_power",
    np.hypot,
    "t * times(out, exponent_slope(x, y, z, 1, 0))",
    "t * times(out, exponent_slope(x, y, z, 0, 1))",
    "t * by_point(x, y, z, left, right)",
    impl=_of_beta,
    params=("left", "right"),
    arity=3,
    jax=_beta_power_of_jax,
    domain=("positive", "positive", "probability"),
    dtypes="f",
    samples=few_samples("beta_power", {"left": 0, "right": 0}, {"left": 1, "right": 0}, {"left": 0, "right": 1}),
    without={"edge": "jax meets 0 * inf"},
    **real_function(_of_beta),
)


def beta_density(a, b, x, da=0, db=0):
    """x**(a - 1) (1 - x)**(b - 1) / B(a, b), differentiated da times with respect to a and db times with respect to b."""
    out = beta_power(a, b, x, left=0, right=0)
    return times(out, mixed_bell(a, b, x, da, db)) if da or db else out


def mixed_bell(a, b, x, da, db):
    """The derivative of exp(u), u the exponent of the density, over exp(u): by the rule for one shift after the other."""
    if not da and not db:
        return 1.0
    by_a = da > 0
    n, m = (da - 1, db) if by_a else (da, db - 1)
    total = None
    for i in range(n + 1):
        for j in range(m + 1):
            slope = exponent_slope(a, b, x, *((i + 1, j) if by_a else (i, j + 1)))
            rest = mixed_bell(a, b, x, n - i, m - j)
            weight = math.comb(n, i) * math.comb(m, j)
            term = mul(slope, rest if weight == 1 else mul(float(weight), rest))
            total = term if total is None else add(total, term)
    return total


def exponent_slope(a, b, x, i, j):
    """a log(x) + b log(1 - x) - log B(a, b), differentiated i times by a and j times by b."""
    if i and j:
        return psi(i + j - 1, add(a, b))
    out = lgamma_gap(a, b, nth=i) if i else lgamma_gap(b, a, nth=j)
    if i == 1:
        return add(out, log(x))
    return add(out, log1p(neg(x))) if j == 1 else out


def _beta_of_jax(jax, a, b, x, *, da, db):
    """By an integral: jax's own function has no derivatives with respect to a and b."""
    jnp, lgamma = jax.numpy, jax.scipy.special.gammaln

    def f(a, b, x):
        rest = lambda s: jnp.log1p(-x[..., None] * jnp.exp(-s)) * (b[..., None] - 1)
        area = integrated(jax, lambda s: jnp.exp(rest(s) - a[..., None] * s))
        return jnp.exp(a * jnp.log(x) - (lgamma(a) + lgamma(b) - lgamma(a + b))) * area

    return over_wide(jax, f, (da, db), a, b, x)


# I_x(a, b), the distribution function of a beta number, differentiated `da` times by a and `db` times by b
_incomplete_beta = over_floats(beta_values)
incomplete_beta = elementwise(
    "incomplete_beta",
    np.hypot,
    "t * incomplete_beta(x, y, z, da=da + 1, db=db)",
    "t * incomplete_beta(x, y, z, da=da, db=db + 1)",
    "t * beta_density(x, y, z, da, db)",
    impl=_incomplete_beta,
    params=("da", "db"),
    arity=3,
    jax=_beta_of_jax,
    domain=("positive", "positive", "probability"),
    dtypes="f",
    samples=few_samples("incomplete_beta", {"da": 0, "db": 0}, {"da": 1, "db": 0}, {"da": 0, "db": 2}),
    without={"edge": "the oracle's integral is for operands inside the domain"},
    **real_function(_incomplete_beta),
)
