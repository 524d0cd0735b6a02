"""The arguments of the methods that torch has in C: dimensions, numbers, and none at all; torch's errors for others."""

import sys

import numpy as np

from .dtypes import LONG, OVERFLOW


def takes_none(t, name, wrong, named=None):
    """Raise torch's error if a method that takes no arguments (or other ones) has got some."""
    if wrong or named:
        from ._how_called import told
        from .functions.call_errors import outside

        refused = told(TypeError(), name, (t, *wrong), named or {}, outside(sys._getframe(2)))
        if refused is not None:
            raise refused


def one_dimension(t, name, args, named):
    """The dimension that is a method's only argument; torch's error for other ones."""
    from ._how_called import told
    from .functions.call_errors import outside

    given = (t,) if len(args) == 1 and args[0] is None else (t, *args)
    refused = told(TypeError(), name, given, named, outside(sys._getframe(2)))
    if refused is not None:
        raise refused
    return args[0]


NO_DIMENSIONS = (bool, np.bool_, np.ndarray)


def is_truth(x):
    """Is it a Tensor of booleans?"""
    return isinstance(getattr(x, "val", None), np.ndarray) and x.val.dtype.kind == "b"


def wrapped(dim, n):
    """A dimension counted from the front; IndexError in torch's words."""
    if type(dim) is int and -n <= dim < n:
        return dim % n
    if type(dim) is not int and (type(dim) in NO_DIMENSIONS or getattr(dim, "shape", ()) or is_truth(dim)):
        raise TypeError(f"a dimension must be int, not {type(dim).__name__}")
    low = min(-n, -1)
    if not low <= dim <= max(n - 1, 0):
        raise IndexError(f"Dimension out of range (expected to be in range of [{low}, {max(n - 1, 0)}], but got {dim})")
    return dim % n if n else 0


def need_long(x):
    """ValueError for an int of more than 64 bits."""
    if not LONG[0] <= x <= LONG[1]:
        raise ValueError(OVERFLOW)


def of_dimension(entries, dim):
    """The entry of one dimension."""
    need_long(dim)
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
