"""Distributions of numbers between 0 and 1, and of several that sum to 1."""

import math

import compat as torch

from ..names_of_classes import placed
from ..size import Size
from . import constraints
from .counts import Categorical, chances, check_one, given, odds
from .distribution import Distribution
from .draws import standard_dirichlet
from .exp_family import ExponentialFamily
from .located import Uniform
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform, PowerTransform, SigmoidTransform
from .utils import EULER, broadcast_all, clamp_probs, lazy_property, logits_to_probs, of_numbers, probs_to_logits


class Beta(ExponentialFamily):
    """Numbers from (0, 1): the first part of two of a Dirichlet distribution."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        both = torch.stack(broadcast_all(concentration1, concentration0), -1)
        self._dirichlet = Dirichlet(both, validate_args=validate_args)
        super().__init__(self._dirichlet._batch_shape, validate_args=validate_args)

    concentration1 = property(lambda d: d._dirichlet.concentration[..., 0])
    concentration0 = property(lambda d: d._dirichlet.concentration[..., 1])
    mean = property(lambda d: d.concentration1 / (d.concentration1 + d.concentration0))
    mode = property(lambda d: d._dirichlet.mode[..., 0])

    @property
    def variance(self):
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape=()):
        return self._dirichlet.rsample(sample_shape).select(-1, 0)

    def log_prob(self, value):
        self._validate_sample(value)
        return self._dirichlet.log_prob(torch.stack([value, 1.0 - value], -1))

    def entropy(self):
        return self._dirichlet.entropy()

    _natural_params = property(lambda d: (d.concentration1, d.concentration0))

    def _log_normalizer(self, x, y):
        return torch.lgamma(x) + torch.lgamma(y) - torch.lgamma(x + y)


class Dirichlet(ExponentialFamily):
    """Shares of a whole: gamma numbers divided by their sum."""

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, concentration, validate_args=None):
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:], validate_args=validate_args)

    mean = property(lambda d: d.concentration / d.concentration.sum(-1, True))

    @property
    def mode(self):
        above = (self.concentration - 1).clamp(min=0.0)
        mode = above / above.sum(-1, True)
        corner = torch.nn.functional.one_hot(mode.argmax(dim=-1), self.concentration.shape[-1]).to(mode)
        return torch.where((self.concentration < 1).all(dim=-1, keepdim=True), corner, mode)

    @property
    def variance(self):
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape=()):
        return standard_dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._validate_sample(value)
        a = self.concentration
        return torch.xlogy(a - 1.0, value).sum(-1) + torch.lgamma(a.sum(-1)) - torch.lgamma(a).sum(-1)

    def entropy(self):
        a = self.concentration
        k, total = a.size(-1), a.sum(-1)
        return (
            torch.lgamma(a).sum(-1)
            - torch.lgamma(total)
            - (k - total) * torch.digamma(total)
            - ((a - 1.0) * torch.digamma(a)).sum(-1)
        )

    _natural_params = property(lambda d: (d.concentration,))

    def _log_normalizer(self, x):
        return x.lgamma().sum(-1) - torch.lgamma(x.sum(-1))


class Kumaraswamy(TransformedDistribution):
    """Numbers in [0, 1], much as Beta's, whose distribution function is 1 - (1 - x^concentration1)^concentration0."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
    _expanded_first = "concentration1"
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        zero = torch.zeros_like(self.concentration0)
        steps = [
            PowerTransform(self.concentration0.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(self.concentration1.reciprocal()),
        ]
        super().__init__(Uniform(zero, zero + 1, validate_args=validate_args), steps, validate_args=validate_args)

    def _moment(self, k):
        a, b = 1 + k / self.concentration1, self.concentration0
        return torch.exp(torch.log(b) + torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b))

    mean = property(lambda d: d._moment(1))
    variance = property(lambda d: d._moment(2) - d._moment(1).pow(2))

    @property
    def mode(self):
        a, b = self.concentration1, self.concentration0
        known = (a >= 1) & (b >= 1)
        return torch.where(known, ((a - 1) / (a * b - 1)) ** a.reciprocal(), torch.nan)

    def entropy(self):
        a, b = self.concentration1, self.concentration0
        return (1 - 1 / b) + (1 - 1 / a) * (torch.digamma(b + 1) + EULER) - torch.log(a * b)


