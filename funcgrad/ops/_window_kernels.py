"""Windows that slide over the trailing axes: their geometry, and what the primitives of window.py compute, in NumPy.

Window position p and tap t meet element i, along each axis, where `base * i == p * stride + t * dilation - low`.
Padding and the gaps of a dilated operand are never stored: they are where no i satisfies it. `padding` is (low, high),
and crops where it is negative. Everything below walks over taps, and for each over two slices: positions, elements.
"""

from functools import lru_cache
from itertools import product
from math import gcd, lcm, prod

import numpy as np

from ..errors import DTypeError, ShapeError
from .torch_order import down


# ------------------------------------------------------------------------------------------------ geometry
def span(size, dilation):
    """How many places `size` elements cover when there are dilation - 1 gaps between neighbours."""
    return (size - 1) * dilation + 1 if size else 0


def positions(size, window, stride, padding, base=1, dilation=1):
    """How many places one axis has for its window."""
    room = span(size, base) + sum(padding) - span(window, dilation)
    return room // stride + 1 if room >= 0 else 0


def transposed_padding(size, window, stride, padding, base=1, dilation=1):
    """The (low, high) with which a window over the positions, dilated by `stride`, reaches every element again."""
    low = span(window, dilation) - 1 - padding[0]
    count = positions(size, window, stride, padding, base, dilation)
    return low, span(size, base) + span(window, dilation) - 1 - span(count, stride) - low


