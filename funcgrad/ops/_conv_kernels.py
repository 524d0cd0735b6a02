"""Convolution in NumPy: the same sums as products of matrices, in the order that suits the shape.

The geometry is that of _window_kernels.py, and nothing that is not there is multiplied: with a dilated operand (the
transpose of a stride) the positions fall into phases, each of which meets only some taps and is a plain convolution.

  by_rows       (_conv_rows.py) a product for each row of taps, with rows of the input that windows share: the usual forward pass
  rows_summed   (there) the same products the other way round, which add up: many taps, few positions, as in the gradient of the weight
  by_taps       one product with all taps at once, its rows added where they belong: few outputs of many inputs, as in
                the input gradient of a layer that widens
  by_positions  the summed axis in blocks that add up: many taps, few positions, where there is little of it, or one position
  banded        long filters of few outputs: neighbouring positions as more outputs of a filter bank

What they take beside torch's is measured in docs/decisions/blas.md. Small calls cost 20 us.
"""

from functools import lru_cache
from itertools import product
from math import gcd, prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ._conv_rows import TOGETHER, by_rows, framed, lay_out, rows_summed, share
from ._pieces import by_columns
from ._window_kernels import axis_overlaps, congruent, positions, window_overlaps
from .rows import LONGEST_ROW

# Elements of windows laid out at a time. Of 2**14 to 2**19, 2**18 and 2**19 are the fastest or level on every shape
# above, and up to 4 times faster than whole samples where these are large (7x7 depthwise, (32, 96, 56, 56), float64).
BLOCK = 1 << 18
MANY = 256  # taps, from which a channel alone is enough for a product, however few there are


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
    """What in_one_block needs to know, of operands whose windows by_rows or by_positions would lay out in one block: where
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
    if kind not in ("rows", "positions") or n * channels * prod(taps) * prod(counts) > TOGETHER:
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
    if kind == "rows":
        windows = (n, groups, c, *taps, *counts), (sn, sc * c, sc, *over_taps, *over_counts)
        columns = n, groups, c * prod(taps), prod(counts)
    else:
        windows = (groups, n, *counts, c, *taps), (sc * c, sn, *over_counts, sc, *over_taps)
        columns = groups, n * prod(counts), c * prod(taps)
    row = itemsize * windows[0][-1]
    row = np.dtype((np.void, row)) if windows[1][-1] == itemsize < row <= LONGEST_ROW else None
    return result, (..., *box), inside, frame, at * itemsize, windows, columns, (groups, o // groups, -1), row


def in_one_block(x, w, known, out):
    """by_rows or by_positions, of which `at_once` knows all that follows from the shapes."""
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
    if kind == "banded" and not np.isfinite(x).all():
        kind = "rows"  # (zeros times inf would be seen by positions that inf does not reach)
    if kind == "banded":
        return banded(x, w, first, strides, gaps, counts, groups, out)
    if kind == "rows":
        return by_rows(x, w, first, sizes, strides, gaps, counts, groups, out)
    if kind == "summed":
        return rows_summed(x, w, first, sizes, strides, gaps, counts, groups, out)
    x = within(x, first, sizes)
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
    if prod(taps) > prod(counts) or prod(counts) < 4 and n > 1:
        small = n * groups * weight[1] * prod(taps) * prod(counts) <= TOGETHER or prod(counts) == 1
        return "positions" if prod(taps) < MANY and small else "summed"
    return "product" if prod(taps) == 1 and sizes == counts else "rows"


def within(x, first, sizes):
    """The box of x that starts at `first`, with zeros where it leaves x; x itself where it can be."""
    box, inside = framed(x, first, sizes)
    if inside is None:
        return box
    out = np.zeros((*x.shape[:2], *sizes), x.dtype)
    lay_out(out[inside], box)
    return out


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
    rows = share(taps[0], row * places, BLOCK)
    samples = share(n, rows * row * places, BLOCK)
    channels = share(c, samples * rows * row * places, BLOCK)
    per_group = share(groups, channels * samples * rows * row * places, BLOCK)
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

    It moves O * taps rows where by_rows moves C * taps. Input gradients: 5 to 7 times faster for 7x7, stride 2, from
    3 to 64 channels, 2.5 to 3 times for 3x3 from 3 to 16, 1.1 to 1.4 times with four times as many; 0.8 to 1.0 times with twice as many.
    """
    n, o, c = x.shape[0], w.shape[0], w.shape[1]
    sizes = x.shape[2:]
    weights = np.moveaxis(np.ascontiguousarray(w).reshape(groups, o // groups, c, -1), 3, 1).reshape(groups, -1, c)
    x = x.reshape(n, groups, c, -1)
    out = out.reshape(n, groups, o // groups, *out.shape[2:])
    samples = share(n, groups * weights.shape[1] * x.shape[3], BLOCK)
    memory = np.empty((samples, *weights.shape[:2], x.shape[3]), x.dtype)
    for i in range(0, n, samples):
        y = memory[: len(x) - i]
        by_columns(weights, x[i : i + samples], y)
        y = y.reshape(len(y), groups, *w.shape[2:], o // groups, *sizes)
        target = out[i : i + samples]
        for tap, p, e in met:
            target[(..., *p)] += y[(slice(None), slice(None), *tap, ..., *e)]


def long(outputs, axis):
    """Is `banded` the way, for the last axis (taps, stride, padding, base, dilation)?"""
    taps, stride, _, base, dilation = axis
    return stride == base == dilation == 1 and taps >= 16 * max(outputs, 4)


def banded(x, w, first, strides, gaps, counts, groups, result):
    """Long filters of few outputs: b neighbouring positions share a window, their filters the rows of a band matrix.

    It multiplies by zeros about as often as by weights, but copies each element twice instead of once per tap. With one
    channel, 100000 long: 1.4 times faster than windows side by side with 64 taps, 4.4 times with 1000; slower with 16.
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
