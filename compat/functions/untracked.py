"""The quick road of operators whose results nobody differentiates: comparisons, bits, whole quotients and remainders.

Invariant: it takes operands over NumPy memory in C order, of one dtype in which NumPy's operator is torch's; the slow function that
stands behind it does the rest and says what is wrong.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.elementwise_layout import astray
from funcgrad.core.trace import TAPE

from ..tensor import Tensor
from .operands import BOOL, INT64

shared, tls = state.shared, state.tls
FLOATS = dict.fromkeys((np.dtype(np.float32), np.dtype(np.float64)), (float, int))
COMPARED = FLOATS | {INT64: (int,), BOOL: ()}
WHOLE = {INT64: (int,), BOOL: ()}
BOUND = 1 << 63


def untracked(op, slow, admitted):
    """op(x, y) of a Tensor and another or a number. `admitted`: dtype -> the types of Python numbers that it takes beside it."""

    def call(x, y):
        if shared.staging or x.owner is not TAPE or x.alias is not None and astray(x):
            return slow(x, y)
        v = x.val
        d = v.dtype
        kinds = admitted.get(d, ())
        if type(y) in kinds:
            w = y if -BOUND < y < BOUND else None
        elif isinstance(y, Tensor) and d in admitted and y.owner is TAPE and not (y.alias is not None and astray(y)):
            w = y.val if y.val.dtype is d else None
        else:
            w = None
        if w is not None:
            try:
                out = op(v, w)
            except ValueError:
                return slow(x, y)
            return made(out)
        return slow(x, y)

    return call


def arrays_of(*ts):
    """The arrays of Tensors in C order over NumPy memory, of one of the common float dtypes and one shape, if nothing records what is done
    with them; None of others."""
    if shared.staging or shared.halves:
        return None
    arrays = []
    for t in ts:
        if not isinstance(t, Tensor) or t.owner is not TAPE or t.alias is not None or t.mark is not None and tls.grad:
            return None
        arrays.append(t.val)
    d, shape = arrays[0].dtype, arrays[0].shape
    if d not in FLOATS:
        return None
    for v in arrays:
        if v.dtype is not d or v.shape != shape:
            return None
    return arrays


def is_tame(number):
    """Is it a Python number that every float dtype holds?"""
    return type(number) is float and -1e30 < number < 1e30 or type(number) is int and -BOUND < number < BOUND


def made(out):
    """A Tensor of a value that nothing records."""
    return Tensor(out if type(out) is np.ndarray else np.asarray(out), None, TAPE)


def by_positive(op, slow):
    """op(x, n) of integers and a positive number, which divides."""

    def call(x, n):
        if type(n) is int and 0 < n < BOUND and x.owner is TAPE and not shared.staging and x.val.dtype is INT64:
            if x.alias is None or not astray(x):
                return made(op(x.val, n))
        return slow(x, n)

    return call
