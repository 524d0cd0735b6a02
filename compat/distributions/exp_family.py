"""ExponentialFamily: distributions of density exp(<natural parameters, statistics> - log-normaliser) on a carrier measure.

Invariant: what is computed here needs no more of a distribution than its natural parameters and its log-normaliser, whose derivative
is the expectation of the statistics.
"""

import compat as torch

from .distribution import Distribution
from .utils import sum_rightmost


class ExponentialFamily(Distribution):
    """A distribution with `_natural_params`, `_log_normalizer` of them and `_mean_carrier_measure`, which give its entropy."""

    @property
    def _natural_params(self):
        raise NotImplementedError

    def _log_normalizer(self, *natural_params):
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self):
        raise NotImplementedError

    def _expected(self):
        """(log-normaliser, [(natural parameter, expectation of its statistic)])."""
        params = [p.detach().requires_grad_() for p in self._natural_params]
        with torch.enable_grad():
            norm = self._log_normalizer(*params)
            means = torch.autograd.grad(norm.sum(), params, create_graph=True)
        return norm, [*zip(params, means, strict=True)]

    def entropy(self):
        measure = self._mean_carrier_measure
        norm, parts = self._expected()
        for param, mean in parts:
            norm = norm - (param * mean).reshape(self._batch_shape + (-1,)).sum(-1)
        return norm - measure


del ExponentialFamily.expand  # (it has that of Distribution; each of the classes below has its own)


def bregman(p, q):
    """The divergence of two distributions of one family: how far the log-normaliser at q lies above its tangent at p."""
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot"
            "                             be computed using Bregman divergences"
        )
    norm, parts = p._expected()
    result = q._log_normalizer(*q._natural_params) - norm
    for (param, mean), other in zip(parts, q._natural_params, strict=True):
        result = result - sum_rightmost((other - param) * mean, len(q.event_shape))
    return result
