"""The Weibull distribution."""

import compat as torch

from . import constraints
from .exponential import Exponential
from .gumbel import EULER
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform
from .utils import broadcast_all


class Weibull(TransformedDistribution):
    """Times to a failure whose rate changes with a power of the time."""

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    def __init__(self, scale, concentration, validate_args=None):
        self.scale, self.concentration = broadcast_all(scale, concentration)
        self.concentration_reciprocal = self.concentration.reciprocal()
        base = Exponential(torch.ones_like(self.scale), validate_args=validate_args)
        steps = [PowerTransform(self.concentration_reciprocal), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    def _moment(self, k):
        return torch.exp(torch.lgamma(1 + k * self.concentration_reciprocal))

    mean = property(lambda d: d.scale * d._moment(1))
    mode = property(lambda d: d.scale * ((d.concentration - 1) / d.concentration) ** d.concentration.reciprocal())
    variance = property(lambda d: d.scale.pow(2) * (d._moment(2) - d._moment(1).pow(2)))

    def entropy(self):
        r = self.concentration_reciprocal
        return EULER * (1 - r) + torch.log(self.scale * r) + 1
