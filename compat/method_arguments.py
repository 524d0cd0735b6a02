"""The arguments of the methods that torch has in C: dimensions, numbers, and none at all; torch's errors for others."""

import sys


def takes_none(t, name, wrong, named=None):
    """Raise torch's error if a method that takes no arguments (or other ones) has got some."""
    if wrong or named:
        from .calls import told

        refused = told(TypeError(), name, (t, *wrong), named or {}, sys._getframe(2))
        if refused is not None:
            raise refused


def one_dimension(t, name, args, named):
    """The dimension that is a method's only argument; torch's error for other ones."""
    from .calls import told

    refused = told(TypeError(), name, (t,) if args == (None,) else (t, *args), named, sys._getframe(2))
    if refused is not None:
        raise refused
    return args[0]


def wrapped(dim, n):
    """A dimension counted from the front; IndexError in torch's words."""
    if dim is True or dim is False:
        raise TypeError("a dimension must be int, not bool")
    low = min(-n, -1)
    if not low <= dim <= max(n - 1, 0):
        raise IndexError(f"Dimension out of range (expected to be in range of [{low}, {max(n - 1, 0)}], but got {dim})")
    return dim % n if n else 0


def of_dimension(entries, dim):
    """The entry of one dimension."""
    if not entries:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return entries[wrapped(dim, len(entries))]


def real_number(x, kind):
    """A number that Python's float and int take: torch refuses a complex one unless its imaginary part is zero."""
    if type(x) is complex:
        if x.imag:
            raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
        return x.real
    return x
