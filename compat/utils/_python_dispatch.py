"""torch.utils._python_dispatch: there is no dispatcher below the functions here, so that a mode of it cannot be entered, and says so; what
packages ask of Tensors and trees of them is answered."""

import contextlib

from ..functions.missing import refusal as _refusal
from ..tensor import Tensor

__getattr__ = _refusal(__name__)


class TorchDispatchMode:
    """torch's mode that sees the operations below its functions. Here it can be made, and refuses to be entered."""

    def __init__(self, _dispatch_key=None):
        self._dispatch_key = _dispatch_key

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        raise NotImplementedError

    def __enter__(self):
        raise NotImplementedError(
            f"compat has no dispatcher that {type(self).__name__}.__torch_dispatch__ could be called by; torch.overrides.TorchFunctionMode sees "
            "every call of torch's functions, torch.utils.flop_counter counts operations, torch.profiler times them"
        )

    def __exit__(self, *error):
        pass

    @classmethod
    def push(cls, *args, **kwargs):
        """The older way to make one."""
        return cls(*args, **kwargs)


def _get_current_dispatch_mode():
    """None: no mode is ever on."""


def _get_current_dispatch_mode_stack():
    """No mode is ever on."""
    return []


def is_in_torch_dispatch_mode(include_infra_modes=True):
    """False: no mode is ever on."""
    return False


_disable_current_modes = contextlib.nullcontext


def is_traceable_wrapper_subclass_type(t):
    """Is a class one of Tensors that can be taken apart into the Tensors inside, and put together?"""
    return (
        issubclass(t, Tensor)
        and t is not Tensor
        and hasattr(t, "__tensor_flatten__")
        and hasattr(t, "__tensor_unflatten__")
    )


def is_traceable_wrapper_subclass(t):
    """Is a Tensor of such a class?"""
    return isinstance(t, Tensor) and is_traceable_wrapper_subclass_type(type(t))


def return_and_correct_aliasing(func, args, kwargs, out):
    """out: memory is shared already, by what made it."""
    return out
