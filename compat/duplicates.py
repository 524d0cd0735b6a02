"""Tensors copied with their memory: copy.deepcopy, and what pickle writes.

Invariant: a duplicate has the strides and the offset of what it was made of, over a copy of all the memory that lies in; Tensors that shared
memory share it in one deep copy, as in torch (and, as there, not in a pickle).
"""

import copy

import numpy as np

from funcgrad.core.strides import address, memory_of

from .formats import base_of, elements, offset_in
from .tensor import Tensor, added_to, current, memory, strides_of, wrap


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
        array = memory(t)
        array = np.array(current(t).val) if array is None else over_copy(array, memo)
        got = memo[id(t)] = wrap(type(t), array, t.requires_grad)
        if t.grad is not None:
            got.grad = deep(t.grad, memo)
        if added := added_to(t):
            got.__dict__.update(copy.deepcopy(added, memo))
    return got


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


def pickled(t):
    """(what makes the Tensor of a pickle, its arguments, the attributes that a user gave it)."""
    array = memory(t)
    whole, shape = (np.array(current(t).val), None) if array is None else (base_of(array), geometry(array))
    return joined, (type(t), whole, t.dtype, t.requires_grad, shape), added_to(t)


def alone(t):
    """pickled, as it is sent to another process: the elements without the memory around them."""
    return joined, (type(t), np.array(current(t).val), t.dtype, t.requires_grad), added_to(t)


def joined(cls, whole, dtype, requires_grad, geometry=None):
    """The Tensor of what a pickle kept. (NumPy's own has arrays in the machine's byte order.)"""
    whole = whole.astype(dtype.numpy, copy=False)
    own = cls if cls.__module__.startswith("compat.") else Tensor
    t = wrap(own, whole if geometry is None else placed(whole, *geometry))
    t.versioned().version += 1  # (torch sets the memory of a Tensor that there is)
    t = t if cls is own else t.as_subclass(cls)
    return t.requires_grad_() if requires_grad else t
