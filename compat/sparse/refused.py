"""What torch has no sparse kernel for, and what there is none of here: torch's words for it, by the name of its operation."""

from ..devices import NO_KERNEL


def refusal(operation):
    """torch's error for an operation without a kernel for sparse Tensors."""
    return NotImplementedError(NO_KERNEL.format(operation=operation, backend="SparseCPU"))
