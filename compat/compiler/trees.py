"""The containers that a compiled function takes and gives: tuples, lists, dicts, named tuples, dataclasses of Tensors; entries in their own order.

Invariant: a structure is the number of a leaf, or (class, keys or None, structures of the entries); numbers count from left to right.
"""

from collections import OrderedDict
from copy import copy
from dataclasses import is_dataclass

from funcgrad.core.handle import Taped

from .conditions import SIMPLE


def entries(x):
    """(keys or None, entries) of a container, else None."""
    kind = type(x)
    if kind in (tuple, list) or isinstance(x, tuple) and (hasattr(kind, "_fields") or hasattr(kind, "fields")):
        return None, x
    if kind in (dict, OrderedDict):
        return tuple(x), x.values()
    if is_dataclass(kind) and hasattr(x, "__dict__") and not callable(x):
        leaves = []
        apart([*vars(x).values()], leaves)
        if any([isinstance(v, Taped) for v in leaves]):  # (else it is one of options)
            return tuple(vars(x)), vars(x).values()
    return None


def apart(x, leaves, whole=()):
    """The structure of x, whose leaves go to the end of a list; `whole`: ids of containers that are leaves."""
    found = None if id(x) in whole else entries(x)
    if found is None:
        leaves.append(x)
        return len(leaves) - 1
    return type(x), found[0], tuple([apart(v, leaves, whole) for v in found[1]])


def has_one_twice(x):
    """Is a container that can be changed in x in two places?"""
    todo, seen = [x], set()
    while todo:
        x = todo.pop()
        if (found := entries(x)) is None:
            continue
        if changeable(type(x)):
            if id(x) in seen:
                return True
            seen.add(id(x))
        todo += found[1]
    return False


def together(structure, leaves, made):
    """Containers of a structure. Each that can be changed goes to the end of the list `made`, with a copy of its contents; those within it
    before it."""
    if type(structure) is int:
        return leaves[structure]
    kind, keys, parts = structure
    x = joined(kind, keys, [together(p, leaves, made) for p in parts])
    if changeable(kind):
        made.append((x, copy(contents(x))))
    return x


def changeable(kind):
    return not issubclass(kind, tuple)


def joined(kind, keys, values):
    if keys is None:
        return kind(values) if kind in (tuple, list) else kind(*values)
    x = object.__new__(kind) if is_dataclass(kind) else kind()
    contents(x).update(zip(keys, values, strict=True))
    return x


def contents(x):
    """The list or dict that a container is, or has."""
    return vars(x) if is_dataclass(x) else x


def different(now, was):
    """(are the entries of a list or a dict others than they were?, keys of the numbers that have changed)."""
    new, old = (dict(enumerate(x)) if type(x) is list else x for x in (now, was))
    other = [k for k in old if k not in new or new[k] is not old[k]]
    numbers = [k for k in other if k in new and type(old[k]) in SIMPLE and not isinstance(new[k], Taped)]
    return bool(other) or [*new] != [*old], numbers


def text(structure, names, lines):
    """The text that puts leaves of these names together."""
    if type(structure) is int:
        return names[structure]
    kind, keys, parts = structure
    parts = [text(p, names, lines) for p in parts]
    if kind is dict:
        return f"{{{', '.join([f'{lines.name(k)}: {p}' for k, p in zip(keys, parts, strict=True)])}}}"
    parts = ", ".join(parts)
    if kind is list:
        return f"[{parts}]"
    parts = f"({parts}{',' * (parts != '')})"
    return parts if kind is tuple else f"{lines.name(joined)}({lines.name(kind)}, {lines.name(keys)}, {parts})"
