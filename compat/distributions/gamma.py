"""The gamma distribution."""

import numpy as np

import compat as torch

from ..payload import memory
from ..size import Size
from . import constraints
from .draws import standard_gamma
from .exp_family import ExponentialFamily


class Gamma(ExponentialFamily):
    """Sums of waiting times: concentration many (which need not be whole), of a rate."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, concentration, rate, validate_args=None):
        self._take(validate_args, concentration=concentration, rate=rate)

    mean = property(lambda d: d.concentration / d.rate)
    mode = property(lambda d: ((d.concentration - 1) / d.rate).clamp(min=0))
    variance = property(lambda d: d.concentration / d.rate.pow(2))

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        value = standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        known = memory(value)
        if known is not None:  # (as in torch, the derivative does not see it)
            np.maximum(known, np.finfo(known.dtype).tiny, out=known)
        return value

    def log_prob(self, value):
        value = torch.as_tensor(value, dtype=self.rate.dtype)
        self._validate_sample(value)
        a = self.concentration
        return torch.xlogy(a, self.rate) + torch.xlogy(a - 1, value) - self.rate * value - torch.lgamma(a)

    def cdf(self, value):
        self._validate_sample(value)
        return torch.special.gammainc(self.concentration, self.rate * value)

    def entropy(self):
        a = self.concentration
        return a - torch.log(self.rate) + torch.lgamma(a) + (1.0 - a) * torch.digamma(a)

    _natural_params = property(lambda d: (d.concentration - 1, -d.rate))

    def _log_normalizer(self, x, y):
        return torch.lgamma(x + 1) + (x + 1) * torch.log(-y.reciprocal())
