"""What torch's kernels of half precision compute otherwise than in float32 with one rounding at the end: primitive by primitive.

Each function takes `r`, which rounds a float32 array to the dtype and gives float32 again, `compute`, the primitive's own value,
and the primitive's operands as float32.
"""

import functools
import math

import numpy as np

from .halves import VECTOR, is_bfloat16
from .multiply_add import single

GROUP = 16  # terms that torch adds up before it goes on with their sum


def log_softmax(r, compute, x, *, axes):
    """The sum of the exponentials and its logarithm are kept in the dtype itself, along the last axis."""
    if axes != (x.ndim - 1,) or not x.size:
        return compute(x, axes=axes)
    x = x - np.max(x, -1, keepdims=True)
    return x - r(np.log(r(np.add.reduce(np.exp(x), -1, keepdims=True))))


def softmax(r, compute, x, *, axes):
    """Along another axis than the last, of the numbers behind the last whole vector of those that lie together, the exponentials are rounded
    before they are divided by their sum."""
    out = compute(x, axes=axes)
    if len(axes) != 1 or axes[0] == x.ndim - 1 or not x.size:
        return out
    inner = x.shape[axes[0] + 1 :]
    together = math.prod(inner)
    if together % VECTOR:
        e = np.exp(x - np.max(x, axes, keepdims=True))
        behind = (np.arange(together) >= together - together % VECTOR).reshape(inner)
        out = np.where(behind, r(e) / np.add.reduce(e, axes, keepdims=True), out)
    return out


def logsumexp(r, compute, x, *, axes):
    """An operation after the other."""
    if not x.size or not axes:
        return compute(x, axes=axes)
    top = np.max(x, axes, keepdims=True)
    top[~np.isfinite(top)] = 0
    return r(np.log(r(np.add.reduce(r(np.exp(r(x - top))), axes)))) + top.reshape(np.add.reduce(x, axes).shape)


def picked_loss(r, compute, p, k, *, mean):
    """The terms are added in the dtype itself: sixteen at a time, then the sums of sixteen, and so on; the first term last."""
    if not len(k):
        return compute(p, k, mean=mean)
    terms = -p[np.arange(len(k)), k]
    first, terms, total = terms[0], terms[1:], np.float32(0)
    while terms.size:
        whole = terms.size - terms.size % GROUP
        rest = functools.reduce(lambda x, y: r(x + y), terms[whole:], np.float32(0))
        total = r(total + rest)
        terms = functools.reduce(lambda x, y: r(x + y), terms[:whole].reshape(-1, GROUP).T, np.float32(0)).reshape(-1)[
            : whole // GROUP
        ]
    total = r(total + first)
    return total / np.float32(len(k)) if mean else total


def power(r, compute, x, y, **params):
    """A third power is two products in bfloat16."""
    if np.ndim(y) == 0 and y == 3 and is_bfloat16(r):
        return r(x * x) * x
    return compute(x, y, **params)


def xlogy(r, compute, x, y, **params):
    """The logarithm is rounded before it is multiplied."""
    return np.where(x == 0, compute(x, y, **params), x * r(np.log(y)))


def fold(r, compute, y, *, window, **params):
    """What comes from one place of the windows after what comes from the one before, rounded each time."""
    lead, total = (slice(None),) * (y.ndim - 2 * len(window)), None
    for place in np.ndindex(*window):
        part = np.zeros_like(y)
        part[lead + place] = y[lead + place]
        part = compute(part, window=window, **params)
        total = part if total is None else r(total + part)
    return compute(y, window=window, **params) if total is None else total


def trilinear(r, compute, x, w, y):
    """The product by w is rounded before it is multiplied."""
    return np.matmul(np.moveaxis(r(np.matmul(x, w)), 0, 1), y[:, :, None])[..., 0]


def nextafter(r, compute, x, y, **params):
    """The neighbour in the dtype itself."""
    if not is_bfloat16(r):
        return compute(x.astype(np.float16), y.astype(np.float16), **params).astype(np.float32)
    x, y = np.broadcast_arrays(x, y)
    step = np.where((x < y) == (x > 0), 1 << 16, -(1 << 16)).astype(np.int32)
    out = (np.array(x, order="C").view(np.int32) + step).view(np.float32)
    out = np.where(x == 0, np.copysign(np.float32(2.0**-133), y), out)
    return np.where(x == y, y, np.where(np.isnan(x) | np.isnan(y), np.nan, out))


def binary_cross_entropy_with_logits(r, compute, x, y):
    """Four operations, one after the other."""
    return r(r(1 - y) * x) - r(np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))))


def binary_cross_entropy(r, compute, x, y):
    """Every operation rounds, the logarithms too."""
    with np.errstate(divide="ignore", invalid="ignore"):
        far, near = (np.maximum(r(log), -100) for log in (np.log1p(-x), np.log(x)))
    return r(r(y - 1) * far) - r(y * near)


