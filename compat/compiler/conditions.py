"""The conditions under which a compiled function's program stands, as lines of code: values compared with what they were, and why one fails.

Invariant: a test looks, and changes nothing; the lines that run and those that explain have the same tests.
"""

import collections
from itertools import zip_longest
from operator import is_

import numpy as np

from funcgrad.core.site import internal

from .reach import entries

SIMPLE = (int, float, complex, bool, str, bytes, type(None))
ENTRIES = (
    64  # of a container: of a longer one it is compared which objects they are, and what those are that hold others
)
MOST = 4096  # of a container that is known by more than its identity
SMALL = 1024  # elements of an ndarray that is an argument
EXACT = 1 << 16  # of one whose figures are all compared (2 us for 5,000, 40 us for these)
SAMPLED = 64  # of a larger one
PLAIN = "biufcmMSU"  # kinds of dtypes whose elements are their bytes


KINDS = {
    dict: dict,
    list: list,
    tuple: tuple,
    set: list,  # (in the order in which it is gone through)
    collections.deque: list,
    bytearray: bytes,
}  # how the entries of a container are kept


def container_of(kind):
    """The class of containers that a class is or comes from, or None; nobody changes those of ours."""
    if kind in KINDS:
        return kind
    return None if internal[kind.__module__] else next((k for k in KINDS if issubclass(kind, k)), None)


def snapshot(x):
    """What `same` compares with later: a value, or a copy of a container of values."""
    kind = type(x)
    if isinstance(x, np.ndarray):
        return Figures(x)
    base = container_of(kind)
    if base is None or len(x) > MOST:
        return x
    plain = KINDS[base]
    if len(x) > ENTRIES and plain is not bytes:
        return x if base is tuple else Long(x)
    if plain is dict:
        copy = {k: snapshot(v) for k, v in x.items()}
    else:
        copy = plain(x) if plain is bytes else plain([snapshot(v) for v in x])
    return copy if kind is plain else Kept(kind, copy)


def vast(kept):
    """What no call can compare: the container or ndarray in a snapshot that has too many entries for it; or None."""
    kind = type(kept)
    if kind is Figures:
        return kept.array if kept.array.size > EXACT else None
    base = container_of(kind)
    if base is not None and len(kept) > MOST:
        return None if base is tuple else kept
    if kind in (Kept, Long):
        kept = kept.entries if kind is Kept else kept.inside
    elif base is None:
        return None
    inside = kept.values() if isinstance(kept, dict) else () if type(kept) is bytes else kept
    return next((found for v in inside if (found := vast(v)) is not None), None)


class Kept:
    """The entries of a container of another type than list, tuple and dict."""

    def __init__(self, kind, entries):
        self.kind, self.entries = kind, entries


class Long:
    """A long container and the objects that were in it, in order; `inside`: {place of one that can be changed: its snapshot}."""

    def __init__(self, x):
        self.container, self.entries = x, entries(x)
        kept = [(i, v, snapshot(v)) for i, v in enumerate(self.entries)]
        self.inside = {i: copy for i, v, copy in kept if copy is not v}

    def holds(self, x):
        """Is x the container, with what was in it?"""
        if (
            x is not self.container
            or len(now := entries(x)) != len(self.entries)
            or not all(map(is_, now, self.entries))
        ):
            return False
        return not self.inside or all([same(now[i], copy) for i, copy in self.inside.items()])


