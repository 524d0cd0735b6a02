"""Distributions of real numbers, most of them around a place loc, of a width scale."""

import math

import compat as torch

from ..names_of_classes import placed
from ..size import Size
from . import constraints
from .distribution import Distribution
from .exp_family import ExponentialFamily
from .positive import Chi2
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform, AffineTransform, ExpTransform, StickBreakingTransform
from .utils import EULER, broadcast_all, of_numbers, standard_normal


class Normal(ExponentialFamily):
    """Normal numbers of mean loc and standard deviation scale.

    >>> import compat as torch
    >>> Normal(0.0, 1.0).log_prob(torch.tensor(0.0))
    tensor(-0.9189)
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(self, loc, scale, validate_args=None):
        self._take(validate_args, loc=loc, scale=scale)

    mean = property(lambda d: d.loc)
    mode = property(lambda d: d.loc)
    stddev = property(lambda d: d.scale)
    variance = property(lambda d: d.scale.pow(2))

    def sample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return torch.normal(*[p if p.shape == shape else p.expand(shape) for p in (self.loc, self.scale)])

    def rsample(self, sample_shape=Size()):
        return self.loc + standard_normal(self._extended_shape(sample_shape), self.loc.dtype) * self.scale

    def log_prob(self, value):
        self._validate_sample(value)
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value):
        self._validate_sample(value)
        return 0.5 * (1 + torch.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + torch.log(self.scale)

    _natural_params = property(lambda d: (d.loc / d.scale.pow(2), -0.5 * d.scale.pow(2).reciprocal()))

    def _log_normalizer(self, x, y):
        return -0.25 * x.pow(2) / y + 0.5 * torch.log(-math.pi / y)


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


class Gumbel(TransformedDistribution):
    """What the largest of many numbers tends to."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    _expanded_first = "loc"
    support = constraints.real
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = broadcast_all(loc, scale)
        limits = torch.finfo(self.loc.dtype)
        if of_numbers(loc, scale):
            base = Uniform(limits.tiny, 1 - limits.eps, validate_args=validate_args)
        else:
            low = torch.full_like(self.loc, limits.tiny)
            base = Uniform(low, torch.full_like(self.loc, 1 - limits.eps), validate_args=validate_args)
        steps = [
            ExpTransform().inv,
            AffineTransform(loc=0, scale=-torch.ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(loc=loc, scale=-self.scale),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    mean = property(lambda d: d.loc + d.scale * EULER)
    mode = property(lambda d: d.loc)
    stddev = property(lambda d: (math.pi / math.sqrt(6)) * d.scale)
    variance = property(lambda d: d.stddev.pow(2))

    def log_prob(self, value):
        self._validate_sample(value)
        y = (self.loc - value) / self.scale
        return (y - y.exp()) - self.scale.log()

    def entropy(self):
        return self.scale.log() + (1 + EULER)


class StudentT(Distribution):
    """Normal numbers whose variance is itself uncertain, of df degrees of freedom."""

    arg_constraints = {"df": constraints.positive, "loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, df, loc=0.0, scale=1.0, validate_args=None):
        self.df, self.loc, self.scale = broadcast_all(df, loc, scale)
        self._chi2 = Chi2(self.df)
        super().__init__(self.df.size(), validate_args=validate_args)

    mode = property(lambda d: d.loc)
    mean = property(lambda d: torch.where(d.df <= 1, math.nan, d.loc))

    @property
    def variance(self):
        finite = self.scale.pow(2) * self.df / (self.df - 2)
        return torch.where(self.df > 2, finite, torch.where(self.df > 1, math.inf, math.nan))

    def rsample(self, sample_shape=Size()):
        x = standard_normal(self._extended_shape(sample_shape), self.df.dtype)
        return self.loc + self.scale * (x * torch.rsqrt(self._chi2.rsample(sample_shape) / self.df))

    def log_prob(self, value):
        self._validate_sample(value)
        y = (value - self.loc) / self.scale
        norm = self.scale.log() + 0.5 * self.df.log() + 0.5 * math.log(math.pi)
        norm = norm + torch.lgamma(0.5 * self.df) - torch.lgamma(0.5 * (self.df + 1.0))
        return -0.5 * (self.df + 1.0) * torch.log1p(y**2.0 / self.df) - norm

    def entropy(self):
        half = 0.5 * (self.df + 1)
        slope = torch.digamma(half) - torch.digamma(0.5 * self.df)
        norm = torch.lgamma(0.5 * self.df) + math.lgamma(0.5) - torch.lgamma(half)
        return self.scale.log() + half * slope + 0.5 * self.df.log() + norm


class LogNormal(TransformedDistribution):
    """Exponentials of normal numbers."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.positive
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        super().__init__(Normal(loc, scale, validate_args=validate_args), ExpTransform(), validate_args=validate_args)

    loc = property(lambda d: d.base_dist.loc)
    scale = property(lambda d: d.base_dist.scale)
    mean = property(lambda d: (d.loc + d.scale.pow(2) / 2).exp())
    mode = property(lambda d: (d.loc - d.scale.square()).exp())
    variance = property(lambda d: d.scale.pow(2).expm1() * (2 * d.loc + d.scale.pow(2)).exp())

    def entropy(self):
        return self.base_dist.entropy() + self.loc


class LogisticNormal(TransformedDistribution):
    """Shares of a whole that normal numbers break off; one more than there are numbers."""

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.simplex
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        base = Normal(loc, scale, validate_args=validate_args)
        base = base if base.batch_shape else base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    loc = property(lambda d: d.base_dist.base_dist.loc)
    scale = property(lambda d: d.base_dist.base_dist.scale)


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


class Half(TransformedDistribution):
    """The distribution of |x|, x of `whole`, a distribution with a scale that is symmetric about 0."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True
    _each = ("expand", "log_prob", "cdf", "icdf", "entropy")

    def __init__(self, whole, validate_args=None):
        super().__init__(whole, AbsTransform(), validate_args=validate_args)

    scale = property(lambda d: d.base_dist.scale)
    mode = property(lambda d: torch.zeros_like(d.scale))

    def log_prob(self, value):
        self._validate_sample(value)
        return torch.where(value >= 0, self.base_dist.log_prob(value) + math.log(2), -math.inf)

    def cdf(self, value):
        self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, prob):
        return self.base_dist.icdf((prob + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - math.log(2)


class HalfNormal(Half):
    """Absolute values of normal numbers of mean 0."""

    def __init__(self, scale, validate_args=None):
        super().__init__(Normal(0, scale, validate_args=False), validate_args)

    mean = property(lambda d: d.scale * math.sqrt(2 / math.pi))
    variance = property(lambda d: d.scale.pow(2) * (1 - 2 / math.pi))


class HalfCauchy(Half):
    """Absolute values of Cauchy numbers about 0."""

    def __init__(self, scale, validate_args=None):
        super().__init__(Cauchy(0, scale, validate_args=False), validate_args)

    mean = property(lambda d: torch.full(d._extended_shape(), math.inf, dtype=d.scale.dtype))
    variance = property(lambda d: d.base_dist.variance)


placed(globals())
