"""softmax and log_softmax along a dimension."""

from funcgrad.core.written_calls import written_call

from .. import dtypes
from ..payload import current
from .operands import P, cast, dtype_of, in_c_order, number_of_dim, shape_of, wrapped
from .quick_roads import along, put_in_place, quick
from .register import operation
from .writing import spoken


def cast_first(input, dtype):
    t = current(input)
    return t if dtype is None else cast(t, dtypes.as_numpy(dtype))


def one_axis(t, dim):
    n = len(shape_of(t))
    if type(dim) is not int:
        dim = number_of_dim(dim)
    dim = wrapped(dim, n)
    return (dim,) if n else ()


def need_float(t, name, axes):
    """Refuse integers in torch's words, which has one kernel for the last dimension and one for the others."""
    last = not axes or axes[0] == len(shape_of(t)) - 1
    if dtype_of(t).kind != "f" and 0 not in shape_of(t):
        raise NotImplementedError(
            f"\"{name}{'_lastdim' if last else ''}_kernel_impl\" not implemented for '{spoken(dtype_of(t))}'"
        )


@operation()
def softmax(input, dim, dtype=None):
    """exp(x) / sum(exp(x)) along a dimension, without overflow."""
    t = cast_first(input, dtype)
    axes = one_axis(t, dim)
    need_float(t, "softmax", axes)
    return in_c_order(P["softmax"](t, axes=axes))


@operation()
def log_softmax(input, dim, dtype=None):
    """log(softmax(x)) along a dimension."""
    t = cast_first(input, dtype)
    axes = one_axis(t, dim)
    need_float(t, "log_softmax", axes)
    return in_c_order(P["log_softmax"](t, axes=axes))


def quick_softmax(slow):
    """The written-out function of softmax or log_softmax, which takes a dimension."""
    steps = "params = along(v.ndim, dim)", "out = impl(v, **params)"
    return quick(written_call, slow, slow.__name__, ("dim",), "type(dim) is int", steps, along=along)


put_in_place(quick_softmax(softmax), "softmax")
put_in_place(quick_softmax(log_softmax), "log_softmax")
