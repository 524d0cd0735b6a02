"""The negative binomial distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .gamma import Gamma
from .given import chances, check_one, odds
from .utils import broadcast_all

log_sigmoid = torch.nn.functional.logsigmoid


class NegativeBinomial(Distribution):
    """The number of successes before total_count failures."""

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }  # fmt: skip
    support = constraints.nonnegative_integer

    def __init__(self, total_count, probs=None, logits=None, validate_args=None):
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
    mean = property(lambda d: d.total_count * torch.exp(d.logits))
    mode = property(lambda d: ((d.total_count - 1) * d.logits.exp()).floor().clamp(min=0.0))
    variance = property(lambda d: d.mean / torch.sigmoid(-d.logits))

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            rates = Gamma(self.total_count, torch.exp(-self.logits), validate_args=False)
            return torch.poisson(rates.sample(sample_shape))

    def log_prob(self, value):
        self._validate_sample(value)
        n = self.total_count
        weight = n * log_sigmoid(-self.logits) + value * log_sigmoid(self.logits)
        ways = torch.lgamma(n + value) - torch.lgamma(1.0 + value) - torch.lgamma(n)
        return weight + ways.masked_fill(n + value == 0.0, 0.0)
