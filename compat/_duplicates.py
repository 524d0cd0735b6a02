"""Tensors copied with their memory: copy.deepcopy, and what pickle writes.

Invariant: a duplicate has the strides and the offset of what it was made of, over a copy of all the memory that lies in; Tensors that shared
memory share it in one deep copy, as in torch (and, as there, not in a pickle).
"""

import copy
from collections import OrderedDict

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.site import internal
from funcgrad.core.state import tls
from funcgrad.core.strides import address, memory_of

from .formats import base_of, elements, offset_in
from .payload import added_to, current, ground, memory, strides_of, wrap
from .tensor import Tensor


def deep(t, memo):
    """The deep copy of a leaf, with its gradient and its attributes."""
    if not t.is_leaf:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    got = memo.get(id(t))
    if got is None:
        if tls.func:
            refuse_wrapped(t)
        array = lying(t)
        if not internal[type(t).__module__]:
            check_class(t)
        if t.is_meta:
            got = memo[id(t)] = without_values(t)
        else:
            array = np.array(current(t).val) if array is None else over_copy(array, memo)
            got = memo[id(t)] = noted(wrap(type(t), array, t.requires_grad))
            if type(t).__deepcopy__ is Tensor.__deepcopy__ and not t.is_conj():
                got.versioned().version = 1  # (torch makes it of nothing, and has it set_ its memory)
        if t.grad is not None:
            got.grad = deep(t.grad, memo)
        if added := added_to(t):
            got.__dict__.update(copy.deepcopy(added, memo))
    return got


def lying(t):
    """The array of a Tensor's elements (of a dual one those of its primal: a copy has no tangent); None if it lies in no memory."""
    array = memory(t)
    return ground(t) if array is None else array


def check_class(t):
    """Raise torch's error if the class of a Tensor has not said how one of its own is made."""
    from .overrides import Off

    with Off():
        made = t.new_empty(())
    if type(made) is not type(t):
        raise RuntimeError(
            "The default implementation of __deepcopy__() for non-wrapper subclasses only works for subclass types that implement "
            "new_empty() and for which that function returns another instance of the same subclass. You should either properly "
            "implement new_empty() for your subclass or override __deepcopy__() if it is intended behavior for new_empty() to return "
            "an instance of a different type."
        )


def without_values(t):
    """Another Tensor of the meta device like a leaf."""
    from ._meta import bare_as

    return bare_as(t, kind=type(t)).requires_grad_(t.requires_grad)


def over_copy(array, memo):
    """An array that lies in a copy of another's memory as that one does in its own; `memo` has the copies there are."""
    whole = memory_of(array)
    key = address(whole), whole.nbytes
    if key not in memo:
        memo[key] = whole.copy()
    return placed(elements(memo[key], array.dtype), *geometry(array))


def geometry(array):
    """(shape, strides, offset) of an array in its memory, in elements."""
    return array.shape, strides_of(array), offset_in(array, base_of(array)) if array.size else 0


def placed(whole, shape, strides, offset):
    """The array with this geometry in a memory."""
    step = whole.itemsize
    return np.ndarray(shape, whole.dtype, whole, offset * step, [s * step for s in strides])


def refuse_wrapped(t):
    """torch's error for a Tensor whose memory a transform of torch.func has wrapped."""
    from ._funcs import wrapper_of

    wrapper = wrapper_of(t)
    if wrapper is not None:
        raise NotImplementedError(f"Cannot access storage of {wrapper}")


def pickled(t):
    """(what makes the Tensor of a pickle, its arguments), in torch's names: each reads what the other has pickled."""
    from ._utils import REBUILD
    from .nn.parameter import Parameter
    from .storage import STORAGE_OF, TypedStorage

    if tls.func:
        refuse_wrapped(t)
    if t.is_meta:
        args = t.dtype, tuple(t.shape), t.stride(), t.requires_grad
        made = REBUILD["_rebuild_meta_tensor_no_storage"], args
        return (
            (REBUILD["_rebuild_parameter"], (t.detach(), t.requires_grad, OrderedDict()))
            if isinstance(t, Parameter)
            else made
        )
    array = lying(t)
    array = np.array(current(t).val) if array is None else array
    shape, strides, offset = geometry(array)
    old = t.dtype.name in STORAGE_OF  # (else: a dtype younger than torch's storage classes)
    storage = TypedStorage(memory=base_of(array))
    kind, leaf, attributes = type(t), isinstance(t, Parameter), added_to(t)
    args = (
        storage if old else storage.untyped(),
        offset,
        tuple(shape),
        tuple(strides),
        t.requires_grad and not leaf,
        OrderedDict(),
    )
    made = (REBUILD["_rebuild_tensor_v2"], args) if old else (REBUILD["_rebuild_tensor_v3"], (*args, t.dtype))
    if kind is Parameter:
        args = t.detach(), t.requires_grad, OrderedDict()
        return (
            (REBUILD["_rebuild_parameter_with_state"], (*args, attributes))
            if attributes
            else (REBUILD["_rebuild_parameter"], args)
        )
    if kind is Tensor and not attributes:
        return made
    from ._tensor import _rebuild_from_type_v2

    return _rebuild_from_type_v2, (made[0], kind, made[1], attributes or {})


def alone(t):
    """(what makes the Tensor in another process, its arguments, its attributes): the elements without the memory around them."""
    return joined, (type(t), np.array(current(t).val), t.dtype, t.requires_grad), added_to(t)


def joined(cls, array, dtype, requires_grad):
    """The Tensor of what another process has sent. (NumPy's own has arrays in the machine's byte order.)"""
    own = cls if cls.__module__.startswith("compat.") else Tensor
    t = wrap(own, array.astype(dtype.numpy, copy=False))
    t.versioned().version += 1  # (torch sets the memory of a Tensor that there is)
    t = t if cls is own else t.as_subclass(cls)
    return t.requires_grad_() if requires_grad else t
