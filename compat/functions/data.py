"""Python data as arrays in torch's dtypes: what torch.tensor, as_tensor and the legacy constructors share.

Invariant: a Python float becomes the default float dtype, an int int64, whatever stands beside it; NumPy scalars,
arrays and Tensors in a list keep their own dtype and promote.
"""

import numpy as np

from funcgrad.core.elementwise_layout import copied, preserved
from funcgrad.core.halves import HALVES
from funcgrad.core.handle import Handle
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.core.tracebacks import drop
from funcgrad.numpy.concrete import concrete
from funcgrad.transforms.boundary import as_tensor

from .. import dtypes
from ..deprecations import once
from ..payload import current, wrap
from ..tensor import Tensor
from .elements import check_array, in_dtype, of_nested, quietly
from .register import FUNCTIONS

NUMBERS = frozenset((bool, int, float, complex))


def of_traced(data, dtype=None):
    """A Tensor of a traced value, or of nested lists with such in them: one that the transform goes on tracing."""
    if isinstance(data, Handle) and not isinstance(data, Tensor):
        t = as_tensor(data)
        dtype = dtypes.Default.numpy if dtype is None and t.weak and t.dtype.is_floating_point else dtype
        return t if dtype is None else PRIMITIVES["cast"](t, dtype=dtype)
    if isinstance(data, (list, tuple)):
        return FUNCTIONS["stack"]([of_traced(v, dtype) for v in data])
    return wrap(Tensor, array_of(data, dtype))


class Shown:
    """The memory of an array with the very strides that it has; `writable`: for writing too, though NumPy has it for reading (what comes out of
    an unversioned capsule may be written, as in torch)."""

    def __init__(self, array, writable=False):
        seen = array.__array_interface__
        address, only_read = seen["data"]
        self.array = array
        self.__array_interface__ = {**seen, "data": (address, only_read and not writable), "strides": array.strides}


def array_of(data, dtype=None):
    """A new ndarray of Python data, in a NumPy dtype (None: torch's choice); errors are those of elements.py."""
    try:
        if isinstance(data, Tensor):
            data = concrete(data, "torch.tensor(data)")
        elif isinstance(data, np.ndarray):
            check_array(data)
        if isinstance(data, np.ndarray):
            order = "C" if 0 in data.strides else "K"  # (as that of a clone)
            dtypes.of_numpy(data.dtype)
            if dtype is not None and data.dtype.kind == "c" and dtype.kind not in "cb":
                once("real")
                data = data.real
            token = enter(IGNORE)
            try:
                found = np.array(data if dtype is None else in_dtype(data, dtype), dtype, order=order)
                if 0 in data.strides or not data.size:
                    found = copied(found, preserved(data.shape, tuple([k // data.itemsize for k in data.strides])))
                return dtypes.of_one_name(found)
            finally:
                leave(token)
        found = of_plain(data, dtype)
        if found is not None:
            return found
        return of_nested(data, dtype)
    except BaseException as error:
        drop(error)
        raise


def of_plain(data, dtype):
    """The array of a Python number, or of equally long lists of such, as NumPy makes it; None of anything else, and where NumPy does not."""
    if type(data) not in NUMBERS and not is_plain(data):
        return None
    try:
        if dtype is not None:
            return None if dtype == np.uint64 else quietly(np.array, in_dtype(data, dtype), dtype)
        found = np.asarray(data)
    except (ValueError, TypeError, OverflowError):
        return None
    if not found.size or found.dtype.kind in "Ou":
        return None
    if found.dtype.kind in "bi":
        return found
    if (
        found.dtype.kind == "f" and begins_whole(data) and found.item(found.argmax()) >= 2.0**63
    ):  # (torch reads whole numbers as int64)
        return None
    chosen = dtypes.Default.numpy if found.dtype.kind == "f" else dtypes.complex_of(dtypes.Default.numpy)
    if chosen in HALVES:
        return quietly(np.array, in_dtype(data, chosen), chosen)
    return found if found.dtype is chosen else quietly(found.astype, chosen)


def begins_whole(data):
    """Is the first number of nested lists an int?"""
    while type(data) is list or type(data) is tuple:
        data = data[0]
    return type(data) is int


def is_plain(data):
    """Is it a list (or a tuple) of Python numbers, or of such lists?"""
    if type(data) is not list and type(data) is not tuple:
        return False
    if NUMBERS.issuperset(map(type, data)):
        return True
    for v in data:
        if not is_plain(v):
            return False
    return True


def scalar_of(x):
    """A Python number from a number or a Tensor of one element."""
    if isinstance(x, Tensor):
        return np.asarray(concrete(current(x), "a number")).item()
    return x.item() if isinstance(x, np.generic) else x
