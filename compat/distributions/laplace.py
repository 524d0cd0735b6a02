"""The Laplace distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution


class Laplace(Distribution):
    """Two exponential distributions back to back at loc."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)

    mean = property(lambda d: d.loc)
    mode = property(lambda d: d.loc)
    variance = property(lambda d: 2 * d.scale.pow(2))
    stddev = property(lambda d: (2**0.5) * d.scale)

    def rsample(self, sample_shape=Size()):
        d = self.loc.dtype
        u = torch.empty(self._extended_shape(sample_shape), dtype=d).uniform_(torch.finfo(d).eps - 1, 1)
        return self.loc - self.scale * u.sign() * torch.log1p(-u.abs())

    def log_prob(self, value):
        self._validate_sample(value)
        return -torch.log(2 * self.scale) - torch.abs(value - self.loc) / self.scale

    def cdf(self, value):
        self._validate_sample(value)
        away = value - self.loc
        return 0.5 - 0.5 * away.sign() * torch.expm1(-away.abs() / self.scale)

    def icdf(self, value):
        away = value - 0.5
        return self.loc - self.scale * away.sign() * torch.log1p(-2 * away.abs())

    def entropy(self):
        return 1 + torch.log(2 * self.scale)
