"""Joining Tensors and taking them apart again: cat, stack, split and their kin."""

import functools
import itertools

import numpy as np

from funcgrad.core.elementwise_layout import filled, moved, noted
from funcgrad.core.handle import Alias, Frozen, fresh
from funcgrad.core.strides import reach, repeats, viewed
from funcgrad.core.trace import TAPE
from funcgrad.core.written_any import joined
from funcgrad.core.written_views import views_at
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..dtypes import LONG
from ..errors import type_name
from ..formats import ORDER, memory_in, suggested
from ..graph import label as set_label
from ..method_arguments import need_long, wrapped
from ..payload import current
from ..rewriting import grouped
from ..tensor import Tensor
from .mapped_by_loop import refuse_mapped
from .nodes import renamed
from .operands import INT64, P, cast, dtype_of, in_c_order, integer, shape_of
from .register import operation
from .shape import ALL, core_view, count
from .writing import spoken


def checked(name, tensors):
    """The Tensors of a list argument, up to date; TypeError in torch's words for anything else."""
    if not isinstance(tensors, (tuple, list)):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not {type(tensors).__name__}"
        )
    out = []
    for t in tensors:
        if not isinstance(t, Tensor):
            need_tensors(tensors)
        out.append(current(t))
    return out


def several(name, tensors):
    """checked(name, tensors), of which there has to be one."""
    ts = checked(name, tensors)
    if not ts:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return ts


def need_tensors(ts, argument=0):
    """TypeError in torch's words if one of a list, the argument of that number, is no Tensor."""
    for at, t in enumerate(ts):
        if not isinstance(t, Tensor):
            raise TypeError(f"expected Tensor as element {at} in argument {argument}, but got {type_name(t)}")


def same_dtype(ts):
    """The Tensors in the dtype they promote to."""
    first = dtype_of(ts[0])
    if all(dtype_of(t) == first for t in ts):
        return ts
    d = dtypes.result_dtype([(dtype_of(t), 2) for t in ts])
    return [cast(t, d) for t in ts]


def alike(tensors, shaped):
    """The arrays of a list of Tensors over NumPy memory, each in C order, all of one dtype and number of dimensions (`shaped`: and of one
    shape); None if it is none. It is the commonest case, and then nothing else need be looked at."""
    if type(tensors) is not list and type(tensors) is not tuple or not tensors:
        return None
    first = tensors[0]
    if type(first) is not Tensor or first.owner is not TAPE:
        return None
    dtype, shape, n, arrays = first.val.dtype, first.val.shape, first.val.ndim, []
    for t in tensors:
        if type(t) is not Tensor or t.owner is not TAPE:
            return None
        a = t.alias
        if a is not None:
            changed = a.mark is not None and a.version != a.store.version if type(a) is Alias else True
            if changed or a.base.val is not a.val or a.base.mark is not a.mark:
                fresh(t)
                if type(t.alias) is Frozen:
                    return None
            if t.val.ndim and not t.val.flags.c_contiguous:
                return None
        v = t.val
        if v.dtype is not dtype or v.ndim != n or shaped and v.shape != shape:
            return None
        arrays.append(v)
    return arrays if shaped or shape != (0,) and n > 0 else None


def as_images(arrays):
    """Are these images in channels_last too? (Those of one channel can be in C order as well.)"""
    first = arrays[0]
    return first.ndim > 3 and first.shape[1] == 1 and suggested(first) is not None


