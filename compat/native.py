"""The metaclass of what torch has in C: Python's own errors name such a class with the module before it ('torch.Size' object is not
callable), `__name__` without."""


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
