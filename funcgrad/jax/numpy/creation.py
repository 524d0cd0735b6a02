"""Arrays made of Python's numbers, lists and shapes: 32-bit unless jax_enable_x64, or asked for."""

import functools

import numpy as np

from ...core.aval import dtype_of
from ...core.handle import Handle
from ..apply import face
from ..arrays import PYTHON, Array, Tracer, cast, described, entered, jnp, raw, wrap
from ..dtypes import canonicalize_dtype, default, inexact, joined, requested
from ..keys import is_key
from ..signatures import signature_of


def leaves(x, found):
    """The numbers and arrays in nested lists, into a list."""
    if isinstance(x, (list, tuple)):
        for v in x:
            leaves(v, found)
    else:
        if type(x) not in PYTHON and not hasattr(x, "dtype") and not hasattr(x, "__jax_array__"):
            numeric(x)
        found.append(x)
    return found


def numeric(x):
    """The dtype of what is to become an array. ValueError for None, TypeError for what is no number."""
    if x is None:
        raise ValueError("None is not a valid value for jnp.array")
    own = getattr(x, "dtype", None)
    if own is None or isinstance(own, property):
        own = np.asarray(x).dtype
    if own.kind not in "biufcV" or own.kind == "V" and own.name != "bfloat16":
        raise TypeError(
            f"Value '{x}' with dtype {own} is not a valid JAX array type. Only arrays of numeric types are supported by JAX."
        )
    return own


def array(object, dtype=None, *args, copy=True, order="K", ndmin=0, device=None, out_sharding=None):
    """An array of numbers, of nested lists of numbers and arrays, or of an array.

    TypeError for what is none; OverflowError for a Python integer that the dtype cannot hold.

    >>> import funcgrad.jax.numpy as jnp
    >>> jnp.array([1.0, 2.0])
    Array([1., 2.], dtype=float32)
    """
    if args:
        import warnings

        message = "Passing the copy, order, and ndmin arguments to jnp.array positionally is deprecated. Use keyword arguments instead."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return array(object, dtype, **dict(zip(("copy", "order", "ndmin"), args, strict=False)))
    refuse_order(order)
    if is_key(object):
        return object
    dtype = requested(dtype, "array")
    weak = False
    if isinstance(object, (list, tuple)):
        parts = leaves(object, [])
        if dtype is None and parts and all(map(is_key, parts)):
            return jnp().stack([array(x) for x in object])
        if dtype is None:
            dtype = joined(*map(described, parts))[0] if parts else default(float)
        v = (
            np.stack([raw(array(x, dtype)) for x in object])
            if any(type(x) in (Tracer, Array) for x in parts)
            else object
        )
    else:
        if hasattr(object, "__jax_array__"):
            object = object.__jax_array__()
        own = numeric(object)
        weak = dtype is None and (getattr(object, "weak_type", False) is True or type(object) in (int, float, complex))
        dtype = dtype or canonicalize_dtype(own)
        v = raw(object)
        if own.kind == "V" and not isinstance(v, Handle):
            v = np.asarray(v).astype(np.float32)
    if isinstance(v, Handle):
        v = raw(astype(Tracer(v, weak), dtype)) if dtype_of(v) != dtype else v
    else:
        integral = isinstance(v, (np.ndarray, np.generic)) and v.dtype.kind == "f" and dtype.kind in "iu"
        v = raw(astype(wrap(v), dtype)) if integral else np.array(v, dtype, order="K")
    if ndmin:
        v = np.reshape(v, (1,) * (ndmin - np.ndim(v)) + np.shape(v)) if np.ndim(v) < ndmin else v
    return wrap(v, weak)


def refuse_out(name, out):
    if out is not None:
        raise NotImplementedError(f"The 'out' argument to {name} is not supported; use the result.")


def refuse_order(order):
    if order not in (None, "K"):
        raise NotImplementedError(f"Only implemented for order='K', got {order!r}")


def asarray(a, dtype=None, order=None, *, copy=None, device=None, out_sharding=None):
    """`array`; one that is an array already, of that dtype, comes back itself."""
    refuse_order(order)
    if type(a) in (Array, Tracer) and not copy and (dtype is None or requested(dtype, "asarray") == a.dtype):
        return a if dtype is None else wrap(raw(a))
    return array(a, dtype)


def copy(a, order=None):
    """The same array, as a new one."""
    refuse_order(order)
    return array(a)


def astype(x, dtype, /, *, copy=False, device=None):
    """x in another dtype. Floats beyond an integer dtype give its nearest number, nan 0."""
    dtype = default(float) if dtype is None else requested(dtype, "astype")
    v, _ = entered(x)
    own = dtype_of(v)
    if own.kind == "c" and dtype.kind not in "cb":
        v, own = np.real(v), np.real(np.zeros((), own)).dtype
    if own.kind == "f" and dtype.kind in "iu":
        info = np.iinfo(dtype)
        over, under = v >= float(info.max), v <= float(info.min)
        v = np.where(np.isnan(v) | over | under, own.type(0), v).astype(dtype)
        v = np.where(over, dtype.type(info.max), np.where(under, dtype.type(info.min), v))
        return wrap(v)
    return wrap(cast(v, dtype) if own != dtype else v)


