"""Copies: clone and contiguous, the Tensor several times over, or turned round.

Invariant: what torch gives as a copy shares no memory with its operand, even where NumPy gives a view.
"""

import numpy as np

from funcgrad.core.elementwise_layout import moved, noted, preserved, strides_for
from funcgrad.core.layout import by_strides
from funcgrad.core.mutation import write
from funcgrad.core.state import shared, tls
from funcgrad.core.trace import TAPE
from funcgrad.core.written_any import tape_recorder
from funcgrad.lazy import deferred
from funcgrad.numpy.concrete import concrete

from ..formats import channels_last, channels_last_3d, contiguous_format, is_in, memory_in, order_of, preserve_format
from ..method_arguments import wrapped
from ..payload import current, ground, layout_of_traced, strides_of
from ..tensor import Tensor
from .levels import share_memory
from .mapped_by_loop import by_samples, refuse_mapped
from .nodes import named
from .operands import (
    P,
    dims_of,
    dtype_of,
    image_back,
    in_c_order,
    integer,
    laid_like,
    like_image,
    named_sizes,
    new,
    shape_of,
)
from .quick_roads import quick_call
from .refusals import refuse
from .register import METHODS, operation
from .shape import ALL, count, swap

# ------------------------------------------------------------------------------------------------ copies
COPIED = deferred(lambda: tape_recorder(P["copy"], 2, None, 2))
CLONE = P["copy"].plan(2, None, "torch", "CloneBackward0")
CLONE.shown = True


def contiguous_copy(t, name="CloneBackward0", wanted=None):
    """A copy in C order or another format (a NumPy copy keeps the order of strides: the memory is made first, then filled)."""
    if t.owner is not TAPE:
        return in_c_order(named(P["copy"](t, t), name, (t,)))
    memory = memory_in(wanted, shape_of(t), dtype_of(t))
    if not shared.staging:
        memory[...] = t.val
        if (
            wanted is None
            and t.mark is not None
            and tls.grad
            and memory.dtype.kind == "f"
            and memory.size
            and not shared.halves
        ):
            h = COPIED(memory, {}, memory, t, memory, t.val)
            h.mark.plan = CLONE
            return noted(h) if 1 in memory.shape else h
        return named(noted(TAPE.process(P["copy"], (t.val, t), {}, out=memory)), name, (t,))
    out = new(memory)
    if out.owner is not TAPE:  # inside a Stage: a value of the graph has no strides
        return named(P["copy"](t, t), name, (t,))
    write(out, P["copy"], t)
    if out.store.counted:
        out.store = None
    return named(out, name, (t,))


NAMES = {channels_last: "ChannelsLast", channels_last_3d: "ChannelsLast3d"}
CLONED = (
    "NYI: Tensor.clone(memory_format) inside vmap is only supported with memory_format torch.preserve_format or "
    "torch.contiguous_format (got {})"
)
ASKED = "NYI: querying is_contiguous inside of vmap for memory_format other than torch.contiguous_format"


@operation()
def clone(input, *, memory_format=None):
    """A copy that stays in the graph."""
    t = current(input)
    wanted = None if memory_format is preserve_format else memory_format
    if wanted is not None and wanted is not contiguous_format:
        refuse_mapped("clone", t, text=CLONED.format(NAMES[wanted]))
    if t.owner is TAPE:
        if wanted is not None and (wanted is not contiguous_format or not is_in(t.val, wanted)):
            return contiguous_copy(t, wanted=wanted)
        if wanted is None and (
            not t.val.flags.c_contiguous or t.alias is not None and (1 in t.val.shape or not t.val.size)
        ):
            return laid_like(named(P["copy"](t, t), "CloneBackward0", (t,)), t)
    elif wanted is None and (layout := layout_of_traced(t)) is not None:
        lying = strides_for(layout.shape, (layout.shape, layout.strides))
        return named(in_order(t, by_strides(lying)), "CloneBackward0", (t,))
    return named(P["copy"](t, t), "CloneBackward0", (t,))


quick_call(
    "clone",
    "cast",
    (),
    "(x.alias is None or 1 not in v.shape and v.size)",
    ("params = {'dtype': d}", "out = v.copy()"),
    ("CloneBackward0",),
)


