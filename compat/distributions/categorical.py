"""The categorical distribution."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution, sized
from .given import chances, check_one, odds


class Categorical(Distribution):
    """Indices drawn with the weights probs (or the logarithms of weights, logits) along the last dimension.

    >>> import compat as torch
    >>> Categorical(torch.tensor([1.0, 3.0])).probs
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        check_one(probs, logits)
        name, weights = ("probs", probs) if logits is None else ("logits", logits)
        if weights.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if logits is None:
            self.probs = self._param = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = self._param = logits - logits.logsumexp(dim=-1, keepdim=True)
        self._num_events = weights.size()[-1]
        super().__init__(weights.size()[:-1], validate_args=validate_args)

    logits, probs = odds(is_binary=False), chances(is_binary=False)
    param_shape = property(lambda d: d._param.size())

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    mean = variance = property(lambda d: torch.full(d._extended_shape(), math.nan, dtype=d.probs.dtype))
    mode = property(lambda d: d.probs.argmax(dim=-1))

    def sample(self, sample_shape=Size()):
        sample_shape = sized(sample_shape)
        probs = self.probs
        rows = probs if probs.dim() == 1 and self._num_events else probs.reshape(-1, self._num_events)
        chosen = torch.multinomial(rows, count := sample_shape.numel(), True)
        return (chosen if rows.dim() == 1 or count == 1 else chosen.T).reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        self._validate_sample(value)
        index, logits = value.long().unsqueeze(-1), self.logits
        if index.shape[:-1] == logits.shape[:-1]:
            return logits.gather(-1, index).squeeze(-1)
        index, logits = torch.broadcast_tensors(index, logits)
        return logits.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self):
        logits = torch.clamp(self.logits, min=torch.finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        return self._enumerated(torch.arange(self._num_events), expand)
