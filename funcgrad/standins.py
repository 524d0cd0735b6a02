"""What stands for a class, an instance or a module while a function runs rebound (see `rebind`).

Invariant: a stand-in holds no state of its own: instances share their `__dict__`, classes and modules pass assignments
on, and `isinstance` answers for a stand-in as for the class it stands for.
"""

import dataclasses
import functools
import threading
from abc import ABCMeta
from collections.abc import Callable
from types import MemberDescriptorType, ModuleType
from typing import Any

from .containers import is_tree_node

_HEAP_TYPE = 1 << 9  # of a type's flags: made by a class statement, not in C
_MISSING = object()
_COMPARISONS = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")
_asking = threading.local()  # `about`: the classes that stand-ins are just asking


# --- classes ----------------------------------------------------------------------------------------------------------


def subclassable(cls: type) -> bool:
    """Return whether a subclass may stand for the class.

    Not where making one has effects (`__init_subclass__`, a metaclass), nor where the exact class decides: in except
    clauses, which ask no metaclass, as a container of a pytree, and in comparisons of dataclasses (but see `fill`).
    """
    if not cls.__flags__ & _HEAP_TYPE or type(cls) not in (type, ABCMeta) or issubclass(cls, BaseException):
        return False
    if dataclasses.is_dataclass(cls) and not shareable(cls):
        return False
    return not is_tree_node(cls) and not any("__init_subclass__" in vars(base) for base in cls.__mro__[:-1])


def parts(attribute: Any) -> list:
    """Return what an attribute of a class is made of: the functions of a property, else the attribute itself."""
    if type(attribute) in (staticmethod, classmethod):
        return [attribute.__func__]
    if type(attribute) is property:
        return [f for f in (attribute.fget, attribute.fset, attribute.fdel) if f is not None]
    if type(attribute) is functools.cached_property:
        return [attribute.func]
    return [attribute]


def _with_parts(attribute, build) -> Any:
    if type(attribute) in (staticmethod, classmethod):
        return type(attribute)(build(attribute.__func__))
    if type(attribute) is property:
        functions = [f and build(f) for f in (attribute.fget, attribute.fset, attribute.fdel)]
        return property(*functions, attribute.__doc__)
    if type(attribute) is functools.cached_property:
        return functools.cached_property(build(attribute.func))
    return build(attribute)


def subclass(cls: type, bases: list[type]) -> type:
    """Return an empty subclass that stands for cls; `fill` gives it its methods.

    `bases` stand for bases of cls. They follow cls in the order of resolution, so that super() in a method of cls,
    which starts from cls, meets them before the originals.
    """
    namespace = {name: getattr(cls, name) for name in ("__module__", "__qualname__", "__doc__")}
    namespace["__slots__"] = ()  # the same layout: no state of its own
    copy = (_AbstractStandIn if isinstance(cls, ABCMeta) else _StandIn)(cls.__name__, (cls, *bases), namespace)
    type.__setattr__(copy, "__rebinds__", cls)  # only now: what ABCMeta sets while making it is the copy's own
    return copy


def fill(copy: type, build: Callable[[Any], Any]) -> None:
    """Give a stand-in the attributes of its class, made of `build(part)`, where that is something else."""
    for name, attribute in vars(_original(copy)).items():
        if any(build(part) is not part for part in parts(attribute)):
            new = _with_parts(attribute, build)
            type.__setattr__(copy, name, new)
            if isinstance(new, functools.cached_property):
                new.__set_name__(copy, name)
        elif dataclasses.is_dataclass(_original(copy)) and name in _COMPARISONS:
            type.__setattr__(copy, name, _comparison(attribute))


def _comparison(compare: Callable) -> Callable:
    """Return a dataclass's comparison, which is False for two classes, for instances of the class and its stand-ins."""
    return lambda self, other: compare(*[share(x, _original(type(x)) or type(x)) for x in (self, other)])


def _original(cls: type) -> type | None:
    return vars(cls).get("__rebinds__")  # not inherited: a class derived from a stand-in is a class of its own


class _StandIn(type):
    def __instancecheck__(cls, instance):
        return super().__instancecheck__(instance) if _original(cls) is None else cls.__subclasscheck__(type(instance))

    def __subclasscheck__(cls, other):
        original = _original(cls)
        if original is None:
            return super().__subclasscheck__(other)
        if original in getattr(_asking, "about", ()):
            return False  # an ABC asks its subclasses in turn: this one knows nothing more
        _asking.about = {*getattr(_asking, "about", ()), original}
        try:
            return issubclass(other, original)
        finally:
            _asking.about.discard(original)

    def __setattr__(cls, name, value):
        original = _original(cls)
        return super().__setattr__(name, value) if original is None else setattr(original, name, value)

    def __delattr__(cls, name):
        original = _original(cls)
        return super().__delattr__(name) if original is None else delattr(original, name)


class _AbstractStandIn(_StandIn, ABCMeta):
    pass


# --- instances --------------------------------------------------------------------------------------------------------


def shareable(cls: type) -> bool:
    """Return whether all state of the instances of a class is in their `__dict__`."""
    own = cls.__mro__[:-1]
    if cls.__dictoffset__ == 0 or not all(base.__flags__ & _HEAP_TYPE for base in own):
        return False
    return not any(isinstance(value, MemberDescriptorType) for base in own for value in vars(base).values())


def share(instance: Any, cls: type) -> Any:
    """Return an instance of `cls`, a stand-in for the class of `instance` or the reverse, with the same state.

    Where that cannot be, `instance` itself.
    """
    if cls is type(instance) or not shareable(type(instance)):
        return instance
    other = object.__new__(cls)
    object.__setattr__(other, "__dict__", instance.__dict__)
    return other


# --- modules ----------------------------------------------------------------------------------------------------------


class Module(ModuleType):
    """Stands for a module: an attribute is `look(value).result`, looked up anew as soon as that is not fresh."""

    def __init__(self, module: ModuleType, look: Callable[[Any], Any]):
        super().__init__(module.__name__, module.__doc__)
        about = {name: value for name, value in vars(module).items() if name in ("__package__", "__path__", "__spec__")}
        vars(self).update(about, _rebinds=module, _look=look, _seen={})

    def __getattr__(self, name):
        value = getattr(self._rebinds, name)
        seen, state = self._seen.get(name, (_MISSING, None))
        if seen is not value or not state.fresh():
            state = self._look(value)
            self._seen[name] = value, state
        return value if state.results[0] is None else state.results[0]

    def __setattr__(self, name, value):
        setattr(self._rebinds, name, value)

    def __delattr__(self, name):
        delattr(self._rebinds, name)

    def __dir__(self):
        return dir(self._rebinds)
