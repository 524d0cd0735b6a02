"""torch.ops.aten: the operations under the names that torch's own table has for them, as scripts that list some of them write them.

Invariant: `torch.ops.aten.mm` and each of its overloads call torch.mm, or the method of that name; each is one object, so that lists
of them can be searched.
"""

from .functions.missing import explain, refusal
from .functions.register import FUNCTIONS, METHODS

__all__ = ["aten"]


class OpOverload:
    """An operation for arguments of certain types."""

    def __init__(self, packet, name):
        self.packet, self.name = packet, name
        self.__name__ = f"{packet.__name__}.{name}"

    def __call__(self, *args, **kwargs):
        return self.packet(*args, **kwargs)

    def __str__(self):
        return f"aten.{self.__name__}"

    def __repr__(self):
        return f"<OpOverload(op='aten.{self.packet.__name__}', overload='{self.name}')>"


class OpOverloadPacket:
    """An operation, whose attributes are its overloads."""

    def __init__(self, name, f):
        self.__name__, self.f = name, f

    def __call__(self, *args, **kwargs):
        return self.f(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        found = OpOverload(self, name)
        setattr(self, name, found)
        return found

    def __str__(self):
        return f"aten.{self.__name__}"

    def __repr__(self):
        return f"<OpOverloadPacket(op='aten.{self.__name__}')>"


class Aten:
    """torch.ops.aten."""

    name = "aten"

    def __getattr__(self, name):
        f = None if name.startswith("__") else named(name)
        if f is None:
            raise AttributeError(explain("ops.aten", name, [*FUNCTIONS.homes]), name=name, obj=self)
        found = OpOverloadPacket(name, f)
        setattr(self, name, found)
        return found


def named(name):
    from .nn import functional

    return FUNCTIONS.get(name) or METHODS.get(name) or getattr(functional, name, None)


aten = Aten()
__getattr__ = refusal("torch.ops", __name__)
