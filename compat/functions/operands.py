"""What a function makes of its arguments before it computes: dimensions, sizes, dtypes, promotion, and torch's
errors.
"""

import functools
import math
import operator

import numpy as np

from funcgrad.core import elementwise_layout
from funcgrad.core.elementwise_layout import as_torch, filled, moved, noted, preserved
from funcgrad.core.graph import GraphNode
from funcgrad.core.handle import Array, Handle
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.strides import reach, slots
from funcgrad.core.trace import TAPE
from funcgrad.transforms.boundary import as_tensor

from .. import dtypes
from ..deprecations import once
from ..dtypes import C_NAMES, LONG, beyond  # noqa: F401
from ..errors import size_mismatch
from ..formats import ORDER, base_of, offset_in, order_of, suggested
from ..method_arguments import wrapped
from ..payload import contiguous_strides, current, layout_of_traced, strides_of, wrap
from ..size import Size  # noqa: F401
from ..tensor import Tensor
from .each_call import need
from .image_gradients import lay_back
from .levels import arrays_beneath, beneath, mapped_on_top, share_memory
from .symbolic_floats import Moving

P = PRIMITIVES
NUMBERS = (bool, int, float, complex)
OPERANDS = (Tensor, *NUMBERS)
KINDS_OF_INTEGER = "biu"
INT64, UNSIGNED, BOOL = np.dtype(np.int64), np.dtype(np.uint64), np.dtype(bool)


# ------------------------------------------------------------------------------------------------ shapes and dimensions
def shape_of(t):
    """The shape of a Tensor that is up to date, as a plain tuple."""
    return t.val.shape if t.owner is TAPE else tuple(t.own_shape())


def dtype_of(t):
    """The NumPy dtype of a Tensor that is up to date."""
    return t.val.dtype if t.owner is TAPE else t.owner.dtype(t)


def integer(x, name="an argument"):
    """A Python int from an int, a NumPy integer or an integer Tensor of one element."""
    try:
        if x is not True and x is not False and type(x) is not np.ndarray and not getattr(x, "shape", ()):
            return x.__index__()
    except (AttributeError, TypeError):
        pass
    raise TypeError(f"{name} must be int, not {type(x).__name__}")


def plain_number(x):
    """A number of Python's from NumPy's, or from a Tensor of one element; anything else as it is. TypeError for an array."""
    if isinstance(x, np.ndarray):
        raise TypeError("an array is no number")
    return x.item() if isinstance(x, (Tensor, np.generic)) and not x.shape else x


def number_of_dim(dim):
    """A dimension that is no int as one; TypeError for what is none."""
    if type(dim) is bool or isinstance(dim, Tensor) and dim.dtype.numpy.kind not in "iu":
        raise TypeError("dim is an int")
    return integer(dim, "dim")


def size_at(k, at):
    """A size, an int or what has an __index__, as a Python int; torch takes True for 1, but not in front."""
    try:
        if at or type(k) is not bool:
            return operator.index(k)
    except TypeError:
        pass
    raise TypeError(f"a size must be int, not {type(k).__name__}")


def sizes(size):
    """*size as a tuple of ints: f(2, 3), f((2, 3)), f(torch.Size([2, 3]))."""
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = size[0]
    for k in size:
        if type(k) is not int:
            return tuple([size_at(k, at) for at, k in enumerate(size)])
    return tuple(size)


def named_sizes(function, keyword, given, named):
    """sizes(given), or what a keyword names instead; TypeError in torch's words for no sizes, or for another keyword."""
    if given and not named:
        return sizes(given)
    if given or keyword in named:
        if len(named) == 1 and keyword in named and not given:
            return sizes((named[keyword],))
        unknown = next((k for k in named if k != keyword), keyword)
        raise TypeError(f"{function}() got an unexpected keyword argument '{unknown}'")
    raise TypeError(f'{function}() missing 1 required positional arguments: "{keyword}"')


