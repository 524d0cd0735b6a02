"""The memory behind the Tensors of a file, and how Tensors are made over it.

Invariant: a Tensor that is made lies wholly inside its storage, whatever sizes and strides a file gives.
"""

import pickle

import numpy as np

from funcgrad.core.halves import of_bits
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..nn.parameter import Buffer, Parameter
from ..tensor import Tensor


class Storage:
    """The elements of one memory of a file: an array of one axis. What a callable map_location gets and gives back."""

    def __init__(self, array, dtype):
        self.array = array
        self.dtype = dtype

    def __len__(self):
        return self.array.size

    def cpu(self):
        """self: there is only the CPU."""
        return self


def of_bytes(data, name, swapped):
    """The Storage of bytes whose elements are of a dtype by name; `swapped`: they are in the other byte order."""
    d = dtypes.BY_NAME[name].numpy
    array = data.view(np.uint16 if name == "bfloat16" else d)
    array = array.byteswap() if swapped else array
    return Storage(of_bits(array) if name == "bfloat16" else array, name)


def rebuild_tensor(storage, offset, size, stride, requires_grad=False, hooks=None, metadata=None, dtype=None):
    """The Tensor at an offset, with a size and strides counted in elements of a storage; UnpicklingError if it does not fit."""
    array = storage.array if dtype is None else of_bytes(storage.array.view(np.uint8), dtype.name, False).array
    whole = all(type(k) is int and 0 <= k < 2**62 for k in (offset, *size, *stride))
    step = array.itemsize
    last = offset + sum((k - 1) * s for k, s in zip(size, stride)) if whole and len(size) == len(stride) else -1
    if not whole or len(size) != len(stride) or len(size) > 64 or (0 not in size and last >= array.size):
        raise pickle.UnpicklingError(
            f"a Tensor of size {tuple(size)} and stride {tuple(stride)} at {offset} does not fit a storage of {array.size} elements"
        )
    if 0 in size:
        view = np.empty(tuple(size), array.dtype)
    else:
        view = np.ndarray(tuple(size), array.dtype, array, offset * step, tuple([s * step for s in stride]))
    t = Tensor(view, None, TAPE)
    if metadata:
        if metadata.get("conj"):
            t = Tensor(view.conj(), None, TAPE)
        if metadata.get("neg"):
            t = Tensor(-t.val, None, TAPE)
    return t.requires_grad_() if requires_grad else t


def rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, metadata=None):
    """rebuild_tensor of a storage of bytes, of which the dtype is given."""
    return rebuild_tensor(storage, offset, size, stride, requires_grad, hooks, metadata, dtype)


def rebuild_parameter(data, requires_grad, hooks):
    """A Parameter over a Tensor's memory."""
    return Parameter(data, requires_grad)


def rebuild_parameter_with_state(data, requires_grad, hooks, state):
    """A Parameter with further attributes."""
    return with_attributes(Parameter(data, requires_grad), state)


def with_attributes(t, state):
    """A Tensor with the attributes that a user had given it, none of its own among them."""
    if isinstance(state, dict):
        vars(t).update({k: v for k, v in state.items() if type(k) is str and not hasattr(type(t), k)})
    return t


def rebuild_from_type(f, kind, args, state):
    """A Tensor that had attributes of the user's, by the function that rebuilds it without them."""
    if f not in REBUILD.values() or kind not in (Tensor, Parameter):
        raise pickle.UnpicklingError(f"compat rebuilds no {getattr(kind, '__name__', kind)} by {f}")
    return with_attributes(f(*args), state)


def rebuild_any(f, kind, args, state):
    """What rebuild_from_type makes, for a file that is trusted: also Tensors of a class of the user's."""
    t = f(*args)
    return with_attributes(t if kind in (Tensor, Parameter, Buffer) else t.as_subclass(kind), state)


REBUILD = {
    "_rebuild_tensor": rebuild_tensor,
    "_rebuild_tensor_v2": rebuild_tensor,
    "_rebuild_tensor_v3": rebuild_tensor_v3,
    "_rebuild_parameter": rebuild_parameter,
    "_rebuild_parameter_with_state": rebuild_parameter_with_state,
}
