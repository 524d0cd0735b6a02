"""Parameter and Buffer: Tensors that a Module recognises as its own when they are assigned to it."""

import sys
from types import MethodType

import numpy as np

from funcgrad.core.conjugate_views import seen_as
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.site import internal
from funcgrad.core.trace import Tape

from .. import dtypes
from .._duplicates import without_values
from ..errors import need_bool, type_name
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS as T
from ..leaves import requires_grad_
from ..native import IN_PYTHON, TensorMeta, shown_as
from ..payload import current, wrap
from ..size import Size
from ..tensor import Tensor, disabled, is_whole


def made_over(t, data):
    """Let a Tensor that is being made stand for data's memory, without its history."""
    if data is None:
        data = wrap(Tensor, np.zeros(0, dtypes.Default.numpy))
    if not isinstance(data, Tensor):
        raise AttributeError(f"{type_name(data)!r} object has no attribute 'detach'")
    data = data.detach()
    Tensor.__init__(t, data.val, None, data.owner)
    t.store = data.store
    if data.alias is not None:
        seen_as(noted(t), data)


def constructed(like):
    """A decorator: an __init__ that makes a handle where the core asks for one, and is otherwise what torch has as a __new__ with the
    parameters of `like`, whose errors name that."""

    def made(new):
        def __init__(self, *given, **named):
            if len(given) > 2 and type(given[2]) is Tape:  # value, mark, tape
                Tensor.__init__(self, *given)
            elif not is_whole(self):  # (else: of a subclass, whose own __new__ has made it)
                new(self, *given, **named)

        new.__qualname__ = __init__.__qualname__ = new.__qualname__.replace("__init__", "__new__")
        return shown_as(like)(__init__)

    return made


class _ParameterMeta(TensorMeta):
    """The class of Parameter, of which every Tensor that is marked as one is an instance."""

    def __instancecheck__(cls, instance):
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Parameter and isinstance(instance, Tensor) and bool(instance.__dict__.get("_is_param"))

    def __call__(cls, *args, **named):
        data = args[0] if args else named.get("data")
        kind = type(data)
        plain = (
            kind is Tensor
            or kind is Parameter
            or not isinstance(data, Tensor)
            or internal[kind.__module__]
            and not data.is_sparse
            or len(args) > 2
        )
        if plain or cls.__new__ is not Tensor.__new__:  # (of a subclass that makes its Tensors itself)
            return type.__call__(cls, *args, **named)
        return marked(data, args[1] if len(args) > 1 else named.get("requires_grad", True))

    @property
    def __signature__(cls):
        """What inspect shows of the class, which would otherwise be of __call__ above."""
        import inspect

        make = cls.__init__ if cls.__new__ is Tensor.__new__ else cls.__new__
        return inspect.signature(MethodType(make, cls))


def marked(data, requires_grad):
    """A Tensor of data's own class, over its memory and without its history, that counts as a Parameter."""
    t = data.detach().requires_grad_(requires_grad)
    if type(t) is not type(data):
        raise RuntimeError(
            f"Creating a Parameter from an instance of type {type(data).__name__} requires that detach() returns an instance of the same "
            f"type, but return type {type(t).__name__} was found instead. To use the type as a Parameter, please correct the detach() "
            "semantics defined by its __torch_dispatch__() implementation."
        )
    t._is_param = True
    return t


class Parameter(Tensor, metaclass=_ParameterMeta):
    """A Tensor that is a leaf requiring grad, and that a Module lists among its parameters.

    Parameter(data=None, requires_grad=True): over data's memory, without its history.

    >>> import compat as torch
    >>> torch.nn.Parameter(torch.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)
    """

    __torch_function__ = staticmethod(disabled)

    @constructed(lambda self, data=None, requires_grad=True: None)
    def __init__(self, data=None, requires_grad=True):
        made_over(self, data)
        need_bool(requires_grad, "_make_subclass", "require_grad", 3)
        if requires_grad:
            if self.dtype.numpy.kind not in "fc":
                raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
            requires_grad_(
                self, True, sys._getframe()
            )  # (no method, which a __torch_function__ of one's own would see)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    def __deepcopy__(self, memo):
        """A Parameter of the same values, without gradient and attributes."""
        got = memo.get(id(self))
        if got is None:
            if self.is_meta:
                got = without_values(self)
            else:
                got = noted(wrap(type(self), np.array(current(self).val), self.requires_grad))
            memo[id(self)] = got
        return got


