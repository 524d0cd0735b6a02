"""NumPy's reductions and running sums over the primitives, with all their keywords, and the NaN-skipping ones."""

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, axes_of, axis_of, cast, into, kept, operand, size_of
from .concrete import NONE, plain
from .protocol import implements

P = PRIMITIVES
NO_VALUE = np._NoValue


def is_all(where):
    return where is True or where is NO_VALUE


# ------------------------------------------------------------------------------------------------ sums and products
def arithmetic(prim, identity, combine):
    """sum or prod: the elements left out by `where` count as the identity."""
    p, c = P[prim], P[combine]

    def reduce(a, axis=None, dtype=None, out=None, keepdims=False, initial=NO_VALUE, where=True):
        a = operand(a)
        axes = axes_of(a, axis)
        if where is not True and not is_all(where):
            a = P["where"](where, a, identity)
        result = p(a if dtype is None else cast(a, dtype), axes=axes)
        if keepdims and keepdims is not NO_VALUE:
            result = kept(result, a, axes)
        if initial is not NO_VALUE and initial is not None:
            result = cast(c(result, initial), dtype_of(result))
        if dtype is not None:
            result = cast(result, dtype)
        return result if out is None else into(out, result, f"numpy.{prim}")

    return reduce


sum = implements(np.sum)(arithmetic("sum", 0, "add"))
prod = implements(np.prod)(arithmetic("prod", 1, "mul"))


# ------------------------------------------------------------------------------------------------ extremes
def lowest(dtype):
    return -np.inf if dtype.kind in "fc" else False if dtype.kind == "b" else np.iinfo(dtype).min


def highest(dtype):
    return np.inf if dtype.kind in "fc" else True if dtype.kind == "b" else np.iinfo(dtype).max


def extreme(prim, worst, combine):
    """max or min: the elements left out by `where` are replaced by `initial`, which must then be given."""
    p, c = P[prim], P[combine]

    def reduce(a, axis=None, out=None, keepdims=False, initial=NO_VALUE, where=True):
        a = operand(a)
        axes = axes_of(a, axis)
        if where is not True and not is_all(where):
            if initial is NO_VALUE:
                raise ValueError(
                    f"reduction operation '{combine}' does not have an identity, so to use a where mask one has to specify "
                    "'initial'"
                )
            a = P["where"](where, a, dtype_of(a).type(worst(dtype_of(a))))
        if initial is not NO_VALUE:
            initial = stored(
                initial, dtype_of(a)
            )  # it stands beside the elements: nothing else changes where there are none
            result = extended(p, a, axes, initial, c)
        else:
            result = p(a, axes=axes)
        if keepdims and keepdims is not NO_VALUE:
            result = kept(result, a, axes)
        return result if out is None else into(out, result, f"numpy.{prim}")

    return reduce


def stored(initial, dtype):
    """An `initial` as NumPy takes it: a value of the array's dtype, which it must fit."""
    return cast(initial, dtype) if hasattr(initial, "shape") else np.array(initial, dtype)[()]


def extended(p, a, axes, initial, combine):
    if size_of(a) == 0:
        shape = tuple(k for i, k in enumerate(shape_of(a)) if i not in axes)
        return np.full(shape, initial, dtype_of(a))
    return cast(combine(p(a, axes=axes), initial), dtype_of(a))


max = implements(np.max, np.amax)(extreme("max", lowest, "maximum"))
min = implements(np.min, np.amin)(extreme("min", highest, "minimum"))


@implements(np.ptp)
def ptp(a, axis=None, out=None, keepdims=False):
    return into(out, P["sub"](max(a, axis, None, keepdims), min(a, axis, None, keepdims)), "numpy.ptp")


def at_extreme(prim):
    p = P[prim]

    def reduce(a, axis=None, out=None, *, keepdims=False):
        a = as_array(a)
        shape = a.shape
        if axis is None:
            a, at = P["reshape"](a, shape=(size_of(a),)), 0
        else:
            at = axis_of(axis, len(shape))
        if not a.shape[at]:
            raise ValueError(f"attempt to get {prim} of an empty sequence")
        result = p(a, axis=at)
        if keepdims and keepdims is not NO_VALUE:
            wide = (1,) * len(shape) if axis is None else shape[:at] + (1,) + shape[at + 1 :]
            result = P["reshape"](result, shape=wide)
        return into(out, result, f"numpy.{prim}")

    return reduce


argmax = implements(np.argmax)(at_extreme("argmax"))
argmin = implements(np.argmin)(at_extreme("argmin"))


