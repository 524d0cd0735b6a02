"""Means, variances, quantiles, correlations and their NaN-skipping forms, over the primitives."""

import numpy as np

from ..core.aval import PYTHON_SCALARS, dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from .arguments import as_array, axes_of, cast, inexact, into, kept, operand, size_of
from .concrete import levels_of
from .protocol import implements, no_rule
from .reductions import NO_VALUE, is_all, is_nan

P = PRIMITIVES


def count_of(a, axes):
    n = 1
    for d in axes:
        n *= shape_of(a)[d]
    return n


def keep(result, a, axes, keepdims):
    return kept(result, a, axes) if keepdims and keepdims is not NO_VALUE else result


def counted(where, a, axes):
    """How many elements `where` selects over the axes: plain numbers under transforms that know them."""
    return P["sum"](P["broadcast"](where, shape=shape_of(a), axes=tuple(range(len(shape_of(a)) - len(shape_of(where))))),
                    axes=axes)  # fmt: skip


def computed_in(a, dtype):
    """a in the dtype that a mean of it is computed in, and the dtype of the mean."""
    own = dtype_of(a)
    result = np.dtype(np.float64) if dtype is None and own.kind in "biu" else own if dtype is None else np.dtype(dtype)
    return cast(a, np.float32 if result == np.float16 and dtype is None else result), result


# ------------------------------------------------------------------------------------------------ means and variances
@implements(np.mean)
def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    a = operand(a)
    axes = axes_of(a, axis)
    if is_all(where) and (dtype is None or np.dtype(dtype).kind not in "iub"):
        result = P["mean"](a if dtype is None else cast(a, dtype), axes=axes)
    else:
        where = as_array(where)
        x, result_dtype = computed_in(a, dtype)
        total = P["sum"](P["where"](where, x, 0), axes=axes)
        result = cast(P["div"](total, counted(where, a, axes)), result_dtype)
    return into(out, keep(result, a, axes, keepdims), "numpy.mean")


def absolute_square(x):
    return P["real"](P["mul"](x, P["conj"](x))) if dtype_of(x).kind == "c" else P["square"](x)


@implements(np.var)
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=NO_VALUE, correction=NO_VALUE):
    a = operand(a)
    ddof = corrected(ddof, correction)
    axes = axes_of(a, axis)
    x, result_dtype = computed_in(a, dtype)
    if is_all(where):
        n = count_of(a, axes)
        m = kept(P["mean"](x, axes=axes), x, axes) if mean is NO_VALUE else mean
        total = P["sum"](absolute_square(P["sub"](x, m)), axes=axes)
    else:
        where = as_array(where)
        n = counted(where, a, axes)
        x = P["where"](where, x, 0)  # what is left out may be NaN, and so would be its derivative
        m = cast(P["div"](P["sum"](x, axes=axes), n), dtype_of(x)) if mean is NO_VALUE else mean
        m = kept(m, x, axes) if mean is NO_VALUE else m
        total = P["sum"](P["where"](where, absolute_square(P["sub"](x, m)), 0), axes=axes)
    real = dtype_of(total) if result_dtype.kind == "c" else result_dtype
    result = cast(P["div"](total, cast_count(P["maximum"](P["sub"](n, ddof), 0), dtype_of(total))), real)
    return into(out, keep(result, a, axes, keepdims), "numpy.var")


def cast_count(n, dtype):
    return n if isinstance(n, (int, float)) else cast(n, dtype)


def corrected(ddof, correction):
    if correction is NO_VALUE:
        return ddof
    if ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    return correction


@implements(np.std)
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=NO_VALUE, correction=NO_VALUE):
    got = var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    return into(out, P["sqrt"](got), "numpy.std")


@implements(np.average)
def average(a, axis=None, weights=None, returned=False, *, keepdims=NO_VALUE):
    a = operand(a)
    axes = axes_of(a, axis)
    if weights is None:
        result = P["mean"](a, axes=axes)
        scale = np.full(shape_of(result), float(count_of(a, axes)), dtype_of(result))
    else:
        w = as_array(weights)
        if w.shape != shape_of(a):
            if axis is None:
                raise TypeError("Axis must be specified when shapes of a and weights differ.")
            if w.shape != tuple(shape_of(a)[d] for d in axes):
                raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
            order = sorted(range(len(axes)), key=axes.__getitem__)
            w = P["transpose"](w, perm=tuple(order))
            w = P["reshape"](w, shape=tuple(k if d in axes else 1 for d, k in enumerate(shape_of(a))))
        dtype = np.result_type(dtype_of(a), dtype_of(w), *([np.float64] if dtype_of(a).kind in "biu" else []))
        a, w = cast(a, dtype), cast(w, dtype)
        w = P["broadcast"](w, shape=shape_of(a), axes=()) if shape_of(w) != shape_of(a) else w
        scale = P["sum"](w, axes=axes)
        known = levels_of(scale)[1]
        if known is not None and np.any(np.equal(known, 0)):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        result = P["div"](P["sum"](P["mul"](a, w), axes=axes), scale)
    result, scale = keep(result, a, axes, keepdims), keep(scale, a, axes, keepdims)
    return (result, scale) if returned else result


