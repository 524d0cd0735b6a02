"""What a Python function reads from outside its arguments: globals, closed-over variables, attributes of objects it can name.

Invariant: what is found here is looked at, never run: no property, no `__getattr__`, no descriptor but plain functions. What
a function reads by other ways (a dict it builds, a file, the clock) is not seen.
"""

import builtins
import dis
import functools
import re
import sys
import types
import weakref
from collections import deque
from importlib.util import resolve_name

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.site import internal

from .known import bound_to, opaque

MISSING = type("Missing", (), {"__repr__": lambda self: "nothing"})()
CONSTANT = (int, float, complex, bool, str, bytes, type(None))
CALLED = (types.FunctionType, types.MethodType, functools.partial)
NAMED = (types.FunctionType, types.BuiltinFunctionType, type)
METHODS = (types.FunctionType, staticmethod, classmethod, functools.partialmethod, property)
CONTAINERS = (list, tuple, dict, set, frozenset, deque)
MANY = 1024  # entries of a container that lead on
LONG = 10_000  # entries of a container whose entries are not followed
# methods that no syntax but that of making, copying and printing an object calls
TEXTS = frozenset("__repr__ __str__ __format__".split())
ASIDE = TEXTS | frozenset("__init__ __new__ __del__ __reduce__ __setstate__ __init_subclass__".split())
BUILTINS = frozenset(dir(builtins))
ANYTHING = frozenset(("globals", "eval", "exec", "__import__"))
# what looks attributes up by a name that is computed, or all of them
BY_NAME = frozenset(("getattr", "setattr", "hasattr", "delattr", "vars", "dir"))
ALL_NAMES = frozenset(("__dict__", "attrgetter", "methodcaller", "format_map", "format of any text"))
# what asks for the text of an object
ASKING_TEXTS = frozenset(("str", "repr", "ascii", "format", "print"))


def chains(code):
    """{(kind, name, attributes)}: `kind` is "global", "free" or "local", or "written" of a variable outside that is assigned to; or "imported" of
    one that becomes (module, how many packages up, attribute of it or None), which come first."""
    found, imports = {}, {}
    start, attributes, module, before = None, (), None, (None, None)
    for i in dis.get_instructions(code):
        op = i.opname
        if op == "EXTENDED_ARG":  # (a part of the next)
            continue
        if op == "IMPORT_NAME":
            (level, names), asked = before, i.argval
            module = (asked if names is not None else asked.partition(".")[0], level, None)
        elif op == "IMPORT_FROM":
            module = (asked, level, i.argval if names is not None else None)
        elif module is not None and op.startswith("STORE_"):
            imports["imported", i.argval, module] = module = None
        before = before[1], i.argval
        if op in ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR") and start is not None:
            attributes += (i.argval,)
            if op != "STORE_ATTR":
                continue
        if op == "COPY":  # (a copy is where `x.a += 1` begins)
            continue
        if start is not None:
            found[(*start, attributes)] = None
        start, attributes = None, ()
        name = i.argval[-1] if type(i.argval) is tuple and i.argval else i.argval
        if op in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
            start = "global", name
        elif op.startswith("LOAD_FAST"):
            start = "local", name
        elif op in ("LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"):
            start = ("free" if name in code.co_freevars else "local"), name
        elif op in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            found["written", name, ()] = None
        elif op == "STORE_DEREF" and name in code.co_freevars:
            found["written", name, ()] = None
    return {**imports, **found}


def loaded(code):
    """Names of attributes that may be looked up before the code itself has assigned to them, and texts that may be such names."""
    stored, found = set(), {k for k in code.co_consts if type(k) is str}
    for i in dis.get_instructions(code):
        if i.opname == "STORE_ATTR":
            stored.add(i.argval)
        elif i.opname in ("LOAD_ATTR", "LOAD_METHOD") and i.argval not in stored:
            found.add(i.argval)
    return found


