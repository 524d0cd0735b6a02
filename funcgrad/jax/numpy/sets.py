"""Sets of values, and where values lie, by jax's signatures: sizes that are static for jit, and hints that choose a method of XLA's."""

import numpy as np

from .. import arrays
from ..apply import face
from ..arrays import raw, wrap
from ..dtypes import PYTHON
from .changed import argsort, nonzero, unique, where
from .creation import asarray, refuse_out

jnp = arrays.jnp
BINS = ("compare_all", "scan", "scan_unrolled", "sort")
SEARCHES = ("compare_all", "binary_search", "sort", "auto")


def both(ar1, ar2):
    """Two arrays as vectors of one dtype."""
    ar1, ar2 = asarray(ar1), asarray(ar2)
    dtype = jnp().promote_types(ar1.dtype, ar2.dtype)
    return ar1.ravel().astype(dtype), ar2.ravel().astype(dtype)


def ordered(x):
    """(the order that sorts a vector, its values in that order, where each is the first of its equals)."""
    order = argsort(x)
    values = x[order]
    return order, values, jnp().concatenate([jnp().ones(min(1, x.size), bool), values[1:] != values[:-1]])


def chosen(values, there, size, fill):
    """(the values that are there, cut off or filled up to `size`, their places, how many there are). `fill` None: with the first."""
    at = nonzero(there, size=size)[0]
    found, count = values[at], there.sum()
    if fill is None:
        fill = where(count > 0, found[0], 0) if size else 0
    return where(jnp().arange(size) < count, found, asarray(fill, found.dtype)), at, count


def named(name):
    """One of the functions of unique values that give a named tuple; with `size`, as many as jit must know."""
    options = {"all": ("index", "inverse", "counts"), "counts": ("counts",), "inverse": ("inverse",), "values": ()}[
        name[7:]
    ]
    f = face(getattr(np, name), "keep 0", name)

    def call(x, /, *, size=None, fill_value=None):
        if type(x) not in PYTHON and not hasattr(x, "dtype"):
            raise TypeError(f"{name} requires ndarray or scalar arguments, got {type(x)} at position 0.")
        if size is None and not options:
            return unique(x, equal_nan=False)  # (NumPy's are in no order)
        if size is None:
            found = f(x)
            return type(found)(found[0], *[wrap(raw(places)) for places in found[1:]])  # (which are not weak)
        found = unique(x, **{f"return_{k}": True for k in options}, equal_nan=False, size=size, fill_value=fill_value)
        return type(f(np.zeros(1)))(*found) if options else found

    call.__name__, call.__doc__ = name, named.__doc__
    return call


unique_all, unique_counts, unique_inverse, unique_values = map(
    named, ("unique_all", "unique_counts", "unique_inverse", "unique_values")
)


def union1d(ar1, ar2, *, size=None, fill_value=None):
    """The different values of both, in order."""
    if size is None:
        return face(np.union1d, "merge 0 1", "union1d")(ar1, ar2)
    return unique(jnp().concatenate(both(ar1, ar2)), size=size, fill_value=fill_value)


def intersect1d(ar1, ar2, assume_unique=False, return_indices=False, *, size=None, fill_value=None):
    """The values that are in both, in order; with their indices where asked for (behind the end for what is filled up)."""
    if size is None:
        found = face(np.intersect1d, "merge 0 1", "intersect1d")(ar1, ar2, assume_unique, return_indices)
        return (found[0], *[wrap(raw(places)) for places in found[1:]]) if return_indices else found
    x, y = both(ar1, ar2)
    order, values, first = ordered(x)
    found, at, count = chosen(values, first & jnp().isin(values, y), size, fill_value)
    if not return_indices:
        return found
    known = jnp().arange(size) < count
    return found, where(known, order[at], x.size), where(known, jnp().argmax(y[None] == found[:, None], axis=1), y.size)


def setxor1d(ar1, ar2, assume_unique=False, *, size=None, fill_value=None):
    """The values that are in one of both alone, in order."""
    if size is None:
        return face(np.setxor1d, "merge 0 1", "setxor1d")(ar1, ar2, assume_unique)
    x, y = both(ar1, ar2)
    _, values, first = ordered(jnp().concatenate([x, y]))
    return chosen(values, first & (jnp().isin(values, x) ^ jnp().isin(values, y)), size, fill_value)[0]


def setdiff1d(ar1, ar2, assume_unique=False, *, size=None, fill_value=None):
    """What of ar1 is not in ar2, in ar1's dtype."""
    ar1 = asarray(ar1).ravel()
    if size is None:
        ar1 = ar1 if assume_unique else unique(ar1)
        return ar1[~jnp().isin(ar1, ar2)]
    _, values, first = (None, ar1, True) if assume_unique else ordered(ar1)
    return chosen(values, first & ~jnp().isin(values, ar2), size, 0 if fill_value is None else fill_value)[0]


