"""jax.numpy's functions that differ from NumPy's: sizes that are static, in-place ones that give the new array, orders."""

import functools
import math

import numpy as np

from ...core.aval import shape_of
from ...lax.indexing import fill_of
from .. import arrays, bfloat16
from ..apply import face, parameter, promoted
from ..arrays import described, raw, wrap
from ..bfloat16 import DTYPE
from ..dtypes import Scalar, default, inexact, joined, numpy_dtype
from ..indexing import clamped, inside_of
from ..keys import arranging
from .creation import asarray, refuse_out, shape_for

jnp = arrays.jnp


# ------------------------------------------------------------------------------------------------ choosing
@arranging
def where(condition, x=None, y=None, /, *, size=None, fill_value=None):
    """x where condition holds, else y; of a condition alone, the indices where it holds (see nonzero).

    >>> import funcgrad.jax.numpy as jnp
    >>> jnp.where(jnp.array([True, False]), 1.0, jnp.array([2, 3]))
    Array([1., 3.], dtype=float32, weak_type=True)
    """
    if x is None and y is None:
        return nonzero(condition, size=size, fill_value=fill_value)
    (x, y), weak = promoted("where", (x, y), "promote")
    dtype = next((v.dtype for v in (x, y) if hasattr(v, "dtype")), None)
    x, y = (v if hasattr(v, "dtype") else np.asarray(v, dtype) for v in (x, y))
    c = asarray(condition)
    return wrap(raw(CHOOSE(c if c.dtype.kind == "b" else c != 0, wrap(x), wrap(y))), weak)


CHOOSE = face(lambda c, x, y: np.where(c, x, y), "keep", "where")


def select(condlist, choicelist, default=0):
    """Of the choices, the one whose condition holds first."""
    if len(condlist) != len(choicelist):
        raise ValueError("condlist must have length equal to choicelist")
    out = default
    for c, v in zip(reversed(condlist), reversed(choicelist), strict=True):
        out = where(c, v, out)
    return out


def nonzero(a, *, size=None, fill_value=None):
    """Indices of what is not zero, one array an axis; `size`: how many (as jit must know), filled up with fill_value (0)."""
    a = asarray(a)
    v = raw(a)
    if size is None and not a.ndim:
        raise ValueError("nonzero: not of a 0-d array; take jnp.atleast_1d(x).nonzero()")
    if size is None:
        return face(np.nonzero, "keep", "nonzero")(a)
    v = np.not_equal(np.atleast_1d(v), 0)
    shape = shape_of(v)
    flat = np.reshape(v, -1)
    n = shape_of(flat)[0]
    order = np.argsort(np.logical_not(flat), kind="stable")  # the true ones first, as they stand
    order = order[:size] if size <= n else np.concatenate([order, np.zeros(size - n, int)])
    there = np.less(np.arange(size), np.sum(flat))
    fills = fill_value if isinstance(fill_value, tuple) else (0 if fill_value is None else fill_value,) * len(shape)
    found, parts = [], order
    for k in reversed(shape):
        found.insert(0, np.remainder(parts, k or 1))
        parts = np.floor_divide(parts, k or 1)
    return tuple(
        [wrap(np.where(there, i, parameter(f)).astype(default(int))) for i, f in zip(found, fills, strict=True)]
    )


def flatnonzero(a, *, size=None, fill_value=None):
    return nonzero(jnp().ravel(a), size=size, fill_value=fill_value)[0]


def argwhere(a, *, size=None, fill_value=None):
    """The indices of what is not zero, as rows."""
    if not np.ndim(a):
        return jnp().zeros((int(bool(a)) if size is None else size, 0), "int32")
    return jnp().stack(nonzero(a, size=size, fill_value=fill_value), axis=1)


