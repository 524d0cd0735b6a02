"""The regularised incomplete gamma and beta functions. Their values: special_values/incomplete.py.

`nth`, and `da` and `db`, count derivatives with respect to the parameters, which have no closed form: each is a value of its own.
"""

import math

import numpy as np

from ..core.primitive import elementwise
from .elementwise import add, mul, neg, sub
from .exponential import exp, log, xlog1py, xlogy
from .floats import few_samples, over_floats, real_function
from .special import betaln, digamma, lgamma, polygamma
from .special_values.incomplete import incomplete_beta as beta_values
from .special_values.incomplete import incomplete_gamma as gamma_values


def psi(k, x):
    """The derivative of order k + 1 of lgamma."""
    return polygamma(x, nth=k) if k else digamma(x)


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
def gamma_density(a, x, nth=0):
    """x**(a - 1) exp(-x) / gamma(a), differentiated nth times with respect to a."""
    out = exp(sub(sub(xlogy(sub(a, 1), x), x), lgamma(a)))
    if not nth:
        return out
    us = [sub(log(x), digamma(a)), *(neg(polygamma(a, nth=k)) for k in range(1, nth))]
    return mul(out, bell(us)[nth])


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
def beta_density(a, b, x, da=0, db=0):
    """x**(a - 1) (1 - x)**(b - 1) / B(a, b), differentiated da times with respect to a and db times with respect to b."""
    out = exp(sub(add(xlogy(sub(a, 1), x), xlog1py(sub(b, 1), neg(x))), betaln(a, b)))
    return mul(out, mixed_bell(a, b, x, da, db)) if da or db else out


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
    out = psi(i + j - 1, add(a, b))
    if not j:
        out = sub(out, psi(i - 1, a))
        return add(out, log(x)) if i == 1 else out
    if not i:
        out = sub(out, psi(j - 1, b))
        return add(out, log(sub(1, x))) if j == 1 else out
    return out


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
