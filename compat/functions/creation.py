"""Making Tensors: from data, from NumPy memory, filled, counted, and like others."""

import numpy as np

from funcgrad.core import elementwise_layout
from funcgrad.core.elementwise_layout import moved, noted, preserved
from funcgrad.core.halves import SIZE, of_bits
from funcgrad.core.handle import Array, Handle
from funcgrad.core.site import warn
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, Batch
from funcgrad.core.tracebacks import drop
from funcgrad.transforms.boundary import inner

from .. import dtypes
from ..deprecations import once
from ..devices import CPU, Default, on_meta
from ..formats import ORDER, contiguous_format, memory_in, order_of, preserve_format
from ..payload import contiguous_strides, current, layout_of_traced, readable, strides_of
from ..size import Size
from ..tensor import Tensor
from .call_errors import answering
from .data import Shown, array_of, of_traced, scalar_of
from .elements import HoldsTraced, check_array, is_traced
from .operands import (
    NUMBERS,
    P,
    cast,
    dtype_argument,
    dtype_of,
    fitting,
    float_argument,
    integer,
    new,
    shape_of,
)
from .other_memory import strided
from .out_argument import need_its_dtype, store
from .quick_creation import in_front, of_one_number
from .refusals import refuse
from .register import FUNCTIONS, operation, publish


def finished(name, array, out, device, requires_grad):
    """A new Tensor over an array, or the array written into out=."""
    return completed(name, new(array), out, device, requires_grad)


COPIES = ("tensor", "as_tensor")  # what copies its data to a device


def completed(name, t, out, device, requires_grad):
    """What the options of a new Tensor ask for."""
    if (device is not None or Default.elsewhere) and device is not CPU and on_meta(device, name not in COPIES):
        from .._meta import bare_as

        t = bare_as(t)
    if requires_grad is not False and requires_grad is not None:
        if requires_grad is not True and not isinstance(requires_grad, np.bool_):
            raise TypeError(f"{name}(): requires_grad is a bool")
        if t.owner.dtype(t).kind not in "fc":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        t.requires_grad_()
    if out is None:
        return t
    if out.dtype.name == "bool" and name in ("arange", "linspace", "logspace"):
        raise NotImplementedError(f"\"{name}_cpu\" not implemented for 'Bool'")
    if name in ("arange", "linspace", "logspace") and out.numel() == t.numel():
        t = P["reshape"](t, shape=tuple(out.shape))  # (which torch does not give another shape then)
    return store(
        name, out, cast(t, dtype_of(current(out))) if name in ("eye", "full", "ones", "zeros", "arange") else t
    )


def finished_like(name, t, array, device, requires_grad, wanted=contiguous_format):
    """A new Tensor over an array in a memory format, for the Tensor t: mapped by each vmap that maps t, so that mapped values may be
    written into it."""
    if t.owner is TAPE:
        array = laid_out(array, t, wanted)
        return completed(name, new(array), None, CPU if device is None else device, requires_grad)
    out = for_each_sample(t, array, wanted) if wanted in ORDER else for_each_sample(t, laid_out(array, t, wanted))
    return completed(name, out, None, t.device if device is None else device, requires_grad)


def maker(make, device, t=None):
    """What makes an array for a device=, or for that of a Tensor: `make`, or, where nothing is to be in it, a number seen many times."""
    if device is None and (not Default.elsewhere if t is None else t.owner is TAPE):
        return make
    if on_meta(device) if device is not None or t is None else t.is_meta:
        return lambda shape, *rest: np.broadcast_to(np.zeros((), rest[-1]), shape)
    return make


