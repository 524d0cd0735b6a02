"""The binomial distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .draws import binomial
from .given import chances, check_one, odds
from .utils import broadcast_all


class Binomial(Distribution):
    """The number of successes in total_count trials."""

    arg_constraints = {
        "total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval, "logits": constraints.real,
    }  # fmt: skip
    has_enumerate_support = True

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        check_one(probs, logits)
        if probs is not None:
            count, self.probs = broadcast_all(total_count, probs)
        else:
            count, self.logits = broadcast_all(total_count, logits)
        self._param = self.probs if probs is not None else self.logits
        self.total_count = count.type_as(self._param)
        super().__init__(self._param.size(), validate_args=validate_args)

    logits, probs = odds(), chances()
    param_shape = property(lambda d: d._param.size())

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    mean = property(lambda d: d.total_count * d.probs)
    mode = property(lambda d: ((d.total_count + 1) * d.probs).floor().clamp(max=d.total_count))
    variance = property(lambda d: d.total_count * d.probs * (1 - d.probs))

    def sample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value):
        self._validate_sample(value)
        n, z = self.total_count, self.logits
        choices = torch.lgamma(n + 1) - torch.lgamma(value + 1) - torch.lgamma(n - value + 1)
        return (
            value * z
            + choices
            - n * ((z.clamp(min=0) + z - z.clamp(max=0)) / 2 + torch.log1p(torch.exp(-torch.abs(z))))
        )

    def _common_count(self, asked):
        n = int(self.total_count.max())
        if self.total_count.min() != n:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{asked}`.")
        return n

    def entropy(self):
        self._common_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(torch.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand=True):
        n = self._common_count("enumerate_support")
        return self._enumerated(torch.arange(1 + n, dtype=self._param.dtype), expand)