def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, size=None,
    fill_value=None, sorted=True,
):  # fmt: skip
    """The different values; `size`: how many to give, as jit must know, filled up with fill_value (the least value)."""
    if size is None:
        options = dict(return_index=return_index, return_inverse=return_inverse, return_counts=return_counts, axis=axis)
        found = face(np.unique, "keep 0", "unique")(ar, **options, equal_nan=equal_nan)
        return (found[0], *[wrap(raw(places)) for places in found[1:]]) if isinstance(found, tuple) else found
    ar = asarray(ar)
    rows = ar.ravel() if axis is None else jnp().moveaxis(ar, axis, 0)
    n = rows.shape[0]
    order = argsort(rows) if rows.ndim == 1 else lexsort(rows.reshape(n, -1).T[::-1])
    values = rows[order]
    new = values[1:] != values[:-1]
    if equal_nan and values.dtype.kind in "fc":
        new = new & ~(jnp().isnan(values[1:]) & jnp().isnan(values[:-1]))
    new = jnp().concatenate([jnp().ones(min(1, n), bool), new if rows.ndim == 1 else new.reshape(n - 1, -1).any(1)])
    group = jnp().cumsum(new) - 1  # the number of each one's value
    at = nonzero(new, size=size)[0]
    cut = values[at]
    if fill_value is not None:
        known = jnp().arange(size) < new.sum()
        cut = where(known.reshape(-1, *[1] * (cut.ndim - 1)), cut, asarray(fill_value, cut.dtype))
    found = [cut if axis is None else jnp().moveaxis(cut, 0, axis)]
    if return_index:
        found.append(order[at])
    if return_inverse:
        found.append(jnp().zeros_like(group).at[order].set(group).reshape(ar.shape if axis is None else n))
    if return_counts:
        found.append(bincount(group, length=size))
    return found[0] if len(found) == 1 else tuple(found)


@arranging
def take(a, indices, axis=None, out=None, mode=None, unique_indices=False, indices_are_sorted=False, fill_value=None):
    """Entries along an axis; beyond it nan, or of integers the least (mode "fill", jax's default), the nearest ("clip"), or
    around ("wrap")."""
    refuse_out("take", out)
    if mode not in (None, "fill", "clip", "wrap"):
        raise ValueError(f"Invalid mode '{mode}' for np.take: 'fill', 'clip' and 'wrap' are the ones that there are")
    a, indices = asarray(a), asarray(indices)
    if axis is None:
        a, axis = a.ravel(), 0
    if not -a.ndim <= axis < a.ndim:
        raise ValueError(f"take: axis {axis} is out of bounds for an array of {a.ndim} axes")
    axis %= a.ndim
    if mode == "wrap":
        indices = jnp().remainder(indices, a.shape[axis])
    if not indices.ndim:  # (for jax one number is an array without axes)
        indices = jnp().reshape(indices, (1,))
        return take(a, indices, axis, None, mode, fill_value=fill_value).squeeze(axis)
    at = a.at[(slice(None),) * axis + (indices,)]
    return at.get(mode="clip" if mode in ("clip", "wrap") else "fill", fill_value=fill_value)


def bincount(x, weights=None, minlength=0, *, length=None, out_sharding=None):
    """How often each whole number stands in x (or the sums of weights there); `length`: how many numbers, as jit must know."""
    x = asarray(x)
    if x.ndim != 1:
        raise ValueError(f"bincount: takes an array of one axis, got shape {x.shape}; ravel it")
    if length is None:
        length = max_of(minlength, int(jnp().clip(x, 0, None).max()) + 1 if x.size else 0)
    ones = jnp().ones(x.shape, int) if weights is None else asarray(weights)
    return jnp().zeros(length, ones.dtype).at[jnp().clip(x, 0, None)].add(ones)


def max_of(a, b):
    return a if a > b else b


