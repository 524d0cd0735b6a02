"""t.mul_(w) and its kin, where t is recorded: what the out-of-place operation records of a new Tensor becomes t's.

Invariant: nothing has been done where this says so, so that the general road (functions/writing.py) can check, write and refuse.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Frozen, Store, fresh
from funcgrad.core.mutation import put_in, taken_over
from funcgrad.core.site import site
from funcgrad.core.trace import TAPE

from .dtypes import LONG
from .tensor import Tensor
from .unrecorded_writes import index_of

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
WHOLE = (...,)
BOUNDS = frozenset((int, type(None)))  # types of plain bounds of slices
MISFIT = (*state.MISFIT, RuntimeError)
shared, tls, running = state.shared, state.tls, state.running


def may_be_written(t):
    """Is t a Tensor of floats in C order over NumPy memory, no view and no leaf with a gradient, for whose history somebody asks?"""
    if not tls.grad or t.alias is not None or t.owner is not TAPE or shared.staging or running:
        return False
    old = t.mark
    if old is not None and (
        old.plan is None or t.of_function is not None
    ):  # (what a Function gave back may be refused)
        return False
    v = t.val
    d = v.dtype
    flags = v.flags
    if d is not F32 and d is not F64 or not flags.c_contiguous or not flags.writeable:
        return False
    if t.store is None:
        t.store = Store()
    return t.store.counted


def apart(v, w):
    """Is it plain to see that two arrays share no memory?"""
    return w is not v and (v.base is w.base is None or not np.may_share_memory(v, w))


def recorded_at_once(f, t, *args, **named):
    """t <- f(t, *args) for the function f of one elementwise operation, by a method that the user calls, where t is no view and a node
    is made; False where that is not all there is to do. (What f refuses is said by the slow road, in the words of torch's method.)"""
    if (
        not tls.grad or t.alias is not None or t.owner is not TAPE or shared.staging or running
    ):  # (`may_be_written`, written out)
        return False
    old, v, store = t.mark, t.val, t.store
    tracked = 0
    if old is not None:
        if old.plan is None or t.of_function is not None:
            return False
        tracked = 1
    d, flags = v.dtype, v.flags
    if d is not F32 and d is not F64 or not flags.c_contiguous or not flags.writeable:
        return False
    if store is None:
        t.store = Store()
    elif not store.counted:
        return False
    for a in (*args, *named.values()) if named else args:
        if isinstance(a, Tensor):
            w = a.val
            if a.owner is not TAPE or w is v or not v.base is w.base is None and np.may_share_memory(v, w):
                return False
            if a.mark is not None:
                tracked += 1
        elif type(a) is not float and type(a) is not int and a is not None:
            return False
    if not tracked:
        return False
    try:
        h = f(t, *args, **named)
    except MISFIT:
        return False
    return taken_over(t, h, tracked)


def source(t, value):
    """What is written into t, as NumPy takes it: a number, or the array of a Tensor; None where there is more to it."""
    kind, v = type(value), t.val
    if kind is int:
        return value if LONG[0] <= value <= LONG[1] else None
    if kind is float:
        return value if v.dtype is F64 or -1e30 < value < 1e30 else None
    if kind is not Tensor or value.owner is not TAPE:
        return None
    if value.alias is not None:
        fresh(value)
    array = value.val
    return array if array.dtype is v.dtype and type(value.alias) is not Frozen and apart(v, array) else None


def assigned_at_once(t, idx, value):
    """t[idx] = value for a plain index of part of t, by an operator that the user calls, where that is recorded and no view; False where
    that is not all there is to do."""
    if not may_be_written(t) or t.mark is None and getattr(value, "mark", None) is None:
        return False
    v, array, found = t.val, source(t, value), index_of(idx, True)
    if array is None or found is None or found[1]:
        return False
    idx, dots = found[0], False
    for i in idx:
        if type(i) is slice:
            if type(i.start) not in BOUNDS or type(i.stop) not in BOUNDS:
                return False
        elif i is ...:
            dots = True
    if not dots:
        idx = (*idx, ...)
    try:
        part = v[idx]
    except IndexError:
        return False
    if part.shape == v.shape:
        return False
    if (
        array is not value
        and array.shape != part.shape
        and (array.ndim > part.ndim or not fits(array.shape, part.shape))
    ):
        return False
    extra = put_in(t, idx, value, array, site(2)).extra
    extra.label = "CopySlices"
    extra.release = True  # torch's holds the operation itself, which one backward uses up
    return True


def fits(own, target):
    """Is an array of this shape stretched to another one, of at least as many axes?"""
    return all([n == 1 or n == k for n, k in zip(reversed(own), reversed(target))])


def filled_at_once(t, value, label, operands):
    """t[...] = value, where t is recorded and no view, as a node of torch's name between `operands`; False where that is not all."""
    if t.mark is None or not may_be_written(t):
        return False
    array = source(t, value)
    if (
        array is None
        or array is not value
        and array.shape != t.val.shape
        and (array.ndim > t.val.ndim or not fits(array.shape, t.val.shape))
    ):
        return False
    span = t.mark, *[getattr(o, "mark", None) for o in operands[1:]]
    extra = put_in(t, WHOLE, value, array, site(2)).extra
    extra.label, extra.span = label, span
    return True
