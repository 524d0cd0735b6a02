"""Run a function with other objects in the place of some it refers to, NumPy above all, without touching it.

Invariant: no original (function, class, module, closure, default) is changed. What refers to a replaced object,
directly or through other code of the same package, is copied; a copy keeps the original's globals, so that it sees
and makes changes of module variables as the original does, and everything that reaches no replaced object is shared.

How: a copy of a function has the same code but for the reads of some globals, which are constants there (see
`bytecode`), and new closure cells for some variables. A global replaced in this way is watched: before each call from
outside, the names are looked up again, and the copies are made anew when one of them has another value.
"""

import builtins
import functools
import inspect
import sys
import weakref
from collections.abc import Callable
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

from . import bytecode
from .replacements import Replacements, module_replacements, top_package
from .standins import Module, fill, parts, share, shareable, subclass, subclassable

__all__ = ["Replacements", "module_replacements", "rebind"]

_MISSING = object()
_CODE = (FunctionType, MethodType, ModuleType, functools.partial, type, type(None))
_ANNOTATIONS = "__annotate__" if sys.version_info >= (3, 14) else "__annotations__"  # where nothing is evaluated


def rebind(f: Callable, replacements: Replacements, same_package: bool = True) -> Callable:
    """Return a function like `f` for which each object in `replacements` is its replacement.

    Followed are the globals that `f` reads, its closure, its defaults and the imports in its body, and from there on,
    with `same_package`, functions, methods, classes, modules, `functools.partial`s, tuples, and instances of classes
    that belong to the top-level package (or, for a script or exec'd code, to the module) of `f`. Copies are made at
    the first call. Calling `rebind` again for the same `f` costs next to nothing.

    A class is replaced by a subclass, for which `isinstance` answers as for the original; an instance by one that
    shares its `__dict__`. Not caught, and so running as before: arguments passed in, and what their methods do;
    objects kept in lists, dicts and attributes; code in other packages and in C, such as the function inside an
    `lru_cache` or `np.vectorize`, and callbacks it holds; names read by `exec`, `eval`, `globals()` or `getattr`;
    a wrapper of another package, unless it wraps by a closure alone; exceptions, enums, pytree containers, instances
    with `__slots__`, classes with `__init_subclass__` or a metaclass of their own; modules and functions bound by a
    `global` statement; a method replaced on its class after the first call. A copy that the function itself stores
    somewhere (in a global, in an attribute) stays there.

    Raises TypeError when `f` is not callable, or wraps a function where it cannot be reached.

    >>> from math import floor, ceil
    >>> rebind(lambda xs: [floor(x) for x in xs], Replacements([(floor, ceil)]))([0.5, 1.5])
    [1, 2]
    """
    if not isinstance(replacements, Replacements):
        raise TypeError(f"rebind: replacements must be a Replacements, got {type(replacements).__name__}.")
    if id(f) in replacements:
        return replacements[id(f)]
    if isinstance(f, FunctionType):
        if f in replacements.given:
            return f
        entry = replacements.entries.setdefault(f, {}).get(same_package, _none)()
        if entry is not None:
            return entry
    if not callable(f):
        raise TypeError(f"rebind: expected a function, got {f!r}. Pass the function, not the result of calling it.")
    root, home = _Root.of(f), _Home(f)
    if home.package in replacements.packages and not isinstance(f, functools.partial):
        return f
    if root is None:
        if isinstance(getattr(f, "__wrapped__", None), FunctionType):
            raise TypeError(
                f"rebind: cannot look inside a {type(f).__name__}; pass the function it wraps: f.__wrapped__."
            )
        return f  # a ufunc, a builtin: there is nothing inside to replace
    if isinstance(f, type):
        return _assembled(root, home, replacements, same_package)[1]
    entry = _entry(f, root, home, replacements, same_package)
    if isinstance(f, FunctionType):
        replacements.entries[f][same_package] = weakref.ref(entry)
    return entry


def _assembled(root, home, replacements, same_package):
    """Return whether the copies are still fresh, as a function, and what they make in the place of the root."""
    state = _state(root.key, root.values, home, replacements, same_package)
    copies = [old if new is None else new for new, old in zip(state.results, root.values)]
    return state.fresh, root.assemble(*copies)


