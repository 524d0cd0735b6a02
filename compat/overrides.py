"""torch.overrides: what `__torch_function__` of subclasses of Tensor, of classes like it, and of modes sees and decides.

Invariant: programs that define none of them pay nothing: the first one has every public function intercepted
(compat/intercept.py), and from then on a call with such arguments, or inside a mode, goes to them first.
"""

import functools
import threading
from types import FunctionType

import numpy as np

from funcgrad.core.site import internal

from .devices import Device
from .dtypes import dtype
from .functions.missing import refusal as _refusal
from .functions.random import Generator
from .functions.register import FUNCTIONS, METHODS
from .graph import label
from .intercept import Users
from .nn.parameter import Parameter
from .size import Size
from .tensor import Tensor, current, disabled

__getattr__ = _refusal("torch.overrides", __name__)
__all__ = [
    "TorchFunctionMode", "get_overridable_functions", "get_testing_overrides", "handle_torch_function", "has_torch_function",
    "has_torch_function_unary", "has_torch_function_variadic", "is_tensor_like", "is_tensor_method_or_property", "resolve_name",
    "wrap_torch_function",
]  # fmt: skip
OWN = ("detach", "requires_grad_", "numpy", "tolist", "item")  # methods that no family of functions makes
OPERATORS = {  # what an operator is called with: the function that it stands for
    f"__{name}__": f"{own or name}"
    for name, _, own in [
        pair.partition(":")
        for pair in (
            "add radd:add iadd:add_ sub isub:sub_ mul rmul:mul imul:mul_ truediv:div itruediv:div_ matmul eq ne lt le gt ge neg "
            "abs invert:bitwise_not pow"
        ).split()
    ]
}
shown = {}  # function of an operator -> what a __torch_function__ is given for it
UNDISPATCHED = (
    "__repr__",
    "__iter__",
    "__len__",
    "__bool__",
    "numpy",
    "tolist",
    "item",
    "backward",
)  # whose results stay


class State(threading.local):
    """Of this thread: the modes that are on, the last innermost; is no subclass asked?"""

    def __init__(self):
        self.modes = []
        self.off = False


state = State()


# ------------------------------------------------------------------------------------------------ who is asked
def asked(cls):
    """Has a class a __torch_function__ that is to be called?"""
    if cls is Tensor or state.off and issubclass(cls, Tensor):
        return False
    f = getattr(cls, "__torch_function__", None)
    return f is not None and f is not disabled


def overloaded(args):
    """The arguments with a __torch_function__, one of each type, subclasses before what they come from."""
    found = []
    for a in args:
        for x in a if type(a) in (list, tuple) else (a,):
            cls = type(x)
            if cls is Tensor or not asked(cls) or any([type(o) is cls for o in found]):
                continue
            at = next((i for i, o in enumerate(found) if issubclass(cls, type(o))), len(found))
            found.insert(at, x)
    return found


def has_torch_function(relevant_args):
    """Is there a __torch_function__ among these arguments, or a mode?"""
    return bool(state.modes) or bool(overloaded(relevant_args))


def has_torch_function_unary(arg):
    """has_torch_function((arg,))."""
    return has_torch_function((arg,))


def has_torch_function_variadic(*args):
    """has_torch_function(args)."""
    return has_torch_function(args)


def is_tensor_like(inp):
    """Is this a Tensor, or has its type a __torch_function__?"""
    return type(inp) is Tensor or hasattr(inp, "__torch_function__")


class NobodyError(TypeError):
    """Every __torch_function__ that was asked returned NotImplemented."""


def handle_torch_function(public_api, relevant_args, *args, **kwargs):
    """What the __torch_function__ of the arguments (or the innermost mode) makes of public_api(*args, **kwargs).

    TypeError if each of them returns NotImplemented.
    """
    found = overloaded(relevant_args)
    types = tuple(map(type, found))
    if state.modes:
        mode = state.modes.pop()
        try:
            got = mode.__torch_function__(public_api, types, args, kwargs)
        finally:
            state.modes.append(mode)
        if got is not NotImplemented:
            return got
    for x in found:
        got = x.__torch_function__(public_api, types, args, kwargs)
        if got is not NotImplemented:
            return got
    raise NobodyError(
        f"Multiple dispatch failed for '{resolve_name(public_api)}'; all __torch_function__ handlers returned NotImplemented:\n\n"
        + "".join([f"  - tensor subclass {t}\n" for t in types])
        + "\nFor more information, try re-running with TORCH_LOGS=not_implemented"
    )


