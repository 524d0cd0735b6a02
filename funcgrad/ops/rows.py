"""Writing at index arrays in NumPy memory, what gather's pull and the scatters run on; and rows that are copied as one element.

Invariant: the result is that of writing one entry after the other in C order of the index arrays, whatever the strides
of memory, index arrays and values. Nothing here is traced.
"""

import math

import numpy as np

from ..core.aval import ndarray, shape_of

LONGEST_ROW = 2048  # bytes that are copied as one element
FEW = 128  # numbers that are combined at once, however they lie
MANY = 1 << 15  # numbers in rows, for which sorting pays
ROUND, ROW = 6, 4  # microseconds of a round, and of a row by itself


def positions_in(indices, shape):
    """Index arrays into the leading axes of `shape` as one array of row numbers, in C order; or IndexError."""
    flat = None
    for i, k in zip(indices, shape, strict=False):
        i = i.astype(np.intp, copy=False)
        if i.size and not (i.flags.c_contiguous and i.view(np.uintp).max() < k):  # (what is negative is large there)
            low, high = i.min(), i.max()
            if low < -k or high >= k:
                raise IndexError(f"index {low if low < -k else high} is out of bounds for an axis of size {k}.")
            if low < 0:
                i = np.where(i < 0, i + k, i)
        flat = i if flat is None else flat * k + i
    return flat.reshape(-1)


def stamped(flat, rows):
    """For each entry, is it the last to name its row?"""
    order = np.arange(flat.size)
    stamp = np.empty(rows, np.intp)  # only what is written is read
    stamp[flat] = order
    return stamp[flat] == order


def adv_shape(indices):
    """The shape that index arrays (NumPy's, handles, avals) broadcast to."""
    if len(indices) == 1:
        return shape_of(indices[0])
    if all([type(i) is ndarray for i in indices]):
        return np.broadcast(*indices).shape  # (a fifth of the time)
    return np.broadcast_shapes(*map(shape_of, indices))


def set_at(mem, indices, v):
    """mem[indices] = v in place, in C order of the index arrays.

    NumPy's own order is another where several are strided or broadcast; and one array of row numbers is faster.
    """
    indices = [np.asarray(i, order="C") for i in indices]
    adv = adv_shape(indices)
    if len(indices) > 1 and math.prod(adv) > 1:
        rest = mem.shape[len(indices) :]
        if mem.flags.c_contiguous:
            if np.ndim(v) > len(rest):
                v = np.broadcast_to(v, adv + rest).reshape(math.prod(adv), *rest)
            mem.reshape(math.prod(mem.shape[: len(indices)]), *rest)[positions_in(indices, mem.shape)] = v
            return
        indices = [np.ascontiguousarray(np.broadcast_to(i, adv)) for i in indices]
    mem[tuple(indices)] = v


def combine_at(ufunc, mem, indices, v):
    """mem[indices] = ufunc(mem[indices], v) in place, repeated indices one after the other.

    ufunc.at is fast only for one index array into one axis, so everything is brought to that form, except rows that are
    all different (one fancy assignment), and long rows or many (in rounds of different rows, about twice as fast, up to seven times where
    a few rows are named by most). Measured on 4 to 1,000,000 entries, sorting with reduceat and bincount are never the fastest.
    """
    indices = [np.asarray(i) for i in indices]
    v = np.asarray(v)
    if v.dtype != mem.dtype:
        v = v.astype(mem.dtype, casting="same_kind")
    adv = adv_shape(indices)
    rest = mem.shape[len(indices) :]
    m, row = math.prod(adv), math.prod(rest)
    if not m * row:
        return
    if mem.ndim == 1:
        v = v if v.ndim == 0 else (v if v.shape == adv else np.broadcast_to(v, adv)).reshape(-1)
        ufunc.at(mem, indices[0].reshape(-1), v)  # (NumPy 2.4 reads beyond v where it has to broadcast it here)
        return
    lies = mem.flags.c_contiguous
    if m * row < FEW or (not lies and 4 * m * row < mem.size):
        try:
            ufunc.at(mem, tuple(indices), v if v.shape == adv + rest else np.broadcast_to(v, adv + rest))
        except IndexError:
            positions_in(indices, mem.shape)  # (says it better)
            raise
        return
    if not lies:
        copy = np.array(mem, order="C")
        combine_at(ufunc, copy, indices, v)
        mem[...] = copy
        return
    flat = positions_in(indices, mem.shape)
    v = v if v.shape == adv + rest else np.broadcast_to(v, adv + rest)
    rows = mem.reshape(mem.size // row, row)
    if row > 1 and m <= len(rows) and stamped(flat, len(rows)).all():
        rows[flat] = ufunc(rows[flat], v.reshape(m, row))
    elif row >= 256 or row >= 16 and m * row >= MANY:
        same = adv[-1] if v.strides[len(adv) - 1] == 0 else 1  # neighbours that have one row of v, which stays one
        v = v[(slice(None),) * (len(adv) - 1) + (slice(None, None, same),)]
        by_rounds(ufunc, rows, flat, v.reshape(m // same, row), same)
    else:
        if row > 1:
            flat = (flat[:, None] * row + np.arange(row)).reshape(-1)
        ufunc.at(mem.reshape(-1), flat, v.reshape(-1))


def by_rounds(ufunc, rows, flat, v, same=1):
    """What each row is named for first, then what it is named for second, ...: rows that are named more often come first in `found`, so
    that a round is a piece of it. What is left when few rows are goes row by row. `same`: entries beside one another that share a row of v."""
    order = sorted_order(flat, len(rows))
    named = flat.take(order)
    starts = np.flatnonzero(np.concatenate([[True], named[1:] != named[:-1]]))
    counts = np.diff(starts, append=len(named))
    left = len(starts) - np.cumsum(np.bincount(counts))  # after k rounds
    many = int((ROUND * np.arange(len(left)) + ROW * left).argmin())
    first = np.argsort(-counts, kind="stable")
    starts, counts = starts[first], counts[first]
    at = named[starts]
    found = rows.take(at, 0)
    order = order // same if same > 1 else order
    for k, n in enumerate(left[:many].tolist()):
        ufunc(found[:n], v.take(order[starts[:n] + k], 0), out=found[:n])
    for out, start, count in zip(found, starts[: left[many]].tolist(), counts.tolist(), strict=False):
        values = v.take(order[start + many : start + count], 0)
        ufunc(out, values[0], out=values[0])
        ufunc.reduce(values, 0, None, out)
    rows[at] = found


def sorted_order(flat, rows):
    """np.argsort(flat, kind="stable") of numbers below `rows`, 16 bits at a time, which NumPy sorts by counting: a tenth of the time."""
    order = np.argsort(flat.astype(np.uint16), kind="stable")
    for bits in range(16, (rows - 1).bit_length(), 16):
        order = order[np.argsort((flat >> bits).astype(np.uint16)[order], kind="stable")]
    return order


def row_of(target, source):
    """The dtype of a whole row of two arrays, where rows lie in one piece: NumPy copies short rows two or three times sooner so. None
    where they do not, or are long."""
    size = target.itemsize
    if (
        target.ndim < 2
        or not target.size
        or not target.strides[-1] == source.strides[-1] == size
        or target.dtype.hasobject
    ):
        return None
    row = size * target.shape[-1]
    return np.dtype((np.void, row)) if size < row <= LONGEST_ROW else None