def _entry(f, root, home, replacements, same_package) -> FunctionType:
    """Return the function that makes the copies at its first call, and anew when they are out of date."""
    fresh, call = _never, None

    def rebound(*args, **kwargs):
        nonlocal fresh, call
        if not fresh():
            fresh, call = _assembled(root, home, replacements, same_package)
        return call(*args, **kwargs)

    if isinstance(f, FunctionType):
        functools.update_wrapper(rebound, f)
    else:
        rebound.__name__ = rebound.__qualname__ = getattr(f, "__name__", type(f).__name__)
        rebound.__doc__ = f.__doc__
        rebound.__wrapped__ = f
    replacements.given.add(rebound)
    return rebound


class _Root:
    """What is copied for a callable: `values`, remembered under `key`, and how the callable is made from the copies."""

    __slots__ = ("key", "values", "assemble")

    def __init__(self, key, values, assemble):
        self.key, self.values, self.assemble = key, values, assemble

    @staticmethod
    def of(f) -> "_Root | None":
        """Return the root for a callable, None for one that cannot be looked into."""
        match f:
            case FunctionType() | type() | functools.partial():
                return _Root(f, (f,), lambda copy: copy)
            case MethodType(__func__=FunctionType() as function, __self__=bound):
                if isinstance(bound, type):
                    return _Root(function, (function, bound), MethodType)
                assemble = lambda copy, cls: MethodType(copy, share(bound, cls))
                return _Root(function, (function, type(bound)), assemble)
        if isinstance(type(f).__call__, FunctionType):
            return _Root(type(f), (type(f),), lambda cls: share(f, cls))
        return None


def _functions_of(cls: type) -> list[FunctionType]:
    return [part for value in vars(cls).values() for part in parts(value) if isinstance(part, FunctionType)]


class _Home:
    """Where a callable belongs: the package, or for want of one the module, whose code is followed."""

    __slots__ = ("globals", "package")

    def __init__(self, f):
        while isinstance(f, (functools.partial, MethodType)):
            f = f.func if isinstance(f, functools.partial) else f.__func__
        f = inspect.unwrap(f)
        functions = [f] if isinstance(f, FunctionType) else _functions_of(f if isinstance(f, type) else type(f))
        named = functions[0].__globals__.get("__name__") if functions else getattr(f, "__module__", None)
        module = vars(sys.modules[named]) if named in sys.modules else {}
        self.globals = functions[0].__globals__ if functions else module
        # Code that only says it belongs to a module (a doctest, what exec runs) is at home in its own globals.
        self.package = top_package(named) if module and module is self.globals else None

    def has_code_of(self, module_globals: dict) -> bool:
        return module_globals is self.globals or self.has_module(module_globals.get("__name__"))

    def has_module(self, name: Any) -> bool:
        return self.package is not None and isinstance(name, str) and top_package(name) == self.package

    def has_class(self, cls: type) -> bool:
        if self.package is not None:
            return self.has_module(cls.__module__)
        return any(f.__globals__ is self.globals for f in _functions_of(cls))


# --- one set of copies ------------------------------------------------------------------------------------------------


class _State:
    """The copies of some roots (None: a root needs none), and whether what they were made from is still the same."""

    __slots__ = ("results", "fresh")

    def __init__(self, results, fresh):
        self.results, self.fresh = results, fresh


def _none() -> None:
    return None


def _never() -> bool:
    return False


def _always() -> bool:
    return True


def _state(key, roots, home, replacements, same_package) -> _State:
    """Return the state of some roots, remembered while `key` lives; nothing is remembered for a key of None."""
    # A state must not hold its key, or neither would ever be freed: that of a class does, and is kept for as long as
    # the module of the class would be.
    if any(isinstance(root, type) and "<locals>" in root.__qualname__ for root in roots):
        key = None
    states = {} if key is None else replacements.states.setdefault(key, {})
    place = home.package or id(home.globals), same_package, *roots[1:]
    state = states.get(place)
    if state is None or not state.fresh():
        walk = _Walk(roots, home, replacements, same_package)
        copies = [walk.build(root) for root in roots]
        results = [None if copy is root else copy for copy, root in zip(copies, roots)]
        state = states[place] = _State(results, walk.watch())
    return state


