"""Variable: the name Tensors with gradients had before torch 0.4; today it makes, and is, a Tensor."""

import operator

from funcgrad.core.site import warn

from ..functions.register import FUNCTIONS
from ..tensor import Tensor


class VariableMeta(type):
    """isinstance(t, Variable) holds for every Tensor."""

    def __instancecheck__(cls, x):
        return isinstance(x, Tensor)


class Variable(metaclass=VariableMeta):
    """Variable(data, requires_grad=False): a Tensor over data's memory, without its history.

    TypeError if data is no Tensor; RuntimeError if requires_grad is asked of integers.

    >>> import compat as torch
    >>> torch.autograd.Variable(torch.ones(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data=None, requires_grad=False, volatile=None, **others):
        for name in others:
            raise TypeError(f"{name!r} is an invalid keyword argument for this function")
        if volatile is not None:
            warn("volatile was removed and now has no effect. Use `with torch.no_grad():` instead.")
            if volatile and requires_grad:
                raise ValueError("Variable can't be volatile and require_grad at the same time!")
        if data is None:
            data = FUNCTIONS["tensor"]([])
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        if requires_grad and not (data.is_floating_point() or data.is_complex()):
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        return data.detach().requires_grad_(bool(operator.index(requires_grad)))
