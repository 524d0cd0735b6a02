"""Derivatives of half precision as torch's CPU kernels round them, where that is neither one rounding at the end nor one for each
operation of the rule: primitive by primitive, over arrays.

Each function takes `r`, which rounds a float32 array to the dtype and gives float32 again, the cotangent, the result and the operands as
float32, and gives the operands' cotangents; None where the primitive's own rule does. Loaded when half precision is first asked for.
"""

import functools
import math

import numpy as np

from ..core import half_values
from ..core.aval import Aval
from ..core.halves import is_bfloat16
from ..core.primitive import helper
from .conv import _input_cotangent, _weight_cotangent
from .losses import terms
from .window import fold


def sigmoid_of(x):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def sigmoid(r, ct, out, x, *, need):
    """float16 alone: ct (1 - s) s, an operation after the other."""
    if is_bfloat16(r):
        return None
    if out is None:
        out = r(sigmoid_of(x))
    return [r(r(ct * r(1 - out)) * out)]


def gated(r, ct, out, x, y, *, need):
    """The sigmoid is rounded, and read so."""
    s = r(sigmoid_of(y))
    return [r(s * ct) if need & 1 else None, r((1 - s) * s * x * ct) if need & 2 else None]


def log_sigmoid(r, ct, out, x, *, need):
    """ct / (1 + exp(x)) by the exponential of -|x|, which torch has kept, rounded."""
    e = r(np.exp(-np.abs(x)))
    e /= 1 + e
    return [r(ct * np.where(x < 0, 1 - e, e))]


def soft_margin(r, ct, out, x, y, *, need):
    return of_soft_margin(r, x, y, 1, ct, need)


def soft_margin_error(r, ct, out, x, y, *, need, mean):
    return of_soft_margin(r, x, y, max(terms(x.size, mean), 1), ct, need)


def of_soft_margin(r, x, y, n, ct, need):
    """-y e / n / (1 + e) ct with e = exp(-y x), an operation after the other; no derivative by y, as in torch."""
    if need & 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        e = r(np.exp(r(-y * x)))
        return [r(r(r(r(y * e) * r(np.float32(-1 / n))) / r(e + 1)) * ct), None]


def erf(r, ct, out, x, *, need):
    return [r(r(np.float32(2 / math.sqrt(math.pi)) * r(np.exp(r(-r(x * x))))) * ct)]


def arctan(r, ct, out, x, *, need):
    return [r(ct / r(r(x * x) + 1))]


def arcsin(r, ct, out, x, *, need):
    with np.errstate(all="ignore"):
        return [r(ct * r(1 / np.sqrt(r(1 - r(x * x)))))]


def trilinear(r, ct, out, x, w, y, *, need):
    """As torch makes it: by one of w's matrices after the other, of two products each."""
    of_x, of_w, of_y = [np.zeros(v.shape, ct.dtype) for v in (x, w, y)]
    for k in range(len(of_w)):
        t = ct[:, k : k + 1]
        if need & 1:
            of_x = r(of_x + r(np.matmul(r(t[:, :, None] * w[k]), y[:, :, None])[..., 0]))
        if need & 2:
            of_w[k] = r(x * t).T @ y
        if need & 4:
            of_y = r(of_y + r(r(x @ w[k]) * t))
    return [g if need >> i & 1 else None for i, g in enumerate((of_x, of_w, of_y))]


def unfold(r, ct, out, x, *, need, window, **params):
    return [half_values.fold(r, fold.impl, ct, sizes=x.shape[len(x.shape) - len(window) :], window=window, **params)]


def window_sum(r, ct, out, x, *, need, window, strides, padding, base_dilation, window_dilation):
    """What the windows give to a number, one after the other, each sum rounded."""
    if max(base_dilation + window_dilation) > 1:
        return None
    lead, sizes = x.shape[: len(x.shape) - len(window)], x.shape[len(x.shape) - len(window) :]
    every = (slice(None),) * len(lead)
    total = np.zeros(
        (*lead, *[n + low + max(high, 0) for n, (low, high) in zip(sizes, padding, strict=True)]), ct.dtype
    )
    for place in reversed([*np.ndindex(*window)]):
        at = every + tuple([slice(p, p + (n - 1) * s + 1, s) for p, n, s in zip(place, ct.shape[len(lead) :], strides)])
        total[at] = r(total[at] + ct)
    return [total[every + tuple([slice(low, low + n) for n, (low, _) in zip(sizes, padding)])]]


