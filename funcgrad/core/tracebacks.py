"""What a traceback shows: the user's frames, and of ours only the one through which the error left us.

Invariant: nothing is done unless an error passes; what is cut are entries of tracebacks, never errors: `__cause__` and
`__context__` stay, but for errors raised and handled entirely inside, which say nothing to a user. The frames that
are left are whole, so that a debugger works in them. What looks like a mistake of our own keeps every frame, for a bug
report, and so does everything under `config(full_tracebacks=True)`.
"""

import functools
import opcode
from types import CellType, FunctionType

from ..lazy import trims
from .site import internal

PACKAGES = ("funcgrad", "compat")


def is_ours(frame):
    """Does the frame run funcgrad, compat, or code that they generated?"""
    package = str(frame.f_globals.get("__name__")).partition(".")[0]
    return package in PACKAGES or frame.f_code.co_filename.startswith("<funcgrad")


def is_bug(error, last):
    """Is this error, raised in the entry `last`, a mistake of this library's that none of its checks raised: a name, key or attribute
    that its own code misses? (A value that does not fit is the user's mistake, also where NumPy says so in our frame.)"""
    if not is_ours(last.tb_frame):
        return False
    if isinstance(error, (AttributeError, KeyError)):
        return last.tb_frame.f_code.co_code[last.tb_lasti] != opcode.opmap["RAISE_VARARGS"]
    return isinstance(error, (NameError, ImportError))


def entries(traceback):
    found = []
    while traceback is not None:
        found.append(traceback)
        traceback = traceback.tb_next
    return found


def users(found):
    """The entries that are not ours, nor those of NumPy and its like through which we were called."""
    kept = []
    above_ours = False
    for entry in reversed(found):
        if is_ours(entry.tb_frame):
            above_ours = True
        elif not (above_ours and internal[entry.tb_frame.f_globals.get("__name__")]):
            above_ours = False
            kept.append(entry)
    return kept[::-1]


def linked(found):
    """The first of these entries, followed by the others; None if there are none."""
    for entry, after in zip(found, [*found[1:], None], strict=False):
        entry.tb_next = after
    return found[0] if found else None


def trim(error, traceback=None, own=1):
    """Cut our frames out of the traceback of an error, but for its first entry (`own` of them), and out of those of the errors
    it came from. `traceback`: the error's, where it is not set yet. Returns the error."""
    from .config import Current

    if Current.settings.full_tracebacks:
        return error
    found = entries(traceback or error.__traceback__)
    if found and is_bug(error, found[-1]):
        return error
    if found:
        left = linked([*found[:own], *users(found[own:])])
        if not own:
            error.__traceback__ = left
    trim_origins(error)
    return error


drop = functools.partial(trim, own=0)  # for functions that only ours call: their caller is the one entry to be left
trims.append(drop)


def passing(f, trim):
    def call(*args, **kwargs):
        try:
            return f(*args, **kwargs)
        except BaseException as error:
            trim(error)
            raise

    return call


CALL = passing(None, trim).__code__  # (its free variables: f, trim)
TRIM = CellType(trim)


@functools.cache
def named(code):
    return CALL.replace(co_name=code.co_name, co_qualname=code.co_qualname)


def public(f):
    """f as users call it: of our frames, the traceback of an error that leaves it has one, under its name. (0.1 us a call; what is called for
    every operation is not decorated so.)"""
    g = FunctionType(named(f.__code__), f.__globals__, f.__name__, None, (CellType(f), TRIM))
    g.__doc__, g.__module__, g.__qualname__ = f.__doc__, f.__module__, f.__qualname__
    g.__dict__.update(f.__dict__)
    g.__dict__.setdefault("__wrapped__", f)
    return g


def publish(cls, *names):
    """Make functions of a class public: those that it defines itself under the names, or without names all but private ones."""
    for name, f in list(vars(cls).items()):
        if type(f) is FunctionType and (name in names if names else name[0] != "_" or name == "__init__"):
            setattr(cls, name, public(f))
    return cls


class PublicMethods:
    """Base of classes: those of their subclasses that are ours have public methods, the ones that are named in `_public` or all.

    A user's own subclass stays as it is written."""

    _public = ("__init__",)

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if str(getattr(cls, "__module__", "")).partition(".")[0] in PACKAGES:
            publish(cls, *cls._public)


def trim_origins(error):
    """Cut our frames out of the tracebacks of the errors that an error came from, and leave out those that are only ours."""
    done = {id(error)}
    while True:
        cause = error.__cause__
        origin = cause or error.__context__
        if origin is None or id(origin) in done:
            return
        done.add(id(origin))
        found = entries(origin.__traceback__)
        shown = users(found)
        if found and not shown and cause is None:
            error.__context__ = origin.__context__
            continue
        if shown:
            origin.__traceback__ = linked(shown)
        error = origin