@operation(method=False, aliases=("concat", "concatenate"))
def cat(tensors, dim=0):
    """Tensors joined along a dimension; of empty 1-d ones the dtype alone counts.

    >>> import compat as torch
    >>> torch.cat((torch.zeros(1), torch.ones(2)))
    tensor([0., 1., 1.])
    """
    if type(dim) is int and (arrays := alike(tensors, False)) and -arrays[0].ndim <= dim and not as_images(arrays):
        try:
            out = joined(P["concatenate"], tensors, arrays, axis=dim % arrays[0].ndim if dim < 0 else dim)
        except ValueError:
            pass  # what does not fit is said below
        else:
            if tensors[-1].mark is None and out.mark is not None:
                set_label(out, "CatBackward0", tensors)
            return out if tensors[0].alias is None else noted(out)
    ts = checked("cat", tensors)
    if not ts:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    shapes, passed = [shape_of(t) for t in ts], ()
    if (0,) in shapes and any(s != (0,) for s in shapes):
        passed = [t for t, s in zip(ts, shapes) if s == (0,) and t.mark is not None]
        ts = same_dtype(ts)  # (the dtypes of those that are passed over count)
        ts = [t for t, s in zip(ts, shapes) if s != (0,)]
        shapes = [s for s in shapes if s != (0,)]
    first = shapes[0]
    if () in shapes:
        raise RuntimeError(f"zero-dimensional tensor (at position {shapes.index(())}) cannot be concatenated")
    dim = wrapped(dim, len(first))
    for at, s in enumerate(shapes):
        if s == first:
            continue
        if len(s) != len(first):
            raise RuntimeError(f"Tensors must have same number of dimensions: got {len(first)} and {len(s)}")
        for k, (n, m) in enumerate(zip(first, s)):
            if n != m and k != dim:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} but got size {m} "
                    "for tensor "
                    f"number {at} in the list."
                )
    parts = same_dtype(ts)
    out = laid(parts, dim)
    if passed:
        from .._gate import beside  # (rarely needed, and it loads the custom rules)

        out = beside(out, *passed)
    if out.mark is not None and (ts[-1].mark is None or parts is not ts or len(ts) != len(tensors)):
        set_label(out, "CatBackward0", tensors)
    return out


def laid(ts, dim):
    """Tensors joined, as torch lays them out: in a format for images if all are in it, else in C order."""
    out = P["concatenate"](*ts, axis=dim)
    if out.owner is TAPE and out.val.ndim > 3:
        formats = {suggested(t.val) for t in ts}
        wanted = formats.pop() if len(formats) == 1 else None
        if wanted is not None:
            out.val = moved(out.val, filled(out.val.shape, ORDER[wanted]))
            return noted(out)
    if out.owner is not TAPE or not out.val.flags.c_contiguous:
        in_c_order(out)
    return noted(out)


@operation(method=False)
def stack(tensors, dim=0):
    """Tensors of one shape joined along a new dimension."""
    if type(dim) is int and (arrays := alike(tensors, True)):
        out = joined(P["stack"], tensors, arrays, axis=wrapped(dim, arrays[0].ndim + 1))
        if tensors[-1].mark is None and out.mark is not None:
            set_label(out, "StackBackward0", tensors)
        return out
    ts = checked("stack", tensors)
    if not ts:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = shape_of(ts[0])
    dim = wrapped(dim, len(shape) + 1)
    for at, t in enumerate(ts):
        if shape_of(t) != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(shape_of(t))} at "
                f"entry {at}"
            )
    parts = same_dtype(ts)
    out = P["stack"](*parts, axis=dim)
    if out.owner is not TAPE:
        in_c_order(out)
    elif not ts[0].val.flags.c_contiguous:
        lay_stacked(out, parts, dim)
    if out.mark is not None and (ts[-1].mark is None or parts is not ts):
        set_label(out, "StackBackward0", tensors)
    return out


def lay_stacked(out, ts, dim):
    """Lay a stack out as torch does: as what the Tensors make that are joined along that dimension, cut in pieces again."""
    formats = {suggested(t.val) for t in ts}
    wanted = formats.pop() if len(formats) == 1 and dim < len(ts[0].val.shape) else None
    shape = out.val.shape
    whole = (
        memory_in(wanted, (*shape[:dim], count(shape[dim : dim + 2]), *shape[dim + 2 :]), out.val.dtype)
        if wanted
        else None
    )
    memory = np.empty(shape, out.val.dtype) if whole is None else viewed(whole, shape)
    memory[...] = out.val
    out.val = memory