def named(code):
    """Names of the attributes that code looks up or sets, and texts that may be such names."""
    texts = [k for k in code.co_consts if type(k) is str]
    fields = [part for k in texts if "{" in k for part in re.findall(r"\w+", k)]  # ("{0.rate}".format(x))
    names = {
        *code.co_names,
        *ALL_NAMES.intersection(code.co_freevars),
        *fields,
        *[part for k in texts for part in k.split(".")],
    }
    if "format" in code.co_names:
        ops = [*dis.get_instructions(code)]
        if any([b.argval == "format" and a.opname != "LOAD_CONST" for a, b in zip(ops, ops[1:])]):
            names.add("format of any text")
    return names


def looks_through(code):
    """(may it make a text of an object?, may it compare objects?), by operators and methods of texts and lists."""
    ops = {i.opname for i in dis.get_instructions(code)}
    texts = not ops.isdisjoint(("FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "CONVERT_VALUE"))
    texts = texts or any([type(k) is str and ("{" in k or "%" in k) for k in code.co_consts])
    methods = not {"index", "count", "remove"}.isdisjoint(code.co_names)
    return texts, methods or not ops.isdisjoint(("COMPARE_OP", "CONTAINS_OP"))


def codes_of(code):
    """A code object and those inside it."""
    stack, out = [code], []
    while stack:
        c = stack.pop()
        out.append(c)
        stack += [k for k in c.co_consts if isinstance(k, types.CodeType)]
    return out


@functools.cache
def installed(name):
    """Is it a module of an installed library?"""
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return any([place in file for place in ("site-packages", "dist-packages")])


@functools.cache
def module_of_users(name):
    if name is None or name == "__main__":  # (code that was written by a program has no name)
        return True
    return not (internal[name] or name.partition(".")[0] in sys.stdlib_module_names or installed(name))


def of_users(kind):
    """Is a class one of the user's, not of an installed library or Python's own?"""
    return module_of_users(str(kind.__module__))


def legible(kind):
    """Is what syntax calls of a class written in Python, by the user or in the standard library?"""
    name = str(kind.__module__).partition(".")[0]
    return (
        of_users(kind)
        or name in sys.stdlib_module_names
        and name not in ("enum", "typing", "abc")
        and not internal[name]
    )


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
        self.anything = False  # may the user's code look up any variable?
        self.absent = {}  # id of a module's variables -> (they, names that are none of them)
        self.by_id = False  # may it ask for the id() of something?
        self.codes = []  # of the user's functions
        self.reached = {}  # id -> (object whose attributes are looked at one by one, names of those that were)
        self.dicts = {}  # id of the attributes of an object or function -> (they, it), which may be given others
        self.foreign = set()  # names of functions and classes that are not the user's, and of modules
        self.opaque = []  # what it can name that nobody sees into (known.py)
        self.classes = []  # of the user's that it names
        self.modules = {}  # name -> module of the user's that it can name
        self.wholes = {}  # id of an object's attributes -> (they, their names) of one that may be looked at as a whole
        self.sure = True  # may what is being read be called, as far as can be seen? (Else what it assigns to is looked at only.)

    @functools.cached_property
    def loaded(self):
        """Names of attributes that may be looked up before they are assigned to."""
        return set().union(*map(loaded, self.codes))

    def settle(self):
        """Look up, of each object that was reached by whatever way, the attributes that any code names. (Do it last.)"""
        names, count, more = set(), 0, True
        while more:
            for code in self.codes[count:]:
                names |= named(code)
            count, before = len(self.codes), len(self.reached)
            every = not (names.isdisjoint(ALL_NAMES) and self.builtins.isdisjoint(BY_NAME))
            texts, compares = (
                map(any, zip(*map(looks_through, self.codes), strict=True)) if self.codes else (False, False)
            )
            texts = texts or not self.builtins.isdisjoint(ASKING_TEXTS)
            more = False
            for x, done in list(self.reached.values()):
                own = {**getattr(x, "__dict__", {}), **dict.fromkeys(slots_of(x))}
                whole = (
                    every or (texts or compares) and isinstance(x, types.SimpleNamespace)
                )  # (whose == and repr() are in C)
                if whole and "_modules" not in own and type(d := getattr(x, "__dict__", None)) is dict:
                    self.wholes.setdefault(id(d), (d, [*d]))
                found = [a for a in own if (whole or a in names) and a not in done]
                any_method = "methodcaller" in names
                own = [a for c in type(x).__mro__ if of_users(c) for a in vars(c)]
                found += [a for a in own if (a in names or any_method and a[:2] != "__") and a not in done]
                if texts:
                    found += ["args"] * (isinstance(x, BaseException) and "args" not in done)
                    found += [
                        a for a in TEXTS for c in type(x).__mro__ if legible(c) and a in vars(c) and a not in done
                    ]
                for a in found:
                    more = True
                    done.add(a)
                    self.attributes(x, (a,), type(x).__name__)
            for kind in self.classes:  # (whose objects may be made inside)
                for a in {a for c in kind.__mro__ if of_users(c) for a in vars(c) if a in names or every}:
                    if not a.startswith("__") and (id(kind), a) not in self.visited:
                        self.visited.add((id(kind), a))
                        self.attributes(kind, (a,), kind.__name__)
            more = more or len(self.codes) > count or len(self.reached) > before
        if self.modules and ("__dict__" in names or "vars" in self.builtins):
            self.opaque += self.modules.values()
        if self.modules and not self.builtins.isdisjoint(BY_NAME):
            texts = {k for code in self.codes for k in code.co_consts if type(k) is str and k.isidentifier()}
            for module in self.modules.values():
                for k in texts:
                    self.seen(vars(module), k, vars(module).get(k, MISSING), f"{module.__name__}.{k}")
        return names

    def told_of(self, x):
        """Tell of an object; if it is one to be looked into, read also what syntax calls: `__len__`, `__getitem__`, `__mul__`, ..."""
        apart = self.told(x)
        if apart:
            self.own(x)
        if apart and id(x) not in self.reached and not installed(type(x).__module__):
            self.reached[id(x)] = x, set()
            self.syntax(x)
        return apart

    def own(self, x):
        """The attributes of an object or a function."""
        own = getattr(x, "__dict__", None)
        if isinstance(own, dict):
            self.dicts[id(own)] = own, x
        return own

    def syntax(self, x):
        """Read the methods of an object that syntax calls."""
        for c in type(x).__mro__:
            for name, method in list(vars(c).items()) if legible(c) else ():
                if name[:2] == name[-2:] == "__" and name not in ASIDE and isinstance(method, METHODS):
                    if of_users(c):
                        self.seen(c, name, method, f"{c.__name__}.{name}")
                    self.unsure(self.in_class, method, x, type(x))
                elif name[:2] == name[-2:] == "__" and of_users(type(method)) and hasattr(type(method), "__get__"):
                    self.seen(c, name, method, f"{c.__name__}.{name}")
                    self.unsure(self.value, method)

    def unsure(self, read, *what):
        """Read a function that may be called, or not."""
        before, self.sure = self.sure, False
        try:
            read(*what)
        finally:
            self.sure = before

    def not_above(self, kind, place, a):
        """Note that no class of the user's before `place`, where it is found, has an attribute."""
        for c in kind.__mro__[: kind.__mro__.index(place)] if place is not None else ():
            if of_users(c):
                self.seen(c, a, MISSING, f"{c.__name__}.{a}")

    def class_named(self, kind):
        """Read the functions of a class of the user's that some code names: it may make objects of it, and a class of ours calls them."""
        if id(kind) not in self.visited and of_users(kind):
            self.visited.add(id(kind))
            self.classes.append(kind)
            for c in type(kind).__mro__:  # (of its metaclass)
                for method in list(vars(c).values()) if of_users(c) else ():
                    for part in property_of(method) if isinstance(method, property) else (method,):
                        if isinstance(part, types.FunctionType):
                            self.unsure(self.callable_function, part, kind)
            for c in kind.__mro__:
                for name, own in list(vars(c).items()) if of_users(c) else ():
                    method = getattr(own, "__func__", own)
                    if isinstance(method, types.FunctionType):
                        self.seen(c, name, own, f"{c.__name__}.{name}")
                        owner = kind if isinstance(own, classmethod) or name == "__new__" else MISSING
                        self.unsure(self.callable_function, method, owner)

    def callable(self, f):
        """Read whatever is called."""
        if isinstance(f, functools.partial):
            for key in ("func", "args", "keywords"):
                self.seen(f, key, getattr(f, key), "what a partial calls")
            for x in (f.func, *f.args, *f.keywords.values()):
                self.value(x)
        elif isinstance(f, types.MethodType):
            self.value(f.__self__)
            if isinstance(f.__self__, (*CONTAINERS, np.ndarray)):
                self.seen(f, "__self__", f.__self__, f"what {f.__name__} is bound to")
            self.callable_function(f.__func__, f.__self__)
        elif isinstance(f, types.FunctionType):
            self.callable_function(f)
        elif not isinstance(f, (type, types.BuiltinFunctionType)):
            self.value(f)
            place = next((c for c in type(f).__mro__ if "__call__" in vars(c)), None)
            method = place and vars(place)["__call__"]
            if method is not None:
                if of_users(place):
                    self.seen(place, "__call__", method, f"{place.__name__}.__call__")
                self.in_class(method, f, type(f))

    def callable_function(self, f, owner=MISSING, given=()):
        """Read a function; `owner`: its first argument, where that is known, `given`: (name, value) of others that are."""
        if (id(f), id(owner)) in self.visited and not given:
            return
        self.visited.add((id(f), id(owner)))
        if hasattr(f, "registry") and hasattr(f, "dispatch"):  # (of functools.singledispatch)
            self.opaque.append(f)
            return
        if foreign(f):
            if hasattr(f, "__wrapped__"):  # (a decorator of ours)
                self.callable_function(f.__wrapped__, owner) if isinstance(f.__wrapped__, types.FunctionType) else None
            return
        code = f.__code__
        if self.sure:
            self.seen(f, "__code__", code, f"the code of {f.__name__}")
        if owner is not MISSING and "super" in code.co_names:
            self.above(code.co_names, owner)
        cells = dict(zip(code.co_freevars, f.__closure__ or (), strict=True))
        known = dict(given)
        if code.co_argcount and owner is not MISSING:
            known[code.co_varnames[0]] = owner
        for key in ("__defaults__", "__kwdefaults__"):
            given = getattr(f, key)
            if given:  # (one that had none was given all that it takes)
                self.seen(f, key, given, f"the defaults of {f.__name__}")
                self.value(given)
        for c in codes_of(code):
            self.codes.append(c)
            for kind, name, attributes in chains(c):
                if kind == "imported":
                    known[name] = self.imported(f.__globals__, *attributes)
                    continue
                if kind == "written":
                    self.written(f.__globals__, name, cells, c is code, name in c.co_freevars)
                    continue
                if name in known and kind != "global" and name not in cells:
                    value = known[name]
                else:
                    value = self.variable(f.__globals__, name, cells, kind == "global")
                    if value is MISSING:
                        continue
                if not attributes and isinstance(value, types.ModuleType):
                    self.passed_on(value, c)
                self.attributes(value, attributes, name)

    def above(self, names, owner):
        """Read what super() may find by one of these names, for an owner (or for a class that is one)."""
        kind = owner if isinstance(owner, type) else type(owner)
        for c in kind.__mro__:
            for name in names if of_users(c) else ():
                if name in vars(c):
                    self.seen(c, name, vars(c)[name], f"{c.__name__}.{name}")
                    self.in_class(vars(c)[name], owner, kind)

    def written(self, variables, name, cells, own, free):
        """Note an assignment to a variable outside of the code that it stands in (`own`: that of the function itself)."""
        if self.sure:
            if own or name in cells or name in variables:
                self.writes.append(name)
        elif name in cells:
            self.seen(cells[name], None, contents_of(cells[name]), name)
        elif not free:
            self.seen(variables, name, variables.get(name, MISSING), name)

    def variable(self, variables, name, cells, everywhere):
        """What a variable of the module (`everywhere`) or of a function around holds, which each call is to find; else MISSING."""
        if everywhere:
            if name not in variables:
                self.builtin(variables, name)
                return MISSING
            value = variables[name]
            if not (isinstance(value, types.ModuleType) and internal[value.__name__]):
                self.seen(variables, name, value, name)
            return value
        value = contents_of(cells[name]) if name in cells else MISSING
        if value is not MISSING:
            self.seen(cells[name], None, value, name)
        return value

    def builtin(self, variables, name):
        """Note that a module has no variable of this name, and what is then found."""
        self.absent.setdefault(id(variables), (variables, set()))[1].add(name)
        if hasattr(builtins, name):
            if name not in BUILTINS:
                self.seen(vars(builtins), name, vars(builtins)[name], name)
            self.builtins.add(name)
            if module_of_users(variables.get("__name__")):
                self.anything |= name in ANYTHING
                self.by_id |= name == "id"

    def passed_on(self, module, code):
        """A module of the user's that code names by itself: may it look up a variable of it by a computed name?"""
        texts = vars(module).keys() & {k for k in code.co_consts if type(k) is str}
        if not BY_NAME.isdisjoint(code.co_names) and not texts and module_of_users(module.__name__):
            self.opaque.append(module)

    def imported(self, variables, name, level, attribute):
        """What an import gives, as things are; and each call is to find it."""
        package = variables.get("__package__")
        name = resolve_name("." * level + name, package) if package or not level else None
        module = sys.modules.get(name)
        if isinstance(module, types.ModuleType) and module_of_users(name):
            self.seen(sys.modules, name, module, f"the module {name}")
        if module is None or attribute is None or internal[module.__name__]:
            return vars(module).get(attribute) if attribute and module else module
        self.modules[module.__name__] = module
        value = vars(module).get(attribute, MISSING)
        self.seen(vars(module), attribute, value, f"{name}.{attribute}")
        return value

    def attributes(self, value, attributes, name):
        self.value(value)
        for a in attributes:
            if isinstance(value, types.ModuleType):
                if internal[value.__name__]:
                    return
                if a not in vars(value):
                    self.seen(vars(value), a, MISSING, f"{name}.{a}")
                    return
                place = vars(value)
            elif kept_apart(value, a):
                place, value, name = value, getattr(value, a, MISSING), f"{name}.{a}"
                self.seen(place, a, value, name)
                self.value(value)
                continue
            elif not hasattr(value, "__dict__"):
                if not of_users(type(value)):
                    return
                place, apart = (), False  # (a method, or an attribute of the class)
            else:
                apart = isinstance(value, (type, types.FunctionType)) or self.told_of(value)
                if not apart and (found := self.member(value, a)) is not MISSING:
                    if a in vars(value) and "_modules" not in vars(
                        value
                    ):  # (somebody gave it to a thing of ours, a Tensor)
                        self.seen(vars(value), a, found, f"{name}.{a}")
                    value = found
                    self.value(value)
                    continue
                place = (self.own(value) if isinstance(value, types.FunctionType) else vars(value)) if apart else ()
            name = f"{name}.{a}"
            if a not in place or isinstance(value, type):
                if apart and not isinstance(value, type):
                    self.seen(place, a, MISSING, name)  # (it may be assigned to)
                elif (
                    not apart
                    and not isinstance(value, Handle)
                    and hasattr(value, "__dict__")
                    and "_modules" not in vars(value)
                ):
                    self.seen(vars(value), a, MISSING, name)  # (somebody may give an optimizer a step() of its own)
                kind = value if isinstance(value, type) else type(value)
                place = next((c for c in kind.__mro__ if a in vars(c)), None)
                self.not_above(kind, place, a)
                if place is None or internal[place.__module__]:
                    return  # (of a class of the user's its functions were read: ours call them)
                method = vars(place)[a]
                if hasattr(type(method), "__get__") and of_users(place):
                    self.seen(place, a, method, name)
                self.in_class(method, value, kind)
                if hasattr(method, "__get__"):
                    return
                value = method
            else:
                value = place[a]
            self.seen(place, a, value, name)
            self.value(value)

    def in_class(self, method, value, kind):
        """Read what a class has in an attribute that `value`, an object of it or it itself, is asked for."""
        if isinstance(method, types.FunctionType):
            if kind is not value:
                self.callable_function(method, value)
        elif isinstance(method, classmethod) and isinstance(method.__func__, types.FunctionType):
            self.callable_function(method.__func__, kind)
        elif isinstance(method, (classmethod, staticmethod)):
            self.value(method.__func__)
        elif isinstance(method, functools._lru_cache_wrapper):
            self.told(method)
        elif isinstance(method, property):
            self.each_called(property_of(method), value)
        elif isinstance(method, functools.singledispatchmethod):
            self.opaque.append(method)  # (functions may be added to it)
        elif isinstance(method, (functools.cached_property, functools.partialmethod)):
            own = vars(method)
            self.each_called((own.get("func"), *own.get("args", ()), *own.get("keywords", {}).values()), value)
        elif of_users(type(method)) or not hasattr(method, "__get__"):
            self.value(method)

    def each_called(self, parts, value):
        for part in parts:
            if isinstance(part, types.FunctionType):
                self.callable_function(part, value)
            elif part is not None:
                self.value(part)

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
        if isinstance(x, staticmethod):
            x = x.__func__
        if x is sys.modules or opaque(x):
            if isinstance(x, weakref.ref) and hasattr(x(), "forward"):  # (a module: the program keeps it alive anyway)
                self.value(x())
            else:
                self.opaque.append(x)
            return
        kind = x if isinstance(x, NAMED) else type(x)
        home = x.__name__ if isinstance(x, types.ModuleType) else str(kind.__module__)
        if not module_of_users(home):
            self.foreign.update(home.split("."), (kind.__name__,) * (kind is x))
        if (owner := bound_to(x)) is not None:
            self.seen(x, "__self__", owner, f"what {x.__name__} is bound to")
            self.value(owner)
        if isinstance(x, types.ModuleType) and module_of_users(x.__name__):
            self.modules[x.__name__] = x
        if isinstance(x, CALLED):
            self.callable(x)
            return
        if isinstance(x, CONTAINERS):
            if id(x) not in self.visited:
                self.visited.add(id(x))
                self.entries_of(x)
            if not of_users(type(x)):
                return
        if isinstance(x, np.ndarray) and x.dtype.hasobject:
            self.value([*x.flat])
        if isinstance(x, type):
            self.class_named(x)
        elif not isinstance(x, types.ModuleType) and (hasattr(x, "__dict__") or of_users(type(x))):
            self.told_of(x)

    def entries_of(self, x):
        """Read what the entries of a container lead to, if there are not too many that lead on."""
        if len(x) > LONG:
            return
        own = [v for v in (dict.values(x) if isinstance(x, dict) else [*x]) if not isinstance(v, CONSTANT)]
        if len(own) > MANY:
            self.opaque += [v for v in own if not isinstance(v, (*CONTAINERS, Handle))][:1]
            return
        for v in own:
            self.value(v)


def property_of(p):
    return p.fget, p.fset, p.fdel


def contents_of(cell):
    try:
        return cell.cell_contents
    except ValueError:  # (not assigned yet)
        return MISSING


def slots_of(x):
    """The names of what an object of the user's, or an exception, keeps outside its `__dict__`."""
    error = isinstance(x, BaseException)
    return ["args"] * error + [
        a
        for c in type(x).__mro__
        if error or of_users(c) and "__slots__" in vars(c)
        for a, v in vars(c).items()
        if isinstance(v, types.MemberDescriptorType)
    ]


def kept_apart(x, a):
    """Is an attribute one that an object keeps outside its `__dict__`: of `__slots__`, of a function or an exception?"""
    if isinstance(x, type) or internal[type(x).__module__]:
        return False
    if isinstance(x, types.FunctionType):
        return a in ("__doc__", "__annotations__")
    method = next((vars(c)[a] for c in type(x).__mro__ if a in vars(c)), None)
    return isinstance(method, types.MemberDescriptorType) or a == "args" and isinstance(x, BaseException)


__all__ = ["MISSING", "Reader", "chains"]
