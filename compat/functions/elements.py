"""Nested data of any kind (sequences of anything that has a length and elements, NumPy's numbers, Tensors, objects that turn themselves into
numbers) as an array, read as torch's constructors read it: the sizes along the first elements, the dtype over all of them, then one
number after the other; each step has the errors that torch has there.

Invariant: nothing here is asked for lists of Python's own numbers (data.py), unless NumPy makes no array of them.
"""

import math
import operator
from types import MappingProxyType

import numpy as np

from funcgrad.core.halves import WIDER, rounded
from funcgrad.core.handle import Handle
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..deprecations import once
from ..dtypes import LONG, OVERFLOW
from ..leaves import warn_converted
from ..method_arguments import real_number
from ..payload import current
from ..tensor import Tensor

MOST = 128  # the dimensions that a Tensor may have
NO_SEQUENCES = dict, MappingProxyType, Handle, np.generic, type  # what has elements, but not by number


class HoldsTraced(Exception):
    """Said of nested data in which something is a value that a transform traces: no array can be made of it."""


def is_traced(data):
    return isinstance(data, Handle) and not isinstance(data, Tensor) and data.owner.level > 0


def quietly(f, *args):
    """f(*args), without NumPy's warnings of what becomes inf."""
    token = enter(IGNORE)
    try:
        return f(*args)
    finally:
        leave(token)


def check_array(array):
    """Refuse in torch's words an array whose bytes or strides a Tensor cannot have."""
    if array.dtype.kind in "iufc" and not array.dtype.isnative:
        raise ValueError(
            "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
            "currently not supported."
        )
    dtypes.of_numpy(array.dtype)
    if any([s < 0 for s in array.strides]):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative strides are not currently "
            "supported. (You can probably work around this by making a copy of your array  with array.copy().) "
        )


def in_dtype(data, dtype):
    """Data that NumPy would round otherwise than torch does (and warn of what is too large) in this dtype; else the data."""
    return rounded(data, dtype) if dtype in WIDER else data


def is_sequence(x):
    """Does C take x for a sequence?"""
    return isinstance(x, str) or hasattr(type(x), "__getitem__") and not isinstance(x, NO_SEQUENCES)


def name_of(x):
    """What torch calls the type of x."""
    from .._calls import type_of  # (which only errors need)

    return type_of(x)


def is_text(x):
    return isinstance(x, (str, bytes))


def invalid_text(x):
    return TypeError(f"new(): invalid data type '{type(x).__name__}'")


def of_nested(data, dtype=None):
    """An ndarray of nested data in a NumPy dtype (None: torch's choice)."""
    if is_traced(data):
        raise HoldsTraced
    if is_text(data):
        raise invalid_text(data)
    if hasattr(data, "__dlpack__"):
        return np.array(np.from_dlpack(data), dtype)
    if hasattr(type(data), "as_data"):  # (a storage: torch takes its memory)
        return data.as_data(dtype)
    sizes = sizes_of(data)
    chosen = dtype_of(data) if dtype is None else dtype
    found = of_arrays(data, sizes, chosen)
    if found is None:
        numbers = []
        if 0 in sizes:
            return np.empty(sizes, chosen)
        read(data, sizes, 0, chosen, reader(chosen), numbers)
        found = quietly(np.array, in_dtype(numbers, chosen), chosen).reshape(sizes)
    return found


def of_arrays(data, sizes, dtype):
    """The array of a list of ndarrays of one shape whose elements fit any float; None of another."""
    if type(data) is not list or len(sizes) < 2 or dtype.kind not in "fc":
        return None
    for v in data:
        if type(v) is not np.ndarray or v.shape != sizes[1:] or v.dtype.kind not in "iuf":
            return None
    for _ in range(sum([math.prod(sizes[:k]) for k in range(1, len(sizes))])):  # (each of the arrays and of their rows)
        once("arrays")
    return quietly(np.array, in_dtype(data, dtype), dtype)


