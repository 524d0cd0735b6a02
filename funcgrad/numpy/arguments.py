"""What NumPy's functions take, brought into one form: operands, axes, shapes, and the `out=` and `dtype=` keywords.

Invariant: an error raised here is of the class NumPy raises for the same mistake, and is raised before anything is written.
"""

import math
import operator

import numpy as np

from ..core.aval import PYTHON_SCALARS, describe, dtype_of, shape_of
from ..core.handle import Handle
from ..core.mutation import write
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import REMEDIES, ConversionError, DTypeError, ShapeError

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ operands
PLAIN = frozenset({*PYTHON_SCALARS, np.ndarray, np.float64, str})  # what is no traced value, and holds none


def holds_handle(x):
    """Is x a traced value, or a nested sequence with one in it?"""
    if not isinstance(x, (list, tuple)):
        return isinstance(x, Handle)
    return not PLAIN.issuperset(map(type, x)) and any(map(holds_handle, x))


def operand(x):
    """An argument as a value: arrays, traced arrays and numbers are themselves, sequences become arrays."""
    if isinstance(x, (Handle, np.ndarray, np.generic)) or type(x) in PYTHON_SCALARS:
        return x
    return joined(x) if holds_handle(x) else np.asarray(x)


def as_array(x):
    """An operand that has axes to work on: like `operand`, but a number becomes a 0-d array."""
    x = operand(x)
    return x if hasattr(x, "shape") else np.asarray(x)


def joined(x):
    """Nested sequences of arrays, traced arrays and numbers, joined along new leading axes."""
    if not isinstance(x, (list, tuple)):
        return x
    if not holds_handle(x):
        return np.asarray(x)
    parts = [joined(v) for v in x]
    shapes = {shape_of(p) for p in parts}
    if len(shapes) > 1:
        raise ValueError(f"array: the nested sequences differ in shape: {sorted(shapes)}.")
    (shape,) = shapes
    return P["concatenate"](*[P["reshape"](p, shape=(1, *shape)) for p in parts], axis=0)


def cast(x, dtype):
    """x in a dtype; itself if it has that dtype and is not weak."""
    dtype = np.dtype(dtype)
    weak = type(x) in PYTHON_SCALARS or getattr(x, "weak", False)
    return P["cast"](x, dtype=dtype) if weak or dtype_of(x) != dtype else x


def inexact(x):
    """x in a dtype that means and norms are computed in: integers and bool as float64."""
    return cast(x, np.float64) if dtype_of(x).kind in "biu" else x


def standing(x):
    """What NumPy's promotion may see of x: a Python number of its kind where it is weak, else its dtype."""
    if isinstance(x, Handle):
        return {"b": True, "i": 0, "f": 0.0, "c": 0j}[x.dtype.kind] if x.weak else x.dtype
    return x.dtype if isinstance(x, np.ndarray) else x


# ------------------------------------------------------------------------------------------------ axes and shapes
def axis_of(axis, ndim):
    """One axis, counted from the front; AxisError out of range."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis % ndim


def axes_of(x, axis):
    """An `axis` argument (None, an int, a tuple of ints) as a tuple of axes counted from the front."""
    n = len(shape_of(x))
    if axis is None:
        return tuple(range(n))
    if type(axis) is int:
        if not -n <= axis < n:
            raise np.exceptions.AxisError(axis, n)
        return (axis % n,)
    return axis_tuple(axis, n)


def axis_tuple(axis, ndim):
    """An int or a sequence of ints as distinct axes counted from the front."""
    axes = tuple([axis_of(a, ndim) for a in axis]) if isinstance(axis, (tuple, list)) else (axis_of(axis, ndim),)
    if len(set(axes)) != len(axes):
        raise ValueError(f"duplicate value in axis={axis}.")
    return axes


def shape_tuple(shape):
    """A `shape` argument as a tuple of ints."""
    try:
        return (operator.index(shape),)
    except TypeError:
        return tuple([operator.index(k) for k in shape])


def kept(out, x, axes):
    """A reduction of x over axes, with those axes as size 1: what keepdims=True asks for."""
    return P["reshape"](out, shape=tuple([1 if i in axes else k for i, k in enumerate(shape_of(x))]))


def size_of(x):
    return math.prod(shape_of(x))


def at_axis(axis, index):
    """The basic index that takes `index` along one axis and everything along those before it."""
    return (slice(None),) * axis + (index,)


# ------------------------------------------------------------------------------------------------ out=
def plain_target(what):
    """The error for a traced value on its way into a plain array."""
    return ConversionError(
        f"{what}: a traced value cannot be stored in a plain NumPy array (at {here()}): its derivative would be lost. "
        f"{REMEDIES}"
    )


def into(out, result, what, casting="same_kind"):
    """The result, written to `out` if there is one; traced results go into traced arrays only."""
    if isinstance(out, tuple):
        (out,) = out
    if out is None:
        return result
    if shape_of(out) != shape_of(result):
        raise ShapeError(f"{what}: out= must have the shape of the result, {shape_of(result)}; got {describe(out)}.")
    return assign_to(out, result, f"{what}(..., out=)", casting)


def assign_to(target, v, what, casting="same_kind"):
    """target[...] = v, as NumPy's copyto does it, for a traced or plain target; returns the target."""
    if not np.can_cast(smallest(v, dtype_of(target)), dtype_of(target), casting):
        raise DTypeError(
            f"{what}: cannot cast {dtype_of(v).name} to {dtype_of(target).name} by the rule {casting!r}. Convert it with "
            "astype, or make the target of the wider dtype."
        )
    if type(v) is int and dtype_of(target).kind in "iu":
        v = np.array(v, dtype_of(target))  # (OverflowError where it does not fit)
    if isinstance(target, Handle):
        write(target, P["copy"], v)
    elif isinstance(v, Handle):
        raise plain_target(what)
    else:
        np.copyto(target, v, casting="unsafe")
    return target


SMALLEST = {kind: np.dtype(d) for kind, d in zip("biufc", (bool, "i1", "u1", "f2", "c8"), strict=True)}


def smallest(v, dtype):
    """The dtype that casting rules judge a value by that is to be of `dtype`: a Python number fits every dtype of its kind."""
    if not (type(v) in PYTHON_SCALARS or getattr(v, "weak", False)):
        return dtype_of(v)
    kind = dtype_of(v).kind
    return SMALLEST["u" if kind == "i" and np.dtype(dtype).kind == "u" else kind]


def broadcast_or_raise(shape, target):
    """Raise ValueError unless a value of this shape can be assigned to the target."""
    try:
        fits = np.broadcast_shapes(shape, target) == tuple(target)
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(f"could not broadcast input array from shape {tuple(shape)} into shape {tuple(target)}")
