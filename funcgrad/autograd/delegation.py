"""Modules that have the names of another: what `import funcgrad.autograd.numpy` gives is funcgrad.numpy, under autograd's name."""

from importlib import import_module

from ..lazy import is_submodule


def attributes_of(target, of=None):
    """(`__getattr__`, `__dir__`) of a module that has what `target`, another module by its full name, has; `of`: a package, whose own
    modules come first."""

    def __getattr__(name):
        if name[:2] == "__":  # (asked by the import system and by tools: nothing that the target is to answer)
            raise AttributeError(name)
        if of is not None and is_submodule(of, name):
            return import_module(f"{of}.{name}")
        return getattr(import_module(target), name)

    return __getattr__, lambda: dir(import_module(target))
