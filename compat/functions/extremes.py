"""Extremes: max, min and their kin, of a whole Tensor or along a dimension, with their indices; aminmax.

Invariant: where several elements share an extreme, the derivative goes where torch sends it: split evenly by reductions
of the whole Tensor and by amax/amin, to the one index that max(dim) and its kin return.
"""

import math

import numpy as np

from funcgrad.core.state import shared
from funcgrad.core.trace import TAPE, on_tape
from funcgrad.core.tracebacks import drop

from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .call_errors import MISSING, answer, not_a_tensor, to_places
from .creation import for_each_sample
from .indexing import along
from .nodes import as_one, named, renamed
from .operands import INT64, P, cast, dims_of, dtype_of, in_c_order, integer, new, shape_of, with_ones
from .out_argument import begin, store
from .quick_roads import quick_call
from .reduction import EVERY, asked, by_other_names, given_out, lengthened, over
from .refusals import need_dtype
from .register import FUNCTIONS, operation, publish
from .return_types import BY_NAME as RETURN
from .writing import spoken

PLAIN = {np.dtype(t) for t in ("float32", "float64", "int64", "int32", "bool")}  # whose extreme is NumPy's


def need_elements(name, t, dim, over_all="max"):
    """torch's errors for the extreme of nothing."""
    shape = shape_of(t)
    if dim is None:
        if 0 in shape:
            if name == "aminmax":
                raise RuntimeError(
                    f"{name}(): cannot compute {name} over an empty dimension as the operation has no identity."
                )
            if name in ("argmax", "argmin"):
                raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
                "dim with the "
                "'dim' argument."
            )
        return
    given = dim if isinstance(dim, (tuple, list)) and name in ("amax", "amin") else (dim,)
    for d, said in zip(dims_of(dim, len(shape)), given):
        if shape[d] == 0:
            d = said if name in ("amax", "amin") else d
            called = name if name == "aminmax" else "median()" if name == "nanmedian" else f"{name}()"
            raise IndexError(f"{called}: Expected reduction dim {d} to have non-zero size.")


def index_of_extreme(t, prim, dim, keepdim=True):
    """The index of the extreme along a dimension, int64, kept as a dimension of length 1."""
    shape = shape_of(t)
    if not shape:
        wrapped(dim, 0)
        return for_each_sample(t, np.zeros((), np.int64))
    dim = wrapped(dim, len(shape))
    if t.owner is TAPE:  # (an index is recorded nowhere)
        return new(
            np.asarray(
                P[prim]
                .impl(t.val, axis=dim)
                .reshape(with_ones(shape, (dim,)) if keepdim else shape[:dim] + shape[dim + 1 :])
            )
        )
    out = in_c_order(cast(P[prim](t, axis=dim), INT64))
    return P["reshape"](out, shape=with_ones(shape, (dim,))) if keepdim else out


def in_place_of_rows(v, index, dim, keepdim):
    """(the elements of an array at an index kept as a dimension of length 1, the index), as new Tensors."""
    values = np.take_along_axis(v, index, dim) if v.shape else v.copy()
    if not keepdim and v.shape:
        values, index = values.squeeze(dim), index.squeeze(dim)
    return new(values), new(index)


def picked(t, index, dim):
    """The elements of t at an index kept as a dimension of length 1."""
    return P["reshape"](t, shape=()) if not shape_of(t) else along(t, index, wrapped(dim, len(shape_of(t))))


def without(t, dim, keepdim):
    """A result with a dimension of length 1, which goes unless it is kept."""
    shape = shape_of(t)
    if keepdim or not shape:
        return t
    dim %= len(shape)
    return P["reshape"](t, shape=shape[:dim] + shape[dim + 1 :])


def mean_of_nans(t):
    """nan, whose derivative every nan of t has an even share of: torch's for the extreme of a Tensor with nan in it."""
    axes = tuple(range(len(shape_of(t))))
    missing = P["isnan"](t)
    return P["div"](P["sum"](P["where"](missing, t, 0.0), axes=axes), P["sum"](cast(missing, dtype_of(t)), axes=axes))


