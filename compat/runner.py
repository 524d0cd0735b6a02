"""Runs torch scripts on compat: `import torch` is made to give compat, and the script is run as Python itself would.

Invariant: after install(), every module named `torch` or `torch.x.y` *is* the module object compat or `compat.x.y`;
nothing is copied or loaded twice. Only light modules of the standard library are imported here.
"""

from importlib.machinery import PathFinder

from funcgrad import running, swaps

from . import names_of_classes

__all__ = ["TorchAlreadyLoadedError", "install", "main", "uninstall"]

USAGE = """\
usage: python -m compat script.py [argument ...]
       python -m compat -m package.module [argument ...]
       python -m compat -c "code" [argument ...]
       python -m compat - [argument ...]            (the script comes from standard input)

Runs an unmodified torch script with `torch` and its submodules resolving to compat.
Options of Python itself stand before it: python -W error -m compat script.py
"""


NEIGHBOURS = (  # how the names of packages begin that are built on torch
    "torch", "lightning", "pytorch_lightning", "transformers", "timm", "diffusers", "accelerate", "ignite", "fastai", "deepspeed",
    "triton", "onnx",
)  # fmt: skip


class TorchAlreadyLoadedError(ImportError):
    """compat.install() was called after the real torch had been imported."""


class TorchFinder(swaps.Finder):
    """`torch` is compat, and `functorch`, which comes with torch, a module of it; what needs torch itself is refused by name."""

    ours = {"torch": "compat", "functorch": "compat._first_functorch"}

    def find_spec(self, fullname, path=None, target=None):
        """As every Finder's; ModuleNotFoundError also for packages that need torch itself."""
        root = fullname.partition(".")[0]
        if root == "compat":
            return names_of_classes.found(fullname, path)
        if root != "torch" and root.startswith(NEIGHBOURS):
            refuse_neighbour(fullname, root)
        return super().find_spec(fullname, path, target)

    def absent(self, fullname):
        """The message for a module that compat lacks: with the nearest name it has."""
        from ._absent import text_for

        return text_for(fullname)


def refuse_neighbour(name, root):
    """ModuleNotFoundError for a package that is built on torch itself; other names of the same beginning are let pass."""
    from . import _absent as absent

    refused = root in absent.NEIGHBOURS or root in absent.SELDOM and PathFinder.find_spec(root) is None
    if refused and not swaps.only_asked():
        raise ModuleNotFoundError(absent.text_for(name), name=name)


def install():
    """Make `import torch` give compat from here on, in a notebook or a test; calling it again changes nothing.

    Raises TorchAlreadyLoadedError (an ImportError) if the real torch has been imported.

    >>> import compat.runner
    >>> compat.runner.install()
    >>> import torch
    >>> torch is compat
    True
    >>> compat.runner.uninstall()
    """
    swaps.put_in(TorchFinder, TorchAlreadyLoadedError, "compat.install")
    names_of_classes.rename_loaded()


def uninstall():
    """Undo install(): `import torch` finds the real torch again, or fails; without an install() it does nothing.

    >>> import compat.runner
    >>> compat.runner.install()
    >>> compat.runner.uninstall()
    >>> compat.runner.TorchFinder in map(type, __import__("sys").meta_path)
    False
    """
    swaps.take_out(TorchFinder)
    names_of_classes.restore()


def look(source):
    """Have every function ask its arguments' classes in a script with a class, no Tensor's or mode's, that has a __torch_function__: nothing
    tells of such a class when it is made, and only a call that fails with it tells later."""
    text = source if isinstance(source, bytes) else source.encode(errors="replace")
    if b"__torch_function__" in text:
        from .overrides import defines_alike, watch

        if defines_alike(source):
            watch()


def main(arguments):
    """Run what the command line `python -m compat arguments...` names; ends as Python itself would end."""
    running.main(arguments, USAGE, install, look)
