"""Threefry-2x32 with 20 rounds (J. Salmon, M. Moraes, R. Dror, D. Shaw: "Parallel random numbers: as easy as 1, 2, 3",
SC 2011), in counter mode as jax.random has it: word i of a key is the block of counter i, split into two uint32.

Invariant: word i does not depend on how many are asked for. Counters run in blocks that stay in the cache; a few run in Python's
whole numbers (few.py).
"""

import functools
import math

import numpy as np

from . import few
from .few import FEW, PARITY, ROUNDS
from .room import Room, aligned

u32 = np.uint32
UINT = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16), 32: np.dtype(np.uint32), 64: np.dtype(np.uint64)}
BLOCK = (
    65536  # two words and a scratch array of so many uint32 about fill the second cache, and calls of NumPy cost little
)
MANY = 4  # blocks that are worth a second thread
MASK = 0xFFFFFFFF
SHIFTS = {r: (np.array(r, u32), np.array(32 - r, u32)) for rotations in ROUNDS for r in rotations}
ROOM = Room(*[(BLOCK, u32)] * 3)


def words_added(k0, k1):
    """What is added to the two words after each four rounds: of keys that are numbers, numbers without axes."""
    if type(k0) is int:
        keys = k0, k1, k0 ^ k1 ^ PARITY
        return [(np.array(keys[i % 3], u32), np.array(keys[(i + 1) % 3] + i & MASK, u32)) for i in range(1, 6)]
    keys = k0, k1, k0 ^ k1 ^ u32(PARITY)
    return [(keys[i % 3], keys[(i + 1) % 3] + u32(i)) for i in range(1, 6)]


def encrypt(k0, k1, x0, x1, scratch):
    """The blocks of counters whose words are (x0 - k0, x1 - k1), in their place, under the keys (k0, k1): numbers, or arrays of
    x0's shape."""
    add, left_shift, right_shift, bitwise_or, bitwise_xor = (
        np.add, np.left_shift, np.right_shift, np.bitwise_or, np.bitwise_xor,
    )  # fmt: skip
    for rotations, (a0, a1) in zip(ROUNDS, words_added(k0, k1), strict=True):
        for r in rotations:
            left, right = SHIFTS[r]
            add(x0, x1, x0)
            left_shift(x1, left, scratch)
            right_shift(x1, right, x1)
            bitwise_or(x1, scratch, x1)
            bitwise_xor(x1, x0, x1)
        add(x0, a0, x0)
        add(x1, a1, x1)


def encrypted(k0, k1, x0, x1):
    """The same for flat arrays of counters (x0, x1) and keys, of which there may be few: new arrays."""
    n = x1.size
    if n <= FEW:
        return [few.unpacked(x, n).astype(u32) for x in few.encrypt(*map(few.packed, (k0, k1, x0, x1)), n)]
    x0, x1 = x0 + k0, x1 + k1
    encrypt(k0, k1, x0, x1, np.empty_like(x1))
    return x0, x1


@functools.cache
def counters():
    """The numbers of a block's counters."""
    numbers = aligned(BLOCK, u32)
    numbers[:] = np.arange(BLOCK, dtype=u32)
    return numbers