@arranging
def repeat(a, repeats, axis=None, *, total_repeat_length=None, out_sharding=None):
    """Each entry several times; total_repeat_length, which jit must know where repeats is traced, cuts off or repeats the last."""
    if total_repeat_length is None:
        return face(np.repeat, "keep 0", "repeat")(a, repeats, axis=axis)
    a, repeats = asarray(a), asarray(repeats)
    if axis is None:
        a, axis = a.ravel(), 0
    repeats = jnp().broadcast_to(repeats, (a.shape[axis],))
    ends = jnp().cumsum(repeats)
    at = jnp().searchsorted(ends, jnp().arange(total_repeat_length), side="right")
    return take(a, at, axis=axis, mode="clip")


# ------------------------------------------------------------------------------------------------ shapes, order
@arranging
def reshape(a, shape, order="C", *, copy=None, out_sharding=None):
    """a in another shape of as many entries (one length may be -1). TypeError, as in jax, if they are not as many."""
    return face(np.reshape, "keep 0", "reshape")(a, shape_for(shape, "reshape"), order=order)


def broadcast_arrays(*args):
    """Arrays in their common shape, each in its own dtype, a list."""
    pairs = [described(a) for a in args]
    found = face(np.broadcast_arrays, "list", "broadcast_arrays")(*args)
    return [wrap(raw(v), weak) for v, (_, weak) in zip(found, pairs, strict=True)]


def size(a, axis=None):
    """How many elements there are, along one axis, several, or all."""
    shape = np.shape(a)
    axes = range(len(shape)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, len(shape))
    return math.prod([shape[i] for i in axes])


@arranging
def swapaxes(a, axis1, axis2):
    return face(np.swapaxes, "keep 0", "swapaxes")(a, int(axis1), int(axis2))


def triangle(name):
    f = face(getattr(np, name), "keep 0", name)

    def call(m, k=0):
        if np.ndim(m) < 2:
            raise ValueError(f"{name}: takes an array of two axes or more, got shape {np.shape(m)}")
        return f(m, k)

    call.__name__, call.__doc__ = name, f.__doc__
    return call


tril, triu = triangle("tril"), triangle("triu")


def tri(N, M=None, k=0, dtype=None):  # noqa: N803
    """Ones on and below a diagonal; float32 unless asked for."""
    return face(np.tri, "keep", "tri")(N, M, k, dtype=dtype or np.float32)


def sort(a, axis=-1, *, kind=None, order=None, stable=True, descending=False):
    """Values in order."""
    refuse_old("sort", kind, order)
    out = face(np.sort, "keep 0", "sort")(a, axis=axis)
    return jnp().flip(out, 0 if axis is None else axis) if descending else out


def argsort(a, axis=-1, *, kind=None, order=None, stable=True, descending=False, dtype=None):
    """Indices that sort, in the dtype asked for; equal ones stay in their order, also descending."""
    refuse_old("argsort", kind, order)
    a = asarray(a)
    if axis is None:
        a, axis = a.ravel(), 0
    if not -a.ndim <= axis < a.ndim:
        raise ValueError(f"axis {axis} is out of bounds for array of dimension {a.ndim}")
    if descending:
        found = a.shape[axis] - 1 - jnp().flip(argsort(jnp().flip(a, axis), axis), axis)
    else:
        found = face(np.argsort, "keep 0", "argsort")(a, axis=axis, kind="stable")
    return found if dtype is None else asarray(found, dtype)


def refuse_old(name, kind, order):
    """TypeError for what jax has no meaning for."""
    for word, value in (("kind", kind), ("order", order)):
        if value is not None:
            raise TypeError(f"'{word}' argument to {name} is not supported; stable=True or False says which sort.")


def argpartition(a, kth, axis=-1):
    """Indices that put the kth smallest in its place, those below in front of it."""
    return face(np.argpartition, "keep 0", "argpartition")(a, kth, axis).astype("int32")


