"""What stands in the brackets of x[...], split as torch splits it."""

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.mutation import view as core_view
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from ..deprecations import deprecated
from ..errors import type_name
from ..graph import label as set_label
from ..payload import current
from ..rewriting import spelled
from ..tensor import Tensor
from .data import array_of, of_plain
from .elements import is_sequence
from .operands import BOOL, INT64, P, shape_of

INDICES = frozenset(map(np.dtype, (np.int64, np.int32, np.uint8, np.bool_)))  # dtypes of Tensors that may be indices
ALL = slice(None)
GETITEM = P["getitem"]


def out_of_bounds(i, dim, size):
    if not -(2**63) <= i < 2**63:
        return ValueError("Overflow when unpacking long long")
    return IndexError(f"index {i} is out of bounds for dimension {dim} with size {size}")


def array_out_of_bounds(i, dim, size):
    return out_of_bounds(i, dim, size) if size else IndexError("index is out of bounds for dimension with size 0")


def scalar_index():
    return IndexError(
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert "
        "a 0-dim tensor "
        "to a number"
    )


class Index:
    """An index as torch applies it: `basic`, a tuple for one view, which torch makes in so many `steps`, of which the last
    is called `name`; `found`, [(axis of the view, what it is indexed by)], out of which `finish` makes `arrays`, {axis: index
    array}; and `bytes`, the ranks of its masks that are of uint8."""

    __slots__ = ("basic", "name", "steps", "found", "arrays", "bytes")

    def __init__(self, shape, idx):
        alone = type(idx) is slice
        number = not shape and isinstance(idx, (int, np.integer)) and type(idx) is not bool
        idx = entries(idx)
        used = sum(map(entries_used, idx))
        if used > len(shape):
            if alone:
                plain_slice(idx[0])
                raise IndexError("slice() cannot be applied to a 0-dim tensor.")
            if number:
                raise out_of_bounds(idx[0], 0, 0) if idx[0] else scalar_index()
            raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
        self.basic, self.found, self.name, self.steps, self.bytes = [], [], "AliasBackward0", 0, ()
        dim = axis = 0  # of the Tensor, and of the view
        seen = False
        for place, i in enumerate(idx):
            i = entry(i)
            if i is Ellipsis:
                rest = 0 if seen else len(shape) - used
                seen = True
                self.basic += [ALL] * rest
                dim, axis = dim + rest, axis + rest
            elif isinstance(i, slice):
                i = plain_slice(i)
                self.basic.append(i)
                if alone or not is_whole(i, shape[dim]):
                    self.step("SliceBackward0")
                dim, axis = dim + 1, axis + 1
            elif i is None:
                self.basic.append(None)
                self.step("UnsqueezeBackward0")
                axis += 1
            elif type(i) is int:
                if not -shape[dim] <= i < shape[dim]:
                    raise out_of_bounds(i, place, shape[dim])
                self.basic.append(i)
                self.step("SelectBackward0")
                dim += 1
            elif type(i) is bool or is_mask(i) and not i.ndim:
                self.basic.append(None)
                self.step("UnsqueezeBackward0")
                self.found.append((axis, np.zeros(int(bool(i)), np.intp)))
                axis += 1
            else:
                rank = i.ndim if is_mask(i) else 1
                self.bytes += (rank,) if is_mask(i) and i.dtype.kind != "b" else ()
                self.basic += [ALL] * rank
                self.found.append((axis, i))
                dim, axis = dim + rank, axis + rank
        self.basic.append(Ellipsis)

    def step(self, name):
        self.name = name
        self.steps += 1

    def view(self, t):
        """The view that the basic part makes; t itself where it is the whole."""
        if self.found and not self.steps:
            return t
        basic = tuple(self.basic)
        out = core_view(t, GETITEM, idx=basic)
        if out.mark is not None:
            if self.steps > 1:
                spelled(out, self.name, step_by_step, basic)
            else:
                set_label(out, self.name, None)
        return out

    def finish(self, shape, warns=True):
        """Make `arrays` of what a view of this shape is indexed by; torch's errors where that cannot be, its warning of bytes."""
        for _, i in self.found:
            if isinstance(i, Handle) and i.owner.dtype(i) not in INDICES:
                raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        self.arrays = {}
        for axis, i in self.found:
            if not is_mask(i):
                self.arrays[axis] = i
                continue
            if i.dtype.kind != "b" and warns:
                deprecated("uint8")
            for k, (n, m) in enumerate(zip(i.shape, shape[axis:])):
                if n != m:
                    raise IndexError(
                        f"The shape of the mask {list(i.shape)} at index {k} does not match the shape of the indexed tensor "
                        f"{list(shape)} at index {axis + k}"
                    )
            self.arrays |= {axis + k: a for k, a in enumerate(np.nonzero(i))}

    def order(self, n):
        """(permutation of a view's n axes that brings the indexed ones to the front or None, axis where the result's
        indexed axes go)."""
        where = list(self.arrays)
        perm = (*where, *[k for k in range(n) if k not in self.arrays])
        together = where == list(range(where[0], where[0] + len(where)))
        return (None if perm == tuple(range(n)) else perm), (where[0] if together else 0)