def dims_of(dim, n):
    """The dimensions that None, an int or a sequence of ints names, counted from the front, none twice."""
    if dim is None:
        return tuple(range(n))
    if not isinstance(dim, (tuple, list)):
        if type(dim) is not int:
            dim = integer(dim.reshape(()) if isinstance(dim, Tensor) and dim.numel() == 1 else dim, "dim")
        return (wrapped(dim, n),) if n else scalar_dim(dim)
    if not dim:
        return tuple(range(n))
    if type(dim[0]) is bool:
        raise TypeError("dimensions begin with an int")
    dim = [d if type(d) is int else operator.index(d) for d in dim]
    dims = tuple([wrapped(d, n) for d in dim])
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return dims if n else ()  # (torch lets 0 and -1 name the missing dimension of a 0-d Tensor)


def scalar_dim(dim):
    """torch lets 0 and -1 name the missing dimension of a 0-d Tensor: there is nothing to reduce."""
    wrapped(dim, 0)
    return ()


def with_ones(shape, dims):
    """The shape with the given dimensions of length 1: what keepdim leaves."""
    return tuple([1 if i in dims else k for i, k in enumerate(shape)])


@functools.lru_cache(maxsize=1024)
def met(shapes):
    """np.broadcast_shapes, which takes 1.4 us."""
    return np.broadcast_shapes(*shapes)


def need_room(own, given):
    """torch's RuntimeError unless what is in place keeps its shape beside an operand."""
    full = broadcast_shapes(own, given)
    if full != own:
        raise RuntimeError(f"output with shape {list(own)} doesn't match the broadcast shape {list(full)}")


def broadcast_shapes(*shapes):
    """The shape that shapes broadcast to; RuntimeError in torch's words if they do not."""
    try:
        return met(shapes)
    except ValueError:
        for at in range(1, len(shapes)):
            error = size_mismatch(np.broadcast_shapes(*shapes[:at]), shapes[at])
            if error is not None:
                raise error from None
        raise


def broadcast_to(t, shape):
    """t with the given shape, as binary operations stretch it."""
    own = shape_of(t)
    return t if own == shape else P["broadcast"](t, shape=shape, axes=tuple(range(len(shape) - len(own))))


# ------------------------------------------------------------------------------------------------ dtypes and promotion
def as_operand(x):
    """A Tensor, or a Python number, as one of which NumPy's scalars count (a truth value as a float, as in torch); else
    NotImplemented. Arrays are no operands: NumPy computes then, or nobody."""
    if isinstance(x, OPERANDS):
        return x
    if isinstance(x, np.integer):
        return int(x)
    if isinstance(x, (np.inexact, np.bool_)):
        return float(x)
    return as_tensor(x) if isinstance(x, Handle) else NotImplemented


def rank(x):
    """(dtype, rank) of an operand, for promotion."""
    if isinstance(x, Handle):
        x = current(x)
        return x.owner.dtype(x), 2 if x.owner.shape(x) else 1
    if type(x) is int and LONG[1] < x < 1 << 64:
        return np.dtype(np.uint64), 0
    return dtypes.scalar_dtype(x), 0


def number(x, d):
    """A Python number as one of dtype d's kind."""
    kind = d.kind
    if type(x) is Moving:
        return cast(x.number, d)
    if kind in "iu":
        low, count = (0 if kind == "u" else -(1 << 8 * d.itemsize - 1)), 1 << 8 * d.itemsize
        return (int(x) - low) % count + low  # (torch wraps it round)
    return float(x) if kind == "f" else complex(x) if kind == "c" else bool(x)


C_INTEGERS = {"uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t"}
C_INTEGERS |= {f"uint{n}": f"uint{n}_t" for n in (16, 32, 64)}


LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}


