"""Mixtures of distributions of one kind."""

import compat as torch

from ..size import Size
from . import constraints
from .counts import Categorical
from .distribution import Distribution


class MixtureSameFamily(Distribution):
    """Samples of the components (the last dimension of a batch), each chosen with its weight in a Categorical."""

    arg_constraints = {}

    def __init__(self, mixture_distribution, component_distribution, validate_args=None):
        if not isinstance(mixture_distribution, Categorical):
            raise ValueError(" The Mixture distribution needs to be an  instance of torch.distributions.Categorical")
        if not isinstance(component_distribution, Distribution):
            raise ValueError("The Component distribution needs to be an instance of torch.distributions.Distribution")
        weights, batch = mixture_distribution.batch_shape, component_distribution.batch_shape[:-1]
        for i, j in zip(reversed(weights), reversed(batch)):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"`mixture_distribution.batch_shape` ({weights}) is not compatible with `component_distribution.batch_shape`"
                    f"({batch})"
                )
        n, k = mixture_distribution.logits.shape[-1], component_distribution.batch_shape[-1]
        if n != k:
            raise ValueError(
                f"`mixture_distribution component` ({n}) does not equal `component_distribution.batch_shape[-1]` ({k})"
            )
        self._choice, self._parts = mixture_distribution, component_distribution
        super().__init__(batch, component_distribution.event_shape, validate_args=validate_args)

    mixture_distribution = property(lambda d: d._choice)
    component_distribution = property(lambda d: d._parts)

    def expand(self, batch_shape, _instance=None):
        shape = Size(batch_shape)
        n = self._choice.logits.shape[-1]
        parts = self._choice.expand(shape), self._parts.expand(shape + (n,))
        return self._filled(_instance, MixtureSameFamily(*parts, validate_args=False))

    @constraints.dependent_property
    def support(self):
        return constraints.MixtureSameFamilyConstraint(self._parts.support)

    def _weights(self):
        """The weights, with the dimensions of an event behind them."""
        probs = self._choice.probs
        return probs.reshape(probs.shape + (1,) * len(self.event_shape))

    def _weighted(self, values):
        return (self._weights() * values).sum(-1 - len(self.event_shape))

    def _beside(self, value):
        """A value with a dimension for the components."""
        return value.unsqueeze(-1 - len(self.event_shape))

    mean = property(lambda d: d._weighted(d._parts.mean))

    @property
    def variance(self):
        apart = (self._parts.mean - self._beside(self.mean)).pow(2.0)
        return self._weighted(self._parts.variance) + self._weighted(apart)

    def cdf(self, x):
        return (self._parts.cdf(self._beside(x)) * self._choice.probs).sum(-1)

    def log_prob(self, x):
        self._validate_sample(x)
        log_probs = self._parts.log_prob(self._beside(x))
        return torch.logsumexp(log_probs + torch.log_softmax(self._choice.logits, dim=-1), dim=-1)

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            at = len(sample_shape) + len(self.batch_shape)
            chosen = self._choice.sample(sample_shape)
            parts = self._parts.sample(sample_shape)
            chosen = chosen.reshape(chosen.shape + (1,) * (len(self.event_shape) + 1))
            chosen = chosen.expand(chosen.shape[: at + 1] + self.event_shape)
            return parts.gather(at, chosen).squeeze(at)

    def __repr__(self):
        return f"MixtureSameFamily(\n  {self._choice},\n  {self._parts})"
