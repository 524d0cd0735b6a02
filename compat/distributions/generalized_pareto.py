"""The generalized Pareto distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution


class GeneralizedPareto(Distribution):
    """Excesses over a threshold loc: exponential where the concentration is 0, else with a tail (or an end) of a power."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive, "concentration": constraints.real}
    has_rsample = True

    def __init__(self, loc, scale, concentration, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale, concentration=concentration)

    def _by_tail(self, exponential, power, nought=None):
        """What one formula gives where the concentration is 0, and power(concentration) elsewhere."""
        zero = torch.isclose(self.concentration, torch.zeros_like(self.concentration) if nought is None else nought)
        return torch.where(zero, exponential, power(torch.where(zero, 1.0, self.concentration)))

    def _excess(self, value):
        self._validate_sample(value)
        return (value - self.loc) / self.scale

    def rsample(self, sample_shape=Size()):
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value):
        z = self._excess(value)
        return -self.scale.log() - self._by_tail(
            z, lambda c: torch.special.xlog1py(1 + 1 / c, c * z), torch.tensor(0.0)
        )

    def log_survival_function(self, value):
        """The logarithm of the probability of more than value."""
        z = self._excess(value)
        return self._by_tail(-z, lambda c: -torch.log1p(c * z) / c, torch.tensor(0.0))

    def log_cdf(self, value):
        """The logarithm of the probability of at most value."""
        return torch.log1p(-torch.exp(self.log_survival_function(value)))

    def cdf(self, value):
        return torch.exp(self.log_cdf(value))

    def icdf(self, value):
        left = torch.log1p(-value)
        return self.loc + self.scale * self._by_tail(-left, lambda c: torch.expm1(-c * left) / c)

    @property
    def mean(self):
        c = torch.where(self.concentration < 1, self.concentration, torch.nan)
        return self.loc + self.scale / (1 - c)

    @property
    def variance(self):
        c = torch.where(self.concentration < 0.5, self.concentration, torch.nan)
        return self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c))

    mode = property(lambda d: d.loc)

    def entropy(self):
        return (torch.log(self.scale) + self.concentration + 1).expand(self._batch_shape)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, torch.where(self.concentration < 0, end, torch.inf))