def fitting(x, d):
    """A number as one to be stored in memory of dtype d; RuntimeError if it does not fit (a negative one may wrap round)."""
    kind = d.kind
    if type(x) is int and not LONG[0] <= x <= LONG[1] and (error := beyond(x)) is not None:
        raise error
    if isinstance(x, complex) and kind not in "bc":
        if x.imag:
            raise overflowing(d)
        x = x.real
    if kind in "iu":
        top = (1 << 8 * d.itemsize - (kind == "i")) - 1
        if not -top - (kind == "i") <= x <= top:
            raise overflowing(d)
    elif kind == "c" and d.itemsize == 8:
        if any([abs(part) > LARGEST["float32"] and math.isfinite(part) for part in (x.real, x.imag)]):
            raise overflowing(d)
    elif kind == "f" and not -65504.0 <= x <= 65504.0:
        top = LARGEST.get(dtypes.name_of(d), math.inf)
        if not -top <= x <= top and math.isfinite(x):
            raise overflowing(d)
    return number(x, d)


FLOAT32, COMPLEX64 = np.dtype(np.float32), np.dtype(np.complex64)


def need_single(x, d):
    """RuntimeError for a number that single precision has not, where torch computes with it in that: float32, complex64."""
    if d not in (FLOAT32, COMPLEX64):
        return
    if type(x) is Moving:
        need(x.number, lambda v: not LARGEST["float32"] < abs(v.item()) < math.inf)
    elif isinstance(x, float) and LARGEST["float32"] < abs(x) < math.inf:
        raise overflowing(d)


def overflowing(d):
    """torch's error for a number that does not fit in a dtype."""
    name = dtypes.name_of(d)
    return RuntimeError(f"value cannot be converted to type {C_INTEGERS.get(name) or C_NAMES[name]} without overflow")


def cast(t, d):
    """t in the NumPy dtype d: t itself if it has it."""
    own = dtype_of(t)
    if own == d:
        return t
    if own.kind == "c" and d.kind not in "cb":
        once("real")
    out = P["cast"](t, dtype=d)
    return out if t.alias is None or out.owner is not TAPE else laid_like(out, t)


def without_imaginary(t, d):
    """What is written of a Tensor into memory of dtype d: of a complex one the real part, unless d is complex too."""
    return cast(t, d) if dtype_of(t).kind == "c" and d.kind not in "cb" else t


def promoted(operands, floating=False):
    """(operands cast to the dtype torch computes in, that dtype); numbers stay Python numbers of that kind."""
    x, y = operands[0], operands[-1]
    if len(operands) == 2 and isinstance(x, Handle):
        d = x.owner.dtype(x)  # most often of one dtype, or a Tensor of floats and a number: at a glance
        if d.kind == "f":
            if type(y) is float or type(y) is int and LONG[0] <= y <= LONG[1]:
                return [current(x), float(y)], d
            if isinstance(y, Handle) and y.owner.dtype(y) is d:
                return [current(x), current(y)], d
    d = dtypes.result_dtype([rank(x) for x in operands])
    if floating and d.kind in KINDS_OF_INTEGER:
        d = dtypes.Default.numpy
    out = [cast(current(x), d) if isinstance(x, Handle) else number(x, d) for x in operands]
    if not any(isinstance(x, Handle) for x in out):
        out[0] = np.asarray(out[0], d)
    return out, d


def floating(t):
    """t, integers as the default float: what torch's unary float functions compute with."""
    return cast(t, dtypes.Default.numpy) if dtype_of(t).kind in KINDS_OF_INTEGER else t


def need_scalar_type(x, y):
    """torch's error where a kernel for one operand's dtype meets another's."""
    a, b = dtype_of(x), dtype_of(y)
    if a != b:
        a, b = (dtypes.SPOKEN.get(dtypes.name_of(d), d.name) for d in (a, b))
        raise RuntimeError(f"expected scalar type {a} but found {b}")


def check_sizes(*xs):
    """RuntimeError in torch's words if the Tensors among the operands do not broadcast."""
    shapes = [shape_of(x) for x in xs if isinstance(x, Handle)]
    if len(shapes) > 1 and any(s != shapes[0] for s in shapes):
        broadcast_shapes(*shapes)


