"""What torch has under several names, and here is one function, made several: `torch.add` and `Tensor.add`, `absolute` and `abs`,
`linalg.det` and `det`; and the object by which a program knows each.

Invariant: only programs in which a __torch_function__ is asked come here, which compare functions; the others do not tell them apart.
"""

import functools
import sys
from types import FunctionType

from ._intercept import copied, original
from .functions.register import FUNCTIONS, METHODS, install
from .names_of_classes import found_as
from .native import is_shown
from .tensor import Tensor

OPERATORS = {  # what an operator is called with: the method that it stands for
    f"__{name}__": f"{own or name}"
    for name, _, own in [
        pair.partition(":")
        for pair in (
            "add radd:add iadd:add_ sub isub:sub_ mul rmul:mul imul:mul_ truediv:div itruediv:div_ matmul ne lt le gt ge neg "
            "abs pow ipow:pow_ mod:remainder"
        ).split()
    ]
}
MODULES = ("fft", "linalg", "special")
symbols = set()  # the functions of those
seen = {}  # function (or that of an attribute) -> what a program knows it as


def public(f):
    """What a program knows a function as, which a __torch_function__ is given."""
    return seen.get(f, f)


def attribute(name):
    """What a program sees the class Tensor to have under the name of an attribute."""
    from ._class_attributes import descriptor

    return descriptor(Tensor, name, METHODS[name] if name in METHODS else vars(Tensor)[name])


def behind(f):
    """The function behind what a program knows it as; the one of which it is a copy, if it is one."""
    f = getattr(f, "of_class", f)
    return original.get(f, f) if type(f) is FunctionType else f


def bears(name, f):
    """Is this a function by this name?"""
    return type(f) is not FunctionType or f.__name__ == name


@functools.cache
def separate():
    """Give each name of torch's a function of its own; this loads them all."""
    from . import _class_attributes

    top, functions = sys.modules[__package__], {*FUNCTIONS.values()}
    for name, f in list(METHODS.items()):
        if type(f) is FunctionType and (f in functions or name[:2] != "__" and not bears(name, f)):
            own = copied(f, name)
            install(name, own)
            for (of, known), d in list(_class_attributes.made.items()):
                if of is f and known == name:  # (which the program may have by now)
                    _class_attributes.made[own, name], d.of_class = d, own
                    del _class_attributes.made[of, known]
    for name, f in list(FUNCTIONS.items()):
        if not bears(name, f):
            FUNCTIONS[name] = own = found_as(copied(f, name), name)
            if vars(top).get(name) is f:
                setattr(top, name, own)
    for name, home in top.__getattr__.homes.items():
        if home.startswith(f"{__package__}.nn.functional") and not bears(name, f := getattr(top, name)):
            own = found_as(copied(f, name), name)
            for module in top, sys.modules[home]:  # (torch's two are one)
                setattr(module, name, own)
    for module in [getattr(top, m) for m in MODULES]:
        short = module.__name__.rpartition(".")[2]
        for name in module.__all__:
            f, own = getattr(module, name), f"{short}_{name}"
            if f in functions:
                setattr(module, name, found_as(copied(f, own), name, f".{short}"))
            elif type(f) is FunctionType and f.__name__ == name:
                f.__name__ = own
    symbols.update([METHODS[name] for name in OPERATORS if name in METHODS])
    for table in (vars(Tensor), METHODS):
        for name, f in table.items():
            if type(f) is property:  # (which is asked by what reads it)
                d = seen.setdefault(f, _class_attributes.descriptor(Tensor, name, f).__get__)
                seen.setdefault(f.fget, d)
            elif type(f) is FunctionType and (is_shown(name) or name == "__ne__"):  # (not asked of the class)
                own = METHODS.get(OPERATORS.get(name), f)
                seen.setdefault(f, _class_attributes.descriptor(Tensor, OPERATORS.get(name, name), own))