class _BufferMeta(TensorMeta):
    """The class of Buffer, of which every Tensor that is marked as one is an instance."""

    def __instancecheck__(cls, instance):
        marked = cls is Buffer and isinstance(instance, Tensor) and instance.__dict__.get("_is_buffer")
        return bool(marked) or type.__instancecheck__(cls, instance)


class Buffer(Tensor, metaclass=_BufferMeta):
    """A Tensor over data's memory, marked so that a Module lists it among its buffers when it is assigned; `persistent`: in its state_dict?

    >>> import compat as torch
    >>> b = torch.nn.Buffer(torch.ones(2))
    >>> isinstance(b, torch.nn.Buffer), type(b) is torch.Tensor
    (True, True)
    """

    __torch_function__ = staticmethod(disabled)

    @shown_as(lambda cls, data=None, *, persistent=True: None)
    def __new__(cls, data=None, *, persistent=True):
        data = T["empty"](0) if data is None else data
        t = data.detach().requires_grad_(data.requires_grad)
        t.persistent = persistent
        t._is_buffer = True
        return t


# ------------------------------------------------------------------------------------------------ of no size yet
USED_EARLY = (
    "Attempted to use an uninitialized parameter in {}. This error happens when you are using a `LazyModule` or explicitly manipulating "
    "`torch.nn.parameter.{}` objects. When using LazyModules Call `forward` with a dummy batch to initialize the parameters before calling "
    "torch functions"
)


class Uninitialized:
    """What lazy modules hold until their first input says what sizes it has to have."""

    becomes = Tensor

    def materialize(self, shape, device=None, dtype=None):
        """Take a shape (and a dtype); from now on this is an ordinary Parameter, or Tensor."""
        current(self).val = T["empty"](shape, device=device, dtype=dtype or self.dtype).val
        self.__class__ = self.becomes

    @property
    def shape(self):
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in "
            "`load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` to "
            "initialize the parameters before accessing their attributes."
        )

    def __getattribute__(self, name):
        """A program's calls of Tensor's own methods are refused."""
        got = object.__getattribute__(self, name)
        if type(got) is not MethodType or name[0] == "_" or name in ALLOWED or name in self.__dict__:
            return got
        caller = sys._getframe(1).f_globals.get("__name__", "")
        if internal[caller] and not caller.endswith((".nn.init", ".nn.utils.weights")):
            return got
        own = next(c for c in type(self).__mro__ if name in vars(c))
        if not issubclass(Tensor, own):
            return got
        called = (
            "<function Tensor.{} at {:#x}>" if name in IN_PYTHON else "<method '{}' of 'torch._C.TensorBase' objects>"
        )
        return MethodType(refusing(called, CALLED.get(name, name)), self)

    def size(self, dim=None):
        return Size((0,)) if dim is None else 0

    def share_memory_(self):
        raise RuntimeError(
            "Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters "
            "before calling `module.share_memory()`."
        )

    def __repr__(self):
        return f"<{type(self).__name__}>"

    def of_no_size(self, requires_grad, device, dtype):
        """What its making does."""
        empty = T["empty"](0, device=device, dtype=dtype)
        need_bool(requires_grad, "_make_subclass", "require_grad", 3)
        if requires_grad and empty.dtype.numpy.kind not in "fc":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        made_over(self, empty)
        if requires_grad:
            Tensor.requires_grad_(self)

    def __reduce_ex__(self, protocol):
        return type(self), (self.requires_grad, None, self.dtype)


