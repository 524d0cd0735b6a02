"""autograd.builtins: Python's containers and type tests. Traced values live in plain lists, tuples and dicts here, and so these
are Python's own; only what asks for the class of an array sees through the tracing."""

import builtins

import numpy as np

from ..core.handle import Array

__all__ = ["DictBox", "ListBox", "SequenceBox", "TupleBox", "dict", "isinstance", "list", "tuple", "type"]

dict, list, tuple = builtins.dict, builtins.list, builtins.tuple
DictBox, ListBox, TupleBox, SequenceBox = dict, list, tuple, (list, tuple)  # autograd's classes of traced ones
NUMBERS = {builtins.float: "f", builtins.complex: "c"}


def isinstance(x, class_or_tuple):  # noqa: A001
    """Python's isinstance, for which a traced array is an ndarray and a traced number a number.

    >>> isinstance([1.0], list)
    True
    """
    if builtins.isinstance(x, class_or_tuple):
        return True
    if not builtins.isinstance(x, Array):
        return False
    asked = class_or_tuple if builtins.isinstance(class_or_tuple, builtins.tuple) else (class_or_tuple,)
    return any(c is np.ndarray or (x.ndim == 0 and NUMBERS.get(c) == x.dtype.kind) for c in asked)


def type(x):  # noqa: A001
    """Python's type, which for a traced array is ndarray."""
    return np.ndarray if builtins.isinstance(x, Array) else builtins.type(x)
