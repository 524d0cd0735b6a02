"""autograd.scipy: its own modules, and the others of funcgrad.scipy under autograd's name."""

from ...lazy import delegated

globals().update(delegated("funcgrad.scipy", of=__name__))
