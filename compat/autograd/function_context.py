"""The ctx of a custom Function, and the grad_fn that its results show, which has what the ctx has."""

import functools

from funcgrad.core.reverse import second_message
from funcgrad.core.site import warn
from funcgrad.core.trace import PICK

from .. import graph
from ..breaks import note
from ..tensor import Tensor
from .saved import SavedTensor

NO_TUPLE = object()  # stands for what a program has put in the place of the tuple that is to be saved


def save_all(ctx, tensors):
    ctx._to_save = tensors if isinstance(tensors, tuple) else (NO_TUPLE,)


def saved_variables(ctx):
    """ctx.saved_tensors by its older name."""
    warn("'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning)
    return ctx.saved_tensors


class FunctionCtx:
    """What forward leaves for backward: saved Tensors, remarks on the results, and any attributes."""

    __slots__ = (
        "needs_input_grad",
        "_to_save",
        "_forward",
        "_unpacked",
        "_dirty",
        "_constant",
        "_materialize",
        "__dict__",
    )

    def __init__(self, needs_input_grad=()):
        self.needs_input_grad = needs_input_grad
        self._to_save = ()
        self._forward = ()
        self._unpacked = None
        self._dirty = ()
        self._constant = ()
        self._materialize = True

    def save_for_backward(self, *tensors):
        """Keep Tensors (or None) for backward, which finds them in ctx.saved_tensors; anything else is a TypeError once forward has
        returned, if there will be a backward."""
        self._to_save = tensors

    def save_for_forward(self, *tensors):
        """Keep Tensors (or None) for jvp, which finds them in ctx.saved_tensors. AssertionError for anything else."""
        for t in tensors:
            if t is not None and not isinstance(t, Tensor):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes on ctx."
                )
        self._forward = tensors

    def mark_dirty(self, *args):
        """Say which arguments forward has changed in place; they must be among its results."""
        self._dirty = args

    def mark_non_differentiable(self, *args):
        """Say which results have no gradient."""
        note("mark_non_differentiable()")
        self._constant = args

    def set_materialize_grads(self, value):
        """Whether backward gets zeros (True) or None for results that no gradient reached. TypeError for what is no bool."""
        if type(value) is not bool:
            raise TypeError(
                "set_materialize_grads received an invalid combination of arguments - got (), but expected (bool)"
            )
        self._materialize = value

    @property
    def saved_tensors(self):
        """What save_for_backward kept. RuntimeError once a backward has freed it."""
        got = self._unpacked
        return () if got is None else got() if callable(got) else got

    @saved_tensors.setter
    def saved_tensors(self, value):
        raise AttributeError("attribute 'saved_tensors' of 'torch._C._FunctionBase' objects is not writable")

    # what forward has said so far, None where it has said nothing
    saved_variables = property(saved_variables)
    to_save = property(lambda self: self._to_save or None, save_all)
    dirty_tensors = property(lambda self: self._dirty or None)
    non_differentiable = property(lambda self: self._constant or None)
    saved_for_forward = property(lambda self: self._forward or None)


@functools.cache
def context_class(name):
    return type(name, (FunctionCtx,), {"__module__": "torch.autograd.function", "__slots__": ()})


class FunctionNode(graph.Node):
    """The grad_fn of a Function's results: also what its ctx has."""

    __slots__ = ()

    def __repr__(self):
        return f"<torch.autograd.function.{type(self).__name__} object at {id(self):#x}>"

    @property
    def call(self):
        n = self.node.ins[0] if self.node.plan.prim is PICK else self.node
        return n, n.params["spec"]

    @property
    def saved_tensors(self):
        """What save_for_backward kept; RuntimeError once a backward has freed it."""
        n, call = self.call
        return call.in_place_of_sources(call.unpacked(n))

    to_save = dirty_tensors = non_differentiable = saved_for_forward = (
        None  # (forward has said them, and torch has taken them)
    )

    @property
    def __dict__(self):
        """The attributes that forward has given its context."""
        return vars(self.call[1].ctx)

    @property
    def _raw_saved_tensors(self):
        """The places of what save_for_backward kept, which take hooks; RuntimeError once a backward has freed it."""
        n, call = self.call
        if n.saved is None:
            raise RuntimeError(second_message(n))
        places = iter(range(len(call.sources)))
        return tuple([SavedTensor(n, None if s is None else next(places)) for s in call.sources])

    saved_variables = property(saved_variables)

    def __setattr__(self, name, value):
        if name in graph.Node.__slots__:
            object.__setattr__(self, name, value)
        else:  # (of torch's node, which is the context)
            setattr(self.call[1].ctx, name, value)

    def apply(self, *gradients):
        """What the Function's backward makes of gradients."""
        return self.call[1].users_backward(self, *gradients)

    def __getattr__(self, name):
        if name == "materialize_grads":  # (which can be set, in forward)
            raise AttributeError(f"attribute '{name}' of 'torch._C._FunctionBase' objects is not readable")
        return getattr(self.call[1].ctx, name)


FunctionNode.__name__ = FunctionNode.__qualname__ = "BackwardCFunction"
FunctionNode.__module__ = "torch.autograd.function"


def show_as_function(name):
    if name not in graph._classes:
        graph._classes[name] = type(name, (FunctionNode,), {"__slots__": (), "__module__": "torch.autograd.function"})
