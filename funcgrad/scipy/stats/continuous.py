"""Continuous distributions of one number."""

import math

import numpy as np

from ...core.primitive import PRIMITIVES
from .. import special as sc
from .family import exp_of, family, standardised

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
LOG_PI, LOG_2 = math.log(math.pi), math.log(2)


def log_normal_density(z):
    return np.subtract(np.multiply(-0.5, np.square(z)), HALF_LOG_2PI)


norm = standardised(
    "norm",
    "The normal distribution.",
    (),
    log_density=log_normal_density,
    cdf=sc.ndtr,
    sf=lambda z: sc.ndtr(np.negative(z)),
    logcdf=sc.log_ndtr,
    logsf=lambda z: sc.log_ndtr(np.negative(z)),
    ppf=sc.ndtri,
    isf=lambda q: np.negative(sc.ndtri(q)),
)

uniform = standardised(
    "uniform",
    "The uniform distribution on [loc, loc + scale].",
    (),
    log_density=np.zeros_like,
    support=(0.0, 1.0),
    inside=0.5,
    cdf=lambda z: z,
    ppf=lambda q: np.where(np.logical_or(np.less(q, 0), np.greater(q, 1)), np.nan, q),
    only=("cdf", "logpdf", "pdf", "ppf"),
)

expon = standardised(
    "expon",
    "The exponential distribution.",
    (),
    log_density=np.negative,
    support=(0.0, None),
    inside=1.0,
    cdf=lambda z: np.negative(np.expm1(np.negative(z))),
    sf=lambda z: np.exp(np.negative(z)),
    logcdf=lambda z: np.log(np.negative(np.expm1(np.negative(z)))),
    logsf=np.negative,
    ppf=lambda q: np.negative(np.log1p(np.negative(q))),
)

laplace = standardised(
    "laplace",
    "The Laplace distribution.",
    (),
    log_density=lambda z: np.subtract(np.negative(np.abs(z)), LOG_2),
    cdf=lambda z: np.where(
        np.less(z, 0),
        np.multiply(0.5, np.exp(np.minimum(z, 0.0))),
        np.subtract(1.0, np.multiply(0.5, np.exp(np.negative(np.maximum(z, 0.0))))),
    ),
    only=("cdf", "logpdf", "pdf"),
)


def log_logistic_density(z):
    """Its slope is -tanh(z / 2), which near 0 would be a difference of numbers near 1."""
    near = np.less(np.abs(z), 1.0)
    middle = np.log1p(np.negative(np.square(np.tanh(half(np.where(near, z, 0.0))))))
    return np.where(
        near,
        np.subtract(middle, 2 * LOG_2),
        np.subtract(np.negative(z), np.multiply(2.0, sc.softplus(np.negative(z)))),
    )


logistic = standardised(
    "logistic",
    "The logistic distribution.",
    (),
    log_density=log_logistic_density,
    cdf=sc.expit,
    sf=lambda z: sc.expit(np.negative(z)),
    logcdf=sc.log_expit,
    logsf=lambda z: sc.log_expit(np.negative(z)),
    ppf=sc.logit,
    isf=lambda q: np.negative(sc.logit(q)),
    only=("cdf", "isf", "logpdf", "pdf", "ppf", "sf"),
)


def cauchy_cdf(z):
    return np.divide(np.arctan2(1.0, np.negative(z)), math.pi)  # (0.5 + arctan(z) / pi would cancel for large -z)


cauchy = standardised(
    "cauchy",
    "The Cauchy distribution.",
    (),
    log_density=lambda z: np.negative(np.add(LOG_PI, np.multiply(2.0, np.log(np.hypot(1.0, z))))),
    cdf=cauchy_cdf,
    sf=lambda z: cauchy_cdf(np.negative(z)),
    ppf=lambda q: np.tan(np.multiply(math.pi, np.subtract(q, 0.5))),
    isf=lambda q: np.tan(np.multiply(math.pi, np.subtract(0.5, q))),
)

