"""Independent: dimensions of a batch as dimensions of the events."""

from ..size import Size
from . import constraints
from .distribution import Distribution
from .utils import sum_rightmost


class Independent(Distribution):
    """The last dimensions of a batch of distributions as one event; log-probabilities and entropies add up.

    >>> import compat as torch
    >>> from compat.distributions.normal import Normal
    >>> Independent(Normal(torch.zeros(3), torch.ones(3)), 1).log_prob(torch.zeros(3))
    tensor(-2.7568)
    """

    arg_constraints = {}

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        base, k = base_distribution, reinterpreted_batch_ndims
        if k > len(base.batch_shape):
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                f"actual {k} vs {len(base.batch_shape)}"
            )
        self.base_dist = base
        self.reinterpreted_batch_ndims = k
        shape = base.batch_shape + base.event_shape
        cut = len(base.batch_shape) - k
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        own = self.event_shape[: self.reinterpreted_batch_ndims]
        base = self.base_dist.expand(Size(batch_shape) + own)
        return self._filled(_instance, Independent(base, self.reinterpreted_batch_ndims, validate_args=False))

    has_rsample = property(lambda d: d.base_dist.has_rsample)
    has_enumerate_support = property(lambda d: d.reinterpreted_batch_ndims == 0 and d.base_dist.has_enumerate_support)
    mean = property(lambda d: d.base_dist.mean)
    mode = property(lambda d: d.base_dist.mode)
    variance = property(lambda d: d.base_dist.variance)

    @constraints.dependent_property
    def support(self):
        k = self.reinterpreted_batch_ndims
        return constraints.independent(self.base_dist.support, k) if k else self.base_dist.support

    def sample(self, sample_shape=Size()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=Size()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self):
        return sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand=True):
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand=expand)

    def __repr__(self):
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"
