"""autograd.scipy.stats: funcgrad.scipy.stats."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.scipy.stats")
