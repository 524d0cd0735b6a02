"""np.pad in every mode: values around an array, taken from it or computed of it. Mode "empty" fills in zeros."""

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, at_axis, cast, inexact, operand
from .concrete import concrete
from .creation import copied
from .protocol import implements

P = PRIMITIVES


def pairs(value, ndim, what):
    """((before, after), ...) for each axis, from a number, a pair, or one pair an axis; traced values stay traced."""
    if isinstance(value, dict):
        out = [(0, 0)] * ndim
        for d, v in value.items():
            out[d] = pairs(v, 1, what)[0]
        return out
    value = as_array(value)
    try:
        value = np.broadcast_to(value, (ndim, 2))
    except ValueError:
        raise ValueError(
            f"{what}: one entry an axis ({ndim}) is needed, or one for all; got shape {value.shape}."
        ) from None
    return [(value[i, 0], value[i, 1]) for i in range(ndim)]


def widths_of(pad_width, ndim):
    widths = [tuple(int(k) for k in p) for p in pairs(concrete(pad_width, "pad: pad_width"), ndim, "pad_width")]
    if any(k < 0 for p in widths for k in p):
        raise ValueError("index can't contain negative values")
    return widths


# ------------------------------------------------------------------------------------------------ indices of the elements repeated
def edge(n, low, high):
    return np.clip(np.arange(-low, n + high), 0, n - 1)


def wrap(n, low, high):
    return np.arange(-low, n + high) % n


def reflect(n, low, high):
    period = max(2 * n - 2, 1)
    i = np.arange(-low, n + high) % period
    return np.minimum(i, period - i) if n > 1 else np.zeros_like(i)


def symmetric(n, low, high):
    i = np.arange(-low, n + high) % (2 * n)
    return np.minimum(i, 2 * n - 1 - i)


REPEATING = {"edge": edge, "wrap": wrap, "reflect": reflect, "symmetric": symmetric}
STATISTICS = {"maximum": np.max, "minimum": np.min, "mean": np.mean, "median": np.median}
OPTIONS = {
    "constant": ("constant_values",), "linear_ramp": ("end_values",), "reflect": ("reflect_type",),
    "symmetric": ("reflect_type",), **dict.fromkeys(STATISTICS, ("stat_length",)),
}  # fmt: skip


@implements(np.pad)
def pad(array, pad_width, mode="constant", **kwargs):
    x = as_array(array)
    ndim = len(x.shape)
    widths = widths_of(pad_width, ndim)
    if callable(mode):
        return by_function(x, widths, mode, kwargs)
    if mode not in (*REPEATING, *STATISTICS, "constant", "linear_ramp", "empty"):
        raise ValueError(f"mode '{mode}' is not supported")
    unknown = set(kwargs) - set(OPTIONS.get(mode, ()))
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    constant = operand(kwargs.get("constant_values", 0))
    if mode in ("constant", "empty") and not shape_of(constant):  # one value on all sides
        return P["pad"](x, cast(constant, x.dtype), config=tuple((low, high, 0) for low, high in widths))
    values = pairs(kwargs.get("constant_values", kwargs.get("end_values", 0)), ndim, "constant_values")
    lengths = kwargs.get("stat_length")
    lengths = [(None, None)] * ndim if lengths is None else pairs(lengths, ndim, "stat_length")
    odd = kwargs.get("reflect_type", "even") == "odd"
    for d, (low, high) in enumerate(widths):
        if not low and not high:
            continue
        if mode in REPEATING:
            x = repeated(x, d, low, high, mode, odd)
        elif mode == "linear_ramp":
            ends = [ramp(x, d, k, v, side) for side, (k, v) in enumerate(zip((low, high), values[d], strict=True))]
            x = beside(x, d, *ends)
        elif mode in STATISTICS:
            sides = enumerate(zip((low, high), lengths[d], strict=True))
            x = beside(x, d, *[statistic(x, d, k, n, mode, side) for side, (k, n) in sides])
        else:
            before, after = values[d]
            x = beside(x, d, block(x, d, low, before), block(x, d, high, after))
    return x


def block(x, d, k, value):
    """k slices along axis d of one value."""
    return np.broadcast_to(cast(value, dtype_of(x)), (*x.shape[:d], k, *x.shape[d + 1 :]))


def beside(x, d, before, after):
    return np.concatenate([before, x, after], d)


def repeated(x, d, low, high, mode, odd):
    n = x.shape[d]
    if not n:
        raise ValueError(f"can't extend empty axis {d} using modes other than 'constant' or 'empty'")
    if not odd or mode in ("edge", "wrap"):
        return np.take(x, REPEATING[mode](n, low, high), d)
    while low or high:  # odd reflection: 2 * edge minus the reflected, at most the whole array at a time
        n = x.shape[d]
        most = n - 1 if mode == "reflect" else n
        if not most:
            return np.take(x, edge(n, low, high), d)
        a, b = min(low, most), min(high, most)
        first, last = (P["getitem"](x, idx=at_axis(d, slice(i, i + 1 or None))) for i in (0, -1))
        mirrored = np.take(x, REPEATING[mode](n, a, b), d)
        before = 2 * first - P["getitem"](mirrored, idx=at_axis(d, slice(0, a)))
        after = 2 * last - P["getitem"](mirrored, idx=at_axis(d, slice(a + n, a + n + b)))
        x = beside(x, d, cast(before, x.dtype), cast(after, x.dtype))
        low, high = low - a, high - b
    return x


def ramp(x, d, k, end, side):
    """k slices that lead from the end value to the edge of x, not included, in the equal steps of np.linspace."""
    first = inexact(P["getitem"](x, idx=at_axis(d, slice(0, 1) if side == 0 else slice(-1, None))))
    i = np.arange(0, k) if side == 0 else np.arange(0, k)[::-1]
    end = inexact(end)
    out = i.reshape((-1,) + (1,) * (len(x.shape) - d - 1)) * ((first - end) / max(k, 1)) + end
    return cast(P["floor"](out) if x.dtype.kind in "iu" else out, x.dtype)


def statistic(x, d, k, length, mode, side):
    """k slices of a statistic of the `length` slices at the edge."""
    n = x.shape[d]
    length = n if length is None else min(int(length), n)
    if not length and mode in ("maximum", "minimum"):
        raise ValueError("stat_length of 0 yields no value for padding")
    part = P["getitem"](x, idx=at_axis(d, slice(0, length) if side == 0 else slice(n - length, n)))
    value = STATISTICS[mode](part, axis=d, keepdims=True)
    value = P["round"](value, decimals=0) if x.dtype.kind in "iu" and mode in ("mean", "median") else value
    return block(x, d, k, value)


def by_function(x, widths, function, kwargs):
    """mode as a function: it fills each padded vector in place."""
    config = tuple((low, high, 0) for low, high in widths)
    x = copied(P["pad"](x, 0, config=config))
    for d, width in enumerate(widths):
        moved = np.moveaxis(x, d, -1)
        for at in np.ndindex(*moved.shape[:-1]):
            function(moved[at], width, d, kwargs)
    return x
