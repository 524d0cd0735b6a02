"""How functions and classes show themselves. Of what torch has in C Python's own errors name a class with the module before it
('torch.Size' object is not callable), `__name__` without.
"""


def shown_as(like):
    """A decorator: help() and inspect show the parameters of `like`, an empty function, in the place of a function's own."""

    def shown(f):
        f.__wrapped__ = like
        return f

    return shown


def named_as(qualname):
    """A decorator: Python's own errors name a function so."""

    def named(f):
        f.__name__, f.__qualname__ = qualname.rpartition(".")[2], qualname
        return f

    return named


def closed(cls):
    """Let nobody make instances of a class, in Python's words of one that is written in C and has no way to."""

    def refuse(self, *args, **named):
        raise TypeError(f"cannot create '{type.__dict__['__name__'].__get__(cls)}' instances")

    cls.__init__ = refuse


class Native(type):
    """The type of a class that errors call by another, longer name: `class Size(tuple, metaclass=Native, called="torch.Size")`."""

    def __new__(mcs, name, bases, space, called=None):
        called = called or name
        return super().__new__(mcs, called, bases, {**space, "__qualname__": called.rpartition(".")[2]})

    def __init__(cls, name, bases, space, called=None):
        super().__init__(name, bases, space)

    @property
    def __name__(cls):
        return type.__dict__["__name__"].__get__(cls).rpartition(".")[2]