def soft_margin(r, compute, x, y):
    with np.errstate(over="ignore"):
        return np.log1p(r(np.exp(r(-y * x))))


def reduced(r, terms, mean):
    """The sum, or the mean, of terms that are of the dtype."""
    return np.add.reduce(r(terms), axis=None) / np.float32((terms.size or np.nan) if mean else 1)


def squared_error(r, compute, x, y, *, mean):
    d = r(x - y)
    return reduced(r, d * d, mean)


def logits_loss(r, compute, x, y, *, mean):
    return reduced(r, binary_cross_entropy_with_logits(r, compute, x, y), mean)


def probability_loss(r, compute, x, y, *, mean):
    return reduced(r, binary_cross_entropy(r, compute, x, y), mean)


def soft_margin_error(r, compute, x, y, *, mean):
    return reduced(r, soft_margin(r, compute, x, y), mean)


def of_distance(r, d, delta, linear):
    """The terms of a Huber loss, each operation rounded by r."""
    d, edge, half = np.abs(r(d)), r(np.float32(delta)), r(np.float32(0.5 * delta))
    near, far = r(r(np.float32(0.5) * d) * d), r(d - half)
    return np.where(
        d < edge, near / edge if linear != delta else near, far if linear == 1 else r(np.float32(linear)) * far
    )


def huber_error(r, compute, x, y, *, mean, delta, linear):
    """The terms are computed in steps in bfloat16, in float32 in float16."""
    return reduced(r, of_distance(r if is_bfloat16(r) else np.asarray, x - y, delta, linear), mean)


def smooth_absolute_error(r, compute, x, y, *, mean, delta, linear):
    """The other way round."""
    return reduced(r, of_distance(np.asarray if is_bfloat16(r) else r, x - y, delta, linear), mean)


def lstm_layer(r, compute, x, h, c, w, v, b, d):
    """The sum of the biases, the hidden states and the cells' states are kept in bfloat16; what lies between them is not."""
    if not is_bfloat16(r):
        return compute(x, h, c, w, v, b, d)
    steps, n, m = len(x), *h.shape
    own, found, w = x @ v.T + r(b + d), [], w.T
    for z in own:
        z = (z + h @ w).reshape(n, 4, m).swapaxes(0, 1)
        new = np.tanh(z[2])
        with np.errstate(over="ignore"):
            write, keep, show = 1 / (1 + np.exp(-z[[0, 1, 3]]))
        c = keep * c + write * new
        h = r(show * np.tanh(c))
        found.append((h, c, (show, write, keep, new)))
        c = r(c)
    return tuple([np.stack(each) for each in zip(*found, strict=True)]) if steps else compute(x, h, c, w.T, v, b, d)


ROW, LANES = 16, 8  # numbers that torch takes at once of a row whose moments it computes, and how many in a lane
LONGEST = 16 * ROW  # (torch takes the moments of longer rows apart)


def row_moments(x):
    """(mean, variance) of each row [count, n], n <= LONGEST, in torch's order: Welford's running moments in two lanes of eight, those of the numbers
    behind them, and the moments of both put together (Chan, Golub and LeVeque, 1983)."""
    count, n = x.shape
    whole = n // ROW
    lanes = x[:, : whole * ROW].reshape(count, whole, 2, LANES)
    mean = squares = np.zeros((count, 2, LANES), x.dtype)
    for k in range(whole):
        step = lanes[:, k] - mean
        mean, squares = one_more(single(step, np.float32(1) / np.float32(k + 1), mean), squares, lanes[:, k], step)
    first = np.zeros(count, x.dtype)
    own = first, first
    for k, at in enumerate(range(whole * ROW, n)):
        step = x[:, at] - own[0]
        own = one_more(own[0] + step / np.float32(k + 1), own[1], x[:, at], step)
    if whole:
        both = put_together(whole, (mean[:, 1], squares[:, 1]), whole, (mean[:, 0], squares[:, 0]))
        for lane in range(LANES):
            before = n - whole * ROW + 2 * whole * lane
            own = put_together(2 * whole, [v[:, lane] for v in both], before, own)
    return own[0], own[1] / np.float32(n)


def one_more(mean, squares, x, step):
    """The new mean, and the sum of squares about it with one more number x, which was `step` from the mean before."""
    return mean, squares + step * (x - mean)


def put_together(n, more, before, own):
    """The moments of `before` numbers and of n more."""
    share, d = np.float32(n) / np.float32(n + before), more[0] - own[0]
    return single(share, d, own[0]), own[1] + single(d * d * share, np.float32(before), more[1])


VALUES = {
    f.__name__: f
    for f in (
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        fold,
        huber_error,
        logits_loss,
        log_softmax,
        smooth_absolute_error,
        softmax,
        squared_error,
        logsumexp,
        lstm_layer,
        nextafter,
        picked_loss,
        power,
        probability_loss,
        soft_margin,
        soft_margin_error,
        trilinear,
        xlogy,
    )
}
