"""The memory of compiled code: which intermediate values share a piece of it, and the sets of it that calls take.

Invariant: a value keeps its slot until the last operation has read it or a view of it. A set belongs to one call from
`take` to `give`; a call that overlaps or recurses finds the pool empty and makes a set of its own.
"""

import collections
import sys

import numpy as np

ALIGNMENT = 64


class Slots:
    """Pieces of memory for values of known size, each piece given to another value once the one before is dead."""

    def __init__(self):
        self.sizes = []
        self.free = []
        self.recipes = []  # (name, function of the arrays made so far) of each array of a set
        self.names = {}  # what an array is (slot, shape, dtype; or array, view) -> its name
        self.layouts = {}  # name -> an array with the shape and strides it will have

    def take(self, nbytes):
        """The number of a free slot, the one that fits best; a new one if there is none."""
        if self.free:
            enough = [s for s in self.free if self.sizes[s] >= nbytes]
            slot = min(enough, key=self.sizes.__getitem__) if enough else max(self.free, key=self.sizes.__getitem__)
            self.free.remove(slot)
            self.sizes[slot] = max(self.sizes[slot], nbytes)
            return slot
        self.sizes.append(nbytes)
        return len(self.sizes) - 1

    def give(self, slot):
        self.free.append(slot)

    def array(self, slot, shape, dtype):
        """The name of the array of this shape and dtype in a slot."""
        key = (slot, shape, dtype)
        if key not in self.names:
            name = self.names[key] = f"b{len(self.recipes)}"
            nbytes = dtype.itemsize * int(np.prod(shape, dtype=object))
            self.recipes.append((name, lambda made, slots: slots[slot][:nbytes].view(dtype).reshape(shape)))
            self.layouts[name] = np.empty(shape, dtype)
        return self.names[key]

    def view(self, name, text, function):
        """The name of a view of an array of the set, or None where the function makes a copy of it."""
        key = (name, text)
        if key not in self.names:
            base = self.layouts[name]
            got = function(base)
            if not np.may_share_memory(base, got) and got.size:
                self.names[key] = None
            else:
                new = self.names[key] = f"b{len(self.recipes)}"
                self.recipes.append((new, lambda made, slots: function(made[name])))
                self.layouts[new] = got
        return self.names[key]

    def maker(self, used):
        """The function that makes a set: a tuple of the arrays named in `used`."""
        sizes, recipes = self.sizes, self.recipes

        def make():
            slots = [aligned(n) for n in sizes]
            made = {}
            for name, recipe in recipes:
                made[name] = recipe(made, slots)
            return tuple([made[name] for name in used])

        return make


def aligned(nbytes):
    """Bytes that start at a multiple of what vector instructions load at once."""
    memory = np.empty(nbytes + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + nbytes]


class Results:
    """New arrays for a large result: the memory of an earlier one that nobody holds any more, if there is one. Pages that the
    system has to find and clear cost more than what is computed in them.

    Who holds an array, or a view or buffer of it, holds a reference to it; CPython counts them. Elsewhere each is new."""

    __slots__ = ("shape", "dtype", "kept")

    def __init__(self, shape, dtype):
        self.shape, self.dtype = shape, dtype
        self.kept = collections.deque(maxlen=2)

    def __call__(self):
        kept = self.kept
        for _ in range(len(kept)):
            try:
                a = kept.popleft()  # (no other thread can find it now)
            except IndexError:
                break
            alone = getrefcount(a) == ALONE
            kept.append(a)
            if alone:
                return a
        a = np.empty(self.shape, self.dtype)
        if COUNTED:
            kept.append(a)
        return a


def count_alone():
    """What getrefcount says, asked as above, of an array that nothing else holds."""
    kept = collections.deque([np.empty(1)])
    a = kept.popleft()
    return getrefcount(a)


COUNTED = sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()
getrefcount = getattr(sys, "getrefcount", None)
ALONE = count_alone() if COUNTED else 0


__all__ = ["Results", "Slots", "aligned"]
