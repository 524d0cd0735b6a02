"""Kullback-Leibler divergences: a table by the types of two distributions.

Invariant: of several entries that fit, that of the most special types is used.
"""

import math
from functools import partial

import compat as torch
from funcgrad.core.tracebacks import public

from ..functions.missing import refusal as _refusal
from .counts import Bernoulli, Binomial, Categorical, Geometric, OneHotCategorical, Poisson
from .exp_family import ExponentialFamily, bregman
from .fractions import Beta, ContinuousBernoulli, Dirichlet
from .independent import Independent
from .located import Cauchy, Gumbel, HalfNormal, Laplace, Normal, Uniform
from .positive import Exponential, Gamma, Pareto
from .transformed_distribution import TransformedDistribution
from .utils import EULER, sum_rightmost
from .vectors import LowRankMultivariateNormal, MultivariateNormal, half_log_det, mahalanobis


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


__getattr__ = _refusal(__name__)
__all__ = ["kl_divergence", "register_kl"]
REGISTRY = {**PAIRS, (ExponentialFamily, ExponentialFamily): bregman}
_KL_REGISTRY = REGISTRY  # (as packages know it)
_KL_MEMOIZE = {}  # what was found in it for two types
softplus = torch.nn.functional.softplus


def register_kl(type_p, type_q):
    """A decorator: the function gives the divergences of distributions of these types."""
    for t in (type_p, type_q):
        if not isinstance(t, type):
            raise TypeError("issubclass() arg 1 must be a class")

    def decorator(f):
        REGISTRY[type_p, type_q] = f
        _KL_MEMOIZE.clear()
        return f

    return decorator


@public
def kl_divergence(p, q):
    """The expectation under p of log p - log q, of shape batch_shape; NotImplementedError for types not in the table.

    >>> import compat as torch
    >>> kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    tensor(0.5000)
    """
    types = type(p), type(q)
    f = _KL_MEMOIZE.get(types)
    if f is None:
        f = _KL_MEMOIZE[types] = found_for(*types)
    return f(p, q)


def found_for(p, q):
    """The function for distributions of two types: that of the nearest of their base classes."""
    found = [
        (p.__mro__.index(a), q.__mro__.index(b), f)
        for (a, b), f in REGISTRY.items()
        if issubclass(p, a) and issubclass(q, b)
    ]
    if not found:
        raise NotImplementedError(f"No KL(p || q) is implemented for p type {p.__name__} and q type {q.__name__}")
    return min(found, key=lambda entry: entry[:2])[2]


@register_kl(Bernoulli, Bernoulli)
def bernoulli(p, q):
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    one = torch.where(p.probs == 0, 0.0, torch.where(q.probs == 0, math.inf, one))
    zero = torch.where(p.probs == 1, 0.0, torch.where(q.probs == 1, math.inf, zero))
    return one + zero


@register_kl(Beta, Beta)
def beta(p, q):
    return dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Binomial, Binomial)
def binomial(p, q):
    if (p.total_count < q.total_count).any():
        raise NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented")
    each = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return torch.where(p.total_count > q.total_count, math.inf, p.total_count * each)


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def continuous_bernoulli(p, q):
    at_zero = [torch.log1p(-d.probs) + d._log_norm() for d in (p, q)]
    return p.mean * (p.logits - q.logits) + at_zero[0] - at_zero[1]


@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
def low_rank(p, q):
    if p.event_shape != q.event_shape:
        kinds = " (Low Rank)" if MultivariateNormal in (type(p), type(q)) else " Low Rank"
        raise ValueError(
            f"KL-divergence between two{kinds} Multivariate Normals with different event shapes cannot be computed"
        )
    inverse = q.precision_matrix if isinstance(q, LowRankMultivariateNormal) else torch.cholesky_inverse(q._root)
    x = (q.loc - p.loc).unsqueeze(-1)
    apart = (inverse * p.covariance_matrix).sum((-2, -1)) + (x.mT @ inverse @ x).squeeze((-2, -1))
    return 0.5 * (apart - p.event_shape[0] + log_det(q) - log_det(p))


