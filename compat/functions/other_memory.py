"""A Tensor goes over to other memory, as set_, resize_ and `.data =` have it do."""

import weakref

import numpy as np

from funcgrad.core.handle import Alias
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.strides import geometry


def over_other_memory(c, array):
    """The box over another array, as set_, resize_ and `.data =` leave it: what were its views stay what they were."""
    if array is c.val:
        return
    if type(c.alias) is Alias:
        root = c.alias.base
        within = np.may_share_memory(array, root.val) and array.dtype == root.val.dtype
        c.alias = Alias(root, (None, (P["strided"], geometry(array, root.val))), c.store) if within else None
    elif c.store is not None:
        leave(c, c.mark, c.store)
    c.val = array


def leave(c, *what):
    """Note that a box goes over to another array, for its views, which hold the one it had. (core/handle.py, left_behind)"""
    c.moved = [*[e for e in c.moved or () if e[0]() is not None], (weakref.ref(c.val), *what)]


def strided(memory, size, stride, offset):
    """An array over memory, with strides and offset in elements."""
    offset = offset if 0 not in size else 0
    return np.ndarray(size, memory.dtype, memory, offset * memory.itemsize, [s * memory.itemsize for s in stride])
