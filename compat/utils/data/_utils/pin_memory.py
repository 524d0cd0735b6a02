"""The batch of a loader whose Tensors are to lie in memory that no other device has to wait for."""

from .collate import each


def pin_memory(data, device=None):
    """A sample with what pin_memory() of each of its values gives, where they have one."""
    return each(data, lambda value: value.pin_memory() if hasattr(value, "pin_memory") else value, tuple)