def gather(r, ct, out, x, *indices, need):
    """What has been taken from one place several times comes back one after the other, each sum rounded."""
    shape = x.shape[: len(indices)]
    if not ct.size or not shape:
        return None
    places = np.ravel_multi_index([k % n for k, n in zip(np.broadcast_arrays(*indices), shape, strict=True)], shape)
    places = places.reshape(-1)
    order = np.argsort(places, kind="stable")
    begins = np.searchsorted(places[order], places[order])
    times = np.empty_like(order)
    times[order] = np.arange(len(order)) - begins  # how often each place was taken before
    if times.max() > MOST_TIMES:
        return None
    rows = ct.reshape(len(places), -1)
    total = np.zeros((math.prod(shape), rows.shape[1]), ct.dtype)
    for k in range(times.max() + 1):
        now = times == k
        total[places[now]] = r(total[places[now]] + rows[now])
    return [total.reshape(x.shape)] + [None] * len(indices)


def window_gather(r, ct, out, x, idx, *, need, axes):
    """The same, where every row gives elements of the same places."""
    lead = idx.shape[: idx.ndim - axes]
    if not idx.size or any(idx.strides[: len(lead)]) or (at := idx[(0,) * len(lead)]).min() < 0:
        return None
    rows, n = math.prod(lead), math.prod(x.shape[len(lead) :])
    found = gather(r, ct.reshape(rows, -1).T, out, Aval((n, rows), ct.dtype), at.reshape(-1), need=need)
    return found and [found[0].T.reshape(x.shape), None]


MOST_TIMES = 64  # (beyond, sums in float32 are sooner had)


def both_signs(g, need):
    """The derivatives of what depends on x - y alone."""
    return [g if need & 1 else None, -g if need & 2 else None]


def squared_error(r, ct, out, x, y, *, need, mean):
    """2/n (x - y) ct, with each factor and product rounded."""
    n = max(terms(x.size, mean), 1)
    return both_signs(r(r(r(np.float32(2 / n)) * r(x - y)) * ct), need)


def huber_error(r, ct, out, x, y, *, need, mean, delta, linear):
    """The same of 1/n (x - y) ct where |x - y| < delta, and of 1/n ct delta beyond."""
    if linear != delta:
        return None
    d, share, edge = r(x - y), r(np.float32(1 / max(terms(x.size, mean), 1))), r(np.float32(delta))
    return both_signs(np.where(np.abs(d) < edge, r(r(share * d) * ct), r(r(share * ct) * edge) * np.sign(d)), need)


def conv(r, ct, out, x, w, *, need, **params):
    """float16: the gradient of the weight is rounded as each sample is added to it, that of the input as each tap is."""
    if is_bfloat16(r) or x.shape[0] > MOST_TIMES or 0 in x.shape + w.shape + ct.shape:
        return None
    of_w = None
    if need & 2:
        of_w = np.float32(0)
        for k in range(x.shape[0]):
            of_w = r(of_w + _weight_cotangent(ct[k : k + 1], x[k : k + 1], w.shape, **params))
    return [of_input(r, ct, x.shape, w, **params) if need & 1 else None, of_w]


def conv_bias(r, ct, out, x, w, b, *, need, **params):
    """Where taps lie apart the bias's is rounded for each sample, and as it is added."""
    gs, axes = conv(r, ct, out, x, w, need=need, **params), tuple(range(1, ct.ndim - 1))
    if gs is None or not need & 4:
        return gs and [*gs, None]
    if {*params["rhs_dilation"]} == {1} or is_transposed(w, **params):
        return [*gs, np.add.reduce(ct, (0, *[a + 1 for a in axes]))]
    return [*gs, functools.reduce(lambda total, c: r(total + r(np.add.reduce(c, axes))), ct, np.float32(0))]


