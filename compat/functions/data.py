"""Python data as arrays in torch's dtypes: what torch.tensor, as_tensor and the legacy constructors share.

Invariant: a Python float becomes the default float dtype, an int int64, whatever stands beside it; NumPy scalars,
arrays and Tensors in a list keep their own dtype and promote.
"""

from itertools import chain

import numpy as np

from funcgrad.core.halves import HALVES, rounded
from funcgrad.core.handle import Handle
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.core.tracebacks import drop
from funcgrad.numpy.concrete import concrete
from funcgrad.transforms.boundary import as_tensor

from .. import dtypes
from ..conversions import warn_converted
from ..deprecations import once
from ..payload import current, wrap
from ..tensor import Tensor
from .register import FUNCTIONS

PLAIN = (bool, int, float, complex)
NUMBERS = frozenset(PLAIN)


class HoldsTraced(Exception):
    """Said of nested data in which something is a value that a transform traces: no array can be made of it."""


def of_traced(data, dtype=None):
    """A Tensor of a traced value, or of nested lists with such in them: one that the transform goes on tracing."""
    if isinstance(data, Handle) and not isinstance(data, Tensor):
        t = as_tensor(data)
        dtype = dtypes.Default.numpy if dtype is None and t.weak and t.dtype.is_floating_point else dtype
        return t if dtype is None else PRIMITIVES["cast"](t, dtype=dtype)
    if isinstance(data, (list, tuple)):
        return FUNCTIONS["stack"]([of_traced(v, dtype) for v in data])
    return wrap(Tensor, array_of(data, dtype))


def is_traced(data):
    return isinstance(data, Handle) and not isinstance(data, Tensor) and data.owner.level > 0


def array_of(data, dtype=None):
    """A new ndarray of Python data, in a NumPy dtype (None: torch's choice).

    TypeError for what is no number, ValueError for ragged lists, RuntimeError where an integer does not fit.
    """
    try:
        if isinstance(data, (str, bytes)):
            raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
        if isinstance(data, Tensor):
            data = concrete(data, "torch.tensor(data)")
        elif isinstance(data, np.ndarray):
            check_array(data)
        if isinstance(data, (np.ndarray, np.generic)):
            order = "C" if 0 in data.strides else "K"  # (as that of a clone)
            dtypes.of_numpy(data.dtype)
            return dtypes.of_one_name(np.array(data if dtype is None else in_dtype(data, dtype), dtype, order=order))
        if type(data) not in PLAIN:
            try:
                data = plain_data(data)
            except RuntimeError:
                raise unread(None, dtype) from None
            except TypeError:
                if begins_with_text(data):
                    raise ValueError("too many dimensions 'str'") from None
                if dtype is not None:
                    raise unread("", dtype) from None
                raise
        if dtype is None:
            chosen, found = inferred(data)
            if found is not None:
                return found if found.dtype is chosen else quietly(found.astype, chosen)
        else:
            chosen = dtype
        try:
            return quietly(np.array, in_dtype(data, chosen), chosen)
        except OverflowError:
            if chosen.kind == "u" and np.min(data) < 0 and -np.min(data) <= np.iinfo(chosen).max >= np.max(data):
                return np.array(data, np.int64).astype(chosen)  # (negative numbers wrap round, as in torch)
            if chosen == np.int64 and isinstance(np.max(data), int):
                raise ValueError("Overflow when unpacking long long") from None
            raise RuntimeError(f"value cannot be converted to type {chosen.name} without overflow") from None
        except (ValueError, TypeError) as error:
            if "NaN to integer" in str(error):
                raise RuntimeError(f"value cannot be converted to type {chosen.name} without overflow") from None
            if shape := begins_empty(data):
                return np.empty(shape, chosen)
            raise unusable(data, chosen) from None
    except BaseException as error:
        drop(error)
        raise


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
    return rounded(data, dtype) if dtype in HALVES else data


def plain_data(data):
    """Nested data as lists, the Tensors in them as the arrays behind them."""
    if is_traced(data):
        raise HoldsTraced
    if isinstance(data, Handle):
        v = np.asarray(concrete(data, "torch.tensor(data)"))
        if v.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        warn_converted(data)
        return v.reshape(())[()]
    if isinstance(data, (str, bytes)):
        raise TypeError(f"new(): invalid data type '{type(data).__name__}'")
    if isinstance(data, (list, tuple)) or (
        hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, dict)
    ):
        if isinstance(data, np.ndarray):
            once("arrays")
            return data
        if NUMBERS.issuperset(map(type, data)):
            return list(data)
        return [v if type(v) in PLAIN else plain_data(v) for v in data]
    if data is None:
        raise RuntimeError("Could not infer dtype of NoneType")
    return data


