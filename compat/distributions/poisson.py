"""The Poisson distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .exp_family import ExponentialFamily
from .utils import broadcast_all


class Poisson(ExponentialFamily):
    """Counts of what happens at a rate."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    mean = variance = property(lambda d: d.rate)
    mode = property(lambda d: d.rate.floor())

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            return torch.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    _natural_params = property(lambda d: (torch.log(d.rate),))

    def _log_normalizer(self, x):
        return torch.exp(x)
