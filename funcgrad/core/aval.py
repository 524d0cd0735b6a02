"""Avals: what is known of a value without looking at it (shape, dtype, weak), and the shape/dtype of anything.

`weak` marks what came from a Python scalar: eagerly such a value *is* a Python scalar, and NumPy 2's promotion rules
then apply as they would to the user's own program.
"""

import numpy as np

ndarray = np.ndarray
PYTHON_SCALARS = {
    bool: np.dtype(bool),
    int: np.dtype(np.int64),
    float: np.dtype(np.float64),
    complex: np.dtype(np.complex128),
}
PYTHON_TYPE = {"b": bool, "i": int, "u": int, "f": float, "c": complex}


class Aval:
    """Shape, dtype and weakness of a value. Also stands in, inside rules, for an operand that was not saved."""

    __slots__ = ("shape", "dtype", "weak")

    def __init__(self, shape, dtype, weak=False):
        self.shape = shape  # a tuple
        self.dtype = dtype  # a numpy.dtype
        self.weak = weak

    ndim = property(lambda self: len(self.shape))

    def __repr__(self):
        return f"{self.dtype.name}[{','.join(map(str, self.shape))}]" + ("*" if self.weak else "")

    def __eq__(self, other):
        return isinstance(other, Aval) and (self.shape, self.dtype, self.weak) == (other.shape, other.dtype, other.weak)

    def __hash__(self):
        return hash((self.shape, self.dtype, self.weak))


class Avals(dict):
    """{(shape, dtype): its Aval}: the operations of a step are those of the step before."""

    def __missing__(self, known):
        if len(self) > 1000:
            self.clear()
        got = self[known] = Aval(*known)
        return got


AVALS = Avals()


def shape_of(x):
    """The shape of an array, handle, aval, Python scalar or nested sequence."""
    t = type(x)
    if t is ndarray or t is Aval:
        return x.shape
    if t in PYTHON_SCALARS:
        return ()
    if hasattr(x, "mark"):  # a handle: its face's own shape may be another thing (torch's)
        return x.own_shape()
    return x.shape if hasattr(x, "shape") else np.shape(x)


def dtype_of(x):
    """The NumPy dtype of anything `shape_of` takes; a Python scalar has its NumPy default."""
    t = type(x)
    if t is ndarray or t is Aval:
        return x.dtype
    got = PYTHON_SCALARS.get(t)
    if got is not None:
        return got
    if hasattr(x, "mark"):  # a handle: it has the dtype of what it holds
        v = x.val
        try:
            while type(v) is not ndarray:
                x, v = v, v.val
        except AttributeError:  # (a number, or nothing, which is what a staged value holds)
            return x.mark.aval.dtype if v is None else dtype_of(v)
        return v.dtype
    if isinstance(x, np.generic):
        return x.dtype
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def is_weak(x):
    t = type(x)
    if t is ndarray:
        return False
    if t is Aval:
        return x.weak
    return type(x) in PYTHON_SCALARS or getattr(x, "weak", False)


def aval_of(x):
    if type(x) is ndarray:
        return Aval(x.shape, x.dtype)
    return x if type(x) is Aval else Aval(shape_of(x), dtype_of(x), is_weak(x))


def promotion_key(x):
    """What NumPy's promotion sees of x: a Python scalar type for weak values, else the dtype (Python's bool is not weak)."""
    dtype = dtype_of(x)
    return PYTHON_TYPE[dtype.kind] if is_weak(x) and dtype.kind != "b" else dtype


def strengthened(x):
    """A Python scalar as NumPy's, whose arithmetic gives inf and nan where Python's raises; anything else as it is."""
    return np.asarray(x)[()] if type(x) in PYTHON_SCALARS else x


def is_float(dtype):
    """Can values of this dtype carry a derivative?"""
    return dtype.kind in "fc"


def describe(x):
    """`float64[3,2]`, for messages."""
    a = aval_of(x)
    return f"{a.dtype.name}[{','.join(map(str, a.shape))}]"