def begins_empty(data):
    """The shape of nested lists whose first one is empty at some depth, where torch looks at no other; None if none is."""
    shape = []
    while isinstance(data, list):
        shape.append(len(data))
        if not data:
            return tuple(shape)
        data = data[0]
    return None


def begins_with_text(data):
    """Is the first thing in nested lists a text?"""
    while isinstance(data, (list, tuple)) and data:
        data = data[0]
    return isinstance(data, str)


def unusable(data, dtype=None):
    """The error for nested lists that are no array: the first that has another length than its siblings."""
    level, depth = [data], 0
    while all(isinstance(v, list) or isinstance(v, np.ndarray) and v.ndim for v in level):
        lengths = [len(v) for v in level]
        for k in lengths:
            if k != lengths[0]:
                return ValueError(f"expected sequence of length {lengths[0]} at dim {depth} (got {k})")
        level = [w for v in level for w in v]
        depth += 1
    if isinstance(level[0], list) or isinstance(level[0], np.ndarray) and level[0].ndim:
        return TypeError("not a sequence")
    for v in level:
        if isinstance(v, list):
            return TypeError("'list' object cannot be interpreted as an integer")
        if isinstance(v, complex):
            integral = dtype is not None and dtype.kind in "iu"
            return TypeError(
                "'complex' object cannot be interpreted as an integer"
                if integral
                else "must be real number, not complex"
            )
    return unread(next((v for v in level if not number_like(v)), data), dtype)


def unread(what, dtype):
    """The error for what is no number, nor a list."""
    from ..calls import type_of

    if dtype is None:
        return RuntimeError(f"Could not infer dtype of {type_of(what)}")
    if dtype.kind in "biu":
        return TypeError(f"'{type_of(what)}' object cannot be interpreted as an integer")
    return TypeError(f"must be real number, not {type_of(what)}")


def number_like(v):
    return isinstance(v, (*PLAIN, np.generic, np.ndarray))


def inferred(data):
    """(the NumPy dtype torch gives to nested lists of numbers, their array in NumPy's own or None)"""
    try:
        a = np.asarray(data)
    except ValueError:
        if shape := begins_empty(data):
            return dtypes.Default.numpy, np.empty(shape, dtypes.Default.numpy)
        raise unusable(data) from None
    if a.dtype.kind == "O":
        if all(number_like(v) for v in a.reshape(-1)):
            raise ValueError("Overflow when unpacking long long")
        raise unusable(data)
    if a.size == 0:
        return a.dtype if isinstance(data, np.ndarray) else dtypes.Default.numpy, None
    if a.dtype.kind in "fc" or a.dtype.kind == "u":
        kept = None if of_python(data, a.ndim) else kept_dtype(data)
        if kept is None and a.dtype.kind == "u":
            raise ValueError("Overflow when unpacking long long")
        if kept is None:
            chosen = dtypes.Default.numpy
            chosen = chosen if a.dtype.kind == "f" else dtypes.complex_of(chosen)
            return chosen, None if chosen in HALVES else a
        return kept, None
    dtypes.of_numpy(a.dtype)
    return a.dtype, None if a is data else a


def of_python(data, ndim):
    """Are there only Python's numbers in lists nested so deeply?"""
    if ndim and not isinstance(data, list):
        return False
    for _ in range(ndim - 1):
        data = chain.from_iterable(data)
    return NUMBERS.issuperset(map(type, data if ndim else (data,)))


def kept_dtype(data):
    """The dtype that the NumPy values in nested lists promote to, Python numbers counted as torch counts them; None if
    there are only Python numbers."""
    found, python = None, None
    stack = [data]
    while stack:
        v = stack.pop()
        if isinstance(v, list):
            stack += v
        elif isinstance(v, (np.generic, np.ndarray)):
            found = v.dtype if found is None else dtypes.promote_types(found, v.dtype)
        else:
            d = dtypes.scalar_dtype(v)
            python = d if python is None else dtypes.promote_types(python, d)
    return found if found is None or python is None else dtypes.promote_types(found, python)


def scalar_of(x):
    """A Python number from a number or a Tensor of one element."""
    if isinstance(x, Tensor):
        return np.asarray(concrete(current(x), "a number")).item()
    return x.item() if isinstance(x, np.generic) else x
