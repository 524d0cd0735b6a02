"""Reductions: sums, means, products, truths, counts, spreads; whole or over dimensions, with keepdim."""

import math
import sys

import numpy as np

from funcgrad.core import state
from funcgrad.core.halves import FLOAT32, FLOAT64
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.core.written_calls import noded
from funcgrad.core.written_tape import Case
from funcgrad.ops.deviation import FEW
from funcgrad.ops.torch_order import ALL_AXES, sum_over, vector_sum

from .. import dtypes
from ..deprecations import deprecated
from ..graph import label as set_label
from ..graph import labelled as labelled_as_one
from ..payload import current
from ..tensor import Tensor
from .arithmetic import DIV, quick_unary
from .call_errors import MISSING, answer, need_function, not_a_tensor, outside, to_places, unusual
from .nodes import named
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
    new,
    shape_of,
    with_ones,
)
from .out_argument import store
from .out_rules import C_NAMES
from .quick_roads import along, quick_call
from .refusals import need_dtype, refuse
from .register import FUNCTIONS, operation, publish
from .writing import spoken


def finish(out, shape, dims, keepdim):
    """A reduced value with its dimensions kept as ones, if asked for."""
    return P["reshape"](out, shape=with_ones(shape, dims)) if keepdim else out


def over(t, prim, dim, keepdim=False, **params):
    """A reducing primitive over dimensions."""
    if keepdim is not False and keepdim is not True or dim is True:
        raise TypeError("a reduction takes dimensions and a bool")
    shape = shape_of(t)
    dims = dims_of(dim, len(shape))
    out = P[prim](t, axes=dims, **params)
    if t.owner is not TAPE or not t.val.flags.c_contiguous:
        out = in_c_order(out)
    return finish(out, shape, dims, keepdim)


# ------------------------------------------------------------------------------------------------ sum, mean, prod
EVERY = object()  # no dim given, which torch tells from None


def by_other_names(name, dim, keepdim, named, another="axis"):
    """(dim, keepdim) of a call that names them as NumPy does, or in `another` way."""
    if dim is not EVERY and named.keys() & {"axis", another}:
        raise TypeError(f"{name}() got an unexpected keyword argument '{min(named.keys() & {'axis', another})}'")
    if "axis" in named and called_by_numpy(sys._getframe(2)):
        raise TypeError(f"{name}() got an unexpected keyword argument 'out'")  # (which np.sum and its kin give, too)
    known = {"axis": dim, "keepdims": keepdim, **named}
    dim = known.pop(another if another in named else "axis")
    unknown = known.keys() - {"axis", "keepdims"}
    if unknown:
        raise TypeError(f"{name}() got an unexpected keyword argument '{min(unknown)}'")
    return dim, known["keepdims"]


def called_by_numpy(frame):
    """Is what has called the function of a frame one of NumPy's?"""
    frame = outside(frame)
    return str(frame.f_globals.get("__name__")).startswith("numpy.")


def asked(input, dim, keepdim, more, dtype, out, named):
    """(arguments, those by name) that a sum or mean was called with, as far as that can be told."""
    given = {"dtype": dtype, "out": out}
    by_name = {k: v for k, v in given.items() if v is not None and v is not MISSING} | named
    if more or "keepdims" not in named and keepdim is not False:
        by_place = (dim, keepdim)
    else:
        by_place = () if dim is EVERY or any([k in named and dim is named[k] for k in ("axis", "other")]) else (dim,)
    if any([a is EVERY for a in by_place]) or "keepdims" in named and by_place and not more:
        by_name = dict(zip(("dim", "keepdim"), by_place)) | by_name
        by_name, by_place = {k: v for k, v in by_name.items() if v is not EVERY}, ()
    return (input, *by_place, *more), by_name


def given_out(name, input, dim, keepdim, more, dtype, out, named):
    """out= of a sum or an extreme, None if it was not given; torch's error where the method is called, which takes none."""
    if out is MISSING:
        return None
    args, by_name = asked(input, dim, keepdim, more, dtype, MISSING, named)
    need_function(name, args, out, by_name, 3)
    return out