def dispatching(inner, f):
    """The layer around a public function."""
    given = shown.get(f, f)
    operator = f in shown

    def call(*args, **kwargs):
        if state.modes or overloaded(args) or kwargs and overloaded(kwargs.values()):
            try:
                return handle_torch_function(given, (*args, *kwargs.values()), *args, **kwargs)
            except NobodyError:
                if operator:
                    return NotImplemented
                raise
        return inner(*args, **kwargs)

    return call


# The types of arguments that ask nobody. It is empty while any mode is on, in whatever thread, so that every call is looked at.
PLAIN = set()
KNOWN = {Tensor, int, float, bool, complex, str, type(None), slice, type(...), Size, dtype, Device, Generator}
KNOWN |= {Parameter, np.ndarray, np.float64, np.float32, np.int64}
dispatching.plain = PLAIN.issuperset


def getters():
    """What gives the attributes of a Tensor that are views of it: T, real, data."""
    return [v.fget for v in (*METHODS.values(), Tensor.data) if isinstance(v, property)]


def public_functions():
    """Every function of torch, of a Tensor, and of the modules of functions; this loads them all."""
    from . import fft, linalg, special
    from .nn import functional

    found = [*FUNCTIONS.values(), *METHODS.values(), *[vars(Tensor)[name] for name in OWN], *getters()]
    for module in (fft, linalg, special):
        found += [getattr(module, name) for name in module.__all__]
    return found + [getattr(functional, name) for names in functional.FAMILIES.values() for name in names.split()]


def layers():
    name_operators()
    return [(dispatching, public_functions())]


USERS = Users("function", layers)


class Watched:
    """Is every public function intercepted for good?"""

    done = False


def watch():
    """Have every public function intercepted, from now on."""
    if not Watched.done:
        Watched.done = True
        if not Modes.count:
            PLAIN.update(KNOWN)
        USERS.enter()


def unwatch():
    """Undo `watch`: for tests. (Tensor keeps its __new__: Python does not take one back.)"""
    if Watched.done:
        Watched.done = False
        USERS.leave()


def name_operators():
    """Let the functions of operators be known by the names they go under."""
    if not shown:
        for name, f in METHODS.items():
            if name in OPERATORS:
                shown[f] = METHODS[OPERATORS[name]]
            if name.startswith("__") and type(f) is FunctionType:
                f.__name__ = OPERATORS.get(name, name)
        for f in getters():
            f.__name__ = "__get__"


# ------------------------------------------------------------------------------------------------ subclasses of Tensor
class Off:
    """A block in which no subclass of Tensor is asked."""

    def __enter__(self):
        self.before, state.off = state.off, True

    def __exit__(self, *error):
        state.off = self.before


def converted(got, cls, args):
    """A result with the Tensors in it made those of a subclass."""
    if isinstance(got, Tensor):
        if isinstance(got, cls) or not issubclass(cls, Tensor):
            return got
        if type(got) is Tensor and not any([got is a for a in args]):
            got.__class__ = cls
            return got
        return shared_with(got, cls)
    if isinstance(got, (tuple, list)):
        new = [converted(g, cls, args) for g in got]
        return type(got)(new) if type(got) in (tuple, list) else type(got)(*new)
    return got


def torch_function(cls, func, types, args, kwargs):
    """func(*args, **kwargs) on the Tensors as they are, its results made Tensors of this class."""
    if not all([issubclass(cls, t) for t in types]):
        return NotImplemented
    with Off():
        got = func(*args, **(kwargs or {}))
    return got if getattr(func, "__name__", None) in UNDISPATCHED else converted(got, cls, args)


