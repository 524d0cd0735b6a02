"""NumPy's functions that look at the same elements under another shape or order of axes. Views stay views."""

import numpy as np

from ..core.aval import shape_of
from ..core.handle import Handle
from ..core.mutation import view
from ..core.primitive import PRIMITIVES
from . import methods
from .arguments import as_array, axes_of, axis_of, axis_tuple, holds_handle, operand, shape_tuple, size_of
from .creation import broadcast
from .protocol import implements

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ reshape and its kin
@implements(np.reshape)
def reshape(a, /, shape, order="C", *, copy=None):
    a = as_array(a)
    return methods.reshape(a, shape, order=order, copy=copy)


@implements(np.ravel)
def ravel(a, order="C"):
    return methods.reshape(as_array(a), -1, order="C" if order == "K" else order)


@implements(np.expand_dims)
def expand_dims(a, axis):
    a = as_array(a)
    n = len(a.shape) + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    axes = axis_tuple(axis, n)
    return a[tuple(None if i in axes else slice(None) for i in range(n))]


@implements(np.squeeze)
def squeeze(a, axis=None):
    shape = shape_of(a)
    axes = tuple(i for i, k in enumerate(shape) if k == 1) if axis is None else axes_of(a, axis)
    if any(shape[d] != 1 for d in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return view(a, P["reshape"], shape=tuple(k for i, k in enumerate(shape) if i not in axes))


@implements(np.atleast_1d)
def atleast_1d(*arys):
    return each(arys, lambda a: a if a.shape else methods.reshape(a, 1))


@implements(np.atleast_2d)
def atleast_2d(*arys):
    return each(arys, lambda a: a if len(a.shape) > 1 else methods.reshape(a, 1, -1))


@implements(np.atleast_3d)
def atleast_3d(*arys):
    return each(arys, with_three_axes)


def with_three_axes(a):
    n = len(a.shape)
    return a if n > 2 else a[:, :, None] if n == 2 else methods.reshape(a, 1, -1, 1)


def each(arrays, f):
    arrays = [f(as_array(a)) if isinstance(a, Handle) or holds_handle(a) else f(np.asarray(a)) for a in arrays]
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


# ------------------------------------------------------------------------------------------------ axes
@implements(np.transpose, "permute_dims")
def transpose(a, axes=None):
    return methods.transpose(as_array(a), axes)


@implements("matrix_transpose", "linalg.matrix_transpose")
def matrix_transpose(x):
    return methods.matrix_transposed(x)


@implements(np.swapaxes)
def swapaxes(a, axis1, axis2):
    n = len(shape_of(a))
    perm = list(range(n))
    i, j = axis_of(axis1, n), axis_of(axis2, n)
    perm[i], perm[j] = j, i
    return view(a, P["transpose"], perm=tuple(perm))


@implements(np.moveaxis)
def moveaxis(a, source, destination):
    n = len(shape_of(a))
    source, destination = axis_tuple(source, n), axis_tuple(destination, n)
    if len(source) != len(destination):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [i for i in range(n) if i not in source]
    for d, s in sorted(zip(destination, source, strict=True)):
        order.insert(d, s)
    return view(a, P["transpose"], perm=tuple(order))


@implements(np.rollaxis)
def rollaxis(a, axis, start=0):
    n = len(shape_of(a))
    axis = axis_of(axis, n)
    if not -n <= start <= n:
        raise np.exceptions.AxisError(f"'start' arg requires {-n} <= start < {n + 1}, but {start} was passed in")
    start = start + n if start < 0 else start
    return moveaxis(a, axis, start - 1 if axis < start else start)


# ------------------------------------------------------------------------------------------------ order of elements
@implements(np.flip)
def flip(m, axis=None):
    axes = axes_of(m, axis)
    return m[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(len(shape_of(m))))]


@implements(np.flipud)
def flipud(m):
    if not shape_of(m):
        raise ValueError("Input must be >= 1-d.")
    return m[::-1]


@implements(np.fliplr)
def fliplr(m):
    if len(shape_of(m)) < 2:
        raise ValueError("Input must be >= 2-d.")
    return m[:, ::-1]


@implements(np.rot90)
def rot90(m, k=1, axes=(0, 1)):
    axes = tuple(axes)
    n = len(shape_of(m))
    if len(axes) != 2:
        raise ValueError("len(axes) must be 2.")
    if axes[0] == axes[1] or abs(axes[0] - axes[1]) == n:
        raise ValueError("Axes must be different.")
    i, j = (axis_of(a, n) for a in axes)
    k %= 4
    if k == 2:
        return flip(flip(m, i), j)
    m = flip(m, j) if k == 1 else m
    m = swapaxes(m, i, j) if k else m
    return flip(m, j) if k == 3 else m


@implements(np.roll)
def roll(a, shift, axis=None):
    a = as_array(a)
    n = len(a.shape)
    if axis is None:
        out = P["roll"](P["reshape"](a, shape=(size_of(a),)), shift=(int(np.sum(shift)),), axes=(0,))
        return P["reshape"](out, shape=a.shape)
    pairs = np.broadcast(shift, axis)
    if pairs.ndim > 1:
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    total = {}
    for s, d in pairs:
        d = axis_of(d, n)
        total[d] = total.get(d, 0) + int(s)
    return P["roll"](a, shift=tuple(total.values()), axes=tuple(total))


# ------------------------------------------------------------------------------------------------ broadcasting
@implements(np.broadcast_to)
def broadcast_to(array, shape, subok=False):
    return broadcast(as_array(array), shape_tuple(shape))


@implements(np.broadcast_arrays)
def broadcast_arrays(*args, subok=False):
    args = [as_array(a) for a in args]
    shape = np.broadcast_shapes(*map(shape_of, args))
    return tuple(broadcast(a, shape) for a in args)


@implements("lib.stride_tricks.sliding_window_view")
def sliding_window_view(x, window_shape, axis=None, *, subok=False, writeable=False):
    """Windows along some axes, one axis each at the end."""
    x = as_array(x)
    sizes = shape_tuple(window_shape)
    axes = [axis_of(k, x.ndim) for k in axis] if isinstance(axis, (tuple, list)) else axes_of(x, axis)
    if len(axes) != len(sizes):
        raise ValueError(
            f"sliding_window_view: {len(sizes)} lengths of windows for {len(axes)} axes: window_shape and axis must be as many."
        )
    for k, n in zip(axes, sizes, strict=True):
        x = P["sliding_windows"](x, axis=k, size=n, step=1)
    return x


# ------------------------------------------------------------------------------------------------ what they are
@implements(np.shape)
def shape(a):
    return shape_of(operand(a))


@implements(np.ndim)
def ndim(a):
    return len(shape_of(operand(a)))


@implements(np.size)
def size(a, axis=None):
    a = operand(a)
    if axis is None:
        return size_of(a)
    out = 1
    for d in axes_of(a, axis):
        out *= shape_of(a)[d]
    return out
