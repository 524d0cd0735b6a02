"""x[i], x[i] = v and their kin, for every index NumPy takes, over the indexing primitives.

An index is split into a basic index (a view: slices, integers, None), a transpose that brings the axes indexed by arrays
to the front, and a gather; writing walks the same views and scatters. Invariant: an index is checked as NumPy checks it
before anything is written, and the params of a primitive hold ints and slices of ints, never boxes that may change.
"""

import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.handle import Array, Handle, same_view
from ..core.mutation import view, write
from ..core.primitive import PRIMITIVES
from ..errors import ConcretizationError, ShapeError
from .arguments import as_array, holds_handle, joined, operand
from .concrete import NONE, concrete, plain

P = PRIMITIVES
PARTS = (int, type(None))


# ------------------------------------------------------------------------------------------------ basic indices
def is_basic(i):
    """Is this entry of an index an integer, a slice, None or Ellipsis?"""
    return (isinstance(i, (int, slice, np.integer)) and not isinstance(i, bool)) or i is None or i is Ellipsis


def as_tuple(idx):
    return idx if type(idx) is tuple else (idx,)


def basic(idx):
    """An index of integers, slices, None and Ellipsis in plain form; None if it has other entries."""
    for i in idx:
        kind = type(i)
        if kind is slice:
            if type(i.start) not in PARTS or type(i.stop) not in PARTS or type(i.step) not in PARTS:
                return simplified(idx)
        elif kind is not int and i is not None and i is not Ellipsis:
            return simplified(idx)
    return idx


def simplified(idx):
    """`basic`, for entries that only stand for integers: NumPy's, 0-d arrays, boxes."""
    out = []
    for i in idx:
        if isinstance(i, slice):
            i = slice(*[p if type(p) in PARTS else operator.index(p) for p in (i.start, i.stop, i.step)])
        elif isinstance(i, (Handle, np.ndarray)):
            v = plain(i)
            if v is NONE or np.ndim(v) or np.asarray(v).dtype.kind not in "iu":
                return None
            i = int(v)
        elif isinstance(i, np.integer):
            i = int(i)
        elif not is_basic(i):
            return None
        out.append(i)
    return tuple(out)


def getitem(x, idx):
    """x[idx]: a view for a basic index, else a copy."""
    idx = as_tuple(idx)
    flat = basic(idx)
    if flat is None:
        return advanced(x, idx)
    if len(flat) == len(x.shape):  # NumPy: one number read is a copy, anything else a view
        for i in flat:
            if type(i) is not int:
                break
        else:
            return P["getitem"](x, idx=flat)
    return view(x, P["getitem"], idx=flat)


def setitem(x, idx, v):
    """x[idx] = v."""
    idx = as_tuple(idx)
    flat = basic(idx)
    if flat is None:
        set_advanced(x, idx, v)
    elif not same_view(x, flat, v):
        write(x, P["put"], value(v), idx=flat)


def value(v):
    """What is assigned, as an operand."""
    return v if isinstance(v, (Handle, np.ndarray, int, float, complex)) else operand(v)


# ------------------------------------------------------------------------------------------------ indices with arrays in them
class Steps:
    """An index with arrays in it: the basic index before, the axes then brought to the front, and the arrays.

    `adv_ndim`: axes that the arrays broadcast to; `front`: where in the result these axes stand.
    """

    __slots__ = ("basic", "perm", "arrays", "adv_ndim", "front")


def entry(i):
    """An entry of an index that is no basic one, as an integer or boolean array or traced integers."""
    if isinstance(i, Handle):
        v = plain(i)
        if v is NONE:
            kind = i.dtype.kind
            if kind not in "iub":
                bad_entry(i.dtype)
            return known_mask(i) if kind == "b" else i
        i = v
    elif holds_handle(i):
        return entry(joined(i))
    a = np.asarray(i)
    if a.size == 0 and a.dtype.kind == "f" and not isinstance(i, np.ndarray):
        a = a.astype(np.intp)  # x[[]]
    return a if a.dtype.kind in "iub" else bad_entry(a.dtype)


def bad_entry(dtype):
    raise IndexError(
        f"only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
        f"indices; got an array of {dtype}."
    )


