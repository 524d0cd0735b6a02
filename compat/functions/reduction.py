"""Reductions: sums, means, extremes, spreads, norms, counts; whole or over dimensions, with keepdim.

Invariant: where several elements share an extreme, the derivative goes where torch sends it: split evenly by reductions
of the whole Tensor and by amax/amin, to the one index that max(dim) and its kin return.
"""

import math

import numpy as np

from funcgrad.core import fast
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.numpy.concrete import concrete
from funcgrad.ops.torch_order import sum_over

from .. import dtypes
from ..deprecations import deprecated
from ..errors import type_name
from ..graph import label as set_label
from ..tensor import Tensor, current, wrapped
from .arithmetic import DIV, MUL, by_number, quick_unary
from .data import scalar_of
from .indexing import along
from .operands import (
    BOOL,
    INT64,
    KINDS_OF_INTEGER,
    P,
    cast,
    dims_of,
    dtype_of,
    floating,
    in_c_order,
    integer,
    need_scalar_type,
    new,
    shape_of,
    with_ones,
)
from .pointwise import C_NAMES
from .refusals import need_dtype, refuse
from .register import (
    FUNCTIONS,
    MISSING,
    answer,
    answering,
    kept,
    named,
    not_a_tensor,
    operation,
    publish,
    renamed,
    rewrite,
    spoken,
    store,
    unusual,
)
from .return_types import BY_NAME as RETURN
from .rounding import HALVES, half_in, in_float32, shared


def finish(out, shape, dims, keepdim):
    """A reduced value with its dimensions kept as ones, if asked for."""
    return P["reshape"](out, shape=with_ones(shape, dims)) if keepdim else out


def over(t, prim, dim, keepdim=False, **params):
    """A reducing primitive over dimensions."""
    shape = shape_of(t)
    dims = dims_of(dim, len(shape))
    out = P[prim](t, axes=dims, **params)
    if t.owner is TAPE and not t.val.flags.c_contiguous:
        out = in_c_order(out)
    return finish(out, shape, dims, keepdim)


# ------------------------------------------------------------------------------------------------ sum, mean, prod
ALL_AXES = [tuple(range(n)) for n in range(65)]  # of an array with n dimensions (NumPy has 64 at most)
EVERY = object()  # no dim given, which torch tells from None


def by_other_names(name, dim, keepdim, named, another="axis"):
    """(dim, keepdim) of a call that names them as NumPy does, or in `another` way."""
    known = {"axis": dim, "keepdims": keepdim, **named}
    dim = known.pop(another if another in named else "axis")
    unknown = known.keys() - {"axis", "keepdims"}
    if unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument '{min(unknown)}'")
    return dim, known["keepdims"]


def asked(input, dim, keepdim, more, dtype, out, named):
    """(arguments, those by name) that a sum or mean was called with, as far as that can be told."""
    given = {"dtype": dtype, "out": out}
    by_name = {k: v for k, v in given.items() if v is not None} | named
    places = (input, *(() if dim is EVERY else (dim,)), *((keepdim,) if more or keepdim is not False else ()), *more)
    return places, by_name


def labelled(got, name, every, changed, input):
    """Show torch's node of a sum or mean, whose number says whether it was over all elements; `changed`: it is several nodes
    here."""
    if got.mark is None:
        return
    if changed:
        set_label(got, f"{name}{int(not every)}", (input,))
    elif not every:
        set_label(got, f"{name}1", None)


def sum(input=MISSING, dim=EVERY, keepdim=False, *more, dtype=None, out=None, **named):  # noqa: A001
    """The sum of all elements, or over dimensions; integers and booleans are summed in int64.

    >>> import compat as torch
    >>> torch.ones(2, 3).sum(dim=1)
    tensor([3., 3.])
    """
    try:
        if not isinstance(input, Tensor) or more:
            return unusual(sum, (input, *more), {}, not_a_tensor("sum", input))
        if named:
            dim, keepdim = by_other_names("sum", dim, keepdim, named)
        if dim is EVERY and dtype is None and out is None and not keepdim:
            return sum_of_all(input)
        t = current(input)
        d = dtype_of(t)
        if keepdim is not False and keepdim is not True or dim is True:
            raise TypeError("sum() takes dimensions and a bool")
        if dtype is None and isinstance(out, Tensor) and out.dtype.name != "bool":
            dtype = out.dtype
        if dtype is not None:
            t = cast(t, dtypes.as_numpy(dtype))
        elif d.kind in KINDS_OF_INTEGER:
            t = cast(t, INT64)
        shape = shape_of(t)
        every = dim is EVERY
        dims = ALL_AXES[len(shape)] if every else dims_of(dim, len(shape))
        got = P["sum"](t, axes=dims)
        if keepdim:
            got = P["reshape"](got, shape=with_ones(shape, dims))
        labelled(got, "SumBackward", every, keepdim or dtype is not None, input)
        return got if out is None else store("sum", out, got)
    except BaseException as error:
        error = answer(error, "sum", *asked(input, dim, keepdim, more, dtype, out, named))
        raise error


