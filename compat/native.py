"""How functions and classes show themselves. Of what torch has in C Python's own errors name a class with the module before it
('torch.Size' object is not callable), `__name__` without.
"""

import functools
import sys
import threading
from types import FunctionType

from funcgrad.core.site import internal


def shown_as(like):
    """A decorator: help() and inspect show the parameters of `like`, an empty function, in the place of a function's own."""

    def shown(f):
        f.__wrapped__ = like
        return f

    return shown


def named_as(qualname):
    """A decorator: Python's own errors name a function so."""

    def named(f):
        f.__name__, f.__qualname__ = qualname.rpartition(".")[2], qualname
        return f

    return named


def closed(cls):
    """Let nobody make instances of a class, in Python's words of one that is written in C and has no way to."""

    def refuse(self, *args, **named):
        raise TypeError(f"cannot create '{type.__dict__['__name__'].__get__(cls)}' instances")

    cls.__init__ = shown_as(lambda self: None)(refuse)


set_slot = object.__setattr__  # of an object whose attributes are `unwritable`


def unwritable(self, name, *value):
    """The __setattr__ and __delattr__ of a class whose objects nobody changes, with the error that one written in C has."""
    kind = type.__dict__["__name__"].__get__(type(self))
    if hasattr(type(self), name):
        raise AttributeError(f"attribute {name!r} of {kind!r} objects is not writable")
    raise AttributeError(f"{kind!r} object has no attribute {name!r}")


class Native(type):
    """The type of a class that errors call by another, longer name: `class Size(tuple, metaclass=Native, called="torch.Size")`."""

    def __new__(mcs, name, bases, space, called=None):
        called = called or name
        return super().__new__(mcs, called, bases, {**space, "__qualname__": called.rpartition(".")[2]})

    def __init__(cls, name, bases, space, called=None):
        super().__init__(name, bases, space)

    @property
    def __name__(cls):
        return type.__dict__["__name__"].__get__(cls).rpartition(".")[2]


# ------------------------------------------------------------------------------------------------ what the class Tensor is asked for
IN_PYTHON = frozenset(  # the methods that torch's Tensors have in Python
    "backward dim_order eig index is_shared istft lstsq lu module_load norm register_hook register_post_accumulate_grad_hook reinforce resize "
    "resize_as share_memory_ solve split stft storage storage_type symeig to_sparse_coo unflatten unique unique_consecutive _make_subclass "
    "_make_wrapper_subclass".split()
)
SPACE = type.__dict__["__dict__"].__get__
lock = threading.RLock()


class Seeing:
    """How many modes that see the calls of functions (TorchFunctionMode) are on, in all threads?"""

    modes = 0


def of_arguments(count, of=None):
    """A decorator of a function or method that torch has in C with no arguments, or one that has no name, and that says so in Python's
    words of those. `of`: the class that a method is said to be of; "": that of the object it is called of."""

    def counting(f):
        own = of is not None or "." in f.__qualname__  # (a method's self is not counted)

        @functools.wraps(f)
        def call(*args, **kwargs):
            if kwargs or len(args) != count + own:
                name = f"{f.__qualname__ if own else f'torch.{f.__name__}'}()"
                if of is not None:
                    name = f"{of or type(args[0]).__name__}.{f.__name__}()"
                if kwargs:
                    raise TypeError(f"{name} takes no keyword arguments")
                most = "exactly one argument" if count else "no arguments"
                raise TypeError(f"{name} takes {most} ({len(args) - own} given)")
            return f(*args)

        return call

    return counting


class TensorMeta(type):
    """The type of Tensor: what stands here under a method's name is found before the method by who asks the class, and by nobody else."""


class Seen:
    """A method or an attribute, as the class is asked for it (_class_attributes.py). The library's own code gets the function itself."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __get__(self, cls, meta=None):
        if cls is None:
            raise AttributeError(f"type object '_TensorMeta' has no attribute '{self.name}'")
        for c in type.mro(cls):
            space = SPACE(c)
            if self.name in space:
                behind = space[self.name]
                break
        else:
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '{self.name}'")
        kind = type(behind)
        if kind is not FunctionType and kind is not property:
            get = getattr(kind, "__get__", None)
            if get is None:  # (what a subclass has under the name of a method, and is none)
                return behind
            behind = get(behind, None, cls)
            kind = type(behind)
        own = internal[sys._getframe(1).f_globals.get("__name__")]
        if own or kind is not FunctionType and kind is not property:
            return behind
        from ._class_attributes import descriptor

        return descriptor(c, self.name, behind)

    def __set__(self, cls, value):
        """(What was taken from the class and is put back is the function again.)"""
        with lock:
            delattr(TensorMeta, self.name)
            try:
                setattr(cls, self.name, getattr(value, "of_class", value))
            finally:
                setattr(TensorMeta, self.name, self)

    def __delete__(self, cls):
        with lock:
            delattr(TensorMeta, self.name)
            try:
                delattr(cls, self.name)
            finally:
                setattr(TensorMeta, self.name, self)


# the operators that torch has in C; but for those that are asked of a class in other ways: whether it is true or another one's equal, an
# index, one of several (`Tensor | None`)
OPERATORS = frozenset(
    f"__{n}__"
    for n in "abs add and complex float ge gt iadd iand ilshift imod imul int invert ior irshift isub itruediv ixor le lshift lt matmul mod "
    "mul neg pos radd rand rmul rshift rxor sub truediv xor".split()
)


def is_shown(name):
    """Is this a name of what torch's Tensors have in C?"""
    return name in OPERATORS or name not in IN_PYTHON and name[:2] != "__"


def show(names):
    """Let the class be asked for these of its own names so."""
    for name in names:
        if is_shown(name):
            setattr(TensorMeta, name, Seen(name))


TensorMeta.__name__ = TensorMeta.__qualname__ = "_TensorMeta"
TensorMeta.__module__ = "torch._C"


def read_only(name, get):
    """A property that says in torch's words that it is not to be set."""

    def refuse(self, value=None):
        raise AttributeError(f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")

    return property(get, refuse, refuse, get.__doc__)