def need_derivative(t, d):
    """torch refuses to record what is worked out in whole numbers."""
    if d.kind not in "fc" and t.requires_grad and state.tls.grad:
        raise RuntimeError(f"Autograd not support dtype: {spoken(d)}")


def labelled(got, name, every, changed, input):
    """Show torch's node of a sum or mean, whose number says whether it was over all elements; `changed`: it is several nodes
    here."""
    if got.mark is None:
        return
    if changed:
        set_label(got, f"{name}{int(not every)}", (input,))
    elif not every:
        set_label(got, f"{name}1", None)


def sum(input=MISSING, /, dim=EVERY, keepdim=False, *more, dtype=None, out=MISSING, **named):  # noqa: A001
    """The sum of all elements, or over dimensions; integers and booleans are summed in int64.

    >>> import compat as torch
    >>> torch.ones(2, 3).sum(dim=1)
    tensor([3., 3.])
    """
    try:
        if not isinstance(input, Tensor) or more:
            (input,) = to_places((input,), named)
            if not isinstance(input, Tensor) or more:
                return unusual(sum, (input, *more), {}, not_a_tensor("sum", input))
        if named:
            dim, keepdim = by_other_names("sum", dim, keepdim, named)
        if dim is EVERY and dtype is None and out is MISSING and not keepdim:
            return sum_of_all(input)
        out = given_out("sum", input, dim, keepdim, more, dtype, out, named)
        t = current(input)
        d = dtype_of(t)
        if keepdim is not False and keepdim is not True or dim is True or (keepdim or out is not None) and dim is EVERY:
            raise TypeError("sum() takes dimensions and a bool")
        if dtype is None and isinstance(out, Tensor):
            dtype = out.dtype
        whole = None
        if dtype is not None:
            whole = dtypes.as_numpy(dtype)
            need_derivative(t, whole)
            t = cast(t, whole)
        elif d.kind in KINDS_OF_INTEGER:
            t = cast(t, INT64)
        shape = shape_of(t)
        every = dim is EVERY
        dims = ALL_AXES[len(shape)] if every else dims_of(dim, len(shape))
        got = P["sum"](t, axes=dims)
        if t.owner is not TAPE:
            in_c_order(got)
        if whole is not None and dtype_of(got) != whole:  # (booleans)
            got = cast(got, whole)
        if keepdim:
            got = P["reshape"](got, shape=with_ones(shape, dims))
        labelled(got, "SumBackward", every, keepdim or dtype is not None, input)
        return got if out is None else store("sum", out, got, (input,))
    except BaseException as error:
        error = answer(error, "sum", *asked(input, dim, keepdim, more, dtype, out, named))
        raise error


def over_all(prim, value, slow):
    """What reduces a whole Tensor: `value` is the text of the result for a float array v."""
    axes = [{"axes": a} for a in ALL_AXES]
    return quick_unary(prim, slow, Case(value, "AXES[v.ndim]", AXES=axes, sum_over=sum_over))


def sum_of_any(input):
    try:
        t = current(input)
        if dtype_of(t).kind in KINDS_OF_INTEGER:
            v = t.val
            if t.owner is TAPE and v.dtype is BOOL:
                return new(np.asarray(np.count_nonzero(v)))
            if t.owner is TAPE and v.dtype is INT64:
                return new(np.asarray(np.add.reduce(v, axis=None)))
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
        d = dtypes.as_numpy(dtype)
        if name == "mean" and d.kind in KINDS_OF_INTEGER:
            raise RuntimeError(
                "mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. Got: "
                f"{spoken(d)}"
            )
        return cast(t, d)
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