def over_all(prim, value, slow):
    """What reduces a whole Tensor: `value` is the text of the result for a float array v."""
    axes = [{"axes": a} for a in ALL_AXES]
    return quick_unary(prim, slow, fast.Case(value, "AXES[v.ndim]", AXES=axes, sum_over=sum_over))


def sum_of_any(input):
    try:
        t = current(input)
        if dtype_of(t).kind in KINDS_OF_INTEGER:
            t = cast(t, INT64)
        return P["sum"](t, axes=ALL_AXES[len(shape_of(t))])
    except BaseException as error:
        drop(error)
        raise


sum_of_all = over_all("sum", "sum_over(v, AXES[v.ndim]['axes'])", sum_of_any)
publish(sum, ("sum",), True, True)


def averaged(name, input, dtype):
    """The Tensor in the dtype a mean is computed in; RuntimeError for integers."""
    t = current(input)
    if dtype is not None:
        return cast(t, dtypes.as_numpy(dtype))
    if dtype_of(t).kind in KINDS_OF_INTEGER:
        if name == "nanmean":
            raise RuntimeError(
                f"nanmean(): expected input to have floating point or complex dtype but got {spoken(dtype_of(t))}"
            )
        raise RuntimeError(
            f"{name}(): could not infer output dtype. Input dtype must be either a floating point or complex "
            "dtype. Got: "
            f"{spoken(dtype_of(t))}"
        )
    return t


def mean(input=MISSING, dim=EVERY, keepdim=False, *more, dtype=None, out=None, **named):
    """The mean of all elements, or over dimensions; RuntimeError for integers without a dtype."""
    try:
        if not isinstance(input, Tensor) or more:
            return unusual(mean, (input, *more), {}, not_a_tensor("mean", input))
        if named:
            dim, keepdim = by_other_names("mean", dim, keepdim, named)
        every = dim is EVERY
        if every and dtype is None and out is None and not keepdim:
            return mean_of_all(input)
        t = averaged("mean", input, dtype)
        got = over(t, "mean", None if every else dim, keepdim)
        labelled(got, "MeanBackward", every, keepdim or dtype is not None, input)
        return got if out is None else store("mean", out, got)
    except BaseException as error:
        error = answer(error, "mean", *asked(input, dim, keepdim, more, dtype, out, named))
        raise error


def mean_of_any(input):
    try:
        t = averaged("mean", input, None)
        return P["mean"](t, axes=ALL_AXES[len(shape_of(t))])
    except BaseException as error:
        drop(error)
        raise


mean_of_all = over_all("mean", "sum_over(v, AXES[v.ndim]['axes']) / v.size", mean_of_any)
publish(mean, ("mean",), True, True)


