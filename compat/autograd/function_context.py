"""The ctx of a custom Function."""

import functools

from ..tensor import Tensor


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
        """Keep Tensors (or None) for jvp, which finds them in ctx.saved_tensors. TypeError for anything else."""
        for i, t in enumerate(tensors):
            if t is not None and not isinstance(t, Tensor):
                raise TypeError(
                    f"save_for_forward can only save variables, but argument {i} is of type {type(t).__name__}"
                )
        self._forward = tensors

    def mark_dirty(self, *args):
        """Say which arguments forward has changed in place; they must be among its results."""
        self._dirty = args

    def mark_non_differentiable(self, *args):
        """Say which results have no gradient."""
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


@functools.cache
def context_class(name):
    return type(name, (FunctionCtx,), {"__module__": "torch.autograd.function", "__slots__": ()})
