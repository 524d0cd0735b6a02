"""Operators of traced arrays, and what all their methods are: ndarray's, most of them the NumPy function of their name.

Invariant: every public name of ndarray is there; one that has no meaning for a traced array says so, and what to use.
"""

import numpy as np

from ..core.aval import dtype_of, promotion_key, shape_of
from ..core.handle import Array, Handle
from ..core.mutation import view, write
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import DTypeError, FuncgradError, ShapeError
from ..lazy import Late
from . import indexing
from .arguments import assign_to, axis_of, cast, holds_handle, joined, shape_tuple, size_of
from .concrete import NONE, plain
from .protocol import FUNCTIONS, UFUNCS

P = PRIMITIVES
BINARY = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "power", "floordiv": "floor_divide", "mod": "remainder",
    "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift", "rshift": "right_shift",
}  # fmt: skip
COMPARE = {
    "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal"
}  # fmt: skip
UNARY = {"neg": "neg", "abs": "abs", "invert": "bitwise_not", "pos": "positive"}


class ArrayAttributeError(FuncgradError, AttributeError):
    """An attribute of ndarray that a traced array cannot have."""


# ------------------------------------------------------------------------------------------------ operators
def number(y):
    """What Python hands an operator, as an operand; NotImplemented for what is no number."""
    if isinstance(y, (Handle, np.ndarray, np.generic, int, float, complex)):
        return y
    if isinstance(y, (list, tuple)):
        return joined(y) if holds_handle(y) else np.asarray(y)
    return NotImplemented


def operator(prim):
    fast = prim.fast
    squares = prim.name == "power"

    def general(x, y):
        y = number(y)
        if squares and type(y) is int and y == 2 and type(x) is not float and x.dtype.kind == "b":
            return P["square"](x)  # (NumPy's operator squares here, np.power does not)
        return y if y is NotImplemented else prim(x, y)

    if fast is prim:
        return general
    fast.__globals__["general"] = general
    return fast


def unary(prim):
    fast = prim.fast
    return fast if fast is not prim else lambda x: prim(x)


def reflected(prim):
    def general(y, x):
        x = number(x)
        return x if x is NotImplemented else prim(x, y)

    fast = prim.fast
    if not hasattr(fast, "reflected"):
        return general
    fast.reflected.__globals__["general"] = lambda x, y: general(y, x)
    return fast.reflected


def in_place(name, prim):
    """x += y: written into the box; a result that NumPy would not cast to x's dtype is refused before that."""

    def assign(x, y):
        y = number(y)
        if y is NotImplemented:
            return y
        dtype = dtype_of(x)
        if dtype.kind != "c" and (dtype.kind != "f" or dtype_of(y).kind == "c"):
            result = prim.ufunc.resolve_dtypes((dtype, promotion_key(y), None))[-1]
            if not np.can_cast(result, dtype, "same_kind"):
                raise DTypeError(
                    f"x {prim.symbol or name}= y: the result is {result.name} and cannot be stored in x, which is "
                    f"{dtype.name}. Make x of the wider dtype, or write x = x {prim.symbol or name} y."
                )
        return write(x, prim, y)

    return assign


def reversed_operands(f):
    return lambda y, x: f(x, y)


def matmul_in_place(x, y):
    y = number(y)
    if y is NotImplemented:
        return y
    result = UFUNCS[np.matmul](x, y)
    if shape_of(result) != shape_of(x):
        raise ShapeError(f"x @= y: the result of shape {shape_of(result)} does not fit x of shape {shape_of(x)}.")
    return assign_to(x, result, "x @= y")


def divided(x, y):
    y = number(y)
    return y if y is NotImplemented else (P["floor_divide"](x, y), P["remainder"](x, y))


def divided_by(y, x):
    x = number(x)
    return x if x is NotImplemented else (P["floor_divide"](x, y), P["remainder"](x, y))


# ------------------------------------------------------------------------------------------------ shape
def reshape(x, *shape, order="C", copy=None):
    """A view with the same elements and another shape; one length may be -1."""
    if len(shape) == 1 and not isinstance(shape[0], (int, np.integer)):
        shape = shape_tuple(shape[0])
    if order not in ("C", "A"):
        if order != "F":
            raise ValueError(f"order must be one of 'C', 'F', or 'A' (got {order!r})")
        x, shape = transpose(x), full_shape(shape, size_of(x))
        return transpose(reshape(x, *shape[::-1], copy=copy))
    out = view(x, P["reshape"], shape=full_shape(shape, size_of(x)))
    return P["copy"](out, out) if copy else out


