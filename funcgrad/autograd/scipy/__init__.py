"""autograd.scipy: its own modules, and the others of funcgrad.scipy under autograd's name."""

from ..delegation import attributes_of

__getattr__, __dir__ = attributes_of("funcgrad.scipy", of=__name__)
