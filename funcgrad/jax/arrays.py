"""The arrays a jax program holds: `Array`, an immutable ndarray, and `Tracer`, the same of a traced value.

Both carry `weak_type` and answer the same operators and methods, which are functions of funcgrad.jax.numpy. `raw` takes what a
program holds to what the engine knows (an ndarray or a handle), `wrap` brings it back. Invariant: no ndarray or handle of
the engine's reaches a program without `wrap`, and none with a dtype that jax would not give.
"""

import operator
import sys

import numpy as np

from .. import tree
from ..core.aval import aval_of, dtype_of, is_weak, shape_of
from ..core.halves import BFLOAT16, rounded
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..core.state import tls
from ..core.trace import ROOT
from ..errors import ConcretizationError, LeakedTracerError
from ..numpy.concrete import concrete, plain
from ..random.keys import KeyArray
from . import bfloat16
from .bfloat16 import HALF, asked
from .devices import CPU, SingleDeviceSharding
from .dtypes import NARROW, PYTHON, canonicalize_dtype
from .dtypes import config as options
from .errors import (
    ConcretizationTypeError,
    TracerArrayConversionError,
    TracerBoolConversionError,
    TracerIntegerConversionError,
    UnexpectedTracerError,
)

ndarray = np.ndarray
memory_dtype = np.ndarray.dtype.__get__
BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide", "mod": "remainder",
    "pow": "power", "matmul": "matmul", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift",
    "rshift": "right_shift", "divmod": "divmod",
}  # fmt: skip
COMPARE = {"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"}
UNARY = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert", "round": "round"}
METHODS = (
    "all any argmax argmin argpartition argsort astype choose clip compress conj conjugate copy cumprod cumsum diagonal dot max "
    "mean min nonzero prod ptp ravel repeat round searchsorted sort squeeze std sum swapaxes take trace var"
)
IMMUTABLE = (
    "JAX arrays are immutable and do not support in-place item assignment. Instead of x[idx] = y, use x = x.at[idx].set(y) or "
    "another .at[] method."
)


def jnp():
    return sys.modules["funcgrad.jax.numpy"]


# ------------------------------------------------------------------------------------------------ operators and methods
def binary(name, swapped=False):
    f = None

    def operator(x, y):
        nonlocal f
        if type(y) not in OPERANDS and not isinstance(y, (np.ndarray, np.generic)):
            return NotImplemented
        if f is None:
            f = getattr(jnp(), name)
        return f(y, x) if swapped else f(x, y)

    return operator


def method(name):
    f = None

    def call(self, *args, **kwargs):
        nonlocal f
        if f is None:
            f = getattr(jnp(), name)
        return f(self, *args, **kwargs)

    call.__name__ = name
    return call


class Methods:
    """What `Array` and `Tracer` share."""

    __slots__ = ()
    __array_priority__ = 100

    def __getitem__(self, idx):
        from .indexing import getitem

        return getitem(self, idx)

    def __setitem__(self, idx, value):
        raise TypeError(IMMUTABLE)

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return iter([self[i] for i in range(self.shape[0])])

    def __len__(self):
        if not self.ndim:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    @property
    def at(self):
        from .indexing import At

        return At(self)

    def reshape(self, *shape, order="C", **kwargs):
        if len(shape) == 1 and (np.ndim(shape[0]) or not hasattr(shape[0], "__index__")):
            (shape,) = shape
        return jnp().reshape(self, kwargs.pop("shape", shape), order=order)

    def transpose(self, *axes):
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            (axes,) = axes
        return jnp().transpose(self, axes or None)

    def flatten(self, order="C"):
        return jnp().ravel(self, order=order)

    def view(self, dtype=None):
        from . import lax

        return self if dtype is None else lax.bitcast_convert_type(self, dtype)

    T = property(lambda self: jnp().transpose(self))
    mT = property(lambda self: jnp().matrix_transpose(self))
    real = property(lambda self: jnp().real(self))
    imag = property(lambda self: jnp().imag(self))
    aval = property(lambda self: ShapedArray(self.shape, self.dtype, self.weak_type))
    device = property(lambda self: CPU)
    sharding = property(lambda self: SingleDeviceSharding(CPU))
    committed = is_fully_addressable = is_fully_replicated = True

    def devices(self):
        return {CPU}

    def block_until_ready(self):
        return self

    def addressable_data(self, index):
        return self

    def copy_to_host_async(self):
        """(The host is where it is.)"""

    def to_device(self, device, *, stream=None):
        return self


