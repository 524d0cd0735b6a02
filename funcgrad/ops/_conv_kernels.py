"""Convolution in NumPy: the same sums as products of matrices, in the order that suits the shape.

The geometry is that of _window_kernels.py, and nothing that is not there is multiplied: with a dilated operand (the
transpose of a stride) the positions fall into phases, each of which meets only some taps and is a plain convolution.

  by_sample     windows laid out side by side, a cache-sized block at a time, then one product: the usual forward pass
  by_taps       one product with all taps at once, its rows added where they belong: few outputs of many inputs, as in
                the input gradient of a layer that widens
  by_channels   a product a channel, which add up: very many taps, few positions, as in the gradient of the weight
  by_positions  the summed axis in blocks that add up: many taps, few positions, where a channel alone is too little
  by_dots       an inner product for each position: many taps, few positions, one output a group: a depthwise layer's gradient of the weight
  banded        long filters of few outputs: neighbouring positions as more outputs of a filter bank

Measured on an AMD EPYC (Zen 5), NumPy 2.4.6 with OpenBLAS, against torch 2.13 (oneDNN), one thread each, interleaved in
one process, the least of 12 runs, CPU time. Milliseconds of the value, then ours / torch's of value, input gradient and
weight gradient:
                                            float32                    float64
  1x1     (32, 64, 28, 28) > 64             2.2   1.3  1.2  1.2        4.8   0.9  0.8  0.9
  3x3     (32, 3, 28, 28) > 16              0.44  2.2  1.0  3.1        0.86  0.9  1.3  1.0
  3x3     (32, 64, 28, 28) > 64             22    2.2  2.2  2.4        46    0.5  1.2  0.5
  3x3     (1, 64, 28, 28) > 64              0.67  2.0  2.1  2.2        1.5   1.0  1.2  1.1
  3x3     (1, 3, 28, 28) > 16               0.03  1.6  2.4  1.7        0.05  1.5  1.9  1.7
  3x3     stride 2, (32, 64, 28, 28) > 128  11    1.5  1.7  2.1        21    0.9  1.0  1.0
  7x7     stride 2, (8, 3, 112, 112) > 64   5.9   2.2  0.6  2.1        11    0.7  1.1  0.9
  3x3     4 groups, (32, 64, 28, 28) > 64   9.2   2.6  2.6  2.9        17    0.7  1.0  0.9
  3x3     depthwise, (32, 64, 28, 28)       4.9   3.1  2.6  3.4        7.1   0.9  0.9  1.2
  5x5     depthwise, (4, 32, 112, 112)      6.9   3.4  3.3  0.3        14    0.8  0.8  0.8
  9       (8, 16, 10000) > 16               5.8   2.1  2.0  2.7        13    0.7  1.1  0.3
  64      (8, 1, 100000) > 1                4.6   0.5  0.1  0.3        8.2   0.04 0.3  0.05
  3x3x3   (4, 8, 16, 16, 16) > 16           2.4   3.4  2.5  1.1        4.4   0.5  0.8  0.6
In float32 the gap is that of the products: OpenBLAS reaches 105 GFLOP/s here, oneDNN 200. Small calls cost 20 us. Since then windows are
copied a row at a time (lay_out), which is not in the table: 1.1 to 1.5 times faster, 1.7 depthwise; and products of few outputs
are cut (_pieces.py): 3x3 from 16 to 32 channels in 0.85 of the time. Winograd's form in NumPy is no faster than by_sample at any number of channels.
"""

from functools import lru_cache
from itertools import product
from math import gcd, prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..core.workers import spread
from ._pieces import by_columns, pieces
from ._window_kernels import axis_overlaps, congruent, positions, window_overlaps
from .rows import LONGEST_ROW, row_of

