"""Python side effects of a function that is staged: they happen once, while it is staged, and the user is told so.

Seen are variables outside that it (or a function of the user's that it calls) assigns to, attributes that it sets and lists and sets that it
fills, of objects that it can name, and traced values that are still held by something when it has returned. What else it does (a file, a
dict that it fills, an object that no name leads to) is not seen. Invariant: nothing is warned of that has not changed.
"""

import dis
import gc
import types

from ..core.handle import Handle
from ..core.site import internal, warn, where
from ..core.state import tls
from ..errors import SideEffectWarning
from .baked import codes_of, content

STORES = {name: dis.opmap[name] for name in ("STORE_GLOBAL", "STORE_DEREF", "STORE_ATTR")}
ONCE = (
    "That happens when the function is staged, not in each call. Return what is to be kept; or use fg.debug.callback, which is called each "
    "time."
)


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
        for x in draws.objects.values() if stores else ():
            if isinstance(x, (type, types.ModuleType, types.FunctionType)) or internal[type(x).__module__]:
                continue
            for name in getattr(x, "__dict__", ()):
                self.note(f"the attribute {name!r} of {type(x).__name__}", x.__dict__.get, name)
            if hasattr(x, "__dict__"):
                self.note(f"an attribute of {type(x).__name__}", len, x.__dict__)

    def containers(self, f):
        named = [(n, f.__globals__.get(n)) for c in codes_of(f.__code__) for n in c.co_names]
        named += [(n, content(c)) for n, c in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)]
        for name, x in named:
            if type(x) in (list, set):
                self.note(f"{name!r}, a {type(x).__name__}", len, x)

    def note(self, what, state, x, at=None):
        self.found.append((what, state, x, state(x), at))

    def warn(self, stage):
        """Tell of what has changed; `stage()` is the Stage, if something still holds a value of it."""
        told = False
        for what, state, x, before, at in self.found:
            now = state(x)
            if now is not before and not (type(now) is type(before) is int and now == before):
                line = f" at {where(place(*at))}" if at else ""
                warn(f"jit: {what} was changed while the function was staged{line}. {ONCE}", SideEffectWarning)
                told = True
        if not told and not tls.depth and stage() is not None:
            tls.refused = None  # (the last error of ours, and with it the frames it came through: a cycle)
            gc.collect()
            if stage() is not None:
                held(stage())


def held(stage):
    """Tell of a traced value that something keeps."""
    for h in gc.get_referrers(stage):
        if not isinstance(h, Handle) or h.mark is None:
            continue
        holders = [type(r).__name__ for r in gc.get_referrers(h) if not isinstance(r, (types.FrameType, Handle))]
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
