"""skip_init: a module without initial values."""

import inspect

from funcgrad.streams import default_generator

from ..modules.module import Module


def skip_init(module_cls, *args, **kwargs):
    """A module whose parameters are not drawn, so that no random number is used up."""
    if not issubclass(module_cls, Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    with default_generator.fork():
        return module_cls(*args, **kwargs).to_empty(device=device)