gumbel_r = standardised(
    "gumbel_r",
    "The Gumbel distribution of maxima.",
    (),
    log_density=lambda z: np.negative(np.add(z, np.exp(np.negative(z)))),
    cdf=lambda z: np.exp(np.negative(np.exp(np.negative(z)))),
    sf=lambda z: np.negative(np.expm1(np.negative(np.exp(np.negative(z))))),
    logcdf=lambda z: np.negative(np.exp(np.negative(z))),
    ppf=lambda q: np.negative(np.log(np.negative(np.log(q)))),
)

gumbel_l = standardised(
    "gumbel_l",
    "The Gumbel distribution of minima.",
    (),
    log_density=lambda z: np.subtract(z, np.exp(z)),
    cdf=lambda z: np.negative(np.expm1(np.negative(np.exp(z)))),
    sf=lambda z: np.exp(np.negative(np.exp(z))),
    logsf=lambda z: np.negative(np.exp(z)),
    ppf=lambda q: np.log(np.negative(np.log1p(np.negative(q)))),
)

pareto = standardised(
    "pareto",
    "The Pareto distribution of shape b.",
    ("b",),
    log_density=lambda z, b: np.subtract(np.log(b), np.multiply(np.add(b, 1.0), np.log(z))),
    support=(1.0, None),
    inside=2.0,
    cdf=lambda z, b: np.subtract(1.0, np.power(z, np.negative(b))),
    sf=lambda z, b: np.power(z, np.negative(b)),
    logcdf=lambda z, b: np.log1p(np.negative(np.power(z, np.negative(b)))),
    logsf=lambda z, b: np.negative(np.multiply(b, np.log(z))),
    ppf=lambda q, b: np.power(np.subtract(1.0, q), np.divide(-1.0, b)),
)


def log_gamma_density(z, a):
    return np.subtract(np.subtract(sc.xlogy(np.subtract(a, 1.0), z), z), sc.gammaln(a))


gamma = standardised(
    "gamma",
    "The gamma distribution of shape a.",
    ("a",),
    log_density=log_gamma_density,
    support=(0.0, None),
    inside=1.0,
    cdf=lambda z, a: sc.gammainc(a, z),
    sf=lambda z, a: sc.gammaincc(a, z),
)


def half(x):
    return np.multiply(0.5, x)


chi2 = standardised(
    "chi2",
    "The chi-square distribution of df degrees of freedom.",
    ("df",),
    log_density=lambda z, df: np.subtract(log_gamma_density(half(z), half(df)), LOG_2),
    support=(0.0, None),
    inside=1.0,
    cdf=lambda z, df: sc.gammainc(half(df), half(z)),
    sf=lambda z, df: sc.gammaincc(half(df), half(z)),
)

beta = standardised(
    "beta",
    "The beta distribution.",
    ("a", "b"),
    log_density=lambda z, a, b: np.subtract(
        np.add(sc.xlogy(np.subtract(a, 1.0), z), sc.xlog1py(np.subtract(b, 1.0), np.negative(z))), sc.betaln(a, b)
    ),
    support=(0.0, 1.0),
    inside=0.5,
    cdf=lambda z, a, b: sc.betainc(a, b, z),
    sf=lambda z, a, b: sc.betainc(b, a, np.subtract(1.0, z)),
)


def log_t_density(z, df):
    shape = PRIMITIVES["lgamma_gap"](half(df), 0.5, nth=0)
    scale = half(np.add(np.log(df), LOG_PI))
    return np.subtract(
        np.subtract(shape, scale), half(np.multiply(np.add(df, 1.0), np.log1p(np.divide(np.square(z), df))))
    )


t = standardised("t", "Student's t distribution.", ("df",), log_density=log_t_density)


# ------------------------------------------------------------------------------------------------ without loc and scale
def log_gennorm_density(x, beta):
    shape = np.subtract(np.log(half(beta)), sc.gammaln(np.divide(1.0, beta)))
    return np.subtract(shape, np.power(np.abs(x), beta))


gennorm = family(
    "gennorm",
    "The generalised normal distribution, of density proportional to exp(-|x|**beta).",
    {"beta": ...},
    logpdf=log_gennorm_density,
    pdf=exp_of(log_gennorm_density),
    cdf=lambda x, beta: half(
        np.add(1.0, np.multiply(np.sign(x), sc.gammainc(np.divide(1.0, beta), np.power(np.abs(x), beta))))
    ),
)