def dtype_by_out(t, every, dtype, out):
    """The dtype of a mean that is written into out=; RuntimeError if another one is asked for."""
    own = dtype_of(current(out))
    if every and dtypes.CATEGORY[dtype_of(t).kind] > dtypes.CATEGORY[own.kind]:
        raise RuntimeError(f"mean.dtype_out(): input types can't be cast to the desired output type {spoken(own)}")
    if dtype is None:
        averaged("mean", t, None)
    if dtype is not None and dtypes.as_numpy(dtype) != out.dtype.numpy:
        asked_for, own = (C_NAMES[dtypes.name_of(d)] for d in (dtypes.as_numpy(dtype), out.dtype.numpy))
        raise RuntimeError(f"Expected out tensor to have dtype {asked_for}, but got {own} instead")
    return out.dtype if out.is_floating_point() or out.is_complex() else None


def mean(input=MISSING, /, dim=EVERY, keepdim=False, *more, dtype=None, out=MISSING, **named):
    """The mean of all elements, or over dimensions; RuntimeError for integers without a dtype."""
    try:
        if not isinstance(input, Tensor) or more:
            (input,) = to_places((input,), named)
            if not isinstance(input, Tensor) or more:
                return unusual(mean, (input, *more), {}, not_a_tensor("mean", input))
        if named:
            dim, keepdim = by_other_names("mean", dim, keepdim, named)
        every = dim is EVERY
        if every and dtype is None and out is MISSING and not keepdim:
            return mean_of_all(input)
        out = given_out("mean", input, dim, keepdim, more, dtype, out, named)
        if out is not None and isinstance(out, Tensor):
            dtype = dtype_by_out(current(input), every, dtype, out)
        t = averaged("mean", input, dtype)
        got = over(t, "mean", None if every else dim, keepdim)
        labelled(got, "MeanBackward", every, keepdim or dtype is not None, input)
        return got if out is None else store("mean", out, got, (input,))
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


def lengthened(h, shape, axes, shown, x):
    """A fresh reduced value with its dimension kept as a one: torch has one node of the two."""
    shape = with_ones(shape, axes)
    if h.owner is not TAPE or state.shared.staging:
        return labelled_as_one(P["reshape"](h, shape=shape), shown, (x,))
    return noded(h, P["reshape"], h.val.reshape(shape), {"shape": shape}, shown, (x.mark,))


for _name, _shown, _share in (("sum", "SumBackward", ""), ("mean", "MeanBackward", " / v.size")):
    quick_call(
        _name,
        _name,
        ("dim", "keepdim"),
        "(type(dim) is int and (keepdim is NONE or type(keepdim) is bool) or dim is keepdim is NONE)",
        (
            f"if dim is NONE: params, plan, out = AXES[v.ndim], plans[0], vector_sum(v.reshape(-1)){_share}",
            "else:",
            "    params, plan = along(v.ndim, dim), plans[1]",
            "    out = impl(v, **params)",
        ),
        (_shown + "0", _shown + "1"),
        f"h if keepdim is not True else lengthened(h, v.shape, params['axes'], '{_shown}1', x)",
        along=along,
        AXES=[{"axes": a} for a in ALL_AXES],
        vector_sum=vector_sum,
        lengthened=lengthened,
    )


