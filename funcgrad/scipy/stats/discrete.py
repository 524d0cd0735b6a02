"""Distributions of whole numbers. Their probabilities are differentiable in the parameters (and formally in k, as in jax)."""

import math

import numpy as np

from ...core.aval import dtype_of, shape_of
from ...numpy.arguments import cast
from .. import special as sc
from .family import exp_of, family


def logpmf_family(name, doc, parameters, logpmf, **others):
    return family(name, doc, parameters | {"loc": 0}, logpmf=logpmf, pmf=exp_of(logpmf), **others)


def inside(where, value, outside=-np.inf):
    return np.where(where, value, outside)


def is_whole(k):
    return np.equal(np.floor(k), k)


# ------------------------------------------------------------------------------------------------ bernoulli, binomial
def log_bernoulli(k, p, loc):
    y = np.subtract(k, loc)
    one = np.equal(y, 1)
    value = np.where(one, np.log(np.where(one, p, 0.5)), np.log1p(np.negative(np.where(one, 0.5, p))))
    return inside(np.logical_or(one, np.equal(y, 0)), value)


def bernoulli_cdf(k, p, loc):
    y = np.subtract(k, loc)
    bad = np.logical_or(np.isnan(p), np.logical_or(np.less(p, 0), np.greater(p, 1)))
    value = np.where(np.less(y, 0), 0.0, np.where(np.less(y, 1), np.subtract(1.0, p), 1.0))
    return np.where(np.logical_or(bad, np.isnan(y)), np.nan, value)


def bernoulli_ppf(q, p, loc):
    bad = np.logical_or(np.less(q, 0), np.greater(q, 1))
    bad = np.logical_or(np.logical_or(bad, np.isnan(q)), np.logical_or(np.less(p, 0), np.greater(p, 1)))
    value = np.where(np.less_equal(q, np.subtract(1.0, p)), 0.0, 1.0)
    value = np.where(np.equal(q, 0), -1.0, value)
    value = np.where(bad, np.nan, value)
    return np.add(cast(value, np.result_type(dtype_of(q), dtype_of(p))), loc)


bernoulli = logpmf_family(
    "bernoulli", "1 with probability p, else 0.", {"p": ...}, log_bernoulli, cdf=bernoulli_cdf, ppf=bernoulli_ppf
)


def log_choices(n, y):
    """log(n! / (y! (n - y)!)), by a beta function, which is no difference of large numbers."""
    size = sc.betaln(np.add(np.subtract(n, y), 1.0), np.add(y, 1.0))
    return np.negative(np.add(np.log(np.add(n, 1.0)), size))


def log_binom(k, n, p, loc):
    y = np.subtract(k, loc)
    on = np.logical_and(np.greater_equal(y, 0), np.less_equal(y, n))
    y = np.where(on, y, 0.0)
    value = np.add(sc.xlogy(y, p), sc.xlog1py(np.subtract(n, y), np.negative(p)))
    return inside(on, np.add(value, log_choices(n, y)))


binom = logpmf_family("binom", "Successes among n of probability p.", {"n": ..., "p": ...}, log_binom)


def log_betabinom(k, n, a, b, loc):
    y = np.subtract(np.floor(k), loc)
    good = np.logical_and(np.greater_equal(n, 0), np.logical_and(np.greater(a, 0), np.greater(b, 0)))
    on = np.logical_and(np.greater_equal(y, 0), np.less_equal(y, n))
    a, b, n = np.where(good, a, 1.0), np.where(good, b, 1.0), np.where(good, n, 1.0)
    y = np.where(on, y, 0.0)
    rest = np.subtract(n, y)
    value = np.subtract(sc.betaln(np.add(y, a), np.add(rest, b)), sc.betaln(a, b))
    return np.where(good, inside(on, np.add(log_choices(n, y), value)), np.nan)


betabinom = logpmf_family(
    "betabinom",
    "Successes among n of a probability that is a beta number.",
    {"n": ..., "a": ..., "b": ...},
    log_betabinom,
)


# ------------------------------------------------------------------------------------------------ waiting times
def log_geom(k, p, loc):
    y = np.subtract(k, loc)
    on = np.greater_equal(y, 1)
    return inside(on, np.add(sc.xlog1py(np.subtract(np.where(on, y, 1.0), 1.0), np.negative(p)), np.log(p)))


geom = logpmf_family("geom", "Trials of probability p up to the first success.", {"p": ...}, log_geom)


def log_nbinom(k, n, p, loc):
    y = np.subtract(k, loc)
    on = np.greater_equal(y, 0)
    y = np.where(on, y, 0.0)
    ways = np.negative(np.add(np.log(np.add(y, n)), sc.betaln(n, np.add(y, 1.0))))
    return inside(on, np.add(ways, np.add(sc.xlogy(n, p), sc.xlog1py(y, np.negative(p)))))


nbinom = logpmf_family("nbinom", "Failures before the n-th success.", {"n": ..., "p": ...}, log_nbinom)


# ------------------------------------------------------------------------------------------------ Poisson
def log_poisson(k, mu, loc):
    y = np.subtract(k, loc)
    on = np.logical_and(np.greater_equal(y, 0), is_whole(k))
    y = np.where(on, y, 0.0)
    return inside(on, np.subtract(np.subtract(sc.xlogy(y, mu), sc.gammaln(np.add(y, 1.0))), mu))


def poisson_cdf(k, mu, loc):
    y = np.subtract(k, loc)
    on = np.greater_equal(y, 0)
    return inside(on, sc.gammaincc(np.floor(np.add(np.where(on, y, 0.0), 1.0)), mu), 0.0)


TERMS = 250  # of the sum of an entropy, enough for a rate below 100


def poisson_entropy(mu, loc):
    """The sum of -p log(p) for rates below 100, beyond by its asymptotic series (R. Evans and others, 1988)."""
    large = np.greater_equal(mu, 100)
    m = np.where(large, 1.0, mu)
    k = np.reshape(np.arange(TERMS, dtype=dtype_of(m)), (-1,) + (1,) * len(shape_of(m)))
    logs = log_poisson(k, m, 0.0)
    total = np.negative(
        np.sum(np.multiply(np.exp(logs), logs), axis=0)
    )  # (entr has an infinite slope where exp underflows)
    r = np.divide(1.0, np.where(large, mu, 100.0))
    series = np.multiply(r, np.add(1 / 12, np.multiply(r, np.add(1 / 24, np.multiply(r, 19 / 360)))))
    value = np.subtract(np.subtract(0.5 * math.log(2 * math.pi * math.e), np.multiply(0.5, np.log(r))), series)
    out = cast(np.where(large, value, total), dtype_of(m))
    return np.broadcast_to(out, np.broadcast_shapes(shape_of(out), shape_of(loc)))


poisson = logpmf_family("poisson", "The Poisson distribution of rate mu.", {"mu": ...}, log_poisson, cdf=poisson_cdf)


def _add_entropy():
    from .family import taking

    poisson.entropy = taking({"loc": 0}, poisson_entropy, "The entropy, in nats.", first="mu")
    poisson.functions.append("entropy")


_add_entropy()
