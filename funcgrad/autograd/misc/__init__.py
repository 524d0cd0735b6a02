"""autograd.misc: optimisers, flattening of nested values, fixed points."""

from ...lazy import attributes as _attributes

__getattr__, __dir__ = _attributes(__name__, {}, modules="fixed_points flatten optimizers")
__all__ = []
