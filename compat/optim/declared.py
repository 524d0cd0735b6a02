"""What an optimizer declares: the ranges of its options, in torch's words (ValueError for a value out of one), and what its parameters
remember between steps, by makers of a first state, make(p, g, group).

Invariant: state that counts, or holds a rate, is 0-d, in float32 (float64 if that is the default dtype and the step is
not fused); all other state has the parameter's dtype.
"""

import numpy as np

from ..dtypes import FLOAT32, Default
from ..tensor import Tensor
from .memory import fresh, memory

SPOKEN = {"lr": "learning rate", "eps": "epsilon value"}


def not_negative(**options):
    """Each option is at least 0 (and no nan); a Tensor lr has one element. In the order given."""
    for name, value in options.items():
        if name == "lr":
            one_element(value)
        if not 0.0 <= value:
            raise ValueError(f"Invalid {SPOKEN.get(name, name + ' value')}: {value}")


def one_element(lr, name="lr"):
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(f"Tensor {name} must be 1-element")


def decay_rates(betas):
    """The two betas lie in [0, 1)."""
    for i in range(2):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def one_implementation(fused, foreach, differentiable):
    """fused excludes the two others."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


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
