"""The commonest write, at once: numbers of one dtype and shape, or one number, into memory whose history nobody asks for.

It is what optimisers do, and scripts under no_grad. Whatever is not plainly that is left to register.in_place, which checks and
converts, and says in torch's words what it refuses.
"""

import sys

import numpy as np

from funcgrad.core.handle import Alias, Store
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.core.site import internal, site, user_frame
from funcgrad.core.state import running, shared, tls
from funcgrad.core.trace import TAPE

from .._taken_over import SIMPLE
from ..tensor import Tensor
from .fused import scaled_sum

F32, F64, I64 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)
BOUND = 1 << 63
getframe = sys._getframe


def overwritten(ufunc, t, other, alpha=1):
    """t <- ufunc(t, alpha * other), and True; False where it is not the commonest case, and nothing has been done. (torch never warns of
    inf or nan.) `other` is None where there is no second operand: then it is ufunc(memory, None, out=memory). Called by a function
    that the user calls."""
    recording = tls.grad
    if recording and t.mark is not None:  # (_recorded_writes.py)
        return False
    v = t.val
    if shared.staging or t.owner is not TAPE or type(v) is not np.ndarray:
        return False
    if t.alias is not None and not is_plain_view(t, recording):
        return False
    d = v.dtype
    if d is not F32 and d is not F64 and (d is not I64 or type(other) is not int or ufunc is np.divide):
        return False
    if not v.flags.carray and (t.alias is None or not v.flags.writeable):
        return False
    kind = type(other)
    if kind is float or kind is int and -BOUND < other < BOUND:
        o = other
    elif (kind is Tensor or isinstance(other, Tensor)) and other.owner is TAPE and other.alias is None:
        o = other.val
        if o.dtype is not d or o.shape != v.shape and o.shape or recording and other.mark is not None:
            return False
        if (v.base is not None or o.base is not None) and o is not v and np.may_share_memory(v, o):
            return False
    elif other is None and getattr(ufunc, "nin", 1) == 1:
        o = None
    else:
        return False
    store = t.store
    if store is None:
        store = t.store = Store()
    elif not store.counted and not tls.inference:
        return False
    if running:
        t.refuse(())
    token = enter(IGNORE)
    try:
        if alpha == 1:
            ufunc(v, o, v)
        elif d is not F32:
            ufunc(v, o * alpha, v)
        else:
            v[...] = scaled_sum(v, o, alpha if ufunc is np.add else -alpha)
    finally:
        leave(token)
    store.version += 1
    f = getframe(2)
    if internal[f.f_globals.get("__name__")]:
        f = user_frame(f) or f
    store.changed = f.f_code, f.f_lasti
    return True


def is_plain_view(t, recording):
    """Is t a view that is up to date, in which every element stands once, of a Tensor over NumPy memory for whose history nobody asks?"""
    alias = t.alias
    if type(alias) is not Alias:
        return False
    base, link = alias.base, alias.link
    if base.owner is not TAPE or base.alias is not None or base.val is not alias.val or base.mark is not alias.mark:
        return False
    if recording and base.mark is not None or t.store is not base.store or 0 in t.val.strides:
        return False
    while link is not None:
        if link[1][0].name not in SIMPLE:
            return False
        link = link[0]
    return True


def each_overwritten(ufunc, ts, o):
    """The same of each of Tensors over NumPy memory, all of one float dtype and no views, with one number in an array; True, or False
    and nothing has been done."""
    if running or shared.staging:
        return False
    for t in ts:
        flags, store = t.val.flags, t.store
        if tls.grad and t.mark is not None or not flags.c_contiguous or not flags.writeable:
            return False
        if store is not None and not store.counted and not tls.inference:
            return False
    at = site(3)
    token = enter(IGNORE)
    try:
        for t in ts:
            v = t.val
            ufunc(v, o, v)
            store = t.store
            if store is None:
                store = t.store = Store()
            store.version += 1
            store.changed = at
    finally:
        leave(token)
    return True


def replaced(v, o, out):
    """`overwritten` by this is t <- other."""
    out[...] = o