# ------------------------------------------------------------------------------------------------ quantiles
DISCRETE = {"lower", "higher", "nearest", "inverted_cdf", "closest_observation"}  # these give an element as it is
METHODS = {  # virtual index of quantile q among n sorted values, counted from 0
    "linear": lambda n, q: (n - 1) * q,
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
    "nearest": lambda n, q: np.rint((n - 1) * q),
    "weibull": lambda n, q: n * q + q - 1,
    "hazen": lambda n, q: n * q - 0.5,
    "interpolated_inverted_cdf": lambda n, q: n * q - 1,
    "median_unbiased": lambda n, q: n * q + (1 / 3 + q / 3) - 1,
    "normal_unbiased": lambda n, q: n * q + (3 / 8 + q / 4) - 1,
    "inverted_cdf": lambda n, q: np.ceil(n * q) - 1,
    "closest_observation": lambda n, q: np.where((n * q - 0.5) % 2 == 0, n * q - 0.5, np.floor(n * q - 0.5 + 0.5)) - 0,
    "averaged_inverted_cdf": lambda n, q: np.where(n * q % 1 == 0, n * q - 0.5, np.ceil(n * q) - 1),
}


def quantile_of(a, q, axis, out, method, keepdims, name, middle=False):
    """Quantiles of the sorted elements: a number of theirs, or two weighed, where `method` says."""
    if method not in METHODS:
        raise ValueError(f"'{method}' is not a valid method. Use one of: {sorted(METHODS)}")
    a, q = operand(a), operand(q)
    whole = method in DISCRETE or METHODS[method](1, np.zeros((), dtype_of(q))).dtype.kind in "iu"
    a = inexact(a) if middle else ordered_numbers(a, whole)
    axes = axes_of(a, axis)
    shape = shape_of(a)
    rest = tuple(d for d in range(len(shape)) if d not in axes)
    n = count_of(a, axes)
    if not n:
        return into(out, np.full(shape_of(q) + tuple(shape[d] for d in rest), np.nan, a.dtype)[()], name)
    rows = P["reshape"](P["transpose"](a, perm=(*axes, *rest)), shape=(n, *[shape[d] for d in rest]))
    rows = P["sort"](rows, axis=0)
    result = weighed(rows, q, n, method, whole)
    if dtype_of(a).kind in "fc":
        nan = P["any"](P["isnan"](rows), axes=(0,))
        result = P["where"](nan, dtype_of(result).type(np.nan), result)
    if keepdims and keepdims is not NO_VALUE:
        wide = tuple(1 if d in axes else k for d, k in enumerate(shape))
        result = P["reshape"](result, shape=shape_of(q) + wide)
    return into(out, result, name)


def ordered_numbers(a, whole):
    """a as the rows of a quantile: real, and float unless the result is a `whole` element."""
    kind = dtype_of(a).kind
    if kind == "c":
        raise TypeError("a must be an array of real numbers")
    if kind == "b" and not whole:
        raise TypeError(
            "a quantile between two bools is not defined; use a.astype(float), or a method such as 'nearest'."
        )
    return a if whole else inexact(a)


def weighed(rows, q, n, method, whole):
    """The quantiles q of rows that are sorted along axis 0: q's shape, then that of a row."""
    row = (1,) * (len(shape_of(rows)) - 1)
    if isinstance(q, Handle):  # the place among the sorted values moves with q, piece by piece
        at = P["minimum"](P["maximum"](METHODS[method](n, q), 0), n - 1)
    else:
        as_rows = type(q) in PYTHON_SCALARS and dtype_of(rows).kind in "fc"
        at = np.clip(METHODS[method](n, np.asarray(q, real_dtype(rows) if as_rows else None)), 0, n - 1)
    floor = P["floor"](at)
    low = cast(floor, np.intp)
    if whole:
        return P["gather"](rows, low)
    high = P["minimum"](P["add"](low, 1), n - 1)
    part = P["reshape"](P["sub"](at, floor), shape=shape_of(q) + row)
    return between(P["gather"](rows, low), P["gather"](rows, high), part)


def real_dtype(x):
    return dtype_of(x).type(0).real.dtype


def between(below, above, part):
    """The point that lies `part` of the way from below to above, reckoned from the nearer of the two as in NumPy."""
    step = P["sub"](above, below)
    from_above = P["sub"](above, P["mul"](step, P["sub"](1, part)))
    return P["where"](P["greater_equal"](part, 0.5), from_above, P["add"](below, P["mul"](step, part)))


