"""Bernoulli samples made continuous, so that they have derivatives."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .given import chances, given, odds
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform
from .utils import broadcast_all, clamp_probs, of_numbers


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
