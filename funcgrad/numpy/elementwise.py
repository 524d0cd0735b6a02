"""NumPy's elementwise functions that are no ufuncs: parts of complex numbers, rounding, clipping, tests, conversions."""

import numpy as np

from ..core.aval import describe, dtype_of, shape_of
from ..core.handle import Handle
from ..core.mutation import view
from ..core.primitive import PRIMITIVES
from ..errors import DTypeError
from . import reductions
from .arguments import cast, inexact, into, operand, standing
from .concrete import levels_of, text
from .creation import copied
from .methods import astype as astype_of
from .protocol import implements, no_rule

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ complex numbers
@implements(np.real)
def real(val):
    val = operand(val)
    return view(val, P["real"]) if dtype_of(val).kind == "c" else val


@implements(np.imag)
def imag(val):
    val = operand(val)
    return view(val, P["imag"]) if dtype_of(val).kind == "c" else np.zeros_like(val)


@implements(np.angle)
def angle(z, deg=False):
    out = P["angle"](operand(z))
    return P["mul"](out, 180 / np.pi) if deg else out


@implements(np.iscomplex)
def iscomplex(x):
    x = operand(x)
    if dtype_of(x).kind != "c":
        return np.zeros(shape_of(x), bool)[()]
    return P["not_equal"](P["imag"](x), 0)


@implements(np.isreal)
def isreal(x):
    x = operand(x)
    if dtype_of(x).kind != "c":
        return np.ones(shape_of(x), bool)[()]
    return P["equal"](P["imag"](x), 0)


@implements(np.iscomplexobj)
def iscomplexobj(x):
    return dtype_of(operand(x)).kind == "c"


@implements(np.isrealobj)
def isrealobj(x):
    return dtype_of(operand(x)).kind != "c"


@implements(np.real_if_close)
def real_if_close(a, tol=100):
    a = operand(a)
    if dtype_of(a).kind != "c":
        return a
    if tol > 1:
        tol = np.finfo(dtype_of(a)).eps * tol
    return P["real"](a) if reductions.all(P["less"](P["abs"](P["imag"](a)), tol)) else a


# ------------------------------------------------------------------------------------------------ rounding, clipping
@implements(np.round, np.around)
def round(a, decimals=0, out=None):
    return into(out, P["round"](operand(a), decimals=decimals), "numpy.round")


@implements(np.fix)
def fix(x, out=None):
    return into(out, P["trunc"](operand(x)), "numpy.fix")


@implements(np.clip)
def clip(a, a_min=np._NoValue, a_max=np._NoValue, out=None, *, min=np._NoValue, max=np._NoValue, **kwargs):
    """Between two bounds, each of which may be missing or an array; a bound that a reaches shares its derivative."""
    if min is not np._NoValue or max is not np._NoValue:
        a_min, a_max = min, max
    low, high = (None if b is np._NoValue else b for b in (a_min, a_max))
    if kwargs:
        return no_rule(f"numpy.clip with {', '.join(kwargs)}=")
    result = operand(a)
    if dtype_of(result).kind in "iu":  # (Python ints beyond the dtype do not bound it)
        info = np.iinfo(dtype_of(result))
        low = None if type(low) is int and low <= info.min else low
        high = None if type(high) is int and high >= info.max else high
    if low is not None:
        result = P["maximum"](result, operand(low))
    if high is not None:
        result = P["minimum"](result, operand(high))
    if low is None and high is None:
        result = P["positive"](result)
    return into(out, result, "numpy.clip")


