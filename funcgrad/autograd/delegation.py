"""Modules that have the names of another: what `import funcgrad.autograd.numpy` gives is funcgrad.numpy, under autograd's name."""

from importlib import import_module


def attributes_of(target):
    """(`__getattr__`, `__dir__`) of a module that has what `target`, another module by its full name, has."""

    def __getattr__(name):
        if name[:2] == "__":  # (asked by the import system and by tools: nothing that the target is to answer)
            raise AttributeError(name)
        return getattr(import_module(target), name)

    return __getattr__, lambda: dir(import_module(target))
