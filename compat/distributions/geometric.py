"""The geometric distribution."""

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .given import chances, given, odds
from .utils import broadcast_all, of_numbers


class Geometric(Distribution):
    """The number of failures before the first success."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        given(self, probs, logits)
        number = of_numbers(probs if logits is None else logits)
        super().__init__(Size() if number else self._param.size(), validate_args=validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            value = self.probs
            raise ValueError(
                f"Expected parameter probs ({type(value).__name__} of shape {tuple(value.shape)}) of distribution {self!r} to be "
                f"positive but found invalid values:\n{value[value <= 0]}"
            )

    logits, probs = odds(), chances()
    mean = property(lambda d: 1.0 / d.probs - 1.0)
    mode = property(lambda d: torch.zeros_like(d.probs))
    variance = property(lambda d: (1.0 / d.probs - 1.0) / d.probs)

    def sample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        tiny = torch.finfo(self.probs.dtype).tiny
        with torch.no_grad():
            u = torch.empty(shape, dtype=self.probs.dtype).uniform_(tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        probs = torch.where((probs == 1) & (value == 0), 0.0, probs)
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self):
        return (
            torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
        )