def extract(condition, arr, *, size=None, fill_value=0):
    """The elements of arr where the condition holds."""
    if size is None:
        return compress(asarray(condition).ravel(), asarray(arr).ravel())
    arr = asarray(arr).ravel()
    if not 0 < size <= arr.size:
        raise ValueError(
            f"size must be positive and not greater than the size of the array axis; got {size=} for a.shape[axis]={arr.size}"
        )
    return chosen(arr, asarray(condition).ravel() != 0, size, fill_value)[0]


def isin(element, test_elements, assume_unique=False, invert=False, *, method="auto"):
    """Is each element among the others? Every `method` gives the same."""
    if method not in SEARCHES:
        raise ValueError(
            f"{method=} is not implemented; options are 'compare_all', 'binary_search', 'sort', and 'auto'"
        )
    return face(np.isin, "promote 0 1", "isin")(element, test_elements, assume_unique=assume_unique, invert=invert)


def digitize(x, bins, right=False, *, method=None):
    """The number of the bin that each value is in. Every `method` gives the same."""
    if method is not None and method not in BINS:
        raise ValueError(f"invalid argument {method=}, expected one of {list(BINS)}")
    return face(np.digitize, "promote 0 1", "digitize")(x, bins, right).astype("int32")


def compress(condition, a, axis=None, *, size=None, fill_value=0, out=None):
    """The entries along an axis where the condition holds; `size`: how many, as jit must know, filled up with fill_value."""
    refuse_out("compress", out)
    if isinstance(condition, (list, tuple)):
        raise TypeError(f"compress requires ndarray or scalar arguments, got {type(condition)} at position 0.")
    a, there = asarray(a), asarray(condition).ravel() != 0
    if axis is None:
        a, axis = a.ravel(), 0
    if size is None:
        if not isinstance(there, arrays.Tracer) and there[a.shape[axis] :].any():
            raise ValueError(
                f"compress: the condition holds at places behind the {a.shape[axis]} entries along axis {axis}"
            )
        return COMPRESS(a, there[: a.shape[axis]], axis)
    if not 0 < size <= a.shape[axis]:
        raise ValueError(
            f"size must be positive and not greater than the size of the array axis; got {size=} for a.shape[axis]={a.shape[axis]}"
        )
    there = there[: a.shape[axis]]
    at = nonzero(there, size=size)[0]
    known = jnp().arange(size) < there.sum()
    known = known.reshape([-1 if i == axis % a.ndim else 1 for i in range(a.ndim)])
    return where(known, jnp().take(a, at, axis), asarray(fill_value, a.dtype))


COMPRESS = face(lambda a, there, axis: np.compress(there, a, axis), "keep 0", "compress")


def mask_indices(n, mask_func, k=0, *, size=None):
    """The indices where a mask of n by n, made by mask_func, holds; `size` as in `nonzero`."""
    return nonzero(mask_func(jnp().ones((n, n)), k), size=size)


def ravel_multi_index(multi_index, dims, mode="raise", order="C", *, dtype=None):
    """Indices into an array of these lengths as numbers into its flattened form; beyond its ends an error, or as `mode` says."""
    if len(multi_index) != len(dims):
        raise ValueError(f"len(multi_index)={len(multi_index)} != len(dims)={len(dims)}")
    if mode not in ("raise", "clip", "wrap"):
        raise ValueError(f"invalid mode={mode!r}. Expected 'raise', 'wrap', or 'clip'")
    if order not in ("C", "F"):
        raise ValueError(f"invalid order={order!r}. Expected 'C' or 'F'")
    out, step = 0, 1
    for i, n in list(zip(multi_index, dims, strict=True))[:: -1 if order == "C" else 1]:
        i = asarray(i)
        if mode == "raise" and np.any((np.asarray(i) < 0) | (np.asarray(i) >= n)):
            raise ValueError(
                "invalid entry in coordinates array. To use ravel_multi_index() in a JIT context, use mode='wrap' or 'clip'"
            )
        i = jnp().clip(i, 0, n - 1) if mode == "clip" else i % n if mode == "wrap" else i
        out, step = out + i * step, step * n
    return out if dtype is None else asarray(out, dtype)


def polyval(p, x, *, unroll=16):
    """The polynomial with coefficients p at x, by Horner's rule; `unroll`, of XLA's loop, changes nothing."""
    return face(np.polyval, "promote 0 1", "polyval")(p, x)
