"""Memory formats: torch.channels_last and its kin, the order in which the elements of an image stand in memory.

Invariant: a format changes strides, never shape or values; traced Tensors have no strides and are in every format.
"""

import weakref

import numpy as np

from funcgrad.core.halves import bits

from .native import Native, closed


class memory_format(metaclass=Native, called="torch.memory_format"):
    """torch.memory_format."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
closed(memory_format)
BY_NAME = {f.name: f for f in (contiguous_format, preserve_format, channels_last, channels_last_3d)}
BY_RANK = {4: channels_last, 5: channels_last_3d}
ORDER = {channels_last: (0, 2, 3, 1), channels_last_3d: (0, 2, 3, 4, 1)}  # dimensions, from the outermost in memory


def order_of(wanted, n):
    """The order of n dimensions in a format; RuntimeError in torch's words if it is for another number of them."""
    if wanted is contiguous_format or wanted is None:
        return tuple(range(n))
    if wanted not in ORDER:
        raise RuntimeError(
            f"memory format {wanted!r} is not one to arrange memory in; use contiguous_format or channels_last"
        )
    order = ORDER[wanted]
    if len(order) != n:
        raise RuntimeError(f"required rank {len(order)} tensor to use {wanted.name} format")
    return order


def base_of(array):
    """The whole memory that an array lies in, as one axis of elements of its dtype."""
    from funcgrad.core.strides import memory_of

    return elements(memory_of(array), array.dtype)


def elements(memory, dtype):
    """A memory, an array of one axis, as elements of a dtype."""
    if memory.dtype == dtype:
        return memory
    whole = (
        memory.nbytes // dtype.itemsize * dtype.itemsize
    )  # (an odd number of floats holds no complex one at its end)
    return memory[: whole // memory.itemsize].view(dtype)


def offset_in(array, memory):
    """The position of an array's first element in a memory, in elements."""
    return (array.__array_interface__["data"][0] - memory.__array_interface__["data"][0]) // array.itemsize


BITS = {}  # id of the array that owns the memory of bfloat16 Tensors -> (that array, weakly, and the bits that its address leads to)


def address(array):
    """Where an array's first element lies. Of bfloat16 it is in a copy of torch's bits, as they are now: C that is given the address may
    read two bytes an element (safetensors does), and views of one memory have places in one copy."""
    if array.dtype.isnative:
        return array.__array_interface__["data"][0]
    from funcgrad.core.strides import owner_of

    whole, owner = base_of(array), owner_of(array)
    key = id(owner)
    seen, copy = BITS.get(key, (None, None))
    if copy is None or seen() is not owner or copy.size != whole.size:
        seen, copy = BITS[key] = weakref.ref(owner, lambda _: BITS.pop(key, None)), np.empty(whole.size, np.uint16)
    copy[...] = bits(whole)
    return copy.__array_interface__["data"][0] + 2 * offset_in(array, whole)


def is_in(array, wanted):
    """Do the elements of an array stand in a format?"""
    if wanted is contiguous_format or wanted is None:
        return array.flags.c_contiguous
    order = ORDER.get(wanted)
    if order is None or len(order) != array.ndim:
        return False
    step = array.itemsize
    for at in reversed(order):
        if array.shape[at] != 1:
            if array.strides[at] != step:
                return False
            step *= array.shape[at]
    return True


def suggested(array):
    """The format of an image's memory, by its strides: None for any but the channels_last ones."""
    wanted = BY_RANK.get(array.ndim)
    strides = array.strides
    if wanted is None or strides[1] == 0 or strides[-1] < strides[1]:  # (C order, soonest seen)
        return None
    least = 0
    for at in (*reversed(ORDER[wanted][1:]), 0):
        if array.shape[at] == 0 or strides[at] < least or at == 0 and least == strides[1]:
            return None
        least = strides[at] * max(array.shape[at], 1)
    return wanted


def memory_in(wanted, shape, dtype):
    """A new array of a shape, its elements in a format."""
    if wanted is None or wanted is contiguous_format:
        return np.empty(shape, dtype)
    order = order_of(wanted, len(shape))
    return np.empty([shape[at] for at in order], dtype).transpose(np.argsort(order))
