"""The log-normal distribution."""

from . import constraints
from .normal import Normal
from .transformed_distribution import TransformedDistribution
from .transforms import ExpTransform


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
