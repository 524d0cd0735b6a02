"""x[idx] = v for the commonest x, idx and v, where nothing records: NumPy writes, and the memory's version goes up; and x[idx], likewise.

Invariant: what NumPy and torch take differently (an int beside index arrays, masks of bytes, other dtypes) is not done here.
"""

import operator

import numpy as np

from funcgrad.core import state
from funcgrad.core.elementwise_layout import moved
from funcgrad.core.halves import among
from funcgrad.core.handle import Alias, fresh
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.core.site import site
from funcgrad.core.strides import contiguous_strides
from funcgrad.core.trace import TAPE

from .dtypes import LONG
from .tensor import Tensor

INT64, BOOL = np.dtype(np.int64), np.dtype(np.bool_)
ELLIPSIS = type(...)
ALL = slice(None)
ONLY_INTS = frozenset((int,))
shared, tls, running = state.shared, state.tls, state.running


def index_of(idx, alone):
    """(an index as NumPy takes it, does it hold an index array?), or None where it means something else there. `alone`: may nothing
    stand beside index arrays but others?"""
    if type(idx) is not tuple:
        idx = (idx,)
    entries, arrays, plain = [], False, True
    for i in idx:
        kind = type(i)
        if kind is Tensor:
            if i.alias is not None:
                fresh(i)
            if i.owner is not TAPE or not i.val.ndim:
                return None
            i = i.val
            if i.dtype is not INT64 and i.dtype is not BOOL:
                return None
            arrays = True
        elif kind is list and i and ONLY_INTS.issuperset(map(type, i)):
            i, arrays = np.array(i), True
        elif kind is slice:
            plain = False
            if i.step is not None and (type(i.step) is not int or i.step < 1):
                return None
        elif kind is int or kind is ELLIPSIS:
            plain = False
        else:
            return None
        entries.append(i)
    return None if arrays and alone and not plain else (tuple(entries), arrays)


def read_at(v, idx):
    """v[idx] for an index with index arrays in it, as torch means it; None where that is not plain. (NumPy counts an int beside index
    arrays as one of them; torch takes it first.)"""
    found = index_of(idx, False)
    if found is None or not found[1] or not v.flags.c_contiguous:
        return None
    entries = found[0]
    try:
        if len(entries) > 1 and int in map(type, entries):
            if any([type(i) is np.ndarray and i.dtype is BOOL and i.ndim > 1 for i in entries]):
                return None
            v = v[tuple([ALL if type(i) is np.ndarray else i for i in entries])]
            entries = tuple([ALL if type(i) is slice else i for i in entries if type(i) is not int])
        at = entries[0]
        whole = v.ndim > 1 and len(entries) == 1 and type(at) is np.ndarray and at.dtype is INT64 and len(v)
        out = v.take(at, 0) if whole else v[entries]  # (whole rows in less than half the time)
    except IndexError:  # (the slow road says why)
        return None
    return out if out.flags.c_contiguous and 1 not in out.shape else moved(out, contiguous_strides(out.shape))


def root_to_write(t):
    """The Tensor whose memory a write into t changes, where that is all there is to do; None where it is not."""
    if type(t) is not Tensor or t.owner is not TAPE or shared.staging or shared.halves and among((t.val,)):
        return None
    root = t
    if t.alias is not None:
        fresh(t)
        if type(t.alias) is not Alias or not t.val.flags.c_contiguous:
            return None
        root = t.alias.base
    if tls.grad and (t.mark is not None or root.mark is not None):
        return None
    return root


def source(v, root, dtype):
    """What is written at some places, as NumPy takes it: a number, or the array of a Tensor; None where there is more to it."""
    kind = type(v)
    if kind is Tensor:
        if v.alias is not None:
            fresh(v)
        if v.owner is not TAPE or v.val.dtype is not dtype or tls.grad and v.mark is not None:
            return None
        if v is root or v.store is not None and v.store is root.store:  # (they may share memory)
            return None
        return v.val
    if kind is bool:
        return v if dtype.kind == "b" else None
    whole = kind is int and dtype.kind in "fi" and LONG[0] <= v <= LONG[1]
    return (
        v
        if whole or kind is float and dtype.kind == "f" and (dtype.itemsize == 8 or -65504.0 <= v <= 65504.0)
        else None
    )


def changed(t, root, write, *args):
    """write(t's memory, *args), by a function that the user calls; False if the version of the memory does not count, or NumPy refuses
    (before anything is written; the slow road says why)."""
    store = root.versioned()
    if not store.counted and not tls.inference:
        return False
    if running:
        t.refuse(())
    token = enter(IGNORE)
    try:
        write(t.val, *args)
    except (ValueError, IndexError, OverflowError, TypeError):
        return False
    finally:
        leave(token)
    t.store = store
    store.version += 1
    store.changed = site(3)
    return True


def assigned(t, idx, v):
    """Write it if that is all there is to do; False if it is not."""
    root = root_to_write(t)
    if root is None:
        return False
    value = source(v, root, t.val.dtype)
    if value is None:
        return False
    found = index_of(idx, type(v) is Tensor)
    return found is not None and changed(t, root, operator.setitem, found[0], value)


def done_at_once(t, f, args, named):
    """t <- f(t, ...), by a method that the user calls, where that is all there is to do; False if it is not. (What f refuses is said by
    the slow road, in the words of torch's method.)"""
    root = root_to_write(t)
    if root is None or not t.val.flags.carray:
        return False
    v = t.val
    for a in (*args, *named.values()) if named else args:
        if isinstance(a, Tensor):
            w = a.val
            if a.owner is not TAPE or a.mark is not None and tls.grad or w is not v and np.may_share_memory(v, w):
                return False
        elif type(a) is not float and type(a) is not int:
            return False
    try:
        out = f(t, *args, **named)
    except (*state.MISFIT, RuntimeError):
        return False
    got = out.val
    return got.dtype is v.dtype and got.shape == v.shape and out.mark is None and changed(t, root, np.copyto, got)
