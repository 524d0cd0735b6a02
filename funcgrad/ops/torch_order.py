"""Sums in torch's order, so that compat's figures are torch's to the last bit: contiguous memory, float32 and float64.

torch adds a vector in lanes of 32 bytes. The rows of lanes go to four accumulators in turn; each accumulator adds its rows in
blocks, the sums of blocks in blocks again, up to four levels, so that rounding grows slowly; then the accumulators, and
last the lanes behind the elements that filled no row. Found by experiment against the CPU build of torch 2.13 on
one thread (from 32768 elements on, torch with more threads adds each thread's part by itself).
"""

import functools
import math
from operator import add

import numpy as np

from ..core.multiply_add import double, single
from ._short_rows import MANY, columns_of

try:
    from numpy._core.multiarray import c_einsum as einsum  # what np.einsum calls after 0.7 us of Python
except ImportError:
    from numpy import einsum

accumulate = np.add.accumulate
ALL_AXES = [tuple(range(n)) for n in range(65)]  # of an array with n dimensions (NumPy has 64 at most)
LANE_BYTES = 32
ACCUMULATORS = 4
LEVELS = 4
BLOCK = 16  # rows, at least
HALVED = 64  # bytes that log_softmax takes at a time
TURNED, CACHED = (
    64,
    1 << 15,
)  # the length of rows that are not whole lanes, and bytes of all rows, up to which they are turned first
WIDE = 128  # lanes, up to which einsum adds sooner than np.add
FEW = 40  # numbers, of which Python adds one after the other sooner
TURNS = 4096  # numbers, up to which adding one after the other costs little
SHORT = 19  # (at most one row of lanes for each accumulator, and a rest)


def down(rows):
    """Rows [..., n, lanes], lanes > 1, added over n, one after the other, from zero. NumPy's own reduction has the same bits, and takes
    20 to 40 ns for a row before its first element, where this takes 5."""
    return einsum("...ij->...j", rows) if rows.shape[-1] <= WIDE else np.add.reduce(rows, axis=-2)


