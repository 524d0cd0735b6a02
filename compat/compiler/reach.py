"""What a function can reach: containers and objects, however deep, that what it names leads on to, as they were before it is staged.

Invariant: things are compared by identity, and nothing of the user's is run.
"""

import functools
import gc
import types
from collections import deque
from operator import is_

from funcgrad.core.handle import Handle
from funcgrad.core.site import internal

from .known import bound_to
from .reads import LONG, MISSING, contents_of, of_users, slots_of

MOST = 20_000  # things that are looked at
LEAVES = (
    int,
    float,
    complex,
    bool,
    str,
    bytes,
    type(None),
    Handle,
    types.ModuleType,
    types.CodeType,
    types.BuiltinFunctionType,
)
CHANGING = list, set, deque, bytearray
LEADING = types.MethodType, functools.partial, types.CellType, tuple, frozenset


def entries(x):
    """What is in a container that can be changed, in order; else None."""
    if isinstance(x, dict):
        return (*dict.keys(x), *dict.values(x))
    kind = next((k for k in CHANGING if isinstance(x, k)), None)
    return kind and tuple(kind.__iter__(x))


def closed(x):
    """Is it a function of ours, or a class of anybody but the user?"""
    return isinstance(x, types.FunctionType) and internal[x.__module__] or isinstance(x, type) and not of_users(x)


def slots(x):
    return [getattr(x, k, MISSING) for k in slots_of(x)]


class Reach:
    """The mutable things that lead on from what a function can name: containers and objects, however deep, as they were before it is staged.

    `ids`: of what is reached from the roots; `whole`: ids of objects that are compared elsewhere, attribute by attribute. `module`: the class of
    objects of which only attributes other than `tables` lead on if they are. `handles`: ids of the Tensors that are reached, but for those
    in `containers`, which are looked at last."""

    def __init__(self, roots, whole=(), module=(), tables=(), containers=()):
        self.handles = set()
        self.keyed = False  # is a Tensor the key of a dict, or in a set?
        self.kept = {}  # id -> (thing, how it is asked for what is in it, that)
        self.ids = set()
        self.alive = []  # (an id is that of one thing as long as this lives)
        self.follow([*roots], whole, module, tables)
        named = {*self.handles}
        self.follow([*containers], whole, module, tables)
        self.handles = named

    def follow(self, todo, whole, module, tables):
        while todo and len(self.ids) < MOST:
            x = todo.pop()
            if isinstance(x, Handle):
                self.handles.add(id(x))
            if (owner := bound_to(x)) is not None:
                x = owner
            if isinstance(x, LEAVES) or id(x) in self.ids or closed(x):
                continue
            self.ids.add(id(x))
            self.alive.append(x)
            inside = entries(x)
            if inside is not None:
                self.kept[id(x)] = x, entries, inside
                todo += inside if len(inside) <= LONG else ()
                if isinstance(x, (dict, set)):
                    self.keyed = self.keyed or any([isinstance(k, Handle) for k in inside[: len(x)]])
            elif isinstance(x, types.FunctionType):
                todo += [*map(contents_of, x.__closure__ or ()), x.__defaults__, x.__kwdefaults__, vars(x)]
            elif isinstance(x, type):
                todo += [v for v in vars(x).values() if not hasattr(type(v), "__get__")]
            elif isinstance(x, LEADING):
                todo += gc.get_referents(x)
                self.keyed = self.keyed or isinstance(x, frozenset) and any([isinstance(k, Handle) for k in x])
            if inside is None and (id(x) not in whole or isinstance(x, module)):
                own = getattr(x, "__dict__", None)
                if id(x) in whole:
                    todo += [v for k, v in own.items() if k not in tables]
                elif type(own) is dict and (isinstance(x, module) or not internal[type(x).__module__]):
                    todo.append(own)
                if slots_of(x):
                    self.kept[id(x)] = x, slots, slots(x)
                    todo += self.kept[id(x)][2]

    def changed(self):
        """The things that are not as they were."""
        now = [(x, ask(x), was) for x, ask, was in self.kept.values()]
        return [x for x, a, b in now if len(a) != len(b) or not all(map(is_, a, b))]

    def restore(self):
        for x in self.changed():
            _, ask, was = self.kept[id(x)]
            if ask is slots:
                for k, v in zip(slots_of(x), was, strict=True):
                    if v is not MISSING:
                        object.__setattr__(x, k, v)
                    elif hasattr(x, k):
                        object.__delattr__(x, k)
            elif isinstance(x, dict):
                dict.clear(x)
                dict.update(x, zip(was[: len(was) // 2], was[len(was) // 2 :], strict=True))
            else:
                x.clear()
                (x.update if isinstance(x, set) else x.extend)(was)


__all__ = ["Reach", "entries"]