# Elements of windows laid out at a time. Of 2**14 to 2**19, 2**18 and 2**19 are the fastest or level on every shape
# above, and up to 4 times faster than whole samples where these are large (7x7 depthwise, (32, 96, 56, 56), float64).
BLOCK = 1 << 18
TOGETHER = (
    1 << 17
)  # the same of samples that by_sample takes together, so that they stay in the cache (3 to 10 % of 3x3 with few channels)
WHOLE = 1 << 19  # by_sample cuts a sample into rows from here on: they are no longer one piece of the result
FEW = 1 << 17  # the same for by_channels
LONG = 1 << 24  # products of numbers, from which samples are shared among threads: 0.2 ms
DOTS, MOST_DOTS = 1 << 16, 25  # numbers of an input, from which inner products pay, and positions, up to which
MANY = 256  # taps, for which a channel alone is enough for a product


def convolve(x, w, strides, padding, lhs_dilation, rhs_dilation, groups, out=None):
    """x [N, C, *sizes] with w [O, C / groups, *taps] -> [N, O, *counts], in the memory of `out` if that is given."""
    dtype = x.dtype if x.dtype is w.dtype else np.result_type(x, w)
    known = at_once(x.shape, w.shape, dtype.num, dtype.itemsize, strides, padding, lhs_dilation, rhs_dilation, groups)
    if known is not None and x.dtype is w.dtype and (known[2] is not None or x.flags.c_contiguous):
        if out is None or out.dtype != dtype or not out.flags.c_contiguous:
            got = in_one_block(x, w, known, np.empty(known[0], dtype))
            if out is None:
                return got
            out[...] = got
            return out
        return in_one_block(x, w, known, out)
    wide = np.dtype(np.float32) if dtype == np.float16 else dtype  # half precision is stored, not computed in
    x, w = x.astype(wide, copy=False), w.astype(wide, copy=False)
    counts, met, phases = plan(x.shape[2:], w.shape, strides, padding, lhs_dilation, rhs_dilation, groups)
    shape = (x.shape[0], w.shape[0], *counts)
    if out is None or out.dtype != wide or not out.flags.c_contiguous:
        got = convolve_into(np.empty(shape, wide), x, w, counts, met, phases, groups)
        if out is None:
            return got.astype(dtype, copy=False)
        out[...] = got
        return out
    return convolve_into(out, x, w, counts, met, phases, groups)


def convolve_into(out, x, w, counts, met, phases, groups):
    if not (x.size and w.size and out.size):
        out.fill(0)
    elif met:
        out.fill(0)
        by_taps(x, w, out, met, groups)
    elif len(phases) == 1 and phases[0][-1] == counts:
        plain(x, w[phases[0][1]], *phases[0][2:], groups, out)
    else:
        out.fill(0)
        for at, taps, *rest in phases:
            part = np.empty((*out.shape[:2], *rest[-1]), out.dtype)
            out[at] = plain(x, w[taps], *rest, groups, part)
    return out


@lru_cache(1024)
def plan(sizes, weight, strides, padding, lhs_dilation, rhs_dilation, groups):
    """(counts of positions, overlaps if by_taps is the way, phases). A phase is: index of its positions, index of its
    taps, and per axis the element at their first meeting, elements per position, elements per tap, how many positions.
    """
    taps = weight[2:]
    axes = list(zip(sizes, taps, strides, padding, lhs_dilation, rhs_dilation, strict=True))
    counts = tuple([positions(*axis) for axis in axes])
    if by_taps_pays(counts, weight, axes, groups):
        return counts, window_overlaps(sizes, counts, taps, strides, padding, lhs_dilation, rhs_dilation), ()
    phases = []
    for phase in product(*[axis_phases(count, *axis[1:]) for count, axis in zip(counts, axes, strict=True)]):
        at, some, *rest = zip(*phase, strict=True) if phase else ((),) * 6
        phases.append(((..., *at), (..., *some), *rest))
    return counts, (), phases