def is_transposed(w, *, padding, lhs_dilation, rhs_dilation, **params):
    """Is it what a transposed convolution is made of: of an input that is dilated, or padded by all but one of the taps?"""
    full = [d * (t - 1) for d, t in zip(rhs_dilation, w.shape[2:])]
    return {*lhs_dilation} != {1} or any(full) and all([low >= f for (low, _), f in zip(padding, full)])


def of_input(r, ct, shape, w, **params):
    """The gradient of a convolution's input: by taps. (Of a transposed one torch takes a convolution, which rounds once.)"""
    if is_transposed(w, **params) or min(map(min, params["padding"])) < 0:
        return _input_cotangent(ct, shape, w, **params)
    return added_by_taps(r, ct, shape, w, **{k: v for k, v in params.items() if k != "lhs_dilation"})


def added_by_taps(r, ct, shape, w, strides, padding, rhs_dilation, groups):
    """The transpose of a convolution: what goes through each tap of the weight, rounded, is added in turn, and the sum rounded."""
    n, c, *sizes = shape
    o, _, *taps = w.shape
    positions = ct.shape[2:]
    ct = ct.reshape(n, groups, o // groups, -1)
    w = np.moveaxis(w.reshape(groups, o // groups, c // groups, *taps), 1, 2)
    whole = np.zeros((n, c, *[low + s + high for s, (low, high) in zip(sizes, padding)]), np.float32)
    for tap in np.ndindex(*taps):
        part = r(np.matmul(w[(..., *tap)], ct)).reshape(n, c, *positions)
        steps = zip(tap, rhs_dilation, positions, strides)
        at = (..., *[slice(t * d, t * d + (p - 1) * s + 1, s) for t, d, p, s in steps])
        whole[at] = r(whole[at] + part)
    return whole[(..., *[slice(low, low + s) for s, (low, _) in zip(sizes, padding)])]


def lstm_layer(r, cts, out, x, h0, c0, w, v, b, d, *, need):
    """bfloat16: what reaches the sums of the gates is rounded, and so are the gates that it is made of; the states' cotangents are not."""
    (of_h, of_c, of_a), (h, c, a) = cts, out
    if not is_bfloat16(r) or of_a is not None or not len(h):
        return None
    h0, c0 = (np.zeros(s.shape, np.float32) if type(s) is Aval else s for s in (h0, c0))  # (nothing asks for it)
    (o, i, f, g), top = a.swapaxes(0, 1), np.tanh(c)
    before = np.concatenate((c0[None], c[:-1]))
    slopes = np.stack((g * i * (1 - i), before * f * (1 - f), i * (1 - g * g), top * o * (1 - o)), 2)  # [T, n, 4, m]
    through, z = (1 - top * top) * o, np.empty_like(slopes)
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in range(len(h) - 1, -1, -1):
        dh = dh if of_h is None else dh + of_h[t]
        dc = dc + through[t] * dh if of_c is None else dc + through[t] * dh + of_c[t]
        z[t] = r(slopes[t] * np.stack((dc, dc, dc, dh), 1))
        dh, dc = z[t].reshape(len(dh), -1) @ w, dc * f[t]
    z = z.reshape(-1, w.shape[0])
    of_x = (z @ v).reshape(x.shape) if need & 1 else None
    of_w = z.T @ np.concatenate((h0[None], h[:-1])).reshape(len(z), -1) if need & 8 else None
    of_v, of_bias = z.T @ x.reshape(len(z), -1) if need & 16 else None, z.sum(0)
    return [of_x, dh, dc, of_w, of_v, of_bias, of_bias]


@helper
def half_rules():
    """The rules by their primitives' names."""
    rules = (
        arcsin, arctan, conv, conv_bias, erf, gated, gather, huber_error, log_sigmoid, lstm_layer, sigmoid, soft_margin, soft_margin_error, squared_error, trilinear,
        unfold, window_gather, window_sum,
    )  # fmt: skip
    return {f.__name__: f for f in rules}
