"""The checks of the constructors' arguments, in torch's words: ValueError for a value out of range."""

from ..tensor import Tensor

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
