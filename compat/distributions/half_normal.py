"""The half-normal distribution."""

import math

from .half import Half
from .normal import Normal


class HalfNormal(Half):
    """Absolute values of normal numbers of mean 0."""

    def __init__(self, scale, validate_args=None):
        super().__init__(Normal(0, scale, validate_args=False), validate_args)

    mean = property(lambda d: d.scale * math.sqrt(2 / math.pi))
    variance = property(lambda d: d.scale.pow(2) * (1 - 2 / math.pi))
