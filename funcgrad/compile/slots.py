"""The memory of compiled code: which intermediate values share a piece of it, and the sets of it that calls take.

Invariant: a value keeps its slot until the last operation has read it or a view of it. A set belongs to one call from
`take` to `give`; a call that overlaps or recurses finds the pool empty and makes a set of its own. What lies in a Room, the memory of
a result that is still to be written, is dead by then.
"""

import bisect
import collections
import sys
import weakref

import numpy as np

ALIGNMENT = 64


class Place:
    """A slot within a Room."""

    __slots__ = ("room", "offset", "size")

    def __init__(self, room, offset, size):
        self.room, self.offset, self.size = room, offset, size


class Room:
    """The memory of a result before it is written: `name` of the result, its `size` in bytes, and `until` which operation."""

    __slots__ = ("name", "size", "until", "end", "free", "taken", "recipes")

    def __init__(self, name, size, until):
        self.name, self.size, self.until = name, size, until
        self.end = self.taken = 0
        self.free = []
        self.recipes = []

    def take(self, nbytes):
        """A Place for so many bytes, or None."""
        enough = [p for p in self.free if p.size >= nbytes]
        if enough:
            place = min(enough, key=lambda p: p.size)
            self.free.remove(place)
        elif self.end + nbytes <= self.size:
            place = Place(self, self.end, nbytes)
            self.end += -(-nbytes // ALIGNMENT) * ALIGNMENT
        else:
            return None
        self.taken += 1
        return place

    def take_whole(self):
        """All of it, for a value of the result's own form, or None while something lies in it."""
        if self.taken:
            return None
        self.free, self.end, self.taken = [], self.size, 1
        return Place(self, 0, self.size)

    def maker(self, used):
        """The function that makes the arrays named in `used` of the result's memory."""
        recipes, size = self.recipes, self.size

        def make(memory):
            if not memory.flags.c_contiguous:
                memory = np.empty(size, np.uint8)
            made = {}
            for name, recipe in recipes:
                made[name] = recipe(made, memory)
            return [made[name] for name in used]

        return make


class Slots:
    """Pieces of memory for values of known size, each piece given to another value once the one before is dead."""

    def __init__(self):
        self.sizes = []
        self.free = []  # (size, number) of those that are free, in order
        self.recipes = []  # (name, function of the arrays made so far and of the memory) of each array of a set
        self.names = {}  # what an array is (slot, shape, dtype; or array, view) -> its name
        self.layouts = {}  # name -> an array with the shape and strides it will have
        self.rooms = []
        self.homes = {}  # name -> the Room it lies in

    def take(self, nbytes):
        """The number of a free slot, the one that fits best; a new one if there is none."""
        if self.free:
            at = min(bisect.bisect_left(self.free, (nbytes, -1)), len(self.free) - 1)
            _, slot = self.free.pop(at)
            self.sizes[slot] = max(self.sizes[slot], nbytes)
            return slot
        self.sizes.append(nbytes)
        return len(self.sizes) - 1

    def place(self, nbytes, end):
        """A Place for a value that operation `end` is the last to read, in the room that is written soonest after it; or None."""
        for room in self.rooms:
            if end < room.until and (got := room.take(nbytes)) is not None:
                return got
        return None

    def give(self, slot):
        if type(slot) is Place:
            slot.room.free.append(slot)
            slot.room.taken -= 1
        else:
            bisect.insort(self.free, (self.sizes[slot], slot))

    def is_free(self, slot):
        if type(slot) is Place:
            return slot in slot.room.free
        key = self.sizes[slot], slot
        at = bisect.bisect_left(self.free, key)
        return at < len(self.free) and self.free[at] == key

    def array(self, slot, shape, dtype):
        """The name of the array of this shape and dtype in a slot."""
        key = (slot, shape, dtype)
        if key not in self.names:
            if type(slot) is Place:
                offset = slot.offset
                name = self.new(slot.room, lambda made, memory: np.ndarray(shape, dtype, memory, offset))
            else:
                nbytes = dtype.itemsize * int(np.prod(shape, dtype=object))
                name = self.new(None, lambda made, slots: slots[slot][:nbytes].view(dtype).reshape(shape))
            self.names[key] = name
            self.layouts[name] = np.empty(shape, dtype)
        return self.names[key]

    def new(self, room, recipe):
        """The name of one more array, of a room or of the set."""
        name = f"b{len(self.layouts)}"
        (self if room is None else room).recipes.append((name, recipe))
        self.homes[name] = room
        return name

    def view(self, name, text, function):
        """The name of a view of an array of the set, or None where the function makes a copy of it."""
        key = (name, text)
        if key not in self.names:
            base = self.layouts[name]
            got = function(base)
            if not np.may_share_memory(base, got) and got.size:
                self.names[key] = None
            else:
                new = self.names[key] = self.new(self.homes[name], lambda made, _: function(made[name]))
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
            if alone and not self.as_made(a):
                continue
            kept.append(a)
            if alone:
                return a
        a = np.empty(self.shape, self.dtype)
        if COUNTED:
            kept.append(a)
        return a

    def as_made(self, a):
        """Has nobody who held it made it read-only or of another shape or type in place, or refers to it weakly?"""
        flags = a.flags
        same = a.shape == self.shape and a.dtype == self.dtype and flags.c_contiguous and flags.writeable
        return same and not weakref.getweakrefcount(a)


def count_alone():
    """What getrefcount says, asked as above, of an array that nothing else holds."""
    kept = collections.deque([np.empty(1)])
    a = kept.popleft()
    return getrefcount(a)


COUNTED = sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()
getrefcount = getattr(sys, "getrefcount", None)
ALONE = count_alone() if COUNTED else 0


__all__ = ["Results", "Slots", "aligned"]
