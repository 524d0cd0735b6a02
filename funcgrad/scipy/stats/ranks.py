"""Statistics of samples: the most frequent value, ranks, the error of a mean."""

import math
from typing import Any, NamedTuple

import numpy as np

from ...core.aval import dtype_of, shape_of
from ...core.site import here
from ...errors import ArgumentValueError
from ...numpy.arguments import as_array, axis_of, cast, inexact


class ModeResult(NamedTuple):
    """The most frequent value, and how often it occurs."""

    mode: Any
    count: Any


def along(x, axis):
    """x with an axis at the end (flat for None), and that axis."""
    x = as_array(x)
    if not shape_of(x):
        x = np.reshape(x, (1,))
    if axis is None:
        return np.reshape(x, (-1,)), 0
    axis = axis_of(axis, len(shape_of(x)))
    return np.moveaxis(x, axis, -1), axis


def check_policy(name, policy):
    if policy not in ("propagate", "omit", "raise"):
        raise ArgumentValueError(
            f"{name}: nan_policy must be 'propagate', 'omit' or 'raise'; got {policy!r}. [at {here()}]"
        )
    if policy != "propagate":
        raise NotImplementedError(f"{name}: nan_policy={policy!r} is not offered; drop the nans first.")


def mode(a, axis=0, nan_policy="propagate", keepdims=False):
    """The most frequent value along an axis (the least of several), and how often it occurs.

    >>> from funcgrad.scipy.stats import mode
    >>> mode([3, 1, 3, 2])
    ModeResult(mode=array(3), count=array(2))
    """
    check_policy("mode", nan_policy)
    x, place = along(a, axis)
    ndim = len(shape_of(as_array(a)))
    x = np.sort(x, axis=-1)
    equal = np.equal(x[..., :, None], x[..., None, :])
    counts = np.sum(cast(equal, np.dtype(np.intp)), axis=-1)
    best = np.argmax(counts, axis=-1)[..., None]
    value, count = (np.take_along_axis(v, best, -1)[..., 0] for v in (x, counts))
    if keepdims:
        shape = (1,) * ndim if axis is None else None
        value, count = (np.reshape(v, shape) if axis is None else np.expand_dims(v, place) for v in (value, count))
    return ModeResult(value, count)


def rankdata(a, method="average", *, axis=None, nan_policy="propagate"):
    """The ranks of entries, from 1; equal ones share their average, least ("min"), greatest ("max") or dense rank.

    >>> from funcgrad.scipy.stats import rankdata
    >>> rankdata([10.0, 30.0, 10.0])
    array([1.5, 3. , 1.5])
    """
    check_policy("rankdata", nan_policy)
    if method not in ("average", "min", "max", "dense", "ordinal"):
        raise ArgumentValueError(
            f"rankdata: method must be 'average', 'min', 'max', 'dense' or 'ordinal'; got {method!r}. [at {here()}]"
        )
    x, place = along(a, axis)
    order = np.argsort(x, axis=-1, stable=True)
    places = np.argsort(order, axis=-1, stable=True)  # the position of each entry in order
    if method == "ordinal":
        out = np.add(places, 1)
    else:
        y = np.take_along_axis(x, order, -1)
        first = np.concatenate([np.ones((*shape_of(y)[:-1], 1), bool), np.not_equal(y[..., 1:], y[..., :-1])], axis=-1)
        group = np.cumsum(cast(first, np.dtype(np.intp)), axis=-1)
        dense = np.take_along_axis(group, places, -1)
        if method == "dense":
            out = dense
        else:
            low = np.sum(cast(np.less(x[..., None, :], x[..., :, None]), np.dtype(np.intp)), axis=-1)
            high = np.sum(cast(np.less_equal(x[..., None, :], x[..., :, None]), np.dtype(np.intp)), axis=-1)
            out = {"min": lambda: np.add(low, 1), "max": lambda: high, "average": lambda: np.multiply(0.5, np.add(np.add(low, high), 1))}[method]()  # fmt: skip
    return out if axis is None else np.moveaxis(out, -1, place)


def sem(a, axis=0, ddof=1, nan_policy="propagate", *, keepdims=False):
    """The standard error of the mean: the standard deviation over the root of the number of entries.

    >>> from funcgrad.scipy.stats import sem
    >>> round(float(sem([1.0, 2.0, 3.0, 4.0])), 6)
    0.645497
    """
    if nan_policy != "omit":
        check_policy("sem", nan_policy)
    x = inexact(as_array(a))
    if axis is None:
        x, axis = np.reshape(x, (-1,)), 0
    if nan_policy == "omit":
        there = np.sum(np.logical_not(np.isnan(x)), axis=axis, keepdims=keepdims)
        spread = np.nanstd(x, axis=axis, ddof=ddof, keepdims=keepdims)
        return np.divide(spread, np.sqrt(cast(there, np.zeros((), dtype_of(x)).real.dtype)))
    n = shape_of(x)[axis]
    return np.divide(np.std(x, axis=axis, ddof=ddof, keepdims=keepdims), math.sqrt(n))
