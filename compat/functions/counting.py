"""Distinct values and how often they stand: unique, bincount, histograms; of values alone, without derivatives."""

import math

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..deprecations import once
from ..errors import type_name
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .arithmetic import without_derivative
from .forward_mode import refuse_tangents
from .mapped_by_loop import by_samples, on_values
from .operands import dtype_of, new, shape_of
from .out_rules import C_NAMES
from .refusals import refuse
from .register import operation
from .return_types import BY_NAME as RETURN
from .rounding import HALVES
from .writing import own_words


def values_of(t, what):
    return np.asarray(concrete(current(t), what))


def distinct(name, label, input, arrays, dim=None):
    """New Tensors of arrays, the first of which is of what torch records, and has no derivative for: slices along a dimension, which lie one
    behind the other."""
    out = [new(np.array(a, order="C")) for a in arrays]
    if dim and arrays[0].size:
        rows = np.array(np.moveaxis(arrays[0], dim, 0), order="C")
        out[0] = noted(new(np.moveaxis(rows, 0, dim)))
    out[0] = without_derivative(name, out[0], input, **own_words(label))
    return out[0] if len(out) == 1 else tuple(out)


@operation()
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):  # noqa: A002
    """The distinct elements (or slices along a dimension), sorted; on request where each went, and how often it
    stands.
    """
    name = "_unique2" if dim is None else "unique_dim"
    refuse_tangents(name, input)
    for what, given in (("sorted", sorted), ("return_inverse", return_inverse), ("return_counts", return_counts)):
        if type(given) is not bool:
            raise TypeError(f"{name}(): argument '{what}' must be bool, not {type_name(given)}")
    if dtype_of(current(input)).kind == "c":
        refuse("unique" if dim is None else "unique_dim", dtype_of(current(input)))
    if dim is not None and not input.dim():
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    v = values_of(input, "unique")
    dim = None if dim is None else wrapped(dim, v.ndim)
    if dim is not None and not v.size and v.shape[dim]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    if dim is not None and v.shape.count(0) > 1:
        raise RuntimeError("Number of zero sized dimensions is more than one, so unique cannot be applied ")
    got = np.unique(v, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    out = [got[0]]
    if return_inverse:
        out.append(got[1].reshape(v.shape if dim is None else -1))
    if return_counts:
        out.append(got[2])
    return distinct(name, "Unique2Backward0" if dim is None else "UniqueDimBackward0", input, out, dim)


@operation()
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The first of each run of equal elements (or slices along a dimension)."""
    refuse_tangents("unique_consecutive", input)
    for what, given in (("return_inverse", return_inverse), ("return_counts", return_counts)):
        if type(given) is not bool:
            raise TypeError(f"unique_consecutive(): argument '{what}' must be bool, not {type_name(given)}")
    if dtype_of(current(input)).kind == "c":
        refuse("unique" if dim is None or dim == 0 and input.dim() == 1 else "unique_dim", dtype_of(current(input)))
    v = values_of(input, "unique_consecutive")
    if dim is not None and v.ndim and not v.size and v.shape[wrapped(dim, v.ndim)]:
        raise RuntimeError("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied")
    dim = None if dim is None else wrapped(dim, v.ndim)
    rows = v.reshape(-1) if dim is None else np.moveaxis(v, dim, 0)
    n = len(rows)
    first = np.ones(n, bool)
    if n > 1:
        first[1:] = (rows[1:] != rows[:-1]).reshape(n - 1, -1).any(1)
    kept_rows = rows[first]
    out = [kept_rows if dim is None else np.moveaxis(kept_rows, 0, dim)]
    if return_inverse:
        inverse = np.cumsum(first) - 1
        out.append(inverse.reshape(v.shape) if dim is None else inverse)
    if return_counts:
        out.append(np.diff(np.append(np.flatnonzero(first), n)))
    return distinct("unique_consecutive", "UniqueConsecutiveBackward0", input, out, dim)


@operation()
@by_samples
def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, 2, ... stands in a vector of integers, or the sums of their weights."""
    refuse_tangents("aten::bincount", input, weights)
    v = values_of(input, "bincount")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if v.dtype.kind not in "iu":
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{dtypes.SPOKEN[dtypes.name_of(v.dtype)]}'")
    if v.ndim != 1 or (v.size and v.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return new(np.bincount(v, minlength=minlength).astype(np.int64))
    w = values_of(weights, "bincount")
    if v.size and w.shape != v.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    if not v.size:
        return new(np.zeros(minlength, np.int64))
    if w.dtype.kind == "c":
        once("real")
        w = w.real.astype(float)
    out = new(np.bincount(v, w, minlength).astype(np.float32 if w.dtype == np.float32 else np.float64))
    return without_derivative("aten::bincount", out, weights)


@operation()
def histc(input, bins=100, min=0, max=0):  # noqa: A002
    """The counts of the elements in bins of one width between min and max (both 0: those of the data)."""
    d = dtype_of(current(input))
    need_bins(bins)
    if isinstance(min, complex) or isinstance(max, complex):
        raise RuntimeError("value cannot be converted to type double without overflow")
    if d.kind == "u" and (min < 0 or max < 0):
        raise RuntimeError("value cannot be converted to type uint8_t without overflow")
    if min > max:
        raise RuntimeError("torch.histc: max must be larger than min")
    need_histogram(d, "aminmax_cpu" if d.kind == "c" and min == max == 0 else "histogram_cpu")

    def of_arrays(v):
        low, high = (float(v.min()), float(v.max())) if min == max and v.size else (min, max)
        if low == high == 0 or math.isfinite(low) and low == high:
            low, high = low - 1, high + 1
        if not (math.isfinite(low) and math.isfinite(high)):
            most = float(np.finfo(v.dtype).max)  # (which torch's search for the least and the greatest begins with)
            low, high = (np.minimum(low, most), np.maximum(high, -most)) if low == high else (low, high)
            raise RuntimeError(f"torch.histc: range of [{low:g}, {high:g}] is not finite")
        low, high = v.dtype.type(low), v.dtype.type(high)
        v = v[(low <= v) & (v <= high)]
        with np.errstate(all="ignore"):
            width = high - low
            places = (v - low) * v.dtype.type(bins) / width
        if not np.isfinite(width):
            return (np.zeros(bins, d),)
        # as in torch, what overflows on the way counts in the first bin, and what lies between edges that round to one number in the middle
        places[~np.isfinite(places)] = 0 if width else bins // 2
        return (np.bincount(np.minimum(places.astype(np.int64), bins - 1), minlength=bins).astype(d),)

    return on_values(of_arrays, [((bins,), d)], input)[0]


def need_bins(bins):
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension 0")


def need_histogram(d, kernel="histogram_cpu"):
    """The refusal of a histogram with bins of one width between two numbers."""
    if d.kind != "f":
        refuse("linspace_cpu" if d.kind == "b" else kernel, d)


@operation()
def histogram(input, bins=100, *, range=None, weight=None, density=False):  # noqa: A002
    """(counts, edges) of a histogram with so many bins of one width, or with the given edges."""
    refuse_tangents("aten::histogram", input, weight)
    t = current(input)
    d = dtype_of(t)
    if range is not None and isinstance(bins, Tensor) and not bins.dim():
        bins = bins.item()
    weights = None if weight is None else weight.reshape(-1)
    if isinstance(bins, int):
        need_bins(bins)
    need_grid((math.prod(shape_of(t)), 1), d, [bins], range, weights)
    own = current(bins) if isinstance(bins, Tensor) else None
    given = [t for t in (input, weight) if t is not None] + [bins] * isinstance(bins, Tensor)

    def of_arrays(v, *more):
        edges = more[-1] if isinstance(bins, Tensor) else bins
        w = None if weight is None else more[0].reshape(-1)
        return tuple([a.astype(d) for a in np.histogram(v.reshape(-1), edges, range, density, w)])

    count = shape_of(own)[0] - 1 if isinstance(bins, Tensor) else bins
    out = on_values(of_arrays, [((count,), d), ((count + 1,), d)], *given)
    return RETURN["histogram"](*[without_derivative("aten::histogram", o, *given) for o in out])


def need_grid(shape, d, bins, bounds, weight):
    """torch's errors for histograms of points, the rows of an array of this shape and dtype: `bins` has a number of bins or a Tensor of
    edges for each of their coordinates, `bounds` two numbers for each."""
    size, n = math.prod(shape), shape[-1]
    counted = all([isinstance(b, int) for b in bins])
    if len(shape) < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    if counted:
        if bounds is not None:
            need_bounds(n, bounds)
        elif size and (d.kind != "f" or d in HALVES):
            refuse("histogramdd", d)
        if len(bins) != n:
            raise RuntimeError("histogramdd: The size of bins must be equal to the innermost dimension of the input.")
        if min(bins) < -1:
            raise RuntimeError("number of steps must be non-negative")
        if d.kind == "b":
            refuse("linspace_cpu", d)
    elif bounds is not None:
        need_bounds(n, bounds)
    if len(bins) != n:
        raise RuntimeError(
            f"torch.histogramdd(): expected {n} sequence of bin edges for a {n}-dimensional histogram but got {len(bins)}"
        )
    if counted and -1 in bins:
        refuse_no_edges(bins.index(-1))
    for at, edges in enumerate(() if counted else bins):
        need_edges(d, at, current(edges))
    if weight is not None:
        need_weights(shape, d, current(weight))
    if d.kind != "f":
        refuse("histogram_cpu", d)


def need_edges(d, at, edges):
    """torch's errors for the edges of one coordinate of points of a dtype."""
    own, shape = dtype_of(edges), shape_of(edges)
    if own != d:
        a, b = (C_NAMES[dtypes.name_of(d)] for d in (d, own))
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{a} and bins for dimension {at} with dtype {b}"
        )
    if len(shape) != 1:
        raise RuntimeError(
            f"torch.histogramdd: bins tensor should have one dimension, but got {len(shape)} dimensions in the bins tensor for "
            f"dimension {at}"
        )
    if not shape[0]:
        refuse_no_edges(at)


def refuse_no_edges(at):
    raise RuntimeError(
        "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in the bins tensor for "
        f"dimension {at}"
    )


def need_weights(shape, d, weights):
    """torch's errors for the weights of points, the rows of an array of this shape and dtype."""
    own = dtype_of(weights)
    if own != d:
        a, b = (C_NAMES[dtypes.name_of(d)] for d in (d, own))
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
            f"but got input({a}), and weight({b})"
        )
    if shape_of(weights) != tuple(shape[:-1]):
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
            f"innermost dimension, but got input with shape {list(shape)} and weight with shape {list(shape_of(weights))}"
        )


def need_bounds(n, bounds):
    """torch's errors for the ranges of the coordinates."""
    if len(bounds) != 2 * n:
        raise RuntimeError(
            f"torch.histogramdd: for a {n}-dimensional histogram range should have {2 * n} elements, but got {len(bounds)}"
        )
    for at in range(n):
        low, high = bounds[2 * at : 2 * at + 2]
        if low > high:
            raise RuntimeError(
                f"torch.histogramdd: min should not exceed max, but got min {low:g} max {high:g} for dimension {at}"
            )
