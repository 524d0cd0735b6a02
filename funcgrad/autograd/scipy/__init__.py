"""autograd.scipy: funcgrad.scipy under autograd's name."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.scipy")
