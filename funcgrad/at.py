"""Updates that return a new array: `fg.at(x)[i].set(v)`, and `x.at[i].set(v)` of a traced array.

Invariant: x itself is never written; each update is a copy of x that is assigned to, so it has assignment's derivative.
"""

import dis
import sys
import warnings

import numpy as np

from .core.handle import Array, Taped
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
    """`at(x)[idx]`: set, add, subtract, multiply, divide, min, max return a new array, get the entries themselves."""

    __slots__ = ("x", "idx")

    def __init__(self, x, idx):
        self.x = x
        self.idx = idx

    def get(self):
        """x[idx]."""
        return self.x[self.idx]

    def set(self, v):
        """The array with x[idx] = v."""
        return self.updated("set", lambda y: y.__setitem__(self.idx, v))

    def add(self, v):
        """The array with v added at idx; repeated indices add up."""
        return self.updated("add", lambda y: combine(y, self.idx, v, "scatter_add", np.add))

    def subtract(self, v):
        """The array with v subtracted at idx; repeated indices add up."""
        return self.updated("subtract", lambda y: combine(y, self.idx, -value(v), "scatter_add", np.add))

    def multiply(self, v):
        """The array multiplied by v at idx; repeated indices multiply each time."""
        return self.updated("multiply", lambda y: combine(y, self.idx, v, "scatter_mul", np.multiply))

    def divide(self, v):
        """The array divided by v at idx; repeated indices divide each time."""

        def by(y):
            factors = boxed(np.ones_like(self.x))
            combine(factors, self.idx, v, "scatter_mul", np.multiply)
            y[...] = y / factors

        return self.updated("divide", by)

    def min(self, v):
        """The array with the smaller of x[idx] and v at idx."""
        return self.updated("min", lambda y: combine(y, self.idx, v, "scatter_min", np.minimum))

    def max(self, v):
        """The array with the larger of x[idx] and v at idx."""
        return self.updated("max", lambda y: combine(y, self.idx, v, "scatter_max", np.maximum))

    mul = multiply

    def updated(self, name, write):
        warn_if_dropped(name)
        box = boxed(self.x.copy())
        write(box)
        return box.val if box.owner is ROOT and not isinstance(self.x, Array) else box


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

    Also add, subtract, multiply, divide, min, max, and get (x[idx]). The result has x's shape and dtype; an index out of
    range raises IndexError, as NumPy's does. A result that is not used warns (DroppedResultWarning). Raises TypeError if
    x is no array.

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
