"""The conditions under which a compiled function's program stands, as lines of code: values compared with what they were, and why one fails.

Invariant: a test looks, and changes nothing; the lines that run and those that explain have the same tests.
"""

import collections
from itertools import zip_longest
from operator import is_

import numpy as np

from funcgrad.core.site import internal

SIMPLE = (int, float, complex, bool, str, bytes, type(None))
ENTRIES = 64  # of a container: of a longer one it is compared which objects they are
MOST = 4096  # of a container that is known by more than its identity
SMALL = 1024  # elements of an ndarray that is an argument
EXACT = 1 << 16  # of one whose figures are all compared (2 us for 5,000, 40 us for these)
SAMPLED = 64  # of a larger one
PLAIN = "biufcmMSU"  # kinds of dtypes whose elements are their bytes


KINDS = {
    dict: dict,
    list: list,
    tuple: tuple,
    set: set,
    collections.deque: list,
    bytearray: bytes,
}  # how the entries of a container are kept


def kept_as(x):
    """The plain type that a copy of a container has; None for what is no container, or a long one."""
    kind = type(x)
    plain = KINDS.get(kind) or next((KINDS[k] for k in KINDS if issubclass(kind, k)), None)
    return None if plain is None or len(x) > ENTRIES or internal[kind.__module__] else plain


def snapshot(x):
    """What `same` compares with later: a value, or a copy of a container of values."""
    if type(x) is np.ndarray:
        return Figures(x)
    plain = kept_as(x)
    if plain is None:
        return (
            Long(x)
            if isinstance(x, (dict, list)) and ENTRIES < len(x) <= MOST and not internal[type(x).__module__]
            else x
        )
    if plain is dict:
        copy = {k: snapshot(v) for k, v in x.items()}
    else:
        copy = plain(x) if plain in (set, bytes) else plain([snapshot(v) for v in x])
    return copy if type(x) is plain and plain in (dict, list, tuple) else Kept(type(x), copy)


class Kept:
    """The entries of a container of another type than list, tuple and dict."""

    def __init__(self, kind, entries):
        self.kind, self.entries = kind, entries


class Long:
    """A long list or dict and the objects that were in it."""

    def __init__(self, x):
        self.container, self.entries = x, self.of(x)

    @staticmethod
    def of(x):
        return (*dict.keys(x), *dict.values(x)) if isinstance(x, dict) else (*list.__iter__(x),)


class Figures:
    """An ndarray and the figures it had; of a large one a sample of them."""

    def __init__(self, x):
        self.array, self.figures = x, self.sample(x).copy()

    @staticmethod
    def sample(x):
        return x if x.size <= EXACT else x.flat[:: x.size // SAMPLED]


def same(x, kept):
    """Is a value what a snapshot of it was?"""
    kind = type(kept)
    if kind is Figures:
        if x is not kept.array and (type(x) is not np.ndarray or x.size > EXACT):
            return False
        now, was = kept.sample(x), kept.figures
        if now.dtype != was.dtype or now.shape != was.shape:
            return False
        if was.dtype.kind in PLAIN:  # (bit by bit: 0. is not -0., and what is no number is that)
            return now.tobytes() == was.tobytes()
        return same(now.tolist(), was.tolist())
    if kind is Long:
        return x is kept.container and len(now := Long.of(x)) == len(kept.entries) and all(map(is_, now, kept.entries))
    if kind is Kept:
        plain = type(kept.entries)
        return type(x) is kept.kind and (x == kept.entries if plain in (set, bytes) else same(plain(x), kept.entries))
    if type(x) is not kind:
        return False
    if kind in SIMPLE:
        return x is kept or (x == kept and (bool(x) or repr(x) == repr(kept)))  # (0. is not -0.)
    if kind in (list, tuple):
        return len(x) == len(kept) and all(map(same, x, kept))
    if kind is dict:
        return len(x) == len(kept) and all([k in x and same(x[k], v) for k, v in kept.items()])
    return x is kept


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
            kept.array[...] = kept.figures
        return kept.array
    if kind is Long:
        x, half = kept.container, len(kept.entries) // 2
        x.clear()
        if isinstance(x, dict):
            x.update(zip(kept.entries[:half], kept.entries[half:], strict=True))
        else:
            x.extend(kept.entries)
        return x
    if kind is tuple:
        return tuple([restored(v, k) for v, k in zip_longest(x if type(x) is tuple else (), kept)][: len(kept)])
    entries = kept.entries if kind is Kept else kept
    if type(entries) not in (list, dict, set, bytes):
        return kept
    x = x if type(x) is (kept.kind if kind is Kept else kind) else type(entries)()
    if type(entries) is list:
        entries = [restored(v, k) for v, k in zip_longest([*x], entries)][: len(entries)]
    elif type(entries) is dict:
        entries = {k: restored(x.get(k), v) for k, v in entries.items()}
    x.clear()
    (x.update if isinstance(x, (dict, set)) else x.extend)(entries)
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
