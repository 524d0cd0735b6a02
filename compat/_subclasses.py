"""What a subclass of Tensor with a __torch_function__ of its own is shown besides torch's functions: attributes, and what a Tensor is asked.

Invariant: ordinary Tensors pay nothing, since only such a class has these properties and methods; compat's own files see its Tensors as they are.
"""

import contextlib
import functools
import sys

from funcgrad.core.site import internal

from . import overrides
from ._aliases import public
from ._unusable import put
from .functions.register import METHODS
from .overrides import Off, handle_torch_function
from .tensor import Tensor

ASKED = (
    "__array__ __array_wrap__ __bool__ __complex__ __contains__ __deepcopy__ __float__ __format__ __index__ __int__ __len__ __reduce_ex__ "
    "__repr__ backward data_ptr detach_ dim element_size is_complex is_contiguous is_floating_point is_inference ndimension numel nelement "
    "register_hook register_post_accumulate_grad_hook retain_grad size storage_offset stride"
)
DEFAULTS = {  # what torch gives on where the caller gave nothing
    "__array__": {"dtype": None},
    "__repr__": {"tensor_contents": None},
    "backward": {"gradient": None, "retain_graph": None, "create_graph": False, "inputs": None},
}


@functools.cache
def attributes():
    """{name: property} of Tensor."""
    return {n: v for table in (vars(Tensor), METHODS) for n, v in table.items() if isinstance(v, property)}


def dispatched(own, given, defaults=None):
    """A function of a Tensor that a __torch_function__ sees as `given`, unless none is to be asked or a file of compat calls."""

    def ask(self, *args, **kwargs):
        if overrides.state.off:
            return own(self, *args, **kwargs)
        if internal[sys._getframe(1).f_globals.get("__name__")]:
            with Off():
                return own(self, *args, **kwargs)
        return handle_torch_function(given, (self,), self, *args, **({**defaults, **kwargs} if defaults else kwargs))

    return ask


def attribute(p):
    """A property whose reading and writing a __torch_function__ sees."""
    d = public(p).__self__
    return property(
        dispatched(p.fget, d.__get__), dispatched(p.fset, d.__set__), dispatched(p.fdel, d.__delete__), p.__doc__
    )


def show(cls):
    """Let the __torch_function__ that a class has see what its Tensors are asked; what the class defines itself stays."""
    for name in (*attributes(), *ASKED.split()):
        own = next(c for c in cls.__mro__ if name in vars(c))
        if internal[own.__module__]:
            p, f = attributes().get(name), getattr(Tensor, name)
            setattr(cls, name, attribute(p) if p else functools.wraps(f)(dispatched(f, public(f), DEFAULTS.get(name))))


put(__name__, {"fake_tensor": "FakeTensor FakeTensorMode"})  # (what torch has in a module of this name)


def is_fake(x):
    """Is it a Tensor without memory? (None is one.)"""
    return isinstance(x, sys.modules[f"{__name__}.fake_tensor"].FakeTensor)


sys.modules[f"{__name__}.fake_tensor"].is_fake = is_fake
sys.modules[f"{__name__}.fake_tensor"].unset_fake_temporarily = contextlib.nullcontext  # (no mode is ever set)