class _Walk:
    """Finds everything that `roots` refer to within their package, and copies what reaches a replaced object."""

    def __init__(self, roots, home, replacements, same_package):
        self.roots, self.home, self.replacements = roots, home, replacements
        self.same_package = same_package
        self.found = {}  # id -> (object, the objects it refers to)
        self.functions = {}  # id -> _Function, of those found whose globals are followed
        self.copies = {}  # id -> copy
        todo = list(roots)
        while todo:
            value = todo.pop()
            if id(value) not in self.found and id(value) not in replacements:
                uses = self._uses(value)
                if uses is not None:
                    self.found[id(value)] = value, uses
                    todo += uses
        self.written = {(id(f.globals), name) for f in self.functions.values() for name in f.written}
        self.affected = self._reaching()
        functions = [f for key, (f, _) in self.found.items() if key in self.affected and isinstance(f, FunctionType)]
        for f in functions:  # all copies exist before any is filled in: functions refer to one another
            self.copies[id(f)] = self._shell(f)
        for f in functions:
            self._fill(f, self.copies[id(f)])

    # what refers to what

    def _uses(self, value) -> list | None:
        """Return what a value refers to, or None for one that is not followed."""
        if not (self.same_package or any(value is root for root in self.roots)):
            return None
        match value:
            case FunctionType():
                return self._uses_of_function(value)
            case MethodType():
                return [value.__func__, value.__self__]
            case ModuleType():
                return [] if self.home.has_module(value.__name__) else None
            case type():
                if not (self.home.has_class(value) and subclassable(value)):
                    return None
                return [*value.__bases__, *[part for a in vars(value).values() for part in parts(a)]]
        cls = type(value)
        if cls is tuple:
            return list(value)
        if cls is functools.partial:
            return [value.func, *value.args, *value.keywords.values()]
        return [cls] if shareable(cls) and self.home.has_class(cls) else None

    def _uses_of_function(self, f) -> list | None:
        contents = [cell.cell_contents for _, cell in _cells(f)]
        if not self.home.has_code_of(f.__globals__):
            inner = _wrapped_by_closure(f, contents)
            return None if inner is None else [inner]
        function = self.functions[id(f)] = _Function(f)
        modules = [self._imported(f, *statement) for statement in function.imports]
        values = [f.__globals__[name] for name in function.read if name in f.__globals__]
        return [*values, *contents, *_defaults(f), *[module for module in modules if module is not None]]

    def _imported(self, f, name, fromlist, level) -> ModuleType | None:
        """Return the module that an import statement of f gives, if it is one to replace."""
        if not (level or self.home.has_module(name) or top_package(name) in self.replacements.packages):
            return None
        try:
            return builtins.__import__(name, f.__globals__, {}, fromlist or (), level)
        except ImportError:
            return None  # left as it is: it fails in the user's own frame, if it is ever reached

    def _reaching(self) -> set[int]:
        """Return the ids of the objects from which a replaced object, or a module of the package, is reached."""
        users = {}
        for key, (_, uses) in self.found.items():
            for used in uses:
                users.setdefault(id(used), []).append(key)
        todo = [key for key, (value, _) in self.found.items() if isinstance(value, ModuleType)]
        todo += [user for key, its_users in users.items() if key in self.replacements for user in its_users]
        reached = set()
        while todo:
            key = todo.pop()
            if key not in reached:
                reached.add(key)
                todo += users.get(key, [])
        return reached

    # copying

    def build(self, value) -> Any:
        """Return what stands for a value: its replacement, its copy, or the value itself."""
        key = id(value)
        if key in self.replacements:
            return self.replacements[key]
        if key not in self.affected:
            return value
        if key not in self.copies:
            self.copies[key] = self._copy(value)
        return self.copies[key]

    def _copy(self, value) -> Any:
        match value:
            case MethodType():
                return MethodType(self.build(value.__func__), self.build(value.__self__))
            case ModuleType():
                return Module(value, functools.partial(_look, self.home, self.replacements))
            case type():
                bases = [new for new, old in [(self.build(base), base) for base in value.__bases__] if new is not old]
                copy = self.copies[id(value)] = subclass(value, bases)
                fill(copy, self.build)  # afterwards: an attribute may be an instance of the class
                return copy
            case tuple():
                return tuple([self.build(v) for v in value])
            case functools.partial():
                keywords = {name: self.build(v) for name, v in value.keywords.items()}
                copy = functools.partial(self.build(value.func), *[self.build(v) for v in value.args], **keywords)
                copy.__dict__.update(value.__dict__)
                return copy
        return share(value, self.build(type(value)))

    def _changes(self, value) -> bool:
        return id(value) in self.affected or id(value) in self.replacements

    def _shell(self, f) -> FunctionType:
        kept = bytecode.written_free_variables(f.__code__)
        cells = list(f.__closure__ or ())
        for i, cell in _cells(f):
            if f.__code__.co_freevars[i] not in kept and self._changes(cell.cell_contents):
                cells[i] = CellType()
        copy = FunctionType(f.__code__, f.__globals__, f.__name__, None, tuple(cells) or None)
        for name in ("__qualname__", "__module__", "__doc__", _ANNOTATIONS, "__dict__"):
            setattr(copy, name, getattr(f, name))  # the __dict__ is the same: `f.calls += 1` counts in one place
        return copy

    def _fill(self, f, copy) -> None:
        for old, new in zip(f.__closure__ or (), copy.__closure__ or ()):
            if old is not new:
                new.cell_contents = self.build(old.cell_contents)
        copy.__defaults__ = f.__defaults__ and tuple([self.build(v) for v in f.__defaults__])
        copy.__kwdefaults__ = f.__kwdefaults__ and {k: self.build(v) for k, v in f.__kwdefaults__.items()}
        if id(f) not in self.functions:
            return
        names = {}
        for name in self.functions[id(f)].read:
            value = f.__globals__.get(name, _MISSING)
            if self._changes(value) and (id(f.__globals__), name) not in self.written:
                names[name] = self.build(value)

        def module_for(*statement):
            module = self._imported(f, *statement)
            return self.build(module) if self._changes(module) else None

        copy.__code__ = bytecode.with_constants(f.__code__, names, module_for)

    # noticing changes

    def watch(self) -> Callable[[], bool]:
        """Return a function that says whether the names and cells that decided about the copies are as they were."""
        scope, names, terms = {}, {}, {}

        def refer(value) -> str:
            name = names.setdefault(id(value), f"v{len(names)}")
            scope[name] = value
            return name

        def held(value) -> str:
            # Weakly where possible: a strong reference could keep the function alive under which this is remembered.
            if isinstance(value, ModuleType) or not type(value).__weakrefoffset__:
                return refer(value)
            return f"{refer(weakref.ref(value))}()"

        def decides(value) -> bool:
            # Also what is not followed: a function of a test that stands for one of the package for a while.
            return id(value) in self.found or id(value) in self.replacements or isinstance(value, _CODE)

        for function in self.functions.values():
            module = refer(function.globals)
            for name in function.read:
                value = function.globals.get(name, _MISSING)
                if (id(function.globals), name) in self.written:
                    continue
                if value is _MISSING and not hasattr(builtins, name):
                    terms[f"{name!r} not in {module}"] = None
                elif decides(value):
                    terms[f"{module}[{name!r}] is {held(value)}"] = None
        for f in [value for value, _ in self.found.values() if isinstance(value, FunctionType)]:
            for i, cell in enumerate(f.__closure__ or ()):
                if not _filled(cell):
                    terms[f"not {refer(_filled)}({held(f)}.__closure__[{i}])"] = None
                elif decides(cell.cell_contents):
                    terms[f"{held(f)}.__closure__[{i}].cell_contents is {held(cell.cell_contents)}"] = None
        if not terms:
            return _always
        # One expression, since it runs before each call: 15 ns a name, where a loop takes 60.
        source = [
            "def fresh():",
            "  try:",
            f"    return {' and '.join(terms)}",
            "  except (AttributeError, KeyError, ValueError):  # a function, a name, the content of a cell is gone",
            "    return False",
        ]
        exec("\n".join(source), scope)
        return scope["fresh"]


