"""Distributions of positive numbers."""

import math

import numpy as np

import compat as torch

from ..names_of_classes import placed
from ..payload import memory
from ..size import Size
from . import constraints
from .distribution import Distribution
from .draws import standard_gamma
from .exp_family import ExponentialFamily
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, ExpTransform, PowerTransform
from .utils import EULER, broadcast_all, of_numbers


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


class Gamma(ExponentialFamily):
    """Sums of waiting times: concentration many (which need not be whole), of a rate."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, concentration, rate, validate_args=None):
        self._take(validate_args, concentration=concentration, rate=rate)

    mean = property(lambda d: d.concentration / d.rate)
    mode = property(lambda d: ((d.concentration - 1) / d.rate).clamp(min=0))
    variance = property(lambda d: d.concentration / d.rate.pow(2))

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        value = standard_gamma(self.concentration.expand(shape)) / self.rate.expand(shape)
        known = memory(value)
        if known is not None:  # (as in torch, the derivative does not see it)
            np.maximum(known, np.finfo(known.dtype).tiny, out=known)
        return value

    def log_prob(self, value):
        value = torch.as_tensor(value, dtype=self.rate.dtype)
        self._validate_sample(value)
        a = self.concentration
        return torch.xlogy(a, self.rate) + torch.xlogy(a - 1, value) - self.rate * value - torch.lgamma(a)

    def cdf(self, value):
        self._validate_sample(value)
        return torch.special.gammainc(self.concentration, self.rate * value)

    def entropy(self):
        a = self.concentration
        return a - torch.log(self.rate) + torch.lgamma(a) + (1.0 - a) * torch.digamma(a)

    _natural_params = property(lambda d: (d.concentration - 1, -d.rate))

    def _log_normalizer(self, x, y):
        return torch.lgamma(x + 1) + (x + 1) * torch.log(-y.reciprocal())


class Chi2(Gamma):
    """Sums of df squares of normal numbers."""

    arg_constraints = {"df": constraints.positive}

    def __init__(self, df, validate_args=None):
        super().__init__(0.5 * df, 0.5, validate_args=validate_args)

    @property
    def df(self):
        """The degrees of freedom."""
        return self.concentration * 2


class InverseGamma(TransformedDistribution):
    """Reciprocals of gamma numbers."""

    arg_constraints = {"concentration": constraints.positive, "rate": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, concentration, rate, validate_args=None):
        base = Gamma(concentration, rate, validate_args=validate_args)
        super().__init__(base, PowerTransform(-base.rate.new_ones(())), validate_args=validate_args)

    concentration = property(lambda d: d.base_dist.concentration)
    rate = property(lambda d: d.base_dist.rate)
    mean = property(lambda d: torch.where(d.concentration > 1, d.rate / (d.concentration - 1), math.inf))
    mode = property(lambda d: d.rate / (d.concentration + 1))

    @property
    def variance(self):
        a = self.concentration
        return torch.where(a > 2, self.rate.square() / ((a - 1).square() * (a - 2)), math.inf)

    def entropy(self):
        a = self.concentration
        return a + self.rate.log() + a.lgamma() - (1 + a) * a.digamma()


class FisherSnedecor(Distribution):
    """Quotients of two mean squares, of df1 and df2 normal numbers."""

    arg_constraints = {"df1": constraints.positive, "df2": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, df1, df2, validate_args=None):
        self.df1, self.df2 = broadcast_all(df1, df2)
        self._above, self._below = (Gamma(0.5 * df, df) for df in (self.df1, self.df2))
        shape = Size() if of_numbers(df1, df2) else self.df1.shape
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


class Weibull(TransformedDistribution):
    """Times to a failure whose rate changes with a power of the time."""

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    _expanded_first = "scale"
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


class Pareto(TransformedDistribution):
    """Numbers above scale whose tail falls with the power alpha."""

    arg_constraints = {"alpha": constraints.positive, "scale": constraints.positive}
    _expanded_first = "scale"

    def __init__(self, scale, alpha, validate_args=None):
        self.scale, self.alpha = broadcast_all(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        super().__init__(base, [ExpTransform(), AffineTransform(loc=0, scale=self.scale)], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self):
        return constraints.greater_than_eq(self.scale)

    mode = property(lambda d: d.scale)

    @property
    def mean(self):
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def variance(self):
        a = self.alpha.clamp(min=2)
        return self.scale.pow(2) * a / ((a - 1).pow(2) * (a - 2))

    def entropy(self):
        return (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())


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


placed(globals())
