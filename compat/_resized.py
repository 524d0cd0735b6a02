"""Memory that grows or shrinks under all who see it: resize_, set_ and out= beyond its end, and what a storage is resized to.

An ndarray cannot move, so other memory takes the place of what there was, and every Tensor and storage over the old one is found (by asking
Python's collector for all objects: nobody keeps a list) and put over the new one. Invariant: who saw the same memory before does so afterwards.
"""

import gc
import sys
import weakref

import numpy as np

from funcgrad.core.conjugate_views import Mirror
from funcgrad.core.handle import Alias, Handle
from funcgrad.core.strides import Resized, address, memory_of, owner_of, reach

from .storage import FIXED, Storage, over_all

MOST = sys.maxsize


def resize(array, nbytes):
    """Let the memory of an array have this many bytes, for all who see it; the array in it as it is now. RuntimeError if it belongs to NumPy."""
    if nbytes > MOST or nbytes < 0:
        raise RuntimeError(
            f"[enforce fail at alloc_cpu.cpp:98] ((ptrdiff_t)nbytes) >= 0. alloc_cpu() seems to have been called with negative number: "
            f"{nbytes % 2**64}"
        )
    old = owner_of(array)
    over = [h for h in gc.get_objects() if issubclass(type(h), (Handle, Storage)) and owner_of(array_of(h)) is old]
    stores = [getattr(h, "store", None) for h in over]
    if any([s is not None and not s.resizable for s in stores]):
        raise RuntimeError(FIXED)
    start = address(old)
    ends = [
        address(v) - start + (reach(v.shape, v.strides)[1] + v.itemsize) * (v.size > 0) for v in map(array_of, over)
    ]
    new = Resized(max([nbytes, *ends]), np.uint8)
    new.shown = nbytes
    kept = min(new.size, memory_of(old).nbytes)
    new[:kept] = memory_of(old).view(np.uint8)[:kept]
    new[kept:] = 0
    moved = {}

    def there(v):
        """What an array of the old memory is in the new one; any other as it is."""
        if type(v) is not np.ndarray or owner_of(v) is not old:
            return v
        if id(v) not in moved:  # (which keeps the old one alive, and so its number)
            moved[id(v)] = v, np.ndarray(v.shape, v.dtype, new, address(v) - start, v.strides)
        return moved[id(v)][1]

    got = there(array)
    for h in over:
        if isinstance(h, Storage):
            h.memory = over_all(memory_of(new), h.memory.dtype)
            continue
        h.val = there(h.val)
        if isinstance(h.alias, Alias):
            h.alias.val = there(h.alias.val)
        if type(h.alias) is Mirror:
            h.alias.memory = there(h.alias.memory)
        if h.moved:
            h.moved = [(weakref.ref(there(a)), same) for r, same in h.moved if (a := r()) is not None]
    return got


def array_of(h):
    """The array that a Tensor or a storage holds; of one that has none an empty one."""
    try:
        v = h.memory if isinstance(h, Storage) else h.alias.memory if type(h.alias) is Mirror else Handle.val.__get__(h)
    except AttributeError:  # (it is being made)
        return NONE
    return v if isinstance(v, np.ndarray) else NONE


NONE = np.empty(0)