def for_each_sample(t, array, wanted=None):
    """A Tensor over an array, one for each sample of what t is mapped over; `wanted`: a format for images, of them all."""
    traces = []
    while isinstance(t, Handle):
        if type(t.owner) is Batch and t.mark is not None:
            traces.append(t.owner)
        t = t.val
    traces.reverse()
    if traces:  # (one behind the other, each as the first lies)
        shape, steps = (*[int(trace.size) for trace in traces], *array.shape), strides_of(array)
        extent = 1 + sum([(max(n, 1) - 1) * s for n, s in zip(array.shape, steps)])
        outer = contiguous_strides((*shape[: len(traces)], extent))[:-1]
        memory = strided(np.empty(outer[0] * shape[0], array.dtype), shape, (*outer, *steps), 0)
        memory[...] = array
        array = memory
    if wanted is not None:
        array = moved(array, elementwise_layout.filled(array.shape, order_of(wanted, array.ndim)))
    out = new(array)
    for trace in traces:
        out = trace.tape.face(Array(inner(out), 0, trace), None, trace.tape)
    return out


def function(f):
    """Register a function that is no method."""
    return publish(answering(f, True), (f.__name__,), True, False)


def seldom(f):
    """The same, of one that is called so seldom that the types of its arguments are looked at before."""
    return operation(method=False)(f)


def method(f):
    """Register a method that is no function."""
    return publish(answering(f, True), (f.__name__,), False, True)


# ------------------------------------------------------------------------------------------------ from data
def warn_of_copy(name):
    warn(
        "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
        f"sourceTensor.detach().clone().requires_grad_(True), rather than {name}(sourceTensor).",
        UserWarning,
    )


@function
def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new Tensor with a copy of the data: numbers, nested sequences, an ndarray or a Tensor. Of a value that a transform
    traces it is a Tensor that the transform goes on tracing.

    >>> import compat as torch
    >>> torch.tensor([1.0, 2.0])
    tensor([1., 2.])
    """
    if requires_grad is not False and requires_grad is not True:
        raise TypeError("requires_grad is a bool")
    if isinstance(data, Tensor):
        warn_of_copy("torch.tensor")
        if current(data).owner.level != 1:
            copied = FUNCTIONS["clone"](data.detach()).to(dtype or data.dtype)
            return copied.requires_grad_() if requires_grad else copied
    try:
        array = array_of(data, dtype_argument(dtype))
    except HoldsTraced:
        t = of_traced(data, dtype_argument(dtype))
        return t.requires_grad_() if requires_grad else t
    return noted(finished("tensor", array, None, device, requires_grad))


@function
def scalar_tensor(s, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """A 0-d Tensor of a number, in the default float dtype."""
    d = float_argument(dtype)
    if not isinstance(s, (*NUMBERS, np.number, np.bool_)) and not (isinstance(s, Handle) and not s.shape):
        raise TypeError("scalar_tensor() takes a number")
    if isinstance(s, Tensor) and s.owner is TAPE:
        s = s.val.item()
    if isinstance(s, NUMBERS):
        s = fitting(s, d)
    elif not isinstance(s, Handle) and d.kind in "iu":
        s = int(s)
    return finished("scalar_tensor", array_of(s, d), None, device, requires_grad)


@function
def as_tensor(data, *, dtype=None, device=None):
    """The data as a Tensor: a Tensor itself, an ndarray over the same memory, anything else as a copy.

    >>> import compat as torch, numpy as np
    >>> a = np.zeros(2)
    >>> torch.as_tensor(a)[0] = 1
    >>> a
    array([1., 0.])
    """
    if isinstance(data, (Tensor, np.ndarray)):
        t = data if isinstance(data, Tensor) else from_numpy(data)
        if device is not None:
            t = t.to(device)
        return t if dtype is None else t.to(dtype)
    return tensor(data, dtype=dtype, device=device)


@seldom
def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=None):
    """The data as a Tensor, over the same memory where that is possible and `copy` does not say otherwise."""
    if isinstance(obj, Tensor):
        t = obj
        if requires_grad is None and t.requires_grad:
            warn(
                "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead of False. "
                "Pass requires_grad=False explicitly to get the old behavior and silence this warning.",
                UserWarning,
            )
            requires_grad = True
    elif isinstance(obj, np.generic) or isinstance(obj, np.ndarray) and not obj.ndim:
        t = from_numpy(np.array(obj))  # (a number is a copy)
    elif isinstance(obj, np.ndarray):
        t = from_numpy(obj)
    elif has_memory(obj):
        t = frombuffer(obj, dtype=dtype or dtypes.get_default_dtype())
    else:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return tensor(obj, dtype=dtype, device=device, requires_grad=bool(requires_grad))
    if dtype is not None and t.dtype != dtype:
        if copy is False:
            of, to = (dtypes.SPOKEN[dtypes.of_numpy(dtypes.as_numpy(d)).name] for d in (t.dtype, dtype))
            raise ValueError(f"can't alias tensor with dtype '{of}' into dtype '{to}'.")
        t = t.to(dtype)
    elif copy:
        t = t.clone()
    if t.requires_grad and not requires_grad:
        t = t.detach()
    return t.requires_grad_() if requires_grad and not t.requires_grad else t


def has_memory(x):
    """Is x something, a bytearray, an array.array, whose memory others may look at?"""
    try:
        memoryview(x)
    except TypeError:
        return False
    return True


@function
def from_numpy(*ndarray, **named):
    """A Tensor over the same memory as an ndarray; TypeError for dtypes that torch has not."""
    if named or len(ndarray) != 1:
        said = "no keyword arguments" if named else f"exactly one argument ({len(ndarray)} given)"
        raise TypeError(f"torch._VariableFunctionsClass.from_numpy() takes {said}")
    (ndarray,) = ndarray
    if is_traced(ndarray):
        return of_traced(ndarray)
    if not isinstance(ndarray, np.ndarray):
        from .._calls import type_of

        raise TypeError(f"expected np.ndarray (got {type_of(ndarray)})")
    check_array(ndarray)
    if not ndarray.flags.writeable:
        once("array")
    return over(ndarray)


def over(array):
    """A Tensor over an array's memory, which in torch begins where the array does."""
    if 0 in array.strides or not array.size:  # (which NumPy forgets of axes of one element, and of no elements)
        array = np.asarray(Shown(array))
    elif array.base is not None:
        array = np.asarray(memoryview(array))
    return lent(new(dtypes.of_one_name(array)))