for _python, _name in BINARY.items():
    setattr(Methods, f"__{_python}__", binary(_name))
    setattr(Methods, f"__r{_python}__", binary(_name, swapped=True))
    setattr(Methods, f"__i{_python}__", binary(_name))  # (`x += y` names a new array)
for _python, _name in COMPARE.items():
    setattr(Methods, f"__{_python}__", binary(_name))
for _python, _name in UNARY.items():
    setattr(Methods, f"__{_python}__", method(_name))
for _name in METHODS.split():
    setattr(Methods, _name, method(_name))


class ArrayMeta(type):
    """`isinstance(x, jax.Array)` holds for traced values and for arrays of keys, too."""

    def __instancecheck__(cls, x):
        return type(x) in (Array, Tracer) or isinstance(x, KeyArray)


class Array(Methods, np.ndarray, metaclass=ArrayMeta):
    """An immutable array. Made by the functions of jax.numpy."""

    weak_type = False
    __hash__ = None

    @property
    def dtype(self):
        d = memory_dtype(self)
        return d if d.isnative else bfloat16.DTYPE

    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.itemsize)

    def __array_ufunc__(self, ufunc, call, *args, **kwargs):
        if call == "__call__" and len(args) == 2 and isinstance(args[0], np.generic) and not kwargs:
            return getattr(jnp(), ufunc.__name__)(
                *args
            )  # (the operator of a NumPy scalar; NumPy's own functions give ndarrays)
        return getattr(ufunc, call)(*map(plain_deep, args), **{k: plain_deep(v) for k, v in kwargs.items()})

    def __array_function__(self, function, types, args, kwargs):
        return function(*map(plain_deep, args), **{k: plain_deep(v) for k, v in kwargs.items()})

    def __repr__(self):
        tail = f"dtype={self.dtype.name}{', weak_type=True' if self.weak_type else ''})"
        value = self.view_raw()
        width = np.get_printoptions()["linewidth"]
        body = f"[], shape={self.shape}"
        if self.size and self.dtype.kind == "V":
            body = bfloat16.text(value, "Array(", ", ")
        elif self.size:
            body = np.array2string(value, prefix="Array(", suffix=",", separator=", ", max_line_width=width)
        last = len(body) - body.rfind("\n") + 1  # (NumPy's count of the last line, as jax takes it)
        gap = " " if last + len(tail) + 1 <= width else " " * len("Array(")
        return f"Array({body},{gap}{tail}"

    def __str__(self):
        return str(self.view_raw()) if self.dtype.kind != "V" else bfloat16.text(self.view_raw())

    def __format__(self, spec):
        return format(self.view_raw()[()] if not self.ndim else self.view_raw(), spec)

    def __float__(self):
        return float(self.number("float"))

    def __int__(self):
        return int(self.number("int"))

    def __complex__(self):
        return complex(self.number("complex"))

    def number(self, what):
        if self.ndim:
            raise TypeError(f"Only scalar arrays can be converted to Python scalars; got arr.ndim={self.ndim}")
        return self.view_raw()[()]

    def view_raw(self):
        return np.ndarray.view(self, ndarray)

    def item(self, *at):
        return self.view_raw().item(*at)

    def tolist(self):
        return self.view_raw().tolist()

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return wrap, (self.view_raw().copy(), self.weak_type)

    def unsafe_buffer_pointer(self):
        return self.view_raw().ctypes.data

    def is_ready(self):
        return True

    def is_deleted(self):
        return False

    def delete(self):
        """(Python frees it.)"""

    addressable_shards = global_shards = property(lambda self: [self])

    @property
    def flat(self):
        raise NotImplementedError("JAX Arrays do not implement the arr.flat property: consider arr.flatten() instead.")

    @property
    def hidden(self):
        raise AttributeError("jax arrays are immutable and have no such attribute; take np.array(x), a copy, for it")

    flags = fill = put = resize = setflags = setfield = partition = base = strides = hidden


