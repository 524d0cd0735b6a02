"""The names of torch itself that are in no index."""

import sys
from importlib import import_module

from funcgrad.core.tracebacks import drop

from .missing import refuse
from .register import FUNCTIONS


def of_torch(name):
    """A name of `torch` itself that is in no index: a function of no known family; AttributeError, with the nearest names, for what
    compat lacks."""
    try:
        if name in ("__config__", "__future__"):
            return import_module(f"compat.{name}")
        if name == "torch":  # (torch.torch is torch)
            return sys.modules["compat"]
        if name.startswith("_foreach_"):
            f = getattr(import_module("compat._foreach"), name, None)
        else:
            f = None if name.startswith("_") else FUNCTIONS.get(name)
        if f is None:
            refuse("torch", name, sys.modules["compat"].__all__, sys.modules["compat"])
        return f
    except BaseException as error:
        drop(error)
        raise