def check_fraction(q, top):
    q = operand(q)
    if not isinstance(q, Handle) and not np.all((0 <= np.asarray(q)) & (np.asarray(q) <= top)):
        raise ValueError(f"{'Quantiles' if top == 1 else 'Percentiles'} must be in the range [0, {top}]")
    return q


@implements(np.quantile)
def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    if weights is not None:
        return weighted_quantile(a, check_fraction(q, 1), weights, axis, out, method, keepdims, "numpy.quantile")
    return quantile_of(a, check_fraction(q, 1), axis, out, method, keepdims, "numpy.quantile")


@implements(np.percentile)
def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    if weights is not None:
        return weighted_quantile(a, hundredths(q), weights, axis, out, method, keepdims, "numpy.percentile")
    return quantile_of(a, hundredths(q), axis, out, method, keepdims, "numpy.percentile")


def hundredths(q):
    q = check_fraction(q, 100)
    return q / 100 if type(q) in PYTHON_SCALARS else P["div"](q, 100)


def weighted_quantile(a, q, weights, axis, out, method, keepdims, name, skip=False):
    """Of the sorted elements the first at which the weights so far are q of their sum. `skip`: what is nan weighs nothing."""
    if method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights, got: {method}.")
    a, q, weights = ordered_numbers(operand(a), True), operand(q), operand(weights)
    shape = shape_of(a)
    axes = axes_of(a, axis)
    if shape_of(weights) != shape:
        if axis is None:
            raise TypeError("Axis must be specified when shapes of array a and weights differ.")
        if shape_of(weights) != tuple([shape[d] for d in axes]):
            raise ValueError(
                f"weights must have the shape of a along axis; got {shape_of(weights)} for axes {axes} of {shape}"
            )
        weights = np.broadcast_to(np.expand_dims(weights, [d for d in range(len(shape)) if d not in axes]), shape)
    rest = tuple(d for d in range(len(shape)) if d not in axes)
    rows, weights = [
        P["reshape"](P["transpose"](v, perm=(*axes, *rest)), shape=(count_of(a, axes), *[shape[d] for d in rest]))
        for v in (a, cast(weights, np.result_type(dtype_of(weights), np.float32)))
    ]
    order = np.argsort(rows, axis=0, kind="stable")
    rows, weights = np.take_along_axis(rows, order, 0), np.take_along_axis(weights, order, 0)
    nan = is_nan(rows)
    weights = np.where(nan, 0.0, weights) if skip and nan is not None else weights
    so_far = np.cumsum(weights, axis=0)
    part = np.divide(so_far, so_far[-1])
    below = np.less(np.where(np.equal(part, 0), -1.0, part), np.reshape(q, shape_of(q) + (1,) * (1 + len(rest))))
    at = np.minimum(np.sum(below, axis=len(shape_of(q))), shape_of(rows)[0] - 1)
    places = tuple(np.arange(shape[d]).reshape((-1,) + (1,) * (len(rest) - i - 1)) for i, d in enumerate(rest))
    result = P["gather"](rows, at, *places)
    if nan is not None and not skip:
        result = P["where"](P["any"](nan, axes=(0,)), dtype_of(result).type(np.nan), result)
    if keepdims and keepdims is not NO_VALUE:
        result = P["reshape"](result, shape=shape_of(q) + tuple(1 if d in axes else k for d, k in enumerate(shape)))
    return into(out, result, name)


@implements(np.median)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return quantile_of(a, 0.5, axis, out, "linear", keepdims, "numpy.median", True)


# ------------------------------------------------------------------------------------------------ without NaNs
def not_nan(a, where):
    """Where an element counts: it is no NaN, and `where` selects it."""
    nan = is_nan(a)
    good = True if nan is None else P["logical_not"](nan)
    return good if is_all(where) else P["logical_and"](good, where)


def skipping(f):
    """nanmean and its kin: f where the elements are no NaN."""

    def skip(a, axis=None, dtype=None, out=None, *args, where=True, **kwargs):
        a = operand(a)
        return f(a, axis, dtype, out, *args, where=not_nan(a, where), **kwargs)

    return skip


nanmean = implements(np.nanmean)(skipping(mean))
nanvar = implements(np.nanvar)(skipping(var))
nanstd = implements(np.nanstd)(skipping(std))


NEAR = {  # which elements a place between two of them stands for
    "linear": ("floor", "ceil"), "midpoint": ("floor", "ceil"), "lower": ("floor", "floor"), "higher": ("ceil", "ceil"),
    "nearest": ("rint", "rint"),
}  # fmt: skip