def known_mask(i):
    try:
        return np.asarray(concrete(i, "a boolean index"))
    except ConcretizationError as error:
        raise type(error)(
            f"{error} A boolean index gives a result of unknown shape here: use np.where(mask, a, b), or assign a single "
            "value."
        ) from None


def expanded(shape, idx):
    """[(new, entry)]: one entry an axis, slices, None, and arrays of integers (masks are their nonzero positions).

    `new`: the array indexes an axis of its own, of size 1: what a 0-d mask does, which takes one or no entry of it.
    """
    entries = [i if is_basic(i) else entry(i) for i in idx]
    used = sum(
        0 if i is None or i is Ellipsis else dtype_of(i).kind == "b" and len(shape_of(i)) if is_array(i) else 1
        for i in entries
    )
    used += sum(1 for i in entries if is_array(i) and dtype_of(i).kind != "b")
    dots = [k for k, i in enumerate(entries) if i is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    if used > len(shape):
        raise IndexError(f"too many indices for array: array is {len(shape)}-dimensional, but {used} were indexed")
    at = dots[0] if dots else len(entries)
    entries[at : at + 1] = [slice(None)] * (len(shape) - used)
    out, axis = [], 0
    for i in entries:
        if i is None:
            out.append((False, i))
            continue
        if not is_array(i) or dtype_of(i).kind != "b":
            # beside arrays, integers are arrays too
            out.append((False, np.asarray(i) if isinstance(i, (int, np.integer)) else i))
            axis += 1
            continue
        if i.ndim == 0:
            out.append((True, np.zeros(int(i), np.intp)))
            continue
        for d, (k, n) in enumerate(zip(i.shape, shape[axis:], strict=False)):
            if k != n:
                raise IndexError(
                    f"boolean index did not match indexed array along axis {axis + d}; size of axis is {n} but size of "
                    f"corresponding boolean axis is {k}"
                )
        out += [(False, a) for a in np.nonzero(i)]
        axis += i.ndim
    return out


def is_array(i):
    return isinstance(i, (Handle, np.ndarray))


def steps_of(shape, idx):
    """Split an index that holds arrays."""
    s = Steps()
    basics, where, arrays = [], [], []
    for new, i in expanded(shape, idx):
        if is_array(i):
            where.append(len(basics))
            arrays.append(i)
            i = None if new else slice(None)
        basics.append(i)
    n = len(basics)
    s.basic = None if all(isinstance(i, slice) and i == slice(None) for i in basics) else tuple(basics)
    perm = (*where, *[k for k in range(n) if k not in where])
    s.perm = None if perm == tuple(range(n)) else perm
    s.arrays = arrays
    try:
        s.adv_ndim = len(np.broadcast_shapes(*map(shape_of, arrays)))
    except ValueError:
        raise IndexError(
            "shape mismatch: indexing arrays could not be broadcast together with shapes "
            + " ".join(str(shape_of(a)) for a in arrays)
        ) from None
    s.front = where[0] if where == list(range(where[0], where[0] + len(where))) else 0
    return s


def wrap_negative(arrays, shape):
    """Index arrays with negative entries counted from the end, and out-of-range ones refused as NumPy does."""
    out = []
    for axis, (a, k) in enumerate(zip(arrays, shape, strict=False)):
        if isinstance(a, Handle):
            a = P["where"](P["less"](a, 0), P["add"](a, k), a)
        elif a.size and not (a.dtype == np.intp and a.view(np.uintp).max() < k):  # unsigned, negative ones are large
            if a.max() >= k or a.min() < -k:
                bad = a[(a >= k) | (a < -k)].flat[0]
                raise IndexError(f"index {bad} is out of bounds for axis {axis} with size {k}")
            a = np.where(a < 0, a + k, a) if a.min() < 0 else a
        out.append(a)
    return out


def advanced(x, idx):
    """x[idx] for an index with arrays in it: a copy."""
    idx, shape = as_tuple(idx), shape_of(x)
    if (
        len(idx) == 1 and shape and type(idx[0]) is np.ndarray and idx[0].dtype.kind == "i"
    ):  # the usual case, made short
        return P["gather"](x, *wrap_negative(idx, shape))
    s = steps_of(shape, idx)
    v = x if s.basic is None else P["getitem"](x, idx=s.basic)
    if s.perm is not None:
        v = P["transpose"](v, perm=s.perm)
    out = P["gather"](v, *wrap_negative(s.arrays, shape_of(v)))
    if s.front:
        k, n = s.adv_ndim, len(shape_of(out))
        rest = list(range(k, n))
        out = P["transpose"](out, perm=(*rest[: s.front], *range(k), *rest[s.front :]))
    return out


# ------------------------------------------------------------------------------------------------ writing
def set_advanced(x, idx, v):
    """x[idx] = v for an index with arrays in it."""
    v = value(v)
    mask = mask_of(x, idx)
    if mask is not None and shape_of(v) == ():
        write(x, P["copy"], P["where"](mask, v, x))
    else:
        scatter_through(x, idx, v, "scatter_set")


def mask_of(x, idx):
    """The one traced mask that idx is, if it is one of x's leading shape."""
    if len(idx) == 1 and isinstance(idx[0], Handle) and idx[0].dtype.kind == "b" and plain(idx[0]) is NONE:
        m = idx[0]
        if x.shape[: len(m.shape)] == m.shape:
            return P["reshape"](m, shape=m.shape + (1,) * (len(x.shape) - len(m.shape)))
    return None


def scatter_through(x, idx, v, kind):
    """Write v through the views that an index stands for with one of the scatters."""
    s = steps_of(x.shape, as_tuple(idx))
    w = x if s.basic is None else view(x, P["getitem"], idx=s.basic)
    if s.perm is not None:
        w = view(w, P["transpose"], perm=s.perm)
    arrays = wrap_negative(s.arrays, shape_of(w))
    k = s.adv_ndim
    rest = shape_of(w)[len(arrays) :]
    target = (*rest[: s.front], *np.broadcast_shapes(*map(shape_of, arrays)), *rest[s.front :])
    shape = shape_of(v)
    while len(shape) > len(target) and shape[0] == 1:
        v = P["reshape"](v, shape=shape[1:])
        shape = shape[1:]
    if not fits(shape, target):
        raise ShapeError(
            f"shape mismatch: value array of shape {shape} could not be broadcast to indexing result of shape {target}"
        )
    if s.front and shape:
        if len(shape) < len(target):
            v = P["reshape"](v, shape=(1,) * (len(target) - len(shape)) + shape)
        v = P["transpose"](v, perm=(*range(s.front, s.front + k), *range(s.front), *range(s.front + k, len(target))))
    write(w, P[kind], v, *arrays)


def fits(shape, target):
    """Can a value of this shape be broadcast into the target?"""
    try:
        return np.broadcast_shapes(target, shape) == target
    except ValueError:
        return False


def assign(x, v):
    """x[...] = v."""
    write(x, P["copy"], value(v))


# ------------------------------------------------------------------------------------------------ x.flat
class Flat:
    """x.flat: the elements of an array in C order, to read, iterate over and assign to."""

    __slots__ = ("base",)

    def __init__(self, base):
        self.base = base

    def __len__(self):
        return self.base.size

    def __iter__(self):
        return iter(self.base.reshape(-1))

    def __getitem__(self, i):
        out = self.base.reshape(-1)[i]
        return out.copy() if isinstance(out, Handle) else out

    def __setitem__(self, i, v):
        positions = np.arange(self.base.size)[i]
        v = as_array(value(v))
        if shape_of(v) and np.ndim(positions):  # NumPy repeats what is too short, and drops what is too long
            v = np.resize(v, np.shape(positions))
        elif shape_of(v):
            v = v.reshape(-1)[0]
        self.base[np.unravel_index(positions, self.base.shape)] = v

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.base.reshape(-1), dtype, copy=copy)

    def copy(self):
        """The elements as a new vector."""
        return self.base.flatten()


def install():
    Array.__getitem__ = getitem
    Array.__setitem__ = setitem
    Array.flat = property(Flat, lambda x, v: Flat(x).__setitem__(slice(None), v))


__all__ = ["Flat", "advanced", "assign", "basic", "getitem", "install", "is_basic", "set_advanced", "setitem"]
