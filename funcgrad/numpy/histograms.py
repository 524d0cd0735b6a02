"""NumPy's histograms. Edges between the least and the greatest element have a derivative, and sums of weights; counts have none."""

import functools
import math
import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from .arguments import as_array, cast, operand, size_of
from .concrete import NONE, of_values, plain
from .protocol import implements

P = PRIMITIVES
by_values = of_values(np.histogram_bin_edges, per_sample=True)


@implements(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):  # noqa: A002
    """The edges move with the least and the greatest element; how many a rule like "auto" makes, values say."""
    if isinstance(bins, str):
        return by_values(a, bins, range, weights)
    bins = operand(bins)
    if shape_of(bins):
        edges = plain(bins)
        if edges is not NONE and np.any(edges[:-1] > edges[1:]):
            raise ValueError("`bins` must increase monotonically, when an array")
        return bins
    bins = operator.index(bins)
    if bins < 1:
        raise ValueError("`bins` must be positive, when an integer")
    a = operand(a)
    if range is not None:
        low, high = range
        if not any(isinstance(v, Handle) for v in range) and low > high:
            raise ValueError("max must be larger than min in range parameter.")
    elif size_of(a) == 0:
        low, high = 0.0, 1.0
    else:
        low, high = np.min(a), np.max(a)
    low, high = cast(low, edge_dtype(a)), cast(high, edge_dtype(a))
    same = P["equal"](low, high)
    half = low.dtype.type(0.5) if hasattr(low, "dtype") else 0.5
    return np.linspace(
        P["where"](same, P["sub"](low, half), low), P["where"](same, P["add"](high, half), high), bins + 1
    )


def edge_dtype(a):
    """The dtype of the edges among the elements of a."""
    dtype = dtype_of(a)
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def numbered(a, edges):
    """(the number of each element's bin, whether it has one); the last bin holds its upper edge."""
    edges = as_array(edges)
    bins = shape_of(edges)[0] - 1
    at = np.searchsorted(edges, a, "right") - 1
    at = np.where(np.equal(a, edges[-1]), bins - 1, at)
    inside = np.logical_and(np.greater_equal(a, edges[0]), np.less_equal(a, edges[-1]))
    return np.clip(at, 0, bins - 1), inside, bins


def in_bins(columns, edges, weights, density):
    """The sums of weights, or counts, in the bins of several dimensions."""
    number, inside, shape = 0, True, []
    for a, e in zip(columns, edges, strict=True):
        at, within, bins = numbered(a, e)
        number, inside = number * bins + at, np.logical_and(inside, within)
        shape.append(bins)
    total = math.prod(shape)
    if weights is None:
        what, dtype = cast(inside, np.intp), np.dtype(np.intp)
    else:
        weights = operand(weights)
        dtype = dtype_of(weights)
        weights = cast(weights, np.result_type(dtype, np.intp)) if dtype.kind in "bui" else weights
        what = np.where(inside, weights, dtype_of(weights).type(0))
    out = P["scatter_add"](np.zeros(total, dtype_of(what)), what, number)
    out = np.reshape(cast(out, dtype), tuple(shape))  # (as NumPy: of the weights' dtype)
    return per_volume(out, [np.diff(as_array(e)) for e in edges]) if density else out


def per_volume(counts, widths):
    return np.divide(np.divide(counts, functools.reduce(np.multiply.outer, widths)), np.sum(counts))


@implements(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):  # noqa: A002
    a = np.ravel(as_array(a))
    edges = histogram_bin_edges(a, bins, range, weights)
    weights = None if weights is None else np.ravel(as_array(weights))
    if weights is not None and shape_of(weights) != shape_of(a):
        raise ValueError("weights should have the same shape as a.")
    counts = in_bins([a], [edges], weights, False)
    # (NumPy takes the real part of complex edges here, and not in histogramdd)
    return per_volume(counts, [np.real(np.diff(edges))]) if density else counts, edges


@implements(np.histogramdd)
def histogramdd(sample, bins=10, range=None, density=None, weights=None):  # noqa: A002
    """sample: [n, d], or d vectors."""
    if isinstance(sample, (list, tuple)):
        columns = [as_array(v) for v in sample]
    else:
        sample = as_array(sample)
        sample = sample if len(shape_of(sample)) == 2 else np.reshape(sample, (-1, 1))
        columns = list(sample.T)
    d = len(columns)
    several = isinstance(bins, (list, tuple)) or shape_of(operand(bins))
    bins = list(bins) if several else [bins] * d
    if len(bins) != d:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    range = [None] * d if range is None else list(range)  # noqa: A001
    if len(range) != d:
        raise ValueError("range argument must have one entry per dimension")
    edges = [histogram_bin_edges(c, b, r) for c, b, r in zip(columns, bins, range, strict=True)]
    out = in_bins(columns, edges, None if weights is None else as_array(weights), density)
    return (cast(out, np.float64) if dtype_of(out).kind in "iub" else out), tuple(edges)


@implements(np.histogram2d)
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):  # noqa: A002
    if len(as_array(x)) != len(as_array(y)):
        raise ValueError("x and y must have the same length.")
    if not isinstance(bins, (list, tuple)) and shape_of(operand(bins)) and len(bins) not in (1, 2):
        bins = [bins, bins]  # (the edges of both)
    out, edges = histogramdd([as_array(x), as_array(y)], bins, range, density, weights)
    return out, *edges