def lent(t):
    """A Tensor over memory that it has not made: it keeps its size, and no program writes into it."""
    if t.owner is TAPE:
        noted(t).versioned().resizable = False
    elif tls.stage is not None:
        tls.stage.lent(t)
    return t


def check_buffer(buffer, width, count, offset):
    """ValueError in torch's words if a buffer does not hold so many elements of a width, from an offset in bytes on."""
    try:
        n = memoryview(buffer).nbytes
    except TypeError:
        raise ValueError("object does not implement Python buffer protocol.") from None
    if memoryview(buffer).readonly:
        once("buffer")
    if not n or not count:
        raise ValueError(f"both buffer length ({n}) and count ({count}) must not be 0")
    if not 0 <= offset < n:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length ({n} bytes) minus 1"
        )
    if count < 0 and (n - offset) % width:
        raise ValueError(
            f"buffer length ({n - offset} bytes) after offset ({offset} bytes) must be a multiple of element size ({width})"
        )
    if count > 0 and offset + count * width > n:
        raise ValueError(
            f"requested buffer length ({count} * {width} bytes) after offset ({offset} bytes) must not be greater than actual "
            f"buffer length ({n} bytes)"
        )


@function
def frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False):
    """A 1-d Tensor over the memory of an object with the buffer protocol."""
    d = dtypes.as_numpy(dtype)
    check_buffer(buffer, dtypes.of_numpy(d).itemsize, count, offset)
    if d.isnative:
        array = np.frombuffer(buffer, d, count, offset)
        t = over(array)
    else:
        t = lent(new(of_bits(np.frombuffer(buffer, f"u{SIZE[d]}", count, offset), d)))
    return t.requires_grad_() if requires_grad else t


# ------------------------------------------------------------------------------------------------ filled
SEQUENCES = (tuple, list, Size)