def shared_with(t, cls):
    """A Tensor of a class over the memory of t, which it is a view of if there is a graph."""
    if not (isinstance(cls, type) and issubclass(cls, Tensor)):
        if not isinstance(cls, type):
            raise TypeError(f"cls must be a type (got {type(cls).__name__})")
        raise TypeError(
            "Creating a Tensor subclass from a class that does not inherit from Tensor is not possible. Make sure your class "
            "inherits from Tensor."
        )
    with Off():
        new = t.view(t.shape) if current(t).mark is not None else t.detach()
    if new.mark is not None:
        label(new, "AliasBackward0", (t,))
    new.__class__ = cls
    return new


def build(cls, *args, **kwargs):
    """Tensor.__new__, once a program has made a subclass: the subclass's own Tensors are whole before its __init__ runs."""
    own = next(c for c in cls.__mro__ if internal[c.__module__])
    self = object.__new__(cls)
    if own is not cls:
        own.__init__(self, *args, **kwargs)
    return self


def subclassed(cls):
    """A program has made a subclass of Tensor."""
    watch()
    if "__new__" not in vars(Tensor):
        Tensor.__new__ = staticmethod(build)


# ------------------------------------------------------------------------------------------------ modes
class Modes:
    """How many modes are on, in all threads."""

    count, lock = 0, threading.Lock()

    @classmethod
    def enter(cls):
        with cls.lock:
            cls.count += 1
            PLAIN.clear()

    @classmethod
    def leave(cls):
        with cls.lock:
            cls.count -= 1
            if not cls.count:
                PLAIN.update(KNOWN)


class TorchFunctionMode:
    """A block in which every call of a function of torch goes to this __torch_function__ first.

    >>> import compat as torch
    >>> class Names(torch.overrides.TorchFunctionMode):
    ...     def __torch_function__(self, func, types, args=(), kwargs=None):
    ...         print(func.__name__)
    ...         return func(*args, **(kwargs or {}))
    >>> with Names():
    ...     _ = torch.zeros(2).sin()
    zeros
    sin
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        USERS.enter()
        Modes.enter()
        state.modes.append(self)
        return self

    def __exit__(self, *error):
        state.modes.pop()
        Modes.leave()
        USERS.leave()


BaseTorchFunctionMode = TorchFunctionMode


# ------------------------------------------------------------------------------------------------ questions
@functools.cache
def named():
    """{function: its name}."""
    from . import fft, linalg, special
    from .nn import functional

    names = {f: f"torch.Tensor.{name}" for name, f in METHODS.items()}
    names |= {f: f"torch.{name}" for name, f in FUNCTIONS.items()}
    for module, name in ((fft, "fft"), (linalg, "linalg"), (special, "special")):
        names |= {getattr(module, n): f"torch.{name}.{n}" for n in module.__all__}
    for family in functional.FAMILIES.values():
        for n in family.split():
            if callable(f := getattr(functional, n)):
                names.setdefault(f, f"torch.nn.functional.{n}")
    return names


def resolve_name(f):
    """The name by which a function of torch is called, with its module; None for others.

    >>> import compat as torch
    >>> torch.overrides.resolve_name(torch.nn.functional.linear)
    'torch.nn.functional.linear'
    """
    return named().get(f) if callable(f) or isinstance(f, property) else None


def is_tensor_method_or_property(func):
    """Is this a method or a property of Tensor?"""
    return func in METHODS.values() or any([func is v for v in vars(Tensor).values()])


def get_overridable_functions():
    """{name of a module or of Tensor: its functions that go through __torch_function__}."""
    found = {}
    for f, name in named().items():
        found.setdefault(name.rpartition(".")[0], []).append(f)
    return found


def get_testing_overrides():
    """{function: one that takes anything and returns -1}, of the functions that go through __torch_function__."""
    return {f: lambda *args, **kwargs: -1 for f in named()}


def wrap_torch_function(dispatcher):
    """A decorator of functions of one's own: __torch_function__ of what dispatcher(*args, **kwargs) returns is asked first."""

    def decorate(f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            relevant = dispatcher(*args, **kwargs)
            return (
                handle_torch_function(call, relevant, *args, **kwargs)
                if has_torch_function(relevant)
                else f(*args, **kwargs)
            )

        return call

    return decorate