# ------------------------------------------------------------------------------------------------ truth
def truth(prim, identity):
    p = P[prim]

    def reduce(a, axis=None, out=None, keepdims=False, *, where=True):
        a = operand(a)
        axes = axes_of(a, axis)
        if not is_all(where):
            a = P["where"](where, P["not_equal"](a, 0), identity)
        result = p(a, axes=axes)
        if keepdims and keepdims is not NO_VALUE:
            result = kept(result, a, axes)
        return into(out, result, f"numpy.{prim}", "unsafe")

    return reduce


any = implements(np.any)(truth("any", False))
all = implements(np.all)(truth("all", True))


@implements(np.count_nonzero)
def count_nonzero(a, axis=None, *, keepdims=False):
    return sum(cast(P["not_equal"](operand(a), 0), np.intp), axis, keepdims=keepdims)


# ------------------------------------------------------------------------------------------------ running
def running(prim):
    p = P[prim]

    def accumulate(a, axis=None, dtype=None, out=None):
        a = as_array(a)
        if axis is None:
            a, axis = P["reshape"](a, shape=(size_of(a),)), 0
        a = a if dtype is None else cast(a, dtype)
        if not a.shape:
            a = P["reshape"](a, shape=(1,))
        result = p(a, axis=axis_of(axis, len(a.shape)), reverse=False)
        if dtype is not None and dtype_of(result) != np.dtype(
            dtype
        ):  # (the primitive's sums of small integers are wide)
            result = cast(result, dtype)
        return into(out, result, f"numpy.{prim}")

    return accumulate


cumsum = implements(np.cumsum)(running("cumsum"))
cumprod = implements(np.cumprod)(running("cumprod"))


def standard(run, identity):
    """The array API's cumulative_sum and cumulative_prod: `include_initial` puts the identity first."""

    def accumulate(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        x = as_array(x)
        if axis is None:
            if len(x.shape) > 1:
                raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
            axis = 0
        axis = axis_of(axis, len(x.shape))
        result = run(x, axis, dtype)
        if include_initial:
            first = np.full_like(result, identity, shape=(*x.shape[:axis], 1, *x.shape[axis + 1 :]))
            result = P["concatenate"](first, result, axis=axis)
        return into(out, result, "numpy.cumulative")

    return accumulate


cumulative_sum = implements("cumulative_sum")(standard(cumsum, 0))
cumulative_prod = implements("cumulative_prod")(standard(cumprod, 1))


# ------------------------------------------------------------------------------------------------ without NaNs
def is_nan(a):
    """Where a is NaN; None for a dtype that has none."""
    return P["isnan"](a) if dtype_of(a).kind in "fc" else None


def without_nan(a, filling):
    """(a with NaNs replaced, where they were)."""
    a = operand(a)
    nan = is_nan(a)
    return (a, nan) if nan is None else (P["where"](nan, dtype_of(a).type(filling), a), nan)


def skipping(reduce, identity):
    """nansum and its kin: a NaN counts as the identity."""

    def skip(a, axis=None, dtype=None, out=None, keepdims=False, initial=NO_VALUE, where=True):
        return reduce(without_nan(a, identity)[0], axis, dtype, out, keepdims, initial, where)

    return skip


nansum = implements(np.nansum)(skipping(sum, 0))
nanprod = implements(np.nanprod)(skipping(prod, 1))


@implements(np.nancumsum)
def nancumsum(a, axis=None, dtype=None, out=None):
    return cumsum(without_nan(a, 0)[0], axis, dtype, out)


@implements(np.nancumprod)
def nancumprod(a, axis=None, dtype=None, out=None):
    return cumprod(without_nan(a, 1)[0], axis, dtype, out)


def extreme_without_nan(reduce, worst):
    def skip(a, axis=None, out=None, keepdims=False, initial=NO_VALUE, where=True):
        a, nan = without_nan(a, worst)
        result = reduce(a, axis, None, keepdims, initial, where)
        if nan is not None and initial is NO_VALUE:  # where all are NaN, so is the result
            result = P["where"](all(nan, axis, keepdims=keepdims), dtype_of(a).type(np.nan), result)
        return into(out, result, "numpy.nanmax or nanmin")

    return skip


nanmax = implements(np.nanmax)(extreme_without_nan(max, -np.inf))
nanmin = implements(np.nanmin)(extreme_without_nan(min, np.inf))


def place_without_nan(reduce, worst):
    def skip(a, axis=None, out=None, *, keepdims=False):
        filled, nan = without_nan(a, worst)
        if nan is not None:
            nothing = plain(all(nan, axis))
            if nothing is not NONE and np.any(nothing):  # (values not known here: the place of the first element)
                raise ValueError("All-NaN slice encountered")
        return reduce(filled, axis, out, keepdims=keepdims)

    return skip


nanargmax = implements(np.nanargmax)(place_without_nan(argmax, -np.inf))
nanargmin = implements(np.nanargmin)(place_without_nan(argmin, np.inf))

__all__ = ["count_nonzero", "is_nan", "max", "min", "sum", "without_nan"]