@operation()
def prod(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The product of all elements, or over one dimension; integers are multiplied in int64."""
    t = current(input)
    if out is not None:
        return store("prod", out, prod(input, dim, keepdim, dtype=out.dtype if dtype is None else dtype), (input,))
    if dtype is not None:
        need_derivative(t, dtypes.as_numpy(dtype))
    if dtype is not None or dtype_of(t).kind in KINDS_OF_INTEGER:
        t = cast(t, INT64 if dtype is None else dtypes.as_numpy(dtype))
    out = over(t, "prod", dim, keepdim)
    out = cast(out, dtype_of(t))  # (NumPy widens integers)
    return named(out, "ProdBackward0" if dim is None else "ProdBackward1", (input,))


@operation("NansumBackward0")
def nansum(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The sum, nan counted as 0."""
    t = current(input)
    need_dtype("nansum", dtype_of(t))
    if isinstance(out, Tensor):
        return store(
            "nansum", out, nansum(input, dim, keepdim, dtype=dtype_of_out("nansum", t, dim, dtype, out)), (input,)
        )
    if dtype_of(t).kind == "f":
        t = P["where"](P["isnan"](t), 0.0, t)
    return sum(t, dim, keepdim, dtype=dtype)


def dtype_of_out(name, t, dim, dtype, out):
    """The dtype of a sum that is written into out=; RuntimeError if another one is asked for, or torch has no kernel for it."""
    own, asked_for = dtype_of(current(out)), None if dtype is None else dtypes.as_numpy(dtype)
    if dtype_of(t).kind in KINDS_OF_INTEGER:
        return out.dtype if dtype is None else dtype
    if asked_for is not None and asked_for != own:
        raise RuntimeError(
            f"{name}: provided dtype must match dtype of result. Got {spoken(own)} and {spoken(asked_for)}."
        )
    dims_of(dim, len(shape_of(t)))
    if own.kind not in "f" and math.prod(shape_of(t)):
        refuse("nansum_cpu", own)
    return out.dtype


@operation()
def nanmean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    """The mean of the elements that are not nan."""
    if isinstance(out, Tensor):
        t = current(input)
        if dtype_of(t).kind in KINDS_OF_INTEGER:
            raise RuntimeError(
                "nanmean(): integral types and 'Bool' are not supported for nanmean, even for empty tensors."
            )
        need_dtype("nansum", dtype_of(t))
        return store(
            "nanmean", out, nanmean(input, dim, keepdim, dtype=dtype_of_out("nansum", t, dim, dtype, out)), (input,)
        )
    if dtype_of(current(input)).kind in KINDS_OF_INTEGER:
        dtype = None
    t = averaged("nanmean", input, dtype)
    total = nansum(input, dim, keepdim, dtype=dtype)
    return DIV(total, cast(over(cast(~FUNCTIONS["isnan"](t), INT64), "sum", dim, keepdim), dtype_of(current(total))))


@operation("LogsumexpBackward0")
def logsumexp(input, dim, keepdim=False):
    """log(sum(exp(x))) over dimensions, without overflow."""
    if dim is None:
        raise TypeError("logsumexp() needs dimensions")
    return over(floating(current(input)), "logsumexp", dim, keepdim)


quick_call(
    "logsumexp",
    "logsumexp",
    ("dim", "keepdim"),
    "type(dim) is int and (keepdim is NONE or type(keepdim) is bool)",
    ("params = along(v.ndim, dim)", "out = impl(v, **params)"),
    ("LogsumexpBackward0",),
    "h if keepdim is not True else lengthened(h, v.shape, params['axes'], 'LogsumexpBackward0', x)",
    along=along,
    lengthened=lengthened,
)


# ------------------------------------------------------------------------------------------------ truth and counts
def truth(name):
    """torch.any and torch.all: bool, or uint8 of uint8."""

    def reduce(input, dim=None, keepdim=False):
        t = current(input)
        if dim is None and keepdim is False and t.owner is TAPE and t.val.dtype is BOOL:
            found = np.count_nonzero(t.val)
            return new(np.asarray(found > 0 if name == "any" else found == t.val.size))
        if isinstance(dim, Tensor):
            dim = integer(dim, "dim")
        if isinstance(dim, (tuple, list)) and not dim:
            out = P["not_equal"](t, 0)  # (no dimension, not every one)
        else:
            out = over(t, name, dim, keepdim)
        return cast(out, dtype_of(t)) if dtype_of(t) == np.uint8 else out

    reduce.__doc__ = f"Is {name} element true (not zero)? Of the whole Tensor, or over dimensions."
    operation(name=name)(reduce)


truth("any")
truth("all")


@operation()
def count_nonzero(input, dim=None, *more):
    """The number of elements that are not zero."""
    dim = (dim, *more) if more else dim
    t = current(input)
    if dim is None and t.owner is TAPE and t.val.dtype.isbuiltin:
        return new(np.asarray(np.count_nonzero(t.val)))
    return over(P["not_equal"](current(input), 0), "sum", dim)


# ------------------------------------------------------------------------------------------------ mean and spread
def spread_arguments(dim, unbiased, keepdim, correction):
    """(dim, keepdim, correction) from torch's overloads: var(True), var(0, False), var(dim=0, correction=1)."""
    if keepdim is not False and keepdim is not True or unbiased not in (None, False, True) or type(unbiased) is int:
        raise TypeError("var() takes dimensions and bools")
    if isinstance(dim, bool):
        if keepdim or unbiased is not None:
            raise TypeError("var() takes a bool alone")
        dim, unbiased = None, dim
    if correction is not None and unbiased is not None:
        raise TypeError("var() takes one of unbiased and correction")
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    elif isinstance(correction, int) and (error := dtypes.beyond(correction)) is not None:
        raise error
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


def mean_in_double(t, dim, keepdim):
    """The mean as torch works it out beside a variance; of as few numbers as have its variance (funcgrad/ops/deviation.py)."""
    if dtype_of(t) != FLOAT32 or math.prod(shape_of(t)) > FEW:
        return over(t, "mean", dim, keepdim)
    return cast(over(P["cast"](t, dtype=FLOAT64), "mean", dim, keepdim), FLOAT32)


def root(t, power=0.5):
    """t ** power with the derivative 0 at 0: torch's choice for std and norms."""
    if t.owner is TAPE and t.val.all():
        return P["sqrt"](t) if power == 0.5 else P["power"](t, power)
    zero = P["equal"](t, 0)
    safe = P["where"](zero, 1.0, t)
    got = P["sqrt"](safe) if power == 0.5 else P["power"](safe, power)
    return P["where"](zero, 0.0, got)


def spread(name, shown, results, prim):
    """torch.var, std, var_mean, std_mean; `prim`: what computes floats at once."""

    def function(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
        t = current(input)
        if dtype_of(t).kind in KINDS_OF_INTEGER:
            said = "std and var" if results == 1 else name
            raise RuntimeError(f"{said} only support floating point and complex dtypes")
        dim, keepdim, correction = spread_arguments(dim, unbiased, keepdim, correction)
        shape = shape_of(t)
        if correction >= math.prod([shape[d] for d in dims_of(dim, len(shape))]) or 0 in shape:
            deprecated("spread", name)
        elif dtype_of(t).kind == "f":
            out = over(t, prim, dim, keepdim, correction=correction)
            return named(out if results == 1 else (out, mean_in_double(t, dim, keepdim)), shown, (input,))
        var, centre = variance(t, dim, keepdim, correction)
        out = root(var) if "std" in name else var
        return named(out if results == 1 else (out, centre), shown, (input,))

    function.__doc__ = (
        f"{'(' if results > 1 else ''}The {'standard deviation' if 'std' in name else 'variance'}"
        f"{', the mean)' if results > 1 else ''} over dimensions, divided by n - correction (1)."
    )
    operation(name=name, once=True, method=results == 1)(function)


for _name, _shown, _prim in (("var", "VarBackward0", "variance"), ("std", "StdBackward0", "deviation")):
    spread(_name, _shown, 1, _prim)
    quick_call(
        _name,
        _prim,
        ("dim", "unbiased", "keepdim", "correction"),
        "count < 5 and (dim is NONE or type(dim) is int) and (unbiased is NONE or type(unbiased) is bool and correction is NONE)"
        " and (correction is NONE or type(correction) is int and -BOUND < correction < BOUND) and (keepdim is NONE or type(keepdim) is bool)",
        (
            "axes = ALL_AXES[v.ndim] if dim is NONE else along(v.ndim, dim)['axes']",
            "c = 1 if unbiased is NONE else int(unbiased)",
            "params = {'axes': axes, 'correction': c if correction is NONE else correction}",
            "out = impl(v, **params)",
        ),
        (_shown,),
        f"h if keepdim is not True else lengthened(h, v.shape, axes, '{_shown}', x)",
        along=along,
        ALL_AXES=ALL_AXES,
        lengthened=lengthened,
    )
spread("var_mean", "VarMeanBackward0", 2, "variance")
spread("std_mean", "StdMeanBackward0", 2, "deviation")
