"""What a Python function reads from outside its arguments: globals, closed-over variables, attributes of objects it can name.

Invariant: what is found here is looked at, never run: no property, no `__getattr__`, no descriptor but plain functions. What
a function reads by other ways (a dict it builds, a file, the clock) is not seen.
"""

import builtins
import dis
import functools
import types

from funcgrad.core.site import internal

MISSING = type("Missing", (), {"__repr__": lambda self: "nothing"})()
CONSTANT = (int, float, complex, bool, str, bytes, type(None))
CALLED = (types.FunctionType, types.MethodType, functools.partial)


def chains(code):
    """{(kind, name, attributes)}: `kind` is "global", "free" or "local", or "written" of a variable outside that is assigned to."""
    found = {}
    start, attributes = None, ()
    for i in dis.get_instructions(code):
        op = i.opname
        if op in ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR") and start is not None:
            attributes += (i.argval,)
            if op != "STORE_ATTR":
                continue
        if op in ("EXTENDED_ARG", "COPY"):  # (a copy is where `x.a += 1` begins)
            continue
        if start is not None:
            found[(*start, attributes)] = None
        start, attributes = None, ()
        name = i.argval[-1] if type(i.argval) is tuple and i.argval else i.argval
        if op in ("LOAD_GLOBAL", "LOAD_NAME"):
            start = "global", name
        elif op.startswith("LOAD_FAST"):
            start = "local", name
        elif op.startswith("LOAD_DEREF"):
            start = ("free" if name in code.co_freevars else "local"), name
        elif op in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            found["written", name, ()] = None
        elif op == "STORE_DEREF" and name in code.co_freevars:
            found["written", name, ()] = None
    return found


def loaded(code):
    """Names of attributes that may be looked up before the code itself has assigned to them, and texts that may be such names."""
    stored, found = set(), {k for k in code.co_consts if type(k) is str}
    for i in dis.get_instructions(code):
        if i.opname == "STORE_ATTR":
            stored.add(i.argval)
        elif i.opname in ("LOAD_ATTR", "LOAD_METHOD") and i.argval not in stored:
            found.add(i.argval)
    return found


def codes_of(code):
    """A code object and those inside it."""
    stack, out = [code], []
    while stack:
        c = stack.pop()
        out.append(c)
        stack += [k for k in c.co_consts if isinstance(k, types.CodeType)]
    return out


def foreign(f):
    """Is it a function of ours, of NumPy's or the standard library's, whose globals are nobody's to change?"""
    return internal[f.__globals__.get("__name__")] or not isinstance(f, types.FunctionType)