def ix_(*args):
    """Vectors of indices as arrays that broadcast to the grid of them."""
    found = [asarray(a) for a in args]
    for i, a in enumerate(found):
        if a.ndim != 1:
            raise ValueError(f"Arguments to jax.numpy.ix_ must be 1-dimensional, got shape {a.shape}")
        if a.dtype.kind == "b":
            raise NotImplementedError(
                "Boolean arguments to jax.numpy.ix_ are not implemented; take jnp.nonzero's indices"
            )
        found[i] = a.reshape([-1 if k == i else 1 for k in range(len(args))])
    return tuple(found)


def split_along(name, least):
    """One of the splits along a fixed axis: IndexError, as in jax, for an array that has it not."""
    f = face(getattr(np, name), "keep 0", name)

    def call(ary, indices_or_sections):
        if np.ndim(ary) < least:
            raise IndexError(f"{name}: takes an array of {least} axes or more, got shape {np.shape(ary)}")
        return f(ary, indices_or_sections)

    call.__name__, call.__doc__ = name, f.__doc__
    return call


hsplit, vsplit, dsplit = map(split_along, ("hsplit", "vsplit", "dsplit"), (1, 1, 3))


def lexsort(keys, axis=-1):
    return face(np.lexsort, "keep", "lexsort")(tuple([*map(asarray, keys)]), axis)


def diff(a, n=1, axis=-1, prepend=None, append=None):
    """Differences along an axis; what is put before and behind takes a's dtype if it is a Python number."""
    a = asarray(a)
    ends = {k: v for k, v in (("prepend", prepend), ("append", append)) if v is not None}
    dtype, weak = joined(described(a), *map(described, ends.values()))
    ends = {k: asarray(v, dtype) for k, v in ends.items()}
    return DIFF(wrap(raw(a.astype(dtype)), weak), n, axis, **ends)


DIFF = face(np.diff, "keep 0", "diff")


def ediff1d(ary, to_end=None, to_begin=None):
    """Differences of neighbours in flattened order, with what is put before and behind; weak only alone."""
    out = EDIFF1D(ary, to_end, to_begin)
    return out if to_end is None and to_begin is None else wrap(raw(out))


EDIFF1D = face(np.ediff1d, "keep 0", "ediff1d")


def searchsorted(a, v, side="left", sorter=None, *, method="scan"):
    return face(np.searchsorted, "promote 0 1", "searchsorted")(a, v, side=side, sorter=sorter).astype("int32")


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    if described(x)[0].kind not in "fc":
        return asarray(x)
    return face(np.nan_to_num, "promote 0", "nan_to_num")(x, nan=nan, posinf=posinf, neginf=neginf)


@arranging
def take_along_axis(arr, indices, axis=-1, mode=None, fill_value=None, *, wrap_negative_indices=None):
    """Entries by an index for each place along an axis; beyond it as in `take`."""
    arr, indices = asarray(arr), asarray(indices)
    if axis is None:
        arr, axis = arr.ravel(), 0
    v, whole = inside_of(raw(indices), arr.shape[axis], wrap_negative_indices is not False)
    out = TAKE_ALONG(arr, wrap(clamped(v, arr.shape[axis])), axis)
    if whole is True or mode == "clip":
        return out
    return where(wrap(whole), out, asarray(fill_of(arr.dtype) if fill_value is None else fill_value, arr.dtype))


TAKE_ALONG = face(np.take_along_axis, "keep 0")


def histogram(a, bins=10, range=None, weights=None, density=None):
    """(how much falls into each bin, the edges of the bins)."""
    a = asarray(a)
    counts, edges = face(np.histogram, "keep 0")(a, bins, range=range, weights=weights, density=density)
    dtype = inexact(edges.dtype if np.ndim(bins) else joined(*[described(v) for v in (a, weights) if v is not None])[0])
    return counts.astype(dtype), edges.astype(inexact(edges.dtype if np.ndim(bins) else a.dtype))