CALLED = {"nelement": "numel", "ndimension": "dim"}
ALLOWED = frozenset(  # the methods that are called all the same
    "size copy_ is_complex is_floating_point half float double char short int long cuda cpu to get_device as_subclass".split()
)
SPECIAL = {  # how torch's words call special methods -> those (without their underscores), with what they are to torch
    "<method '{}' of 'torch._C.TensorBase' objects>": "add radd:add sub mul rmul:mul truediv:div mod:remainder matmul rmatmul:matmul gt lt ge le "
    "ne neg abs iadd:add_ isub:sub_ imul:mul_ itruediv:div_ iter:dim eq:__eq__ float:__float__ int:__int__ bool:__bool__ index:__index__ "
    "complex:__complex__ invert:__invert__ and:__and__ or:__or__ xor:__xor__",
    "<function Tensor.{} at {:#x}>": "rsub:__rsub__ rtruediv:__rdiv__ floordiv:__floordiv__ rfloordiv:__rfloordiv__ rmod:__rmod__ rpow:__rpow__ "
    "len:__len__ contains:__contains__ array:__array__ reversed:__reversed__",
    "<function TensorBase.{} at {:#x}>": "pow",
    "<slot wrapper '{}' of 'torch._C.TensorBase' objects>": "getitem:__getitem__ setitem:__setitem__",
}


def refusing(called, name):
    """A method that says that its Tensor has no size yet."""

    def method(self, *args, **kwargs):
        from .._calls import refusal, signatures_of

        wrong = refusal(name, True, args, kwargs) if signatures_of(name, True) else None
        raise wrong or ValueError(USED_EARLY.format(called.format(name, id(method)), type(self).__name__))

    method.__name__ = name
    return method


for _called, _names in SPECIAL.items():
    for _own, _, _name in [_n.partition(":") for _n in _names.split()]:
        setattr(Uninitialized, f"__{_own}__", refusing(_called, _name or _own))
Uninitialized.__hash__ = Tensor.__hash__


def is_lazy(param):
    """Is it a parameter or buffer that has no size yet?"""
    return isinstance(param, Uninitialized)


class UninitializedParameter(Uninitialized, Parameter):
    """A parameter whose shape is not known yet: materialize(shape) makes it a Parameter."""

    becomes = Parameter

    @constructed(lambda self, requires_grad=True, device=None, dtype=None: None)
    def __init__(self, requires_grad=True, device=None, dtype=None):
        self.of_no_size(requires_grad, device, dtype)

    def __deepcopy__(self, memo):
        got = memo.get(id(self))
        if got is None:
            got = memo[id(self)] = type(self)(self.requires_grad, dtype=self.dtype)
        return got


class UninitializedBuffer(Uninitialized, Tensor):
    """A buffer whose shape is not known yet: materialize(shape) makes it a Tensor."""

    becomes = Tensor

    @constructed(lambda self, requires_grad=False, device=None, dtype=None, persistent=True: None)
    def __init__(self, requires_grad=False, device=None, dtype=None, persistent=True):
        self.of_no_size(requires_grad, device, dtype)
        self.persistent, self._is_buffer = persistent, True

    def __deepcopy__(self, memo):
        raise ValueError(USED_EARLY.format(Tensor.__deepcopy__, type(self).__name__))


def converting(name):
    """The method of a buffer of no size that gives another such buffer."""

    def method(self, *args, **kwargs):
        out = getattr(Tensor, name)(self, *args, **kwargs)
        if out is not self:
            out.__class__ = UninitializedBuffer
        return out

    method.__name__ = name
    return method


for _name in "half float double char short int long cpu cuda to".split():
    setattr(UninitializedBuffer, _name, converting(_name))
UninitializedTensorMixin = Uninitialized
__getattr__ = _refusal(__name__)
