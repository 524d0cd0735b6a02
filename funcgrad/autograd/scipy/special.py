"""autograd.scipy.special: funcgrad.scipy.special."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.scipy.special")