def extreme(name, longer):
    """torch.max and torch.min: of the whole, along a dimension (values, indices), or of two Tensors."""
    arg = "arg" + name
    shown = name.capitalize()
    pair = RETURN[name]
    best = getattr(np, longer)

    @as_one
    def of_whole(input):
        t = current(input)
        need_elements(name, t, None)
        need_dtype(name, dtype_of(t))
        return taken(t, input)

    def taken(t, input):
        out = P[name](t, axes=tuple(range(len(shape_of(t)))))
        if out.mark is not None:
            if out.owner is TAPE and math.isnan(out.val):
                return named(mean_of_nans(t), shown + "Backward1", (input,))
            renamed(out, shown + "Backward1")
        return out

    @as_one
    def along_dim(input, dim, keepdim):
        try:
            t = current(input)
            need_dtype(f"{name} along", dtype_of(t))
            need_elements(name, t, dim)
            index = index_of_extreme(t, arg, dim)
            if t.owner is TAPE and t.mark is None:
                return pair(*in_place_of_rows(t.val, index.val, dim, keepdim))
            values = named(without(in_c_order(picked(t, index, dim)), dim, keepdim), shown + "Backward0", (input,))
            return pair(values, without(in_c_order(index), dim, keepdim))
        except BaseException as error:
            drop(error)
            raise

    def function(input=MISSING, /, dim=EVERY, keepdim=False, *more, out=MISSING, **named):
        try:
            if dim is EVERY and keepdim is False and out is MISSING and not (more or named) and type(input) is Tensor:
                t = current(input)  # (the commonest call)
                if t.owner is TAPE and t.val.dtype in PLAIN and t.val.size and not shared.staging:
                    return on_tape(np.asarray(best.reduce(t.val, axis=None))) if t.mark is None else taken(t, input)
            if not isinstance(input, Tensor) or more:
                (input,) = to_places((input,), named)
            if not isinstance(input, Tensor) or more:
                raise not_a_tensor(name, input)
            if named:
                dim, keepdim = by_other_names(name, dim, keepdim, named, "other")
                if isinstance(dim, Tensor) and "other" not in named:
                    dim = integer(dim, "dim")
            out = given_out(name, input, dim, keepdim, more, None, out, named)
            if out is not None and not isinstance(dim, Tensor):
                begin(name, out, (input,), {})
            if keepdim is not False and keepdim is not True or dim is True:
                raise TypeError(f"{name}() takes a dimension and a bool")
            if dim is EVERY:
                got = of_whole(input)
            elif isinstance(dim, Tensor):
                if keepdim is not False:
                    raise TypeError(f"{name}() of two Tensors keeps no dimension")
                return FUNCTIONS[longer](input, dim, out=out)
            elif out is not None and not isinstance(out, (tuple, list)):
                raise TypeError(f"{name}() along a dimension has two results")
            else:
                got = along_dim(input, integer(dim, "dim"), keepdim)
            return (
                got if out is None else store(name if isinstance(got, Tensor) else name + "_pair", out, got, (input,))
            )
        except BaseException as error:
            error = answer(error, name, *asked(input, dim, keepdim, more, None, out, named))
            raise error

    def with_places(h, k, axes, keepdim, x):
        """What is given back for the extremes along a dimension and their places, which are the caller's to change."""
        if h.mark is not None:
            k = k.copy()
        if keepdim is not True:
            return pair(h, new(np.asarray(k)))  # (NumPy gives a scalar for a vector's)
        return pair(lengthened(h, shape_of(x), axes, shown + "Backward0", x), new(np.expand_dims(k, axes)))

    function.__name__ = name
    function.__doc__ = (
        f"The {longer} of all elements; with dim, (values, indices) along it; with a second Tensor, elementwise."
    )
    publish(function, (name,), True, True)
    quick_call(
        name, "picked", ("dim", "keepdim"), "type(dim) is int and (keepdim is NONE or type(keepdim) is bool)",
        (f"k = v.{arg}(dim)", "params = {'axis': dim % v.ndim}", "out = impl(v, k, **params)"),
        (shown + "Backward0",), "with_places(h, k, (dim % v.ndim,), keepdim, x)", {"k": None}, with_places=with_places,
    )  # fmt: skip


def amount(name, longer, evenly):
    """torch.amax and torch.amin."""

    def amount(input, dim=(), keepdim=False):
        t = current(input)
        need_elements(evenly, t, None if dim is None or type(dim) is tuple and not dim else dim)
        if 0 not in shape_of(t):
            need_dtype(evenly, dtype_of(t))
        return over(t, name, dim, keepdim)

    amount.__doc__ = f"The {longer} over dimensions; ties share the derivative."
    operation(evenly.capitalize() + "Backward0", name=evenly)(amount)


def position(arg, longer):
    """torch.argmax and torch.argmin."""

    def position(input, dim=None, keepdim=False):
        if keepdim is not False and keepdim is not True or dim is True:
            raise TypeError(f"{arg}() takes a dimension and a bool")
        t = current(input)
        need_dtype(arg, dtype_of(t))
        need_elements(arg, t, dim)
        if dim is None:
            if t.owner is TAPE and not keepdim and dtype_of(t).isnative:
                return new(np.asarray(getattr(t.val, arg)()))
            out = index_of_extreme(P["reshape"](t, shape=(input.numel(),)), arg, 0, False)
            return P["reshape"](out, shape=(1,) * len(shape_of(t))) if keepdim else out
        return index_of_extreme(t, arg, dim, keepdim)

    position.__doc__ = f"The index of the {longer}, the first at ties; without dim, in the flattened Tensor."
    operation(name=arg)(position)


for _name, _longer in (("max", "maximum"), ("min", "minimum")):
    extreme(_name, _longer)
    amount(_name, _longer, "a" + _name)
    position("arg" + _name, _longer)


@operation("AminmaxBackward0")
def aminmax(input, *, dim=None, keepdim=False):
    """(min, max) of all elements, or along a dimension."""
    t = current(input)
    need_elements("aminmax", t, dim)
    if dim is not None and dtype_of(t).kind == "c" and not shape_of(t):
        raise RuntimeError(f"aminmax not implemented for {spoken(dtype_of(t))}")
    need_dtype("aminmax", dtype_of(t))
    dims = () if dim is None else dim
    return RETURN["aminmax"](over(t, "min", dims, keepdim), over(t, "max", dims, keepdim))
