"""Python side effects of a function that is staged: they happen once, while it is staged, and the user is told so.

Seen are, of what it (or a function of the user's that it calls) can name: variables outside that it assigns to; lists, dicts, sets and deques that it
fills, empties or changes, also those that are attributes of an object; attributes that it sets; small arrays that it writes into; what it writes to
an open file. And traced values that are still held by something when it has returned. What else it does is not seen: containers inside containers, long
ones that keep their length, what libraries keep, files that it opens, what it prints. Invariant: nothing is warned of that has not changed.
"""

import collections
import dis
import gc
import io
import operator
import types

import numpy as np

from ..core.graph import Graph, GraphNode
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..core.site import internal, warn, where
from ..core.state import tls
from ..core.trace import Trace
from ..errors import SideEffectWarning
from .baked import codes_of, content

STORES = {name: dis.opmap[name] for name in ("STORE_GLOBAL", "STORE_DEREF", "STORE_ATTR")}
ONCE = (
    "That happens when the function is staged, not in each call. Return what is to be kept; or use fg.debug.callback, which is called each "
    "time."
)


LIBRARIES = "site-packages", "dist-packages"
LONG = 10_000  # entries of a container, or bytes of an array, of which no copy is made to compare with
SLOT = types.MemberDescriptorType


def entries(x):
    """What is in a list, set or deque, or how much, if that is a lot."""
    return list(x) if len(x) <= LONG else len(x)


def items(x):
    return [*dict.keys(x), *dict.values(x)] if len(x) <= LONG else len(x)


def numbers(x):
    return x.tobytes() if x.nbytes <= LONG and x.dtype != object else None


def written_so_far(file):
    """Where a file is written to, if it is one that can tell."""
    try:
        return file.tell() if file.writable() and file.seekable() else None
    except (OSError, ValueError):  # (closed, or being iterated over)
        return None


STATES = (dict, items), ((list, set, collections.deque), entries), (np.ndarray, numbers), (io.IOBase, written_so_far)
SAME = {  # how states are compared that are made anew each time
    list: lambda a, b: len(a) == len(b) and all(map(operator.is_, a, b)),
    int: operator.eq,
    bytes: operator.eq,
}


