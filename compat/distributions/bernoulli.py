"""The Bernoulli distribution."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .exp_family import ExponentialFamily
from .given import chances, given, odds
from .utils import broadcast_all, of_numbers


class Bernoulli(ExponentialFamily):
    """1 with the probability probs (or of the log-odds logits), else 0."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure = 0

    def __init__(self, probs=None, logits=None, validate_args=None):
        given(self, probs, logits)
        number = of_numbers(probs if logits is None else logits)
        super().__init__(Size() if number else self._param.size(), validate_args=validate_args)

    logits, probs = odds(), chances()
    param_shape = property(lambda d: d._param.size())
    mean = property(lambda d: d.probs)
    variance = property(lambda d: d.probs * (1 - d.probs))

    @property
    def mode(self):
        return torch.where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs))

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            return torch.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        return self._enumerated(torch.arange(2, dtype=self._param.dtype), expand)

    _natural_params = property(lambda d: (torch.logit(d.probs),))

    def _log_normalizer(self, x):
        return torch.log(1 + torch.exp(x))