def size_argument(name, size, kwargs, out=None):
    """A size from *size, one sequence, or size=; TypeError and RuntimeError in torch's words (others where out= is to have that size)."""
    given = size[0] if len(size) == 1 and type(size[0]) in SEQUENCES else size
    for k in given:
        if type(k) is not int or k < 0:
            break
    else:
        if size:
            return given if type(given) is tuple else tuple(given)
    try:
        if not size:
            size = (kwargs.pop("size"),)
            if not isinstance(size[0], (tuple, list)):
                kwargs["size"] = size[0]
                raise TypeError("size= is a sequence")
        given = size
        if len(size) == 1 and isinstance(size[0], (tuple, list, bool)):
            size = size[0]
        try:
            if size and type(size[0]) is bool:
                raise TypeError("a size begins with an int")
            shape = tuple([k.__index__() for k in size])
        except (AttributeError, TypeError):
            from .._calls import refusal

            raise refusal(name, name[:4] == "new_", given, {}) from None
        if any(k < 0 for k in shape):
            if out is not None and name != "empty":
                raise RuntimeError("numel: integer multiplication overflow")
            if name == "zeros":
                raise RuntimeError("zeros: Dimension size must be non-negative.")
            first = next(k for k in shape if k < 0)
            raise RuntimeError(f"Trying to create tensor with negative dimension {first}: {list(shape)}")
        return shape
    except BaseException as error:
        drop(error)
        raise


def none_left(name, more):
    """TypeError if a call has names that torch does not know."""
    if more.get("names", 0) is None:
        del more["names"]
    if more:
        raise TypeError(f"{name}() got an unexpected keyword argument '{next(iter(more))}'")


def filled(name, make):
    """torch.zeros and its kin: *size, then keywords; and <name>_like, Tensor.new_<name>."""

    def of_size(*size, out=None, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False, **more):
        need_its_dtype(out, dtype)
        shape = size_argument(name, size, more, out)
        wanted = more.pop("memory_format", None) if more and name == "empty" else None
        none_left(name, more)
        array = maker(make, device)(shape, float_argument(dtype))
        if wanted is not None:
            array = memory_in(wanted, shape, array.dtype)
        return finished(name, array, out, device, requires_grad)

    def like(input, *, dtype=None, layout=None, device=None, requires_grad=False, memory_format=None, pin_memory=False):
        t = readable(input)
        array = maker(make, device, t)(shape_of(t), dtype_argument(dtype, dtype_of(t)))
        out = finished_like(like.__name__, t, array, device, requires_grad, memory_format)
        return out if memory_format is None is t.alias else noted(out)

    def of_kind(self, *size, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False, **more):
        shape = size_argument(of_kind.__name__, size, more)
        none_left(of_kind.__name__, more)
        t = current(self)
        return finished_like(
            of_kind.__name__,
            t,
            maker(make, device, t)(shape, dtype_argument(dtype, dtype_of(t))),
            device,
            requires_grad,
        )

    for f, label in ((of_size, name), (like, name + "_like"), (of_kind, "new_" + name)):
        f.__name__ = label
    of_size.__doc__ = f"A Tensor of {name} of the given size, in the default float dtype."
    like.__doc__ = f"{name} with the shape and dtype of a Tensor."
    of_kind.__doc__ = f"{name} of the given size, with the dtype of this Tensor."
    method(of_kind)
    return function(of_size), function(like), of_kind


def laid_out(array, t, wanted=None):
    """A fresh C-ordered array in a memory format, or in the order of strides that t has, as torch's *_like functions keep it."""
    if wanted is None or wanted is preserve_format:
        v = t.val if isinstance(t.val, np.ndarray) else layout_of_traced(t)
        if v is None or v.flags.c_contiguous and t.alias is None:
            return array
        return moved(array, preserved(v.shape, strides_of(v)))
    elif wanted is contiguous_format:
        return array
    else:
        got = memory_in(wanted, array.shape, array.dtype)
    got[...] = array
    return got


zeros, zeros_like, new_zeros = filled("zeros", np.zeros)
ones, ones_like, new_ones = filled("ones", np.ones)
empty, empty_like, new_empty = filled("empty", np.empty)