@operation(function=False)
def contiguous(self, *wrong, memory_format=None):
    """The Tensor itself if its memory is in C order (or in another format), else a copy that is."""
    if wrong:
        raise TypeError("contiguous() takes no dimension")
    if memory_format is None or memory_format is contiguous_format:
        v = ground(self)
        whole = self.is_contiguous() if v is None else v.flags.c_contiguous
        return self if whole else contiguous_copy(current(self))
    t = current(self)
    refuse_mapped("contiguous", t, text=ASKED)
    if memory_format is preserve_format:
        if self.is_contiguous():
            return self
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    order = order_of(memory_format, len(shape_of(t)))
    if self.is_contiguous(memory_format=memory_format):
        return self
    return (
        contiguous_copy(t, wanted=memory_format)
        if t.owner is TAPE
        else named(in_order(t, order), "CloneBackward0", (t,))
    )


def in_order(t, order):
    """A copy of a traced Tensor in which its dimensions stand in an order, from the outermost in memory. (core/layout.py goes by the
    operations.)"""
    turned = P["transpose"](t, perm=tuple(order))
    return P["transpose"](P["copy"](turned, turned), perm=tuple(np.argsort(order).tolist()))


@operation(function=False)
def repeat(self, *repeats, **named_repeats):
    """Copies of the Tensor side by side along its dimensions; new ones go in front."""
    t = current(self)
    repeats = named_sizes("repeat", "repeats", repeats, named_repeats)
    own = shape_of(t)
    if len(repeats) < len(own):
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    need_no_negative(own, repeats)
    return named(repeated(t, repeats), "RepeatBackward0", (self,))


METHODS["repeat"].__name__ = "repeat"


def need_no_negative(own, repeats):
    sizes = [k * n for k, n in zip((1,) * (len(repeats) - len(own)) + own, repeats)]
    for k in sizes:
        if k < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {k}: {sizes}")


def repeated(t, repeats):
    own = (1,) * (len(repeats) - len(shape_of(t))) + shape_of(t)
    apart = P["reshape"](t, shape=tuple([n for k in own for n in (1, k)]))
    stretched = [
        n for r, k in zip(repeats, own) for n in (max(r, 0), k)
    ]  # (a negative one is of a length of 0, as in torch)
    full = P["broadcast"](apart, shape=tuple(stretched), axes=())
    return owned(P["reshape"](full, shape=tuple([r * k for r, k in zip(repeats, own)])), t)


def owned(out, t):
    """A result that NumPy may have given as a view of t, as a copy."""
    return in_c_order(P["copy"](out, out)) if share_memory(out, t) else out


@operation()
def tile(input, *dims, **named_dims):
    """repeat, with missing leading repeats taken as 1."""
    dims = named_sizes("tile", "dims", dims, named_dims)
    return repeat(input, (1,) * (input.dim() - len(dims)) + dims)


def places_of(repeats, output_size):
    """0, 1, 2, ..., each as often as a vector of integers says."""
    counts = np.asarray(concrete(current(repeats), "repeat_interleave"))
    if counts.size and counts.dtype not in (np.int64, np.int32):
        refuse("repeat_interleave_cpu", counts.dtype)
    if repeats.dim() != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if output_size is not None and output_size < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {output_size}: [{output_size}]")
    if (counts < 0).any():
        raise RuntimeError("repeats can not be negative")
    if output_size is not None and output_size != counts.sum():
        raise RuntimeError("allocated size does not match required size")
    return np.repeat(np.arange(counts.size), counts.astype(np.int64))


@by_samples
def places(counts, output_size):
    """The same as a Tensor."""
    return new(places_of(counts, output_size))


