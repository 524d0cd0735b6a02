"""What the array API standard asks for beyond NumPy's own functions: `descending=` of sorts, `dtype=` of frequencies."""

import functools

import numpy as np

from ..core.primitive import PRIMITIVES
from .arguments import as_array
from .sorting import along_last, refuse_order

__all__ = ["argsort", "fftfreq", "rfftfreq", "sort"]


def sort(x, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """NumPy's sort, and with `descending` the greatest element first (nan before it).

    x: an array of any shape and dtype, which the result has too. The derivative follows the elements, equal ones in the order they are found
    in. Raises numpy.exceptions.AxisError, an IndexError, for an axis that x has not.

    >>> import funcgrad.numpy as fnp
    >>> fnp.sort([1.0, 3.0, 2.0], descending=True)
    array([3., 2., 1.])
    """
    out = np.sort(x, axis, kind, order, stable=stable)
    return np.flip(out, 0 if axis is None else axis) if descending else out


def argsort(x, axis=-1, kind=None, order=None, *, stable=None, descending=False):
    """NumPy's argsort, and with `descending` the greatest element first, equal ones in their order.

    x: an array of any shape and dtype; the result, int64, has its shape and no derivative. Raises as `sort`, and
    with `descending` ValueError for an `order`.

    >>> import funcgrad.numpy as fnp
    >>> fnp.argsort([1.0, 3.0, 3.0], descending=True)
    array([1, 2, 0])
    """
    if not descending:
        return np.argsort(x, axis, kind, order, stable=stable)
    refuse_order(order)
    x, axis = along_last(as_array(x), axis)
    return PRIMITIVES["argsort"](x, axis=axis, stable=stable is not False, descending=True)


def typed(frequencies):
    @functools.wraps(frequencies)
    def f(n, d=1.0, dtype=None, device=None):
        out = frequencies(n, d, device)
        return out if dtype is None else out.astype(dtype)

    return f


fftfreq, rfftfreq = typed(np.fft.fftfreq), typed(np.fft.rfftfreq)