def in_blocks(rows):
    """Rows (count, n, lanes) added over n, in blocks of blocks."""
    count, n, lanes = rows.shape
    if n <= BLOCK:
        return down(rows)
    step = max(BLOCK, 1 << (n - 1).bit_length() // LEVELS)
    if n <= step:
        return down(rows)
    total = None
    for level in range(LEVELS):
        n = rows.shape[1]
        blocks = n // step if level < LEVELS - 1 else 0
        if blocks * step < n:
            part = rows[:, 0] if n == 1 else down(rows[:, blocks * step :])
            total = part if total is None else total + part
        if not blocks:
            break
        rows = down(rows[:, : blocks * step].reshape(count, blocks, step, lanes))
    return total


def add_rows(rows):
    """Rows (count, n, lanes) added over n: dealt to the accumulators; the rows left over go to the first."""
    count, n, lanes = rows.shape
    turns = n // ACCUMULATORS
    if turns < 2:
        if n > ACCUMULATORS:
            rows = rows[:, [0, *range(ACCUMULATORS, n), *range(1, ACCUMULATORS)]]
        return down(rows) if lanes > 1 else np.add.reduce(rows, 1, None, None, False, 0)  # (torch begins with zero)
    dealt = rows[:, : ACCUMULATORS * turns].reshape(count, turns, ACCUMULATORS * lanes)
    sums = in_blocks(dealt).reshape(count, ACCUMULATORS, lanes)
    for at in range(ACCUMULATORS * turns, n):
        sums[:, 0] += rows[:, at]
    return down(sums) if lanes > 1 else sums[:, 0] + sums[:, 1] + sums[:, 2] + sums[:, 3]


def short_sum(numbers, lanes):
    """The same sum of few numbers in Python's arithmetic, or NumPy's of scalars, which is IEEE's too: calls of NumPy's for
    arrays would take twice as long."""
    n = len(numbers)
    if n < lanes:  # (no row: each is a lane of its own)
        ordered = numbers[:1] + numbers[ACCUMULATORS:] + numbers[1:ACCUMULATORS]
    else:
        whole = n - n % lanes
        sums = numbers[:lanes]
        for at in range(lanes, whole, lanes):
            sums = list(map(add, sums, numbers[at : at + lanes]))
        ordered = numbers[whole:] + sums
    total = 0.0
    for x in ordered:
        total += x
    return total


def dealt_sum(numbers):
    """The sum of few numbers that lie apart, more than one: dealt to the accumulators, what is left to the first."""
    dealt = len(numbers) - len(numbers) % ACCUMULATORS
    sums = numbers[:ACCUMULATORS]
    for at in range(ACCUMULATORS, dealt, ACCUMULATORS):
        sums = map(add, sums, numbers[at : at + ACCUMULATORS])
    first, *sums = sums if dealt else numbers[:1]
    total = 0.0 + first
    for x in (*(numbers[dealt:] if dealt else numbers[1:]), *sums):
        total += x
    return total


def rows_dealt(rows, lanes):
    """Where the elements of so many rows stand, at most one for each accumulator and a rest, in the order in which they are added."""
    order = [0, *range(ACCUMULATORS, rows), *range(1, min(rows, ACCUMULATORS))]
    return np.arange(rows * lanes).reshape(rows, lanes)[order]


@functools.lru_cache(1024)
def vector_adder(n, itemsize):
    """add(x), the sum of a contiguous vector of so many numbers: what its length says is worked out once."""
    lanes = LANE_BYTES // itemsize
    width = ACCUMULATORS * lanes
    turns, rest = n // width, n % lanes
    dealt, whole = turns * width, n - rest
    few, by_turns, by_lanes = turns <= BLOCK, (turns, width), (ACCUMULATORS, lanes)
    order = rows_dealt(whole // lanes, lanes) if turns < 2 else None
    head, first = slice(dealt), slice(lanes)
    left = [slice(at, at + lanes) for at in range(dealt, whole, lanes)]
    before, behind, tail = slice(rest), slice(rest, None), slice(whole, None)

    def add(x):
        if order is not None:
            sums = x[order]
        else:
            sums = x[head].reshape(by_turns)
            sums = einsum("ij->j", sums) if few else in_blocks(sums[None])[0]
            if left:  # (the rows that are left go to the first accumulator)
                total = sums[first]
                for row in left:
                    total += x[row]
            sums = sums.reshape(by_lanes)
        if not rest:
            return accumulate(einsum("ij->j", sums))[-1]
        ordered = np.empty(rest + lanes, x.dtype)
        ordered[before] = x[tail]
        einsum("ij->j", sums, out=ordered[behind])
        return accumulate(ordered)[-1]

    return add


def vector_sum(x):
    """The sum of a contiguous vector."""
    n = len(x)
    if n > SHORT:
        return vector_adder(n, x.itemsize)(x)
    if n <= ACCUMULATORS:
        return np.add.reduce(x)
    return np.float64(short_sum(x.tolist(), 4)) if x.itemsize == 8 else short_sum(list(x), 8)


@functools.lru_cache
def one_after_the_other(n, lanes):
    """The places of the numbers of a row that fills one row of lanes at most, in the order in which they are added."""
    return np.array(
        [*range(lanes, n), *range(lanes)] if n >= lanes else [0, *range(ACCUMULATORS, n), *range(1, ACCUMULATORS)]
    )


def short_row_sums(x, lanes):
    """row_sums of rows that are not cut into blocks, by columns: NumPy adds columns of memory that was turned ten times as fast as it
    adds one short row after the other."""
    count, n = x.shape
    rows = n // lanes
    if rows < 2:  # (numbers that are added one after the other, from zero)
        return np.add.reduce(x.T[one_after_the_other(n, lanes)], 0, None, None, False, 0)
    columns = columns_of(x)
    whole = rows * lanes
    laid = columns[:whole].reshape(rows, lanes, count)
    turns = rows // ACCUMULATORS
    if turns < 2:
        if rows > ACCUMULATORS:
            laid = laid[[0, *range(ACCUMULATORS, rows), *range(1, ACCUMULATORS)]]
        sums = laid
    else:
        sums = np.add.reduce(laid[: ACCUMULATORS * turns].reshape(turns, ACCUMULATORS, lanes, count))
        if rows % ACCUMULATORS:
            sums = np.concatenate((sums[:1], laid[ACCUMULATORS * turns :], sums[1:]))
    sums = np.add.reduce(sums, 0, None, None, False, 0)  # (from zero, as above)
    if whole < n:
        sums = np.concatenate((columns[whole:], sums))
    return np.add.reduce(sums)


def in_turn(rows):
    """The sums of rows of few numbers, one after the other."""
    return down(columns_of(rows)) if len(rows) > 1 else np.add.accumulate(rows, axis=1)[:, -1].copy()


def sum_of_terms(x):
    """The sum of a vector, not empty, as torch's losses of classes add their terms: those behind the first one after the other, sixteen at a time,
    the sums of sixteen in sixteens again, and so on; the first last."""
    first, x, total = x[0], x[1:], None
    while n := len(x):
        if rest := n % BLOCK:
            part = np.add.accumulate(x[n - rest :])[-1]
            total = part if total is None else total + part
            if rest == n:
                break
        x = in_turn(x[: n - rest].reshape(-1, BLOCK))
    return first if total is None else total + first


def sums_by_halves(x):
    """The sums of the columns of a contiguous matrix [n, count] that is not needed any more, as torch's log_softmax adds a row of n numbers on processors
    with AVX-512: sixteen lanes (eight of float64), whose sums are then added by halves."""
    n, count = x.shape
    lanes = HALVED // x.itemsize
    if n < lanes:
        return np.add.reduce(x) if count > 1 else np.add.accumulate(x[:, 0])[-1:]
    rest = n % lanes
    sums = x[:lanes] if n - rest == lanes else np.add.reduce(x[: n - rest].reshape(n // lanes, lanes, count))
    if rest:
        sums[:rest] += x[n - rest :]
    while lanes > 2:
        lanes //= 2
        sums[:lanes] += sums[lanes : 2 * lanes]
    return sums[0] + sums[1]


def row_sums_by_halves(x):
    """The same sums of the rows of a contiguous matrix."""
    count, n = x.shape
    lanes = HALVED // x.itemsize
    if n < lanes:
        return in_turn(x)
    rest = n % lanes
    sums = down(x[:, : n - rest].reshape(count, n // lanes, lanes))
    if rest:
        sums[:, :rest] += x[:, n - rest :]
    return sums_by_halves(columns_of(sums))


def turns_over(x, axes):
    """The sums over `axes`, of up to TURNS numbers (of any, where whole rows are added) one after the other as they lie in memory."""
    if len(axes) == 1 and axes[0] < x.ndim - 1 and x.shape[-1] > 1 and x.flags.c_contiguous:
        return np.add.reduce(x, axis=axes)
    if x.dtype.char not in "fd" or not 1 < x.size <= TURNS or not axes:
        return sum_over(x, axes)
    kept = [i for i in range(x.ndim) if i not in axes]
    left = [x.shape[i] for i in kept]
    rows = x.transpose((*kept, *sorted(sorted(axes), key=lambda i: -x.strides[i]))).reshape(math.prod(left), -1)
    return in_turn(rows).reshape(left)[()]


def row_sums(x):
    """The sums of the rows of a contiguous matrix."""
    count, n = x.shape
    if n < ACCUMULATORS:
        return np.add.reduce(x, axis=1) if count < MANY else np.add.reduce(columns_of(x))
    lanes = LANE_BYTES // x.itemsize
    if count > 1 and n < (BLOCK + 1) * ACCUMULATORS * lanes and (x.nbytes <= CACHED or n <= TURNED and n % lanes):
        return short_row_sums(x, lanes)
    rows = n // lanes
    if not rows:
        return add_rows(x.reshape(count, n, 1))[:, 0]
    by_lane = add_rows(x[:, : rows * lanes].reshape(count, rows, lanes))
    if rows * lanes < n:
        by_lane = np.concatenate((x[:, rows * lanes :], by_lane), axis=1)
    return in_turn(by_lane)


def square_sums(x):
    """The sums of the squares of the rows of a contiguous matrix, as torch's 2-norm along the last dimension adds them: a row of lanes after
    the other; then the lanes; then what filled no row, the last one to three of it rounded once with their product. Found by
    experiment, as above."""
    count, n = x.shape
    width = LANE_BYTES // x.itemsize
    whole = n - n % width
    if not whole:
        return with_rest(np.zeros(count, x.dtype), x.T)
    squares = np.square(x if whole == n else x[:, :whole])
    total = in_turn(down(squares.reshape(count, whole // width, width)))
    return total if whole == n else with_rest(total, x.T[whole:])


def with_rest(total, rest):
    """Sums of squares, and those of what is left: arrays or NumPy's numbers, too few for a row of lanes."""
    once = len(rest) - len(rest) % ACCUMULATORS
    for x in rest[:once]:
        total = total + x * x
    for x in rest[once:]:
        total = single(x, x, total) if x.dtype.char == "f" else double(x, x, total)
    return total


def square_sums_of(arrays):
    """The sums of the squares of contiguous arrays of one dtype and of any shapes, each as square_sums has it of one row."""
    dtype = arrays[0].dtype
    width = LANE_BYTES // dtype.itemsize
    lanes = np.empty((len(arrays), width), dtype)
    for at, x in enumerate(arrays):
        squares = (x * x).reshape(-1)
        if rest := x.size % width:
            squares = squares[:-rest]
        lanes[at] = down(squares.reshape(-1, width))
    total = in_turn(lanes)
    for at, x in enumerate(arrays):
        if rest := x.size % width:
            total[at] = with_rest(total[at], list(x.reshape(-1)[-rest:]))
    return total


def in_c_order(out):
    """A sum as torch lays it out, where NumPy keeps the order of the operand."""
    return np.ascontiguousarray(out) if type(out) is np.ndarray and out.ndim > 1 else out


def sums_of_columns(x):
    """np.add.reduce(x, axis=0) of a matrix, in torch's order where it is contiguous: columns that fill four vectors add their numbers one after the
    other, in blocks; those behind them deal theirs to the accumulators."""
    n = len(x)
    if n < ACCUMULATORS or x.dtype.char not in "fd" or not x.flags.c_contiguous:
        return np.add.reduce(x)
    columns = x.shape[1]
    if columns == 1:
        total = np.empty(1, x.dtype)
        total[0] = vector_sum(x.reshape(-1))
        return total
    lanes = LANE_BYTES // x.itemsize
    rest = columns % (ACCUMULATORS * lanes if columns >= lanes else ACCUMULATORS)
    return dealt_columns(x) if rest == columns else columns_in_blocks(x, rest)


def columns_in_blocks(x, rest):
    """The sums of columns, each one number after the other, in blocks, but for the last `rest` of them."""
    n, columns = x.shape
    if n <= BLOCK:
        sums = down(x)
    elif n < BLOCK * BLOCK:  # (in_blocks, where the blocks are as short as they can be and fill none of their own)
        whole = n - n % BLOCK
        sums = down(x[:BLOCK] if whole == BLOCK else down(x[:whole].reshape(-1, BLOCK, columns)))
        if whole < n:
            sums += down(x[whole:])
    else:
        sums = in_blocks(x[None])[0]
    if rest:
        sums[-rest:] = dealt_columns(np.ascontiguousarray(x[:, -rest:]))
    return sums


def dealt_columns(x):
    """The sums of columns whose numbers are dealt to the accumulators."""
    n, columns = x.shape
    turns = n // ACCUMULATORS
    dealt = turns * ACCUMULATORS
    sums = x[:dealt] if dealt < n else x
    if turns > 1:
        sums = columns_in_blocks(sums.reshape(turns, -1), 0).reshape(ACCUMULATORS, columns)
    if dealt < n:  # (the rows that are left go to the first accumulator)
        sums = np.concatenate((sums[:1], x[dealt:], sums[1:]))
    return np.add.reduce(sums)


def sum_over(x, axes):
    """np.add.reduce over `axes`, in torch's order: whole contiguous arrays, rows and columns of matrices by the shortest way, all else as
    torch's iterator goes through it."""
    if type(x) is not np.ndarray:
        return np.add.reduce(x, axis=axes)
    contiguous = x.flags.c_contiguous
    if x.dtype.char not in "fd":
        return np.add.reduce(x, axis=axes) if contiguous else in_c_order(np.add.reduce(x, axis=axes))
    shape = x.shape
    n = len(shape)
    if contiguous and len(axes) == n:
        x = x if n == 1 else x.reshape(-1)
        return vector_adder(x.size, x.itemsize)(x) if x.size > SHORT else vector_sum(x)
    if x.size < 2 or not axes:
        return in_c_order(np.add.reduce(x, axis=axes))
    if contiguous:
        if n == 2 and axes == (0,):
            return sums_of_columns(x)
        if n == 2 and axes == (1,) and shape[0] > 1:
            return row_sums(x)
        if len(axes) == 1 and 0 < (at := axes[0]) < n - 1 and shape[at] > 1 < shape[-1]:
            columns = shape[-1] if at == n - 2 else math.prod(shape[at + 1 :])
            return sums_of_stacks(x.reshape(-1, shape[at], columns)).reshape(shape[:at] + shape[at + 1 :])
        if axes[0] > axes[-1]:
            axes = tuple(sorted(axes))
        left = [k for i, k in enumerate(shape) if i not in axes]
        if max(left) == 1:
            total = np.empty(left, x.dtype)
            total[...] = vector_sum(x.reshape(-1))
            return total
        if axes == ALL_AXES[len(axes)]:
            return sums_of_columns(x.reshape(-1, math.prod(left))).reshape(left)
        if axes[0] == n - len(axes) and axes == ALL_AXES[n][axes[0] :]:
            return row_sums(x.reshape(-1, math.prod(shape[axes[0] :]))).reshape(left)
    return sums_in_turn(x, axes)


def sums_of_stacks(x, side_by_side=True):
    """The sums of the columns of a contiguous stack of matrices [count, n, columns], as sums_of_columns has them of one: in blocks, and those
    of the last columns dealt to the accumulators. `side_by_side`: did the columns lie so where they come from?"""
    columns, lanes = x.shape[2], LANE_BYTES // x.itemsize
    rest = columns % (ACCUMULATORS * lanes if side_by_side and columns >= lanes else ACCUMULATORS)
    if not rest:
        return in_blocks(x)
    sums = add_rows(np.ascontiguousarray(x[:, :, -rest:]))
    return sums if rest == columns else np.concatenate((in_blocks(x[:, :, :-rest]), sums), axis=1)


def sums_in_turn(x, axes):
    """The sums over any axes of any memory as torch's iterator goes through it: the two axes in front of its order by one of four kernels,
    whose sums are added one after the other along the summed axes that are left."""
    if x.ndim == 1 and x.strides[0] > 0:
        if len(x) <= FEW:
            return np.float64(dealt_sum(x.tolist())) if x.itemsize == 8 else dealt_sum(list(x))
        return add_rows(np.ascontiguousarray(x)[None, :, None])[0, 0]
    order, sizes, stay = iterated(x.shape, x.strides, tuple(axes))
    if order is None:
        return in_c_order(np.add.reduce(x, axis=axes))
    left = [k for i, k in enumerate(x.shape) if i not in axes]
    v = x.transpose(order).reshape(sizes)  # (the slowest axis first; nothing is copied)
    many, n = (1, *sizes)[-2:]
    by_number, by_row = v.strides[-1], v.strides[-2] if len(sizes) > 1 else 0
    lanes = LANE_BYTES // x.itemsize
    if by_number == x.itemsize and n >= lanes:
        sums = rows_in_memory(v)
    elif by_number < by_row and not (by_row == x.itemsize and many >= lanes):
        sums = add_rows(np.ascontiguousarray(v).reshape(-1, n, 1))
    else:
        columns = np.ascontiguousarray(v.reshape(-1, many, n).swapaxes(1, 2))
        sums = sums_of_stacks(columns, by_row == x.itemsize)
    summed = [i for i, kept in enumerate(stay) if not kept]
    if summed:
        sums = sums.reshape(sizes[:-1]).transpose([i for i, kept in enumerate(stay) if kept] + summed)
        sums = in_turn(sums.reshape(-1, math.prod([sizes[i] for i in summed])))
    return in_c_order(sums.reshape(left))


def rows_in_memory(x):
    """The sums over the last axis, whose numbers lie together; the other axes are gone through as they lie, so that little is copied."""
    n = x.ndim - 1
    order = sorted(range(n), key=lambda i: -x.strides[i])
    laid = np.ascontiguousarray(x.transpose(*order, n))
    sums = row_sums(laid.reshape(-1, x.shape[-1])).reshape(laid.shape[:-1])
    return sums.transpose([order.index(i) for i in range(n)])


@functools.lru_cache(1024)
def iterated(shape, strides, axes):
    """How torch's iterator goes through an array whose `axes` are summed: (its axes, the slowest first; their lengths, where neighbours lie in
    one piece put together; does each but the last stay?). No axes where nothing is summed, or memory is gone through backwards."""
    long = [i for i in reversed(range(len(shape))) if shape[i] > 1]
    if not any([i in axes for i in long]) or min(strides) < 0:
        return None, None, None
    order = []  # the fastest first
    for at, axis in enumerate(long):
        order.append(axis)
        for k in reversed(range(at)):
            first = comes_first(order[k], axis, shape, strides, axes)
            if first > 0:
                order[at], order[k], at = order[k], axis, k
            elif first < 0:
                break
    sizes, stay, steps = [], [], []
    for i in order:
        kept = i not in axes
        if sizes and stay[-1] == kept and steps[-1] * sizes[-1] == strides[i]:
            sizes[-1] *= shape[i]
        else:
            sizes.append(shape[i])
            stay.append(kept)
            steps.append(strides[i])
    rest = [i for i, k in enumerate(shape) if k == 1]
    return (*rest, *reversed(order)), tuple(reversed(sizes)), tuple(reversed(stay[1:]))


def comes_first(a, b, shape, strides, axes):
    """1 if axis b goes before a: summed axes, then smaller steps of the result, then of the operand; 0 where nothing says so."""
    if (a in axes) != (b in axes):
        return 1 if b in axes else -1
    if a not in axes:
        return 1 if b > a else -1
    if 0 in (strides[a], strides[b]):
        return 0
    if strides[a] != strides[b]:
        return 1 if strides[a] > strides[b] else -1
    return 1 if shape[a] > shape[b] else 0


def square_sums_over(x, axes):
    """np.add.reduce(x * x, axes), in the order in which torch's 2-norm adds: in lanes over the last dimensions of contiguous memory, and over others
    one number after the other."""
    if x.dtype.char not in "fd" or not axes or not x.size:
        return sum_over(x * x, axes)
    if not x.flags.c_contiguous:
        order = sorted(range(x.ndim), key=lambda i: -x.strides[i])
        laid = x.transpose(order)
        if not laid.flags.c_contiguous:
            return sum_over(x * x, axes)
        sums = square_sums_over(laid, tuple([at for at, i in enumerate(order) if i in axes]))
        left = [i for i in order if i not in axes]
        return in_c_order(sums.transpose([left.index(i) for i in sorted(left)]))
    left = [k for i, k in enumerate(x.shape) if i not in axes]
    rows = math.prod(left)
    if rows == 1 or axes == ALL_AXES[x.ndim][len(left) :]:
        return square_sums(x.reshape(rows, -1)).reshape(left)
    return sum_over(x * x, axes) if x.ndim - 1 in axes else np.add.reduce(x * x, axis=axes)


LONG = 8192  # from so many numbers in a row on they are added in pairs, which loses less


def channel_sums(x):
    """The sums of a contiguous array over all axes but the second: first of the rows that lie together, which takes a third of the time of
    np.add.reduce over all of them."""
    n, channels = x.shape[:2]
    rows = x.reshape(n * channels, math.prod(x.shape[2:]))
    rows = einsum("ij->i", rows) if rows.shape[1] < LONG else np.add.reduce(rows, axis=1)
    return np.add.reduce(rows.reshape(n, channels), axis=0)


def kept_sums(x, axes):
    """np.add.reduce(x, axes, keepdims=True) of floats, of each channel by channel_sums."""
    n = x.ndim
    if (
        n < 3
        or len(axes) != n - 1
        or axes[1] != 2
        or axes != (0, *range(2, n))
        or not x.flags.c_contiguous
        or not x.size
    ):
        return np.add.reduce(x, axis=axes, keepdims=True)
    return channel_sums(x).reshape(1, -1, *(1,) * (n - 2))


# ------------------------------------------------------------------------------------------------ exponentials and logarithms
CHEAP = 4096  # numbers, of which float64 costs little


def as_torch(ufunc, most=CHEAP):
    """`ufunc` of up to so many numbers of float32 by way of float64, which all but always has the bits of the vectors that torch's kernels
    take; NumPy's of float32 have those of three in five."""

    def of(x):
        if x.dtype.char == "f" and x.size <= most:
            if not x.shape:  # (NumPy's scalars take three times as long to cast)
                return np.float32(ufunc(float(x)))
            return ufunc(x.astype(np.float64)).astype(np.float32)
        return ufunc(x)

    return of


exp_as_torch, log_as_torch, log1p_as_torch = as_torch(np.exp), as_torch(np.log), as_torch(np.log1p)
log_of_sums = as_torch(np.log, math.inf)  # (they are fewer than what was summed)
