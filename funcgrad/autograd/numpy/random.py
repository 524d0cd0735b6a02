"""autograd.numpy.random: NumPy's own, whose draws are constants of every derivative."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.numpy.random")
