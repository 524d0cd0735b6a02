"""What torch's kernels make of memory in which an element reads what another has written: they go from one to the next."""

import numpy as np

from funcgrad.core.handle import Handle, fresh
from funcgrad.core.mutation import into
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls
from funcgrad.core.strides import address, groups, meets, memory_of, repeats
from funcgrad.core.trace import TAPE


def array_of(h):
    """The array that an up-to-date Tensor lies in; None of what is none over NumPy memory."""
    if not isinstance(h, Handle) or h.owner is not TAPE:
        return None
    if h.alias is not None:
        fresh(h)
    return h.val


def in_turn(got, t, operands, again):
    """The result `got` of a function of single elements of these operands, to be written into t: with the values that it has where
    operands lie in t's memory otherwise than t, or elements of t in one place. `again`: computes it of other operands."""
    v = t.val
    if got.owner is not TAPE or t.owner is not TAPE or type(v) is not np.ndarray:
        return got
    arrays = [array_of(o) for o in operands]
    inside = [a for a in arrays if type(a) is np.ndarray and np.may_share_memory(a, v)]
    if not inside or v.shape != got.val.shape or any([a.dtype != v.dtype for a in (got.val, *inside)]):
        return got  # (what has another dtype is converted as a whole, first)
    if not any([meets(v, a) for a in inside]) and (v.flags.c_contiguous or not repeats(v.shape, v.strides)):
        return got
    v, *inside_of_copy = of_a_copy(v, *inside)
    arrays = [next((c for i, c in zip(inside, inside_of_copy) if a is i), a) for a in arrays]
    before, tls.grad = tls.grad, False
    try:
        for here in groups(v, [a for a in arrays if a is not None]):
            parts = [
                o if a is None else TAPE.face(np.broadcast_to(a, v.shape)[here], None, TAPE)
                for o, a in zip(operands, arrays, strict=True)
            ]
            v[here] = again(*parts).val
    finally:
        tls.grad = before
    got.val = v.copy()
    return got


def of_a_copy(v, *others):
    """Arrays in one memory, in the same places of a copy of it."""
    whole = memory_of(v)
    memory, start = whole.copy(), address(whole)
    return [np.ndarray(a.shape, a.dtype, memory, address(a) - start, a.strides) for a in (v, *others)]


def slices_in_turn(prim, got, t, dim, index, source, alpha=1):
    """What index_add_ ("add") and index_fill_ ("copy") make of slices that share memory, as windows do: torch goes from one to the next."""
    v = t.val
    if got.owner is TAPE is t.owner and v.ndim and not v.flags.c_contiguous and repeats(v.shape, v.strides):
        (v,) = of_a_copy(v)
        axis = dim % v.ndim
        places, parts = (
            array_of(index).reshape(-1),
            array_of(source) if isinstance(source, Handle) else np.asarray(source),
        )
        parts = (
            np.moveaxis(parts * v.dtype.type(alpha), axis, 0) if parts.ndim else [parts.astype(v.dtype)] * places.size
        )
        for k, place in enumerate(places.tolist()):
            into(PRIMITIVES[prim], np.moveaxis(v, axis, 0)[place, ...], (parts[k],), {})
        got.val = v.copy()
    return got