def histogramdd(sample, bins=10, range=None, weights=None, density=None):
    """(how much falls into each bin of several axes, the edges of the bins along each)."""
    sample = asarray(sample)
    counts, edges = face(np.histogramdd, "keep 0")(sample, bins, range=range, weights=weights, density=density)
    dtype = np.zeros((), inexact(joined(*[described(v) for v in (sample, weights) if v is not None])[0])).real.dtype
    return counts.astype(dtype), [e.astype(inexact(sample.dtype)) for e in edges]


def histogram2d(x, y, bins=10, range=None, weights=None, density=None):
    """(how much falls into each bin of x and y, the edges along x, those along y)."""
    if np.ndim(bins) == 1 and len(bins) not in (1, 2):
        bins = [bins, bins]
    counts, (by_x, by_y) = histogramdd(jnp().stack([asarray(x), asarray(y)], -1), bins, range, weights, density)
    return counts, by_x, by_y


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges of the bins."""
    a = asarray(a)
    edges = face(np.histogram_bin_edges, "keep 0")(a, bins, range)
    return edges if np.ndim(bins) else edges.astype(inexact(a.dtype))


def choose(a, choices, out=None, mode="raise"):
    refuse_out("choose", out)
    if mode == "raise":
        known = np.asarray(asarray(a))
        if np.any((known < 0) | (known >= len(choices))):
            raise ValueError("invalid entry in choice array; mode='clip' or 'wrap' takes it")
    choices, _ = promoted("choose", choices if isinstance(choices, (list, tuple)) else list(choices), "promote")
    return face(np.choose, "keep", "choose")(a, [*map(asarray, choices)], mode="clip" if mode == "raise" else mode)


# ------------------------------------------------------------------------------------------------ the new array of in-place functions
def refuse_in_place(name, inplace, error=ValueError):
    if inplace:
        raise error(f"jax.numpy.{name} cannot work in place: pass inplace=False, and take the result")


def repeated(values, n):
    """The values, one after another, n of them, from the first one on again."""
    return values if not values.ndim or values.size == n else jnp().resize(values, (n,))


def put(a, ind, v, mode=None, *, inplace=True):
    """a with v at indices into its flattened form; beyond its ends they are dropped, or meant as `mode` says ("clip", "wrap")."""
    refuse_in_place("put", inplace)
    a, at, v = asarray(a), asarray(ind).ravel(), asarray(v).ravel()
    if mode not in (None, "clip", "wrap"):
        raise (NotImplementedError if mode == "raise" else ValueError)(
            f"mode should be one of 'wrap' or 'clip'; got {mode=}"
        )
    if not a.size or not at.size or not v.size:
        return a
    if mode is not None:
        at = jnp().clip(at, 0, a.size - 1) if mode == "clip" else at % a.size
    return a.ravel().at[at].set(repeated(v, at.size), mode="drop").reshape(a.shape)


def place(arr, mask, vals, *, inplace=True):
    """arr with the values, one after another, where the mask holds."""
    refuse_in_place("place", inplace)
    arr, mask, vals = asarray(arr), asarray(mask).ravel(), asarray(vals).ravel()
    if arr.size != mask.size:
        raise ValueError(f"place: arr and mask must be the same size, got {arr.size} and {mask.size}")
    if not vals.size:
        raise ValueError("Cannot place values from an empty array")
    at = nonzero(mask, size=mask.size, fill_value=mask.size)[0]
    return arr.ravel().at[at].set(repeated(vals, at.size), mode="drop").reshape(arr.shape) if arr.size else arr


def put_along_axis(arr, indices, values, axis, inplace=True, *, mode=None):
    """arr with values at an index for each place along an axis; `mode` as in `arr.at[...].set`."""
    refuse_in_place("put_along_axis", inplace)
    arr, indices, values = asarray(arr), asarray(indices), asarray(values)
    flat, axis = (arr.ravel(), 0) if axis is None else (arr, axis)
    if flat.ndim != indices.ndim:
        raise ValueError(f"put_along_axis: 'arr' and 'indices' must have same ndim, got {flat.ndim} and {indices.ndim}")
    values = jnp().broadcast_to(values, indices.shape)
    places = jnp().ogrid[tuple([slice(n) for n in flat.shape])] if flat.ndim > 1 else [None]
    at = [indices if d == axis % flat.ndim else p for d, p in enumerate(places)]
    return flat.at[tuple(at)].set(values, mode=mode).reshape(arr.shape)


def fill_diagonal(a, val, wrap=False, *, inplace=True):
    """a with val, or its entries one after another, on the diagonal."""
    refuse_in_place("fill_diagonal", inplace, NotImplementedError)
    if wrap:
        raise NotImplementedError("wrap=True is not implemented, must use wrap=False")
    a, val = asarray(a), asarray(val)
    if a.ndim < 2 or a.ndim > 2 and len({*a.shape}) > 1:
        raise ValueError(f"fill_diagonal: takes two axes, or more of one length; got shape {a.shape}")
    n = min(a.shape)
    return a.at[(np.arange(n),) * a.ndim].set(repeated(val.ravel(), n) if val.ndim else val)


# ------------------------------------------------------------------------------------------------ functions of functions
def vectorize(pyfunc, *, excluded=frozenset(), signature=None):
    """A function of the core arrays that `signature` ("(m,n),(n)->(m)") names, mapped over the axes in front of them.

    >>> import funcgrad.jax.numpy as jnp
    >>> jnp.vectorize(jnp.dot, signature="(n),(n)->()")(jnp.ones((2, 3)), jnp.ones(3))
    Array([3., 3.], dtype=float32)
    """

    @functools.wraps(pyfunc)
    def call(*args, **kwargs):
        from ..transforms import vmap

        mapped = [i for i in range(len(args)) if i not in excluded]
        f = pyfunc
        if kwargs or len(mapped) < len(args):

            def f(*some):
                whole = list(args)
                for i, v in zip(mapped, some, strict=True):
                    whole[i] = v
                return pyfunc(*whole, **kwargs)

        values = [asarray(args[i]) for i in mapped]
        core = [0] * len(values)
        if signature is not None:
            core = [len([n for n in part.split(",") if n]) for part in operands_of(signature)]
        lead = [v.shape[: v.ndim - k] for v, k in zip(values, core, strict=True)]
        shape = np.broadcast_shapes(*lead)
        squeezed = []
        for v, own in zip(values, lead, strict=True):
            kept = [n for n in own if n != 1]
            squeezed.append(v.reshape((*kept, *v.shape[len(own) :])))
        for d in reversed(range(len(shape))):
            back = len(shape) - d  # how far from the core axes
            axes = [0 if len(own) >= back and own[-back] != 1 else None for own in lead]
            if any(a is not None for a in axes):
                f = vmap(f, in_axes=axes)
        out = f(*squeezed)
        gone = [
            d for d in range(len(shape)) if all(len(own) < len(shape) - d or own[d - len(shape)] == 1 for own in lead)
        ]
        if not gone:
            return out
        return arrays.tree.map(lambda v: jnp().expand_dims(v, gone), out)

    return call


def operands_of(signature):
    import re

    return re.findall(r"\(([^()]*)\)", signature.replace(" ", "").partition("->")[0])


# ------------------------------------------------------------------------------------------------ dtypes
def finfo(dtype):
    """What a float dtype can hold."""
    if (dtype if isinstance(dtype, (str, type)) else getattr(dtype, "dtype", dtype)) == DTYPE:
        return bfloat16.finfo()
    return np.finfo(
        numpy_dtype(dtype) if isinstance(dtype, (str, type, np.dtype)) or isinstance(dtype, Scalar) else dtype.dtype
    )


def can_cast(from_, to, casting="safe"):
    known = isinstance(from_, (type, np.dtype, str))
    return np.can_cast(numpy_dtype(from_) if known else described(from_)[0], numpy_dtype(to), casting)
