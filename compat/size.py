"""torch.Size: a tuple of ints that prints as torch's does."""

import operator

import numpy as np

from .native import Native, of_arguments, shown_as


class Size(tuple, metaclass=Native, called="torch.Size"):
    """The shape of a Tensor."""

    __slots__ = ()

    @shown_as(lambda cls, iterable=(), /: None)
    def __new__(cls, *given, **named):
        sizes = tuple.__new__(cls, *given, **named)
        for k in sizes:
            if type(k) is not int:
                return tuple.__new__(cls, [as_int(i, k) for i, k in enumerate(sizes)])
        return sizes

    @of_arguments(0)
    def numel(self):
        """The number of elements."""
        n = 1
        for k in self:
            n *= k
        return n

    def __repr__(self):
        return f"torch.Size({[int(k) for k in self]})"

    __str__ = __repr__

    def __getitem__(self, i):
        got = tuple.__getitem__(self, i)
        return made(Size, got) if isinstance(i, slice) else got

    def __add__(self, other):
        if isinstance(other, tuple):
            return Size(tuple.__add__(self, other))
        reflected = getattr(type(other), "__radd__", None)
        got = NotImplemented if reflected is None else reflected(other, self)
        if got is NotImplemented:
            from .errors import type_name

            raise TypeError(f"can only concatenate tuple (not {type_name(other)}) to torch.Size")
        return got

    def __radd__(self, other):
        return Size(other + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, n):
        if not hasattr(type(n), "__index__"):
            () * n  # (whose error names the type as Python does)
        return made(Size, tuple.__mul__(self, n))

    __rmul__ = __mul__

    def __reduce__(self):
        return Size, (tuple(self),)


def as_int(i, k):
    """The i-th of the sizes, as an int; TypeError if it is none."""
    if isinstance(k, (int, np.integer)) and type(k) is not bool:
        return k
    try:
        return operator.index(k)
    except (TypeError, ValueError, RuntimeError):
        from .errors import type_name

        raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{type_name(k)}')") from None


made = tuple.__new__  # made(Size, ints), whenever a shape is asked for: a call of Size looks at each
