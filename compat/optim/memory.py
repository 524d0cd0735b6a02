"""The memory behind Tensors, as optimizers use it: read and written as NumPy arrays, without an operation in between.

Invariant: who writes to a Tensor's memory asks for it by `writable` and reports it by `changed`, so that what torch
refuses is refused, and a graph that has saved the Tensor finds out.
"""

from funcgrad.core.conjugate_views import Mirror
from funcgrad.core.handle import root_of
from funcgrad.core.state import shared
from funcgrad.core.trace import TAPE

from ..functions.writing import check_writable
from ..payload import current, memory
from ..tensor import Tensor


def fresh(array):
    """A Tensor over new memory that outlives the step, also when it is made while a loop is being staged."""
    return Tensor(array, None, TAPE)


def readable(t):
    """The array behind a Tensor."""
    return t.val if t.alias is None else memory(t)


def writable(t):
    """The array behind a Tensor that is to be written to; RuntimeError, in torch's words, if it must not be."""
    v = t.val if t.alias is None else memory(t)
    if (0 in v.strides and v.size) or not v.flags.writeable:
        check_writable(current(t))
    if shared.to_be_written is not None:
        shared.to_be_written(root_of(t)[0])
    return v


def changed(t, at):
    """Tell those who have saved the Tensor that its memory has been written to, by user code at `at`."""
    if type(t.alias) is Mirror:
        t.alias.written(t.val)
    store = t.store = (t if t.alias is None else root_of(t)[0]).versioned()
    store.version += 1
    store.changed = at


def real(a):
    """A complex array as real numbers, two for each."""
    return a[..., None].view(a.real.dtype) if a.dtype.kind == "c" else a


__all__ = ["changed", "fresh", "memory", "readable", "real", "writable"]
