"""Indexing as jax does it: an index beyond an axis reads the last entry there is, and writes nothing; `x.at[i]` in all its forms.

Invariant: what is proven to be in bounds (slices, integers that are known) costs nothing more than the engine's own indexing.
"""

import operator
import warnings

import numpy as np

from ..at import at as engine_at
from ..core.aval import dtype_of, shape_of
from ..core.halves import BFLOAT16
from ..core.handle import Handle
from ..lax.indexing import fill_of
from ..numpy.concrete import concrete, unknown_under
from .arrays import cast, described, plain_deep, raw, wrap
from .dtypes import PYTHON, joined
from .errors import NonConcreteBooleanIndexError, TracerIntegerConversionError

SEQUENCE = "Using a non-tuple sequence for multidimensional indexing is not allowed; use `arr[array(seq)]` instead of `arr[seq]`."


def entries(shape, idx):
    """An index as a tuple of entries in the engine's form, and for each the axis it begins at (None: of no axis).

    TypeError for lists, strings and floats; NonConcreteBooleanIndexError for a mask that is traced.
    """
    if isinstance(idx, list):
        raise TypeError(SEQUENCE)
    idx = idx if isinstance(idx, tuple) else (idx,)
    found = []
    for i in idx:
        if i is None or i is Ellipsis or isinstance(i, slice):
            if isinstance(i, slice):
                i = slice(*[p if p is None else bound(p) for p in (i.start, i.stop, i.step)])
            found.append((i, 0 if i is None or i is Ellipsis else 1))
            continue
        if isinstance(i, str):
            raise TypeError(f"JAX does not support string indexing; got idx={i!r}")
        if type(i) in (int, bool):
            found.append((i, int(type(i) is int)))
            continue
        v = raw(i)
        if not isinstance(v, Handle):
            v = np.asarray(plain_deep(i))
            if not v.size and v.dtype.kind == "f" and isinstance(i, list):
                v = v.astype(np.intp)
        kind = dtype_of(v).kind
        if kind not in "iub":
            raise TypeError(f"Indexer must have integer or boolean type, got indexer with type {dtype_of(v)}")
        if kind == "b" and isinstance(v, Handle):
            if unknown_under(v) is not None:
                raise NonConcreteBooleanIndexError(
                    f"Array boolean indices must be concrete; got bool{list(shape_of(v))}. Use jnp.where(mask, a, b), or "
                    "jnp.nonzero(mask, size=...)."
                )
            v = np.asarray(concrete(v, "mask"))
        found.append((v, len(shape_of(v)) if kind == "b" else 1))
    used = sum(n for _, n in found)
    if used > len(shape):
        raise IndexError(f"Too many indices: array is {len(shape)}-dimensional, but {used} were indexed")
    axes, axis = [], 0
    for v, n in found:
        axes.append(axis if n else None)
        axis += n if v is not Ellipsis else len(shape) - used
    return [v for v, _ in found], axes


def bound(p):
    try:
        return operator.index(p)
    except TracerIntegerConversionError:
        pass
    except TypeError:
        raise TypeError(f"slice indices must be integers or None, got {p!r}") from None
    raise IndexError(
        f"Array slice indices must have static start/stop/step to be used with NumPy indexing syntax; got {p!r}. Use "
        "lax.dynamic_slice or lax.dynamic_update_slice, or mark it static."
    )


def ints(v):
    """Is this entry an integer or integers?"""
    return type(v) is int or (hasattr(v, "dtype") and dtype_of(v).kind in "iu")


def inside_of(v, n, wrapped=True):
    """(index from the front, where it is in bounds: True, False or an array) of an integer entry along an axis of length n.

    Not `wrapped`: a negative one is out of bounds.
    """
    if type(v) is int:
        v = v + n if v < 0 and wrapped else v
        return v, 0 <= v < n
    v = cast(v, np.dtype(np.int64))
    v = np.where(v < 0, v + n, v) if wrapped else v
    fits = (v >= 0) & (v < n)
    return v, (bool(fits.all()) or fits) if isinstance(fits, np.ndarray) else fits


def clamped(v, n):
    return min(max(v, 0), max(n - 1, 0)) if type(v) is int else np.clip(v, 0, max(n - 1, 0))


def settled(shape, idx, wrapped=True):
    """(index whose entries are all in bounds, where the ones given were: True or an array broadcast as the index is)."""
    found, axes = entries(shape, idx)
    whole = True
    for k, (v, axis) in enumerate(zip(found, axes, strict=True)):
        if ints(v):
            v, fits = inside_of(v, shape[axis], wrapped)
            if fits is not True:
                v = clamped(v, shape[axis])
                whole = fits if whole is True else np.logical_and(whole, fits)
            found[k] = v
    return tuple(found), whole


def getitem(x, idx, wrapped=True):
    """x[idx]; out of bounds, the nearest entry."""
    v = raw(x)
    index, _ = settled(shape_of(v), idx, wrapped)
    return wrap((boxed(v) if has_handle(index) else v)[index], x.weak_type)


def has_handle(index):
    return any([isinstance(i, Handle) for i in index])


def boxed(v):
    """A plain array as one that takes traced indices."""
    from ..core.handle import Array as Box
    from ..core.trace import ROOT

    return v if isinstance(v, Handle) else Box(v, None, ROOT)


