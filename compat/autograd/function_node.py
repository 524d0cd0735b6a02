"""The grad_fn that a result of a Function shows."""

from funcgrad.core.reverse import second_message
from funcgrad.core.trace import PICK

from .. import graph
from .saved import SavedTensor


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

    def apply(self, *gradients):
        """What the Function's backward makes of gradients."""
        return self.call[1].users_backward(self, *gradients)

    def __getattr__(self, name):
        if name == "materialize_grads":  # (which can be set, in forward)
            raise AttributeError(f"attribute '{name}' of 'torch._C._FunctionBase' objects is not readable")
        return getattr(self.call[1].ctx, name)


def show_as_function(name):
    if name not in graph._classes:
        graph._classes[name] = type(name, (FunctionNode,), {"__slots__": (), "__module__": "torch.autograd.function"})
