"""Parameter and Buffer: Tensors that a Module recognises as its own when they are assigned to it."""

import numpy as np

from ..tensor import Tensor, current, wrap


class Parameter(Tensor):
    """A Tensor that is a leaf requiring grad, and that a Module lists among its parameters.

    Parameter(data=None, requires_grad=True): over data's memory, without its history.

    >>> import compat as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, data=None, requires_grad=True, owner=None, alias=None):
        if owner is not None:  # how the core makes a handle: value, mark, tape
            super().__init__(data, requires_grad, owner, alias)
            return
        data = wrap(Tensor, np.zeros(0, np.float32)) if data is None else data
        if not isinstance(data, Tensor):
            raise TypeError(f"Parameter data must be a Tensor, not {type(data).__name__}")
        data = data.detach()
        super().__init__(data.val, None, data.owner)
        self.store = data.store
        if requires_grad:
            self.requires_grad_()

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    __str__ = __repr__

    def __reduce_ex__(self, protocol):
        return rebuilt, (np.array(current(self).val), self.requires_grad)


def rebuilt(array, requires_grad):
    return wrap(Parameter, array, requires_grad)


class Buffer(Tensor):
    """A Tensor that a Module lists among its buffers when it is assigned: Buffer(data, persistent=True)."""

    def __init__(self, data=None, persistent=True, owner=None, alias=None):
        if owner is not None:
            super().__init__(data, persistent, owner, alias)
            return
        data = (wrap(Tensor, np.zeros(0, np.float32)) if data is None else data).detach()
        super().__init__(data.val, None, data.owner)
        self.store = data.store
        self.persistent = persistent


class UninitializedParameter:
    """Not supported: lazy modules learn their sizes from their first input."""

    def __new__(cls, *args, **kwargs):
        raise NotImplementedError("compat has no lazy modules: give the sizes when the module is made.")
