"""torch._jit_internal: the decorators and types of torch.jit by the module they come from."""

from typing import Any, Callable, Dict, Final, List, Optional, Tuple, Union  # noqa: F401, UP035

from .functions.missing import refusal as _refusal
from .jit import Future, export, ignore, is_scripting, unused  # noqa: F401


def _copy_to_script_wrapper(fn):
    """fn, as it is: nothing is copied to a wrapper."""
    return fn


_overload = _overload_method = _copy_to_script_wrapper


def boolean_dispatch(arg_name, arg_index, default, if_true, if_false, module_name, func_name):
    """A function that is one of two, by what a bool of its arguments says."""

    def fn(*args, **kwargs):
        given = kwargs.get(arg_name, args[arg_index] if arg_index < len(args) else default)
        return (if_true if given else if_false)(*args, **kwargs)

    fn.__name__, fn.__module__ = func_name or fn.__name__, module_name or fn.__module__
    fn.__doc__ = next((f.__doc__ for f in (if_true, if_false) if f.__doc__), None)
    return fn


class BroadcastingListCls:
    """Types of one number or of several: what is asked of it is not looked at."""

    def __getitem__(self, types):
        return None


BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = BroadcastingList4 = BroadcastingListCls()
__getattr__ = _refusal(__name__)
