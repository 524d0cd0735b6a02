"""Evenly spaced numbers, with torch's bits: as its kernels work them out, vector by vector or from both ends.

Invariant: an array of the dtype asked for (a complex one where an end is complex).
"""

import numpy as np

from funcgrad.core.quiet import quiet

from .fused import multiply_add

VECTOR_BYTES = 32


def counted(start, n, step, d):
    """start + i * step for i < n, worked out in float64 (or int64) and rounded once."""
    if d.kind in "iu":
        return (
            (int(start) + int(step) * np.arange(n)).astype(d)
            if int(step) == step
            else (start + step * np.arange(n)).astype(d)
        )
    return (start + step * np.arange(n, dtype=np.float64)).astype(d)


def counted_by_vectors(start, n, step, d):
    """The same as torch.arange has it: vectors, two at a time, begin with a number of the dtype itself."""
    whole = 0 if d.char not in "fd" or not d.isnative else n - n % (2 * VECTOR_BYTES // d.itemsize)
    if d.char != "d" and not whole or float(start).is_integer() and float(step).is_integer():
        return counted(start, n, step, d)
    start, step, i = float(start), float(step), np.arange(n, dtype=np.float64)
    lane = i % (VECTOR_BYTES // d.itemsize)
    lane[whole:] = 0
    with quiet():
        if d.char == "d":
            return multiply_add(multiply_add(start, i - lane, step), lane, step)
        return ((start + step * (i - lane)).astype(d) + step * lane).astype(d)


def exponents_of_single(start, end, steps):
    """logspace's exponents in float32: both ends and their distance are of that dtype, the steps between them of float64."""
    first, last = np.float32(start), np.float32(end)
    step = float(last - first) / (steps - 1)
    i = np.arange(steps)
    return np.where(i < steps // 2, float(first) + step * i, float(last) - step * (steps - 1 - i))


def spaced(start, end, steps, d, once):
    """So many numbers from start to end, from each end to the middle, rounded `once` or twice; integers by a step in float32."""
    if steps < 2:
        return np.array([start] * steps, d)
    work = d if d.kind in "fc" else np.dtype(np.float32)
    if np.iscomplexobj(start) or np.iscomplexobj(end):
        work = np.promote_types(work, np.complex64)
    first, last = work.type(start), work.type(end)
    if d.kind in "iu":
        step = np.float32((end - start) / (steps - 1))
    else:
        step = (last - first) / work.type(steps - 1)
    i = np.arange(steps)
    half = steps // 2
    up, down = i[:half].astype(work), (steps - 1 - i[half:]).astype(work)
    if once and d.char in "fd" and d.isnative:
        ends = np.repeat([first, last], (half, steps - half))
        with quiet():
            return multiply_add(ends, np.concatenate((up, -down)), step)
    up, down = first + step * up, last - step * down
    return np.concatenate((up, down)).astype(work if work.kind == "c" else d)
