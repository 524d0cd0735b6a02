"""Products of arrays: matmul, dot and their kin, all of them dot_general."""

import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..errors import ShapeError
from .arguments import as_array, axis_of, axis_tuple, into, operand, size_of
from .creation import broadcast
from .protocol import UFUNCS, implements

P = PRIMITIVES
NO_BATCH = ((), ())
ARRAYS = (Handle, np.ndarray)


def contract(x, y, on_x, on_y, batch=NO_BATCH):
    return P["dot_general"](x, y, dims=((tuple(on_x), tuple(on_y)), batch))


def flat(x):
    return P["reshape"](x, shape=(size_of(x),))


# ------------------------------------------------------------------------------------------------ matmul and its kin
def matmul(x, y, **keywords):
    """The matrix product, with NumPy's rules for vectors and stacks of matrices."""
    if keywords:
        return over_axes(matmul, (x, y), ((-2, -1), (-2, -1), (-2, -1)), **keywords)
    if not isinstance(x, ARRAYS):
        x = as_array(x)
    if not isinstance(y, ARRAYS):
        y = as_array(y)
    s, r = x.shape, y.shape
    n, m = len(s), len(r)
    if n == 0 or m == 0:
        raise ShapeError("matmul: an operand has no axes; use * for a product with a number.")
    at = m - 2 if m > 1 else 0
    if s[-1] != r[at]:
        raise ShapeError(
            f"matmul: the last axis of the first operand, {s}, must fit axis {at} of the second, {r}: {s[-1]} is not {r[at]}."
        )
    if m <= 2:
        return P["dot_general"](x, y, dims=(((n - 1,), (at,)), NO_BATCH))
    if n == 1:
        out = matmul(P["reshape"](x, shape=(1, s[0])), y)
        return P["reshape"](out, shape=out.shape[:-2] + out.shape[-1:])
    if n == 2:  # one matrix for the whole stack: (k, i) x (..., i, j) is (..., j, k) with its last axes exchanged
        out = P["dot_general"](y, x, dims=(((at,), (1,)), NO_BATCH))
        return P["transpose"](out, perm=(*range(m - 2), m - 1, m - 2))
    try:
        lead = np.broadcast_shapes(s[:-2], r[:-2])
    except ValueError:
        raise ShapeError(f"matmul: the stacks {s[:-2]} and {r[:-2]} cannot be broadcast together.") from None
    x, y = broadcast(x, lead + s[-2:]), broadcast(y, lead + r[-2:])
    k = len(lead)
    stack = tuple(range(k))
    return P["dot_general"](x, y, dims=(((k + 1,), (k,)), (stack, stack)))


def over_axes(f, args, core, axes=None, axis=None, keepdims=False):
    """A gufunc whose core axes stand elsewhere: `axes` gives them for each operand and the result, `axis` for all."""
    if axis is not None:
        axes = [(axis,) for _ in args] + [()]
    if axes is None:
        return f(*args)
    axes = [(a,) if np.ndim(a) == 0 else tuple(a) for a in axes]
    args = [as_array(a) for a in args]
    moved = [np.moveaxis(a, d, c[-len(d) :]) for a, d, c in zip(args, axes, core, strict=False)]
    out = f(*moved)
    to = axes[len(args)] if len(axes) > len(args) else ()
    return np.moveaxis(out, core[-1][-len(to) :], to) if to else np.expand_dims(out, axis) if keepdims else out


def vecdot(x, y, **keywords):
    """The sum of conj(x) * y over the last axis (or `axis`)."""
    if keywords:
        return over_axes(vecdot, (x, y), ((-1,), (-1,), ()), **keywords)
    x, y = as_array(x), as_array(y)
    x = P["conj"](x) if dtype_of(x).kind == "c" else x
    if not x.shape or not y.shape or x.shape[-1] != y.shape[-1]:
        raise ShapeError(f"vecdot: the last axes of {x.shape} and {y.shape} must have one size.")
    shape = np.broadcast_shapes(x.shape, y.shape)
    x, y = broadcast(x, shape), broadcast(y, shape)
    n = len(shape) - 1
    stack = tuple(range(n))
    return P["dot_general"](x, y, dims=(((n,), (n,)), (stack, stack)))


def matvec(x, y):
    x, y = as_array(x), as_array(y)
    return np.squeeze(matmul(x, P["reshape"](y, shape=(*y.shape, 1))), -1)


def vecmat(x, y):
    x, y = as_array(x), as_array(y)
    x = P["conj"](x) if dtype_of(x).kind == "c" else x
    return np.squeeze(matmul(P["reshape"](x, shape=(*x.shape[:-1], 1, x.shape[-1])), y), -2)


