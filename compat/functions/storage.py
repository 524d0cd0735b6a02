"""The memory behind a Tensor: untyped_storage(), storage(), set_(), resize_(), DLPack both ways, and files. (The classes: compat/storage.py.)

Invariant: what is made here over a Tensor's memory shares it: a write through either is seen by both, and counted.
"""

import itertools
import os

import numpy as np

from funcgrad.core.elementwise_layout import copied
from funcgrad.core.halves import of_bits
from funcgrad.core.handle import Alias
from funcgrad.core.state import tls
from funcgrad.core.strides import geometry, memory_of, reach
from funcgrad.core.trace import TAPE

from .. import dtypes
from .._shared_memory import file_bytes
from ..deprecations import once
from ..formats import base_of, contiguous_format, elements, memory_format, offset_in, order_of
from ..payload import contiguous_strides, current, memory, strides_of
from ..storage import TypedStorage, UntypedStorage
from ..tensor import Tensor
from .creation import completed, for_each_sample, lent, seldom
from .data import Shown
from .forward_mode import refuse_tangents
from .levels import has_tangent
from .operands import integer, new, shape_of, sizes
from .other_memory import over_other_memory, strided
from .out_argument import grown, resize
from .out_rules import C_NAMES
from .register import FUNCTIONS, install, operation, publish
from .shape import become, check_reach
from .writing import leave_underivable, spoken


def on_tape(self, name):
    t = self if memory(self) is not None else current(self)
    if t.owner is not TAPE:
        raise RuntimeError(f"{name}: a traced Tensor has no memory.")
    return t


@operation(function=False)
def untyped_storage(self):
    """The memory that the Tensor lies in, as bytes."""
    return UntypedStorage().of(on_tape(self, "untyped_storage"))


@operation(function=False)
def storage(self):
    """The memory that the Tensor lies in, as elements."""
    once("storage")
    return self._typed_storage()


@operation(function=False)
def _typed_storage(self):
    """storage(), without torch's warning."""
    return object.__new__(TypedStorage).of(on_tape(self, "storage"))


# ------------------------------------------------------------------------------------------------ another memory
@operation(function=False)
def set_(self, source=None, storage_offset=0, size=None, stride=None):
    """Let the Tensor be over another's memory, or a storage; without a source, over none."""
    refuse_tangents("set_", self)
    t = on_tape(self, "set_")
    marks = [t.mark] + ([on_tape(source, "set_").mark] if isinstance(source, Tensor) and size is None else [])
    recorded = tls.grad and any(marks)
    root = t.alias.base if type(t.alias) is Alias else None  # (which there is none of afterwards)
    if source is None:
        array = np.empty(0, t.val.dtype)
    elif isinstance(source, Tensor) and size is None:
        array = on_tape(source, "set_").val
        check_same_dtype(t, array.dtype)
        whole = base_of(array)
        wanted = reached(array.shape, strides_of(array), offset_in(array, whole))
        if wanted > whole.size:
            array = grown(array, wanted)
    else:
        array = placed(t, source, storage_offset, size, stride)
    t.refuse(())
    over_other_memory(t, array)
    t.versioned().version += 1
    if recorded:
        leave_underivable("set_", t, marks[1:], root)
    return self