def log_det(d):
    """The logarithm of the determinant of the covariance."""
    return d._log_det() if isinstance(d, LowRankMultivariateNormal) else 2 * half_log_det(d)


@register_kl(Categorical, Categorical)
def categorical(p, q):
    each = p.probs * (p.logits - q.logits)
    return torch.where(p.probs == 0, 0.0, torch.where(q.probs == 0, math.inf, each)).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def one_hot(p, q):
    return categorical(p._categorical, q._categorical)


@register_kl(Cauchy, Cauchy)
def cauchy(p, q):
    apart = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
    return apart.log() - (4 * p.scale * q.scale).log()


@register_kl(Dirichlet, Dirichlet)
def dirichlet(p, q):
    a, b = p.concentration, q.concentration
    total = a.sum(-1)
    norms = total.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    return norms + ((a - b) * (a.digamma() - total.digamma().unsqueeze(-1))).sum(-1)


@register_kl(Exponential, Exponential)
def exponential(p, q):
    ratio = q.rate / p.rate
    return -ratio.log() + ratio - 1


@register_kl(Gamma, Gamma)
def gamma(p, q):
    a, b = p.concentration, q.concentration
    norms = b * (p.rate / q.rate).log() + torch.lgamma(b) - torch.lgamma(a)
    return norms + (a - b) * torch.digamma(a) + (q.rate - p.rate) * (a / p.rate)


@register_kl(Geometric, Geometric)
def geometric(p, q):
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@register_kl(Gumbel, Gumbel)
def gumbel(p, q):
    ratio, away = p.scale / q.scale, (q.loc - p.loc) / q.scale
    return -ratio.log() - away + ratio * EULER + torch.exp(away + (1 + ratio).lgamma()) - (1 + EULER)


@register_kl(HalfNormal, HalfNormal)
def half_normal(p, q):
    return normal(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def laplace(p, q):
    ratio, away = p.scale / q.scale, (p.loc - q.loc).abs()
    return -ratio.log() + away / q.scale + ratio * torch.exp(-away / p.scale) - 1


@register_kl(MultivariateNormal, MultivariateNormal)
def multivariate_normal(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError(
            "KL-divergence between two Multivariate Normals with different event shapes cannot be computed"
        )
    n = p.event_shape[0]
    shape = tuple(torch.broadcast_shapes(p.batch_shape, q.batch_shape)) + (n, n)
    ratio = torch.linalg.solve_triangular(q._root.expand(shape), p._root.expand(shape), upper=False)
    spread = ratio.pow(2).sum((-2, -1))
    return half_log_det(q) - half_log_det(p) + 0.5 * (spread + mahalanobis(q._root, q.loc - p.loc) - n)


@register_kl(Normal, Normal)
def normal(p, q):
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(Pareto, Pareto)
def pareto(p, q):
    scales = (p.scale / q.scale).log()
    ratio = q.alpha / p.alpha
    inside = q.alpha * scales - ratio.log() + ratio - 1
    return torch.where(p.scale < q.scale, math.inf, inside)


@register_kl(Poisson, Poisson)
def poisson(p, q):
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Bernoulli, Poisson)
def bernoulli_poisson(p, q):
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


@register_kl(Uniform, Uniform)
def uniform(p, q):
    inside = ((q.high - q.low) / (p.high - p.low)).log()
    return torch.where((q.low > p.low) | (q.high < p.high), math.inf, inside)


@register_kl(Normal, Laplace)
def normal_laplace(p, q):
    away = p.loc - q.loc
    ratio = away / p.scale
    spread = math.sqrt(2 / math.pi) * p.scale * torch.exp(-0.5 * ratio.pow(2))
    distance = spread + away * torch.erf(math.sqrt(0.5) * ratio)
    return -p.entropy() + torch.log(2 * q.scale) + distance / q.scale


@register_kl(Independent, Independent)
def independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def transformed(p, q):
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)