def log_vonmises_density(x, kappa):
    good = np.greater(kappa, 0)
    k = np.where(good, kappa, 1.0)
    value = np.subtract(np.multiply(k, np.subtract(np.cos(x), 1.0)), np.log(np.multiply(2 * math.pi, sc.i0e(k))))
    return np.where(good, value, np.nan)


vonmises = family(
    "vonmises",
    "The von Mises distribution on the circle.",
    {"kappa": ...},
    logpdf=log_vonmises_density,
    pdf=exp_of(log_vonmises_density),
)


def log_wrapcauchy_density(x, c):
    good = np.logical_and(np.greater(c, 0), np.less(c, 1))
    d = np.where(good, c, 0.5)
    square = np.square(d)
    spread = np.subtract(np.add(1.0, square), np.multiply(np.multiply(2.0, d), np.cos(x)))
    value = np.subtract(np.log(np.divide(np.subtract(1.0, square), 2 * math.pi)), np.log(spread))
    on = np.logical_and(np.greater_equal(x, 0), np.less_equal(x, 2 * math.pi))
    return np.where(good, np.where(on, value, -np.inf), np.nan)


wrapcauchy = family(
    "wrapcauchy",
    "The wrapped Cauchy distribution on [0, 2 pi].",
    {"c": ...},
    logpdf=log_wrapcauchy_density,
    pdf=exp_of(log_wrapcauchy_density),
)


# ------------------------------------------------------------------------------------------------ truncated normal
def log_mass(a, b):
    """The logarithm of the normal probability between a and b, by whichever tail keeps its digits."""
    right = np.greater(a, 0)
    low, high = np.where(right, np.negative(b), a), np.where(right, np.negative(a), b)
    central = np.greater(high, 0)
    above, below = sc.log_ndtr(np.where(central, -1.0, high)), sc.log_ndtr(np.where(central, -2.0, low))
    tail = np.add(above, np.log1p(np.negative(np.exp(np.subtract(below, above)))))
    outside = np.add(sc.ndtr(np.where(central, low, -1.0)), sc.ndtr(np.negative(np.where(central, high, 1.0))))
    return np.where(central, np.log1p(np.negative(outside)), tail)


def truncated(f):
    """f(z, a, b) of the standardised number, nan where the bounds leave nothing."""

    def of(x, a, b, loc, scale):
        z = np.divide(np.subtract(x, loc), scale)
        empty = np.greater_equal(a, b)
        a, b = np.where(empty, -1.0, a), np.where(empty, 1.0, b)
        return np.where(empty, np.nan, f(z, a, b, scale))

    return of


def truncated_log_density(z, a, b, scale):
    out = np.logical_or(np.less(z, a), np.greater(z, b))
    value = np.subtract(np.subtract(log_normal_density(np.where(out, 0.0, z)), np.log(scale)), log_mass(a, b))
    return np.where(out, -np.inf, value)


def truncated_log_cdf(z, a, b, scale):
    below, above = np.less_equal(z, a), np.greater_equal(z, b)
    y = np.where(np.logical_or(below, above), np.multiply(0.5, np.add(np.maximum(a, -50.0), np.minimum(b, 50.0))), z)
    whole = log_mass(a, b)
    left, right = np.subtract(log_mass(a, y), whole), np.subtract(log_mass(y, b), whole)
    near = np.greater(left, -0.1)  # the probability is near 1: from what is left of it
    value = np.where(near, np.log1p(np.negative(np.exp(np.where(near, right, -1.0)))), left)
    return np.where(above, 0.0, np.where(below, -np.inf, value))


def truncated_log_sf(z, a, b, scale):
    return truncated_log_cdf(np.negative(z), np.negative(b), np.negative(a), scale)


truncnorm = family(
    "truncnorm",
    "The normal distribution between a and b (in units of scale around loc).",
    {"a": ..., "b": ..., "loc": 0, "scale": 1},
    logpdf=truncated(truncated_log_density),
    pdf=exp_of(truncated(truncated_log_density)),
    logcdf=truncated(truncated_log_cdf),
    cdf=exp_of(truncated(truncated_log_cdf)),
    logsf=truncated(truncated_log_sf),
    sf=exp_of(truncated(truncated_log_sf)),
)
