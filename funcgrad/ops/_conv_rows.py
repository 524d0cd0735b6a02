"""Convolutions as products with rows of the input that windows share.

Windows one row further down see the same rows but one. So each row is laid out once for every shift *along* it, and what all
windows see at a tap of the first axis is a part of that memory in one piece, which is multiplied as it lies; the products of the taps add
up. Where that pays, some or all shifts of the first axis are laid out too: all of them are windows side by side.

  by_rows        [O, C * taps laid out] @ [C * taps laid out, positions], for each of the other taps: the usual forward pass
  rows_summed    [C * taps laid out, positions] @ [positions, O]: gradients of a weight, whose "taps" are the positions of the forward pass
"""

from functools import lru_cache
from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..core.workers import spread
from ._pieces import by_columns, by_depth, pieces
from .rows import row_of

TOGETHER = 1 << 17  # numbers laid out at a time: they stay in the cache
WHOLE = 1 << 19  # of one sample and group, from which it is cut into rows
LONG = 1 << 24  # products of numbers, from which samples are shared among threads: 0.2 ms
TURNED = 32  # outputs, from which a weight's columns are copied into rows for the products
# What laying out a number takes, and a product of few by itself, in additions of a number to a result.
COPY, PRODUCT = 3, 4


class Laid:
    """How rows lie in memory: [samples, groups, channels, near, *inner taps, rows, *places along them].

    Of T taps of the first axis every `near` neighbours are laid out; the other T / near are parts of memory. With a step of more than one, rows
    that no tap meets in turn (of different phases) lie apart.
    """

    def __init__(self, long, steps, short, gaps, near):
        (self.count, *places), step, (taps, *inner), gap = long, steps[0], short, gaps[0]
        self.places, self.inner, self.near, self.far = tuple(places), tuple(inner), near, taps // near
        met = [divmod(far * near * gap, step) for far in range(self.far)]
        phases = sorted({phase for _, phase in met})
        self.phases = [
            (phase, max([row for row, p in met if p == phase])) for phase in phases
        ]  # and how many rows more than positions
        self.met = [(phases.index(phase), row) for row, phase in met]
        self.steps, self.gaps = steps, gaps
        self.depth, self.width = near * prod(inner), prod(places)
        self.more = sum([row for _, row in self.phases])

    def size(self, rows):
        """How many numbers are laid out of a channel, for so many rows of positions."""
        return self.depth * self.width * (len(self.phases) * rows + self.more)

    def shares(self, samples, groups, channels, outputs):
        """How many (rows, groups, samples) are laid out at a time, where as many outputs of a group are added up."""
        rows = self.count
        if channels * self.size(rows) > WHOLE:
            rows = share(rows, channels * self.depth * self.width * len(self.phases), WHOLE)
        each = max(channels * self.size(rows), outputs * rows * self.width if self.far > 1 else 0)
        per_group = share(groups, each, TOGETHER)
        return rows, per_group, share(samples, each * per_group, TOGETHER)

    def windows(self, frame):
        """Of a frame [samples, groups, channels, *sizes] a view as memory is for each phase, of all rows."""
        *outer, row = frame.strides[:4]
        s = frame.strides[3:]
        over_taps, over_places = ([k * by for k, by in zip(s, each)] for each in (self.gaps, self.steps))
        for phase, more in self.phases:
            at = frame[:, :, :, phase:]
            shape = *frame.shape[:3], self.near, *self.inner, self.count + more, *self.places
            yield as_strided(at, shape, (*outer, *over_taps, *over_places))

    def blocks(self, x, first, sizes, shares, low, high):
        """Of x [samples, groups, channels, *sizes], (slices of samples and groups, a slice of positions, what they see at each far
        tap [samples, groups, channels * depth, positions]), of blocks of samples number low to high."""
        rows, per_group, samples = shares
        n, groups, channels = x.shape[:3]
        box, inside = framed(x, first, sizes)
        frame = box if inside is None else np.zeros((min(samples, n), groups, channels, *sizes), x.dtype)
        windows = list(self.windows(frame))
        in_order = self.depth == 1 == max(self.steps) and sizes[1:] == self.places  # (then there is nothing to lay out)
        memory = np.empty(0 if in_order else samples * per_group * channels * self.size(rows), x.dtype)
        rest = (slice(None),) * len(self.places)
        starts = range(low * samples, min(high * samples, n), samples)
        for i, g, r in product(starts, range(0, groups, per_group), range(0, self.count, rows)):
            some = slice(i, i + samples), slice(g, g + per_group)
            here = some
            if inside is not None:
                part = box[some[0]]
                here = slice(0, len(part)), some[1]
                if r == g == 0:
                    lay_out(frame[: len(part)][inside], part)
            last = min(r + rows, self.count)
            laid, used = [], 0
            for (_, more), window in zip(self.phases, windows, strict=True):
                window = window[(*here, ..., slice(r, last + more), *rest)]
                if in_order:
                    laid.append(window)
                    continue
                laid.append(memory[used : used + window.size].reshape(window.shape))
                used += window.size
                lay_out(laid[-1], window)
            shape = *window.shape[:2], channels * self.depth, (last - r) * self.width
            seen = [laid[p][(..., slice(row, row + last - r), *rest)].reshape(shape) for p, row in self.met]
            yield some, slice(r * self.width, last * self.width), seen


