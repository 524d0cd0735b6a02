"""What stands for what when a function is rebound (see `rebind`): objects by identity, and a whole module.

Invariant: a name that the namespace does not have, or has as the same object, is the module's own.
"""

import weakref
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

_MISSING = object()


def top_package(module_name: str) -> str:
    """Return the first part of a module's name."""
    return module_name.partition(".")[0]


class Replacements(Mapping[int, Any]):
    """What stands for what: a mapping from `id(original)` to its replacement that keeps the originals alive.

    Code of the packages that the originals, if they are modules, belong to is not followed, nor is that of `closed`.

    >>> import math
    >>> Replacements([(math.sin, math.cos)])[id(math.sin)](0.0)
    1.0
    """

    def __init__(self, pairs: Iterable[tuple[Any, Any]], closed: Iterable[str] = ()):
        self._pairs = {id(original): (original, replacement) for original, replacement in pairs}
        self.packages = {top_package(o.__name__) for o, _ in self._pairs.values() if isinstance(o, ModuleType)}
        self.packages.update(closed)
        self.states = weakref.WeakKeyDictionary()  # function or class -> {where and how it is rebound: its copies}
        self.entries = weakref.WeakKeyDictionary()  # function -> {same_package: weak reference to what `rebind` gave}
        self.given = weakref.WeakSet()  # what `rebind` gave

    def __getitem__(self, key: int) -> Any:
        return self._pairs[key][1]

    def __iter__(self) -> Iterator[int]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def module_replacements(module: ModuleType, namespace: Any, others: Iterable[tuple[Any, Any]] = ()) -> Replacements:
    """Return the replacements of a module by a namespace that has some of its names, and of each function in it.

    The module itself becomes a module of the same name in which the namespace's names come first. Submodules are
    treated alike where the namespace has them, and left alone where not. Classes and functions are replaced wherever
    they are met (`from numpy import zeros as z`), constants only as attributes of the module. `others` are further pairs.

    >>> import math, types
    >>> replaced = module_replacements(math, types.SimpleNamespace(sin=lambda x: "sine"))
    >>> replaced[id(math)].sin(0.0), replaced[id(math)].cos(0.0), replaced[id(math.sin)](0.0)
    ('sine', 1.0, 'sine')
    """
    pairs = {}
    _collect(module, namespace, pairs)
    return Replacements(
        [*pairs.values(), *others], [top_package(namespace.__name__)] if isinstance(namespace, ModuleType) else []
    )


def _collect(module, namespace, pairs) -> ModuleType:
    merged = ModuleType(module.__name__, module.__doc__)
    pairs[id(module)] = (module, merged)
    for name in sorted(
        vars(module)
    ):  # what a module has not loaded yet (numpy.f2py, numpy.testing) no program can hold
        ours = _MISSING if name.startswith("_") else getattr(namespace, name, _MISSING)
        theirs = ours if ours is _MISSING else getattr(module, name)
        if ours is theirs:
            continue
        if isinstance(theirs, ModuleType):
            if top_package(theirs.__name__) == top_package(module.__name__) and id(theirs) not in pairs:
                setattr(merged, name, _collect(theirs, ours, pairs))
        elif callable(theirs) and getattr(theirs, "__module__", None) != "builtins":
            # of two names for one function the one it calls itself decides: numpy.abs is numpy.absolute
            if id(theirs) not in pairs or name == getattr(theirs, "__name__", None):
                pairs[id(theirs)] = (theirs, ours)

    def lookup(name):
        value = getattr(namespace, name, _MISSING)
        if value is _MISSING:
            value = getattr(module, name)
        setattr(merged, name, value)  # the next access is a plain module attribute
        return value

    merged.__getattr__ = lookup
    return merged
