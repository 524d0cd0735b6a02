"""Interception: what autocast, __torch_function__ and a profiler need to see of every call, at no cost while none of them does.

A function is intercepted by giving it the code of a stub, so that every name it is known by (an import, a method, a table)
leads to the stub; letting it go gives it its own code back. Invariants: the function object stays the same one; its own code
runs, unchanged, as `inner` of the layers around it.
"""

import functools
import inspect
import threading
from types import FunctionType

from funcgrad import lazy

from .functions.call_errors import STUBS

ORDER = (
    "layout",
    "dtypes",
    "selective",
    "autocast",
    "function",
    "profile",
)  # the kinds of layers, from the inside outwards
sites = {}  # function -> Site, of those that have been intercepted
copies = {}  # function -> functions of their own that do the same under other names
original = {}  # each of those -> the function
_lock = threading.RLock()


STUB = """
def made({cells}):
    def stub(*args, **kwargs):
        if False: ({cells})
        call = "the call"
        return call(*args, **kwargs)
    return stub.__code__
"""
QUICK = STUB.replace(
    'call = "the call"',
    'plain = "plain"; call = "its own" if plain(map(type, args)) and (not kwargs or plain(map(type, kwargs.values()))) else "the call"',
)


@functools.cache
def code_of(text, cells):
    """The code of a stub for functions with so many free variables (which a frame of it must have, lest a debugger that looks at its
    locals read memory that is none)."""
    names = {}
    exec(compile(text.format(cells=", ".join([f"cell{i}" for i in range(cells)])), STUBS, "exec"), names)
    return names["made"](*[None] * cells)


def filled(code, values):
    """The constants of a stub's code with these objects in the place of their names."""
    return tuple([values.get(c, c) if isinstance(c, str) else c for c in code.co_consts])


class Site:
    """A function that can be intercepted: its own code, and the layers around it by kind."""

    def __init__(self, f):
        if f.__code__ is lazy.waiting.__code__:
            lazy.become(f, f.__globals__["build"])
        self.f, self.layers, self.known = (
            f,
            {},
            original.get(f, f),
        )  # (as which all layers but __torch_function__ know it)
        self.look()

    def look(self):
        """Take the code that the function has now for its own."""
        f = self.f
        self.code = self.given = f.__code__
        self.own = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, f.__closure__)
        self.own.__kwdefaults__ = f.__kwdefaults__

    def settle(self):
        """Give the function the code that its layers ask for."""
        if self.f.__code__ is not self.given:  # (somebody has given it another in the meantime)
            self.look()
        self.given = self.code
        if self.layers:
            call, cells = self.own, len(self.code.co_freevars)
            for kind in ORDER:
                if kind in self.layers:
                    call = self.layers[kind](call, self.f)
            quick = [getattr(self.layers[kind], "plain", None) for kind in self.layers]
            if len(quick) == 1 and quick[0] is not None:
                code = code_of(QUICK, cells)
                consts = filled(code, {"the call": call, "plain": quick[0], "its own": self.own})
            else:
                code = code_of(STUB, cells)
                consts = filled(code, {"the call": call})
            self.given = code.replace(co_consts=consts, co_name=self.code.co_name)
        self.f.__code__ = self.given


def site_of(f):
    found = sites.get(f)
    if found is None:
        found = sites[f] = Site(f)
    return found


def with_copies(functions):
    """These functions, with all that do the same under other names: the library's own calls are of the first."""
    for f in functions:
        if type(f) is FunctionType:
            first = original.get(f, f)
            yield first
            yield from copies.get(first, ())


def copied(f, name):
    """A function of its own that does what f does, with f's layers: what torch has under another name is another function."""
    with _lock:
        site = site_of(f)
        own = FunctionType(site.code, f.__globals__, name, f.__defaults__, f.__closure__)
        own.__kwdefaults__, own.__doc__, own.__module__, own.__qualname__ = (
            f.__kwdefaults__,
            f.__doc__,
            f.__module__,
            name,
        )
        own.__dict__.update(f.__dict__)
        first = original[own] = original.get(f, f)
        copies.setdefault(first, []).append(own)
        site_of(own).layers.update(site.layers)
        sites[own].settle()
        return own


def put(kind, wrap, functions):
    """Put a layer of a kind around functions: calls of f become calls of wrap(inner, f), `inner` being what was called before.

    `wrap.plain`, where there is one, says of the types of arguments whether the layer has nothing to do with such a call.
    """
    with _lock:
        for f in with_copies(functions):
            site = site_of(f)
            if site.layers.get(kind) is not wrap:
                site.layers[kind] = wrap
                site.settle()


def take(kind, functions=None):
    """Take the layers of a kind off these functions, or off all."""
    with _lock:
        for f in list(sites) if functions is None else with_copies(functions):
            site = sites.get(f)
            if site is not None and site.layers.pop(kind, None) is not None:
                site.settle()


def signature_of(f):
    """A function's own signature, whether or not it is intercepted now."""
    return inspect.signature(sites[f].own if f in sites and not hasattr(f, "__wrapped__") else f)


users = {}  # kind -> its Users


def in_use(kind):
    """Does somebody ask for layers of a kind now?"""
    return kind in users and users[kind].count > 0


class Users:
    """How many ask for a kind of layer now: the first puts in what `layers()` lists, [(wrap, functions)]; the last takes it off."""

    def __init__(self, kind, layers):
        self.kind, self.layers, self.count = kind, layers, 0
        users[kind] = self

    def enter(self):
        with _lock:
            self.count += 1
            if self.count == 1:
                for wrap, functions in self.layers():
                    put(self.kind, wrap, functions)

    def leave(self):
        with _lock:
            self.count -= 1
            if self.count == 0:
                take(self.kind)


__all__ = ["Users", "copied", "in_use", "original", "put", "signature_of", "sites", "take"]
