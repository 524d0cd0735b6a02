"""What a file calls classes, functions and dtypes: torch's names for compat's, both ways.

Invariant: `torch_name` and `compat_object` are inverse to each other on what both know; importing nothing but compat's own
modules, `compat_object` runs no code that a file could choose.
"""

import importlib
import types

from .. import dtypes
from ..devices import Device
from ..functions.register import FUNCTIONS
from ..names_of_classes import home_of
from ..nn import functional
from ..size import Size
from ..tensor import Tensor

TOP_LEVEL = {Tensor: "Tensor", Size: "Size", Device: "device", dtypes.dtype: "dtype"}


def torch_name(x):
    """(module, name) of torch's for a class or function of compat's; None for what is not of compat."""
    if x in TOP_LEVEL:
        return "torch", TOP_LEVEL[x]
    module, name = getattr(x, "__module__", None) or "", getattr(x, "__qualname__", "")
    if module != "compat" and not module.startswith("compat."):
        return None
    if not isinstance(x, type):
        for public, table in (("torch", FUNCTIONS), ("torch.nn.functional", vars(functional))):
            if table.get(name) is x:
                return public, name
    return home_of(x), name


def compat_object(module, name):
    """The class, function or dtype of compat's that torch calls so; AttributeError if it has none."""
    try:
        found = module_named("compat" + module.removeprefix("torch"))
        for step in name.split("."):
            found = getattr(found, step)
        return found
    except ImportError:
        raise AttributeError(f"compat has no {module}.{name} yet") from None


def module_named(home):
    """A module, also one that another makes when it is asked for it: torch._C._nn."""
    try:
        return importlib.import_module(home)
    except ImportError:
        above, _, last = home.rpartition(".")
        if not isinstance(found := getattr(importlib.import_module(above), last, None), types.ModuleType):
            raise
        return found


def width(name):
    """The bytes of one element of a dtype, by name."""
    return dtypes.BY_NAME[name].itemsize
