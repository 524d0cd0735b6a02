"""Running sums, products, logarithms of sums and extremes along a dimension."""

from itertools import accumulate

import numpy as np

from .. import dtypes
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .call_errors import answering
from .creation import for_each_sample
from .nodes import named
from .operands import (
    BOOL,
    INT64,
    KINDS_OF_INTEGER,
    P,
    cast,
    dtype_of,
    in_c_order,
    new,
    number_of_dim,
    shape_of,
)
from .out_argument import store
from .out_rules import C_NAMES
from .refusals import need_dtype, refuse
from .register import operation, publish
from .return_types import BY_NAME as RETURN
from .two_operands import complex_logaddexp
from .writing import kept, rewrite


def running(name, prim, shown):
    def function(input, dim, *, dtype=None, out=None):
        got = computed(input, dim, dtype, out)
        return got if out is None else store(name, out, named(got, shown, (input,)), (input,))

    def computed(input, dim, dtype=None, out=None):
        t = current(input)
        if type(dim) is not int:
            dim = number_of_dim(dim)
        if name == "logcumsumexp":
            need_dtype(name, dtype_of(t))
        if dtype is None and out is not None and name != "logcumsumexp":
            dtype = out.dtype
        if dtype is not None or (dtype_of(t).kind in KINDS_OF_INTEGER and name != "logcumsumexp"):
            t = cast(t, INT64 if dtype is None else dtypes.as_numpy(dtype))
            if dtype_of(t).kind == "b" and 0 not in shape_of(t):
                refuse(f"{name}_out_cpu", BOOL)
        if prim == "cumlogsumexp" and dtype_of(t).kind == "c" and shape_of(t):
            return complex_logcumsumexp(t, wrapped(dim, len(shape_of(t))))
        return cast(along_axis(t, prim, dim), dtype_of(t))  # (NumPy widens integers)

    function.__doc__ = f"The running {prim.removeprefix('cum')} along a dimension."
    f = operation(shown, name=name)(function)

    def inplace(self, dim, *, dtype=None):
        d = dtype_of(current(self))
        wrapped(dim, self.dim())
        if dtype is not None and dtypes.as_numpy(dtype) != d:
            a, b = (C_NAMES[dtypes.name_of(o)] for o in (d, dtypes.as_numpy(dtype)))
            raise RuntimeError(f"Bad in-place call: input tensor dtype {a} and output tensor dtype {b} should match")
        if dtype is None and d.kind in KINDS_OF_INTEGER and name != "logcumsumexp":
            if d.kind == "b" and self.dim() and self.numel():
                refuse(f"{name}_out_cpu", d)
            return rewrite(self, cast(f(kept(self), dim), d))
        return rewrite(self, f(kept(self), dim, dtype=dtype), shown, (self,))

    inplace.__name__ = name + "_"
    if name != "logcumsumexp":  # (which torch has no in-place twin of)
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
    """complex_logaddexp in turn: no largest part is taken out of all, so that small ones before it stay, and imaginary ones beyond pi."""
    parts = [P["getitem"](t, idx=(slice(None),) * axis + (slice(i, i + 1),)) for i in range(shape_of(t)[axis])]
    return (
        in_c_order(P["concatenate"](*accumulate(parts, lambda old, new: complex_logaddexp(new, old)), axis=axis))
        if parts
        else P["copy"](t, t)
    )


running("logcumsumexp", "cumlogsumexp", "LogcumsumexpBackward0")


def running_extreme(name):
    def function(input, dim):
        t = current(input)
        shape = shape_of(t)
        if shape and 0 not in shape:  # (of one number without dimensions, or of nothing, the kernel asks nothing)
            need_dtype(name, dtype_of(t))
        values = along_axis(t, name, dim, kink="torch")
        if not shape:
            return RETURN[name](values, for_each_sample(t, np.zeros((), np.int64)))
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