def at_least(n):
    """torch.atleast_1d, 2d, 3d."""

    def widen(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
            tensors = tensors[0]
            need_tensors(tensors)
            return tuple(one(t) for t in tensors)
        need_tensors(tensors)
        return one(tensors[0]) if len(tensors) == 1 else tuple(one(t) for t in tensors)

    def one(t):
        k = t.dim()
        if k >= n:
            return t
        if k == 0:
            return t.reshape((1,) * n)
        if k == 1:
            return t.unsqueeze(0) if n == 2 else t.unsqueeze(0).unsqueeze(2)
        return t.unsqueeze(2)

    widen.__doc__ = f"The Tensors with at least {n} dimension{'s' if n > 1 else ''}."
    return operation(name=f"atleast_{n}d", method=False)(widen)


atleast_1d, atleast_2d, atleast_3d = map(at_least, (1, 2, 3))


@operation(method=False)
def hstack(tensors):
    """Tensors joined along the second dimension (1-d ones along their only one)."""
    if alike(tensors, False):
        return cat(tensors, 0 if tensors[0].val.ndim == 1 else 1)
    ts = atleast_1d(tuple(several("hstack", tensors)))
    return cat(list(ts), 0 if ts[0].dim() == 1 else 1)


@operation(method=False, aliases=("row_stack",))
def vstack(tensors):
    """Tensors joined along the first dimension, vectors as rows."""
    if alike(tensors, False) and tensors[0].val.ndim > 1:
        return cat(tensors, 0)
    return cat(list(atleast_2d(tuple(several("vstack", tensors)))), 0)


@operation(method=False)
def dstack(tensors):
    """Tensors joined along the third dimension."""
    return cat(list(atleast_3d(tuple(several("dstack", tensors)))), 2)


@operation(method=False)
def column_stack(tensors):
    """Tensors joined along the second dimension, vectors as columns."""
    ts = several("column_stack", tensors)
    refuse_mapped("column_stack", *ts)
    return cat([t.reshape(t.numel(), 1) if t.dim() < 2 else t for t in ts], 1)


@operation("BlockDiagBackward0", method=False)
def block_diag(*tensors):
    """The matrix with the given matrices on its diagonal, zero elsewhere."""
    need_tensors(tensors)
    for at, t in enumerate(tensors):
        if t.dim() > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {at} has {t.dim()} dimensions"
            )
    d = dtypes.result_dtype([(dtype_of(current(t)), 2 if t.dim() else 1) for t in tensors])
    ts = [cast(current(t), d) for t in atleast_2d(tuple(tensors))]
    rows, columns = sum(t.shape[0] for t in ts), sum(t.shape[1] for t in ts)
    out = P["full"](shape=(rows, columns), value=0, dtype=dtype_of(ts[0]))
    r = c = 0
    for t in ts:
        n, m = shape_of(t)
        out = P["put"](out, t, idx=(slice(r, r + n), slice(c, c + m)))
        r, c = r + n, c + m
    return in_c_order(out)


# ------------------------------------------------------------------------------------------------ apart
def between(dim, start, stop):
    """The index of what lies between two places of a dimension."""
    return (ALL,) * dim + (slice(start, stop),)


def part(t, dim, start, stop):
    return core_view(t, P["getitem"], idx=between(dim, start, stop))


def sliced(t, dim, start, stop):
    """t[start:stop] along a dimension."""
    out = part(t, dim, start, stop)
    return out if out.mark is None else renamed(out, "SliceBackward0")


def apart(t, indices, name):
    """Views of t by basic indices, as the results of one operation."""
    views = tuple(views_at(t, indices, "several"))
    return views if t.mark is None else grouped(views, name, (t.mark,))


@functools.lru_cache
def evenly(shape, dim, length, count):
    """The indices of pieces of one length, or of at most `count` pieces, along a dimension of a shape; None if torch says something of them."""
    if (
        not -len(shape) <= dim < len(shape)
        or not 0 < (count if length is None else length) <= LONG[1]
        or not shape[dim]
    ):
        return None
    dim, n = dim % len(shape), shape[dim]
    k = -(-n // count) if length is None else length
    return [between(dim, s, min(s + k, n)) for s in range(0, n, k)]


def pieces(t, dim, lengths, name):
    """Views of the given lengths along a dimension, one after another."""
    edges = [0, *itertools.accumulate(lengths)]
    return apart(t, [between(dim, a, b) for a, b in zip(edges, edges[1:])], name)


@operation()
def split_with_sizes(input, split_sizes, dim=0):
    """Views of the given lengths along a dimension."""
    t = current(input)
    if not shape_of(t):
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    given, dim = dim, wrapped(dim, len(shape_of(t)))
    n, lengths = shape_of(t)[dim], [integer(+k if at else k) for at, k in enumerate(split_sizes)]
    if sum(lengths) != n or min(lengths, default=0) < 0:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at dimension "
            f"{given}), but got "
            f"split_sizes={lengths}"
        )
    return pieces(t, dim, lengths, "SplitWithSizesBackward0")