@operation()
def prod(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The product of all elements, or over one dimension; integers are multiplied in int64."""
    t = current(input)
    if out is not None:
        return store("prod", out, prod(input, dim, keepdim, dtype=out.dtype if dtype is None else dtype))
    if dtype is not None or dtype_of(t).kind in KINDS_OF_INTEGER:
        t = cast(t, INT64 if dtype is None else dtypes.as_numpy(dtype))
    return named(over(t, "prod", dim, keepdim), "ProdBackward0" if dim is None else "ProdBackward1", (input,))


@operation("NansumBackward0")
def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """The sum, nan counted as 0."""
    t = current(input)
    need_dtype("nansum", dtype_of(t))
    if dtype_of(t).kind == "f":
        t = P["where"](P["isnan"](t), 0.0, t)
    return sum(t, dim, keepdim, dtype=dtype)


@operation()
def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """The mean of the elements that are not nan."""
    t = averaged("nanmean", input, dtype)
    total = nansum(input, dim, keepdim, dtype=dtype)
    return DIV(total, cast(over(cast(~FUNCTIONS["isnan"](t), INT64), "sum", dim, keepdim), dtype_of(current(total))))


@operation("LogsumexpBackward0")
def logsumexp(input, dim, keepdim=False):
    """log(sum(exp(x))) over dimensions, without overflow."""
    if dim is None:
        raise TypeError("logsumexp() needs dimensions")
    return over(floating(current(input)), "logsumexp", dim, keepdim)


# ------------------------------------------------------------------------------------------------ truth and counts
def truth(name):
    """torch.any and torch.all: bool, or uint8 of uint8."""

    def reduce(input, dim=None, keepdim=False):
        t = current(input)
        if isinstance(dim, Tensor):
            dim = integer(dim, "dim")
        if dim is not None and not isinstance(dim, (int, np.integer)) and len(dim) == 0:
            out = P["not_equal"](t, 0)  # (no dimension, not every one)
        else:
            out = over(t, name, dim, keepdim)
        return cast(out, dtype_of(t)) if dtype_of(t) == np.uint8 else out

    reduce.__doc__ = f"Is {name} element true (not zero)? Of the whole Tensor, or over dimensions."
    operation(name=name)(reduce)


truth("any")
truth("all")


@operation()
def count_nonzero(input, dim=None):
    """The number of elements that are not zero."""
    return over(P["not_equal"](current(input), 0), "sum", dim)


# ------------------------------------------------------------------------------------------------ extremes
def need_elements(name, t, dim, over_all="max"):
    """torch's errors for the extreme of nothing."""
    shape = shape_of(t)
    if dim is None:
        if 0 in shape:
            if name in ("argmax", "argmin"):
                raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
            raise RuntimeError(
                f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction "
                "dim with the "
                "'dim' argument."
            )
        return
    for d in dims_of(dim, len(shape)):
        if shape[d] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def index_of_extreme(t, prim, dim, keepdim=True):
    """The index of the extreme along a dimension, int64, kept as a dimension of length 1."""
    shape = shape_of(t)
    if not shape:
        wrapped(dim, 0)
        return new(np.zeros((), np.int64))
    dim = wrapped(dim, len(shape))
    if t.owner is TAPE:  # (an index is recorded nowhere)
        return new(
            np.asarray(
                P[prim]
                .impl(t.val, axis=dim)
                .reshape(with_ones(shape, (dim,)) if keepdim else shape[:dim] + shape[dim + 1 :])
            )
        )
    out = cast(P[prim](t, axis=dim), INT64)
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


def extreme(name, longer, evenly):
    """torch.max and torch.min: of the whole, along a dimension (values, indices), or of two Tensors."""
    arg = "arg" + name
    shown = name.capitalize()
    pair = RETURN[name]

    def of_whole(input):
        t = current(input)
        need_dtype(name, dtype_of(t))
        need_elements(name, t, None)
        out = P[name](t, axes=tuple(range(len(shape_of(t)))))
        if out.mark is not None:
            if out.owner is TAPE and math.isnan(out.val):
                return named(mean_of_nans(t), shown + "Backward1", (input,))
            renamed(out, shown + "Backward1")
        return out

    def along_dim(input, dim, keepdim):
        try:
            t = current(input)
            need_dtype(f"{name} along", dtype_of(t))
            need_elements(name, t, dim)
            index = index_of_extreme(t, arg, dim)
            if t.owner is TAPE and t.mark is None:
                return pair(*in_place_of_rows(t.val, index.val, dim, keepdim))
            values = named(without(picked(t, index, dim), dim, keepdim), shown + "Backward0", (input,))
            return pair(values, without(index, dim, keepdim))
        except BaseException as error:
            drop(error)
            raise

    def function(input=MISSING, dim=None, keepdim=False, *more, out=None, **named):
        try:
            if not isinstance(input, Tensor) or more:
                raise not_a_tensor(name, input)
            if named:
                dim, keepdim = by_other_names(name, dim, keepdim, named, "other")
            if keepdim is not False and keepdim is not True or dim is True:
                raise TypeError(f"{name}() takes a dimension and a bool")
            if dim is None:
                got = of_whole(input)
            elif isinstance(dim, Tensor):
                if keepdim is not False:
                    raise TypeError(f"{name}() of two Tensors keeps no dimension")
                return FUNCTIONS[longer](input, dim, out=out)
            else:
                got = along_dim(input, integer(dim, "dim"), keepdim)
            return got if out is None else store(name if isinstance(got, Tensor) else name + "_pair", out, got)
        except BaseException as error:
            error = answer(error, name, *asked(input, EVERY if dim is None else dim, keepdim, more, None, out, named))
            raise error

    function.__name__ = name
    function.__doc__ = (
        f"The {longer} of all elements; with dim, (values, indices) along it; with a second Tensor, elementwise."
    )
    publish(function, (name,), True, True)

    def amount(input, dim=(), keepdim=False):
        t = current(input)
        need_dtype(evenly, dtype_of(t))
        need_elements(evenly, t, None if dim == () or dim is None else dim)
        return over(t, name, dim, keepdim)

    amount.__doc__ = f"The {longer} over dimensions; ties share the derivative."
    operation(evenly.capitalize() + "Backward0", name=evenly)(amount)

    def position(input, dim=None, keepdim=False):
        t = current(input)
        need_dtype(arg, dtype_of(t))
        need_elements(arg, t, dim)
        if dim is None:
            flat = P["reshape"](t, shape=(-1,)) if 0 not in shape_of(t) else t
            out = index_of_extreme(P["reshape"](flat, shape=(input.numel(),)), arg, 0, False)
            return P["reshape"](out, shape=(1,) * len(shape_of(t))) if keepdim else out
        return index_of_extreme(t, arg, dim, keepdim)

    position.__doc__ = f"The index of the {longer}, the first at ties; without dim, in the flattened Tensor."
    operation(name=arg)(position)


extreme("max", "maximum", "amax")
extreme("min", "minimum", "amin")


@operation("AminmaxBackward0")
def aminmax(input, *, dim=None, keepdim=False):
    """(min, max) of all elements, or along a dimension."""
    t = current(input)
    need_dtype("aminmax", dtype_of(t))
    need_elements("aminmax", t, dim)
    dims = () if dim is None else dim
    return RETURN["aminmax"](over(t, "min", dims, keepdim), over(t, "max", dims, keepdim))


# ------------------------------------------------------------------------------------------------ mean and spread
def spread_arguments(dim, unbiased, keepdim, correction):
    """(dim, keepdim, correction) from torch's overloads: var(True), var(0, False), var(dim=0, correction=1)."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    return dim, keepdim, correction


def variance(t, dim, keepdim, correction):
    """(variance, mean), both with the reduced dimensions as `keepdim` says."""
    shape = shape_of(t)
    dims = dims_of(dim, len(shape))
    n = 1
    for d in dims:
        n *= shape[d]
    centre = P["reshape"](P["mean"](t, axes=dims), shape=with_ones(shape, dims)) if n else P["sum"](t, axes=dims)
    gap = P["sub"](t, centre) if n else t
    squares = P["square"](gap) if dtype_of(t).kind == "f" else P["real"](P["mul"](gap, P["conj"](gap)))
    scale = max(n - correction, 0)
    total = P["sum"](squares, axes=dims)
    out = P["div"](total, float(scale))
    if not n:
        centre = P["mul"](centre, float("nan"))
    return finish(out, shape, dims, keepdim), P["reshape"](
        centre, shape=with_ones(shape, dims) if keepdim else shape_of(out)
    )


def root(t, power=0.5):
    """t ** power with the derivative 0 at 0: torch's choice for std and norms."""
    if t.owner is TAPE and t.val.all():
        return P["sqrt"](t) if power == 0.5 else P["power"](t, power)
    zero = P["equal"](t, 0)
    safe = P["where"](zero, 1.0, t)
    got = P["sqrt"](safe) if power == 0.5 else P["power"](safe, power)
    return P["where"](zero, 0.0, got)


def spread(name, shown, results):
    """torch.var, std, var_mean, std_mean."""

    def function(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        t = current(input)
        if dtype_of(t).kind in KINDS_OF_INTEGER:
            said = "std and var" if results == 1 else name
            raise RuntimeError(f"{said} only support floating point and complex dtypes")
        dim, keepdim, correction = spread_arguments(dim, unbiased, keepdim, correction)
        shape = shape_of(t)
        if 0 in shape or correction >= math.prod([shape[d] for d in dims_of(dim, len(shape))]):
            deprecated("spread", name)
        var, centre = variance(t, dim, keepdim, correction)
        out = root(var) if "std" in name else var
        return named(out if results == 1 else (out, centre), shown, (input,))

    function.__doc__ = (
        f"{'(' if results > 1 else ''}The {'standard deviation' if 'std' in name else 'variance'}"
        f"{', the mean)' if results > 1 else ''} over dimensions, divided by n - correction (1)."
    )
    operation(name=name, once=True)(function)


spread("var", "VarBackward0", 1)
spread("std", "StdBackward0", 1)
spread("var_mean", "VarMeanBackward0", 2)
spread("std_mean", "StdMeanBackward0", 2)


# ------------------------------------------------------------------------------------------------ norms
def vector_norm_of(t, p=2, dim=None, keepdim=False, dtype=None, name="linalg.vector_norm"):
    """The p-norm of the elements over dimensions; its derivative is 0 where it is 0."""
    if dtype is not None and dtype_of(t).kind in "fc":
        d = dtypes.as_numpy(dtype)
        if d.kind not in "fc":
            raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {spoken(d)}")
        if dtype_of(t).kind == "c" != d.kind:
            raise RuntimeError(f"{name}: dtype should be complex for complex inputs, but got {spoken(d)}")
        t = cast(t, d)
    if shared.halves and (d := half_in(t)):
        return in_float32(d, vector_norm_of, t, p, dim, keepdim, None, name)
    if dtype_of(t).kind not in "fc":
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {spoken(dtype_of(t))}")
    p = scalar_of(p)
    shape = shape_of(t)
    dims = dims_of(dim, len(shape))
    if p == 2:
        squares = P["square"](t) if dtype_of(t).kind == "f" else P["real"](P["mul"](t, P["conj"](t)))
        return finish(root(P["sum"](squares, axes=dims)), shape, dims, keepdim)
    size = P["abs"](t, kink="torch")
    if p == 0:  # (a count, whose derivative is zero but there, as in torch)
        counted = P["where"](P["not_equal"](t, 0), 1.0, P["mul"](P["where"](P["equal"](t, 0), size, 0.0), 0.0))
        return finish(P["sum"](cast(counted, dtype_of(size)), axes=dims), shape, dims, keepdim)
    if p == 1:
        out = P["sum"](size, axes=dims)
    elif p in (float("inf"), float("-inf")):
        if any(shape[d] == 0 for d in dims):
            if p < 0:
                raise RuntimeError(
                    f"{name} cannot compute the {p} norm on an empty dimension because the operation does not "
                    "have an identity"
                )
            return finish(P["sum"](size, axes=dims), shape, dims, keepdim)
        out = P["max" if p > 0 else "min"](size, axes=dims) if dims else size
    else:
        out = root(P["sum"](P["power"](size, float(p)), axes=dims), 1.0 / p)
    return finish(out, shape, dims, keepdim)


@operation()
def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """The p-norm of the elements ("fro": 2), of the whole or over dimensions; "nuc": the sum of singular values."""
    if type(keepdim) is not bool:
        raise not_a_tensor("linalg_vector_norm", keepdim, 4, "keepdim", "bool")
    if isinstance(p, (tuple, list)) or isinstance(p, Tensor) and p.dim():
        raise not_a_tensor("linalg_vector_norm", p, 2, "ord", "Number")
    if isinstance(dim, str):
        raise not_a_tensor("linalg_vector_norm", dim, 3, "dim", "tuple of ints")
    if p == "nuc" or p == "fro" and isinstance(dim, (tuple, list)) and len(dim) > 2:
        return FUNCTIONS["linalg_norm"](input, p, dim, keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    return named(
        vector_norm_of(current(input), 2 if p in ("fro", None) else p, dim, keepdim, dtype),
        "LinalgVectorNormBackward0",
        (input,),
    )


@operation("DistBackward0")
def dist(input, other, p=2):
    """The p-norm of the difference."""
    gap = current(input - other)
    if dtype_of(gap).kind in "iu":
        raise RuntimeError(
            f"norm(): input dtype should be either floating point or complex. Got {spoken(dtype_of(gap))} instead."
        )
    return vector_norm_of(gap, p)


@operation("CdistBackward0", method=False)
def cdist(x1, x2, p=2.0, compute_mode=None):
    """The p-norm distances between the rows of two (batches of) matrices."""
    for at, x in enumerate((x1, x2), 1):
        if not isinstance(x, Tensor):
            raise not_a_tensor("cdist", x, at, f"x{at}")
    for at, x in enumerate((x1, x2), 1):
        if x.dim() < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, X{at} got: {x.dim()}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    for at, x in enumerate((x1, x2), 1):
        d = dtype_of(current(x))
        if d.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, X{at} got: {spoken(d)}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if shared.halves and half_in(x1):
        raise NotImplementedError(f"\"cdist\" not implemented for '{spoken(half_in(x1))}'")
    need_scalar_type(current(x1), current(x2))
    return vector_norm_of(current(x1.unsqueeze(-2) - x2.unsqueeze(-3)), p, -1)


@operation("RenormBackward0")
def renorm(input, p, dim, maxnorm):
    """The slices along a dimension, shrunk to a p-norm of at most maxnorm."""
    t = current(input)
    n = len(shape_of(t))
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if n < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {n} dimensions")
    others = tuple([i for i in range(n) if i != wrapped(dim, n)])
    size = vector_norm_of(t, p, others, True)
    return P["mul"](t, P["where"](P["greater"](size, maxnorm), P["div"](maxnorm, P["add"](size, 1e-7)), 1.0))


# ------------------------------------------------------------------------------------------------ running
def running(name, prim, shown):
    def function(input, dim, *, dtype=None, out=None):
        got = computed(input, dim, dtype, out)
        return got if out is None else store(name, out, named(got, shown, (input,)))

    def computed(input, dim, dtype=None, out=None):
        t = current(input)
        if name == "logcumsumexp":
            need_dtype(name, dtype_of(t))
        if dtype is None and out is not None and name != "logcumsumexp":
            dtype = out.dtype
            if dtype.name == "bool":
                refuse(f"{name}_out_cpu", BOOL)
        if dtype is not None or (dtype_of(t).kind in KINDS_OF_INTEGER and name != "logcumsumexp"):
            t = cast(t, INT64 if dtype is None else dtypes.as_numpy(dtype))
        if prim == "cumlogsumexp" and dtype_of(t).kind == "c" and shape_of(t):
            return complex_logcumsumexp(t, wrapped(dim, len(shape_of(t))))
        return along_axis(t, prim, dim)

    function.__doc__ = f"The running {prim.removeprefix('cum')} along a dimension."
    f = operation(shown, name=name)(function)

    def inplace(self, dim, *, dtype=None):
        d = dtype_of(current(self))
        if dtype is not None and dtypes.as_numpy(dtype) != d:
            a, b = (C_NAMES[dtypes.name_of(o)] for o in (d, dtypes.as_numpy(dtype)))
            raise RuntimeError(f"Bad in-place call: input tensor dtype {a} and output tensor dtype {b} should match")
        if dtype is None and d.kind in KINDS_OF_INTEGER and name != "logcumsumexp":
            if d.kind == "b" and self.dim() and self.numel():
                refuse(f"{name}_out_cpu", d)
            return rewrite(self, cast(f(kept(self), dim), d))
        return rewrite(self, f(kept(self), dim, dtype=dtype), shown, (self,))

    inplace.__name__ = name + "_"
    publish(answering(inplace), (name + "_",), False, True)


def along_axis(t, prim, dim, **params):
    shape = shape_of(t)
    if not shape:
        wrapped(dim, 0)
        return P["copy"](t, t)
    return in_c_order(P[prim](t, axis=wrapped(dim, len(shape)), reverse=False, **params))


running("cumsum", "cumsum", "CumsumBackward0")
running("cumprod", "cumprod", "CumprodBackward0")


def complex_logcumsumexp(t, axis):
    """log(cumsum(exp(t))), the largest real part taken out."""
    top = P["stop"](P["max"](P["real"](t), axes=(axis,)))
    top = P["reshape"](top, shape=with_ones(shape_of(t), (axis,)))
    return P["add"](P["log"](P["cumsum"](P["exp"](P["sub"](t, top)), axis=axis, reverse=False)), top)


running("logcumsumexp", "cumlogsumexp", "LogcumsumexpBackward0")


def running_extreme(name):
    def function(input, dim):
        t = current(input)
        need_dtype(name, dtype_of(t))
        shape = shape_of(t)
        values = along_axis(t, name, dim, kink="torch")
        if not shape:
            return RETURN[name](values, new(np.zeros((), np.int64)))
        at = np.arange(shape[wrapped(dim, len(shape))]).reshape(
            [-1] + [1] * (len(shape) - 1 - wrapped(dim, len(shape)))
        )
        met = P["equal"](t.detach(), values.detach())
        if dtype_of(t).kind == "f":
            met = P["bitwise_or"](met, P["isnan"](t))
        places = P["where"](met, at, 0)
        return RETURN[name](values, along_axis(places if isinstance(places, Tensor) else new(places), "cummax", dim))

    function.__doc__ = f"The running {name[3:]} along a dimension and where it is, the last place at ties."
    operation(name.capitalize() + "Backward0", name=name)(function)


running_extreme("cummax")
running_extreme("cummin")


# ------------------------------------------------------------------------------------------------ counts of values
def values_of(t, what):
    return np.asarray(concrete(current(t), what))


@operation()
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):  # noqa: A002
    """The distinct elements (or slices along a dimension), sorted; on request where each went, and how often it
    stands.
    """
    for what, given in (("sorted", sorted), ("return_inverse", return_inverse), ("return_counts", return_counts)):
        if type(given) is not bool:
            name = "_unique2" if dim is None else "unique_dim"
            raise TypeError(f"{name}(): argument '{what}' must be bool, not {type_name(given)}")
    v = values_of(input, "unique")
    dim = None if dim is None else wrapped(dim, v.ndim)
    got = np.unique(v, return_inverse=True, return_counts=True, axis=dim)
    out = [got[0]]
    if return_inverse:
        out.append(got[1].reshape(v.shape if dim is None else -1))
    if return_counts:
        out.append(got[2])
    out = [new(np.array(a, order="C")) for a in out]
    return out[0] if len(out) == 1 else tuple(out)


@operation()
def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """The first of each run of equal elements (or slices along a dimension)."""
    for what, given in (("return_inverse", return_inverse), ("return_counts", return_counts)):
        if type(given) is not bool:
            raise TypeError(f"unique_consecutive(): argument '{what}' must be bool, not {type_name(given)}")
    v = values_of(input, "unique_consecutive")
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
    out = [new(np.array(a, order="C")) for a in out]
    return out[0] if len(out) == 1 else tuple(out)


@operation()
def bincount(input, weights=None, minlength=0):
    """How often each of 0, 1, 2, ... stands in a vector of integers, or the sums of their weights."""
    v = values_of(input, "bincount")
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if v.dtype.kind not in "iub":
        raise NotImplementedError(f"\"bincount_cpu\" not implemented for '{dtypes.SPOKEN[dtypes.name_of(v.dtype)]}'")
    if v.ndim != 1 or v.dtype.kind not in "iu" or (v.size and v.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return new(np.bincount(v, minlength=minlength).astype(np.int64))
    w = values_of(weights, "bincount")
    if v.size and w.shape != v.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    if not v.size:
        return new(np.zeros(minlength, np.int64))
    return new(np.bincount(v, w, minlength).astype(np.float32 if w.dtype == np.float32 else np.float64))


@operation()
def histc(input, bins=100, min=0, max=0):  # noqa: A002
    """The counts of the elements in bins of one width between min and max (both 0: those of the data)."""
    v = values_of(input, "histc")
    need_bins(bins)
    if v.dtype.kind == "u" and (min < 0 or max < 0):
        raise RuntimeError("value cannot be converted to type uint8_t without overflow")
    need_histogram(v.dtype, "aminmax_cpu" if v.dtype.kind == "c" and min == max == 0 else "histogram_cpu")
    low, high = (float(v.min()), float(v.max())) if min == max and v.size else (min, max)
    if low == high:
        low, high = low - 1, high + 1
    if not low <= high:
        raise RuntimeError("torch.histc: max must be larger than min")
    counts, _ = np.histogram(v, bins, (low, high))
    return new(counts.astype(v.dtype))


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
    v = values_of(input, "histogram")
    if isinstance(bins, int):
        need_bins(bins)
    if weight is not None:
        w = values_of(weight, "histogram")
        if w.dtype != v.dtype:
            a, b = (C_NAMES[dtypes.name_of(d)] for d in (v.dtype, w.dtype))
            raise RuntimeError(
                "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
                f"but got input({a}), and weight({b})"
            )
        if w.size != v.size:
            raise RuntimeError(
                "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
                f"innermost dimension, but got input with shape {[v.size, 1]} and weight with shape {list(w.shape)}"
            )
    if range is not None and len(range) != 2:
        raise RuntimeError(
            f"torch.histogramdd: for a 1-dimensional histogram range should have 2 elements, but got {len(range)}"
        )
    if range is not None and range[0] > range[1]:
        raise RuntimeError(
            f"torch.histogramdd: min should not exceed max, but got min {range[0]:g} max {range[1]:g} for dimension 0"
        )
    edges = values_of(bins, "histogram") if isinstance(bins, Tensor) else bins
    if isinstance(bins, Tensor):
        if edges.ndim != 1:
            raise RuntimeError(
                f"torch.histogram(): bins tensor should have one dimension, but got {edges.ndim} dimensions in the bins tensor"
            )
        if edges.dtype != v.dtype:
            a, b = (C_NAMES[dtypes.name_of(d)] for d in (v.dtype, edges.dtype))
            raise RuntimeError(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
                f"{a} and bins for dimension 0 with dtype {b}"
            )
        if v.dtype.kind != "f":
            refuse("histogram_cpu", v.dtype)
    elif range is not None:
        need_histogram(v.dtype)
    elif v.dtype.kind != "f" or v.dtype in HALVES:
        refuse("histogramdd", v.dtype)
    w = None if weight is None else values_of(weight, "histogram").reshape(-1)
    counts, edges = np.histogram(v.reshape(-1), edges, range, density=density, weights=w)
    return RETURN["histogram"](new(counts.astype(v.dtype)), new(edges.astype(v.dtype)))


# ------------------------------------------------------------------------------------------------ statistics of rows
@operation()
def diff(input, n=1, dim=-1, prepend=None, append=None):
    """Differences of neighbours along a dimension, n times."""
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0:
        return FUNCTIONS["zeros_like"](input).copy_(input) if not input.requires_grad else input.clone()
    parts = [t for t in (prepend, input, append) if t is not None]
    t = FUNCTIONS["cat"](parts, dim) if len(parts) > 1 else input
    if t.dim() == 0:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    for _ in range(n):
        k = t.shape[dim]
        one, two = t.narrow(dim, min(1, k), max(k - 1, 0)), t.narrow(dim, 0, max(k - 1, 0))
        t = one ^ two if dtype_of(current(t)) == BOOL else one - two
    return t


def widths(y, x, dx, dim):
    """The distances between neighbours along a dimension, as they multiply sums of neighbours of y."""
    if x is None:
        return dx
    if x.dim() == 1:
        at = wrapped(dim, y.dim())
        x = x.view([-1 if d == at else 1 for d in range(y.dim())])
    return diff(x, dim=dim)


def neighbours(y, dim):
    k = y.shape[dim]
    return y.narrow(dim, 0, k - 1) + y.narrow(dim, 1, k - 1)


def need_no_bool(name, y, x):
    if any(t is not None and dtype_of(current(t)) == BOOL for t in (y, x)):
        which = "`y`" if x is None else "`x` or `y`"
        raise RuntimeError(f"{name}: received a bool input for {which}, but bool is not supported")


@operation(method=False, aliases=("trapz",))
def trapezoid(y, x=None, *, dx=1, dim=-1):
    """The integral along a dimension by the trapezoidal rule."""
    need_no_bool("trapezoid", y, x)
    if not y.dim():
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if x is None:
        k = y.shape[dim]
        if not k:
            return y.sum(dim)
        ends = y.select(dim, 0) + y.select(dim, k - 1)
        return by_number(MUL, y.sum(dim) - by_number(MUL, ends, 0.5), dx)
    return by_number(DIV, (neighbours(y, dim) * widths(y, x, dx, dim)).sum(dim), 2.0)


@operation(method=False)
def cumulative_trapezoid(y, x=None, *, dx=1, dim=-1):
    """The running integral along a dimension by the trapezoidal rule."""
    need_no_bool("cumulative_trapezoid", y, x)
    if not y.dim():
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if x is None:
        return by_number(MUL, neighbours(y, dim), dx / 2.0).cumsum(dim)
    return by_number(DIV, (neighbours(y, dim) * widths(y, x, dx, dim)).cumsum(dim), 2.0)


@operation()
def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariance matrix of variables in rows, observations in columns, divided by n - correction."""
    if input.dim() > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.dim()} dimensions"
        )
    x = input.view(1, -1) if input.dim() < 2 else input
    w = None
    for given in (fweights, aweights):
        if given is not None:
            w = given if w is None else w * given
    n = x.shape[1]
    if w is None:
        centred = x - FUNCTIONS["div"](x.sum(1), n).unsqueeze(1)
        return FUNCTIONS["div"](centred @ centred.t().conj(), float(max(n - correction, 0))).squeeze()
    w = w if w.is_floating_point() else w.to(x.dtype)
    total = w.sum()
    centred = x - ((x * w).sum(1) / total).unsqueeze(1)
    size = total - correction * (((w * aweights).sum() / total) if aweights is not None else 1)
    return ((centred @ (centred * w).t().conj()) / size).squeeze()


@operation()
def corrcoef(input):
    """The correlation coefficients of variables in rows, observations in columns."""
    if input.dim() > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.dim()} dimensions"
        )
    c = cov(input)
    if c.dim() == 0:
        return c / c
    scale = c.diagonal().sqrt()
    out = c / scale.view(-1, 1) / scale.view(1, -1)
    if out.is_complex():
        return FUNCTIONS["complex"](out.real.clamp(-1, 1), out.imag.clamp(-1, 1))
    return out.clamp(-1, 1)


@operation(method=False)
def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """The derivative along dimensions from samples one spacing apart: central differences, one-sided at the ends."""
    n = input.dim()
    dims = dims_of(dim, n)
    out = []
    for at, d in enumerate(dims):
        k = input.shape[d]
        if k < edge_order + 1:
            raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
        h = spacing[at] if isinstance(spacing, (tuple, list)) else spacing

        def part(start, length, d=d):
            return input.narrow(d, start, length)

        if isinstance(h, Tensor):
            out.append(uneven_gradient(part, h, k, d, n, edge_order))
            continue
        middle = by_number(DIV, by_number(DIV, part(2, k - 2) - part(0, k - 2), h), 2.0)
        if edge_order == 1:
            first, last = part(1, 1) - part(0, 1), part(k - 1, 1) - part(k - 2, 1)
        else:
            first = by_number(MUL, part(0, 1), -1.5) + by_number(MUL, part(1, 1), 2.0) - by_number(MUL, part(2, 1), 0.5)
            last = (
                by_number(MUL, part(k - 1, 1), 1.5)
                - by_number(MUL, part(k - 2, 1), 2.0)
                + by_number(MUL, part(k - 3, 1), 0.5)
            )
        first, last = by_number(DIV, first, h), by_number(DIV, last, h)
        out.append(FUNCTIONS["cat"]((first, middle, last), d))
    return tuple(out)


def uneven_gradient(part, at, k, dim, n, edge_order):
    """gradient along a dimension whose samples stand at given coordinates."""
    if edge_order != 1:
        raise NotImplementedError("torch.gradient: coordinates with edge_order=2 are not covered; use edge_order=1.")
    gaps = diff(at).reshape([-1] + [1] * (n - 1 - dim))
    a, b = gaps.narrow(0, 0, k - 2), gaps.narrow(0, 1, k - 2)
    # (the weights in the dtype of the coordinates, as torch has them)
    weights = -b / (a * (a + b)), (b - a) / (a * b), a / (b * (a + b))
    before, here, after = (part(i, k - 2) * w for i, w in enumerate(weights))
    middle = before + here + after
    first, last = ((part(i + 1, 1) - part(i, 1)) / gaps.narrow(0, i, 1) for i in (0, k - 2))
    return FUNCTIONS["cat"]((first, middle, last), dim)