@lru_cache(512)
def laid(long, steps, short, gaps, channels, outputs):
    """The Laid of so many channels of a group. `outputs`: how many additions a position takes with each product after the first."""
    taps, each = short[0], channels * prod(short[1:])
    fit = [near for near in range(1, taps + 1) if taps % near == 0] or [1]
    near = min(fit, key=lambda near: COPY * each * near + (outputs + PRODUCT) * (taps // near))
    return Laid(long, steps, short, gaps, near)


def framed(x, first, sizes):
    """(what of x is in the box that starts at `first`, where it is in it: an index, or None if it fills the box)."""
    low = [max(0, -f) for f in first]
    stop = [f + n for f, n in zip(first, sizes)]
    box = x[(..., *[slice(max(0, f), max(0, s)) for f, s in zip(first, stop)])]
    inner = box.shape[x.ndim - len(sizes) :]
    if inner == sizes:
        return box, None
    return box, (..., *[slice(a, a + n) for a, n in zip(low, inner)])


def lay_out(target, source):
    """np.copyto of arrays of one shape and dtype; rows that lie in one piece go as one element each, which takes NumPy a half to a third
    of the time for the short rows of windows."""
    row = row_of(target, source)
    if row is not None:
        target, source = target.view(row), source.view(row)
    np.copyto(target, source)


def share(size, each, block):
    """How many of `size` things, of `each` elements, go into one block: at least one."""
    return max(1, min(size, block // max(each, 1)))


def by_rows(x, w, first, sizes, strides, gaps, counts, groups, result):
    """out[n, o, p] = sum over c, t of x[n, c, first + p * strides + t * gaps] * w[o, c, t], which all together span `sizes`."""
    n, o, c, taps = x.shape[0], w.shape[0], w.shape[1], w.shape[2:]
    every = n * groups * c * prod(taps) * prod(counts)
    how = laid(counts, strides, taps, gaps, c, o // groups if every > TOGETHER else o * COPY * every)
    shares = how.shares(n, groups, c, o // groups)
    x = x.reshape(n, groups, c, *x.shape[2:])
    weights = w.reshape(groups, o // groups, c, how.far, -1).transpose(3, 0, 1, 2, 4)
    weights = np.ascontiguousarray(weights).reshape(how.far, groups, o // groups, -1)
    out = result.reshape(n, groups, o // groups, -1)

    def run(low, high):
        """Blocks of samples number low to high."""
        memory = None
        for some, places, seen in how.blocks(x, first, sizes, shares, low, high):
            target = out[some][..., places]
            by_columns(weights[0, some[1]], seen[0], target)
            if how.far > 1:
                if memory is None or memory.shape != target.shape:
                    memory = np.empty(target.shape, x.dtype)
                for weight, part in zip(weights[1:], seen[1:], strict=True):
                    by_columns(weight[some[1]], part, memory)
                    target += memory

    blocks = -(-n // shares[2])
    small = shares[0] == how.count and pieces(o // groups, c * how.depth, prod(counts))
    if small and result.size * c * prod(taps) >= LONG:
        spread(run, blocks)
    else:
        run(0, blocks)
    return result


def rows_summed(x, w, first, sizes, strides, gaps, counts, groups, result):
    """The same sums, of few positions and many taps: x [N, groups * C, ...] and w [O, C, ...], where C is what goes in blocks."""
    n, o, c, taps = x.shape[0], w.shape[0], w.shape[1], w.shape[2:]
    how = laid(taps, gaps, counts, strides, n, o // 8)
    x = np.moveaxis(x.reshape(n, groups, c, *x.shape[2:]), 0, 2).swapaxes(0, 1)
    w = w.reshape(groups, o // groups, c, -1).transpose(2, 0, 3, 1)
    total = np.zeros((how.far, groups, n * how.depth, o // groups), x.dtype)
    shares = how.shares(c, groups, n, 0)
    for some, places, seen in how.blocks(x, first, sizes, shares, 0, -(-c // shares[2])):
        weights = w[some][:, :, places]
        if how.far > 1 and o // groups >= TURNED:
            weights = np.ascontiguousarray(weights)
        for part, sums in zip(seen, total, strict=True):
            sums[some[1]] += by_depth(part, weights)
    total = total.reshape(how.far, groups, n, how.depth, -1).transpose(2, 1, 4, 0, 3)
    result.reshape(n, groups, o // groups, how.far, how.depth)[...] = total
    return result


__all__ = ["by_rows", "framed", "lay_out", "rows_summed", "share"]