class Figures:
    """An ndarray and the figures it had; of a large one a sample of them; of objects what `same` compares with."""

    def __init__(self, x):
        self.array, self.figures, self.strides = x, self.sample(x).copy(), x.strides
        self.inside = [snapshot(v) for v in self.figures.ravel().tolist()] if x.dtype.hasobject else ()

    @staticmethod
    def sample(x):
        x = np.asarray(x)
        return x if x.size <= EXACT else x.flat[:: x.size // SAMPLED]


def same(x, kept):
    """Is a value what a snapshot of it was?"""
    kind = type(kept)
    if kind is Figures:
        if x is not kept.array and (type(x) is not type(kept.array) or x.size > EXACT):
            return False
        now, was = kept.sample(x), kept.figures
        if now.dtype != was.dtype or now.shape != was.shape or x.strides != kept.strides:
            return False
        if was.dtype.kind in PLAIN:  # (bit by bit: 0. is not -0., and what is no number is that)
            return now.tobytes() == was.tobytes()
        if was.dtype.hasobject:
            return all(map(same, now.ravel().tolist(), kept.inside))
        return same(now.tolist(), was.tolist())
    if kind is Long:
        return kept.holds(x)
    if kind is Kept:
        return type(x) is kept.kind and same(type(kept.entries)(x), kept.entries)
    if type(x) is not kind:
        return False
    if kind in SIMPLE:
        return x is kept or (x == kept and (bool(x) or repr(x) == repr(kept)))  # (0. is not -0.)
    if kind in (list, tuple):
        return len(x) == len(kept) and all(map(same, x, kept))
    if kind is dict:
        ordered = len(x) == len(kept) and (all(map(is_, x, kept)) or all(map(same_key, x, kept)))
        return ordered and all(map(same, x.values(), kept.values()))
    return x is kept


def same_key(x, kept):
    """Is a key what it was? (True is not 1; of another kind of key its class knows.)"""
    return same(x, kept) or type(x) is type(kept) not in (tuple, *SIMPLE) and x == kept


def equality(text, name, value):
    """The text of a test that a value of Python's is what it was. 0. is not -0., and what is no number is that."""
    test = f"type({text}) is {type(value).__name__} and "
    if value != value and type(value) is float:
        return f"{test}{text} != {text}"
    test += f"{text} == {name}"
    return test if value or type(value) not in (float, complex) else f"{test} and str({text}) == {str(value)!r}"


def restored(x, kept):
    """A value filled as it was when `kept` was made of it; what is there no more is made anew."""
    kind = type(kept)
    if same(x, kept):
        return x
    if kind is Figures:
        if kept.array.size <= EXACT:
            np.asarray(kept.array)[...] = kept.figures
            for v, copy in zip(kept.figures.ravel().tolist(), kept.inside, strict=False):
                restored(v, copy)
        return kept.array
    if kind is Long:
        x, half = kept.container, len(kept.entries) // 2
        for i, copy in kept.inside.items():
            restored(kept.entries[i], copy)
        x.clear()
        if isinstance(x, dict):
            x.update(zip(kept.entries[:half], kept.entries[half:], strict=True))
        else:
            (x.update if isinstance(x, set) else x.extend)(kept.entries)
        return x
    if kind is tuple:
        return tuple([restored(v, k) for v, k in zip_longest(x if type(x) is tuple else (), kept)][: len(kept)])
    was = kept.entries if kind is Kept else kept
    if type(was) not in (list, dict, bytes):
        return kept
    kind = kept.kind if kind is Kept else kind
    x = x if type(x) is kind else container_of(kind)()
    if type(was) is list:
        was = [restored(v, k) for v, k in zip_longest([*x], was)][: len(was)]
    elif type(was) is dict:
        was = {k: restored(x.get(k), v) for k, v in was.items()}
    x.clear()
    (x.update if isinstance(x, (dict, set)) else x.extend)(was)
    return x


class Test:
    """A condition: its text, what it is about, what it was, and the text of what it is now; or the text that says what failed."""

    __slots__ = ("text", "about", "was", "now", "said")

    def __init__(self, text, about, was=None, now=None, said=None):
        self.text, self.about, self.was, self.now, self.said = text, about, was, now, said


class Lines:
    """Tests and lines in order, from which two functions are made: the one that runs, and the one that explains."""

    def __init__(self, env):
        self.items = []
        self.env = env

    def test(self, text, about, was=None, now=None):
        self.items.append(Test(text, about, was, now))

    def line(self, text):
        self.items.append(text)

    def name(self, x, hint="e"):
        name = f"{hint}{len(self.env)}"
        self.env[name] = x
        return name

    def quick(self):
        lines, tests = [], []
        for item in [*self.items, ""]:
            if type(item) is Test:
                tests.append(item.text if " or " not in item.text else f"({item.text})")
                continue
            if tests:
                lines.append(f"if not ({' and '.join(tests)}): return MISS")
                tests = []
            if item:
                lines.append(item)
        return lines

    def slow(self):
        """Lines that answer (how many tests came before, what failed)."""
        lines = []
        count = 0
        for item in self.items:
            if type(item) is not Test:
                lines.append(item.replace("return MISS", "return 0, 'arguments of another structure'"))
                continue
            count += 1
            if item.said is not None:
                said = item.said
            elif item.now is None:
                said = repr(f"{item.about} changed")
            else:
                self.env["repr"] = repr
                said = f"{f'{item.about} is '!r} + repr({item.now}) + {f', not {item.was!r}'!r}"
            lines.append(f"if not ({item.text}): return {count}, {said}")
        return lines
