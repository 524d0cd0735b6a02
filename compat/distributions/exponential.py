"""The exponential distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .exp_family import ExponentialFamily


class Exponential(ExponentialFamily):
    """Waiting times of a rate."""

    arg_constraints = {"rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    mean = stddev = property(lambda d: d.rate.reciprocal())
    mode = property(lambda d: torch.zeros_like(d.rate))
    variance = property(lambda d: d.rate.pow(-2))

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        return torch.empty(shape, dtype=self.rate.dtype).exponential_() / self.rate

    def log_prob(self, value):
        self._validate_sample(value)
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        self._validate_sample(value)
        return 1 - torch.exp(-self.rate * value)

    def icdf(self, value):
        return -torch.log1p(-value) / self.rate

    def entropy(self):
        return 1.0 - torch.log(self.rate)

    _natural_params = property(lambda d: (-d.rate,))

    def _log_normalizer(self, x):
        return -torch.log(-x)
