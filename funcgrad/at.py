"""Updates that return a new array: `fg.at(x)[i].set(v)`, and `x.at[i].set(v)` of a traced array.

Invariant: x itself is never written; each update is a copy of x that is assigned to, so it has assignment's derivative.
"""

import dis
import sys
import warnings

import numpy as np

from .core.aval import dtype_of
from .core.handle import Array, Handle, Taped
from .core.site import here, user_frame
from .core.trace import ROOT
from .errors import ArgumentError, DroppedResultWarning
from .numpy.indexing import as_tuple, basic, scatter_through, value

CACHE, DROP = dis.opmap["CACHE"], dis.opmap["POP_TOP"]


class At:
    """An array about to be indexed for an update."""

    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def __getitem__(self, idx):
        return Update(self.x, idx)


class Update:
    """`at(x)[idx]`: set, add, subtract, multiply, divide, power, min, max and apply return a new array, get the entries.

    `mode` says what an index out of bounds does: None raises IndexError where it is known, "clip" takes the nearest entry,
    "drop" and "fill" write nothing, and read `fill_value` (None: nan, or of integers the greatest).
    """

    __slots__ = ("x", "idx")

    def __init__(self, x, idx):
        self.x = x
        self.idx = idx

    def get(self, *, mode=None, fill_value=None, indices_are_sorted=False, unique_indices=False):
        """x[idx]."""
        from .bounds import brought_in, mode_of, with_sink

        mode = mode_of(mode)
        if mode is None:
            return self.x[self.idx]
        index, whole, integers = brought_in(self.x.shape, self.idx)
        if mode == "clip" or whole is True:
            return entry(self.x, index)
        from .lax.indexing import fill_of

        fill = fill_of(self.x.dtype) if fill_value is None else fill_value
        wide, index, _ = with_sink(self.x, index, whole, integers, fill)
        return entry(wide, index)

    def set(self, v, **options):
        """The array with x[idx] = v."""
        return self.updated("set", lambda y, idx: y.__setitem__(idx, v), **options)

    def add(self, v, **options):
        """The array with v added at idx; repeated indices add up."""
        return self.updated("add", lambda y, idx: combine(y, idx, v, "scatter_add", np.add), **options)

    def subtract(self, v, **options):
        """The array with v subtracted at idx; repeated indices add up."""
        return self.updated("subtract", lambda y, idx: combine(y, idx, -value(v), "scatter_add", np.add), **options)

    def multiply(self, v, **options):
        """The array multiplied by v at idx; repeated indices multiply each time."""
        return self.updated("multiply", lambda y, idx: combine(y, idx, v, "scatter_mul", np.multiply), **options)

    def divide(self, v, **options):
        """The array divided by v at idx; repeated indices divide each time."""
        return self.updated("divide", lambda y, idx: by_factors(y, idx, v, np.divide), **options)

    def power(self, v, **options):
        """The array with x[idx] ** v at idx; repeated indices each time."""
        return self.updated("power", lambda y, idx: by_factors(y, idx, v, np.power), **options)

    def min(self, v, **options):
        """The array with the smaller of x[idx] and v at idx."""
        return self.updated("min", lambda y, idx: combine(y, idx, v, "scatter_min", np.minimum), **options)

    def max(self, v, **options):
        """The array with the larger of x[idx] and v at idx."""
        return self.updated("max", lambda y, idx: combine(y, idx, v, "scatter_max", np.maximum), **options)

    def apply(self, func, **options):
        """The array with func(x[idx]) at idx; repeated indices once."""
        return self.updated("apply", lambda y, idx: y.__setitem__(idx, func(y[idx])), **options)

    mul = multiply

    def updated(self, name, write, *, mode=None, indices_are_sorted=False, unique_indices=False):
        warn_if_dropped(name)
        if mode is not None:
            return self.bounded(write, mode)
        box = boxed(self.x.copy())
        write(box, self.idx)
        return box.val if box.owner is ROOT and not isinstance(self.x, Array) else box

    def bounded(self, write, mode):
        """As `updated`, where indices may be out of bounds."""
        from .bounds import brought_in, mode_of, with_sink

        index, whole, integers = brought_in(self.x.shape, self.idx)
        if mode_of(mode) == "clip" or whole is True or not integers:
            box, back = boxed(self.x.copy()), None
        else:
            wide, index, back = with_sink(self.x, index, whole, integers)
            box = boxed(wide)
        write(box, index)
        out = box if back is None else box[back]
        return out.val if out.owner is ROOT and not isinstance(self.x, Array) else out


def by_factors(y, idx, v, ufunc):
    """y = ufunc(y, the product of the v at each place, or 1)."""
    dtype = np.result_type(dtype_of(y), dtype_of(value(v))) if ufunc is np.power else y.dtype
    factors = boxed(np.ones(y.shape, dtype))
    combine(factors, idx, v, "scatter_mul", np.multiply)
    y[...] = ufunc(y, factors)


def entry(x, index):
    """x[index], where the index may be traced."""
    return (boxed(x) if any(isinstance(i, Handle) for i in index) else x)[index]


def boxed(y):
    """y as an array that accepts traced values."""
    return y if isinstance(y, Array) else Array(y, None, ROOT)


def combine(y, idx, v, kind, ufunc):
    """y[idx] = ufunc(y[idx], v), repeated indices each time."""
    idx = as_tuple(idx)
    if basic(idx) is None:
        scatter_through(y, idx, value(v), kind)
    else:
        y[idx] = ufunc(y[idx], v)


def warn_if_dropped(name):
    """A warning where the call of this update is a statement of its own, so that its result goes nowhere."""
    frame = sys._getframe(3)  # who called set, add, ...
    if user_frame(frame) is not frame:
        return
    code = frame.f_code.co_code
    k = frame.f_lasti + 2
    while code[k] == CACHE:
        k += 2
    if code[k] == DROP:
        warnings.warn(
            f"at(x)[...].{name}: the result is dropped here, and x is as it was. Write x = fg.at(x)[...].{name}(v), or "
            "assign in place to an array made inside the function (x[...] = v).",
            DroppedResultWarning,
            stacklevel=4,
        )


def at(x):
    """x, for `at(x)[idx].set(v)`: a new array that equals x but at idx. x may be a plain or a traced array.

    Also add, subtract, multiply, divide, power, min, max, apply, and get (x[idx]). The result has x's shape and dtype; an index
    out of range raises IndexError, as NumPy's does, unless `mode` is "clip", "drop" or "fill" (the names are jax's). A result
    that is not used warns (DroppedResultWarning). Raises TypeError if x is no array.

    >>> import funcgrad as fg, numpy as np
    >>> fg.at(np.zeros(3))[1].set(5.0)
    array([0., 5., 0.])
    >>> fg.grad(lambda v: np.sum(fg.at(np.ones(3))[1:].multiply(v)))(2.0)
    2.0
    """
    if isinstance(x, Taped) or not isinstance(x, (Array, np.ndarray)):
        cure = "write y = x.clone(); y[i] = v" if isinstance(x, Taped) else "make it an array first: np.asarray(x)"
        raise ArgumentError(
            f"at: expected a NumPy or traced array; got {type(x).__name__}, at {here()}. For it {cure}."
        )
    return At(x)


Array.at = property(at)