def dtype_argument(dtype, default=None):
    """A dtype argument as a NumPy dtype; None is the default."""
    return default if dtype is None else dtypes.as_numpy(dtype)


def float_argument(dtype):
    """A dtype argument whose default is the default float."""
    return dtypes.Default.numpy if dtype is None else dtypes.as_numpy(dtype)


# ------------------------------------------------------------------------------------------------ results
def new(array, requires_grad=False):
    """A Tensor over an array that nobody else holds."""
    return wrap(Tensor, array, requires_grad)


def name_places(v, n):
    """Does each of an array of integers name one of n places, counted from the front?"""
    if v.size == 1:
        return 0 <= v.item() < n
    if v.dtype is INT64 and v.flags.c_contiguous:  # (what is negative is large there)
        return not v.size or bool(np.maximum.reduce(v.view(UNSIGNED), axis=None) < n)
    return not v.size or bool(v.min() >= 0 and v.max() < n)


OUTSIDE = (
    "result = tensor.as_strided({}, {}, {}) can access memory outside of `tensor`. `result` can access some memory in range [{}, {}], but "
    "`tensor` can only access some memory in range [{}, {}]. This is not supported inside of vmap, please try to rewrite the `as_strided` "
    "call as a sequence of PyTorch view operations"
)


def lying_of(t, size, stride, offset):
    """(the strides of a traced Tensor, the offset of a window from its first element): those of one sample where it is mapped, of the first
    one, behind the steps to the next samples. A Tensor that is staged counts as one in C order, all of its memory. RuntimeError where a window
    of a sample leaves it."""
    shape = shape_of(t)
    found = arrays_beneath((t,), 0)
    if not found:
        return contiguous_strides(shape), offset or 0
    a = found[0]
    own, start = strides_of(a)[a.ndim - len(shape) :], offset_in(a, base_of(a))
    offset = start if offset is None else offset
    if a.ndim > len(shape) and 0 not in size:
        last, end = (1 + at + reach(n, s)[1] for at, n, s in ((offset, size, stride), (start, shape, own)))
        if last > end or offset < start:
            raise RuntimeError(OUTSIDE.format(list(size), list(stride), offset, offset, last, start, end))
        more = a.ndim - len(shape)
        top = mapped_on_top(t)
        if top < more and not np.isin(slots(size, stride, offset - start), slots(shape, own)).all():
            raise RuntimeError(
                "as_strided: under a derivative inside of vmap, a window can only hold elements of the sample itself"
            )
        own = strides_of(a)[more - top :]
    return own, offset - start


def in_c_order(t, *operands):
    """A result over memory of its own, in C order, as torch makes this one whatever the order of its operands."""
    m = t if t.owner is TAPE else beneath(t)
    if m is not None:
        if not m.val.flags.c_contiguous or {*m.val.shape} & {0, 1}:
            m.val = moved(m.val, contiguous_strides(m.val.shape))
    elif isinstance(t.val, Array) and type(t.val.mark) is GraphNode:  # (staged)
        t.val.owner.layouts[t.val.mark] = None
    return t


def in_columns(t):
    """A result over memory of its own, each of its matrices column after column, as LAPACK leaves what it computes."""
    m = t if t.owner is TAPE else beneath(t)
    if m is not None:
        m.val = elementwise_layout.in_columns(m.val)
        noted(m)
    return t


def like_image(t, *images, back=True, turned=False, others=()):
    """A result over memory of its own, as torch's kernels for images lay it out: in channels_last if one of these Tensors is, else in C
    order. `back`: do the gradients of these lie so too? (None: if what comes back does.) `turned`: do its steps turn dimensions round, so that
    gradients in C order have to be put into it? `others`: what else it is made of (None: nothing)."""
    m = t if t.owner is TAPE else beneath(t)
    if m is not None:
        for image in arrays_beneath(images, 0):
            wanted = suggested(image)
            if wanted is not None and image.ndim == m.val.ndim:
                m.val = moved(m.val, filled(m.val.shape, ORDER[wanted]))
                noted(m if m is not t else lay_back(t, images, back, others))
                return t
        if turned and m is t:
            lay_back(t, images, False, others)
    elif any([layout_of_traced(current(image)) is not None for image in images if isinstance(image, Tensor)]):
        return t  # (staged)
    return in_c_order(t)


