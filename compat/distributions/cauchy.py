"""The Cauchy distribution."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution


class Cauchy(Distribution):
    """Ratios of two normal numbers, scaled and moved to loc; they have no mean."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)

    mode = property(lambda d: d.loc)
    mean = property(lambda d: torch.full(d._extended_shape(), math.nan, dtype=d.loc.dtype))
    variance = property(lambda d: torch.full(d._extended_shape(), math.inf, dtype=d.loc.dtype))

    def rsample(self, sample_shape=Size()):
        return self.loc + torch.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).cauchy_() * self.scale

    def log_prob(self, value):
        self._validate_sample(value)
        return -math.log(math.pi) - self.scale.log() - (((value - self.loc) / self.scale) ** 2).log1p()

    def cdf(self, value):
        self._validate_sample(value)
        return torch.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return torch.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + self.scale.log()
