"""Views of a Tensor that no strides make: its conjugate, and its negative, over the same memory.

Invariant: the `val` of such a Tensor is a copy, with the map done, that whoever reads makes anew (`fresh`); what is written into it is written into
the memory behind it at once. A view of one is one; where the maps have cancelled, the copy is the memory itself.
"""

import numpy as np

from .handle import Alias
from .primitive import PRIMITIVES
from .state import tls
from .strides import as_one_step

MAPS = ("conj", "neg")


class Mirror(Alias):
    """The alias of such a view. `memory`: what lies behind it, with the strides that the view has; `maps`: which maps are to be done, in bits;
    `seen`: the version of the memory when its history was last looked at."""

    __slots__ = ("memory", "maps", "seen")

    def __init__(self, base, link, store, memory, maps):
        super().__init__(base, link, store)
        self.memory, self.maps, self.seen = memory, maps, self.version
        self.version = None  # (no version is this one: each read looks)

    def onward(self, step, memory=None):
        return Mirror(self.base, (self.link, step), self.store, memory, self.maps)

    def mapped(self, v):
        """An array with the maps done; itself where there are none. (Each map is its own inverse.)"""
        if self.maps & 1:
            v = np.asarray(np.conjugate(v), v.dtype)
        return np.negative(v) if self.maps & 2 else v

    def stale(self, h):
        """Bring its view up to date: the values, and the history where that of the root has changed."""
        base = self.base
        if tls.grad and base.mark is not None and (self.mark is not base.mark or self.seen != self.store.version):
            old, v = h.mark, base
            for prim, params in self.chain:
                v = prim(v, **params)
            h.mark = v.mark
            h.replayed(base, self, old)
        self.mark, self.seen = base.mark, self.store.version
        h.val = self.mapped(self.memory)

    def written(self, v):
        """Write what its view holds now into the memory."""
        if self.maps:
            self.memory[...] = self.mapped(v)

    def in_one_step(self):
        """The steps from the root to the view, those of strides as one."""
        steps = as_one_step(self.memory, self.base.val, [s for s in self.chain if s[0].name not in MAPS])
        return steps and (*steps, *[(PRIMITIVES[name], {}) for k, name in enumerate(MAPS) if self.maps >> k & 1])


def seen_as(d, h):
    """A Tensor over the values of another one, which has another history, in that one's memory if there is a map between."""
    if type(h.alias) is Mirror and h.alias.maps:
        alias = h.alias
        root = d.owner.face(alias.memory, None, d.owner)
        root.store, root.hidden = d.store, True
        steps = [(PRIMITIVES[name], {}) for k, name in enumerate(MAPS) if alias.maps >> k & 1]
        link = None
        for step in steps:
            link = link, step
        d.alias = Mirror(root, link, root.versioned(), alias.memory, alias.maps)
        d.store = root.store
    return d


def maps_of(h):
    """Which maps a handle that is up to date is seen through, in bits: 1 the conjugate, 2 the negative."""
    return h.alias.maps if type(h.alias) is Mirror else 0