def image_back(t, image, back):
    """t, made of an image; how the gradient of that lies if it is in channels_last."""
    if t.owner is TAPE is image.owner and suggested(image.val) is not None:
        lay_back(t, (image,), back)
    return t


def image_in_c_order(t, image):
    """A result of a kernel that knows no other order, for gradients neither."""
    return in_c_order(image_back(t, image, False))


def in_format(t, wanted):
    """A result of which nobody else knows in a memory format, of which torch counts the dimensions of all samples that a vmap maps."""
    m = t if t.owner is TAPE else beneath(t)
    if m is not None:
        m.val = moved(m.val, filled(m.val.shape, order_of(wanted, m.val.ndim)))
        noted(m)
    return t


def behind_first(t):
    """A result whose samples torch computes as channels of one call, where a vmap maps it: their axis stands in memory behind the first."""
    m = t if t.owner is TAPE else beneath(t)
    if m is not None and m.val.ndim - len(shape_of(t)) == 1 < m.val.ndim - 1:
        turned = m.val.swapaxes(0, 1)
        m.val = moved(turned, contiguous_strides(turned.shape)).swapaxes(0, 1)
        noted(m)
    return t


def apart(t, x):
    """t, or a copy of it if it is x or lies in x's memory: what torch's kernels make never does."""
    if t.owner is TAPE and x.owner is TAPE:
        shared = t.val is x.val or t.val.base is not None and np.may_share_memory(t.val, x.val)
    else:
        shared = t is x or t.alias is not None or share_memory(t, x)
    return P["copy"](t, t) if shared else t


def laid_like(t, like):
    """A result over memory of its own, as torch lays out what keeps the way in which another Tensor of its shape lies."""
    m = t if t.owner is TAPE else beneath(t)
    if m is None or m is t and like.owner is TAPE and like.alias is None and like.val.flags.c_contiguous:
        return in_c_order(t)
    for a in arrays_beneath((like,), 0):
        if a.shape == m.val.shape:
            m.val = moved(m.val, preserved(a.shape, strides_of(a)))
            noted(m)
            return t
    return in_c_order(t)


def iterated(t, *operands):
    """A result over memory of its own as torch's elementwise kernels lay it out, by the strides of their operands."""
    m = t if t.owner is TAPE else beneath(t)
    if m is None:
        return t
    arrays = arrays_beneath(operands, len(shape_of(t)))
    if all([a.flags.c_contiguous for a in arrays]) or m.val.ndim < 2:
        return in_c_order(t)
    m.val = as_torch(m.val, *arrays)
    noted(m)
    return t


def iterating(f):
    """f, an elementwise function of NumPy's own order, with results laid out as torch's."""

    @functools.wraps(f)
    def g(*args, **kwargs):
        return iterated(f(*args, **kwargs), *args)

    return g


def like_first(f):
    """f, a function of single elements, with a result that torch writes into memory made like the first operand."""

    @functools.wraps(f)
    def g(input):
        return laid_like(f(input), current(input))

    return g


__all__ = """
BOOL INT64 KINDS_OF_INTEGER NUMBERS P Size apart as_operand broadcast_shapes broadcast_to need_room cast fitting check_sizes dims_of
dtype_argument dtype_of float_argument floating in_c_order in_columns integer iterated iterating laid_like like_first
image_back image_in_c_order like_image named_sizes need_scalar_type new number number_of_dim promoted rank scalar_dim shape_of sizes with_ones without_imaginary
wrapped
""".split()
