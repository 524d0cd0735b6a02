"""autograd.numpy.linalg: NumPy's, for traced arrays too."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.numpy.linalg")