def over_blocks(keys, n, write):
    """write(offset, x0, x1) with the words of all keys, n of each, end to end, a block of them at a time. What it gets it may write over.

    Many blocks are shared among threads; each is written to a place of its own.
    """
    if len(keys) * n <= FEW:
        if n and len(keys):
            of_few(keys, n, write)
        return
    if len(keys) == 1 or n > BLOCK // 4:  # a block is of one key
        numbers = keys.tolist()
        per_row = -(-n // BLOCK)

        def run(first, last):
            room = ROOM.take()
            for block in range(first, last):
                row, i = divmod(block, per_row)
                start = i * BLOCK
                k0, k1 = numbers[row]
                x0, x1, scratch = [a[: n - start] for a in room]
                x0.fill(k0 + (start >> 32) & MASK)
                np.add(counters()[: n - start], np.array(k1 + start & MASK, u32), x1)
                encrypt(k0, k1, x0, x1, scratch)
                write(row * n + start, x0, x1)
            ROOM.give(room)

        blocks = len(keys) * per_row
        if blocks < MANY:
            run(0, blocks)
        else:
            from ...core.workers import spread

            counters()
            spread(run, blocks)
        return
    step = BLOCK // n  # a block is of several keys
    room = ROOM.take()
    for first in range(0, len(keys), step):
        k0, k1 = np.repeat(keys[first : first + step], n, axis=0).T.copy()
        x0, x1, scratch = [a[: k0.size] for a in room]
        x0[...] = k0
        np.add(k1.reshape(-1, n), counters()[:n], x1.reshape(-1, n))
        encrypt(k0, k1, x0, x1, scratch)
        write(first * n, x0, x1)
    ROOM.give(room)


def of_few(keys, n, write):
    count = len(keys) * n
    if len(keys) == 1:
        (k0, k1), one, places = keys[0].tolist(), few.ones(n), few.counted(n)
        k0, k1 = k0 * one, k1 * one
    else:
        k0, k1 = [few.packed(k) for k in np.repeat(keys, n, axis=0).T]
        places = sum([few.counted(n) << 64 * n * i for i in range(len(keys))]) if n > 1 else 0
    words = few.encrypt(k0, k1, 0, places, count)
    write(0, *[few.unpacked(x, count).astype(u32) for x in words])


def rows_of(keys):
    """uint32[..., 2] as uint32[k, 2], and the leading shape."""
    keys = np.asarray(keys, u32)
    return keys.reshape(-1, 2), keys.shape[:-1]


def drawn(keys, shape, width, finish=None):
    """Uniform bits of each key: unsigned integers of `width` bits, of shape keys.shape[:-1] + shape.

    `finish(words, out)` makes of a block of them what is to stand in their place, while it is in the cache; it may write over the words,
    and `out` may be their memory.
    """
    keys, lead = rows_of(keys)
    n = math.prod(shape)
    out = np.empty(len(keys) * n, UINT[width])

    def write(offset, x0, x1):
        target = out[offset : offset + x0.size]
        if width == 32:
            words = target if finish is None else x0
            np.bitwise_xor(x0, x1, words)
        else:
            words = target
            if width == 64:
                np.left_shift(x0, np.uint64(32), out=target, dtype=np.uint64)
                np.bitwise_or(target, x1, out=target)
            else:
                target[...] = x0 ^ x1
        if finish is not None:
            finish(words, target)

    over_blocks(keys, n, write)
    return out.reshape(lead + tuple(shape))


def bits(keys, shape, width):
    """Uniform bits of each key: unsigned integers of `width` bits, of shape keys.shape[:-1] + shape."""
    return drawn(keys, shape, width)


def split(keys, shape):
    """New keys of each key: uint32 of shape keys.shape[:-1] + shape + (2,)."""
    keys, lead = rows_of(keys)
    n = math.prod(shape)
    out = np.empty((len(keys) * n, 2), u32)

    def write(offset, x0, x1):
        target = out[offset : offset + x0.size]
        target[:, 0] = x0
        target[:, 1] = x1

    over_blocks(keys, n, write)
    return out.reshape(lead + tuple(shape) + (2,))


def fold_in(keys, data):
    """The key of each key and a number: the block of that number; leading shapes broadcast."""
    keys, data = np.asarray(keys, u32), np.asarray(data)
    lead = np.broadcast_shapes(keys.shape[:-1], data.shape)
    k0, k1 = np.broadcast_to(keys, (*lead, 2)).reshape(-1, 2).T
    x1 = np.broadcast_to(data, lead).reshape(-1).astype(u32)
    return np.stack(encrypted(k0, k1, np.zeros_like(x1), x1), axis=-1).reshape(*lead, 2)


@functools.cache
def mantissa(dtype):
    """(how far random words of a float dtype's width go right to be its mantissa, the bits of 1.0, 1.0)"""
    one = np.ones((), dtype)
    bits = one.view(UINT[8 * dtype.itemsize])
    return np.array(8 * dtype.itemsize - np.finfo(dtype).nmant, bits.dtype), bits, one


def to_unit(words, dtype, out=None):
    """Random words as floats of [0, 1), in their place or in `out`: their first bits are the mantissa of a number of [1, 2), less 1."""
    shift, exponent, one = mantissa(dtype)
    np.right_shift(words, shift, words)
    np.bitwise_or(words, exponent, words)
    floats = words.view(dtype)
    return np.subtract(floats, one, floats if out is None else out.view(dtype))


def uniform(keys, shape, dtype, then=None):
    """Floats of [0, 1) of each key; or `then(floats, out)`, which makes numbers of another law of a block of them."""
    dtype = np.dtype(dtype)

    def finish(words, out):
        if then is None:
            to_unit(words, dtype, out)
        else:
            then(to_unit(words, dtype), out.view(dtype))

    return drawn(keys, shape, 8 * dtype.itemsize, finish).view(dtype)


def uniform_at(keys, rows, places, dtype):
    """Of what `uniform` would draw for keys[rows[i]], the number at places[i]: the loops of rejection draw what they need."""
    dtype = np.dtype(dtype)
    x0, x1 = encrypted(keys[rows, 0], keys[rows, 1], (places >> 32).astype(u32), places.astype(u32))
    if dtype.itemsize == 8:
        words = x0.astype(np.uint64) << np.uint64(32) | x1
    else:
        words = (x0 ^ x1).astype(UINT[8 * dtype.itemsize])
    return to_unit(words, dtype)


__all__ = ["bits", "fold_in", "split", "uniform", "uniform_at"]
