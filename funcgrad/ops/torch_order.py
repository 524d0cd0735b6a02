"""Sums in torch's order, so that compat's figures are torch's to the last bit: contiguous memory, float32 and float64.

torch adds a vector in lanes of 32 bytes. The rows of lanes go to four accumulators in turn; each accumulator adds its rows in
blocks, the sums of blocks in blocks again, up to four levels, so that rounding grows slowly; then the accumulators, and
last the lanes behind the elements that filled no row. Found by experiment against the CPU build of torch 2.13 on
one thread (from 32768 elements on, torch with more threads adds each thread's part by itself).
"""

import numpy as np

LANE_BYTES = 32
ACCUMULATORS = 4
LEVELS = 4


def in_blocks(rows):
    """Rows (n, *lanes) added in blocks of blocks."""
    n = len(rows)
    power = max(4, (n - 1).bit_length() // LEVELS) if n > 1 else 4
    if n <= 1 << power:
        return np.add.reduce(rows, axis=0)
    step = 1 << power
    total = None
    for level in range(LEVELS):
        blocks = len(rows) // step if level < LEVELS - 1 else 0
        rest = rows[blocks * step :]
        part = np.add.reduce(rest, axis=0)
        total = part if total is None else total + part
        if not blocks:
            break
        rows = np.add.reduce(rows[: blocks * step].reshape(blocks, step, *rows.shape[1:]), axis=1)
    return total


def add_rows(rows):
    """Rows (n, *lanes) dealt to the accumulators; the rows left over go to the first."""
    n = len(rows)
    turns = n // ACCUMULATORS
    if not turns:
        first = np.add.reduce(rows, axis=0)
        return first + rows.dtype.type(0)
    sums = in_blocks(rows[: ACCUMULATORS * turns].reshape(turns, ACCUMULATORS, *rows.shape[1:]))
    first = sums[0]
    for row in rows[ACCUMULATORS * turns :]:
        first = first + row
    return first + sums[1] + sums[2] + sums[3]


def vector_sum(x):
    """The sum of a contiguous vector."""
    n = len(x)
    if n < ACCUMULATORS:
        return np.add.reduce(x)
    lanes = LANE_BYTES // x.itemsize
    rows = n // lanes
    if not rows:
        return add_rows(x)
    by_lane = add_rows(x[: rows * lanes].reshape(rows, lanes))
    tail = x[rows * lanes :]
    return np.add.accumulate(np.concatenate((tail, by_lane)))[-1]


def sum_over(x, axes):
    """np.add.reduce over `axes`, in torch's order where that is known: whole contiguous arrays, and rows of matrices."""
    if type(x) is not np.ndarray or x.dtype.char not in "fd" or not x.flags.c_contiguous or x.size < 2:
        return np.add.reduce(x, axis=axes)
    if all(i in axes or k == 1 for i, k in enumerate(x.shape)):
        total = vector_sum(x.reshape(-1))
        kept = tuple(k for i, k in enumerate(x.shape) if i not in axes)
        return np.full(kept, total, x.dtype) if kept else total
    if axes == (x.ndim - 1,) and x.shape[-1] and x.size // x.shape[-1] <= 64:
        rows = x.reshape(-1, x.shape[-1])
        return np.array([vector_sum(r) for r in rows], x.dtype).reshape(x.shape[:-1])
    return np.add.reduce(x, axis=axes)