def is_whole(s, n):
    """Does torch take this slice of a dimension of length n for nothing?"""
    return not s.start and (s.stop is None or s.stop >= n) and s.step in (None, 1)


def entries_used(i):
    """How many dimensions an entry takes, as torch counts them before it reads it."""
    if i is None or i is Ellipsis or i is True or i is False:
        return 0
    if isinstance(i, Handle) and (i.owner.dtype(i).kind == "b" or i.owner.dtype(i) == np.uint8):
        return len(i.owner.shape(i))
    return 1


def is_mask(i):
    """Is this entry an array of booleans, or of bytes, which are taken for some?"""
    return type(i) is np.ndarray and (i.dtype.kind == "b" or i.dtype == np.uint8)


def entries(idx):
    """The entries of an index; with torch's warning where another sequence stands for a tuple."""
    if isinstance(idx, tuple):
        return idx
    if means_tuple(idx):
        deprecated("sequence")
        return tuple(idx)
    return (idx,)


def means_tuple(idx):
    """Are the elements of a sequence the indices of several dimensions? In torch they are if it is short and one of them is no number."""
    if isinstance(idx, Handle) or type(idx) is np.ndarray or not is_sequence(idx):
        return False
    try:
        if len(idx) >= 32:
            return False
        elements = [idx[k] for k in range(len(idx))]
    except Exception:  # (of which torch thinks no further)
        return False
    return any([i is None or i is Ellipsis or isinstance(i, (slice, Handle)) or is_sequence(i) for i in elements])


def entry(i):
    """An entry as one of: int, slice, None, Ellipsis, bool, ndarray, Tensor of indices (which `finish` looks at), traced integer."""
    if i is None or i is Ellipsis or type(i) in (int, bool, slice):
        return i
    if isinstance(i, Handle):
        i = current(i) if isinstance(i, Tensor) else i
        d = i.owner.dtype(i)
        if d.kind == "b" or d == np.uint8:
            return np.asarray(concrete(i, "a boolean index"))
        if i.owner is TAPE and d.kind == "i":
            return i if i.val.shape else int(i.val)
        return i
    if isinstance(i, (int, np.integer)):
        return int(i)
    if is_sequence(i):
        return of_sequence(i)
    try:
        return i.__index__()
    except (AttributeError, TypeError):
        raise IndexError(
            f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {type_name(i)})"
        ) from None


def of_sequence(i):
    """A sequence of indices as an array of int64 (of a single one as an int), or of truth values."""
    a = of_plain(i, None)
    if a is None or a.dtype.kind not in "bi":
        from .elements import dtype_of as dtype_in

        d = dtype_in(i)
        a = array_of(i, d if d == BOOL or d == np.uint8 else INT64)
    return a if a.ndim or a.dtype != INT64 else int(a)


def plain_slice(s):
    """A slice with Python ints for bounds; ValueError for the steps torch has not."""
    parts = [p if p is None or type(p) is int else bound(p) for p in (s.start, s.stop, s.step)]
    if parts[2] is not None and parts[2] <= 0:
        raise ValueError("step must be greater than zero" if parts[2] else "slice step cannot be zero")
    return slice(*parts)


def bound(p):
    try:
        return p.__index__()
    except (AttributeError, TypeError) as error:
        if isinstance(p, Tensor):
            raise TypeError(str(error)) from None
        raise TypeError("slice indices must be integers or None or have an __index__ method") from None


def step_by_step(x, basic):
    """x[basic] as torch makes it: one view for each entry."""
    rest = len(shape_of(x)) - sum([i is not None for i in basic]) + 1
    before = ()
    for i in basic:
        if i is Ellipsis:
            before += (ALL,) * rest
            continue
        if not (isinstance(i, slice) and is_whole(i, shape_of(x)[len(before)])):
            name = (
                "UnsqueezeBackward0" if i is None else "SliceBackward0" if isinstance(i, slice) else "SelectBackward0"
            )
            x = core_view(x, GETITEM, idx=(*before, i, Ellipsis))
            set_label(x, name, None)
        if type(i) is not int:
            before += (ALL,)
    return x
