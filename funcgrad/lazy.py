"""Loading on first use: the names of a package, the entries of a table that modules fill, the attributes of a class.

An index `{module: "name name ..."}` says which module of a package makes which names; tests/test_import.py compares it
with what the modules really make. Invariants: what has been asked for once is an ordinary global, entry or attribute
from then on, at the cost of one; a thread never sees an entry of a module that another thread is still loading.
"""

import sys
from importlib import import_module
from opcode import opmap
from types import FunctionType, ModuleType

IMPORT_STAR = opmap.get("IMPORT_STAR")
made_of = vars(ModuleType)["__dict__"].__get__  # the names that a module has by now, also a Whole one


def homes_of(package, index):
    """name -> full name of the module that makes it."""
    return {name: f"{package}.{module}" for module, names in index.items() for name in names.split()}


# ------------------------------------------------------------------------------------------------ names of a package
class Whole(ModuleType):
    """A package whose `__dict__` has all its names: programs look classes up there (`torch.optim.__dict__["Adam"]`), so what has not
    been asked for yet is loaded then."""

    @property
    def __dict__(self):
        names = made_of(self)
        for name in names["__getattr__"].homes:
            if name not in names:
                getattr(self, name)
        return names


def attributes(package, index, table=None, missing=None, modules=None, hidden=(), whole=False):
    """(`__getattr__`, `__dir__`) of a package (or a module) whose modules (or siblings) are loaded when a name of theirs is
    asked for.

    The names are those of the index, its submodules, and the entries of a table. `missing(name)` gives, or refuses, any
    other; without it that is AttributeError. `modules`: the submodules that users are told of, by `dir` and by the hint at a
    missing name (default: all whose name has no underscore in front); `import *` takes what `dir` shows of a package that says it,
    and what that makes beside an `__all__` of its own is not shown. `hidden`: those that are no attributes. `whole`: is the
    module's `__dict__` to have them all? (An attribute of it then takes some 40 ns more to find.) No name of the index may be a
    submodule's: importing that one would put the module in its place.
    """
    module = sys.modules[package]
    made = vars(module)
    if whole:
        module.__class__ = Whole
    homes = homes_of(module.__spec__.parent, index)

    def __getattr__(name):
        if name in hidden:  # (an import asks for it too, and finds it in sys.modules: nothing is looked up)
            raise NoSuchName(module, name)
        if name in homes:
            value = getattr(import_module(homes[name]), name)
        elif table is not None and name in table.homes:
            value = table[name]
        elif name == "__all__" and modules is not None and takes_all(sys._getframe(1)):
            return [n for n in __dir__() if n[0] != "_"]  # (also what waits)
        elif "__path__" in made and is_submodule(package, name):
            return import_module(f"{package}.{name}")  # (which makes it a global)
        elif missing is not None:
            value = missing(name)
        else:
            raise NoSuchName(module, name)
        setattr(module, name, value)
        return value

    def __dir__():
        from pkgutil import iter_modules

        found = {*homes, *(table.homes if table is not None else ())}.difference(hidden)
        submodules = {m.name for m in iter_modules(made.get("__path__", ())) if m.name[0] != "_"}.difference(hidden)
        if modules is None:
            return sorted({*made, *found, *submodules})
        known = made.get("__all__") or [name for name in made if name not in submodules]
        own = (name for name in made if name[:2] == "__" or name in known)
        return sorted({*found, *modules.split(), *own})

    __getattr__.homes, __getattr__.table, __getattr__.hidden = homes, table, hidden
    return __getattr__, __dir__


def takes_all(frame):
    """Is it at `from module import *`? (An instruction of its own, since Python 3.12 an operation of one for many.)"""
    at, code = frame.f_lasti, frame.f_code.co_code
    if IMPORT_STAR is not None:
        return code[at] == IMPORT_STAR
    return code[at] == opmap["CALL_INTRINSIC_1"] and code[at + 1] == 2


class NoSuchName(AttributeError):
    """A module has no attribute of this name; the nearest public one is looked up once somebody reads the message."""

    def __init__(self, module, name):
        text = f"module {module.__name__!r} has no attribute {name!r}"
        super().__init__(text, name=name, obj=None)  # (with obj Python would add a hint of its own)
        self.module = module

    def __str__(self):
        from difflib import get_close_matches

        near = get_close_matches(self.name, [n for n in dir(self.module) if n[0] != "_"], 1)
        return super().__str__() + (f". Did you mean {near[0]}?" if near and self.name[0] != "_" else "")


NoSuchName.__name__ = NoSuchName.__qualname__ = "AttributeError"  # (what a traceback shows)
NoSuchName.__module__ = "builtins"


def is_submodule(package, name):
    from importlib.util import find_spec

    return not name.startswith("__") and find_spec(f"{package}.{name}") is not None


# ------------------------------------------------------------------------------------------------ modules without a file
def submodule(package, name, doc=None, names=()):
    """Put a module that has no file in its place in a package, with these names ({name: value}); returns it.

    >>> from funcgrad import lazy
    >>> lazy.submodule("funcgrad.lazy", "part", "A part.", {"one": 1}).one
    1
    >>> from funcgrad.lazy.part import one
    """
    full = f"{package}.{name}"
    made = sys.modules[full] = ModuleType(full, doc)
    made.__spec__ = type(__spec__)(full, None)
    vars(made).update(names)
    setattr(sys.modules[package], name, made)
    return made


