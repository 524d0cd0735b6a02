"""What a node saves, in a form of the user's: the pack and unpack hooks.

Invariant: while no hook is active nothing here is reached. Entering a pair of hooks counts as staging, so that every
operation takes the general road, where the tape shows each node that saved something to `tls.packing`.
"""

from functools import partial

from funcgrad.core import state
from funcgrad.core.aval import Aval
from funcgrad.core.node import extra_of

from ..names import saved_names
from ..tensor import Tensor, current
from .grad_mode import call_in
from .walks import walking

tls, shared = state.tls, state.shared
IN_PLACE = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be modified "
    "by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need to perform "
    "in-place operations on the input to a pack hook."
)


class Packed:
    """One saved Tensor as the pack hook left it."""

    __slots__ = ("value", "unpack")

    def __init__(self, pack, unpack, t):
        version = t._version
        self.value = call_in(False, pack, t)
        self.unpack = unpack
        if t._version != version:
            raise RuntimeError(IN_PLACE)

    def tensor(self):
        """What the unpack hook makes of it; TypeError if that is no Tensor."""
        t = call_in(tls.grad if tls.walking is None else walking().create, self.unpack, self.value)
        if not isinstance(t, Tensor):
            raise TypeError(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type(t).__name__}"
            )
        return current(t)


def unpacked(saved, order=None):
    """What a node saved, as its rule reads it; the hooks are asked in this order."""
    values = {k: value_of(saved[k]) for k in (order if order and len(order) == len(saved) else range(len(saved)))}
    return type(saved)([values[k] for k in range(len(saved))])


def value_of(v):
    if type(v) is Packed:
        return v.tensor().val
    return unpacked(v) if type(v) is tuple else v


class Pair:
    """A pack hook and its unpack hook, as the tape knows them."""

    def __init__(self, pack, unpack):
        self.pack, self.unpack = pack, unpack

    def form(self, t):
        return Packed(self.pack, self.unpack, t)

    def show(self, n, args, out):
        """Pack what a node has just saved, in torch's order: by the names of its saved operands."""
        plan, saved = n.plan, list(n.saved)
        tensors = [args[i] if i < len(args) else None for i in plan.reads] + ([out] if plan.keeps else [])
        order = sorted(range(len(tensors)), key=saved_names(n).__getitem__)
        for k in order:
            t = tensors[k]
            if isinstance(t, Tensor):
                saved[k] = self.form(t)
            elif type(t) is tuple:
                saved[k] = tuple([v if type(v) is Aval else self.form(o) for o, v in zip(t, saved[k])])
        self.keep(n, tuple(saved), order)

    def keep(self, n, saved, order=None):
        """Let a node keep these; the versions of the memory they were made of mean nothing any more."""
        if not any(type(v) in (Packed, tuple) for v in saved):
            return
        n.saved, n.versions = saved, ()
        extra = extra_of(n)
        extra.unpack, extra.release = partial(unpacked, order=order), True


class Disabled:
    """Why hooks may not be used now, by thread: a text, or None."""

    @staticmethod
    def message():
        return tls.no_packing

    @staticmethod
    def check():
        if Disabled.message() is not None:
            raise RuntimeError(Disabled.message())


def activate(pair):
    """Make a pair of hooks (None: no hooks) the one that sees what this thread's nodes save; returns the pair before."""
    before, tls.packing = tls.packing, pair
    with shared.lock:
        shared.staging += (pair is not None) - (before is not None)
    return before
