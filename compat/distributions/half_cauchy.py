"""The half-Cauchy distribution."""

import math

import compat as torch

from .cauchy import Cauchy
from .half import Half


class HalfCauchy(Half):
    """Absolute values of Cauchy numbers about 0."""

    def __init__(self, scale, validate_args=None):
        super().__init__(Cauchy(0, scale, validate_args=False), validate_args)

    mean = property(lambda d: torch.full(d._extended_shape(), math.inf, dtype=d.scale.dtype))
    variance = property(lambda d: d.base_dist.variance)