def placed(t, source, offset, size, stride):
    """The array of t's dtype with a size and strides over a source's memory; an offset counts from a Tensor's own first element."""
    if isinstance(source, Tensor):
        own = on_tape(source, "set_").val
        if not own.flags.c_contiguous:
            raise RuntimeError("passed in tensor to be used as storage must be contiguous")
        offset += offset_in(own, base_of(own))
        memory = elements(memory_of(own), t.val.dtype)
    else:
        memory = source.memory
        if isinstance(source, UntypedStorage):
            memory = elements(memory, t.val.dtype)
        elif memory.dtype != t.val.dtype:
            raise RuntimeError(
                f"Expected a Storage of type {C_NAMES[dtypes.name_of(t.val.dtype)]} or an UntypedStorage, but got type "
                f"{spoken(memory.dtype)} for argument 1 'storage'"
            )
    size = (memory.size - offset,) if size is None else sizes((size,))
    own = (
        strides_of(t.val) if size == t.val.shape else contiguous_strides(size)
    )  # (of its own size it keeps its strides)
    stride = own if stride is None else sizes((stride,))
    if len(size) != len(stride):
        raise RuntimeError(f"unequal size length ({len(size)}) and stride length ({len(stride)})")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if any([s < 0 for s in stride]):
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    wanted = reached(size, stride, offset)
    if wanted > memory.size:
        memory = elements(memory_of(grown(memory, wanted)), t.val.dtype)
    return strided(memory, size, stride, offset)


def reached(size, stride, offset):
    """How many elements a memory must have for a geometry."""
    return 0 if 0 in size else offset + 1 + reach(size, stride)[1]


def check_same_dtype(t, d):
    if t.val.dtype != d:
        raise RuntimeError(
            f"Could not set tensor of type {C_NAMES[dtypes.name_of(d)]} to a tensor of type {C_NAMES[dtypes.name_of(t.val.dtype)]}"
        )


@operation(function=False)
def is_set_to(self, tensor):
    """Do both Tensors see the same memory with the same shape and strides?"""
    a, b = on_tape(self, "is_set_to").val, on_tape(tensor, "is_set_to").val
    same = a.__array_interface__["data"][0] == b.__array_interface__["data"][0]
    return same and (a.shape, a.strides, a.dtype) == (b.shape, b.strides, b.dtype)


@operation(function=False)
def resize_(self, *size, memory_format=None):
    """The Tensor with another size, in place: its memory if that is large enough, else a new one with its elements first."""
    if has_tangent(self):
        raise RuntimeError("cannot resize variables that has a forward grad")
    if current(self).owner is not TAPE and not current(self).requires_grad and tuple(self.shape) == sizes(size):
        return self
    t = on_tape(self, "resize_")
    if tls.func:
        from .._funcs import check_outside

        check_outside(t)
    if t.mark is not None:
        raise RuntimeError("cannot resize variables that require grad")
    shape = sizes(size)
    if min(shape, default=0) < 0:
        raise RuntimeError("numel: integer multiplication overflow")
    if shape != t.val.shape or memory_format not in (None, contiguous_format):
        resize(t, shape, strides_in(memory_format, shape))
    return self


def strides_in(wanted, shape):
    """The strides of a shape in a memory format."""
    order = order_of(wanted, len(shape))
    dense = contiguous_strides([shape[d] for d in order])
    return tuple([dense[order.index(d)] for d in range(len(shape))])


@operation(function=False)
def resize_as_(self, the_template, memory_format=None):
    """resize_ to the size of another Tensor."""
    return resize_(self, tuple(the_template.shape))


@operation(name="resize_as_", method=False)
def resize_as_of(input, the_template, *, memory_format=None):
    """Tensor.resize_as_ as a function."""
    return resize_as_(input, the_template)


@operation(function=False)
def as_strided_(self, size, stride, storage_offset=None):
    """Other strides over the Tensor's memory, in place."""
    t = self if memory(self) is not None else current(self)
    size, stride = sizes((size,)), sizes((stride,))
    if t.owner is not TAPE:  # (a traced Tensor counts as one in C order, all of its memory)
        if len(size) != len(stride):
            raise RuntimeError("mismatch in length of strides and shape")
        geometry_of = {
            "size": size,
            "stride": stride,
            "offset": storage_offset or 0,
            "own": contiguous_strides(shape_of(t)),
        }
        return become(self, "strided", "AsStridedBackward1", **geometry_of)
    base = base_of(t.val)
    offset = offset_in(t.val, base) if storage_offset is None else storage_offset
    check_reach(base, size, stride, offset)
    return become(self, "strided", "AsStridedBackward1", **geometry(strided(base, size, stride, offset), t.val))


