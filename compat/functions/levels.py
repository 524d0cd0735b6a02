"""What lies beneath a Tensor, through the transforms that trace it: the memory below them all, and which of them map, record or follow it.

Invariant: nothing here computes, but that `beneath` turns a result of which nobody else knows.
"""

import numpy as np

from funcgrad.core.handle import Array, Frozen, Handle, Taped
from funcgrad.core.primitive import helpers
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, Batch, Jvp, Record

from ..payload import current, wrap
from ..tensor import Tensor


# ------------------------------------------------------------------------------------------------ memory
def recorded_over_memory(*ts):
    """Are these all Tensors over memory, or of a Record over such? (Then nothing is mapped, staged or followed.)"""
    for t in ts:
        if t.owner is not TAPE:
            v = t.val
            if (
                type(v) is not Array
                or type(v.owner) is not Record
                or not isinstance(v.val, Taped)
                or v.val.owner is not TAPE
            ):
                return False
    return True


def taped_nowhere(*ts):
    """Are these all Tensors over memory, through whatever levels, without a node on a tape of any? (Then nobody sees of what nodes
    an operation is made.)"""
    for t in ts:
        while isinstance(t, Handle):
            if t.mark is not None and isinstance(t, Taped):
                return False
            t = t.val
        if type(t) is not np.ndarray:
            return False
    return True


def beneath(t):
    """The Tensor over memory that holds a result of which nobody else knows, with the axes that vmaps map moved in front, as torch has
    them; None where it is recorded or staged on the way."""
    while t.owner is not TAPE:
        v = t.val
        if isinstance(v, Tensor):  # (one that the level knows nothing of)
            t = v
            continue
        if type(v) is not Array or not isinstance(v.owner, (Batch, Jvp)):
            return None
        if type(v.val) is np.ndarray:
            v = t.val = Array(wrap(Tensor, v.val), v.mark, v.owner)
        elif not isinstance(v.val, Tensor):
            return None
        if type(v.owner) is Batch and v.mark:
            v = t.val = Array(helpers["front"](v.val, v.mark), 0, v.owner)
        t = v.val
    return None if type(t.alias) is Frozen else t


def arrays_beneath(operands, n):
    """The arrays of those of a result's operands that are Tensors, axes that are mapped in front of the n others that they are stretched to."""
    found = []
    for t in operands:
        if not isinstance(t, Tensor):
            continue
        t, mapped = current(t), []
        while t.owner is not TAPE:
            v = t.val
            if type(v) is not Array or not isinstance(v.val, Tensor):
                break
            if type(v.owner) is Batch and v.mark is not None:
                mapped.insert(0, v.mark)
            t = current(v.val)
        else:
            a = t.val
            for at, d in enumerate(mapped):
                a = np.moveaxis(a, at + d, at) if d else a
            k = len(mapped)
            short = n - (a.ndim - k) if k else 0
            found.append(a[(slice(None),) * k + (None,) * short] if short > 0 else a)
    return found


def share_memory(t, x):
    """May two Tensors lie in one memory, whatever levels trace them?"""
    return any([np.may_share_memory(a, b) for a in arrays_beneath((t,), 0) for b in arrays_beneath((x,), 0)])


def concrete_or_none(x):
    """The array behind a Tensor that is up to date, where nothing maps or stages it; None otherwise."""
    while isinstance(x, Handle):
        if not isinstance(x, Tensor) and not x.owner.concrete:
            return None
        x = x.val
    return np.asarray(x)


# ------------------------------------------------------------------------------------------------ who maps it
def mapped_by(trace, t):
    """Does a vmap map an up-to-date Tensor?"""
    while isinstance(t, Handle) and t.owner is not trace:
        t = t.val
    return isinstance(t, Handle) and t.mark is not None


def mapped(t):
    """Does any vmap that runs map a Tensor?"""
    t, trace = current(t), tls.mapping
    while trace is not None and not mapped_by(trace, t):
        trace = trace.around
    return trace is not None


def mapping_of(t):
    """The vmap that maps a Tensor as the innermost of the transforms that it belongs to, or None."""
    if not isinstance(t, Tensor):
        return None
    trace = current(t).owner.under
    return trace if type(trace) is Batch and t.val.mark is not None else None


def mapped_innermost(values):
    """The innermost vmap that maps one of these values, or None."""
    traces = [trace for v in values if (trace := mapping_of(v)) is not None]
    return max(traces, key=lambda trace: trace.level, default=None)


def mapped_on_top(t):
    """How many vmaps map a traced Tensor before another transformation traces it."""
    found = 0
    while t.owner is not TAPE and type(t.val) is Array and type(t.val.owner) is Batch:
        found += t.val.mark is not None
        t = current(t.val.val)
    return found


# ------------------------------------------------------------------------------------------------ who follows it
def is_dual(t):
    """Has an up-to-date Tensor a tangent?"""
    v = t.val
    return type(v) is Array and isinstance(v.owner, Jvp) and v.mark is not None


def has_tangent(x):
    """Has a Tensor a tangent, at a dual level or in a transform of torch.func?"""
    if not isinstance(x, Tensor):
        return False
    v = current(x)
    while isinstance(v, Handle):
        owner = v.owner
        if type(v) is Array and isinstance(owner, Jvp) and not owner.done and v.mark is not None:
            return owner is tls.dual or owner in tls.func
        v = v.val
    return False