@implements(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    x = operand(x)
    if dtype_of(x).kind not in "fc":
        return copied(x) if copy else x
    if dtype_of(x).kind == "c":
        parts = [nan_to_num(p, True, nan, posinf, neginf) for p in (P["real"](x), P["imag"](x))]
        result = P["complex"](*parts)
    else:
        info = np.finfo(dtype_of(x))
        result = P["where"](P["isnan"](x), nan, x)
        result = P["where"](P["equal"](x, np.inf), info.max if posinf is None else posinf, result)
        result = P["where"](P["equal"](x, -np.inf), info.min if neginf is None else neginf, result)
        result = cast(result, dtype_of(x))
    return result if copy or not isinstance(x, Handle) else into(x, result, "numpy.nan_to_num")


def real_only(x, name):
    """x, which may not be complex."""
    if dtype_of(x).kind == "c":
        raise DTypeError(f"{name}: real operands are needed; got {describe(x)}. Pass x.real, x.imag or abs(x).")
    return x


@implements(np.sinc)
def sinc(x):
    x = inexact(operand(x))
    if dtype_of(x).kind == "c":
        y = P["mul"](np.pi, P["where"](P["equal"](x, 0), dtype_of(x).type(1e-20), x))
        return P["div"](P["sin"](y), y)
    return P["sinc"](x)


@implements(np.i0)
def i0(x):
    return P["i0"](inexact(real_only(operand(x), "numpy.i0")))


# ------------------------------------------------------------------------------------------------ tests
@implements(np.isclose)
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    a, b = operand(a), operand(b)
    b = cast(b, np.result_type(dtype_of(b), 1.0)) if hasattr(b, "shape") else b
    near = P["less_equal"](P["abs"](P["sub"](a, b)), P["add"](atol, P["mul"](rtol, P["abs"](b))))
    close = P["logical_or"](P["logical_and"](near, P["isfinite"](b)), P["equal"](a, b))
    return P["logical_or"](close, P["logical_and"](P["isnan"](a), P["isnan"](b))) if equal_nan else close


@implements(np.allclose)
def allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    out = reductions.all(isclose(a, b, rtol, atol, equal_nan))
    return out if isinstance(out, Handle) else bool(out)


@implements(np.array_equal)
def array_equal(a1, a2, equal_nan=False):
    a1, a2 = operand(a1), operand(a2)
    return shape_of(a1) == shape_of(a2) and all_equal(a1, a2, equal_nan)


@implements(np.array_equiv)
def array_equiv(a1, a2):
    a1, a2 = operand(a1), operand(a2)
    try:
        np.broadcast_shapes(shape_of(a1), shape_of(a2))
    except ValueError:
        return False
    return all_equal(a1, a2, False)


def all_equal(a, b, equal_nan):
    same = P["equal"](a, b)
    if equal_nan:
        same = P["logical_or"](same, P["logical_and"](P["isnan"](a), P["isnan"](b)))
    out = reductions.all(same)
    return out if isinstance(out, Handle) else bool(out)


@implements(np.isneginf)
def isneginf(x, out=None):
    return into(out, P["equal"](real_only(operand(x), "numpy.isneginf"), -np.inf), "numpy.isneginf")


@implements(np.isposinf)
def isposinf(x, out=None):
    return into(out, P["equal"](real_only(operand(x), "numpy.isposinf"), np.inf), "numpy.isposinf")


# ------------------------------------------------------------------------------------------------ dtypes
@implements("astype")
def astype(x, dtype, /, *, copy=True, device=None):
    return astype_of(x, dtype, copy=copy)


@implements(np.result_type)
def result_type(*arrays_and_dtypes):
    return np.result_type(*map(standing, arrays_and_dtypes))


@implements(np.can_cast)
def can_cast(from_, to, casting="safe"):
    return np.can_cast(dtype_of(from_), to, casting)


@implements(np.min_scalar_type)
def min_scalar_type(a, /):
    return dtype_of(a)


@implements(np.common_type)
def common_type(*arrays):
    return np.common_type(*[np.empty((), dtype_of(a)) for a in arrays])


@implements(np.shares_memory, np.may_share_memory)
def shares_memory(a, b, /, max_work=None):
    return no_rule("numpy.shares_memory")


# ------------------------------------------------------------------------------------------------ printing
def printer(function):
    """A printing function of NumPy: it shows the values; of a staged array the aval."""

    @implements(function)
    def show(a, *args, **kwargs):
        value = levels_of(a)[1]
        return text(a) if value is None else function(np.asarray(value), *args, **kwargs)


for _function in (np.array_repr, np.array_str, np.array2string):
    printer(_function)

__all__ = ["clip", "isclose", "real"]
