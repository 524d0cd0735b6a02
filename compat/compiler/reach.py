"""The mutable things that lead on from what a function can name: containers and objects, however deep, as they were before it is staged.

Invariant: each is looked at through its own entries and attributes, and no code of the user's runs; what is compared are identities.
"""

import functools
import types
from collections import deque
from operator import is_

from funcgrad.core.site import internal
from funcgrad.reads import MISSING, contents_of, of_users, slots_of

from ..nn.modules.module import Module
from ..tensor import Tensor
from .watch import TABLES

MOST = 20_000  # things that are looked at
LONG = 10_000  # entries of a container whose entries are not followed
LEAVES = (
    int,
    float,
    complex,
    bool,
    str,
    bytes,
    type(None),
    Tensor,
    types.ModuleType,
    types.CodeType,
    types.BuiltinFunctionType,
)


def entries(x):
    """(what is in a container that can be changed, in order) or None."""
    if isinstance(x, dict):
        return (*dict.keys(x), *dict.values(x))
    return tuple(x) if isinstance(x, (list, set, deque, bytearray)) and not of_other_code(x) else None


def closed(x):
    """Is it a function of ours, or a class of Python's own, of a library's or of ours? What these keep is nobody's to compare."""
    return isinstance(x, types.FunctionType) and internal[x.__module__] or isinstance(x, type) and not of_users(x)


def of_other_code(x):
    """Has a container an `__iter__` of the user's?"""
    return isinstance(getattr(type(x), "__iter__", None), types.FunctionType)


def parts(x):
    """What a thing leads to that is no container."""
    if isinstance(x, types.FunctionType):
        cells = [contents_of(c) for c in x.__closure__ or ()]
        return [*cells, *(x.__defaults__ or ()), x.__kwdefaults__, vars(x)]
    if isinstance(x, types.MethodType):
        return [x.__self__, x.__func__]
    if isinstance(x, functools.partial):
        return [x.func, x.args, x.keywords]
    if isinstance(x, type):
        return [
            v for v in vars(x).values() if not isinstance(v, (types.FunctionType, staticmethod, classmethod, property))
        ]
    if isinstance(x, types.CellType):
        return [contents_of(x)]
    if isinstance(x, (tuple, frozenset)):
        return x
    return []


class Reach:
    """`ids`: of what is reached from the roots; `whole`: ids of modules and others that are compared elsewhere, attribute by attribute."""

    def __init__(self, roots, whole=()):
        self.kept = {}  # id -> (thing, what was in it, names of its slots with their values)
        self.ids = set()
        self.alive = []  # (an id is that of one thing as long as this lives)
        todo = [*roots]
        while todo and len(self.ids) < MOST:
            x = todo.pop()
            if isinstance(x, LEAVES) or id(x) in self.ids or closed(x):
                continue
            self.ids.add(id(x))
            self.alive.append(x)
            inside = entries(x)
            if inside is not None:
                self.kept[id(x)] = x, inside, None
                todo += inside if len(inside) <= LONG else ()
                continue
            todo += parts(x)
            if isinstance(x, (type, types.FunctionType)):
                continue
            known = id(x) in whole
            if known and not isinstance(x, Module):
                continue
            if known or isinstance(x, Module) or not internal[type(x).__module__]:
                own = getattr(x, "__dict__", None)
                if type(own) is dict:
                    todo += [v for k, v in own.items() if k not in TABLES] if known else [own]
                if not isinstance(x, (*LEAVES, tuple)) and (names := slots_of(x)):
                    values = {k: getattr(x, k, MISSING) for k in names}
                    self.kept[id(x)] = x, None, values
                    todo += values.values()

    def changed(self):
        """The things that are not as they were."""
        found = []
        for x, inside, slots in self.kept.values():
            if slots is not None:
                if any([getattr(x, k, MISSING) is not v for k, v in slots.items()]):
                    found.append(x)
            else:
                now = entries(x)
                if len(now) != len(inside) or not all(map(is_, now, inside)):
                    found.append(x)
        return found

    def restore(self):
        for x in self.changed():
            _, inside, slots = self.kept[id(x)]
            if slots is not None:
                for k, v in slots.items():
                    if v is not MISSING:
                        object.__setattr__(x, k, v)
                    elif hasattr(x, k):
                        object.__delattr__(x, k)
            elif isinstance(x, dict):
                half = len(inside) // 2
                dict.clear(x)
                dict.update(x, zip(inside[:half], inside[half:], strict=True))
            else:
                x.clear()
                (x.update if isinstance(x, set) else x.extend)(inside)


__all__ = ["Reach"]
