"""The error for a name that a module of compat lacks: torch's own if torch has none of that name either; of what torch has it names what
is nearest among what is there."""

import opcode
import sys
from importlib import import_module

from funcgrad.core.state import tls
from funcgrad.core.tracebacks import drop, is_ours
from funcgrad.lazy import attributes, made_of, submodule

from ..tensor import Tensor

IMPORT_FROM = opcode.opmap["IMPORT_FROM"]


def explain(what, name, known):
    """The text of the AttributeError for `what`.`name`.

    >>> explain("torch", "sine", ["sin", "sinc", "view"])
    'compat has no torch.sine yet; the nearest it has: torch.sin, torch.sinc'
    """
    import difflib

    from .._absent import CURES, cure

    text = f"compat has no {what}.{name} yet"
    if f"{what}.{name}" in CURES:
        return f"{text}; {CURES[f'{what}.{name}']}"
    near = difflib.get_close_matches(name, known, 3, 0.6)
    if near:
        return f"{text}; the nearest it has: {', '.join(f'{what}.{n}' for n in near)}"
    instead = cure(what)
    return f"{text}; {instead}" if instead else text


def refuse(what, name, known, module):
    """Raise AttributeError for a name that a module lacks, or for `from module import name` ImportError: Python itself would say
    that in words of its own, without what to do instead."""
    from .._absent import is_of_torch

    lacking = is_of_torch(what, name)
    if is_import():
        place = getattr(module, "__file__", None) or "unknown location"
        text = explain(what, name, known) if lacking else f"cannot import name {name!r} from {what!r} ({place})"
        raise ImportError(text, name=what, path=None if lacking else place)
    if lacking:
        raise AttributeError(explain(what, name, known), name=name, obj=module)
    raise NoSuchName(f"module {what!r} has no attribute {name!r}", what, name, known, module)


class NoSuchName(AttributeError):
    """torch's own error for a name that it has not either, with the nearest in a note where Python, which does not look through more than
    750 names, has none. They are looked up when the note is asked for: programs try names."""

    def __init__(self, text, what, name, known, module):
        super().__init__(text, name=name, obj=module)
        self.asked = what, known

    def __getattr__(self, name):
        if name != "__notes__":
            raise AttributeError(name)
        import difflib

        what, known = self.asked
        near = difflib.get_close_matches(self.name, known, 3, 0.6) if len(known) > 750 else ()
        if not near:
            raise AttributeError(name)
        self.__notes__ = [f"[compat: the nearest that is there: {', '.join(f'{what}.{n}' for n in near)}.]"]
        return self.__notes__


NoSuchName.__name__ = NoSuchName.__qualname__ = "AttributeError"
NoSuchName.__module__ = "builtins"


def is_import():
    frame = sys._getframe(1)
    while frame is not None and is_ours(frame):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_code[frame.f_lasti] == IMPORT_FROM


def refusal(package, what=None):
    """A function of a name that raises AttributeError for that name of a package of ours, in which `what` is what torch calls it, with the
    nearest names that it has."""
    what = what or "torch" + package.removeprefix("compat")

    def missing(name):
        module = sys.modules[package]
        if name.startswith("_"):
            raise AttributeError(f"module {what!r} has no attribute {name!r}", name=name, obj=module)
        refuse(what, name, public(module), module)

    return missing


def of_torch(name):
    """A name of `torch` itself that is in no index: a function of no known family; AttributeError, with the nearest names, for what
    compat lacks."""
    torch = sys.modules["compat"]
    try:
        if name in ("__config__", "__future__"):
            return import_module(f"compat.{name}")
        if name == "torch":  # (torch.torch is torch)
            return torch
        if name.startswith("_foreach_"):
            f = getattr(import_module("compat._foreach"), name, None)
        else:
            f = None if name.startswith("_") else torch._FUNCTIONS.get(name)
        if f is None and name.startswith("__"):
            raise AttributeError(f"module 'torch' has no attribute {name!r}", name=name, obj=torch)
        if f is None:
            refuse("torch", name, torch.__all__, torch)
        return f
    except BaseException as error:
        drop(error)
        raise


def sharing(package, families, files, inner={}):  # noqa: B006
    """{file: names} of a package in which modules of torch's share files, for its `attributes`; modules that have none of their own are put
    in their places. `families`: {torch's module: names}; `files`: {file: modules}; `inner`: names that only the module has."""
    index = dict(families)
    for file, modules in files.items():
        index[file] = " ".join([index.pop(m) for m in modules.split()])
        for name in modules.split():
            if name != file:
                place = sys.modules[package].__file__.replace("__init__", file)
                made = submodule(package, name, f"torch{package.removeprefix('compat')}.{name}.", {"__file__": place})
                full = made.__name__
                made.__getattr__, made.__dir__ = attributes(
                    full, {file: f"{families[name]} {inner.get(name, '')}"}, missing=refusal(full), modules=""
                )
    return index


def public(module):
    """The names of a module that are torch's: not those of what it imports from elsewhere."""
    names = made_of(module)
    return getattr(module, "__all__", None) or [
        n
        for n in dir(module)
        if n[0] != "_" and getattr(names.get(n), "__module__", "compat").partition(".")[0] in ("compat", "torch")
    ]


def missing_attribute(self, name):
    if name == "__cuda_array_interface__":
        text = (
            f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {self.type()} If CUDA data is required use "
            "tensor.cuda() to copy tensor to device memory."
        )
        raise AttributeError(text, name=name)
    if name.startswith("__"):  # (a protocol that a library looks for, which no Tensor has)
        raise AttributeError(f"'Tensor' object has no attribute '{name}'", name=name)
    if tls.stage is not None:
        tls.stage.lacks(self, name)
    held = next((vars(c)[name] for c in type(self).__mro__ if name in vars(c)), None)
    if (
        isinstance(held, property) and held.fget is not None
    ):  # (of a class of the program's own: it lacks what that reads)
        return held.fget(self)
    raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)


Tensor.__getattr__ = missing_attribute