def shape_for(shape, name):
    from ..errors import ConcretizationTypeError

    try:
        shape = (
            (shape.__index__(),)
            if hasattr(shape, "__index__") and np.ndim(shape) == 0
            else tuple([k.__index__() for k in shape])
        )
        if name != "reshape" and any(k < 0 for k in shape):
            raise TypeError(f"Shapes must be of lengths that are not negative; got {shape} in {name}")
        return shape
    except (TypeError, AttributeError) as error:
        raise ConcretizationTypeError(
            f"Shapes must be 1D sequences of concrete values of integer type, got {shape!r} in {name}. If using `jit`, try using "
            "`static_argnums` or applying `jit` to smaller subfunctions."
        ) from error


def filled(name, value):
    def make(shape, dtype=None, *, device=None, out_sharding=None):
        dtype = requested(dtype, name) or default(float)
        return wrap(np.full(shape_for(shape, name), value, dtype))

    def make_like(a, dtype=None, shape=None, *, device=None, out_sharding=None):
        own, weak = described(a)
        dtype_ = requested(dtype, f"{name}_like") or canonicalize_dtype(own)
        return wrap(
            np.full(np.shape(a) if shape is None else shape_for(shape, name), value, dtype_), weak and dtype is None
        )

    make.__name__, make_like.__name__ = name, f"{name}_like"
    return make, make_like


zeros, zeros_like = filled("zeros", 0)
ones, ones_like = filled("ones", 1)
empty, _empty_like = filled("empty", 0)


def empty_like(prototype, dtype=None, shape=None, *, device=None):
    """An array of zeros, of a's shape and dtype."""
    return _empty_like(prototype, dtype, shape)


def full(shape, fill_value, dtype=None, *, device=None, out_sharding=None):
    """An array of one number."""
    dtype = requested(dtype, "full")
    own, weak = described(fill_value)
    value = asarray(fill_value, dtype)
    whole = np.broadcast_to(raw(value), shape_for(shape, "full"))
    return wrap(whole if isinstance(whole, Handle) else whole.copy(), weak and dtype is None)


def full_like(a, fill_value, dtype=None, shape=None, *, device=None, out_sharding=None):
    """An array of one number, of a's shape and dtype."""
    own, weak = described(a)
    out = full(np.shape(a) if shape is None else shape, fill_value, dtype or canonicalize_dtype(own))
    return wrap(raw(out), weak and dtype is None)


def arange(start, stop=None, step=None, dtype=None, *, device=None, out_sharding=None):
    """Numbers from start (0) to before stop by step (1); the dtype is what the three promote to."""
    dtype = requested(dtype, "arange")
    if stop is None:
        start, stop = None, start
    given = [v for v in (start, stop, step) if v is not None]
    if dtype is None:
        dtype = joined(*map(described, given))[0]
    elif dtype.kind == "b":
        raise TypeError("jnp.arange: truth values have no steps between them; convert numbers with astype(bool)")
    try:
        numbers = [np.asarray(v)[()] for v in ([0] if start is None and step is not None else []) + given]
    except TypeError as error:
        raise type(error)(f"It must be known how many numbers jnp.arange gives. {error}") from None
    return wrap(np.arange(*numbers).astype(dtype))


def spaced(name):
    f = face(getattr(__import__("funcgrad.numpy").numpy, name), "inexact 0 1", name, "numpy")
    signature = f.__signature__

    @functools.wraps(f)
    def make(*args, **kwargs):
        given = signature.bind(*args, **kwargs).arguments
        start, stop = given.pop("start"), given.pop("stop")
        dtype = requested(given.pop("dtype", None), name) or inexact(joined(described(start), described(stop))[0])
        start, stop = (asarray(v).astype(inexact(dtype)) for v in (start, stop))
        out = f(start, stop, **given | {"num": int(given.get("num", 50))})
        parts = out if isinstance(out, tuple) else (out,)
        first = wrap(raw(astype(parts[0], dtype)))
        return (first, *parts[1:]) if isinstance(out, tuple) else first

    return make


linspace, logspace, geomspace = spaced("linspace"), spaced("logspace"), spaced("geomspace")


def eye(N, M=None, k=0, dtype=None, *, device=None):
    """Ones on a diagonal."""
    return wrap(np.eye(N, M, int(k), requested(dtype, "eye") or default(float)))


def identity(n, dtype=None):
    return eye(n, dtype=dtype)


def of_numpy(name):
    def make(*args, **kwargs):
        return array(getattr(np, name)(*args, **kwargs))

    make.__name__ = name
    make.__signature__ = signature_of(f"numpy.{name}", make)
    return make


def from_dlpack(x, /, *, device=None, copy=None):
    """An array of what another library's array holds; always a copy, and on the one device."""
    return array(np.from_dlpack(x))


frombuffer, fromfile = map(of_numpy, ("frombuffer", "fromfile"))
fromiter, fromstring = map(of_numpy, ("fromiter", "fromstring"))