def delegated(target, of=None):
    """{"__getattr__", "__dir__"} of a module that has what `target`, another module by its full name, has; `of`: a package, whose own
    modules come first."""

    def __getattr__(name):
        if (
            name[:2] == "__" and name != "__all__"
        ):  # (asked by the import system and by tools: nothing that the target is to answer)
            raise AttributeError(name)
        if of is not None and is_submodule(of, name):
            return import_module(f"{of}.{name}")
        return getattr(import_module(target), name)

    return {"__getattr__": __getattr__, "__dir__": lambda: dir(import_module(target))}


# ------------------------------------------------------------------------------------------------ tables that modules fill
class Table(dict):
    """A dict that modules fill as they are loaded; asked for a key it lacks, it loads the module that makes it.

    What looks at all of it (iteration, len) loads every module of its index first. `name_of(key)` is the key's name in
    the index. `otherwise(key)` makes the entry of a key that no module enters; a table with it gives None, instead of
    KeyError, for a key that it makes none for.
    """

    def __init__(self, name_of=None, otherwise=None):
        self.name_of = name_of
        self.otherwise = otherwise
        self.homes = {}  # name -> module
        self.made = {}  # what modules have entered: it can be seen once its module is whole
        self.makers = {}  # the modules that have asked whether they may

    def index(self, package, index):
        """Say which modules of a package make which entries."""
        self.homes.update(homes_of(package, index))

    def home(self, key):
        """The module that makes this entry, by the index; or None."""
        return self.homes.get(key if self.name_of is None else self.name_of(key))

    def taken(self, key, module):
        """Is there an entry of this key, or will a module other than this one make it? (None is there that the module made before, when an
        error, Ctrl-C, cut its loading short: it is loaded anew, as another object.)"""
        loading, maker = sys.modules.get(module), self.makers.get(key)
        again = maker is not None and maker is not loading and maker.__name__ == module
        if key in self.made and not again or self.home(key) not in (None, module):
            return True
        self.makers[key] = loading
        return False

    def __setitem__(self, key, value):
        self.made[key] = value
        if super().__contains__(key):
            super().__setitem__(key, value)

    def find(self, key):
        """The entry of a key that cannot be seen yet, or None."""
        home = self.home(key)
        whole = True
        if home is not None:
            spec = import_module(home).__spec__  # (this waits for another thread that is at it)
            whole = not getattr(spec, "_initializing", False)
        value = self.made.get(key)
        if value is None and self.otherwise is not None:
            value = self.otherwise(key)
        if value is None and home is None:
            self.load()
            value = self.made.get(key)
        if value is not None and whole:
            super().__setitem__(key, value)
        return value

    def __missing__(self, key):
        value = self.find(key)
        if value is None and self.otherwise is None:
            raise KeyError(key)
        return value

    def get(self, key, default=None):
        value = super().get(key)
        if value is None:
            value = self.find(key)
        return default if value is None else value

    def __contains__(self, key):
        return self.get(key) is not None

    def load(self):
        """Load every module of the index."""
        for home in dict.fromkeys(self.homes.values()):
            import_module(home)
        for key, value in list(self.made.items()):
            super().__setitem__(key, value)

    def __iter__(self):
        self.load()
        return super().__iter__()

    def __len__(self):
        self.load()
        return super().__len__()

    def keys(self):
        self.load()
        return super().keys()

    def values(self):
        self.load()
        return super().values()

    def items(self):
        self.load()
        return super().items()


# ------------------------------------------------------------------------------------------------ attributes of a class
class Late:
    """An attribute of a class in waiting: asked for, it is replaced by what `make()` returns."""

    __slots__ = ("owner", "name", "make")

    def __init__(self, owner, name, make):
        self.owner = owner
        self.name = name
        self.make = make
        setattr(owner, name, self)

    def __get__(self, x, cls=None):
        value = self.make()
        setattr(self.owner, self.name, value)
        bind = getattr(type(value), "__get__", None)
        return value if bind is None else bind(value, x, cls)


class LateProperty(Late):
    """A property in waiting: what assigns to it or deletes it is not heard by the instance."""

    __slots__ = ()

    def loaded(self):
        """The property, in its place."""
        value = self.make()
        setattr(self.owner, self.name, value)
        return value

    def __set__(self, x, value):
        self.loaded().__set__(x, value)

    def __delete__(self, x):
        self.loaded().__delete__(x)


# ------------------------------------------------------------------------------------------------ functions
trims = []  # what is done to an error that leaves a first call (core/tracebacks.py)


def deferred(build):
    """A function that `build()` makes when it is first called: from then on it runs the code of what was built."""
    space = {"__name__": __name__}
    f = FunctionType(waiting.__code__, space)
    space.update(build=build, this=f, become=become, trims=trims)
    return f


def waiting(*args, **kwargs):
    try:
        return become(this, build)(*args, **kwargs)  # noqa: F821  (globals that `deferred` gives it)
    except BaseException as error:
        for trim in trims:  # noqa: F821
            trim(error)
        raise


def become(f, build):
    """Put the code of what was built into f, so that a call costs what a call of that costs; returns it."""
    made = build()
    if made.__closure__ is None:
        f.__globals__.update(made.__globals__)
        f.__defaults__, f.__kwdefaults__, f.__code__ = made.__defaults__, made.__kwdefaults__, made.__code__
    else:
        f.__globals__["made"] = made
        f.__code__ = passing_on.__code__
    return made


def passing_on(*args, **kwargs):
    return made(*args, **kwargs)  # noqa: F821


__all__ = ["Late", "Table", "NoSuchName", "attributes", "deferred", "delegated", "homes_of", "submodule"]
