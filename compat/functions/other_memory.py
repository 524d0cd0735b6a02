"""A Tensor goes over to other memory, as set_, resize_ and `.data =` have it do."""

import weakref

import numpy as np

from funcgrad.core.aval import Aval
from funcgrad.core.conjugate_views import Mirror
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.handle import APART, Alias, Moved
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.state import tls
from funcgrad.core.strides import geometry, nothing, owner_of

from ..errors import multiplies_rows, operand, size_mismatch
from ..rewriting import spelling_of


def over_other_memory(c, array):
    """The box over another array, as set_, resize_ and `.data =` leave it: its views stay where they were."""
    if array is c.val:
        return
    if tls.stage is not None:
        tls.stage.moved(c)
    if type(c.alias) is Mirror:
        c.alias = Mirror(c.alias.base, c.alias.link, c.store, array, c.alias.maps)
        return
    if type(c.alias) is Alias:
        root, made = c.alias.base, c.alias.made
        alias = Alias(root, (None, (P["strided"], geometry(array, root.val)), *([made] if made else ())), c.store)
        alias.mark, alias.version = c.alias.mark, c.alias.version
        if owner_of(array) is not owner_of(root.val) or array.dtype != root.val.dtype:
            alias.val = APART
        c.alias = alias
    elif c.store is not None:
        leave(c, owner_of(array) is owner_of(c.val))
    c.val = array
    noted(c)


class Given(Moved):
    """The version of a Tensor's memory since `.data =`: torch keeps the very Tensors that were operands, and reads what they have now."""

    def __new__(cls, c, array):
        return int.__new__(cls, c.store.version)

    def __init__(self, c, array):
        before = c.store.version
        self.array, self.mark = array, c.mark
        self.had = [weakref.ref(c.val), *(before.had if type(before) is Given else ())]

    def reach(self, node, version, i):
        if int(self) != int(version):
            return False
        if i >= 0 and node.saved is not None and operand(node, i) is self.mark and not by_views(node):
            k = node.plan.reads.index(i)
            kept = node.saved[k]
            if any(old() is kept for old in self.had):
                node.saved = (*node.saved[:k], self.read_by(node, kept), *node.saved[k + 1 :])
        return True

    def read_by(self, node, kept):
        new = self.array
        if new.shape != kept.shape and node.plan.prim.elementwise:
            for aval in node.avals or (Aval(kept.shape, kept.dtype),):
                error = None if aval is None else size_mismatch(aval.shape, new.shape)
                if error is not None:
                    raise error
        return new if new.dtype == kept.dtype else new.astype(kept.dtype)


def by_views(node):
    """Does torch keep views of a node's operands in their place?"""
    return multiplies_rows(node) or spelling_of(node) is not None


def given_data(c, array):
    """`.data =`: the box over another array, which what was computed from it before will read too."""
    if array is c.val:
        return
    if c.store is not None and c.store.counted and type(c.alias) not in (Alias, Mirror) and type(c.val) is type(array):
        c.store.version = Given(c, array)
    over_other_memory(c, array)


def leave(c, same):
    """Note that a box goes over to another array, in the same memory or not, for its views, which hold the one it had.
    (core/handle.py, left_behind)"""
    c.moved = [*[e for e in c.moved or () if e[0]() is not None], (weakref.ref(c.val), same)]


def strided(memory, size, stride, offset):
    """An array over memory, with strides and offset in elements."""
    step = memory.itemsize
    steps = [s * step for s in stride]
    if 0 in size:
        return nothing(memory, memory.dtype, size, steps, offset * step)
    return np.ndarray(size, memory.dtype, memory, offset * step, steps)