class SideEffects:
    """What the functions that `draws` found may change, as it is before they run."""

    def __init__(self, draws):
        self.found = []  # (what it is called, function that gives its state now, its state before, code and opcode that may change it)
        stores = False
        for f in draws.functions:
            for code in codes_of(f.__code__):
                ops = code.co_code[::2]
                stores = stores or STORES["STORE_ATTR"] in ops
                if STORES["STORE_GLOBAL"] in ops:
                    for name in stored(code, "STORE_GLOBAL"):
                        self.note(
                            f"the global variable {name!r}", f.__globals__.get, name, at=(code, "STORE_GLOBAL", name)
                        )
                if STORES["STORE_DEREF"] in ops and f.__closure__:
                    for name in stored(code, "STORE_DEREF") & {*f.__code__.co_freevars}:
                        cell = f.__closure__[f.__code__.co_freevars.index(name)]
                        self.note(
                            f"the variable {name!r} outside the function", content, cell, at=(code, "STORE_DEREF", name)
                        )
            self.containers(f)
        for x in draws.objects.values():
            if not isinstance(x, (type, types.ModuleType, types.FunctionType)) and not internal[type(x).__module__]:
                self.attributes(x, stores)

    def attributes(self, x, stores):
        """What an object holds, and, where there is code that sets attributes, which attributes it has."""
        own, kind = getattr(x, "__dict__", {}), type(x).__name__
        hidden = any([internal[c.__module__] for c in type(x).__mro__[:-1]])  # (a module's registers are compat's own)
        for name, value in list(own.items()):
            if not (hidden and name[0] == "_"):
                self.contents(f"the attribute {name!r} of {kind}", value)
            if stores:
                self.note(f"the attribute {name!r} of {kind}", own.get, name)
        if stores:
            self.note(f"an attribute of {kind}", len, own)
            slots = [n for c in type(x).__mro__ for n in vars(c).get("__slots__", ()) if type(vars(c).get(n)) is SLOT]
            for name in slots:
                self.note(f"the attribute {name!r} of {kind}", lambda name, x=x: getattr(x, name, None), name)

    def containers(self, f):
        if any([place in f.__code__.co_filename for place in LIBRARIES]):
            return  # (which may keep what they have computed)
        named = [(n, f.__globals__.get(n)) for c in codes_of(f.__code__) for n in c.co_names]
        named += [(n, content(c)) for n, c in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)]
        for name, x in named:
            self.contents(repr(name), x)

    def contents(self, name, x):
        """Note what is in a container, an array or a file, if this is one."""
        state = next((f for kinds, f in STATES if issubclass(type(x), kinds)), None)
        if state is not None:
            kind = type(x).__name__
            self.note(f"{name}, {'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind},", state, x)

    def note(self, what, state, x, at=None):
        self.found.append((what, state, x, state(x), at))

    def warn(self, stage, graph):
        """Tell of what has changed; `stage()` is the Stage, if something still holds a value of it: other than the rules in its graph."""
        told = False
        for what, state, x, before, at in self.found:
            now = state(x)
            if now is not before and not (type(now) is type(before) in SAME and SAME[type(now)](now, before)):
                line = f" at {where(place(*at))}" if at else ""
                warn(f"jit: {what} was changed while the function was staged{line}. {ONCE}", SideEffectWarning)
                told = True
        if not told and not tls.depth and stage() is not None:
            tls.refused = None  # (the last error of ours, and with it the frames it came through: a cycle)
            gc.collect()
            if stage() is not None:
                held(stage(), graph)


def reached(roots, through=object, but=()):
    """What can be reached from roots, by way of objects of the types `through`, and of none `but`."""
    found, todo = {}, list(roots)
    while todo:
        x = todo.pop()
        if id(x) not in found:
            found[id(x)] = x
            if isinstance(x, through) and not isinstance(x, but) and not (type(x) is dict and "__builtins__" in x):
                todo += gc.get_referents(x)
    return found


def kept_by_rules(graph):
    """What the rules of the user's in a graph reach, by id: they may close over values of the stage."""
    nodes = reached([graph], (Graph, GraphNode, dict, list, tuple)).values()
    specs = [n.params["spec"] for n in nodes if type(n) is GraphNode and n.prim is PRIMITIVES["rule"]]
    return set(reached(specs, but=(type, types.ModuleType, types.FrameType, Trace)))  # (ids alone: it holds nothing)


def held(stage, graph):
    """Tell of a traced value that something keeps, if that is not a rule in the graph."""
    kept = kept_by_rules(graph)
    handles = gc.get_referrers(stage)
    for h in handles:
        if not isinstance(h, Handle) or h.mark is None:
            continue
        holders = [r for r in gc.get_referrers(h) if not isinstance(r, (types.FrameType, Handle)) and r is not handles]
        holders = [type(r).__name__ for r in holders if id(r) not in kept]
        if id(h) in kept and not holders:
            continue
        made = (
            f"of {h.mark.prim.name}, called at {where(h.mark.site)}," if h.mark.prim is not None else "of an argument"
        )
        by = f" (by a {holders[0]})" if holders else ""
        warn(
            f"jit: the traced value {made} is still held{by} when the staged function has returned. It stands for no number. {ONCE}",
            SideEffectWarning,
        )
        return


def stored(code, op):
    return {i.argval for i in dis.get_instructions(code) if i.opname == op}


def place(code, op, name):
    """The first place where an instruction of the code stores to a name."""
    return code, next(i.offset for i in dis.get_instructions(code) if i.opname == op and i.argval == name)


__all__ = ["SideEffects"]
