"""Families of classes that share here what each of them defines itself in torch.

Invariant: only classes of ours get copies; a class written by a user inherits as Python does.
"""

from types import FunctionType


def own_copies(cls):
    """Give a class of ours copies of the methods that it has from a class which names them in `_each`, so that its name is what
    errors and texts say."""
    if getattr(cls, "__module__", "").partition(".")[0] != __name__.partition(".")[0]:
        return
    for base in cls.__mro__[1:]:
        for name in vars(base).get("_each", ()):
            if next(c for c in cls.__mro__ if name in vars(c)) is base:
                f = vars(base)[name]
                f = getattr(f, "__wrapped__", f)
                own = FunctionType(f.__code__, f.__globals__, name, f.__defaults__, f.__closure__)
                own.__kwdefaults__, own.__doc__ = f.__kwdefaults__, f.__doc__
                own.__module__, own.__qualname__ = cls.__module__, f"{cls.__name__}.{name}"
                setattr(cls, name, own)