def quantile_without_nan(a, q, axis, out, method, keepdims, name, middle=False):
    """As quantile_of, where each row has as many values as are no NaN (they are sorted to its end)."""
    if method not in NEAR:
        no_rule(f"{name} with method={method!r}")
    a, q = (inexact(operand(a)) if middle else ordered_numbers(operand(a), False)), operand(q)
    axes = axes_of(a, axis)
    shape = shape_of(a)
    rest = tuple(d for d in range(len(shape)) if d not in axes)
    n = count_of(a, axes)
    rows = P["sort"](P["reshape"](P["transpose"](a, perm=(*axes, *rest)), shape=(n, *[shape[d] for d in rest])), axis=0)
    good = P["sum"](cast(P["logical_not"](P["isnan"](rows)), np.intp), axes=(0,))
    wide = P["reshape"](q, shape=shape_of(q) + (1,) * len(rest))
    at = P["maximum"](P["mul"](P["sub"](good, 1), wide), 0)
    first, last = NEAR[method]
    low, high = (cast(P[f](at), np.intp) for f in (first, last))
    places = tuple(np.arange(shape[d]).reshape((-1,) + (1,) * (len(rest) - i - 1)) for i, d in enumerate(rest))
    below, above = P["gather"](rows, low, *places), P["gather"](rows, high, *places)
    part = cast(P["sub"](at, low), real_dtype(rows)) if method == "linear" else real_dtype(rows).type(0.5)
    result = between(below, above, part)
    if keepdims and keepdims is not NO_VALUE:
        result = P["reshape"](result, shape=shape_of(q) + tuple(1 if d in axes else k for d, k in enumerate(shape)))
    return into(out, result, name)


@implements(np.nanquantile)
def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=NO_VALUE, *, weights=None):
    if weights is not None:
        return weighted_quantile(
            a, check_fraction(q, 1), weights, axis, out, method, keepdims, "numpy.nanquantile", skip=True
        )
    return quantile_without_nan(a, check_fraction(q, 1), axis, out, method, keepdims, "numpy.nanquantile")


@implements(np.nanpercentile)
def nanpercentile(
    a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=NO_VALUE, *, weights=None
):
    if weights is not None:
        return weighted_quantile(
            a, hundredths(q), weights, axis, out, method, keepdims, "numpy.nanpercentile", skip=True
        )
    return quantile_without_nan(a, hundredths(q), axis, out, method, keepdims, "numpy.nanpercentile")


@implements(np.nanmedian)
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=NO_VALUE):
    return quantile_without_nan(a, 0.5, axis, out, "linear", keepdims, "numpy.nanmedian", True)


# ------------------------------------------------------------------------------------------------ correlations
def observations(m, rowvar):
    m = as_array(m)
    if len(m.shape) > 2:
        raise ValueError("m has more than 2 dimensions")
    if len(m.shape) < 2:
        return P["reshape"](m, shape=(1, size_of(m)))
    return m if rowvar or m.shape[0] == 1 else np.transpose(m)


@implements(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = observations(m, rowvar)
    if y is not None:
        x = np.concatenate((x, observations(y, rowvar)), axis=0)
    x = cast(x, dtype or np.result_type(dtype_of(x), np.float64))
    ddof = (0 if bias else 1) if ddof is None else ddof
    w = None
    if fweights is not None:
        w = weights_of(fweights, x, "fweights")
    if aweights is not None:
        a = weights_of(aweights, x, "aweights")
        w = a if w is None else P["mul"](w, a)
    n = x.shape[1]
    total = n if w is None else np.sum(w)
    center = np.mean(x, axis=1) if w is None else P["div"](np.sum(P["mul"](x, w), axis=1), total)
    if w is None:
        factor = n - ddof
    elif ddof == 0 or aweights is None:
        factor = total - ddof
    else:
        factor = total - ddof * np.sum(P["mul"](w, operand(aweights))) / total
    x = P["sub"](x, P["reshape"](center, shape=(*shape_of(center), 1)))
    weighed_x = x if w is None else P["mul"](x, w)
    out = np.dot(x, np.conj(np.transpose(weighed_x)))
    out = P["div"](out, factor if isinstance(factor, Handle) else max(factor, 0.0))
    return np.squeeze(out)


def weights_of(w, x, name):
    w = cast(as_array(w), np.float64)
    if len(w.shape) > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if w.shape[0] != x.shape[1]:
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    return w


@implements(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    c = cov(x, y, rowvar, dtype=dtype)
    if not shape_of(c):
        return P["div"](c, c)
    d = P["sqrt"](np.real(np.diagonal(c)))
    n = d.shape[0]
    c = P["div"](P["div"](c, P["reshape"](d, shape=(n, 1))), P["reshape"](d, shape=(1, n)))
    if dtype_of(c).kind == "c":
        return P["complex"](np.clip(np.real(c), -1, 1), np.clip(np.imag(c), -1, 1))
    return np.clip(c, -1, 1)


# ------------------------------------------------------------------------------------------------ counts

__all__ = ["average", "mean", "quantile", "std", "var"]
