"""The error for a torch name that compat lacks: it names it, and the nearest names that are there."""

import sys

from ..tensor import Tensor


def explain(what, name, known):
    """The text of the AttributeError for `what`.`name`.

    >>> explain("torch", "sine", ["sin", "sinc", "view"])
    'compat has no torch.sine yet; the nearest it has: torch.sin, torch.sinc'
    """
    import difflib

    text = f"compat has no {what}.{name} yet"
    near = difflib.get_close_matches(name, known, 3, 0.6)
    return f"{text}; the nearest it has: {', '.join(f'{what}.{n}' for n in near)}" if near else text


def refusal(what, package):
    """A function of a name that raises AttributeError for `what`.name, with the nearest names that the package has."""

    def missing(name):
        module = sys.modules[package]
        if name.startswith("_"):
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name, obj=module)
        raise AttributeError(
            explain(what, name, [n for n in dir(module) if not n.startswith("_")]), name=name, obj=module
        )

    return missing


def missing_attribute(self, name):
    if name == "__cuda_array_interface__":
        text = (
            f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {self.type()} If CUDA data is required use "
            "tensor.cuda() to copy tensor to device memory."
        )
        raise AttributeError(text, name=name)
    if name.startswith("__"):  # (a protocol that a library looks for, which no Tensor has)
        raise AttributeError(f"'Tensor' object has no attribute '{name}'", name=name)
    known = [n for cls in type(self).__mro__ for n in vars(cls) if not n.startswith("_")]
    raise AttributeError(explain("Tensor", name, known), name=name, obj=self)


Tensor.__getattr__ = missing_attribute