def congruent(step, offset, modulus):
    """The smallest n >= 0 with (n * step + offset) % modulus == 0, or None."""
    return next((n for n in range(modulus // gcd(step, modulus)) if (n * step + offset) % modulus == 0), None)


@lru_cache(4096)
def overlap(tap, size, count, stride, low, base, dilation):
    """(slice of positions, slice of elements) that meet at one tap along one axis, or None if none do."""
    at = tap * dilation - low
    p = congruent(stride, at, base)
    if p is None:
        return None
    p_step, i_step = base // gcd(stride, base), stride // gcd(stride, base)
    i = (p * stride + at) // base
    if i < 0:
        skipped = -(i // i_step)
        p, i = p + skipped * p_step, i + skipped * i_step
    n = min((count - 1 - p) // p_step, (size - 1 - i) // i_step)
    return (slice(p, p + n * p_step + 1, p_step), slice(i, i + n * i_step + 1, i_step)) if n >= 0 else None


def axis_overlaps(size, count, window, stride, padding, base, dilation):
    """[(tap, slice of positions, slice of elements)] along one axis, taps that meet nothing left out."""
    met = [(t, overlap(t, size, count, stride, padding[0], base, dilation)) for t in range(window)]
    return [(t, *slices) for t, slices in met if slices]


@lru_cache(1024)
def window_shape(name, shape, window, strides, padding, base_dilation, window_dilation):
    """The shape of the positions: the operand's leading axes, then one axis per window axis."""
    k = len(window)
    for what, values in (
        ("strides", strides),
        ("padding", padding),
        ("base_dilation", base_dilation),
        ("window_dilation", window_dilation),
    ):
        if len(values) != k:
            raise ShapeError(f"{name}: {what} must have one entry per window axis, {k}; got {values}.")
    if k > len(shape):
        raise ShapeError(f"{name}: a window over {k} axes needs an operand with as many; got shape {shape}.")
    if any(v < 1 for v in (*window, *strides, *base_dilation, *window_dilation)):
        raise ShapeError(
            f"{name}: window, strides and dilations must be 1 or more; got window {window}, strides {strides}, "
            f"dilations {base_dilation} and {window_dilation}."
        )
    lead = len(shape) - k
    axes = zip(shape[lead:], window, strides, padding, base_dilation, window_dilation, strict=True)
    return shape[:lead] + tuple([positions(*axis) for axis in axes])


# ------------------------------------------------------------------------------------------------ sums and extrema
# Windows are boxes, so sums and extrema go axis by axis: sum(window) passes instead of prod(window), each one ufunc
# over two slices. Measured as in _conv_kernels.py, milliseconds, ours / torch's, float32 then float64:
#   max 2x2 stride 2, (32, 64, 28, 28)            1.2 / 7.1     2.3 / 7.5     with its gradient  5.0 / 7.6    8.7 / 8.2
#   max 3x3 padded, (32, 64, 28, 28)              3.7 / 32      7.4 / 33                          28 / 33     41 / 35
#   max 3x3 stride 2 padded, (8, 64, 112, 112)    7.2 / 40      16 / 44                           48 / 43     73 / 74
#   sum 3x3 padded, (32, 64, 28, 28)              3.7 / 12      8.0 / 11
#   sum 100, (8, 100000)                          7.7 / 21      15 / 21
#   sum of each 7x7 plane, (32, 512, 7, 7)        0.5 / 0.3     0.6 / 0.3
# Blocks that stay in the cache gain up to 1.6 times on the largest and lose up to 3 times on the smallest: not done.
# The first axis first is the faster order where strides are not 1: what is left are contiguous rows.
def reduce_windows(ufunc, start, x, window, strides, padding, base_dilation, window_dilation):
    """ufunc over every window, `start` standing for what is not there. Always a fresh array."""
    lead = x.ndim - len(window)
    out = x
    for k, axis in enumerate(zip(window, strides, padding, base_dilation, window_dilation, strict=True)):
        out = reduce_axis(ufunc, start, out, lead + k, *axis)
    return out.copy() if out is x else out


def reduce_axis(ufunc, start, x, axis, window, stride, padding, base, dilation):
    if (window, stride, padding, base) == (1, 1, (0, 0), 1):
        return x
    count, whole, partial = taps_along(axis, x.shape[axis], window, stride, padding, base, dilation)
    if len(whole) > 1:
        out = ufunc(x[whole[0]], x[whole[1]])
    elif whole:
        out = x[whole[0]].copy()
    else:
        out = np.full((*x.shape[:axis], count, *x.shape[axis + 1 :]), start, x.dtype)
    for i in whole[2:]:
        ufunc(out, x[i], out=out)
    for p, i in partial:
        ufunc(out[p], x[i], out=out[p])
    return out


@lru_cache(1024)
def taps_along(axis, size, *params):
    """(how many positions, where the taps are that every position meets, which need no start value, (positions, elements) of the others)."""
    count = positions(size, *params)
    head = (slice(None),) * axis
    met = [((*head, p), (*head, i)) for _, p, i in axis_overlaps(size, count, *params)]
    every = (*head, slice(0, count, 1))
    return count, [i for p, i in met if p == every], [(p, i) for p, i in met if p != every]


def sum_windows(x, *params):
    """The sums over every window in torch's order: its elements one after the other, those of the last axis first. Always a fresh array."""
    head, sizes = x.shape[: x.ndim - len(params[0])], x.shape[x.ndim - len(params[0]) :]
    counts, met, inside = windows_met(sizes, *params)
    if inside and x.size <= SMALL and x.flags.c_contiguous and apart(sizes, *params):
        taps = x.reshape(-1).take(places_of_taps(x.shape, *params)).reshape(len(met), -1)
        sums = down(taps) if taps.shape[1] > 1 else np.add.accumulate(taps)[-1]
        return sums.reshape((*head, *counts))
    if one_each(sizes, counts, *params):  # (the transpose of windows side by side: each position meets one element)
        return repeated(x, head, sizes, params[0], counts)
    out = np.zeros((*head, *counts), x.dtype)
    for _, p, i in met:
        part = out[(..., *p)]
        np.add(part, x[(..., *i)], out=part)
    return out


def repeated(x, head, sizes, window, counts):
    """Every element of x as often as a window has taps, side by side along each of its axes."""
    out = np.empty((*head, *counts), x.dtype)
    if window and sizes[-1] > 1:  # (NumPy repeats single elements one by one, rows of them quickly)
        rows = np.empty((*x.shape, window[-1]), x.dtype)
        for t in range(window[-1]):
            rows[..., t] = x
        x = rows.reshape((*x.shape[:-1], counts[-1]))
        sizes, window = (*sizes[:-1], counts[-1]), (*window[:-1], 1)
    tiles = [n for each in zip(sizes, window, strict=True) for n in each]
    out.reshape((*head, *tiles))[...] = x.reshape((*head, *[n for size in sizes for n in (size, 1)]))
    return out


def one_each(sizes, counts, window, strides, padding, base_dilation, window_dilation):
    """Do the windows meet one element each, the next one after as many positions as the window has taps?"""
    return (
        base_dilation == window
        and all([s == d == 1 for s, d in zip(strides, window_dilation, strict=True)])
        and all([low == w - 1 for w, (low, _) in zip(window, padding, strict=True)])
        and counts == tuple([n * w for n, w in zip(sizes, window, strict=True)])
    )


def lowest(dtype):
    """What loses against every value of a dtype: what a maximum finds where there is nothing."""
    return -np.inf if dtype.kind == "f" else False if dtype.kind == "b" else np.iinfo(ordered(dtype)).min


def highest(dtype):
    """What loses against every value of a dtype in a minimum."""
    return np.inf if dtype.kind == "f" else True if dtype.kind == "b" else np.iinfo(ordered(dtype)).max


def ordered(dtype):
    if dtype.kind == "c":
        raise DTypeError(f"window_max, window_min: complex numbers have no order; got {dtype}. Take abs(x) or x.real.")
    return dtype


def locate_windows(ufunc, start, x, window, strides, padding, base_dilation, window_dilation):
    """Flat indices over the window axes of the first element that equals its window's extremum, -1 where there is none.

    Taps go in row-major order, and how many miss before the first hit is counted in bytes: that is what makes it fast. Where windows do
    not overlap, and lie inside, the taps are first laid out one after the other: rows of a small window are short.
    """
    params = window, strides, padding, base_dilation, window_dilation
    sizes = x.shape[x.ndim - len(window) :]
    counts, met, inside = windows_met(sizes, *params)
    taps = [x[(..., *i)] for _, _, i in met]
    if inside and len(met) * prod(counts) <= prod(sizes):
        if x.size <= SMALL and x.flags.c_contiguous:
            taps = x.reshape(-1).take(places_of_taps(x.shape, *params))
        else:
            taps = [np.ascontiguousarray(t) for t in taps]
        extreme = ufunc(taps[0], taps[1])
        for t in taps[2:]:
            ufunc(extreme, t, out=extreme)
    else:
        extreme = reduce_windows(ufunc, start, x, *params)
    counted = np.min_scalar_type(len(met))
    if inside:  # (what the taps before the last one miss, the last one hits)
        missed = taps[0] != extreme
        misses = missed.astype(counted)
        number = missed.view(np.uint8)  # (NumPy takes longer to add truth values)
        for t in taps[1:-1]:
            missed &= t != extreme
            misses += number
    else:
        missed = np.ones(extreme.shape, bool)
        misses = np.zeros(extreme.shape, counted)
        for (_, p, _), t in zip(met, taps, strict=True):
            missed[(..., *p)] &= t != extreme[(..., *p)]
            misses += missed
    if (
        x.dtype.kind == "f" and extreme.size and np.isnan(extreme.max())
    ):  # a NaN equals nothing: the last one of its window is taken
        for number, ((_, p, _), t) in enumerate(zip(met, taps, strict=True)):
            misses[(..., *p)][np.isnan(t)] = number
    found = flat_indices(misses, [tap for tap, _, _ in met], sizes, counts, *params)
    if not inside:
        none = misses == len(met)
        if none.any():
            found[none] = -1
    return found


SMALL = 1 << 15  # elements, of which the places of taps are kept


@lru_cache(32)
def places_of_taps(shape, *params):
    """[taps, *lead, *positions]: where in an array of this shape each tap of each window lies."""
    _, met, _ = windows_met(shape[len(shape) - len(params[0]) :], *params)
    places = np.arange(prod(shape)).reshape(shape)
    return np.stack([places[(..., *i)] for _, _, i in met])


@lru_cache(256)
def apart(sizes, window, strides, padding, base_dilation, window_dilation):
    """Is every tap of every window an element of the operand, and each another?"""
    params = window, strides, padding, base_dilation, window_dilation
    inside = windows_met(sizes, *params)[2]
    for size, *axis in zip(sizes, *params, strict=True) if inside else ():
        taken = np.zeros(size, int)
        for _, _, i in axis_overlaps(size, positions(size, *axis), *axis):
            taken[i] += 1
        inside = inside and taken.max() == 1
    return inside


@lru_cache(256)
def windows_met(sizes, *params):
    """(how many windows there are along each axis, `window_overlaps` of them, is every tap of every window an element of the operand?)."""
    counts = tuple([positions(*axis) for axis in zip(sizes, *params, strict=True)])
    met = window_overlaps(sizes, counts, *params)
    whole = tuple([slice(0, n, 1) for n in counts])
    return counts, met, len(met) > 1 and all([p == whole for _, p, _ in met])


def flat_indices(number, taps, sizes, counts, window, strides, padding, base_dilation, window_dilation):
    """The flat index of the element that each position meets at taps[number]; any value where number is out of range.

    That element is (p * stride - low + t * dilation) / base along an axis. Multiplied by the least common multiple of
    the bases, what comes from the position and what comes from the tap are whole, and are added up separately.
    """
    of_tap, first, whole = flat_parts(
        tuple(taps), sizes, counts, window, strides, padding, base_dilation, window_dilation
    )
    found = np.asarray(of_tap.take(number))
    found += first
    return found // whole if whole > 1 else found


@lru_cache(64)
def flat_parts(taps, sizes, counts, window, strides, padding, base_dilation, window_dilation):
    """(what each tap adds, what each position adds, the multiple that both are)."""
    whole = lcm(*base_dilation)
    units = [prod(sizes[a + 1 :]) * whole // base for a, base in enumerate(base_dilation)]
    of_tap = [sum(t * d * u for t, d, u in zip(tap, window_dilation, units, strict=True)) for tap in taps]
    first = np.zeros((1,) * len(counts), int)
    for a, (count, stride, (low, _), unit) in enumerate(zip(counts, strides, padding, units, strict=True)):
        first = first + ((np.arange(count) * stride - low) * unit).reshape((-1,) + (1,) * (len(counts) - a - 1))
    return np.array([*of_tap, 0]), first, whole


# ------------------------------------------------------------------------------------------------ elements of windows
def flat_rows(idx, rows, n):
    """(idx as [rows, positions], flat into an array of [rows, n + more]; more: 1 where that needs a last column to which -1 points)."""
    more = int(idx.size > 0 and idx.min() < 0)
    if more:
        idx = np.where(idx < 0, n, idx)
    return idx.reshape(rows, idx.size // max(rows, 1)) + row_starts(rows, n + more), more


@lru_cache(64)
def row_starts(rows, n):
    """Where each of so many rows of n elements starts, as a column."""
    return np.arange(rows)[:, None] * n


def gather_windows(x, idx, axes):
    """x at flat indices over its last axes, 0 where an index is -1."""
    lead = x.shape[: x.ndim - axes]
    rows, n = prod(lead), prod(x.shape[len(lead) :])
    if rows > 1 and idx.size and not any(idx.strides[: len(lead)]) and (at := idx[(0,) * len(lead)]).min() >= 0:
        return x.reshape(rows, n).take(at.reshape(-1), 1).reshape(idx.shape)  # (of every row the same elements)
    flat, more = flat_rows(idx, rows, n)
    if more:
        padded = np.zeros((rows, n + 1), x.dtype)
        padded[:, :n] = x.reshape(rows, n)
        x = padded
    return x.reshape(-1).take(flat).reshape(idx.shape)


def scatter_windows(v, idx, sizes, distinct):
    """v added into zeros at flat indices over the last axes; what has index -1 is dropped. `distinct`: none has, and none repeats."""
    lead = idx.shape[: idx.ndim - len(sizes)]
    rows, n = prod(lead), prod(sizes)
    if distinct and v.size:
        out = np.zeros((*lead, *sizes), v.dtype)
        out.reshape(-1)[idx.reshape(rows, -1) + row_starts(rows, n)] = v.reshape(rows, -1)
        return out
    flat, more = flat_rows(idx, rows, n)
    out = np.zeros((rows, n + more), v.dtype)
    np.add.at(out.reshape(-1), flat.reshape(-1), v.reshape(-1))
    return out[:, :n].reshape((*lead, *sizes))


def window_overlaps(sizes, counts, window, strides, padding, base_dilation, window_dilation):
    """[(tap, slices of positions, slices of elements)] over all window axes together."""
    axes = zip(sizes, counts, window, strides, padding, base_dilation, window_dilation, strict=True)
    return [tuple(zip(*each)) or ((), (), ()) for each in product(*[axis_overlaps(*axis) for axis in axes])]


def unfold_windows(x, window, **params):
    """Every window's elements: [*lead, *sizes] -> [*lead, *window, *positions]."""
    lead = x.shape[: x.ndim - len(window)]
    sizes = x.shape[len(lead) :]
    counts = window_shape("unfold", x.shape, window, **params)[len(lead) :]
    out = np.zeros((*lead, *window, *counts), x.dtype)
    for tap, p, i in window_overlaps(sizes, counts, window, **params):
        out[(..., *tap, *p)] = x[(..., *i)]
    return out


def fold_windows(y, sizes, window, **params):
    """The elements of windows added up where they came from: [*lead, *window, *positions] -> [*lead, *sizes]."""
    lead = y.shape[: y.ndim - 2 * len(window)]
    out = np.zeros((*lead, *sizes), y.dtype)
    for tap, p, i in window_overlaps(sizes, y.shape[y.ndim - len(window) :], window, **params):
        out[(..., *i)] += y[(..., *tap, *p)]
    return out
