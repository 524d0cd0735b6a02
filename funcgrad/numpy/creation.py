"""Creation functions. Inside a transform they return assignable boxes, outside plain ndarrays, at NumPy's own cost.

Invariant: a box holds an array that nobody else holds. Under jit a large array is made by the compiled program (`full`
and what is computed of it); a small one stands in it as a constant, whose values Python may look at.
"""

import functools
import operator

import numpy as np

from ..core import state
from ..core.aval import dtype_of, ndarray, shape_of
from ..core.handle import Array, Handle
from ..core.primitive import PRIMITIVES
from ..core.trace import ROOT
from .arguments import as_array, axis_of, cast, holds_handle, inexact, joined, operand, shape_tuple, standing
from .protocol import implements

P = PRIMITIVES
tls, running = state.tls, state.running
np_arange, np_array, np_copy, np_empty, np_eye = np.arange, np.array, np.copy, np.empty, np.eye  # (one lookup the less)
np_full, np_full_like, np_ones, np_zeros = np.full, np.full_like, np.ones, np.zeros
LARGE = 1 << 16  # elements: a constant of a compiled program may have this many, a larger array is made by it


def boxed(a):
    """An array just made, as the user should hold it: in a box that may be assigned to while a transform is active."""
    return Array(a, None, ROOT) if tls.depth and isinstance(a, np.ndarray) and a.dtype.kind in "fcbiu" else a


def creator(f):
    """A NumPy creation function, its result boxed inside transforms; sequences in it may hold traced values."""

    @functools.wraps(f)
    def create(*args, **kwargs):
        if not running or not tls.depth:
            return f(*args, **kwargs)
        return boxed(f(*[joined(a) if isinstance(a, (list, tuple)) and holds_handle(a) else a for a in args], **kwargs))

    return create


# ------------------------------------------------------------------------------------------------ filled with one value
def filled(shape, value, dtype):
    """A box of one value, which compiled programs make anew in every call."""
    dtype, shape = np.dtype(dtype), shape_tuple(shape)
    if dtype.kind not in "fcbiu":
        return np.full(shape, value, dtype)
    out = P["full"](shape=shape, value=value, dtype=dtype)
    return out if isinstance(out, Handle) else Array(out, None, ROOT)


# The first lines of these are all that a call outside a transform costs: no *args or **kwargs, which would cost more.
@functools.wraps(np.zeros)
def zeros(shape, dtype=None, order="C", *, device=None, like=None):
    if (not running or not tls.depth) and like is device is None:
        return np_zeros(shape) if dtype is None and order == "C" else np_zeros(shape, dtype or float, order)
    return made_by(np.zeros, 0, shape, dtype, order, device, like)


@functools.wraps(np.ones)
def ones(shape, dtype=None, order="C", *, device=None, like=None):
    if (not running or not tls.depth) and like is device is None:
        return np_ones(shape, dtype, order)
    return made_by(np.ones, 1, shape, dtype, order, device, like)


@functools.wraps(np.empty)
def empty(shape, dtype=None, order="C", *, device=None, like=None):
    if (not running or not tls.depth) and like is device is None:
        return np_empty(shape) if dtype is None and order == "C" else np_empty(shape, dtype or float, order)
    return made_by(np.empty, 0, shape, dtype, order, device, like)


def made_by(numpys, value, shape, dtype, order, device, like):
    if not tls.depth or like is not None:
        return numpys(shape, dtype or float, order, **given(device=device, like=like))
    return filled(shape, value, dtype or float)


def given(**keywords):
    """The keywords that were given: older NumPys do not know all of them."""
    return {k: v for k, v in keywords.items() if v is not None}


@functools.wraps(np.full)
def full(shape, fill_value, dtype=None, order="C", *, device=None, like=None):
    if (not running or not tls.depth) and like is device is None:
        return np_full(shape, fill_value, dtype, order)
    if not tls.depth or like is not None:
        return np.full(shape, fill_value, dtype, order, **given(device=device, like=like))
    return full_of(shape, operand(fill_value), dtype)


