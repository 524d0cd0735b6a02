"""The uniform distribution."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution


class Uniform(Distribution):
    """Numbers from [low, high)."""

    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self._take(validate_args, low=low, high=high)

    @property
    def arg_constraints(self):
        return {"low": constraints.less_than(self.high), "high": constraints.greater_than(self.low)}

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return constraints.interval(self.low, self.high)

    mean = property(lambda d: (d.high + d.low) / 2)
    mode = property(lambda d: math.nan * d.high)
    stddev = property(lambda d: (d.high - d.low) / 12**0.5)
    variance = property(lambda d: (d.high - d.low).pow(2) / 12)

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        return self.low + torch.rand(shape, dtype=self.low.dtype) * (self.high - self.low)

    def log_prob(self, value):
        self._validate_sample(value)
        inside = self.low.le(value).type_as(self.low) * self.high.gt(value).type_as(self.low)
        return torch.log(inside) - torch.log(self.high - self.low)

    def cdf(self, value):
        self._validate_sample(value)
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value):
        return value * (self.high - self.low) + self.low

    def entropy(self):
        return torch.log(self.high - self.low)
