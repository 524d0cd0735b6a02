"""torch._jit_internal: the decorators and types of torch.jit by the module they come from."""

from collections.abc import Container
from types import UnionType
from typing import Any, Callable, Dict, Final, List, Optional, Tuple, Union, get_args, get_origin  # noqa: F401, UP035

from funcgrad.core.site import warn

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


BARE = {dict: "dict", list: "list", tuple: "tuple", Dict: "Dict", List: "List", Optional: "Optional", Tuple: "Tuple"}  # noqa: UP006


def _isinstance(obj, target_type):
    """torch.jit.isinstance; RuntimeError for a container without the types of what it holds."""
    if isinstance(target_type, Container):
        if type(target_type) is not tuple:
            raise RuntimeError("The second argument to `torch.jit.isinstance` must be a type or a tuple of types")
        return any(_isinstance(obj, t) for t in target_type)
    name = BARE.get(target_type)
    if name:
        a, s = ("", "s") if name.endswith("ict") else ("a ", "")
        inner = "[int, int]" if s else "[int]"
        raise RuntimeError(
            f"Attempted to use {name} without {a}contained type{s}. Please add {a}contained type, e.g. {name}{inner}"
        )
    return holds(obj, target_type)


def holds(obj, kind):
    """Is obj of a type, and what it contains of the types that this names?"""
    origin, kinds = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return obj is None or any(holds(obj, k) for k in kinds)
    if origin not in (list, dict, tuple):
        return isinstance(obj, kind)
    if obj == [] or obj == {} or obj == ():
        warn(
            "The inner type of a container is lost when calling torch.jit.isinstance in eager mode. For example, List[int] would become "
            "list and therefore falsely return True for List[float] or List[str]."
        )
    if not isinstance(obj, origin):
        return False
    if origin is tuple:
        return len(obj) == len(kinds) and all(map(holds, obj, kinds))
    if origin is list:
        return all(holds(v, kinds[0]) for v in obj)
    return all(isinstance(k, kinds[0]) and holds(v, kinds[1]) for k, v in obj.items())


class BroadcastingListCls:
    """Types of one number or of several: what is asked of it is not looked at."""

    def __getitem__(self, types):
        return None


BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = BroadcastingList4 = BroadcastingListCls()
__getattr__ = _refusal(__name__)
