"""Distributions of vectors."""

import math

import numpy as np

from ...core.aval import shape_of
from ...numpy.arguments import as_array, inexact
from .. import special as sc
from ..linalg import solve_triangular
from .family import Family


def dirichlet_logpdf(x, alpha):
    """The logarithm of the density at x: [n, ...] or [n - 1, ...] for alpha [n]; -inf off the simplex."""
    x, alpha = inexact(as_array(x)), inexact(as_array(alpha))
    n = shape_of(alpha)[0]
    if shape_of(x)[0] not in (n, n - 1):
        raise ValueError(f"dirichlet: x must have {n} or {n - 1} entries along axis 0; got shape {shape_of(x)}.")
    if shape_of(x)[0] == n - 1:
        x = np.concatenate([x, np.subtract(1.0, np.sum(x, axis=0, keepdims=True))], axis=0)
    columns = np.reshape(alpha, (n,) + (1,) * (len(shape_of(x)) - 1))
    on = np.all(np.logical_and(np.greater(x, 0), np.less(x, 1)), axis=0)
    on = np.logical_and(on, np.less(np.abs(np.subtract(np.sum(x, axis=0), 1.0)), 1e-6))
    powers = np.sum(sc.xlogy(np.subtract(columns, 1.0), np.where(on, x, 1.0 / n)), axis=0)
    norm = np.subtract(np.sum(sc.gammaln(alpha)), sc.gammaln(np.sum(alpha)))
    return np.where(on, np.subtract(powers, norm), -np.inf)


def dirichlet_pdf(x, alpha):
    """The density at x."""
    return np.exp(dirichlet_logpdf(x, alpha))


dirichlet = Family("dirichlet", "The Dirichlet distribution.", logpdf=dirichlet_logpdf, pdf=dirichlet_pdf)


def multinomial_logpmf(x, n, p):
    """The logarithm of the probability of counts x [..., k], which sum to n (-inf if not), for probabilities p [k]."""
    x, p = inexact(as_array(x)), inexact(as_array(p))
    ways = np.subtract(sc.gammaln(np.add(n, 1.0)), np.sum(sc.gammaln(np.add(x, 1.0)), axis=-1))
    value = np.add(ways, np.sum(sc.xlogy(x, p), axis=-1))
    return np.where(np.equal(np.sum(x), n), value, -np.inf)


def multinomial_pmf(x, n, p):
    """The probability of counts x."""
    return np.exp(multinomial_logpmf(x, n, p))


multinomial = Family("multinomial", "Counts of n draws.", logpmf=multinomial_logpmf, pmf=multinomial_pmf)


def multivariate_normal_logpdf(x, mean, cov, allow_singular=None):
    """The logarithm of the density at x [..., n] for a mean [..., n] (or a number) and a covariance [..., n, n] (or a number).

    Raises NotImplementedError for allow_singular, ValueError where shapes do not fit.
    """
    if allow_singular is not None:
        raise NotImplementedError("multivariate_normal.logpdf: allow_singular is not offered.")
    x, mean, cov = (inexact(as_array(v)) for v in (x, mean, cov))
    off = np.subtract(x, mean)
    if not shape_of(mean):
        return np.subtract(
            np.multiply(-0.5, np.divide(np.square(off), cov)),
            np.multiply(0.5, np.add(math.log(2 * math.pi), np.log(cov))),
        )
    n = shape_of(mean)[-1]
    if not shape_of(cov):
        quadratic = np.divide(np.sum(np.square(off), axis=-1), cov)
        return np.multiply(-0.5, np.add(quadratic, np.multiply(float(n), np.add(math.log(2 * math.pi), np.log(cov)))))
    if len(shape_of(cov)) < 2 or shape_of(cov)[-2:] != (n, n):
        raise ValueError(
            f"multivariate_normal.logpdf: the covariance must be [..., {n}, {n}]; got shape {shape_of(cov)}."
        )
    factor = np.linalg.cholesky(cov)
    lead = np.broadcast_shapes(shape_of(off)[:-1], shape_of(factor)[:-2])
    factor = np.broadcast_to(factor, (*lead, n, n))
    columns = np.broadcast_to(off, (*lead, n))[..., None]
    y = solve_triangular(factor, columns, lower=True)
    logs = np.sum(np.log(np.diagonal(factor, axis1=-2, axis2=-1)), axis=-1)
    quadratic = np.sum(np.square(y[..., 0]), axis=-1)
    return np.subtract(np.subtract(np.multiply(-0.5, quadratic), n / 2 * math.log(2 * math.pi)), logs)


def multivariate_normal_pdf(x, mean, cov):
    """The density at x."""
    return np.exp(multivariate_normal_logpdf(x, mean, cov))


multivariate_normal = Family(
    "multivariate_normal",
    "The normal distribution of vectors.",
    logpdf=multivariate_normal_logpdf,
    pdf=multivariate_normal_pdf,
)
