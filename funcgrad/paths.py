"""The steps of a path into a pytree, and paths as text: loaded when a path is first asked for."""

import dataclasses
from collections.abc import Iterable
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class SequenceKey:
    """The step of a path into a tuple or list: `[idx]`."""

    idx: int

    def __str__(self):
        return f"[{self.idx}]"


@dataclasses.dataclass(frozen=True, slots=True)
class DictKey:
    """The step of a path into a mapping: `[key]`."""

    key: Any

    def __str__(self):
        return f"[{self.key!r}]"


@dataclasses.dataclass(frozen=True, slots=True)
class GetAttrKey:
    """The step of a path into a namedtuple or dataclass: `.name`."""

    name: str

    def __str__(self):
        return f".{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class FlattenedIndexKey:
    """The step of a path into a registered class that names no keys: the child's position."""

    key: int

    def __str__(self):
        return f"[<flat index {self.key}>]"


def keystr(keys: Iterable[Any], *, simple: bool = False, separator: str = "") -> str:
    """Return a path as text; `simple=True` leaves the brackets away.

    >>> from funcgrad.tree import leaves_with_path
    >>> [(path, _)] = leaves_with_path({"w": [1.0]})
    >>> keystr(path), keystr(path, simple=True, separator="/")
    ("['w'][0]", 'w/0')
    """
    if not simple:
        return separator.join([str(key) for key in keys])
    words = []
    for key in keys:
        match key:
            case SequenceKey(word) | DictKey(word) | GetAttrKey(word) | FlattenedIndexKey(word) | word:
                words.append(str(word))
    return separator.join(words)