def sizes_of(data):
    """The shape of nested sequences, by the first element of each."""
    sizes = []
    while is_sequence(data):
        sizes.append(len(data))
        if len(sizes) > MOST:
            raise ValueError(f"too many dimensions '{name_of(data)}'")
        if not sizes[-1]:
            break
        try:
            data = data[0]
        except Exception:
            raise ValueError(f"could not determine the shape of object type '{name_of(data)}'") from None
    if is_traced(data):
        raise HoldsTraced
    return tuple(sizes)


def dtype_of(x):
    """The NumPy dtype in which all that is in x meets."""
    if isinstance(x, Handle):
        if is_traced(x):
            raise HoldsTraced
        x = current(x)
        return x.owner.dtype(x)
    if isinstance(x, (np.ndarray, np.generic)):  # (read element by element, in whatever order and from whatever bytes)
        return dtypes.of_numpy(x.dtype.newbyteorder("=")).numpy
    if isinstance(x, (float, complex)):
        return dtypes.Default.numpy if isinstance(x, float) else dtypes.complex_of(dtypes.Default.numpy)
    if isinstance(x, int):
        return dtypes.PYTHON[bool if isinstance(x, bool) else int]
    if is_text(x):
        raise invalid_text(x)
    if not is_sequence(x):
        raise RuntimeError(f"Could not infer dtype of {name_of(x)}")
    found = None
    for i in range(len(x)):
        d = dtype_of(x[i])
        found = d if found is None else dtypes.promote_types(found, d)
        if found == np.complex128:
            break
    return dtypes.Default.numpy if found is None else found


def read(x, sizes, dim, dtype, number, out):
    """Append to `out` the numbers in x, which is nested as `sizes` say from this dimension on."""
    if dim == len(sizes):
        if is_traced(x):
            raise HoldsTraced
        out.append(number(of_tensor(x, dtype.kind) if isinstance(x, Tensor) else x))
        return
    if type(x) is not list and type(x) is not tuple:
        try:
            x = list(x)
        except TypeError:
            raise TypeError("not a sequence") from None
    if len(x) != sizes[dim]:
        raise ValueError(f"expected sequence of length {sizes[dim]} at dim {dim} (got {len(x)})")
    for v in x:
        if isinstance(v, np.ndarray):
            once("arrays")
        read(v, sizes, dim + 1, dtype, number, out)


# ------------------------------------------------------------------------------------------------ one number
def of_tensor(t, kind):
    """The number in a Tensor, for a dtype of a kind; what Python's own conversions of it say where it is none."""
    v = np.asarray(concrete(current(t), "torch.tensor(data)"))
    if kind in "biu":
        if v.size != 1 or v.dtype.kind not in "biu":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return v.item()
    if v.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    warn_converted(t)
    return v.item() if kind == "c" else real_number(v.item(), "double")


def real_of(x):
    """The float that x is for C."""
    return math.ldexp(x, 0)


def complex_of(x):
    if isinstance(x, complex):
        return x
    convert = getattr(type(x), "__complex__", None)
    return real_of(x) if convert is None else convert(x)


def truth_of(x):
    return bool(x) if isinstance(x, (float, complex, np.bool_)) else operator.index(x) != 0


def unsigned_long_of(x):
    if not isinstance(x, int):
        raise TypeError("an integer is required")
    if not 0 <= x < 1 << 64:
        raise OverflowError("int too big to convert" if x > 0 else "can't convert negative int to unsigned")
    return int(x)


def whole_of(dtype):
    """What makes an int of a dtype out of x; negative ones wrap round where there is no sign."""
    low, high, unsigned = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max), dtype.kind == "u"

    def number(x):
        if isinstance(x, float):
            v = int(x) if math.isfinite(x) else None
        else:
            v = operator.index(x)
            if not LONG[0] <= v <= LONG[1]:
                raise ValueError(OVERFLOW)
            if unsigned and -high <= v < 0:
                return v + high + 1
        if v is None or not low <= v <= high:
            raise RuntimeError(f"value cannot be converted to type {dtype.name} without overflow")
        return v

    return number


def reader(dtype):
    """What makes a number of a dtype out of one element."""
    if dtype.kind == "b":
        return truth_of
    if dtype.kind in "iu":
        return unsigned_long_of if dtype == np.uint64 else whole_of(dtype)
    return complex_of if dtype.kind == "c" else real_of
