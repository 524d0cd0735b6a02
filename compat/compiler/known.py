"""What is known of what is not written in Python: which objects keep nothing that changes, and which functions do nothing that each call has to do
anew.

Invariant: what is not known is taken for what may change or act. A function that names such an object is run as it is; one of such functions is
stopped before it acts (effects.py).
"""

import collections
import datetime
import functools
import io
import operator
import random
import re
import struct
import sys
import threading
import types
import typing

from funcgrad.core.site import internal

# modules whose functions and classes, if they are written in C, answer by their arguments alone
PURE = (
    "__future__ _abc _ast _bisect _codecs _collections _collections_abc _functools _heapq _json _operator _sre _statistics _string _struct _typing "
    "_weakref abc binascii bisect builtins cmath collections colorsys contextlib copy copyreg dataclasses enum fractions functools heapq itertools "
    "json keyword math numbers operator re statistics string struct textwrap types typing unicodedata weakref zlib"
)
PURE = frozenset(PURE.split())
CLASSES = PURE | {
    "datetime",
    "threading",
    "_thread",
}  # those of whose classes objects are made by their arguments alone
FUNCTIONS = frozenset(
    "fspath get_ident get_native_id allocate_lock RLock strerror text_encoding intern getsizeof exc_info getrefcount".split()
)  # of other modules
NAMES = frozenset(("input", "now", "today", "utcnow"))  # of builtins and of datetime, whose functions act nevertheless
ACTING = random.Random, io.IOBase
KNOWN = {
    object, type, type(None), type(...), type(NotImplemented), int, float, complex, bool, str, bytes, bytearray, list, dict, tuple, set, frozenset,
    range, slice, property, staticmethod, classmethod, types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodWrapperType,
    types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType, types.GetSetDescriptorType,
    types.MemberDescriptorType, types.ModuleType, types.CodeType, types.CellType, types.GenericAlias, types.UnionType, types.SimpleNamespace,
    collections.deque, collections.OrderedDict, collections.defaultdict, functools.partial, functools._lru_cache_wrapper, re.Pattern, re.Match,
    datetime.date, datetime.datetime, datetime.time, datetime.timedelta, datetime.timezone, datetime.tzinfo, struct.Struct, operator.itemgetter,
    type(threading.Lock()), type(threading.RLock()), typing.TypeVar, typing.Generic,
}  # fmt: skip
IMMUTABLE = 1 << 8  # the flag of a class that is written in C


def module_of(kind):
    return str(kind.__module__).partition(".")[0]


def in_c(kind):
    """Is a class written in C, and neither ours nor NumPy's?"""
    if kind in KNOWN or internal[kind.__module__] or issubclass(kind, BaseException):
        return False
    if kind.__flags__ & IMMUTABLE:
        return True
    module = module_of(
        kind
    )  # ("builtins": of a class that a program without a __name__ has made; those in C have the flag)
    return module != "builtins" and module in sys.builtin_module_names


def bound_to(x):
    """The object whose method a function written in C is; None for one of a module or a class."""
    if not isinstance(x, (types.BuiltinFunctionType, types.MethodWrapperType)):
        return None
    return None if isinstance(x.__self__, (types.ModuleType, type)) else x.__self__


def opaque(x):
    """Might x keep what is not seen, or answer by such?"""
    kind = type(x)
    if isinstance(x, type):
        return in_c(x) and module_of(x) not in CLASSES
    return kind not in KNOWN and any([in_c(c) or c.__name__ == "MaskedArray" for c in kind.__mro__])


def acts(f):
    """Does a function written in C something that has to be done anew by each call, as far as is known?"""
    owner, name = f.__self__, f.__name__
    if isinstance(owner, ACTING):
        return True
    if isinstance(owner, type):
        return name in NAMES and owner.__module__ == "datetime"
    if not isinstance(owner, types.ModuleType):
        return False
    module = str(owner.__name__).partition(".")[0]
    return name in NAMES if module in PURE else not internal[module] and name not in FUNCTIONS


def may_act(x):
    """Might a function that names x call such functions? (To look at every call makes staging take twice as long.)"""
    if isinstance(x, (types.MethodType, types.BuiltinFunctionType)) and x.__self__ is not None:
        x = x.__self__
    name = x.__name__ if isinstance(x, types.ModuleType) else None
    name = str(name or (x if isinstance(x, (types.FunctionType, type)) else type(x)).__module__).partition(".")[0]
    if name in PURE or internal[name]:
        return False
    file = str(getattr(sys.modules.get(name), "__file__", None))
    return (
        name in sys.stdlib_module_names
        or "site-packages" in file
        or "dist-packages" in file
        or file.endswith((".so", ".pyd"))
    )


__all__ = ["acts", "bound_to", "may_act", "opaque"]
