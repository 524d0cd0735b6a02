"""torch._utils: what pickles and files of Tensors are made of again, and the few helpers that libraries import from here.

Invariant: a Tensor that is made lies wholly inside its storage, whatever sizes and strides a file gives.
"""

import pickle
import sys
import traceback

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.halves import SIZE, of_bits
from funcgrad.core.trace import TAPE

from . import dtypes
from .devices import Device
from .functions.missing import refusal as _refusal
from .functions.register import FUNCTIONS as T
from .nn.parameter import Parameter
from .storage import TypedStorage
from .tensor import Tensor


def of_bytes(data, name, swapped=False):
    """The storage of bytes whose elements are of a dtype by name; `swapped`: they are in the other byte order."""
    d = dtypes.BY_NAME[name].numpy
    array = data.view(d if d.isnative else f"u{SIZE[d]}")
    array = array.byteswap() if swapped else array
    return TypedStorage(memory=array if d.isnative else of_bits(array, d))


def _rebuild_tensor(storage, storage_offset, size, stride):
    """The Tensor at an offset, with a size and strides counted in elements of a storage; UnpicklingError if it does not fit."""
    if storage.device.type == "meta":
        return _rebuild_meta_tensor_no_storage(storage.dtype, size, stride, False)
    array = storage.memory
    step = array.itemsize
    whole = all(type(k) is int and 0 <= k * step < 2**63 for k in (storage_offset, *size, *stride))
    last = storage_offset + sum((k - 1) * s for k, s in zip(size, stride)) if whole and len(size) == len(stride) else -1
    if not whole or len(size) != len(stride) or len(size) > 64 or (0 not in size and last >= array.size):
        raise pickle.UnpicklingError(
            f"a Tensor of size {tuple(size)} and stride {tuple(stride)} at {storage_offset} does not fit a storage of {array.size} elements"
        )
    begin = 0 if 0 in size else storage_offset * step
    view = np.ndarray(tuple(size), array.dtype, array, begin, tuple([s * step for s in stride]))
    t = Tensor(view, None, TAPE)
    t.versioned().version += 1  # (torch sets the memory of a Tensor that there is)
    return t


def _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad=False, backward_hooks=None, metadata=None):
    """_rebuild_tensor, with what else there is to a Tensor. (Hooks are not kept.)"""
    t = _rebuild_tensor(storage, storage_offset, size, stride)
    if metadata:
        if metadata.get("conj"):
            t = Tensor(t.val.conj().astype(t.val.dtype, copy=False), None, TAPE)
        if metadata.get("neg"):
            t = Tensor(-t.val, None, TAPE)
    noted(t)
    return t.requires_grad_() if requires_grad else t


def _rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype, metadata=None):
    """_rebuild_tensor_v2 of a storage of bytes, of which the dtype is given."""
    if storage.device.type == "meta":
        return _rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad)
    storage = of_bytes(storage.memory.view(np.uint8), dtype.name)
    return _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, metadata)


def _rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad):
    """A Tensor of the meta device."""
    return T["empty_strided"](size, stride, dtype=dtype, device="meta", requires_grad=requires_grad)


def _rebuild_parameter(data, requires_grad, backward_hooks):
    """A Parameter over a Tensor's memory."""
    return Parameter(data, requires_grad)


def _rebuild_parameter_with_state(data, requires_grad, backward_hooks, state):
    """A Parameter with further attributes."""
    return with_attributes(Parameter(data, requires_grad), state)


def with_attributes(t, state):
    """A Tensor with the attributes that a user had given it, none of its own among them."""
    if isinstance(state, dict):
        vars(t).update({k: v for k, v in state.items() if type(k) is str and not hasattr(type(t), k)})
    return t


def _element_size(dtype):
    """The bytes of an element."""
    if not isinstance(dtype, dtypes.dtype):
        raise RuntimeError(f"expected torch.dtype, but got {type(dtype)}")
    return dtype.itemsize


def _get_device_index(device, optional=False, allow_cpu=False):
    """The number of a device: a Device, its name, a number; -1 for the CPU where it is allowed, and where none is given."""
    if isinstance(device, str):
        device = Device(device)
    if isinstance(device, Device):
        if device.type == "cpu" and not allow_cpu:
            raise ValueError(f"Expected a non cpu device, but got: {device}")
        device = -1 if device.type == "cpu" else device.index
    if device is None and not optional:
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    return -1 if device is None else device


def _get_available_device_type():
    """None: there is no accelerator."""


def _get_device_module(device_type):
    """torch.cpu, torch.cuda or another module of a device; RuntimeError for a name that is none."""
    found = getattr(torch, device_type, None)
    if found is None:
        raise RuntimeError(
            f"Device '{device_type}' does not have a corresponding module registered as 'torch.{device_type}'."
        )
    return found


def _rebuild_sparse_tensor(layout, data):
    """A sparse Tensor of (indices, values, size, is_coalesced)."""
    if layout.name != "sparse_coo":
        raise NotImplementedError(f"rebuilding sparse tensor for layout {layout}")
    indices, values, size, *coalesced = data
    return T["sparse_coo_tensor"](
        indices, values, size, check_invariants=True, is_coalesced=coalesced[0] if coalesced else None
    )


REBUILD = {
    f.__name__: f
    for f in (
        _rebuild_tensor,
        _rebuild_tensor_v2,
        _rebuild_tensor_v3,
        _rebuild_meta_tensor_no_storage,
        _rebuild_parameter,
        _rebuild_parameter_with_state,
        _rebuild_sparse_tensor,
    )
}


def _flatten_dense_tensors(tensors):
    """All elements of several Tensors, one after the other."""
    return T["cat"]([t.contiguous().view(-1) for t in tensors])


def _unflatten_dense_tensors(flat, tensors):
    """A flat Tensor cut into parts of the shapes of others."""
    return tuple(
        [part.view(t.shape) for part, t in zip(flat.split([t.numel() for t in tensors]), tensors, strict=True)]
    )


class KeyErrorMessage(str):
    """A text that a KeyError shows line by line."""

    def __repr__(self):
        return str(self)


class ExceptionWrapper:
    """An error as text, which goes to another thread or process; by default the one that is being handled.

    >>> import compat as torch
    >>> try:
    ...     torch.ones(2)[3]
    ... except IndexError:
    ...     error = torch._utils.ExceptionWrapper(where="in a thread")
    >>> error.exc_type, error.where
    (<class 'IndexError'>, 'in a thread')
    """

    def __init__(self, exc_info=None, where="in background"):
        exc_info = exc_info or sys.exc_info()
        self.exc_type, self.where = exc_info[0], where
        self.exc_msg = "".join(traceback.format_exception(*exc_info))

    def reraise(self):
        """Raise an error of the same type with the text of where it happened, or a RuntimeError where that cannot be made."""
        kind = self.exc_type
        text = f"Caught {kind.__name__} {self.where}.\nOriginal {self.exc_msg}"
        if kind is KeyError:
            raise KeyError(KeyErrorMessage(text))
        if getattr(kind, "message", None):
            raise kind(message=text)
        try:
            error = kind(text)
        except Exception:
            raise RuntimeError(text) from None
        raise error


torch = sys.modules[__package__]  # (where torch's own pickles of memory formats look)
__getattr__ = _refusal(__name__)
