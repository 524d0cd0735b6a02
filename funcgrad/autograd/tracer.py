"""autograd.tracer: what programs ask of a traced value, and `trace`, which shows the operations on one to nodes of the program's own."""

import functools
import warnings

import numpy as np

from ..core.graph import evaluate
from ..core.handle import Array, Handle
from ..core.trace import ROOT, Trace, unwrap
from ..numpy.concrete import value_of as getval
from ..transforms.boundary import as_value, enter, inside, leave
from .extend import Box, notrace_primitive, primitive, register_notrace

__all__ = ["Box", "Node", "getval", "isbox", "notrace_primitive", "primitive", "register_notrace", "trace"]


def isbox(x):
    """Is x traced?"""
    return isinstance(x, Handle) and x.owner is not ROOT


class Node:
    """What `trace` makes for each operation: a program's subclass, whose methods take what autograd's take."""

    __slots__ = []

    def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
        raise NotImplementedError(
            f"{type(self).__name__} must define __init__(value, fun, args, kwargs, parent_argnums, parents)"
        )

    def initialize_root(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} must define initialize_root")

    @classmethod
    def new_root(cls, *args, **kwargs):
        """A node for the argument."""
        root = cls.__new__(cls)
        root.initialize_root(*args, **kwargs)
        return root


class Nodes(Trace):
    """The level on which a traced function runs: a value's mark is its node."""

    name = "trace"

    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        if prim.name == "call":  # a jitted function: what is in it
            return evaluate(params["graph"], *args)
        vals, marks = unwrap(self, args)
        out = prim(*vals, **params)
        if prim.nondiff:
            return out
        at = tuple([i for i, m in enumerate(marks) if m is not None])
        parents = tuple([marks[i] for i in at])
        node = type(parents[0])(out, operation(prim), tuple(vals), params, at, parents)
        if prim.multi:
            return tuple([Array(o, node, self) for o in out])
        return Array(out, node, self)


@functools.cache
def operation(prim):
    """A primitive as a function, under NumPy's name where it is one of NumPy's."""

    @functools.wraps(prim.impl)
    def call(*args, **kwargs):
        return prim(*args, **kwargs)

    name = prim.jax.rpartition(".")[2] if isinstance(prim.jax, str) else prim.name
    call.__name__ = getattr(getattr(np, name, None), "__name__", name)
    return call


def trace(start_node, fun, x):
    """(fun(x), its node): for each operation on x that a derivative may pass, a node of start_node's class is made; the operations are funcgrad's.

    A value that does not depend on x has the node None, and a warning says so.
    """
    level = Nodes()
    with inside(level):
        out = fun(enter(level, as_value(x, "trace"), start_node))
        value, node, _ = leave(level, out, "trace")
    if node is None:
        warnings.warn("Output seems independent of input.")
    return value, node
