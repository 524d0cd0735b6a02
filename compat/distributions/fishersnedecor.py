"""The F distribution of Fisher and Snedecor."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .gamma import Gamma
from .utils import broadcast_all, of_numbers


class FisherSnedecor(Distribution):
    """Quotients of two mean squares, of df1 and df2 normal numbers."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1, df2, validate_args=None):
        self.df1, self.df2 = broadcast_all(df1, df2)
        self._above, self._below = (Gamma(0.5 * df, df) for df in (self.df1, self.df2))
        shape = () if of_numbers(df1, df2) else self.df1.shape
        super().__init__(shape, validate_args=validate_args)

    @property
    def mean(self):
        n = torch.where(self.df2 > 2, self.df2, torch.nan)
        return n / (n - 2)

    @property
    def mode(self):
        m, n = self.df1, self.df2
        return torch.where(m > 2, (m - 2) / m * n / (n + 2), torch.nan)

    @property
    def variance(self):
        m, n = self.df1, torch.where(self.df2 > 4, self.df2, torch.nan)
        return 2 * n.pow(2) * (m + n - 2) / (m * (n - 2).pow(2) * (n - 4))

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        above, below = (gamma.rsample(sample_shape).view(shape) for gamma in (self._above, self._below))
        tiny = torch.finfo(below.dtype).tiny
        return (above / below.clamp(min=tiny)).clamp(min=tiny)

    def log_prob(self, value):
        self._validate_sample(value)
        a, b, ratio = self.df1 / 2, self.df2 / 2, self.df1 / self.df2
        scale = torch.lgamma(a + b) - torch.lgamma(a) - torch.lgamma(b) + a * torch.log(ratio)
        return scale + (a - 1) * torch.log(value) - (a + b) * torch.log1p(ratio * value)
