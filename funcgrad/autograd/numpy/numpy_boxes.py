"""autograd.numpy.numpy_boxes: the class of traced arrays, for programs that ask for it."""

from ...core.handle import Array as ArrayBox

__all__ = ["ArrayBox"]