# ------------------------------------------------------------------------------------------------ dot and its kin
@implements(np.dot)
def dot(a, b, out=None):
    """A product with a number, or over the last axis of a and the last but one of b."""
    a, b = operand(a), operand(b)
    n, m = len(shape_of(a)), len(shape_of(b))
    if n == 0 or m == 0:
        result = np.multiply(a, b)
    else:
        at = m - 2 if m > 1 else 0
        if shape_of(a)[-1] != shape_of(b)[at]:
            raise ShapeError(
                f"shapes {shape_of(a)} and {shape_of(b)} not aligned: {shape_of(a)[-1]} (dim {n - 1}) != "
                f"{shape_of(b)[at]} (dim {at})"
            )
        result = P["dot_general"](a, b, dims=(((n - 1,), (at,)), NO_BATCH))
    return result if out is None else into(out, result, "numpy.dot")


@implements(np.vdot)
def vdot(a, b, /):
    a, b = flat(as_array(a)), flat(as_array(b))
    if a.shape != b.shape:
        raise ShapeError(f"vdot: cannot reshape to one length: {a.shape[0]} and {b.shape[0]} elements.")
    return contract(P["conj"](a) if dtype_of(a).kind == "c" else a, b, (0,), (0,))


@implements(np.inner)
def inner(a, b, /):
    a, b = operand(a), operand(b)
    n, m = len(shape_of(a)), len(shape_of(b))
    if n == 0 or m == 0:
        return np.multiply(as_array(a), as_array(b))
    if shape_of(a)[-1] != shape_of(b)[-1]:
        raise ShapeError(f"shapes {shape_of(a)} and {shape_of(b)} not aligned: {shape_of(a)[-1]} != {shape_of(b)[-1]}")
    return contract(a, b, (n - 1,), (m - 1,))


@implements(np.outer)
def outer(a, b, out=None):
    a, b = flat(as_array(a)), flat(as_array(b))
    return into(out, P["mul"](P["reshape"](a, shape=(*a.shape, 1)), b), "numpy.outer")


@implements("linalg.outer")
def outer_of_vectors(x1, x2, /):
    x1, x2 = as_array(x1), as_array(x2)
    if len(x1.shape) != 1 or len(x2.shape) != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are {x1.ndim=} and {x2.ndim=}.")
    return outer(x1, x2)


@implements(np.tensordot, "linalg.tensordot")
def tensordot(a, b, axes=2):
    a, b = as_array(a), as_array(b)
    n, m = len(a.shape), len(b.shape)
    try:
        on_a, on_b = axes
    except TypeError:
        k = operator.index(axes)
        on_a, on_b = range(n - k, n), range(k)
    on_a = axis_tuple(on_a if isinstance(on_a, (tuple, list)) else tuple(np.atleast_1d(on_a)), n)
    on_b = axis_tuple(on_b if isinstance(on_b, (tuple, list)) else tuple(np.atleast_1d(on_b)), m)
    if [a.shape[i] for i in on_a] != [b.shape[i] for i in on_b]:
        raise ValueError("shape-mismatch for sum")
    return contract(a, b, on_a, on_b)


@implements(np.kron)
def kron(a, b):
    a, b = as_array(a), as_array(b)
    n = max(len(a.shape), len(b.shape))
    s, r = (1,) * (n - len(a.shape)) + a.shape, (1,) * (n - len(b.shape)) + b.shape
    wide = P["reshape"](a, shape=tuple(k for pair in zip(s, (1,) * n, strict=True) for k in pair))
    other = P["reshape"](b, shape=tuple(k for pair in zip((1,) * n, r, strict=True) for k in pair))
    return P["reshape"](P["mul"](wide, other), shape=tuple(i * j for i, j in zip(s, r, strict=True)))


@implements(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_array(a), as_array(b)
    if not a.shape or not b.shape:
        raise ValueError("At least one array has zero dimension")
    a, b = (np.moveaxis(x, axis_of(d, len(x.shape)), -1) for x, d in ((a, axisa), (b, axisb)))
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    planar = a.shape[-1] == 2 and b.shape[-1] == 2
    (ax, ay, az), (bx, by, bz) = components(a), components(b)
    z = ax * by - ay * bx
    if planar:
        return z
    x = (ay * bz if bz is not None else 0) - (az * by if az is not None else 0)
    y = (az * bx if az is not None else 0) - (ax * bz if bz is not None else 0)
    return np.moveaxis(np.stack([x, y, z], -1), -1, axisc)


def components(v):
    return [v[..., i] if i < v.shape[-1] else None for i in range(3)]


@implements("linalg.cross")
def cross_of_three(x1, x2, /, *, axis=-1):
    x1, x2 = as_array(x1), as_array(x2)
    if x1.shape[axis] != 3 or x2.shape[axis] != 3:
        raise ValueError(
            f"Both input arrays must be (arrays of) 3-dimensional vectors, but they are {x1.shape[axis]} and "
            f"{x2.shape[axis]} dimensional instead."
        )
    return cross(x1, x2, axis=axis)


for _ufunc, _f in (("matmul", matmul), ("vecdot", vecdot), ("matvec", matvec), ("vecmat", vecmat)):
    if hasattr(np, _ufunc):
        UFUNCS[getattr(np, _ufunc)] = _f

__all__ = ["contract", "dot", "matmul", "outer", "tensordot"]
