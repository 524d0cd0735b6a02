"""Checks of values that are not known while a function is staged: each call of the compiled function makes them.

Invariant: a call whose values fail one is run as it is, and raises what the function itself does.
"""

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls

from ..payload import current


class Anew(Exception):
    """Raised by a program that has met values for which the function itself may raise an error."""


def need(t, holds):
    """Under torch.compile: let each call test holds(the array of a Tensor) anew. (Elsewhere nothing is known, and nothing said.)"""
    if tls.stage is not None and tls.stage.recorded:

        def test(values):
            if not holds(values):
                raise Anew

        PRIMITIVES["debug_callback"](current(t), callback=test)


def need_places(t, n):
    """The same of indices, each of which is to be one of n places."""
    need(t, lambda v: not v.size or 0 <= v.min() and v.max() < n)


__all__ = ["Anew", "need", "need_places"]
