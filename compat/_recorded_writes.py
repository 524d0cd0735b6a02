"""t.mul_(w) and its kin, where t is recorded: what the out-of-place operation records of a new Tensor becomes t's.

Invariant: nothing has been done where this says so, so that the general road (functions/writing.py) can check, write and refuse.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Store
from funcgrad.core.mutation import taken_over
from funcgrad.core.trace import TAPE

from .tensor import Tensor

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
MISFIT = (*state.MISFIT, RuntimeError)
shared, tls, running = state.shared, state.tls, state.running


def recorded_at_once(f, t, *args, **named):
    """t <- f(t, *args) for the function f of one elementwise operation, by a method that the user calls, where t is no view and a node
    is made; False where that is not all there is to do. (What f refuses is said by the slow road, in the words of torch's method.)"""
    if not tls.grad or t.alias is not None or t.owner is not TAPE or shared.staging or running:
        return False
    old = t.mark
    if old is not None and (
        old.plan is None or t.of_function is not None
    ):  # (a leaf, and what a Function gave back: refused)
        return False
    v = t.val
    d = v.dtype
    flags = v.flags
    if d is not F32 and d is not F64 or not flags.c_contiguous or not flags.writeable:
        return False
    tracked = 0 if old is None else 1
    for a in (*args, *named.values()) if named else args:
        if isinstance(a, Tensor):
            w = a.val
            if (
                a.owner is not TAPE
                or w is v
                or (v.base is not None or w.base is not None)
                and np.may_share_memory(v, w)
            ):
                return False
            if a.mark is not None:
                tracked += 1
        elif type(a) is not float and type(a) is not int and a is not None:
            return False
    if not tracked:
        return False
    store = t.store
    if store is None:
        store = t.store = Store()
    elif not store.counted:
        return False
    try:
        h = f(t, *args, **named)
    except MISFIT:
        return False
    return taken_over(t, h, tracked)