def split_of(tensor, split_size, dim=0):
    if isinstance(split_size, (tuple, list)):
        return split_with_sizes(tensor, split_size, dim)
    if type(split_size) is type(dim) is int:
        t = current(tensor)
        places = evenly(tuple(shape_of(t)), dim, split_size, None)
        if places is not None:
            return apart(t, places, "SplitBackward0")
    if isinstance(split_size, Tensor) and split_size.numel() == 1:
        split_size = int(split_size)
    if not isinstance(split_size, int):
        raise TypeError(
            "split_with_sizes(): argument 'split_sizes' (position 2) must be tuple of ints, not "
            f"{type_name(split_size)}"
        )
    t = current(tensor)
    if not shape_of(t):
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    k = integer(split_size)
    if not 0 <= k <= LONG[1]:
        need_long(k)
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={k}")
    dim = wrapped(dim, len(shape_of(t)))
    n = shape_of(t)[dim]
    if n and not k:
        raise RuntimeError(f"split_size can only be 0 if dimension size is 0, but got dimension size of {n}")
    return apart(t, [between(dim, s, min(s + k, n)) for s in (range(0, n, k) if n else (0,))], "SplitBackward0")


@operation(method=False)
def split(tensor, split_size_or_sections, dim=0):
    """Views of one length along a dimension (the last may be shorter), or of the given lengths."""
    return split_of(tensor, split_size_or_sections, dim)


split_of.__qualname__ = "Tensor.split"  # (the method, whose second argument has another name)
operation(name="split", function=False)(split_of)


MOST = LONG[1] >> 3  # (Tensors that a vector of C++ may hold)


@operation()
def chunk(input, chunks, dim=0):
    """At most `chunks` views of one length along a dimension, the last perhaps shorter."""
    if type(chunks) is type(dim) is int:
        t = current(input)
        places = evenly(tuple(shape_of(t)), dim, None, chunks)
        if places is not None:
            return apart(t, places, "SplitBackward0")
    chunks = integer(chunks)
    need_long(chunks)
    if not input.dim():
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = input.size(dim)
    if n == 0:
        return split_with_sizes(input, [0] * chunks, dim)
    return split_of(input, -(-n // chunks), dim)


@operation()
def unbind(input, dim=0):
    """The slices along a dimension, as views without it."""
    t = current(input)
    shape = shape_of(t)
    if not shape:
        wrapped(dim, 0)
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = wrapped(dim, len(shape))
    lead = (ALL,) * dim
    return apart(t, [(*lead, i, Ellipsis) for i in range(shape[dim])], "UnbindBackward0")


@operation()
def tensor_split(input, indices_or_sections, dim=0):
    """Views along a dimension: so many of nearly one length, or cut at the given places."""
    t = current(input)
    if not shape_of(t):
        raise RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    given = indices_or_sections
    if isinstance(given, Tensor):
        refuse_mapped("tensor_split.tensor_indices_or_sections", input, given)
        kind = dtype_of(current(given))
        if kind != INT64:
            raise RuntimeError(
                f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {spoken(kind)}"
            )
        if given.dim() > 1:
            raise RuntimeError(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a "
                f"tensor with {given.dim()} dims"
            )
        given = given.tolist()
    dim = wrapped(dim, len(shape_of(t)))
    n = shape_of(t)[dim]
    if isinstance(given, (int, np.integer)):
        if given <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {given}")
        if given > MOST:
            raise RuntimeError("cannot create std::vector larger than max_size()")
        short, longer = divmod(n, given)
        cuts = np.cumsum([short + (i < longer) for i in range(given)])[:-1].tolist()
    else:
        cuts = list(given)
    edges = [0, *cuts, n]
    return tuple([sliced(t, dim, a, b) for a, b in zip(edges, edges[1:])])


def cut_along(name, dim_of, least):
    def cut(input, indices_or_sections, *more):
        if more and isinstance(indices_or_sections, (int, np.integer)):  # (places to cut at, one by one)
            indices_or_sections = (indices_or_sections, *more)
        n = input.dim()
        if n < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {n} dimensions!"
            )
        dim = dim_of(n)
        count = indices_or_sections
        if isinstance(count, (int, np.integer)) and (count == 0 or input.shape[dim] % count):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the dimension "
                f"{input.shape[dim]} is "
                f"not divisible by the split_size {indices_or_sections}!"
            )
        return tensor_split(input, indices_or_sections, dim)

    cut.__doc__ = "The Tensor cut along one dimension into views."
    operation(name=name)(cut)


