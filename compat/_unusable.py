"""Modules of names that programs import, and ask `isinstance` of, and that can do nothing here: who calls one is told what to do instead."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

from .functions.missing import explain, refusal


class Unusable(type):
    """The class of such classes: they have no instances, and neither have classes made of them."""

    def __call__(cls, *args, **kwargs):
        module, _, name = cls.of.rpartition(".")
        raise NotImplementedError(explain(module, name, ()))


def put(package, modules):
    """Make {module of the package: its names} modules of a package of compat's, with their parents.

    >>> import compat as torch
    >>> isinstance(torch.zeros(1), torch.distributed.tensor.DTensor)
    False
    """
    for path, names in modules.items():
        parent = sys.modules[package]
        for part in path.split("."):
            full = f"{parent.__name__.replace('torch', 'compat', 1)}.{part}"
            if full not in sys.modules:
                sys.modules[full] = module = ModuleType(full)
                module.__spec__ = ModuleSpec(full, None)
                module.__path__ = []
                module.__getattr__ = refusal(full, torchs(full))
                setattr(parent, part, module)
            parent = sys.modules[full]
        for name in names.split():
            own = {"of": f"{torchs(full)}.{name}", "__module__": torchs(full)}
            setattr(parent, name, Unusable(name, (), own))


def __getattr__(name):
    """torch.TensorType, torch.DeviceObjType and their kin, of TorchScript."""
    if not name.endswith("Type"):
        raise AttributeError(name)
    made = globals()[name] = Unusable(name, (), {"of": f"torch.{name}", "__module__": "torch"})
    return made


def torchs(name):
    return "torch" + name.removeprefix("compat")