def full_shape(shape, size):
    """A shape with its one -1 worked out."""
    shape = tuple(int(k) for k in shape)
    if shape.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    rest = 1
    for k in shape:
        rest *= k if k != -1 else 1
    if -1 in shape and rest and size % rest == 0:
        return tuple(size // rest if k == -1 else k for k in shape)
    if -1 in shape or rest != size:
        raise ValueError(f"cannot reshape array of size {size} into shape {shape}")
    return shape


def transpose(x, *axes):
    """A view with the axes permuted; reversed without arguments."""
    if len(axes) == 1 and not isinstance(axes[0], (int, np.integer)):
        axes = () if axes[0] is None else tuple(axes[0])
        if not axes and len(shape_of(x)) == 0:
            return view(x, P["transpose"], perm=())
    n = len(shape_of(x))
    if axes:
        if len(axes) != n:
            raise ValueError("axes don't match array")
        axes = tuple([axis_of(a, n) for a in axes])
        if len(set(axes)) != n:
            raise ValueError("repeated axis in transpose")
    else:
        axes = tuple(range(n))[::-1]
    return view(x, P["transpose"], perm=axes)


def matrix_transposed(x):
    """x.mT: the last two axes exchanged."""
    n = len(shape_of(x))
    if n < 2:
        raise ValueError("matrix transpose with ndim < 2 is undefined")
    return view(x, P["transpose"], perm=(*range(n - 2), n - 1, n - 2))


def length(x):
    shape = x.shape
    if not shape:
        raise TypeError("len() of unsized object")
    return shape[0]


def iterate(x):
    if not x.shape:
        raise TypeError("iteration over a 0-d array")
    return (x[i] for i in range(x.shape[0]))


# ------------------------------------------------------------------------------------------------ copies and writing
def copy(x, order="C"):
    """A new array with x's values, that may be assigned to."""
    out = P["copy"](x, x)
    if order == "C" and not (type(x.val) is np.ndarray and x.val.flags.c_contiguous):
        from ..core.layout import layout_of

        if layout_of(out) is not None:  # (in NumPy's own order it would be no view of what it is reshaped to later)
            out = P["reshape"](P["reshape"](out, shape=(-1,)), shape=x.shape)
    return out


def deepcopy(x, memo):
    return P["copy"](x, x)


def flatten(x, order="C"):
    """A new vector of the elements."""
    out = reshape(x, -1, order=order)
    return P["copy"](out, out)


def astype(x, dtype, order="K", casting="unsafe", subok=True, copy=True):
    """x in another dtype; to integers and bool a plain value, since it has no derivative."""
    if not np.can_cast(dtype_of(x), dtype, casting):
        raise DTypeError(
            f"Cannot cast array data from {dtype_of(x)!r} to {np.dtype(dtype)!r} according to the rule {casting!r}"
        )
    return P["cast"](x, dtype=np.dtype(dtype)) if copy else cast(x, dtype)


def same_view(x, dtype=None, type=None):
    """x.view(): the same elements behind another box. Another dtype would reinterpret memory, which traced arrays lack."""
    if dtype is not None and (dtype is np.ndarray or np.dtype(dtype) != dtype_of(x)):
        refused("view(dtype)", "use x.astype(dtype), or x.real and x.imag")
    return view(x, P["getitem"], idx=(Ellipsis,))


def fill(x, value):
    """x[...] = value, a number."""
    if shape_of(indexing.value(value)) != ():
        raise ValueError("setting an array element with a sequence.")
    indexing.assign(x, value)


def sort_in_place(x, axis=-1, kind=None, order=None, *, stable=None):
    """x.sort(): in place, as ndarray's."""
    indexing.assign(x, np.sort(x, axis, kind, order, stable=stable))


def partition_in_place(x, kth, axis=-1, kind="introselect", order=None):
    """x.partition(kth): in place, as ndarray's."""
    indexing.assign(x, np.partition(x, kth, axis, kind, order))


def conjugate(x):
    """x.conj(): x itself where it is real, as ndarray's."""
    return P["conj"](x) if dtype_of(x).kind == "c" else x


def compress(x, condition, axis=None, out=None):
    return np.compress(condition, x, axis, out)


# ------------------------------------------------------------------------------------------------ what a traced array has not
def refused(name, cure):
    raise ArrayAttributeError(f"{name}: a traced array has no memory of its own, at {here()}; {cure}.")


MEMORY = {  # name -> what to use: attributes of the memory behind an ndarray
    "strides": "use x.shape: no layout is defined",
    "base": "use x.copy() for an array that shares nothing with others",
    "data": "use fg.value_of(x).data for the values",
    "ctypes": "use fg.value_of(x).ctypes for the values",
}
CALLS = {  # likewise, methods
    "byteswap": "use fg.value_of(x).byteswap() for the values",
    "dump": "save fg.value_of(x)",
    "dumps": "save fg.value_of(x)",
    "getfield": "use x.real, x.imag or x.astype(dtype)",
    "resize": "use np.resize(x, shape), which makes a new array",
    "setfield": "use x[...] = v",
    "setflags": "assign to a copy, x.copy(), instead",
    "tobytes": "use fg.value_of(x).tobytes() for the values",
    "tofile": "use fg.value_of(x).tofile(file) for the values",
    "__reduce__": "pickle fg.value_of(x)",
    "__reduce_ex__": "pickle fg.value_of(x)",
    "__setstate__": "pickle fg.value_of(x)",
    "__dlpack__": "use fg.value_of(x) for the values",
    "__dlpack_device__": "use fg.value_of(x) for the values",
}


def held(x):
    """The array that a box of plain values holds, which has memory; else NONE."""
    got = plain(x)
    return NONE if got is NONE else np.asarray(got)


def memory_attribute(name, cure):
    def get(x):
        got = held(x)
        return refused(f"x.{name}", cure) if got is NONE else getattr(got, name)

    return property(get)


def memory_method(name, cure):
    def call(x, *args, **kwargs):
        got = held(x)
        return refused(f"x.{name}()", cure) if got is NONE else getattr(got, name)(*args, **kwargs)

    return call


def flags(x):
    """Those of a new array of this shape: a traced array behaves like one."""
    return np.empty([min(k, 2) for k in x.shape], dtype_of(x)).flags


def read_only(name, cure):
    def refuse(x, value):
        raise ArrayAttributeError(f"{name} of a traced array cannot be set, at {here()}; {cure}.")

    return refuse


def namespace(x, *, api_version=None):
    """`__array_namespace__`: the module whose functions take x. ValueError for a version of the standard that there is not."""
    from .. import numpy

    if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
        raise ValueError(f"api_version: expected one of 2021.12, 2022.12, 2023.12, 2024.12; got {api_version!r}")
    return numpy


def to_device(x, device, *, stream=None):
    if device != "cpu":
        raise ValueError(f'Unsupported device: {device}. Only "cpu" is allowed.')
    return x


def delete_item(x, idx):
    raise ValueError("cannot delete array elements")


def set_part(name):
    """x.real = v, x.imag = v."""

    def assign(x, v):
        if dtype_of(x).kind != "c":
            if name == "imag":
                raise TypeError("array does not have imaginary part to set")
            return indexing.assign(x, v)
        parts = {"real": P["real"](x), "imag": P["imag"](x), name: cast(v, P["real"](x).dtype)}
        return indexing.assign(x, P["complex"](parts["real"], parts["imag"]))

    return assign


NAMED = (  # methods that are the NumPy function of their name
    "all", "any", "argmax", "argmin", "argpartition", "argsort", "choose", "clip", "cumprod", "cumsum", "diagonal",
     "dot", "max", "mean", "min", "nonzero", "prod", "put", "ravel", "repeat", "round", "searchsorted",
    "squeeze", "std", "sum", "swapaxes", "take", "trace", "var",
)  # fmt: skip


def late(name, make, *args):
    """Array.<name> is make(*args), from the first time that it is asked for."""
    Late(Array, name, lambda: make(*args))


def install():
    for name, prim in BINARY.items():
        late(f"__{name}__", lambda p: operator(P[p]), prim)
        late(f"__r{name}__", lambda p: reflected(P[p]), prim)
        late(f"__i{name}__", lambda n, p: in_place(n, P[p]), name, prim)
    for name, prim in COMPARE.items():
        late(f"__{name}__", lambda p: operator(P[p]), prim)
    for name, prim in UNARY.items():
        late(f"__{name}__", lambda p: unary(P[p]), prim)
    late("__matmul__", lambda: UFUNCS[np.matmul])
    late("__rmatmul__", lambda: reversed_operands(UFUNCS[np.matmul]))
    for name in ("conj", "conjugate"):
        late(name, lambda: conjugate)
    for name, f in {
        "__delitem__": delete_item, "__divmod__": divided, "__rdivmod__": divided_by, "__imatmul__": matmul_in_place, "__len__": length,
        "__iter__": iterate, "__copy__": copy, "__deepcopy__": deepcopy, "__array_namespace__": namespace,
        "astype": astype, "compress": compress, "copy": copy, "fill": fill, "flatten": flatten,
        "partition": partition_in_place, "reshape": reshape, "sort": sort_in_place, "to_device": to_device,
        "transpose": transpose, "view": same_view,
    }.items():  # fmt: skip
        setattr(Array, name, f)
    for name in NAMED:
        late(name, FUNCTIONS.get, getattr(np, name))
    for name, get in {
        "T": transpose, "mT": matrix_transposed, "ndim": lambda x: len(x.shape), "size": size_of,
        "itemsize": lambda x: dtype_of(x).itemsize, "nbytes": lambda x: size_of(x) * dtype_of(x).itemsize,
        "flags": flags, "device": lambda x: "cpu",
    }.items():  # fmt: skip
        setattr(Array, name, property(get))
    Array.real = property(lambda x: FUNCTIONS[np.real](x), set_part("real"))
    Array.imag = property(lambda x: FUNCTIONS[np.imag](x), set_part("imag"))
    Array.shape = property(Handle.shape.fget, read_only("shape", "use x = x.reshape(shape)"))
    Array.dtype = property(Handle.dtype.fget, read_only("dtype", "use x = x.astype(dtype)"))
    for name, cure in MEMORY.items():
        setattr(Array, name, memory_attribute(name, cure))
    for name, cure in CALLS.items():
        setattr(Array, name, memory_method(name, cure))


__all__ = ["ArrayAttributeError", "full_shape", "install", "reshape", "transpose"]
