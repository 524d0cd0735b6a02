"""allow_mutation_on_saved_tensors: what the graph has saved is copied when its memory is about to be written.

Invariant: everything that writes into the memory of a Tensor says so before (`shared.to_be_written`). One copy is made of what is
saved several times, and none of what nobody has saved any more.
"""

import contextlib
from collections import defaultdict
from weakref import WeakKeyDictionary, WeakValueDictionary

from funcgrad.core.handle import Frozen
from funcgrad.core.state import running, shared, tls

from ..payload import current
from .grad_mode import call_in
from .saved import Disabled, Pair, activate


class Saved:
    """What a node keeps in the place of a Tensor."""

    __slots__ = ("__weakref__",)


class _AllowMutationOnSavedContext:
    """What allow_mutation_on_saved_tensors yields: the Tensors that are saved (`original`) and the copies of those that were written since
    (`cloned`); `clear()` lets go of both."""

    def __init__(self):
        self.cloned = WeakKeyDictionary()
        self.original = WeakKeyDictionary()
        self.tid_to_weakhandle = WeakValueDictionary()  # what was saved -> its Saved
        self.sid_to_tid = defaultdict(set)  # (memory, version) -> what of it was saved

    def clear(self):
        """Let go of everything that is kept; a backward that needs some of it then raises AssertionError."""
        for kept in (self.cloned, self.original, self.tid_to_weakhandle, self.sid_to_tid):
            kept.clear()

    def _pack(self, t):
        where = t.stamp() if type(t.alias) is Frozen else current(t).stamp()
        v = t.val
        lies = getattr(v, "__array_interface__", None)
        tid = (*where, id(t.mark), *((id(v),) if lies is None else (lies["data"][0], v.shape, v.strides)))
        self.sid_to_tid[where].add(tid)
        saved = self.tid_to_weakhandle.get(tid)
        if saved is None:
            saved = self.tid_to_weakhandle[tid] = Saved()
            self.original[saved] = t
        return saved

    def _unpack(self, saved):
        found = self.cloned.get(saved)
        if found is None and Switch.on:
            found = self.original.get(saved)
        if found is None or not Switch.on:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the graph was originally recorded."
            )
        return found

    def _before_writing(self, root):
        """Copy what has been saved of the memory of a root."""
        store = root.store
        for tid in self.sid_to_tid.get((store, store.version), ()) if store is not None and store.counted else ():
            saved = self.tid_to_weakhandle.get(tid)
            if saved is not None and saved not in self.cloned:
                self.cloned[saved] = unseen_clone(self.original.pop(saved))


class Switch:
    """Is such a block entered, on any thread?"""

    on = False


def unseen_clone(t):
    """A copy of a Tensor, which no hook sees and no graph knows."""
    before, tls.packing = tls.packing, None
    try:
        return call_in(False, lambda: t.detach().clone())
    finally:
        tls.packing = before


@contextlib.contextmanager
def allow_mutation_on_saved_tensors():
    """Inside this `with` block Tensors that the graph has saved may be changed in place; backward reads the old values.

    A saved Tensor is copied when it is written. RuntimeError inside another such block, AssertionError if backward runs outside.

    >>> import compat as torch
    >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
    ...     x = torch.ones(2, requires_grad=True)
    ...     y = x.clone()
    ...     out = (y ** 2).sum()
    ...     _ = y.sin_()
    ...     out.backward()
    >>> x.grad
    tensor([2., 2.])
    """
    Disabled.check()
    context = _AllowMutationOnSavedContext()
    before = activate(Pair(context._pack, context._unpack)), shared.to_be_written
    shared.to_be_written = context._before_writing
    running.append(context)
    try:
        if Switch.on:
            raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
        Switch.on = True
        yield context
    finally:
        context.clear()
        Switch.on = False
        pair, shared.to_be_written = before
        activate(pair)
        running.remove(context)
