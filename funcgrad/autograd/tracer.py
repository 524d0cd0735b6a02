"""autograd.tracer: what programs ask of a traced value."""

from ..core.handle import Handle
from ..core.trace import ROOT
from ..numpy.concrete import value_of as getval
from .extend import Box, notrace_primitive, primitive, register_notrace

__all__ = ["Box", "getval", "isbox", "notrace_primitive", "primitive", "register_notrace"]


def isbox(x):
    """Is x traced?"""
    return isinstance(x, Handle) and x.owner is not ROOT
