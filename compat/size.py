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
        return Size(tuple.__add__(self, tuple(other)))

    def __reduce__(self):
        return Size, (tuple(self),)