def axis_phases(count, taps, stride, padding, base, dilation):
    """The phases of one axis: what `plan` puts together over all axes."""
    phases = []
    p_step, t_step = base // gcd(stride, base), base // gcd(dilation, base)
    for p in range(min(p_step, count)):
        t = congruent(dilation, p * stride - padding[0], base)
        if t is not None and t < taps:
            first = (p * stride + t * dilation - padding[0]) // base
            steps = stride * p_step // base, dilation * t_step // base
            phases.append((slice(p, None, p_step), slice(t, None, t_step), first, *steps, -(-(count - p) // p_step)))
    return phases


# ------------------------------------------------------------------------------------------------ small ones
HALF = np.dtype(np.float16).num


@lru_cache(512)
def at_once(shape, weight, dtype, itemsize, strides, padding, lhs_dilation, rhs_dilation, groups):
    """What in_one_block needs to know, of operands whose windows by_sample or by_positions would lay out in one block: where
    everything lies takes longer to work out than such products. None where another way is for them."""
    counts, met, phases = plan(shape[2:], weight, strides, padding, lhs_dilation, rhs_dilation, groups)
    (n, channels, *_), (o, c, *taps) = shape, weight
    result = (n, o, *counts)
    if met or not counts or 0 in (*shape, *weight, *result) or dtype == HALF:
        return None
    if len(phases) != 1 or phases[0][-1] != counts or any([t != slice(0, None, 1) for t in phases[0][1][1:]]):
        return None
    first, steps, gaps = phases[0][2:5]
    sizes = reach(counts, steps, taps, gaps)
    kind = way(n, weight, sizes, steps, gaps, counts, groups)
    if kind not in ("sample", "positions") or n * channels * prod(taps) * prod(counts) > TOGETHER:
        return None
    box = tuple([slice(max(0, f), max(0, f + k)) for f, k in zip(first, sizes)])
    inner = [len(range(*b.indices(k))) for b, k in zip(box, shape[2:])]
    inside = None
    frame, at = (n, channels, *shape[2:]), sum([f * prod(shape[a:]) for a, f in enumerate(first, 3)])
    if tuple(inner) != sizes:
        inside = (..., *[slice(max(0, -f), max(0, -f) + k) for f, k in zip(first, inner)])
        frame, at = (n, channels, *sizes), 0
    sn, sc, *s = [prod(frame[a:]) * itemsize for a in range(1, len(frame) + 1)]
    over_counts, over_taps = [[k * j for k, j in zip(s, by)] for by in (steps, gaps)]
    if kind == "sample":
        windows = (n, groups, c, *taps, *counts), (sn, sc * c, sc, *over_taps, *over_counts)
        columns = n, groups, c * prod(taps), prod(counts)
    else:
        windows = (groups, n, *counts, c, *taps), (sc * c, sn, *over_counts, sc, *over_taps)
        columns = groups, n * prod(counts), c * prod(taps)
    row = itemsize * windows[0][-1]
    row = np.dtype((np.void, row)) if windows[1][-1] == itemsize < row <= LONGEST_ROW else None
    return result, (..., *box), inside, frame, at * itemsize, windows, columns, (groups, o // groups, -1), row


def in_one_block(x, w, known, out):
    """by_sample or by_positions, of which `at_once` knows all that follows from the shapes."""
    _, box, inside, frame, at, (shape, strides), laid, by_group, row = known
    if inside is not None:
        part = x[box]
        x = np.zeros(frame, x.dtype)
        x[inside] = part
    windows, columns = np.ndarray(shape, x.dtype, x, at, strides), np.empty(shape, x.dtype)
    if row is None:
        columns[...] = windows
    else:  # (lay_out)
        columns.view(row)[...] = windows.view(row)
    weights = np.ascontiguousarray(w).reshape(by_group)
    columns = columns.reshape(laid)
    if len(laid) == 4:
        by_columns(weights, columns, out.reshape(*laid[:2], by_group[1], laid[3]))
        return out
    n, o, *counts = out.shape
    out[...] = np.matmul(weights, columns.swapaxes(1, 2)).reshape(o, n, *counts).swapaxes(0, 1)
    return out


# ------------------------------------------------------------------------------------------------ the choice
def plain(x, w, first, strides, gaps, counts, groups, out):
    """out[n, o, p] = sum over c, t of x[n, c, first + p * strides + t * gaps] * w[o, c, t]; 0 outside of x. `out` lies in one piece."""
    if not counts:
        plain(x[..., None], w[..., None], (0,), (1,), (1,), (1,), groups, out[..., None])
        return out
    sizes = reach(counts, strides, w.shape[2:], gaps)
    kind = way(len(x), w.shape, sizes, strides, gaps, counts, groups)
    if (
        kind in ("banded", "dots") and not np.isfinite(x).all()
    ):  # (zeros times inf would be seen by positions that inf does not reach)
        kind = "sample" if kind == "banded" else "positions"
    if kind == "banded":
        return banded(x, w, first, strides, gaps, counts, groups, out)
    if kind == "sample":
        return by_sample(x, w, first, sizes, strides, gaps, counts, groups, out)
    x = within(x, first, sizes)
    if kind == "channels":
        return by_channels(x, w, strides, gaps, counts, groups, out)
    if kind == "dots":
        return by_dots(x, w, strides, counts, groups, out)
    if kind == "positions":
        return by_positions(x, w, strides, gaps, counts, groups, out)
    per_group = w.shape[0] // groups
    weights = np.ascontiguousarray(w).reshape(groups, per_group, -1)
    by_columns(weights, x.reshape(len(x), groups, w.shape[1], -1), out.reshape(len(x), groups, per_group, -1))
    return out


def reach(counts, strides, taps, gaps):
    """How many elements all windows together span, along each axis."""
    return tuple([(p - 1) * s + (t - 1) * d + 1 for p, s, t, d in zip(counts, strides, taps, gaps, strict=True)])


def way(n, weight, sizes, strides, gaps, counts, groups):
    """Which of the kernels is for these shapes, by its name; "product" is that of 1 x 1."""
    per_group, taps = weight[0] // groups, weight[2:]
    if counts[-1] >= 4 * taps[-1] and long(per_group, (taps[-1], strides[-1], None, 1, gaps[-1])):
        return "banded"
    dots = weight[0] == groups > 1 and prod(taps) > prod(counts) <= MOST_DOTS and set(gaps) == {1}
    if dots and n * groups * weight[1] * prod(sizes) >= DOTS and 5 * taps[-1] >= 4 * sizes[-1]:
        return "dots"
    if prod(taps) > prod(counts) or prod(counts) < 4 and n > 1:
        return "channels" if prod(taps) >= MANY and prod(counts) > 1 else "positions"
    return "product" if prod(taps) == 1 and sizes == counts else "sample"


def within(x, first, sizes):
    """The box of x that starts at `first`, with zeros where it leaves x; x itself where it can be."""
    box, inside = framed(x, first, sizes)
    if inside is None:
        return box
    out = np.zeros((*x.shape[:2], *sizes), x.dtype)
    lay_out(out[inside], box)
    return out


def framed(x, first, sizes):
    """(what of x is in the box that starts at `first`, where it is in it: an index, or None if it fills the box)."""
    low = [max(0, -f) for f in first]
    stop = [f + n for f, n in zip(first, sizes)]
    box = x[(..., *[slice(max(0, f), max(0, s)) for f, s in zip(first, stop)])]
    if box.shape[2:] == sizes:
        return box, None
    return box, (..., *[slice(a, a + n) for a, n in zip(low, box.shape[2:])])


def lay_out(target, source):
    """np.copyto of arrays of one shape and dtype; rows that lie in one piece go as one element each, which takes NumPy a half to a third
    of the time for the short rows of windows."""
    row = row_of(target, source)
    if row is not None:
        target, source = target.view(row), source.view(row)
    np.copyto(target, source)


def by_sample(x, w, first, sizes, strides, gaps, counts, groups, result):
    """One product per sample and group: [O, C * taps] @ [C * taps, positions], straight into the result. Where the box leaves x, as many
    samples are framed by zeros at a time as are laid out.

    Adding up one product per tap instead, over shifted views of x that need no copy, is 1.2 to 1.3 times slower with 64
    channels and 3 to 10 times with few; multiplying and adding tap by tap is 1.7 times slower for 3x3 depthwise.
    """
    n, o, taps = x.shape[0], w.shape[0], w.shape[2:]
    c = w.shape[1]
    depth, row = c * prod(taps), prod(counts[1:])
    rows = share(counts[0], depth * row, WHOLE)
    per_group = share(groups, depth * row * rows, TOGETHER)
    samples = share(n, depth * row * rows * per_group, TOGETHER)
    box, inside = framed(x, first, sizes)
    out = result.reshape(n, groups, o // groups, *counts)
    weights = np.ascontiguousarray(w).reshape(groups, o // groups, depth)  # a flipped filter is no BLAS operand

    def run(low, high):
        """Blocks of samples number low to high."""
        frame = box if inside is None else np.zeros((samples, x.shape[1], *sizes), x.dtype)
        sn, sc, *s = frame.strides
        windows = as_strided(
            frame,
            (len(frame), groups, c, *taps, *counts),
            (sn, sc * c, sc, *[a * d for a, d in zip(s, gaps)], *[a * d for a, d in zip(s, strides)]),
        )
        memory = np.empty(samples * per_group * depth * rows * row, x.dtype)
        starts = range(low * samples, min(high * samples, n), samples)
        for i, r, g in product(starts, range(0, counts[0], rows), range(0, groups, per_group)):
            some = slice(i, i + samples)
            if inside is not None:
                part = box[some]
                some = slice(0, len(part))
                if r == g == 0:
                    lay_out(frame[some][inside], part)
            block = windows[some, g : g + per_group][(..., slice(r, r + rows), *[slice(None)] * (len(counts) - 1))]
            columns = memory[: block.size].reshape(block.shape)
            lay_out(columns, block)
            columns = columns.reshape(*block.shape[:2], depth, -1)
            target = out[i : i + samples, g : g + per_group]
            if rows == counts[0]:
                by_columns(weights[g : g + per_group], columns, target.reshape(*target.shape[:3], -1))
            else:
                target = target[:, :, :, r : r + rows]
                target[...] = np.matmul(weights[g : g + per_group], columns).reshape(target.shape)

    blocks = -(-n // samples)
    if rows == counts[0] and result.size * depth >= LONG and pieces(o // groups, depth, prod(counts)):
        spread(run, blocks)
    else:
        run(0, blocks)
    return result


def by_positions(x, w, strides, gaps, counts, groups, result):
    """Products over blocks of what is summed, which add up: [O, (C, taps)] @ [(C, taps), samples * positions]."""
    n, o, taps = x.shape[0], w.shape[0], w.shape[2:]
    c = w.shape[1]
    sn, sc, *s = x.strides
    windows = as_strided(
        x,
        (groups, n, *counts, c, *taps),
        (sc * c, sn, *[a * d for a, d in zip(s, strides)], sc, *[a * d for a, d in zip(s, gaps)]),
    )
    weights = w.reshape(groups, o // groups, c, *taps)
    row, places = prod(taps[1:]), prod(counts)
    rows = share(taps[0], row * places)
    samples = share(n, rows * row * places)
    channels = share(c, samples * rows * row * places)
    per_group = share(groups, channels * samples * rows * row * places)
    memory = np.empty(per_group * samples * places * channels * rows * row, x.dtype)
    out = np.zeros((groups, o // groups, n, places), x.dtype)
    rest = (slice(None),) * len(counts)
    for g, k, r in product(range(0, groups, per_group), range(0, c, channels), range(0, taps[0], rows)):
        left = weights[g : g + per_group, :, k : k + channels, r : r + rows]
        left = left.reshape(*left.shape[:2], -1)
        for i in range(0, n, samples):
            block = windows[
                (slice(g, g + per_group), slice(i, i + samples), *rest, slice(k, k + channels), slice(r, r + rows))
            ]
            columns = memory[: block.size].reshape(block.shape)
            lay_out(columns, block)
            columns = columns.reshape(len(block), -1, left.shape[2]).swapaxes(1, 2)
            out[g : g + per_group, :, i : i + samples] += np.matmul(left, columns).reshape(*left.shape[:2], -1, places)
    result[...] = out.reshape(o, n, *counts).swapaxes(0, 1)
    return result


def by_dots(x, w, strides, counts, groups, result):
    """Inner products of what each position sees, rows joined, with filters that have zeros between their rows: nothing is laid out in
    windows. Gradients of a depthwise weight: 1.4 to 7 times as fast as by_channels and by_positions for 3x3, 1.4 to 1.9 for 5x5, level for 7x7."""
    n, c, taps, sizes = len(x), w.shape[1], w.shape[2:], x.shape[2:]
    steps = [prod(sizes[a:]) for a in range(1, len(sizes) + 1)]
    span = sum([(t - 1) * s for t, s in zip(taps, steps)]) + 1
    places = [(p, sum([i * by * s for i, by, s in zip(p, strides, steps)])) for p in np.ndindex(*counts)]
    x = np.ascontiguousarray(x).reshape(n, groups, c, prod(sizes))
    channels = share(c, x.shape[3], FEW)
    per = share(groups, channels * x.shape[3], FEW)
    filters = np.zeros((per, channels, taps[0] * steps[0]), x.dtype)
    rows = filters.reshape(per, channels, taps[0], *sizes[1:])[(..., slice(None), *[slice(t) for t in taps[1:]])]
    result.fill(0)
    for g, k in product(range(0, groups, per), range(0, c, channels)):
        part = w[g : g + per, k : k + channels]
        some = tuple(map(slice, part.shape[:2]))
        rows[some] = part
        each = filters[some][..., :span]
        for i in range(n):
            source = x[i, g : g + per, k : k + channels]
            for p, at in places:
                result[(i, slice(g, g + per), *p)] += np.vecdot(source[..., at : at + span], each).sum(1)
    return result


def by_channels(x, w, strides, gaps, counts, groups, result):
    """For each channel [O, taps] @ [taps, samples * positions], both sides as they lie: of the weights nothing is copied, and the
    windows of a channel are used while they are in the cache. Weight gradients: twice as fast as by_positions from 3 or 8
    channels, level or slightly faster from 16 to 64; slower with fewer taps than MANY. (The product the other way round: 1.3 times
    as fast for 16 channels to 32 with AVX-512 kernels, 0.6 to 1.1 times elsewhere.)"""
    n, o, taps = x.shape[0], w.shape[0], w.shape[2:]
    c, depth, places = w.shape[1], prod(taps), prod(counts)
    sn, sc, *s = x.strides
    windows = as_strided(
        x,
        (groups, c, n, *counts, *taps),
        (sc * c, sc, sn, *[a * d for a, d in zip(s, strides)], *[a * d for a, d in zip(s, gaps)]),
    )
    samples = max(1, min(n, FEW // (places * depth)))
    memory = np.empty((samples, *counts, *taps), x.dtype)
    out = np.zeros((groups, o // groups, n * places), x.dtype)
    for g, k, i in product(range(groups), range(c), range(0, n, samples)):
        block = windows[g, k, i : i + samples]
        columns = memory[: len(block)]
        lay_out(columns, block)
        left = w[g * (o // groups) : (g + 1) * (o // groups), k].reshape(-1, depth)
        out[g, :, i * places : (i + len(block)) * places] += left.dot(columns.reshape(-1, depth).T)
    result[...] = out.reshape(o, n, *counts).swapaxes(0, 1)
    return result


def by_taps_pays(counts, weight, axes, groups):
    """Are there at most a fourth as many outputs as inputs, and few products with elements that a tap does not meet?"""
    o, c, taps = weight[0] // groups, weight[1], weight[2:]
    if 4 * o > c or c < 4 or prod(taps) == 1 or prod(taps) > prod(counts) or long(o, axes[-1][1:]):
        return False
    met = every = 1
    for count, (size, *axis) in zip(counts, axes, strict=True):
        met *= sum([len(range(*p.indices(count))) for _, p, _ in axis_overlaps(size, count, *axis)])
        every *= size * axis[0]
    return 2 * every <= 3 * met


def by_taps(x, w, out, met, groups):
    """Every tap's product with all of x, [O * taps, C] @ [C, elements], added to the result where it belongs.

    It moves O * taps rows where by_sample moves C * taps. Input gradients: 5 to 7 times faster for 7x7, stride 2, from
    3 to 64 channels, 2.5 to 3 times for 3x3 from 3 to 16, 1.1 to 1.4 times with four times as many; 0.8 to 1.0 times with twice as many.
    """
    n, o, c = x.shape[0], w.shape[0], w.shape[1]
    sizes = x.shape[2:]
    weights = np.moveaxis(np.ascontiguousarray(w).reshape(groups, o // groups, c, -1), 3, 1).reshape(groups, -1, c)
    x = x.reshape(n, groups, c, -1)
    out = out.reshape(n, groups, o // groups, *out.shape[2:])
    samples = share(n, groups * weights.shape[1] * x.shape[3])
    memory = np.empty((samples, *weights.shape[:2], x.shape[3]), x.dtype)
    for i in range(0, n, samples):
        y = memory[: len(x) - i]
        by_columns(weights, x[i : i + samples], y)
        y = y.reshape(len(y), groups, *w.shape[2:], o // groups, *sizes)
        target = out[i : i + samples]
        for tap, p, e in met:
            target[(..., *p)] += y[(slice(None), slice(None), *tap, ..., *e)]


def share(size, each, block=BLOCK):
    """How many of `size` things, of `each` elements, go into one block: at least one."""
    return max(1, min(size, block // max(each, 1)))


def long(outputs, axis):
    """Is `banded` the way, for the last axis (taps, stride, padding, base, dilation)?"""
    taps, stride, _, base, dilation = axis
    return stride == base == dilation == 1 and taps >= 16 * max(outputs, 4)


def banded(x, w, first, strides, gaps, counts, groups, result):
    """Long filters of few outputs: b neighbouring positions share a window, their filters the rows of a band matrix.

    It multiplies by zeros about as often as by weights, but copies each element twice instead of once per tap. With one
    channel, 100000 long: 1.4 times faster than by_sample with 64 taps, 4.4 times with 1000; slower with 16.
    """
    o, taps = w.shape[0], w.shape[-1]
    b = min(128, 1 << (taps - 1).bit_length())
    band = np.zeros((o, b, *w.shape[1:-1], b + taps - 1), w.dtype)
    for i in range(b):
        band[:, i, ..., i : i + taps] = w
    blocks = -(-counts[-1] // b)
    out = plain(
        x,
        band.reshape(o * b, *band.shape[2:]),
        first,
        (*strides[:-1], b),
        gaps,
        (*counts[:-1], blocks),
        groups,
        np.empty((len(x), o * b, *counts[:-1], blocks), x.dtype),
    )
    out = np.moveaxis(out.reshape(-1, o, b, *counts[:-1], blocks), 2, -1)
    result[...] = out.reshape(-1, o, *counts[:-1], blocks * b)[..., : counts[-1]]
    return result
