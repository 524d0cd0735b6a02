"""autograd.scipy.linalg: funcgrad.scipy.linalg."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.scipy.linalg")
