"""Memory that draws compute in: the arrays of one block, kept for the next.

Invariant: a set of arrays is used by one block at a time; who finds none makes one. Arrays start where vector instructions
load at once (misaligned, an operation in the cache takes half as long again).
"""

import numpy as np

ALIGNMENT = 64


def aligned(n, dtype):
    nbytes = n * np.dtype(dtype).itemsize
    memory = np.empty(nbytes + ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % ALIGNMENT
    return memory[start : start + nbytes].view(dtype)


class Room:
    """Sets of arrays of these (size, dtype)."""

    __slots__ = ("arrays", "free")

    def __init__(self, *arrays):
        self.arrays, self.free = arrays, []

    def take(self):
        """Arrays that nobody uses, to be given back."""
        try:
            return self.free.pop()
        except IndexError:
            return [aligned(n, dtype) for n, dtype in self.arrays]

    def give(self, arrays):
        self.free.append(arrays)


__all__ = ["Room"]
