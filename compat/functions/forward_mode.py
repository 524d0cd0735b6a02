"""What torch has no forward mode of: refused in torch's words where an operand has a tangent. And operands by which nothing is
differentiated.

Invariant: `funcgrad`'s own transforms are never refused anything here; a dual level and those of torch.func are.
"""

from funcgrad.core.state import tls

from .levels import has_tangent


def refuse_tangents(name, *operands):
    """NotImplementedError if one of the operands of torch's operation of this name has a tangent. (`aten::` before it: torch has no
    derivative of it at all.)"""
    if (tls.dual is not None or tls.func) and any(map(has_tangent, operands)):
        raise NotImplementedError(f"Trying to use forward AD with {name} that does not support it{missing(name)}")


def refuse_recorded(operand, name, argument="weight"):
    """RuntimeError if an operand requires grad by which torch's operation of this name has no derivative."""
    if operand is not None and tls.grad and operand.requires_grad:
        raise RuntimeError(
            f"The function '{name}' is not differentiable with respect to argument '{argument}'. This input "
            "cannot have requires_grad True."
        )


def missing(name):
    """What torch adds of an operation that has a derivative, and no forward mode yet."""
    if name.startswith("aten::"):
        return "."
    rest = "." if name == "set_" else " or submit a PR adding the implementation to derivatives.yaml"
    return (
        " because it has not been implemented yet.\nPlease file an issue to PyTorch at https://github.com/pytorch/pytorch/issues/new"
        f"?template=feature-request.yml so that we can prioritize its implementation{rest}"
    )
