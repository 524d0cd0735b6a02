"""Classes and functions of compat under torch's names: what their `__module__` says while `import torch` gives compat.

Invariant: under its new name each of them is found where the name says (`torch.x` is `compat.x` then), so that pickle and
inspect find it; `restore` undoes everything.
"""

import sys
from importlib.machinery import PathFinder
from types import FunctionType

from funcgrad.lazy import made_of

HOMES = {  # module of compat's -> torch's, where that is not of the same name
    "compat.tensor": "torch",
    "compat.devices": "torch",
    "compat.dtypes": "torch",
    "compat.formats": "torch",
    "compat.size": "torch",
    "compat.functions.random": "torch._C",
    "compat.functions.conversion": "torch",
    "compat.functions.storage": "torch",
    "compat.graph": "torch.autograd.graph",
    "compat.distributions.combined": "torch.distributions.transforms",
    "compat.utils.data.by_workers": "torch.utils.data.dataloader",
    "compat.jit._stopped": "torch.jit",
    "compat.optim._adafactor": "torch.optim",
    "compat.optim._muon": "torch.optim",
}
WHOLE = {  # package whose parts torch has in one module -> torch's
    "compat.optim.lr_scheduler": "torch.optim.lr_scheduler",
    "compat.nn.functional": "torch.nn.functional",
    "compat.serialization": "torch.serialization",
    "compat.testing": "torch.testing",
    "compat.compiler": "torch.compiler",
}
SHARED = (
    "compat.nn.modules.",
    "compat.nn.utils.",
    "compat.distributions.",
    "compat.optim.",
    "compat.jit.",
)  # where modules of torch's share files
TOP = ["compat"]  # what is said of the functions of `torch` itself
_renamed = []  # (class or function, its own __module__)
_found = []  # (function of torch's own, or of linalg, special and fft, what follows "torch" in the name of the module)
_places = {}  # package of compat's -> {name: its family}
_homes = {}  # name of a module -> (how many names it had, [(class or function that it has made, its name in torch)])


def home_of(cls):
    """The module of torch's in which a class or function of compat's is said to be."""
    module = cls.__module__
    if module.startswith("compat.nn.modules."):  # (some are in another file here)
        family = family_of("compat.nn.modules", cls.__name__)
        module = f"compat.nn.modules.{family}" if family else module
    whole = next((torchs for whole, torchs in WHOLE.items() if module.startswith(whole)), None)
    if isinstance(cls, FunctionType):
        listed = whole and family_of("compat" + whole.removeprefix("torch"), cls.__name__)
        return whole if listed else "torch" + module.removeprefix("compat")
    return whole or HOMES.get(module) or "torch" + module.removeprefix("compat")


def family_of(package, name):
    """The first of the families that a package of compat's lists in its `_FAMILIES` with a name in it; None if none has it."""
    places = _places.get(package)
    if not places:  # (while the package is being made it has none yet)
        families = getattr(sys.modules[package], "_FAMILIES", {})
        places = _places[package] = {n: f for f in reversed(families) for n in families[f].split()}
    return places.get(name)


def rename(module):
    """Give the classes and functions that a module of compat's has made torch's names."""
    names = made_of(module)
    size, found = _homes.get(module.__name__, (0, ()))
    if size != len(names):
        own = module.__name__
        shared = next((package for package in SHARED if own.startswith(package)), None)
        made = [
            x
            for x in list(names.values())
            if isinstance(x, (type, FunctionType))
            and (x.__module__ == own or shared and str(x.__module__).startswith(shared))
        ]
        if own.startswith((*SHARED, *WHOLE)):
            found = [(x, home_of(x)) for x in made]
        else:  # (the same for all)
            plain = "torch" + own.removeprefix("compat")
            of_classes = HOMES.get(own) or plain
            found = [(x, plain if type(x) is FunctionType else of_classes) for x in made]
        _homes[own] = len(names), found
    for x, home in found:
        _renamed.append((x, x.__module__))
        name_module(x, home)
        if home not in sys.modules and (own := "compat" + home.removeprefix("torch")) in sys.modules:
            known(sys.modules[own])  # (which has no file of its own)


def placed(space):
    """Let what a file has made that several modules of torch's share be of those, by the `_FAMILIES` of its package."""
    package = space["__package__"]
    tables = sys.modules[package]
    for module, names in (*tables._FAMILIES.items(), *getattr(tables, "_INNER", {}).items()):
        for x in [space[name] for name in names.split() if name in space]:
            if x.__module__ == space["__name__"]:
                name_module(x, f"{package}.{module}")


def name_module(x, home):
    """Say that a class or function is of a module. (From Python 3.13 on a class forgets by it where its source begins.)"""
    first = vars(x).get("__firstlineno__")
    x.__module__ = home
    if first is not None:
        x.__firstlineno__ = first


def found_as(f, name, home=""):
    """f, which says that it is this name of torch, or of a module of torch's (".linalg"): where pickle and inspect find it."""
    f.__qualname__ = name
    f.__module__ = TOP[0] + home
    _found.append((f, home))
    return f


def restore():
    """Give each its own name back."""
    while _renamed:
        cls, own = _renamed.pop()
        name_module(cls, own)
    name_top("compat")
    sys.modules["compat"].__name__ = "compat"


def name_top(name):
    """Say of the functions of `torch` itself, now and from here on, that they are in a module of this name."""
    TOP[0] = name
    register = sys.modules.get("compat.functions.register")
    for f in list(register.FUNCTIONS.made.values()) if register else ():  # (those that are loaded)
        if getattr(f, "__module__", None) in ("compat", "torch"):
            f.__module__ = name
    for f, home in _found:
        f.__module__ = name + home


def rename_loaded():
    """`rename` for every module that is loaded already."""
    name_top("torch")
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "compat" and getattr(module, "__name__", None) == name:
            rename(module)
            let_refuse(module)
            known(module)
    sys.modules["compat"].__name__ = "torch"


def let_refuse(module):
    """Have a module that says nothing about names it lacks say it as all others do."""
    if "__getattr__" not in made_of(module):
        from .functions.missing import refusal

        module.__getattr__ = refusal(module.__name__)


def known(module):
    """Let a module be among the loaded ones under torch's name too: `inspect` looks there for the file of a class that says it is of it."""
    sys.modules.setdefault("torch" + made_of(module)["__name__"].removeprefix("compat"), module)


class Loader:
    """A module's own loader, with its classes renamed once they are made."""

    def __init__(self, loader):
        self.own = loader

    def __getattr__(self, name):
        return getattr(self.own, name)

    def create_module(self, spec):
        return self.own.create_module(spec)

    def exec_module(self, module):
        self.own.exec_module(module)
        rename(module)
        let_refuse(module)
        known(module)


def found(name, path):
    """The spec of a module of compat's, as Python finds it, with a Loader."""
    spec = PathFinder.find_spec(name, path)
    if spec is not None and spec.loader is not None:
        spec.loader = Loader(spec.loader)
    return spec