class Tracer(Methods):
    """What stands for an array while a function is differentiated, mapped or compiled: a handle of the engine."""

    __slots__ = ("val", "weak_type", "__weakref__")
    __hash__ = None

    def __init__(self, val, weak_type=False):
        self.val, self.weak_type = val, weak_type

    shape = property(lambda self: shape_of(self.val))
    dtype = property(lambda self: bfloat16.public(dtype_of(self.val)))
    ndim = property(lambda self: len(shape_of(self.val)))
    size = property(lambda self: int(np.prod(self.shape)))
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.itemsize)

    def __repr__(self):
        a = aval_of(self.val)
        names, x = [], self.val
        while isinstance(x, Handle):
            if x.owner is not ROOT:
                names.append(x.owner.name)
            x = x.val
        known = "" if x is None else f", {np.asarray(x)}"
        return f"Tracer<{a.dtype.name}[{','.join(map(str, a.shape))}]{known} under {', '.join(names)}>"

    def known(self, what, kind):
        """The number behind it, if it has one that is the same whatever is computed; the error of this kind otherwise."""
        try:
            return concrete(self.val, what)
        except ConcretizationError as error:
            ours = kind(str(error))
        except LeakedTracerError as error:
            ours = UnexpectedTracerError(str(error))
        tls.refused = None  # (with it, or with the engine's error for a context, the engine would raise its own again)
        raise ours

    def __bool__(self):
        return bool(self.known("bool", TracerBoolConversionError))

    def __index__(self):
        return operator.index(self.known("operator.index(x)", TracerIntegerConversionError))

    def constant(self, what, kind):
        v = plain(self.val)
        if isinstance(v, (ndarray, np.generic, *PYTHON)):
            return np.asarray(v)[()]
        raise kind(
            f"{what}: a value that is traced ({self!r}) is no plain number or array. Keep it in functions of jax.numpy, "
            "return it from the function, or mark the argument static."
        )

    def __float__(self):
        return float(self.constant("float(x)", ConcretizationTypeError))

    def __int__(self):
        return int(self.constant("int(x)", ConcretizationTypeError))

    def __complex__(self):
        return complex(self.constant("complex(x)", ConcretizationTypeError))

    def __array__(self, dtype=None, copy=None):
        return np.array(self.constant("numpy.asarray(x)", TracerArrayConversionError), dtype)

    def item(self, *at):
        return self.constant("x.item()", ConcretizationTypeError).item(*at)

    def tolist(self):
        return self.constant("x.tolist()", ConcretizationTypeError).tolist()

    def __format__(self, spec):
        return repr(self) if not spec else format(self.known("format(x)", ConcretizationTypeError), spec)


OPERANDS = {Array, Tracer, bool, int, float, complex}


class ShapedArray:
    """What is known of an array without its values."""

    def __init__(self, shape, dtype, weak_type=False):
        self.shape, self.dtype, self.weak_type = tuple(shape), bfloat16.public(np.dtype(dtype)), weak_type

    ndim = property(lambda self: len(self.shape))
    size = property(lambda self: int(np.prod(self.shape)))

    def __repr__(self):
        return f"ShapedArray({self.dtype.name}[{','.join(map(str, self.shape))}]{', weak_type=True' if self.weak_type else ''})"

    def __str__(self):
        return f"{self.dtype.name}[{','.join(map(str, self.shape))}]"

    str_short = __str__

    def __eq__(self, other):
        mine = self.shape, self.dtype, self.weak_type
        return isinstance(other, ShapedArray) and mine == (other.shape, other.dtype, other.weak_type)

    def __hash__(self):
        return hash((self.shape, self.dtype, self.weak_type))


