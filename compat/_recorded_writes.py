"""t.mul_(w) and its kin, where t is recorded: what the out-of-place operation records of a new Tensor becomes t's.

Invariant: nothing has been done where this says so, so that the general road (functions/writing.py) can check, write and refuse.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Frozen, Store, fresh
from funcgrad.core.node import extra_of
from funcgrad.core.site import site
from funcgrad.core.trace import PICK, TAPE

from ._taken_over import put_in, simple_root, taken_over
from .dtypes import LONG
from .rewriting import spelling_of
from .tensor import Tensor
from .unrecorded_writes import index_of

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
WHOLE = (...,)
BOUNDS = frozenset((int, type(None)))  # types of plain bounds of slices
MISFIT = (*state.MISFIT, RuntimeError)
shared, tls, running = state.shared, state.tls, state.running


def may_be_written(t):
    """Is t a Tensor of floats over NumPy memory (in C order, if it is no view) and no leaf with a gradient, for whose history somebody asks, so
    that a write may be recorded at once?"""
    if not tls.grad or t.owner is not TAPE or shared.staging or running:
        return False
    root = t
    if t.alias is not None:
        root = simple_root(t)
        if root is None:
            return False
    old = root.mark
    if old is not None and (
        old.plan is None or root.of_function is not None or t.of_function is not None
    ):  # (what a Function gave back may be refused)
        return False
    if old is None is not t.mark:
        return False
    v = root.val
    d = t.val.dtype
    flags = v.flags
    if d is not F32 and d is not F64 or d is not v.dtype or not flags.c_contiguous or not flags.writeable:
        return False
    if root.store is None:
        root.store = Store()
    return root.store.counted


def apart(v, w):
    """Is it plain to see that two arrays share no memory?"""
    return w is not v and (v.base is w.base is None or not np.may_share_memory(v, w))


def recorded_at_once(f, t, *args, **named):
    """t <- f(t, *args) for the function f of one elementwise operation, by a method that the user calls, where a node is
    made; False where that is not all there is to do. (What f refuses is said by the slow road, in the words of torch's method.)"""
    v, old, store = t.val, t.mark, t.store
    if t.alias is not None or old is None:
        if not may_be_written(t):
            return False
        v = t.val
    elif not tls.grad or t.owner is not TAPE or shared.staging or running:  # (`may_be_written`, written out)
        return False
    else:
        d, flags = v.dtype, v.flags
        if old.plan is None or t.of_function is not None or d is not F32 and d is not F64:
            return False
        if not flags.c_contiguous or not flags.writeable:
            return False
        if store is None:
            t.store = Store()
        elif not store.counted:
            return False
    tracked = t.mark is not None
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
    n = None if t.alias is None else h.mark
    if n is not None and spelling_of(n) is not None and (n.extra is None or n.extra.span is None):
        # (the operands that torch's steps show)
        shown = [a.mark for a in args if isinstance(a, Tensor) and a.val.dtype.kind == "f"]
        return taken_over(t, h, tracked, others=tuple(shown))
    return taken_over(t, h, tracked)


def recorded_as(label, f, t, args, named):
    """The same of an operation on t and numbers, as a node of torch's name."""
    if t.mark is None or not may_be_written(t):
        return False
    before = t.mark
    try:
        h = f(t, *args, **named)
    except MISFIT:
        return False
    if h.mark is None or h.mark is before:
        return False
    extra = extra_of(h.mark)
    extra.label, extra.span = label, (before,)
    return taken_over(t, h, 1)


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
    """t[idx] = value for a plain index of part of t, by an operator that the user calls, where that is recorded; False where that is not
    all there is to do."""
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
    n = put_in(t, idx, value, array, site(2), (getattr(value, "mark", None),))
    if t.alias is None:
        n.extra.label = "CopySlices"
        n.extra.release = True  # torch's holds the operation itself, which one backward uses up
    return True


def ends_here(t, part, idx, basic_index):
    """Is t[idx] = part what ends `t[idx] += 1`, so that nothing is left to do: is it that very part of t, which is no view, and has its
    write been recorded, or is nothing? `basic_index` writes an index out as a view has it."""
    link, n = part.alias.link, t.mark
    if link[0] is not None or len(link) > 2 or t.alias is not None or t.owner is not TAPE or shared.staging or running:
        return False
    prim, params = link[1]
    found = basic_index(idx if type(idx) is tuple else (idx,), t.val.shape) if prim.name == "getitem" else None
    if found is None or found[0] != params["idx"]:
        return False
    if n is not None and not (tls.grad and n.extra is not None and n.extra.label == "CopySlices"):
        return False
    return t.store is not None and t.store.counted and part.val.shape != t.val.shape


def fits(own, target):
    """Is an array of this shape stretched to another one, of at least as many axes?"""
    return all([n == 1 or n == k for n, k in zip(reversed(own), reversed(target))])


def filled_at_once(t, value, label, operands):
    """t[...] = value, where t is recorded, as a node of torch's name between `operands`; False where that is not all."""
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
    n = put_in(t, WHOLE, value, array, site(2), span[1:])
    if t.alias is None:
        n.extra.label, n.extra.span = label, span
    return True


def stands_apart(t, others):
    """May a write into t of what is made of its old value and of others be recorded at once, because none of them lies in its memory?"""
    if not may_be_written(t):
        return False
    v, tracked = t.val, t.mark is not None
    for o in others:
        if isinstance(o, Tensor):
            if o.owner is not TAPE or not apart(v, o.val):
                return False
            tracked = tracked or o.mark is not None
        elif type(o) is list or type(o) is tuple:
            return False
    return tracked


def as_it_was(t):
    """A Tensor of t's value and history, in memory of its own."""
    return Tensor(t.val.copy(), t.mark, TAPE)


def rewritten_at_once(t, h, label, operands):
    """t <- h in t's memory, where h is what nodes have recorded of a copy of t and of the other operands, as a node of torch's name between
    these; False where that is not all."""
    n = h.mark
    if n is None or n.plan is None or n.plan.prim is PICK or h.owner is not TAPE or not may_be_written(t):
        return False
    marks = tuple([getattr(o, "mark", None) for o in operands[1:]])
    before, v = t.mark, t.val
    if n is before or n in marks or n.extra is not None and n.extra.group is not None or spelling_of(n) is not None:
        return False
    for o in operands[1:]:
        if isinstance(o, Tensor) and (o.owner is not TAPE or not apart(v, o.val)):
            return False
    if label is not None:
        extra = extra_of(n)
        extra.label, extra.span = label, (before, *marks)
    return taken_over(t, h, 0, True)