cut_along("hsplit", lambda n: 0 if n == 1 else 1, 1)
cut_along("vsplit", lambda n: 0, 2)
cut_along("dsplit", lambda n: 2, 3)


# ------------------------------------------------------------------------------------------------ one piece
@operation()
def narrow(input, dim, start, length):
    """`length` slices along a dimension from `start` on, as a view."""
    t = current(input)
    shape = shape_of(t)
    if not shape:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, Tensor) and (start.dim() or start.dtype.numpy.kind not in "iu"):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    if isinstance(start, Tensor):
        start = int(concrete(current(start), "narrow"))
    length = integer(length)
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    dim, start = wrapped(dim, len(shape)), integer(start)
    n = shape[dim]
    if not -n <= start <= n:
        raise IndexError(f"start out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start += n if start < 0 else 0
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return sliced(t, dim, start, start + length)


@operation()
def select(input, dim, index):
    """One slice along a dimension, as a view without it."""
    t = current(input)
    shape = shape_of(t)
    if not shape:
        from .levels import mapped

        wrapped(int(mapped(t)), int(mapped(t)))  # (of samples torch looks at how they lie)
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim, index = wrapped(dim, len(shape)), integer(index)
    if not -shape[dim] <= index < shape[dim]:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(shape)} at dimension {dim}")
    return renamed(core_view(t, P["getitem"], idx=(*(ALL,) * dim, index, Ellipsis)), "SelectBackward0")


def with_strides_of(out, t):
    """A result over memory of its own with the strides of a Tensor of its shape, gaps and all; in C order where that one repeats elements."""
    if t.owner is TAPE and out.owner is TAPE and out.val.strides != t.val.strides:
        step = t.val.itemsize
        steps = [s // step for s in t.val.strides]
        if repeats(t.val.shape, tuple(steps)):
            return in_c_order(out)
        low, high = reach(t.val.shape, steps)
        memory = np.empty(high - low + 1, out.val.dtype)
        lying = np.ndarray(t.val.shape, memory.dtype, memory, -low * step, t.val.strides)
        lying[...] = out.val
        out.val = lying
    return noted(out)


def scattered(name, shown, place):
    """torch.select_scatter and its kin: a copy with something put in."""

    def scatter(input, src, *where, **named):
        t, s = current(input), current(src)
        if name == "select_scatter":
            input.detach().select(*where, **named)  # (which refuses what is out of range)
        idx = place(shape_of(t), *where, **named)
        part = np.broadcast_to(0, shape_of(t))[idx].shape
        if shape_of(s) != part:
            raise RuntimeError(
                f"expected src to have a size equal to the slice of self. src size = {list(shape_of(s))}, slice size = {list(part)}"
            )
        return with_strides_of(P["put"](t, cast(s, dtype_of(t)), idx=idx), t)

    scatter.__doc__ = "A copy of the input in which a part is replaced."
    return operation(shown, name=name)(scatter)


def slice_place(shape, dim=0, start=None, end=None, step=1):
    if not shape:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    if step < 1:
        raise RuntimeError("slice step must be positive")
    return (ALL,) * wrapped(dim, len(shape)) + (slice(start, end, step),)


scattered(
    "select_scatter", "SelectScatterBackward0", lambda shape, dim, index: (ALL,) * wrapped(dim, len(shape)) + (index,)
)
scattered("slice_scatter", "SliceScatterBackward0", slice_place)