class ContinuousBernoulli(ExponentialFamily):
    """Numbers in [0, 1] of density proportional to probs^x (1 - probs)^(1 - x).

    Near probs = 1/2 its formulas are quotients of zeros: within `lims` their series stand for them.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _fixed = ("_lims",)
    _mean_carrier_measure = 0

    def __init__(self, probs=None, logits=None, lims=(0.499, 0.501), validate_args=None):
        check_one(probs, logits)
        self._lims = lims
        if probs is not None:
            (probs_given,) = broadcast_all(probs)
            if validate_args is not None and not constraints.unit_interval.check(probs_given).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = self._param = clamp_probs(probs_given)
        else:
            (self.logits,) = broadcast_all(logits)
            self._param = self.logits
        number = of_numbers(probs if logits is None else logits)
        super().__init__(Size() if number else self._param.shape, validate_args=validate_args)

    logits = lazy_property(lambda d: probs_to_logits(d.probs, True))
    probs = lazy_property(lambda d: clamp_probs(logits_to_probs(d.logits, True)))
    logits.__set_name__(None, "logits")
    probs.__set_name__(None, "probs")
    param_shape = property(lambda d: d._param.size())

    def _apart(self):
        """(whether probs is away from 1/2, probs there and the lower limit elsewhere)."""
        away = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        return away, torch.where(away, self.probs, self._lims[0])

    def _log_norm(self):
        away, p = self._apart()
        exact = torch.log(torch.abs(torch.log1p(-p) - torch.log(p))) - torch.log(torch.abs(1 - 2 * p))
        x = (self.probs - 0.5).pow(2)
        return torch.where(away, exact, math.log(2.0) + (4 / 3 + 104 / 45 * x) * x)

    @property
    def mean(self):
        away, p = self._apart()
        x = self.probs - 0.5
        exact = p / (2 * p - 1) + 1 / (torch.log1p(-p) - torch.log(p))
        return torch.where(away, exact, 0.5 + (1 / 3 + 16 / 45 * x.pow(2)) * x)

    @property
    def variance(self):
        away, p = self._apart()
        x = (self.probs - 0.5).pow(2)
        exact = p * (p - 1) / (1 - 2 * p).pow(2) + (torch.log1p(-p) - torch.log(p)).pow(-2)
        return torch.where(away, exact, 1 / 12 - (1 / 15 - 128 / 945 * x) * x)

    def rsample(self, sample_shape=Size()):
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")
        return self._log_norm() - loss

    def cdf(self, value):
        self._validate_sample(value)
        away, p = self._apart()
        exact = (p**value * (1 - p) ** (1 - value) + p - 1) / (2 * p - 1)
        return torch.where(value <= 0, 0.0, torch.where(value >= 1, 1.0, torch.where(away, exact, value)))

    def icdf(self, value):
        away, p = self._apart()
        low = torch.log1p(-p)
        exact = (torch.log1p(-p + value * (2 * p - 1)) - low) / (torch.log(p) - low)
        return torch.where(away, exact, value)

    def entropy(self):
        zero, one = torch.log1p(-self.probs), torch.log(self.probs)
        return self.mean * (zero - one) - self._log_norm() - zero

    _natural_params = property(lambda d: (d.logits,))

    def _log_normalizer(self, x):
        away = (x <= probs_to_logits(torch.tensor(self._lims[0]), True)) | (
            x > probs_to_logits(torch.tensor(self._lims[1]), True)
        )
        far = torch.where(away, x, 1.0)
        square = x.pow(2)
        near = 0.5 * x + square / 24.0 - square.pow(2) / 2880.0
        return torch.where(away, torch.log(torch.abs(torch.expm1(far))) - torch.log(torch.abs(far)), near)


class LogitRelaxedBernoulli(Distribution):
    """The log-odds of relaxed Bernoulli samples; the lower the temperature, the further from 0."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real
    _fixed = ("temperature",)

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self.temperature = temperature
        given(self, probs, logits)
        number = of_numbers(probs if logits is None else logits)
        super().__init__(Size() if number else self._param.size(), validate_args=validate_args)

    logits, probs = odds(), chances()
    param_shape = property(lambda d: d._param.size())

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        p = clamp_probs(self.probs.expand(shape))
        u = clamp_probs(torch.rand(shape, dtype=p.dtype))
        return (u.log() - (-u).log1p() + p.log() - (-p).log1p()) / self.temperature

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        away = logits - value * self.temperature
        return self.temperature.log() + away - 2 * away.exp().log1p()


class RelaxedBernoulli(TransformedDistribution):
    """Numbers from (0, 1), at a low temperature close to 0 or 1, that have derivatives."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)

    temperature = property(lambda d: d.base_dist.temperature)
    logits = property(lambda d: d.base_dist.logits)
    probs = property(lambda d: d.base_dist.probs)


class ExpRelaxedCategorical(Distribution):
    """The logarithms of relaxed one-hot samples."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.real_vector
    has_rsample = True
    _fixed = ("temperature",)

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    probs = property(lambda d: d._categorical.probs)
    logits = property(lambda d: d._categorical.logits)
    param_shape = property(lambda d: d._categorical.param_shape)

    def rsample(self, sample_shape=Size()):
        u = clamp_probs(torch.rand(self._extended_shape(sample_shape), dtype=self.logits.dtype))
        scores = (self.logits - (-(u.log())).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    def log_prob(self, value):
        self._validate_sample(value)
        k = self.event_shape[0]
        logits, value = broadcast_all(self.logits, value)
        score = logits - value * self.temperature
        norm = torch.full_like(self.temperature, float(k)).lgamma() + self.temperature.log() * (k - 1)
        return (score - score.logsumexp(dim=-1, keepdim=True)).sum(-1) + norm


class RelaxedOneHotCategorical(TransformedDistribution):
    """Points of the simplex, at a low temperature close to a corner, that have derivatives."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    temperature = property(lambda d: d.base_dist.temperature)
    logits = property(lambda d: d.base_dist.logits)
    probs = property(lambda d: d.base_dist.probs)


placed(globals())