@operation(name="as_strided_", method=False)
def as_strided_of(input, size, stride, storage_offset=None):
    """Tensor.as_strided_ as a function."""
    return as_strided_(input, size, stride, storage_offset)


# ------------------------------------------------------------------------------------------------ DLPack
def dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    """The Tensor's memory as a DLPack capsule."""
    if not isinstance(stream, (int, type(None))):
        raise TypeError("stream must be ``int`` or ``none``")
    if stream not in (None, -1):
        raise AssertionError("stream should be None on cpu.")
    t = on_tape(self, "__dlpack__")
    if t.mark is not None:
        raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
    if self.is_conj():
        raise BufferError("Can't export tensors with the conjugate bit set")
    if not t.val.dtype.isnative:
        raise BufferError(
            f"DLPack: the memory of a {t.dtype.name} Tensor is wider here, which nobody else would know; share one of float32 or complex64."
        )
    options = {} if max_version is None else {"max_version": max_version, "dl_device": dl_device, "copy": copy}
    v = (
        t.val if t.val.size else copied(t.val, strides_of(t.val))
    )  # (of no elements NumPy's own memory has no strides to show)
    return v.__dlpack__(**options)


install("__dlpack__", dlpack)


def dlpack_device(self):
    """(the kind of device, its number)."""
    from ..utils.dlpack import DLDeviceType

    return DLDeviceType(on_tape(self, "__dlpack_device__").val.__dlpack_device__()[0]), 0


install("__dlpack_device__", dlpack_device)


class Exporter:
    """What numpy.from_dlpack takes, around a capsule of memory on the CPU."""

    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **options):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


def from_dlpack(ext_tensor, *, device=None, copy=None):
    """A Tensor over the memory of an object that has __dlpack__ (of NumPy, jax, torch, ...), or of a capsule."""
    if isinstance(ext_tensor, Tensor) and not current(ext_tensor).val.dtype.isnative:
        return ext_tensor.clone() if copy else ext_tensor.detach()
    if isinstance(ext_tensor, np.ndarray) and not ext_tensor.flags.writeable and ext_tensor.dtype.kind in "biufc":
        array = ext_tensor[...]  # (which NumPy's own DLPack hands over since 2.1 only)
    elif hasattr(ext_tensor, "__dlpack__"):
        array = np.from_dlpack(ext_tensor)
    else:
        try:
            array = np.from_dlpack(Exporter(ext_tensor))
        except ValueError:
            raise RuntimeError(
                "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you might have already "
                "constructed a tensor from it once."
            ) from None
    if any([k < 0 for k in array.strides]):
        raise ValueError("from_dlpack: strides below zero, which Tensors do not have; pass a copy of the array.")
    if copy:
        return new(array.copy())
    plain = array.flags.writeable and array.base is None and 0 not in array.strides and array.size
    return lent(new(array if plain else np.asarray(Shown(array, True))))


def to_dlpack(tensor):
    """The Tensor's memory as a DLPack capsule; of bfloat16 and complex32, which only from_dlpack here understands, a Tensor."""
    t = on_tape(tensor, "to_dlpack").detach()
    return dlpack(t) if t.val.dtype.isnative else t


publish(from_dlpack, ("from_dlpack",), True, False)
publish(to_dlpack, ("to_dlpack",), True, False)