class _Function:
    """What the code of a function says about its globals."""

    __slots__ = ("globals", "read", "written", "imports")

    def __init__(self, f):
        self.globals = f.__globals__
        self.read = sorted(bytecode.read_names(f.__code__))
        self.written = bytecode.written_names(f.__code__)
        self.imports = bytecode.imports(f.__code__)


def _look(home, replacements, value) -> _State:
    """Return the state of a module's attribute."""
    if id(value) in replacements:
        return _State([replacements[id(value)]], _always)
    key = value if isinstance(value, (FunctionType, type, functools.partial)) else None
    return _state(key, (value,), home, replacements, True)


def _cells(f) -> list[tuple[int, CellType]]:
    """Return (position, cell) of the closure's cells that are filled; `__class__` stays, for super() counts on it."""
    names = f.__code__.co_freevars
    return [(i, cell) for i, cell in enumerate(f.__closure__ or ()) if names[i] != "__class__" and _filled(cell)]


def _filled(cell) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _defaults(f) -> list:
    return [*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()]


def _wrapped_by_closure(f, contents) -> Any:
    """Return the function that a wrapper of another package wraps, if a copy of the wrapper is sure to do the same.

    That is so when a cell holds what `__wrapped__` names, and no other one a container, which may be a cache of
    results: those of the copy and of the original must not mix.
    """
    inner = vars(f).get("__wrapped__")
    if inner is None or not any(value is inner for value in contents):
        return None
    return None if any(isinstance(value, (dict, list, set)) for value in contents) else inner
