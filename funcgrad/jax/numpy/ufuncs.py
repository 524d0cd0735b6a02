"""jnp.ufunc: functions of numbers with `reduce`, `accumulate`, `outer`, `at` and `reduceat`; jnp.add and its kin have them too.

A ufunc is a function that has these for attributes, so a call of jnp.add costs what a call of any function does. Where jax.numpy has
a function for a method (sum for add.reduce) it is that one; otherwise rows are taken one after another.
"""

import numpy as np

from .. import arrays
from .changed import vectorize
from .creation import asarray

jnp = arrays.jnp
REDUCE = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logical_and": "all", "logical_or": "any"}  # fmt: skip
ACCUMULATE = {"add": "cumsum", "multiply": "cumprod"}
AT = {"add": "add", "multiply": "multiply", "maximum": "max", "minimum": "min", "subtract": "subtract"}
METHODS = "reduce accumulate outer at reduceat".split()


class _Kind(type):
    def __instancecheck__(cls, x):
        return hasattr(x, "reduceat") and hasattr(x, "nin")


class ufunc(metaclass=_Kind):
    """A function of numbers, as jnp.frompyfunc makes it of func(nin numbers) -> nout numbers."""

    def __new__(cls, func, /, nin, nout, *, name=None, nargs=None, identity=None, call=None, reduce=None, accumulate=None, at=None,
                reduceat=None):  # fmt: skip
        f = vectorize(func) if call is None else call
        f.__name__ = name or getattr(func, "__name__", "ufunc")
        return with_methods(f, nin, nout, nargs or nin, identity)


def frompyfunc(func, /, nin, nout, *, identity=None):
    """A function of numbers as a ufunc: it broadcasts, and reduces."""
    return ufunc(func, nin, nout, identity=identity)


def of_numpy(f, name):
    """A function of jax.numpy's that has NumPy's ufunc of this name behind it, with its methods."""
    own = getattr(np, name)
    return with_methods(f, own.nin, own.nout, own.nin, own.identity)


def with_methods(f, nin, nout, nargs, identity):
    f.nin, f.nout, f.nargs, f.identity = nin, nout, nargs, identity
    for name in METHODS:
        setattr(f, name, method(f, name))
    return f


def method(f, name):
    def call(*args, **kwargs):
        if name != "at" and (f.nin, f.nout) != (2, 1):
            raise ValueError(
                f"{name} only supported for binary ufuncs that return a single value; {f.__name__} is none"
            )
        return globals()[name](f, *args, **kwargs)

    call.__name__, call.__doc__ = name, globals()[name].__doc__
    return call


def own_dtype(f, a, dtype):
    """(a in the dtype that f gives for it, or the one asked for)."""
    a = asarray(a)
    one = jnp().ones((), a.dtype)
    return a.astype(f(one, one).dtype if dtype is None else dtype)


def no_out(f, out, name):
    if out is not None:
        raise NotImplementedError(f"out argument of {f.__name__}.{name}() is not supported; use the result.")


def reduce(f, a, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    """f over the elements along an axis (None: over all)."""
    no_out(f, out, "reduce")
    if f.__name__ in REDUCE and getattr(jnp(), f.__name__) is f:
        others = {"dtype": dtype, "initial": initial, "where": where}
        return getattr(jnp(), REDUCE[f.__name__])(
            a, axis=axis, keepdims=keepdims, **{k: v for k, v in others.items() if v is not None}
        )
    if isinstance(axis, tuple):
        raise NotImplementedError("tuple of axes")
    a = own_dtype(f, a, dtype)
    lengths = [1 if axis is None or i == axis % a.ndim else n for i, n in enumerate(a.shape)]
    chosen = None if where is None else jnp().broadcast_to(where, a.shape)
    rows, chosen = (v if v is None else v.ravel() if axis is None else jnp().moveaxis(v, axis, 0) for v in (a, chosen))
    start = f.identity if initial is None else initial
    if not rows.shape[0] and start is None:
        raise ValueError(f"zero-size array to reduction operation {f.__name__} which has no identity")
    first = 1 if start is None else 0
    out = rows[0] if start is None else jnp().broadcast_to(asarray(start, rows.dtype), rows.shape[1:])
    for i in range(first, rows.shape[0]):
        new = f(out, rows[i])
        out = new if chosen is None else globals()["where"](chosen[i], new, out)
    return out.reshape(lengths) if keepdims else out


def accumulate(f, a, axis=0, dtype=None, out=None):
    """f over the elements along an axis up to each."""
    no_out(f, out, "accumulate")
    if axis is None or isinstance(axis, tuple):
        raise ValueError("accumulate does not allow multiple axes")
    if f.__name__ in ACCUMULATE and getattr(jnp(), f.__name__) is f:
        return getattr(jnp(), ACCUMULATE[f.__name__])(a, axis=axis, dtype=dtype)
    rows = jnp().moveaxis(own_dtype(f, a, dtype), axis, 0)
    found = [*rows[:1]]
    for i in range(1, rows.shape[0]):
        found.append(f(found[-1], rows[i]))
    return jnp().moveaxis(jnp().stack(found), 0, axis) if found else rows


def outer(f, A, B, /):  # noqa: N803
    """f of each element of A and each of B."""
    A, B = asarray(A), asarray(B)  # noqa: N806
    return f(A.reshape(A.shape + (1,) * B.ndim), B)


def at(f, a, indices, b=None, /, *, inplace=True):
    """a with f(a[indices], b) at indices, one after another where they are the same."""
    if inplace:
        raise NotImplementedError(
            f"Because JAX arrays are immutable, {f.__name__}.at() cannot work in place: pass inplace=False."
        )
    if f.nin != 1 + (b is not None):
        raise ValueError(f"ufunc.at: {f.__name__} takes {f.nin} operands")
    a = asarray(a)
    if b is None:
        return a.at[indices].set(f(a[indices]))
    if f.__name__ in AT and getattr(jnp(), f.__name__) is f:
        return getattr(a.at[indices], AT[f.__name__])(b)
    a = own_dtype(f, a, None)
    b = jnp().broadcast_to(asarray(b, a.dtype), a[indices].shape)
    if not isinstance(indices, tuple):
        indices = (indices,)
    lead = np.broadcast_shapes(*[np.shape(i) for i in indices if not isinstance(i, slice)])
    for at_ in np.ndindex(lead):
        own = tuple([i if isinstance(i, slice) else jnp().broadcast_to(asarray(i), lead)[at_] for i in indices])
        a = a.at[own].set(f(a[own], b[at_]))
    return a


def reduceat(f, a, indices, axis=0, dtype=None, out=None):
    """f over the elements along an axis from each index to the next, or the element there if that is none."""
    no_out(f, out, "reduceat")
    a, at_ = asarray(a), [int(i) for i in np.asarray(indices)]
    dtype = dtype or a.dtype
    rows = jnp().moveaxis(a, axis, 0)
    ends = [*at_[1:], rows.shape[0]]
    parts = [reduce(f, rows[i:j] if j > i else rows[i : i + 1], 0, dtype) for i, j in zip(at_, ends, strict=True)]
    return jnp().moveaxis(jnp().stack(parts), 0, axis)
