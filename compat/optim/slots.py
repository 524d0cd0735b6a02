"""What parameters remember between steps: makers of a first state, make(p, g, group).

Invariant: state that counts, or holds a rate, is 0-d, in float32 (float64 if that is the default dtype and the step is
not fused); all other state has the parameter's dtype.
"""

import numpy as np

from ..dtypes import FLOAT32, Default
from .memory import fresh, memory


def zeros(p, g, group):
    """State like the parameter, of zeros, in the same order in memory."""
    v = memory(p)
    return fresh(np.zeros(tuple(p.shape), p.dtype.numpy) if v is None else np.zeros_like(v))


def scalar(value):
    """State of one number that depends on the group alone."""

    def make(p, g, group):
        return fresh(np.array(value(group), FLOAT32 if group.get("fused") else scalar_dtype()))

    return make


def scalar_dtype():
    return Default.numpy if Default.numpy == np.float64 else FLOAT32


COUNT = {"step": scalar(lambda group: 0.0)}
