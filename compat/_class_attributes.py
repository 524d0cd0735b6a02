"""What `torch.Tensor.add` and `torch.Tensor.shape` are, asked of the class: the descriptors that Python has for what is written in C.

A Tensor's methods are plain functions, which a bound call (`t.add(1)`) finds on its way through the class's dict; only who asks the
class itself (`torch.Tensor.add(t, 1)`) passes here (native.Seen), and gets a descriptor that shows itself and refuses as torch's does.
"""

import types

from funcgrad.core.handle import Handle
from funcgrad.core.site import internal

from ._calls import type_of

BASE = "torch._C.TensorBase"
SHORT = {"__abs__": "abs", "__neg__": "neg", "__pos__": "positive", "__itruediv__": "__idiv__"}


class Descriptor:
    """An attribute of the class, known by the function or the property behind it."""

    __slots__ = ("of_class", "owner", "__name__", "__qualname__")

    def __init__(self, name, of_class, owner):
        self.of_class = of_class
        self.owner = owner
        self.__name__ = SHORT.get(name, name)  # (as which torch has the same method)
        self.__qualname__ = f"TensorBase.{self.__name__}"

    __objclass__ = property(lambda d: d.owner)

    def __reduce__(self):
        return getattr, (self.owner, self.__name__)

    def unfit(self, x):
        return TypeError(f"descriptor '{self.__name__}' for '{BASE}' objects doesn't apply to a '{type_of(x)}' object")

    def __get__(self, x, owner=None):
        if x is None and owner is not None:
            return self
        if not isinstance(x, Handle):
            raise self.unfit(x)
        return self.of_class.__get__(x, type(x))


class Method(Descriptor):
    """A method."""

    __slots__ = ()
    __class__ = property(lambda d: types.MethodDescriptorType)  # (what `inspect` and `isinstance` ask)
    __text_signature__ = None

    def __repr__(self):
        return f"<method '{self.__name__}' of '{BASE}' objects>"

    def __call__(self, /, *args, **kwargs):
        if not args:
            raise TypeError(f"unbound method TensorBase.{self.__name__}() needs an argument")
        if not isinstance(args[0], Handle):
            raise self.unfit(args[0])
        return self.of_class(*args, **kwargs)


class Attribute(Descriptor):
    """What is read, and perhaps assigned to, without a call."""

    __slots__ = ()
    __class__ = property(lambda d: types.GetSetDescriptorType)

    def __repr__(self):
        return f"<attribute '{self.__name__}' of '{BASE}' objects>"

    def __set__(self, x, value):
        if not isinstance(x, Handle):
            raise self.unfit(x)
        self.of_class.__set__(x, value)

    def __delete__(self, x):
        if not isinstance(x, Handle):
            raise self.unfit(x)
        self.of_class.__delete__(x)


for _kind, _shown in ((Method, "method_descriptor"), (Attribute, "getset_descriptor")):
    _kind.__name__ = _kind.__qualname__ = _shown
    _kind.__module__ = "builtins"
    _kind.__doc__ = property(lambda d: d.of_class.__doc__)
made = {}  # (what is behind it, its name) -> its descriptor


def descriptor(owner, name, of_class):
    """What a class is seen to have under a name; what is behind it as it is, if a program has put it there."""
    get = of_class.fget if type(of_class) is property else of_class
    if not internal[owner.__module__] or not internal[getattr(get, "__globals__", {}).get("__name__")]:
        return of_class
    found = made.get((of_class, name))
    if found is None:
        found = made[of_class, name] = (Attribute if type(of_class) is property else Method)(name, of_class, owner)
    return found
