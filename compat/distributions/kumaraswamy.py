"""The Kumaraswamy distribution."""

import compat as torch

from . import constraints
from .gumbel import EULER
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .uniform import Uniform
from .utils import broadcast_all


class Kumaraswamy(TransformedDistribution):
    """Numbers in [0, 1], much as Beta's, whose distribution function is 1 - (1 - x^concentration1)^concentration0."""

    arg_constraints = {"concentration1": constraints.positive, "concentration0": constraints.positive}
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
