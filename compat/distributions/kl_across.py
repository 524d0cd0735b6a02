"""Divergences between distributions of two kinds: minus the entropy of one, minus what it expects of the other's log-density.

Invariant: a log-density is written once, by moments of whatever the expectation is under; a moment once, by the kind of distribution.
Where one can give values that the other cannot, the divergence is infinite.
"""

import math
from functools import partial

import compat as torch

from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .continuous_bernoulli import ContinuousBernoulli
from .exponential import Exponential
from .gamma import Gamma
from .gumbel import EULER, Gumbel
from .laplace import Laplace
from .normal import Normal
from .pareto import Pareto
from .poisson import Poisson
from .uniform import Uniform


# ------------------------------------------------------------------------------------------------ moments
def mean_log(p):
    """E log x."""
    if isinstance(p, Beta):
        return p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    if isinstance(p, Pareto):
        return p.scale.log() + p.alpha.reciprocal()
    if isinstance(p, Exponential):
        return -p.rate.log() - EULER
    return mean_log_of_uniform(p.low, p.high)


def mean_log_of_uniform(low, high):
    return (torch.xlogy(high, high) - torch.xlogy(low, low)) / (high - low) - 1


def mean_power(p, scale):
    """E exp(-x / scale)."""
    if isinstance(p, Normal):
        return torch.exp(-p.loc / scale + 0.5 * (p.scale / scale).pow(2))
    if isinstance(p, Exponential):
        return (1 + (scale * p.rate).reciprocal()).reciprocal()
    if isinstance(p, Gamma):
        return (1 + (scale * p.rate).reciprocal()).pow(-p.concentration)
    return scale * (torch.exp(-p.low / scale) - torch.exp(-p.high / scale)) / (p.high - p.low)


# ------------------------------------------------------------------------------------------------ log-densities
def of_normal(p, q):
    variance = q.scale.pow(2)
    return -0.5 * (2 * math.pi * variance).log() - (p.variance + (p.mean - q.loc).pow(2)) / (2 * variance)


def of_exponential(p, q):
    return q.rate.log() - q.rate * p.mean


def of_gamma(p, q):
    a = q.concentration
    return a * q.rate.log() - a.lgamma() + (a - 1) * mean_log(p) - q.rate * p.mean


def of_beta(p, q):
    a, b = q.concentration1, q.concentration0
    other = mean_log_of_uniform(1 - p.high, 1 - p.low)
    return (a + b).lgamma() - a.lgamma() - b.lgamma() + (a - 1) * mean_log(p) + (b - 1) * other


def of_continuous_bernoulli(p, q):
    return p.mean * q.logits + torch.log1p(-q.probs) + q._log_norm()


def of_gumbel(p, q):
    power = torch.exp(q.loc / q.scale) * mean_power(p, q.scale)
    return -q.scale.log() - (p.mean - q.loc) / q.scale - power


def of_pareto(p, q):
    return q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * mean_log(p)


def of_uniform(p, q):
    return -(q.high - q.low).log()


# ------------------------------------------------------------------------------------------------ the table
def outside(p, q):
    """Whether p has values that q has not; None where that cannot be."""
    if not isinstance(p, Uniform):
        if not isinstance(q, Uniform):
            return None
        return (q.low >= 0) | (q.high <= 1) if isinstance(p, ContinuousBernoulli) else (q.low > 0) | (q.high < 1)
    if isinstance(q, Beta):
        return (p.high > 1) | (p.low < 0)
    if isinstance(q, ContinuousBernoulli):  # (with torch the ends are outside)
        return (p.high >= 1) | (p.low <= 0)
    if isinstance(q, Pareto):
        return p.low < q.scale
    return p.low < 0 if isinstance(q, (Exponential, Gamma)) else None


def across(log_density, p, q):
    if (
        p.batch_shape != q.batch_shape
    ):  # (the error of two that do not go together names q's first where torch's formula starts with q)
        first, second = (q, p) if (type(p), type(q)) in Q_FIRST else (p, q)
        torch.empty(first.batch_shape) + torch.empty(second.batch_shape)
    result = -p.entropy() - log_density(p, q)
    where = outside(p, q)
    return result if where is None else torch.where(where, math.inf, result)


def infinite(p, q):
    some = p.rate if isinstance(p, Poisson) else p.mean
    return torch.full_like(some, math.inf)


FINITE = {
    of_normal: (Normal, (Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace, Pareto, Uniform)),
    of_exponential: (Exponential, (Beta, ContinuousBernoulli, Gamma, Pareto, Uniform)),
    of_gamma: (Gamma, (Beta, Exponential, Pareto, Uniform)),
    of_beta: (Beta, (Uniform,)),
    of_continuous_bernoulli: (ContinuousBernoulli, (Beta, Uniform)),
    of_gumbel: (Gumbel, (Exponential, Gamma, Normal, Uniform)),
    of_pareto: (Pareto, (Uniform,)),
    of_uniform: (Uniform, (Beta, ContinuousBernoulli)),
}
Q_FIRST = {
    *[(p, Normal) for p in (Beta, ContinuousBernoulli, Pareto, Uniform)],
    *[(p, Gamma) for p in (Beta, Exponential, Pareto, Uniform)],
    *[(Uniform, q) for q in (Beta, Exponential, Gumbel, Pareto)],
}
INFINITE = {
    Beta: (Pareto,),
    ContinuousBernoulli: (Pareto,),
    Exponential: (Beta, ContinuousBernoulli, Pareto, Uniform),
    Gamma: (Beta, ContinuousBernoulli, Pareto, Uniform),
    Gumbel: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Laplace: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Normal: (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform),
    Pareto: (Beta, ContinuousBernoulli, Uniform),
    Poisson: (Bernoulli, Binomial),
}
PAIRS = {(p, q): partial(across, log_density) for log_density, (q, those) in FINITE.items() for p in those}
PAIRS |= {(p, q): infinite for p, those in INFINITE.items() for q in those}