def full_of(shape, value, dtype):
    if isinstance(value, Handle) or shape_of(value):
        return copied(broadcast(cast(value, dtype or dtype_of(value)), shape_tuple(shape)))
    dtype = dtype_of(value) if dtype is None else np.dtype(dtype)
    return filled(shape, np.asarray(value).astype(dtype).item() if dtype.kind in "fcbiu" else value, dtype)


def broadcast(x, shape):
    new = len(shape) - len(shape_of(x))
    if new < 0 or np.broadcast_shapes(shape_of(x), shape) != shape:
        raise ValueError(f"could not broadcast from shape {shape_of(x)} into shape {shape}.")
    return P["broadcast"](x, shape=shape, axes=tuple(range(new)))


def copied(x):
    """x in a new box, which shares nothing with x."""
    out = P["copy"](x, x)
    return out if isinstance(out, Handle) else boxed(out)


def like(numpys, value):
    """zeros_like and its kin: a box inside a transform whatever they are like."""

    @implements(numpys)
    @functools.wraps(numpys)
    def create(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
        if dtype is shape is None and order == "K" and type(a) is ndarray and (not running or not tls.depth):
            return numpys(a)
        if not tls.depth and not isinstance(a, Handle):
            return numpys(a, dtype, order, subok, shape)
        a = as_array(a)
        return filled(a.shape if shape is None else shape, value, dtype or a.dtype)

    return create


zeros_like = like(np.zeros_like, 0)
ones_like = like(np.ones_like, 1)
empty_like = like(np.empty_like, 0)


@implements(np.full_like)
@functools.wraps(np.full_like)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    if type(a) is ndarray and (not running or not tls.depth):
        return np_full_like(a, fill_value, dtype, order, subok, shape)
    if not tls.depth and not isinstance(a, Handle):
        return np_full_like(a, fill_value, dtype, order, subok, shape)
    a = as_array(a)
    return full_of(a.shape if shape is None else shape, operand(fill_value), dtype or a.dtype)


# ------------------------------------------------------------------------------------------------ of given values
@functools.wraps(np.array)
def array(object, dtype=None, **rest):
    if dtype is None and not rest and (not running or not tls.depth):
        return np_array(object)
    if not tls.depth:
        return np_array(object, dtype, **rest)
    return np.array(object, dtype, **rest) if rest.keys() & {"like", "ndmax"} else made(object, dtype, **rest)


def made(object, dtype, copy=True, order="K", subok=False, ndmin=0):
    """NumPy's array, of nested sequences that may hold traced values."""
    if isinstance(object, Handle):
        if dtype is not None and np.dtype(dtype).kind not in "fcbiu":
            return np.array(object, dtype, ndmin=ndmin)  # (refused where a derivative would be lost)
        out = copied(object) if copy else object
    else:
        if dtype is not None and np.dtype(dtype).kind not in "fcbiu" and holds_handle(object):
            return np.array(joined(object), dtype, ndmin=ndmin)  # (refused likewise)
        try:
            return boxed(np.array(object, dtype, copy=copy, order=order, ndmin=ndmin))
        except Exception:  # NumPy wraps, or passes on, what a traced value in a sequence raises
            if not holds_handle(object):
                raise
        out = joined(object)
    out = out if dtype is None else cast(out, dtype)
    return P["reshape"](out, shape=(1,) * (ndmin - len(out.shape)) + out.shape) if len(out.shape) < ndmin else out


def converter(numpys, least=0):
    """asarray and its kin: a traced array is one already."""

    @functools.wraps(numpys)
    def convert(a, dtype=None, order=None, *, device=None, copy=None, like=None):
        if not running or not tls.depth or like is not None:
            if order is device is copy is like is None:
                return numpys(a, dtype)
            return numpys(a, dtype, **given(order=order, device=device, copy=copy, like=like))
        if type(a) is np.ndarray and not copy and (dtype is None or a.dtype == dtype):
            return numpys(a)  # NumPy's own array, which is not copied
        return made(a, dtype, copy=copy, ndmin=least)

    return convert


asarray = converter(np.asarray)
asanyarray = converter(np.asanyarray)
ascontiguousarray = converter(np.ascontiguousarray, 1)
asfortranarray = converter(np.asfortranarray)
asarray_chkfinite = converter(np.asarray_chkfinite)


@implements(np.copy)
@functools.wraps(np.copy)
def copy(a, order="K", subok=False):
    if type(a) is ndarray and (not running or not tls.depth):
        return np_copy(a, order, subok)
    if not tls.depth and not isinstance(a, Handle):
        return np_copy(a, order, subok)
    return copied(a) if isinstance(a, Handle) else made(a, None)


@functools.wraps(np.fromiter)
def fromiter(iter, dtype, count=-1, *, like=None):
    if not tls.depth or like is not None:
        return np.fromiter(iter, dtype, count, **given(like=like))
    values = [v for v, _ in zip(iter, range(count))] if count >= 0 else list(iter)
    if len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    return made(values, dtype)


frombuffer, fromfunction, fromstring = creator(np.frombuffer), creator(np.fromfunction), creator(np.fromstring)


# ------------------------------------------------------------------------------------------------ ranges
def staged_large(size):
    return tls.stage is not None and size > LARGE


def iota(n):
    """0, 1, ..., n - 1, made by the compiled program."""
    return P["sub"](P["cumsum"](P["full"](shape=(n,), value=1, dtype=np.dtype(np.int64)), axis=0, reverse=False), 1)


@functools.wraps(np.arange)
def arange(start=None, stop=None, step=None, dtype=None, *, device=None, like=None):
    if stop is step is dtype is device is like is None and (not running or not tls.depth):
        return np_arange() if start is None else np_arange(start)
    if start is None:
        start, stop = stop, None
    if (not running or not tls.depth) and like is device is None:
        return np_arange(start, stop, step, dtype)
    if not tls.depth or like is not None:
        return np.arange(start, stop, step, dtype, **given(device=device, like=like))
    if stop is step is dtype is None and type(start) is int and staged_large(start):
        return iota(start)
    return boxed(np.arange(start, stop, step, dtype))


@functools.wraps(np.eye)
def eye(N, M=None, k=0, dtype=float, order="C", *, device=None, like=None):
    if (not running or not tls.depth) and like is device is None:
        return np_eye(N, M, k, dtype, order)
    if not tls.depth or like is not None:
        return np.eye(N, M, k, dtype, order, **given(device=device, like=like))
    N = operator.index(N)
    M = N if M is None else operator.index(M)
    if not staged_large(N * M):
        return boxed(np.eye(N, M, k, dtype))
    rows, columns = P["reshape"](iota(N), shape=(N, 1)), P["reshape"](iota(M), shape=(1, M))
    return P["cast"](P["equal"](P["add"](rows, k), columns), dtype=np.dtype(dtype))


@functools.wraps(np.identity)
def identity(n, dtype=None, *, like=None):
    if not tls.depth or like is not None:
        return np.identity(n, dtype, **given(like=like))
    return eye(n, dtype=dtype or float)


def fractions(num, endpoint, ndim, dtype):
    """(num, 1, ..., 1) numbers from 0, the last of which is 1 with `endpoint`, for arrays of `ndim` axes."""
    t = np.arange(num) / max(num - 1 if endpoint else num, 1)
    return t.astype(dtype).reshape((num,) + (1,) * ndim)


def spaced(between, geometric=False):
    """linspace and its kin on traced end points: `between(start, stop, t)` for t from 0 to 1."""

    def space(start, stop, num, endpoint, dtype, axis):
        num = len(range(num)) if num >= 0 else num
        if num < 0:
            raise ValueError(f"Number of samples, {num}, must be non-negative.")
        start, stop = (float(v) if type(v) in (bool, int) else inexact(operand(v)) for v in (start, stop))
        ndim = max(len(shape_of(start)), len(shape_of(stop)))
        if geometric:  # (as NumPy's: in double precision at least)
            start, stop = (cast(v, np.result_type(dtype_of(v), np.float64)) for v in (start, stop))
        real = np.result_type(*map(standing, (start, stop))).type(0).real.dtype
        out = between(start, stop, fractions(num, endpoint, ndim, real))
        out = P["cast"](P["floor"](out), dtype=np.dtype(dtype)) if is_integer(dtype) else out
        out = out if dtype is None else cast(out, dtype)
        return np.moveaxis(out, 0, axis_of(axis, ndim + 1)) if axis else out

    return space


def is_integer(dtype):
    return dtype is not None and np.dtype(dtype).kind in "iu"


linear = spaced(lambda a, b, t: P["add"](P["mul"](a, 1 - t), P["mul"](b, t)))
geometric = spaced(lambda a, b, t: P["mul"](a, P["power"](P["div"](b, a), t)), geometric=True)


@implements(np.linspace)
def linspace_of(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    out = linear(start, stop, num, endpoint, dtype, axis)
    if not retstep:
        return out
    return out, P["div"](P["sub"](operand(stop), operand(start)), num - 1 if endpoint else num)


@implements(np.logspace)
def logspace_of(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    out = P["power"](operand(base), linear(start, stop, num, endpoint, None, axis))
    return out if dtype is None else cast(out, dtype)


@implements(np.geomspace)
def geomspace_of(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return geometric(start, stop, num, endpoint, dtype, axis)


linspace, logspace, geomspace = creator(np.linspace), creator(np.logspace), creator(np.geomspace)


# ------------------------------------------------------------------------------------------------ grids and matrices
@implements(np.meshgrid)
def meshgrid_of(*xi, copy=True, sparse=False, indexing="xy"):
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    n = len(xi)
    xs = [np.reshape(as_array(x), (1,) * i + (-1,) + (1,) * (n - i - 1)) for i, x in enumerate(xi)]
    if indexing == "xy" and n > 1:
        xs = [np.swapaxes(x, 0, 1) for x in xs]
    if sparse:
        return tuple(xs)
    shape = np.broadcast_shapes(*map(shape_of, xs))
    return tuple(copied(broadcast(x, shape)) for x in xs)


@functools.wraps(np.meshgrid)
def meshgrid(*xi, **kwargs):
    if not tls.depth:
        return np.meshgrid(*xi, **kwargs)
    return tuple(map(boxed, np.meshgrid(*[operand(x) for x in xi], **kwargs)))


@implements(np.vander)
def vander_of(x, N=None, increasing=False):
    x = as_array(x)
    if len(x.shape) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    x = cast(x, np.promote_types(x.dtype, int))
    n = x.shape[0] if N is None else N
    if not n:
        return np.empty((x.shape[0], 0), x.dtype)
    powers = np.arange(n) if increasing else np.arange(n)[::-1]
    columns = [P["power"](x, int(k)) if k else np.ones_like(x) for k in powers]
    return P["concatenate"](*[P["reshape"](c, shape=(*x.shape, 1)) for c in columns], axis=1)


@functools.wraps(np.diag)
def diag(v, k=0):
    return boxed(np.diag(operand(v), k)) if tls.depth else np.diag(v, k)


vander, indices, tri = creator(np.vander), creator(np.indices), creator(np.tri)
diagflat = creator(np.diagflat)

__all__ = [
    "arange", "array", "asanyarray", "asarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "copy", "diag",
    "diagflat", "empty", "empty_like", "eye", "frombuffer", "fromfunction", "fromiter", "fromstring", "full", "full_like",
    "geomspace", "identity", "indices", "linspace", "logspace", "meshgrid", "ones", "ones_like", "tri", "vander", "zeros",
    "zeros_like",
]  # fmt: skip