@seldom
def from_file(
    filename, shared=None, size=0, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False
):
    """A 1-d Tensor of `size` elements over the first bytes of a file, in C order; what is written into it reaches the file if that is `shared`
    (which is made, or made longer, where need be), and stays here otherwise. RuntimeError where the file cannot be had or is too short.

        >>> import compat as torch, os, tempfile
        >>> name = os.path.join(tempfile.mkdtemp(), "numbers")
        >>> t = torch.from_file(name, shared=True, size=3).fill_(2)
        >>> torch.from_file(name, size=2), os.path.getsize(name)
        (tensor([2., 2.]), 12)
    """
    d = dtypes.Default.numpy if dtype is None else dtypes.as_numpy(dtype)
    n = 0 if size is None else integer(size)
    width = dtypes.of_numpy(d).itemsize
    if not d.isnative and shared and n:
        raise NotImplementedError(
            f"torch.from_file: the memory of a {dtypes.name_of(d)} Tensor is wider here, and writes into it would not reach the file; share it as integers."
        )
    memory = file_bytes(os.fsdecode(filename), bool(shared), n * width)
    t = lent(new(memory.view(d) if d.isnative else of_bits(memory, d)))
    return completed("from_file", t, None, device, requires_grad)


# ------------------------------------------------------------------------------------------------ questions
@operation(function=False)
def to_dense(self, dtype=None, *, masked_grad=True):
    """The Tensor itself: it is dense."""
    return self if dtype is None else self.to(dtype)


@operation(function=False)
def dim_order(self, *, ambiguity_check=False):
    """The dimensions from the outermost to the innermost in memory; RuntimeError where that is asked to be the only such order, or
    that of one of some formats, and is not."""
    steps, shape = self.stride(), self.shape
    order = tuple(sorted(range(self.dim()), key=lambda d: (-steps[d], shape[d] == 1, d)))
    if isinstance(ambiguity_check, bool):
        formats = []
    elif isinstance(ambiguity_check, list) and all([isinstance(f, memory_format) for f in ambiguity_check]):
        formats = ambiguity_check
    else:
        raise TypeError("The ambiguity_check argument must be a bool or a list of memory formats.")
    several = ambiguity_check is not False and (1 in shape or any([a == b for a, b in itertools.pairwise(steps)]))
    if several and sum([self.is_contiguous(memory_format=f) for f in formats]) != 1:
        raise RuntimeError(
            "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
        )
    return order


@operation()
def get_device(input):
    """-1: the number of the device of a Tensor on the CPU."""
    return -1


@operation(function=False)
def new_empty_strided(self, size, stride, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
    """empty_strided in the dtype of this Tensor."""
    t = current(self)
    made = FUNCTIONS["empty_strided"](size, stride, dtype=dtype or self.dtype, requires_grad=requires_grad)
    return made if t.owner is TAPE or made.owner is not TAPE else for_each_sample(t, made.val)


def empty_permuted(
    size, physical_layout, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
):
    """A Tensor without particular values, whose dimensions stand in memory in the order given, from the outermost."""
    size, order = sizes((size,)), sizes((physical_layout,))
    if len(order) != len(size):
        raise RuntimeError(
            f"Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = {len(size)} is not equal to len(physical_layout) = {len(order)}"
        )
    for at, d in enumerate(order):
        if not 0 <= d < len(size):
            raise RuntimeError(
                f"Dimension out of range (expected to be between 0 and {len(size) - 1}, but got {d} at index {at}).  NB: negative dims "
                "not currently supported; file an issue if you want it."
            )
        if d in order[:at]:
            raise RuntimeError("Duplicate dim not allowed")
    made = FUNCTIONS["empty"]([size[d] for d in order], dtype=dtype, requires_grad=requires_grad)
    return made.permute(np.argsort(order).tolist())


publish(empty_permuted, ("empty_permuted",), True, False)


@operation(function=False)
def sum_to_size(self, *size):
    """The sums over the dimensions in which this Tensor was stretched from a size."""
    shape, own = sizes(size), shape_of(current(self))
    if not shape:
        return FUNCTIONS["sum"](self)
    lead = len(own) - len(shape)
    fits = lead >= 0 and all(k in (1, n) for k, n in zip(shape, own[lead:]))
    if not fits:
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(own)}}}.")
    rest = [lead + at for at, (k, n) in enumerate(zip(shape, own[lead:])) if k == 1 != n]
    out = FUNCTIONS["sum"](self, rest, True) if rest else self
    return FUNCTIONS["sum"](out, list(range(lead))) if lead else out
