"""torch.Size: a tuple that prints as torch's does."""

from .native import Native


class Size(tuple, metaclass=Native, called="torch.Size"):
    """The shape of a Tensor."""

    __slots__ = ()

    def numel(self):
        """The number of elements."""
        n = 1
        for k in self:
            n *= k
        return n

    def __repr__(self):
        return f"torch.Size({list(self)})"

    __str__ = __repr__

    def __getitem__(self, i):
        got = tuple.__getitem__(self, i)
        return Size(got) if isinstance(i, slice) else got

    def __add__(self, other):
        if not isinstance(other, tuple):
            raise TypeError(f"can only concatenate tuple (not {type(other).__name__}) to torch.Size")
        return of_ints(tuple.__add__(self, other))

    def __radd__(self, other):
        return of_ints(other + tuple(self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, n):
        if not hasattr(type(n), "__index__"):
            raise TypeError(f"can't multiply sequence by non-int of type '{type(n).__name__}'")
        return Size(tuple.__mul__(self, n))

    __rmul__ = __mul__

    def __reduce__(self):
        return Size, (tuple(self),)


def of_ints(sizes):
    """The Size of a tuple; TypeError unless all are ints. (Size itself does not look: it is made wherever a shape is asked for.)"""
    for i, k in enumerate(sizes):
        if not isinstance(k, int):
            raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{type(k).__name__}')")
    return Size(sizes)
