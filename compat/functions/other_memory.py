"""A Tensor goes over to other memory, as set_, resize_ and `.data =` have it do."""

import weakref

import numpy as np

from funcgrad.core.handle import APART, Alias
from funcgrad.core.mirror import Mirror
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.strides import geometry, owner_of


def over_other_memory(c, array):
    """The box over another array, as set_, resize_ and `.data =` leave it: its views stay where they were."""
    if array is c.val:
        return
    if type(c.alias) is Mirror:
        c.alias = Mirror(c.alias.base, c.alias.link, c.store, array, c.alias.maps)
        return
    if type(c.alias) is Alias:
        root, made = c.alias.base, c.alias.made
        alias = Alias(root, (None, (P["strided"], geometry(array, root.val)), *([made] if made else ())), c.store)
        alias.mark, alias.version = c.alias.mark, c.alias.version
        if owner_of(array) is not owner_of(root.val) or array.dtype != root.val.dtype:
            alias.val = APART
        c.alias = alias
    elif c.store is not None:
        leave(c, owner_of(array) is owner_of(c.val))
    c.val = array


def leave(c, same):
    """Note that a box goes over to another array, in the same memory or not, for its views, which hold the one it had.
    (core/handle.py, left_behind)"""
    c.moved = [*[e for e in c.moved or () if e[0]() is not None], (weakref.ref(c.val), same)]


def strided(memory, size, stride, offset):
    """An array over memory, with strides and offset in elements."""
    offset = offset if 0 not in size else 0
    return np.ndarray(size, memory.dtype, memory, offset * memory.itemsize, [s * memory.itemsize for s in stride])