def need_number(value):
    """TypeError if it is no number; said in torch's words by what calls this."""
    if not isinstance(value, NUMBERS):
        from .._calls import is_number

        if not is_number(value) and not isinstance(value, np.number):
            raise TypeError("a number is wanted")


def full_array(shape, value, d):
    return np.full(shape, fitting(scalar_of(value), d), d)


def fill_dtype(value, dtype):
    if dtype is not None:
        return dtypes.as_numpy(dtype)
    return dtype_of(current(value)) if isinstance(value, Tensor) else dtypes.scalar_dtype(value)


@function
def full(size, fill_value, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """A Tensor of one value; its dtype is the value's (int64, the default float, bool)."""
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}")
    need_number(fill_value)
    need_its_dtype(out, dtype)
    shape = size_argument("full", (size,), {}, out)
    array = maker(full_array, device)(shape, fill_value, fill_dtype(fill_value, dtype))
    return finished("full", array, out, device, requires_grad)


@function
def full_like(
    input,
    fill_value,
    *,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    memory_format=None,
    pin_memory=False,
):
    """A Tensor of one value with the shape and dtype of another."""
    need_number(fill_value)
    t = readable(input)
    array = full_array(shape_of(t), fill_value, dtype_argument(dtype, dtype_of(t)))
    return noted(finished_like("full_like", t, array, device, requires_grad, memory_format))


@method
def new_full(self, size, fill_value, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A Tensor of one value, with the dtype of this Tensor."""
    need_number(fill_value)
    shape = size_argument("new_full", (size,), {})
    t = current(self)
    array = full_array(shape, fill_value, dtype_argument(dtype, dtype_of(t)))
    return finished_like("new_full", t, array, device, requires_grad)


@method
def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False, layout=None, pin_memory=False):
    """A new Tensor with a copy of the data, with the dtype of this Tensor."""
    if isinstance(data, Tensor):
        warn_of_copy("tensor.new_tensor")
    array = array_of(data, dtype_argument(dtype, dtype_of(current(self))))
    return finished("new_tensor", array, None, device, requires_grad)


@function
def empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """A Tensor of the given size and strides (in elements), without particular values."""
    d = float_argument(dtype)
    shape = size_argument("empty_strided", (size,), {})
    length = 1 + sum((k - 1) * s for k, s in zip(shape, stride, strict=True)) if all(shape) else 0
    memory = np.empty(length, d)
    array = np.lib.stride_tricks.as_strided(memory, shape, [s * d.itemsize for s in stride])
    return finished("empty_strided", array, None, device, requires_grad)


@seldom
def eye(n, m=None, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """The n-by-m matrix with ones on its diagonal."""
    need_its_dtype(out, dtype)
    n, m = integer(n), integer(n if m is None else m)
    for name, k in (("n", n), ("m", m)):
        if k < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {k}")
    return finished("eye", np.eye(n, m, dtype=float_argument(dtype)), out, device, requires_grad)


publish(in_front(FUNCTIONS.made["eye"], of_one_number), ("eye",), True, False)


def indices_of(name, keep):
    """torch.tril_indices and triu_indices."""

    def indices(row, col, offset=0, *, dtype=None, device=None, layout=None, pin_memory=False, requires_grad=False):
        for what, k in (("row", row), ("col", col)):
            if k < 0:
                raise RuntimeError(f"{what} must be non-negative, got{k}")
        r, c = np.nonzero(keep(np.ones((row, col), bool), offset))
        d = dtype_argument(dtype, np.dtype(np.int64))
        if d not in (np.int32, np.int64):
            refuse(name, d)
        made = np.stack((r, c)).astype(d)
        return finished(indices.__name__, made, None, device, requires_grad)

    return indices


tril_indices, triu_indices = (
    operation(name=name, method=False)(indices_of(name, triangle))
    for name, triangle in (("tril_indices", np.tril), ("triu_indices", np.triu))
)
