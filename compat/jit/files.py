"""torch.jit.save and load: a scripted module in a file, as an object of the classes that the program has.

Invariant: a file can make modules of classes that are loaded already, with Tensors, numbers, texts and functions of
torch.nn.functional in them, and call nothing else; torch's own TorchScript, which is code, is refused by name.
"""

import os

from funcgrad.core.tracebacks import public

from .. import nn, serialization
from ..nn import functional
from ..nn.modules.module import Module
from ..serialization.archive import Reader
from ..serialization.restricted import builtin_allowed, full_name, names_in, user_allowed
from ._frozen import Frozen, frozen
from ._script import RecursiveScriptModule, Scripted, made, original

KIND = "a module saved by torch.jit.save of compat"


@public
def save(m, f, _extra_files=None):
    """Write a scripted or traced module to a path or a binary stream. AttributeError for a module that is neither.

    >>> import io, compat as torch
    >>> file = io.BytesIO()
    >>> torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), file)
    >>> _ = file.seek(0)
    >>> torch.jit.load(file)
    RecursiveScriptModule(original_name=Linear)
    """
    if not isinstance(m, Scripted):
        raise AttributeError(f"{type(m).__name__!r} object has no attribute 'save_to_buffer'")
    extra = {k: v.encode() if isinstance(v, str) else bytes(v) for k, v in (_extra_files or {}).items()}
    kept = m._kept if isinstance(m, Frozen) else None
    whole = original(m if kept is None else m._whole)
    serialization.save({"kind": KIND, "module": whole, "extra": extra, "frozen": kept}, f)


@public
def load(f, map_location=None, _extra_files=None, _restore_shapes=False):
    """The module in a file that torch.jit.save of compat wrote; its class has to be loaded already.

    ValueError if there is no such file; RuntimeError for a damaged file, for a class that the program lacks, and for what torch
    itself wrote.
    """
    if isinstance(f, (str, os.PathLike)):
        if not os.path.exists(f):
            raise ValueError(f"The provided filename {f} does not exist")
        if os.path.isdir(f):
            raise ValueError(f"The provided filename {f} is a directory")
    elif not hasattr(f, "read"):
        raise AttributeError(f"{type(f).__name__!r} object has no attribute 'read'")
    start = f.tell() if hasattr(f, "tell") else None
    archive = Reader(f)
    if archive.has("constants.pkl"):
        raise RuntimeError(
            "torch.jit.load: torch itself wrote this file, and compat runs no TorchScript; save the state_dict with torch.save, and "
            "load it into the module's Python class"
        )
    allowed = classes_and_functions()
    lacking = names_in(archive.read("data.pkl")) - builtin_allowed().keys() - user_allowed().keys() - allowed.keys()
    if lacking:
        raise RuntimeError(
            f"torch.jit.load: the file has objects of {', '.join(sorted(lacking))}, and compat's files hold no code; import or define the "
            "class of the module first, and allow any other class by torch.serialization.add_safe_globals"
        )
    if start is not None:
        f.seek(start)
    with serialization.safe_globals([(x, name) for name, x in allowed.items()]):
        found = serialization.load(f, map_location)
    if not isinstance(found, dict) or found.get("kind") != KIND or not isinstance(found["module"], Module):
        raise RuntimeError(
            "torch.jit.load: this file was not written by torch.jit.save; torch.load reads what torch.save wrote"
        )
    if _extra_files is not None:
        _extra_files.update({k: v for k, v in found["extra"].items() if k in _extra_files})
    whole = made(found["module"], RecursiveScriptModule)
    return whole if found.get("frozen") is None else frozen(whole, found["frozen"])


def classes_and_functions():
    """{full name: object}: the classes of modules that are loaded, all of torch.nn, and the functions of torch.nn.functional."""
    for names in nn.modules._FAMILIES.values():
        for name in names.split():
            getattr(nn, name)
    found, todo = {}, [Module]
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        if not issubclass(cls, Scripted):
            found[full_name(cls)] = cls
    for names in functional._FAMILIES.values():
        for name in names.split():
            if callable(f := getattr(functional, name)):
                found[full_name(f)] = f
    return found


__all__ = ["load", "save"]