@operation()
def repeat_interleave(input, repeats=None, dim=None, *, output_size=None):
    """Each element repeated: a number of times, or as often as an integer Tensor says."""
    if repeats is None:
        return places(input, output_size)
    t = input.flatten() if dim is None else input
    dim = 0 if dim is None else dim
    if isinstance(repeats, Tensor):
        if repeats.dim() > 1:
            raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
        at = wrapped(dim, t.dim())
        n = t.size(at)
        if repeats.numel() == 1:
            repeats = repeats.reshape(1).expand(n)
        elif len(repeats) != n:
            raise RuntimeError(
                f"repeats must have the same size as input along dim, but got repeats.size(0) = {len(repeats)} and input.size({dim}) = "
                f"{n}"
            )
        return t.index_select(at, places(repeats, output_size))
    at, k = wrapped(dim, t.dim()), integer(repeats)
    if k < 0:
        raise RuntimeError("Repeats must be non-negative")
    if output_size is not None and output_size != k * t.shape[at]:
        raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {k * t.shape[at]} but got {output_size}")
    shape = list(t.shape)
    wide = t.unsqueeze(at + 1).expand(*shape[: at + 1], k, *shape[at + 1 :])
    return wide.clone(memory_format=contiguous_format).flatten(at, at + 1)


# ------------------------------------------------------------------------------------------------ turned round
def copied(t, prim, **params):
    """prim(t), which NumPy gives as a view, as a copy."""
    out = P[prim](t, **params)
    return noted(P["copy"](out, out))


@operation("FlipBackward0")
def flip(input, *dims, **named_dims):
    """The order of the elements reversed along dimensions."""
    t = current(input)
    n = len(shape_of(t))
    dims = named_sizes("flip", "dims", dims, named_dims)
    turned = dims_of(dims, n) if dims else ()
    idx = tuple([slice(None, None, -1) if i in turned else ALL for i in range(n)])
    return image_back(laid_like(copied(t, "getitem", idx=(*idx, Ellipsis)), t), t, None)


@operation("FlipBackward0")
def fliplr(input):
    """The order of the second dimension reversed."""
    if input.dim() < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


@operation("FlipBackward0")
def flipud(input):
    """The order of the first dimension reversed."""
    if input.dim() < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


@operation("RollBackward0")
def roll(input, shifts, dims=None):
    """The elements moved round along dimensions, or, without dims, along the flattened Tensor."""
    t = current(input)
    shifts, dims = (x if isinstance(x, (tuple, list)) or x is None else (x,) for x in (shifts, dims))
    if not shifts:
        raise RuntimeError("`shifts` required")
    if dims is not None and 0 in shape_of(t) and len(shifts) == len(dims) > 0:
        return laid_like(P["copy"](t, t), t)
    if dims is None or type(dims) is tuple and not dims:
        if len(shifts) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:0")
        flat = P["reshape"](t, shape=(count(shape_of(t)),))
        return owned(P["reshape"](P["roll"](flat, shift=tuple(shifts), axes=(0,)), shape=shape_of(t)), t)
    if len(shifts) != len(dims):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}")
    if not shape_of(t):
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    axes = tuple([wrapped(d, len(shape_of(t))) for d in dims])
    out = P["roll"](t, shift=tuple(shifts), axes=axes)
    still = any([n and s % n == 0 for s, n in zip(shifts, [shape_of(t)[d] for d in axes])])
    return in_c_order(out) if still else like_image(out, t, back=None)


@operation("Rot90Backward0")
def rot90(input, k=1, dims=(0, 1)):
    """Turned by k right angles in the plane of two dimensions."""
    t = current(input)
    n = len(shape_of(t))
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if n < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {n}")
    for d in dims:
        wrapped(d, n)
    if dims[0] == dims[1] or abs(dims[0] - dims[1]) == n:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    a, b = dims_of(tuple(dims), n)
    k %= 4
    perm = swap(len(shape_of(t)), a, b)
    turned = {0: (), 1: (b,), 2: (a, b), 3: (a,)}[k]
    out = P["getitem"](t, idx=tuple([slice(None, None, -1) if i in turned else ALL for i in range(len(shape_of(t)))]))
    got = copied(out, "transpose", perm=perm) if k % 2 else P["copy"](out, out)
    if not k:
        return in_c_order(got)
    if got.owner is TAPE is t.owner:  # (what flip gives, transposed)
        lying = preserved(t.val.shape, strides_of(t.val))
        got.val = moved(got.val, tuple([lying[d] for d in perm]) if k % 2 else lying)
        noted(got)
    return got
