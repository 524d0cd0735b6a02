"""What an operation is known to show to the pack hooks: one that has shown, on operands of these forms, some of them and its result (or
nothing) is run by the shortest road from then on, and shows the same.

Invariant: a call is known by all that decides what is saved, save for the values of Tensors, on which no node's choice hangs.
"""

import sys

from funcgrad.core.handle import Alias, Frozen
from funcgrad.core.state import shared, tls
from funcgrad.core.trace import TAPE

from ..dtypes import dtype
from ..payload import current
from ..tensor import Tensor

MOST = 4096  # calls that are remembered
SIMPLE = {int, float, bool, str, type(None), type(Ellipsis)}
KNOWN = {}  # form of a call -> the places of the operands that are shown, in their order (-1: the result); None: the short road keeps others;
# HELD: its node keeps what torch's keeps
UNKNOWN, HELD = object(), object()


def form_of_value(a):
    """What of an argument decides what is saved; UNKNOWN where that is not known."""
    if isinstance(a, Tensor):
        t = current(a)
        if t.owner is not TAPE or t.alias is not None and type(t.alias) not in (Alias, Frozen):
            return UNKNOWN
        return type(a), t.val.shape, t.val.strides, t.val.dtype, t.mark is None, t.store is None or t.store.counted
    kind = type(a)
    if kind in SIMPLE:
        return kind, a
    if kind is slice:
        a = (a.start, a.stop, a.step)
    elif not isinstance(a, (tuple, list)):
        return a if kind is dtype else UNKNOWN
    found = [form_of_value(v) for v in a]
    return UNKNOWN if UNKNOWN in found else (kind, *found)


def form_of_call(f, args, kwargs):
    """By what a call is known; None if it is by nothing, or something else than the hooks is to see its operations."""
    if shared.staging != 1 or "out" in kwargs or f.__name__[-1] == "_":
        return None
    mode = sys.modules.get("compat.amp.autocast_mode")  # (until it is loaded it is off)
    if mode is not None and mode.state.enabled.get("cpu"):
        return None
    found = [form_of_value(a) for a in args]
    if kwargs:
        found += [(k, form_of_value(v)) for k, v in kwargs.items()]
        if any([v[1] is UNKNOWN for v in found[len(args) :]]):
            return None
    return None if UNKNOWN in found else (f, tls.grad, *found)


def operands_of(args, kwargs):
    return [current(a) for a in (*args, *kwargs.values()) if isinstance(a, Tensor)]


def learn(key, args, kwargs, got, nodes):
    """Remember of a call what each of its nodes has shown, [(node, what it has saved is shown as)], if it is the operands and the result."""
    nodes = [(n, found) for n, found in nodes if found]
    operands = operands_of(args, kwargs)
    if nodes and (len(nodes) > 1 or not isinstance(got, Tensor) or any([got is o for o in operands])):
        return
    places = []
    for n, found in nodes:
        if len(found) != len(n.saved):
            return
        for _, t in found:
            if isinstance(t, Tensor):
                place = -1 if t is got else next((k for k, o in enumerate(operands) if o is t), None)
                if place is None:
                    return
                places.append(place)
            elif type(t) is tuple:
                return
    if len(KNOWN) >= MOST:
        KNOWN.clear()
    KNOWN[key] = tuple(places)


def made_since(start, got):
    """The nodes that lead to a result, of those made since then."""
    found, waiting = [], [got.mark]
    while waiting:
        n = waiting.pop()
        if n is not None and n.index > start and n.plan is not None and n not in found:
            found.append(n)
            waiting.extend(n.ins)
    return found


def places_of(tensors, nodes):
    """[(node, place among what it has saved) of each Tensor]; None if one was not saved as it is."""
    places = [(n, k, v) for n in nodes for k, v in enumerate(n.saved)]
    found = []
    for t in tensors:
        place = next(((n, k) for n, k, v in places if v is t.val and (n, k) not in found), None)
        if place is None:
            return None
        found.append(place)
    return found
