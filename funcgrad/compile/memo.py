"""Staged bodies of loops that are run outside jit, kept for the next call of the same loop.

A loop stages its body at every call. What that gives is kept under all that the body can see: its code, what its closure, defaults
and global names hold, and the same of the functions among these.

Invariant: a body is taken from here only if nothing it could read has changed. What cannot be known to be the same (an object of a
class of the user's, a method, a large array, a traced value, np.random) is not kept, and is staged each time.
"""

import collections
import threading
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

import numpy as np

from ..core.primitive import Primitive

MOST = 256  # bodies
BYTES = 1 << 16  # of the arrays that one body sees
NUMBERS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))
TRUSTED = ("numpy", "funcgrad", "math", "cmath", "operator", "builtins", "functools", "itertools")
CHANGING = {
    "random",
    "print",
    "config",
    "globals",
    "locals",
    "vars",
    "getattr",
    "eval",
    "exec",
    "open",
    "input",
    "next",
}

kept = collections.OrderedDict()
lock = threading.Lock()


class Unknown(Exception):
    """There is no telling whether this stays what it is."""


def key_of(f, *more):
    """A key of everything a function can see, or None."""
    if type(f) is not FunctionType:
        return None
    try:
        return (*more, Seen().of(f))
    except Unknown:
        return None


def find(key):
    if key is None:
        return None
    with lock:
        got = kept.get(key)
        if got is not None:
            kept.move_to_end(key)
        return got


def keep(key, value):
    if key is not None:
        with lock:
            kept[key] = value
            if len(kept) > MOST:
                kept.popitem(last=False)


class Same:
    """An object that is known by its identity."""

    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return type(other) is Same and other.x is self.x

    def __hash__(self):
        return id(self.x)


class Seen:
    """What is seen of one function: each function of the user's once, so that they may call one another."""

    def __init__(self):
        self.functions = {}
        self.bytes = 0

    def of(self, x):
        kind = type(x)
        if kind in NUMBERS:
            return kind, repr(x) if kind in (float, complex) else x
        if kind is tuple:
            return (kind, *[self.of(v) for v in x])
        if kind is np.ndarray or isinstance(x, np.generic):
            self.bytes += x.nbytes
            if self.bytes > BYTES or x.dtype.hasobject:
                raise Unknown
            return kind, x.shape, x.strides, x.dtype.str, x.tobytes()
        if kind is FunctionType:
            return Same(x) if trusted(x.__module__) else self.of_function(x)
        if (
            isinstance(x, (np.ufunc, np.dtype, Primitive, BuiltinFunctionType))
            or kind is ModuleType
            and trusted(x.__name__)
        ):
            if getattr(x, "__name__", None) in CHANGING:
                raise Unknown
            return Same(x)
        if isinstance(x, type) and trusted(x.__module__):
            return Same(x)
        raise Unknown

    def of_function(self, f):
        if f in self.functions:
            return "again", self.functions[f]
        self.functions[f] = len(self.functions)
        found = [f.__code__, self.of(f.__defaults__ or ()), self.of(tuple((f.__kwdefaults__ or {}).items()))]
        for cell in f.__closure__ or ():
            try:
                found.append(self.of(cell.cell_contents))
            except ValueError:  # (empty so far)
                raise Unknown from None
        for name in names_in(f.__code__):
            if name in CHANGING:
                raise Unknown
            if name in f.__globals__:
                found.append((name, self.of(f.__globals__[name])))
        return tuple(found)


def names_in(code):
    """The global names (and those of attributes) that code reads, with the code inside it."""
    found, stack = {}, [code]
    while stack:
        c = stack.pop()
        found.update(dict.fromkeys(c.co_names))
        stack += [x for x in c.co_consts if isinstance(x, CodeType)]
    return found


def trusted(module):
    return (module or "").partition(".")[0] in TRUSTED


__all__ = ["find", "keep", "key_of"]