class At:
    """`x.at`: to be indexed for an update that gives a new array."""

    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def __getitem__(self, idx):
        return Update(self.x, idx)

    def __repr__(self):
        return f"_IndexUpdateHelper({self.x!r})"


class Update:
    """`x.at[idx]`: get, and the array with set, add, subtract, multiply, divide, power, min, max or apply done at idx.

    Options as in jax: `mode` ("drop", the default of writes: nothing is written out of bounds; "clip"; "fill", of get) and
    `fill_value`; without `wrap_negative_indices` a negative one is out of bounds; `indices_are_sorted` and `unique_indices` change
    nothing.
    """

    __slots__ = ("x", "idx")

    def __init__(self, x, idx):
        self.x, self.idx = x, idx

    def get(
        self, *, mode=None, fill_value=None, indices_are_sorted=False, unique_indices=False, wrap_negative_indices=True, **others
    ):  # fmt: skip
        v = raw(self.x)
        index, whole = settled(shape_of(v), self.idx, wrap_negative_indices)
        got = getitem(self.x, self.idx, wrap_negative_indices)
        if kind_of(mode, "clip") == "clip" or whole is True:
            return got
        from .numpy import asarray, where

        mask = beside(whole, shape_of(v), index, got.ndim)
        return where(wrap(mask), got, asarray(fill_of(got.dtype) if fill_value is None else fill_value, got.dtype))

    def set(self, values, **options):
        return self.updated("set", values, **options)

    def add(self, values, **options):
        return self.updated("add", values, **options)

    def subtract(self, values, **options):
        return self.updated("subtract", values, **options)

    def multiply(self, values, **options):
        return self.updated("multiply", values, **options)

    mul = multiply

    def divide(self, values, **options):
        return self.updated("divide", values, **options)

    def min(self, values, **options):
        return self.updated("min", values, **options)

    def max(self, values, **options):
        return self.updated("max", values, **options)

    def power(self, values, **options):
        return self.apply(lambda got: got**values, **options)

    def apply(self, func, *, mode=None, **others):
        return self.set(func(self.get(mode="clip")), mode=mode)

    def updated(
        self, name, values, *, mode=None, indices_are_sorted=False, unique_indices=False, wrap_negative_indices=True
    ):
        x = self.x
        (own, _), (other, _) = described(x), described(values)
        dtype, _ = joined(described(x), described(values))
        if own == BFLOAT16:
            from .numpy import asarray

            done = asarray(x).astype(np.float32).at[self.idx]
            return getattr(done, name)(values if other.kind != "f" else asarray(values, np.float32), mode=mode).astype(
                BFLOAT16
            )
        if dtype != x.dtype:
            warnings.warn(
                f"scatter inputs have incompatible types: cannot safely cast value from dtype={described(values)[0].name} to "
                f"dtype={x.dtype.name}. In future this may be an error: cast it with .astype.",
                FutureWarning,
                stacklevel=3,
            )
        v, new = raw(x), raw(values)
        new = np.asarray(new) if type(new) in PYTHON else new
        new = new if dtype_of(new) == x.dtype else cast(new, x.dtype)
        shape = shape_of(v)
        index, whole = settled(shape, self.idx, wrap_negative_indices)
        if kind_of(mode, "drop") != "clip" and whole is not True:
            if whole is False:
                return x
            return wrap(dropping(v, shape, index, whole, new, name), x.weak_type)
        return wrap(write(v, index, new, name), x.weak_type)


def beside(whole, shape, index, ndim):
    """`whole`, of the axes that integers index, with an axis for each of the result's."""
    at = [k for k, i in enumerate(index) if ints(i)]
    own = np.broadcast_shapes(*[shape_of(index[k]) for k in at])
    together = at[-1] - at[0] + 1 == len(at)  # (otherwise NumPy puts their axes in front)
    before = axis_of(shape, index, at[0]) + sum([i is None for i in index[: at[0]]]) if together else 0
    return np.reshape(np.broadcast_to(whole, own), (*[1] * before, *own, *[1] * (ndim - before - len(own))))


def kind_of(mode, default):
    mode = str(getattr(mode, "name", mode)).lower() if mode is not None else default
    if mode not in ("clip", "promise_in_bounds", "drop", "fill", "fill_or_drop"):
        raise ValueError(f"at[]: mode must be 'clip', 'drop', 'fill' or 'promise_in_bounds'; got {mode!r}")
    return "clip" if mode in ("clip", "promise_in_bounds") else mode


def write(v, index, new, name):
    return getattr(engine_at(boxed(v) if isinstance(new, Handle) or has_handle(index) else v)[index], name)(new)


def dropping(v, shape, index, whole, new, name):
    """The update, less what is out of bounds: these entries are directed to a row more along the first indexed axis."""
    k = next(k for k, i in enumerate(index) if ints(i))
    axis = axis_of(shape, index, k)
    n = shape[axis]
    v = boxed(v) if isinstance(new, Handle) or has_handle(index) or isinstance(whole, Handle) else v
    sink = np.concatenate([v, np.zeros_like(v[(slice(None),) * axis + (slice(0, 1),)])], axis) if n else v
    index = list(index)
    index[k] = np.where(whole, index[k], n)
    return write(sink, tuple(index), new, name)[(slice(None),) * axis + (slice(0, n),)]


def axis_of(shape, index, k):
    return entries(shape, tuple(index))[1][k]


__all__ = ["At", "Update", "getitem"]
