"""Threefry-2x32 with 20 rounds (J. Salmon, M. Moraes, R. Dror, D. Shaw: "Parallel random numbers: as easy as 1, 2, 3",
SC 2011), in counter mode as jax.random has it: word i of a key is the block of counter i, split into two uint32.

Invariant: word i does not depend on how many are asked for. Counters run in blocks that stay in the cache.
"""

import math

import numpy as np

u32 = np.uint32
UINT = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16), 32: np.dtype(np.uint32), 64: np.dtype(np.uint64)}
ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))  # of groups of four rounds, in turn
PARITY = u32(0x1BD11BDA)
BLOCK = (
    65536  # two words and a scratch array of so many uint32 about fill the second cache, and calls of NumPy cost little
)
MANY = 4  # blocks that are worth a second thread
SHIFTS = {r: (np.array(r, u32), np.array(32 - r, u32)) for group in ROTATIONS for r in group}


def encrypt(k0, k1, x0, x1):
    """The blocks of counters (x0, x1), in their place, under the keys (k0, k1): numbers, or arrays of x0's shape."""
    with np.errstate(over="ignore"):
        keys = (k0, k1, k0 ^ k1 ^ PARITY)
        scratch = np.empty_like(x1)
        x0 += keys[0]
        x1 += keys[1]
        for i in range(5):
            for r in ROTATIONS[i % 2]:
                left, right = SHIFTS[r]
                np.add(x0, x1, x0)
                np.left_shift(x1, left, scratch)
                np.right_shift(x1, right, x1)
                np.bitwise_or(x1, scratch, x1)
                np.bitwise_xor(x1, x0, x1)
            x0 += keys[(i + 1) % 3]
            x1 += keys[(i + 2) % 3] + u32(i + 1)


def counters(start, stop):
    """Counters start..stop-1 as two words each, high then low."""
    if stop <= 1 << 32:
        return np.zeros(stop - start, u32), np.arange(start, stop, dtype=u32)
    wide = np.arange(start, stop, dtype=np.uint64)
    return (wide >> np.uint64(32)).astype(u32), wide.astype(u32)


def over_blocks(keys, n, write):
    """write(row, first, last, x0, x1) with the words `first` to `last` of every key, a block of them at a time.

    `row` is the number of a key, or a slice of numbers: then x0 and x1 are of shape (keys, words). Many blocks are shared among
    threads; each is written to a place of its own.
    """
    k0, k1 = keys[:, 0], keys[:, 1]
    if len(keys) == 1 or n > BLOCK // 4:  # a block is of one key
        per_row = -(-n // BLOCK)

        def run(first, last):
            for block in range(first, last):
                row, start = block // per_row, block % per_row * BLOCK
                stop = min(n, start + BLOCK)
                x0, x1 = counters(start, stop)
                encrypt(k0[row], k1[row], x0, x1)
                write(row, start, stop, x0, x1)

        blocks = len(keys) * per_row
        if blocks < MANY:
            run(0, blocks)
        else:
            from ...core.workers import spread

            spread(run, blocks)
    elif n:  # a block is of several keys
        step = BLOCK // n
        high, low = counters(0, n)
        for first in range(0, len(keys), step):
            rows = slice(first, min(len(keys), first + step))
            count = rows.stop - first
            x0, x1 = np.tile(high, count), np.tile(low, count)
            encrypt(np.repeat(k0[rows], n), np.repeat(k1[rows], n), x0, x1)
            write(rows, 0, n, x0.reshape(count, n), x1.reshape(count, n))


def rows_of(keys):
    """uint32[..., 2] as uint32[k, 2], and the leading shape."""
    keys = np.asarray(keys, u32)
    return keys.reshape(-1, 2), keys.shape[:-1]


def drawn(keys, shape, width, finish=None):
    """Uniform bits of each key: unsigned integers of `width` bits, of shape keys.shape[:-1] + shape.

    `finish(words)` works on a block of them in its place, while it is in the cache.
    """
    keys, lead = rows_of(keys)
    n = math.prod(shape)
    out = np.empty((len(keys), n), UINT[width])

    def write(row, start, stop, x0, x1):
        target = out[row, start:stop] if type(row) is int else out[row]
        if width == 64:
            np.left_shift(x0, np.uint64(32), out=target, dtype=np.uint64)
            np.bitwise_or(target, x1, out=target)
        elif width == 32:
            np.bitwise_xor(x0, x1, out=target)
        else:
            np.copyto(target, x0 ^ x1, casting="unsafe")
        if finish is not None:
            finish(target)

    over_blocks(keys, n, write)
    return out.reshape(lead + tuple(shape))


def bits(keys, shape, width):
    """Uniform bits of each key: unsigned integers of `width` bits, of shape keys.shape[:-1] + shape."""
    return drawn(keys, shape, width)


def split(keys, shape):
    """New keys of each key: uint32 of shape keys.shape[:-1] + shape + (2,)."""
    keys, lead = rows_of(keys)
    n = math.prod(shape)
    out = np.empty((len(keys), n, 2), u32)

    def write(row, start, stop, x0, x1):
        target = out[row, start:stop] if type(row) is int else out[row]
        target[..., 0] = x0
        target[..., 1] = x1

    over_blocks(keys, n, write)
    return out.reshape(lead + tuple(shape) + (2,))


def fold_in(keys, data):
    """The key of each key and a number: the block of that number; leading shapes broadcast."""
    keys, data = np.asarray(keys, u32), np.asarray(data)
    lead = np.broadcast_shapes(keys.shape[:-1], data.shape)
    out = np.empty((*lead, 2), u32)
    flat = np.broadcast_to(keys, (*lead, 2)).reshape(-1, 2)
    x1 = np.array(np.broadcast_to(data, lead).reshape(-1).astype(u32))
    x0 = np.zeros_like(x1)
    encrypt(flat[:, 0], flat[:, 1], x0, x1)
    out[..., 0], out[..., 1] = x0.reshape(lead), x1.reshape(lead)
    return out


def to_unit(words, dtype):
    """Random words, in their place, as floats of [0, 1): their first bits are the mantissa of a number of [1, 2), less 1."""
    np.right_shift(words, words.dtype.type(8 * dtype.itemsize - np.finfo(dtype).nmant), words)
    np.bitwise_or(words, np.ones((), dtype).view(words.dtype), words)
    floats = words.view(dtype)
    np.subtract(floats, dtype.type(1), floats)
    return floats


def uniform(keys, shape, dtype):
    """Floats of [0, 1) of each key."""
    dtype = np.dtype(dtype)
    return drawn(keys, shape, 8 * dtype.itemsize, lambda words: to_unit(words, dtype)).view(dtype)


def uniform_at(keys, rows, places, dtype):
    """Of what `uniform` would draw for keys[rows[i]], the number at places[i]: the loops of rejection draw what they need."""
    dtype = np.dtype(dtype)
    x1 = places.astype(u32)
    x0 = (places >> 32).astype(u32)
    encrypt(keys[rows, 0], keys[rows, 1], x0, x1)
    if dtype.itemsize == 8:
        words = x0.astype(np.uint64) << np.uint64(32) | x1
    else:
        words = (x0 ^ x1).astype(UINT[8 * dtype.itemsize])
    return to_unit(words, dtype)


__all__ = ["bits", "fold_in", "split", "uniform", "uniform_at"]