class Reader:
    """Visits what a function can name. `seen(place, key, value, name)` is told of each entry of a namespace (a dict, a closure's
    cell, a class) that it reads; `told(object)` of each object on the way, and answers whether to look into its attributes."""

    def __init__(self, seen, told):
        self.seen, self.told = seen, told
        self.visited = set()
        self.writes = []  # names of variables outside that it assigns to
        self.builtins = set()
        self.codes = []  # of the user's functions

    @functools.cached_property
    def loaded(self):
        """Names of attributes that may be looked up before they are assigned to."""
        return set().union(*map(loaded, self.codes))

    def callable(self, f):
        """Read whatever is called."""
        if isinstance(f, functools.partial):
            for x in (f.func, *f.args, *f.keywords.values()):
                self.value(x)
        elif isinstance(f, types.MethodType):
            self.value(f.__self__)
            self.callable_function(f.__func__, f.__self__)
        elif isinstance(f, types.FunctionType):
            self.callable_function(f)
        elif not isinstance(f, (type, types.BuiltinFunctionType)):
            self.value(f)
            method = next((vars(c)["__call__"] for c in type(f).__mro__ if "__call__" in vars(c)), None)
            if isinstance(method, types.FunctionType):
                self.callable_function(method, f)

    def callable_function(self, f, owner=MISSING, given=()):
        """Read a function; `owner`: its first argument, where that is known, `given`: (name, value) of others that are."""
        if (id(f), id(owner)) in self.visited and not given:
            return
        self.visited.add((id(f), id(owner)))
        if foreign(f):
            if hasattr(f, "__wrapped__"):  # (a decorator of ours)
                self.callable_function(f.__wrapped__, owner) if isinstance(f.__wrapped__, types.FunctionType) else None
            return
        code = f.__code__
        cells = dict(zip(code.co_freevars, f.__closure__ or (), strict=True))
        known = dict(given)
        if code.co_argcount and owner is not MISSING:
            known[code.co_varnames[0]] = owner
        for key in ("__defaults__", "__kwdefaults__"):
            given = getattr(f, key)
            if given and not all([type(d) in CONSTANT for d in (given if key == "__defaults__" else given.values())]):
                self.seen(f, key, given, f"the defaults of {f.__name__}")
                self.value(given)
        for c in codes_of(code):
            self.codes.append(c)
            for kind, name, attributes in chains(c):
                if kind == "written":
                    if c is code or name in cells or name in f.__globals__:
                        self.writes.append(name)
                    continue
                if name in known and kind != "global" and name not in cells:
                    value = known[name]
                elif kind == "global":
                    if name not in f.__globals__:
                        self.builtins.add(name) if hasattr(builtins, name) else None
                        continue
                    value = f.__globals__[name]
                    if not (isinstance(value, types.ModuleType) and internal[value.__name__]):
                        self.seen(f.__globals__, name, value, name)
                elif name in cells:
                    try:
                        value = cells[name].cell_contents
                    except ValueError:  # (not assigned yet)
                        continue
                    self.seen(cells[name], None, value, name)
                else:
                    continue
                self.attributes(value, attributes, name)

    def attributes(self, value, attributes, name):
        self.value(value)
        for a in attributes:
            if isinstance(value, types.ModuleType):
                if internal[value.__name__] or a not in vars(value):
                    return
                place = vars(value)
            elif not hasattr(value, "__dict__"):
                if (
                    isinstance(getattr(type(value), a, None), types.MemberDescriptorType)
                    and not internal[type(value).__module__]
                ):
                    place, value = value, getattr(value, a, MISSING)  # (one of its __slots__)
                    self.seen(place, a, value, f"{name}.{a}")
                    continue
                return
            else:
                apart = isinstance(value, (type, types.FunctionType)) or self.told(value)
                if not apart and (found := self.member(value, a)) is not MISSING:
                    value = found
                    self.value(value)
                    continue
                place = vars(value) if apart else ()
            name = f"{name}.{a}"
            if a not in place or isinstance(value, type):
                if apart and not isinstance(value, type):
                    self.seen(place, a, MISSING, name)  # (it may be assigned to)
                kind = value if isinstance(value, type) else type(value)
                place = next((c for c in kind.__mro__ if a in vars(c)), None)
                if place is None or internal[place.__module__]:
                    return
                method = vars(place)[a]
                if isinstance(method, types.FunctionType) and kind is not value:
                    self.callable_function(method, value)
                elif isinstance(method, classmethod) and isinstance(method.__func__, types.FunctionType):
                    self.callable_function(method.__func__, kind)
                if hasattr(method, "cache_clear"):
                    self.told(method)
                if hasattr(method, "__get__"):
                    return
                value = method
            else:
                value = place[a]
            self.seen(place, a, value, name)
            self.value(value)

    @staticmethod
    def member(x, a):
        """The attribute of an object that is looked after as a whole (a module): of its instance, or in one of its tables."""
        own = vars(x)
        for table in (own, own.get("_parameters"), own.get("_buffers"), own.get("_modules")):
            if table and a in table:
                return table[a]
        return MISSING

    def value(self, x):
        """Read what a value leads to."""
        if isinstance(x, CALLED):
            self.callable(x)
        elif type(x) in (list, tuple, dict):
            if id(x) not in self.visited and len(x) <= 64:
                self.visited.add(id(x))
                for v in x.values() if type(x) is dict else x:
                    self.value(v)
        elif hasattr(x, "__dict__") and not isinstance(x, (type, types.ModuleType)):
            self.told(x)


__all__ = ["MISSING", "Reader", "chains"]