# ------------------------------------------------------------------------------------------------ in and out
def plain_deep(x):
    """x with ndarrays for the arrays in it, for NumPy."""
    if type(x) is Array:
        return x.view_raw()
    if type(x) in (list, tuple):
        return type(x)([plain_deep(v) for v in x])
    return np.asarray(x) if type(x) is Tracer else x


def raw(x):
    """What the engine takes for one value: a ndarray, a handle, anything else as it is."""
    t = type(x)
    return x.view_raw() if t is Array else x.val if t is Tracer else x


def described(x):
    """(dtype, weak) of an operand, as promotion sees it; TypeError for what is no array or number."""
    t = type(x)
    if t is Array:
        return memory_dtype(x), x.weak_type
    if t is Tracer:
        return dtype_of(x.val), x.weak_type
    if t in PYTHON:
        return PYTHON[t], t is not bool
    if isinstance(x, (ndarray, np.generic)):
        return canonicalize_dtype(x.dtype), False
    if isinstance(x, Handle):
        return dtype_of(x), is_weak(x)
    if hasattr(x, "__jax_array__"):
        return described(x.__jax_array__())
    for kind in PYTHON:  # (an enum.IntEnum, say)
        if isinstance(x, kind):
            return PYTHON[kind], kind is not bool
    raise TypeError(f"requires ndarray or scalar arguments, got {t}")


def cast(v, dtype):
    """A value of the engine in another dtype."""
    if isinstance(v, Handle):
        return PRIMITIVES["cast"](v, dtype=dtype)
    return np.asarray(v, dtype) if dtype.isnative else rounded(v, dtype)


def wrap(v, weak=False):
    """What a program is given for a value of the engine; tuples and lists entry by entry, other objects as they are."""
    t = type(v)
    if weak is HALF:
        v = bfloat16.rounded(v)
        t = type(v)
    if t is not ndarray:
        if isinstance(v, Handle):
            if asked.bfloat16 and dtype_of(v) == BFLOAT16:
                return Tracer(v, HALF)
            narrow = None if options.jax_enable_x64 else NARROW.get(dtype_of(v))
            return Tracer(v if narrow is None else cast(v, narrow), weak)
        if t in PYTHON or isinstance(v, np.generic):
            weak = weak or (t in PYTHON and t is not bool)
            v = np.asarray(v)
        elif isinstance(v, (tuple, list)):
            parts = [wrap(x, weak) for x in v]
            return t(*parts) if hasattr(v, "_fields") else t(parts)
        elif isinstance(v, KeyArray):
            return PRNGKeyArray(wrap(v.words))
        else:
            return v
    dtype = v.dtype
    if not options.jax_enable_x64 and dtype in NARROW:
        v = v.astype(NARROW[dtype])
    elif dtype.kind in "OSUMmV":
        return v
    elif not dtype.isnative:
        v = np.asarray(v, canonicalize_dtype(dtype))
        if not v.dtype.isnative:
            v, weak = rounded(v, v.dtype), HALF
    out = v.view(Array)
    np.ndarray.setflags(out, write=False)
    if weak or weak is HALF:
        out.weak_type = weak if weak is HALF else True
    return out


def entered(x):
    """(value for the engine, weak) of a leaf that a transform is given: numbers become arrays; what is neither stays."""
    t = type(x)
    if t is Array:
        return x.view_raw(), x.weak_type
    if t is Tracer:
        return x.val, x.weak_type
    if t in PYTHON:
        return np.asarray(x, canonicalize_dtype(PYTHON[t])), t is not bool
    if isinstance(x, (ndarray, np.generic)) and x.dtype != object:
        return np.asarray(x, canonicalize_dtype(x.dtype)), False
    return x, False


def left(x):
    """A leaf that a traced function returns, for the engine."""
    return entered(x)[0]


class PRNGKeyArray(KeyArray):
    """An array of typed keys."""

    __hash__ = None

    def __eq__(self, other):
        return wrap(super().__eq__(other))

    def __repr__(self):
        return f"Array({self.shape}, dtype={self.dtype}) overlaying:\n{self.words}"


tree.register_pytree_node_class(PRNGKeyArray)
