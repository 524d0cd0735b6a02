"""The von Mises distribution."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .utils import broadcast_all


class VonMises(Distribution):
    """Angles about loc, in [-pi, pi): what a normal distribution is on a circle."""

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc, concentration, validate_args=None):
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    mean = property(lambda d: d.loc)
    mode = property(lambda d: d.loc)

    @property
    def variance(self):
        return 1 - torch.special.i1e(self.concentration) / torch.special.i0e(self.concentration)

    def log_prob(self, value):
        self._validate_sample(value)
        k = self.concentration
        log_norm = math.log(2 * math.pi) + torch.log(torch.special.i0e(k)) + k
        return k * torch.cos(value - self.loc) - log_norm

    @torch.no_grad()
    def sample(self, sample_shape=Size()):
        """Angles in double precision, by rejection from a wrapped Cauchy distribution (Best and Fisher, 1979)."""
        shape = self._extended_shape(sample_shape)
        loc, k = self.loc.double(), self.concentration.double()
        tau = 1 + (1 + 4 * k**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * k)
        r = torch.where(k < 1e-5, 1 / k + k, (1 + rho**2) / (2 * rho))
        angle = torch.zeros(shape, dtype=loc.dtype)
        accepted = torch.zeros(shape, dtype=torch.bool)
        while not accepted.all():
            along, chance, side = torch.rand((3, *shape), dtype=loc.dtype)
            z = torch.cos(math.pi * along)
            f = (1 + r * z) / (r + z)
            c = k * (r - f)
            good = (c * (2 - c) > chance) | (torch.log(c / chance) + 1 - c >= 0)
            angle = torch.where(good, torch.sign(side - 0.5) * f.acos(), angle)
            accepted = accepted | good
        return ((angle + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)
