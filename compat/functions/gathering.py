"""Elements by their index: index_select, gather, scatter, take, masks, nonzero, and their in-place twins.

Invariant: an index is checked before anything is written, and means what it means in torch: gather and scatter take no
negative ones.
"""

import math

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..tensor import Tensor, contiguous_strides, current, wrapped
from .choosing import check_mask, fill_value
from .indexing import Index, along, write_arrays
from .operands import (
    C_INTEGERS,
    INT64,
    P,
    broadcast_shapes,
    broadcast_to,
    cast,
    dtype_of,
    in_c_order,
    new,
    number,
    shape_of,
)
from .register import FUNCTIONS, named, operation, spoken, twin, written
from .results import C_NAMES
from .shape import expanded

INTEGERS = (np.dtype(np.int64), np.dtype(np.int32))


def known(index):
    """The values of an index, or None where they are not known yet."""
    return index.val if index.owner is TAPE else None


# ------------------------------------------------------------------------------------------------ along one dimension
def wrong_rank(name, i):
    """torch's error for an index of several dimensions."""
    n = len(shape_of(i))
    if name == "index_fill":
        return RuntimeError("Index has to be a vector/scalar")
    if name == "index_copy":
        return IndexError(f"index_copy_(): Index should have dimension 1 or 0 (got {n})")
    text = "Index is supposed to be a vector"
    if name == "index_select":
        return IndexError(f"index_select(): {text}")
    return IndexError(
        f"{name}_(): {text}, but got dim: {n} with type: {spoken(dtype_of(i))} and size: {list(shape_of(i))}"
    )


def outside(name, n, dim, many):
    """What makes torch's error for an index that is out of range, from its values."""

    def error(v):
        bad = v[(v < 0) | (v >= n)].flat[0]
        text = f"index {bad} is out of bounds for dimension {dim} with size {n}"
        if name == "index_add":
            return RuntimeError(text) if many else IndexError("index out of range in self")
        return IndexError(text if name == "index_fill" else f"{name}_(): {text}")

    return error


def vector_index(name, index, n, error):
    """The index of index_select and its kin: a vector (or 0-d) of integers within a dimension of length n."""
    i = current(index)
    if len(shape_of(i)) > 1:
        raise wrong_rank(name, i)
    if name in ("index_copy", "index_fill") and dtype_of(i) != np.int64:
        if name == "index_fill":
            raise IndexError("index_fill_(): Expected dtype int64 for index.")
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {spoken(dtype_of(i))}")
    if dtype_of(i) not in INTEGERS:
        if name == "index_select":
            raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
        raise RuntimeError(f"{name}_(): Expected dtype int32/int64 for index but got: {spoken(dtype_of(i))}")
    v = known(i)
    if v is not None and v.size and (v.min() < 0 or v.max() >= n):
        raise error(v)
    return P["reshape"](i, shape=(1,)) if not shape_of(i) else i


def in_front(t, dim):
    """(t with a dimension in front, the permutation that puts it back)."""
    n = len(shape_of(t))
    if dim == 0:
        return t, None
    return P["transpose"](t, perm=(dim, *[k for k in range(n) if k != dim])), (
        *range(1, dim + 1),
        0,
        *range(dim + 1, n),
    )


def back(t, perm):
    return t if perm is None else P["transpose"](t, perm=perm)


def one_dim(t, dim):
    """(t with at least one dimension, dim counted from the front)."""
    shape = shape_of(t)
    return (t, wrapped(dim, len(shape))) if shape else (P["reshape"](t, shape=(1,)), wrapped(dim, 1))


@operation("IndexSelectBackward0")
def index_select(input, dim, index):
    """The slices along a dimension that a vector of integers names.

    >>> import compat as torch
    >>> torch.arange(3).index_select(0, torch.tensor([2, 0]))
    tensor([2, 0])
    """
    t, dim = one_dim(current(input), dim)
    i = vector_index("index_select", index, shape_of(t)[dim], lambda v: IndexError("index out of range in self"))
    x, perm = in_front(t, dim)
    out = in_c_order(back(P["gather"](x, i), perm))
    return out if input.dim() else P["reshape"](out, shape=())


def indexed(name, shown, body):
    """torch.<name>(input, dim, index, value...) over slices along a dimension, and its in-place twin."""

    def function(input, dim, index, value, **options):
        t, dim = one_dim(current(input), dim)
        n = shape_of(t)[dim]
        i = vector_index(name, index, n, outside(name, n, dim, len(shape_of(t)) > 1))
        x, perm = in_front(t, dim)
        out = back(body(x, i, value, dim, perm, **options), perm)
        return out if input.dim() else P["reshape"](out, shape=())

    return function


def slices_of(source, x, i, dim, name):
    """The source of index_add and index_copy, with the dimension in front; RuntimeError if it does not fit."""
    s, _ = one_dim(current(source), dim) if source.dim() else (P["reshape"](current(source), shape=(1,)), 0)
    if dtype_of(s) != dtype_of(x):
        a, b = spoken(dtype_of(x)), spoken(dtype_of(s))
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {a} and (source) {b}"
            if name == "index_copy"
            else f"{name}_(): self ({a}) and source ({b}) must have the same scalar type"
        )
    if not source.dim() and shape_of(i)[0] != 1:
        raise IndexError(
            f"index_copy_(): When source is scalar, index should have one element (got {shape_of(i)[0]})"
            if name == "index_copy"
            else "Dimension specified as 0 but tensor has no dimensions"
        )
    if shape_of(s)[dim] != shape_of(i)[0]:
        raise RuntimeError(
            f"{name}_(): Number of indices ({shape_of(i)[0]}) should be equal to source.size(dim): "
            f"({shape_of(s)[dim]}), for dim: {dim}"
        )
    return in_front(s, dim)[0]


def add_slices(x, i, source, dim, perm, alpha=1):
    s = slices_of(source, x, i, dim, "index_add")
    if shape_of(s)[1:] != shape_of(x)[1:]:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{list(back_shape(x, perm))} source.shape = {list(source.shape)}"
        )
    return P["scatter_add"](x, s if alpha == 1 else P["mul"](s, alpha), i)


def copy_slices(x, i, source, dim, perm):
    n, m = source.dim(), len(shape_of(x))
    if n and n != m:
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality "
            f"({n}), destination dimensionality ({m})"
        )
    s = slices_of(source, x, i, dim, "index_copy")
    return P["scatter_set"](x, s, i)


def back_shape(x, perm):
    """The shape that x had before a dimension was brought to the front."""
    shape = shape_of(x)
    return shape if perm is None else tuple([shape[perm.index(d)] for d in range(len(shape))])


def fill_slices(x, i, value, dim, perm):
    return P["scatter_set"](x, fill_value(x, value, "index_fill_"), i)


_add = indexed("index_add", "IndexAddBackward0", add_slices)
_copy = indexed("index_copy", "IndexCopyBackward0", copy_slices)
_fill = indexed("index_fill", None, fill_slices)


@operation("IndexAddBackward0")
def index_add(input, dim, index, source, *, alpha=1):
    """The input with alpha * source added to the slices that the index names; repeated ones add up."""
    return _add(input, dim, index, source, alpha=alpha)


@operation("IndexCopyBackward0")
def index_copy(input, dim, index, source):
    """The input with the slices that the index names replaced by those of source."""
    return _copy(input, dim, index, source)


@operation()
def index_fill(input, dim, index, value):
    """The input with the slices that the index names filled with a value."""
    shown = ("IndexFillBackward1", (input, value)) if isinstance(value, Tensor) else ("IndexFillBackward0", (input,))
    return named(_fill(input, dim, index, value), *shown)


twin("index_add", "IndexAddBackward0", index_add)
twin("index_copy", "IndexCopyBackward0", index_copy)
twin("index_fill", "IndexFillBackward0", index_fill)


# ------------------------------------------------------------------------------------------------ gather and scatter
def element_index(name, t, dim, index, source=None):
    """The index of gather and scatter, checked as torch checks it."""
    i = current(index)
    shape, own = shape_of(t), shape_of(i)
    if 0 in own:
        return cast(i, INT64)
    if dtype_of(i) not in INTEGERS:
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index")
    if max(len(own), 1) != max(len(shape), 1):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as {'input' if name == 'gather' else 'self'} tensor"
        )
    if name == "gather":
        for k, (n, m) in enumerate(zip(own, shape)):
            if k != dim and n > m:
                raise RuntimeError(
                    f"Size does not match at dimension {k} expected index {list(own)} to be no larger than self "
                    f"{list(shape)} "
                    f"apart from dimension {dim}"
                )
    else:
        given = shape_of(source) if isinstance(source, Handle) else None
        small = all(n <= m for k, (n, m) in enumerate(zip(own, shape)) if k != dim)
        if given is not None and not (small and all(n <= m for n, m in zip(own, given))):
            raise RuntimeError(
                f"Expected index {list(own)} to be no larger than self {list(shape)} apart from dimension {dim} "
                "and to be no "
                f"larger size than src {list(given)}"
            )
        if given is None and not small:
            raise RuntimeError(
                f"Expected index {list(own)} to be no larger than self {list(shape)} apart from dimension {dim}"
            )
    v = known(i)
    size = shape[dim] if shape else 1
    if v is not None and (v.min() < 0 or v.max() >= size):
        bad = v[(v < 0) | (v >= size)].flat[0]
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")
    return i


@operation("GatherBackward0")
def gather(input, dim, index, *, sparse_grad=False):
    """out[i][j] = input[index[i][j]][j] for dim=0, and so on: one element for each of the index."""
    t, dim = one_dim(current(input), dim)
    i = element_index("gather", t, dim, index)
    if not shape_of(i):
        return P["reshape"](along(t, P["reshape"](i, shape=(1,)), 0), shape=())
    return along(t, i, dim)


def grid_of(i, dim):
    """Index arrays for all dimensions: i along dim, its own position along the others."""
    grid = list(np.ogrid[tuple([slice(k) for k in shape_of(i)])])
    grid[dim] = i
    return grid


def scatter_with(name, prim, input, dim, index, src):
    t, dim = one_dim(current(input), dim)
    source = current(src) if isinstance(src, Tensor) else src
    if isinstance(source, Handle) and dtype_of(source) != dtype_of(t) and dtype_of(current(index)) in INTEGERS:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    i = element_index("scatter", t, dim, index, source)
    if 0 in shape_of(i):
        return P["copy"](current(input), current(input))
    if isinstance(source, Handle):
        source = trimmed_to(source if shape_of(source) else P["reshape"](source, shape=(1,)), shape_of(i) or (1,))
    else:
        source = dtype_of(t).type(number(source, dtype_of(t)))
    i = i if shape_of(i) else P["reshape"](i, shape=(1,))
    out = P[prim](t, source, *grid_of(i, dim))
    return out if input.dim() else P["reshape"](out, shape=())


def trimmed_to(source, shape):
    """The part of a source that an index of this shape reads."""
    return source if shape_of(source) == shape else P["getitem"](source, idx=tuple([slice(k) for k in shape]))


@operation()
def scatter(input, dim, index, src=None, value=None, *, reduce=None):
    """The input with src (a Tensor or a number) written where the index says; reduce: "add" or "multiply" instead."""
    src = value if src is None else src
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        return scatter_with(
            "scatter", {"add": "scatter_add", "multiply": "scatter_mul"}[reduce], input, dim, index, src
        )
    out = scatter_with("scatter", "scatter_set", input, dim, index, src)
    return named(out, "ScatterBackward0" if isinstance(src, Tensor) else "ScatterBackward1", (input, src))


@operation("ScatterAddBackward0")
def scatter_add(input, dim, index, src):
    """The input with src added where the index says; repeated places add up."""
    return scatter_with("scatter_add", "scatter_add", input, dim, index, src)


@operation("ScatterReduceBackward0")
def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """The input reduced with src where the index says: "sum", "prod", "mean", "amax" or "amin"."""
    prims = {
        "sum": "scatter_add",
        "prod": "scatter_mul",
        "mean": "scatter_add",
        "amax": "scatter_max",
        "amin": "scatter_min",
    }
    if reduce not in prims:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    x = input
    if not include_self:
        d = dtype_of(current(input))
        low = -np.inf if d.kind in "fc" else 0 if d.kind == "b" else np.iinfo(d).min
        high = np.inf if d.kind in "fc" else 1 if d.kind == "b" else np.iinfo(d).max
        x = scatter(input, dim, index, {"sum": 0, "mean": 0, "prod": 1, "amax": low, "amin": high}[reduce])
    out = scatter_with("scatter_reduce", prims[reduce], x, dim, index, src)
    if reduce == "mean":
        ones = FUNCTIONS["ones_like"](src)
        start = FUNCTIONS["ones_like"](input) if include_self else scatter(FUNCTIONS["ones_like"](input), dim, index, 0)
        counts = scatter_with("scatter_reduce", "scatter_add", start, dim, index, ones)
        whole = dtype_of(current(out)).kind not in "fc"
        counts = FUNCTIONS["where"](counts == 0, 1, counts)
        out = FUNCTIONS["div"](out, counts, rounding_mode="floor" if whole else None)
    return out


twin("scatter", lambda dim, index, src=None, **named: f"ScatterBackward{int(not isinstance(src, Tensor))}", scatter)
twin("scatter_add", "ScatterAddBackward0", scatter_add)
twin("scatter_reduce", "ScatterReduceBackward0", scatter_reduce)


@operation()
def take_along_dim(input, indices, dim=None):
    """gather, with input and indices broadcast; without dim, in the flattened input."""
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    i = current(indices)
    if dtype_of(i) not in INTEGERS:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {spoken(dtype_of(i))}")
    t = current(input)
    dim = wrapped(dim, len(shape_of(t)))
    if len(shape_of(i)) != len(shape_of(t)):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(shape_of(t))} dimensions for input, and {len(shape_of(i))} dimensions for indices"
        )
    shared = broadcast_shapes(*[s[:dim] + (1,) + s[dim + 1 :] for s in (shape_of(t), shape_of(i))])
    wide = [shared[:dim] + (shape_of(x)[dim],) + shared[dim + 1 :] for x in (t, i)]
    return gather(expanded(t, wide[0]), dim, broadcast_to(i, wide[1]))


@operation("TakeBackward0")
def take(input, index):
    """The elements of the flattened input at an index, in its shape."""
    t, i = current(input), current(index)
    if dtype_of(i) != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {spoken(dtype_of(i))}")
    n = input.numel()
    v = known(i)
    if v is not None and v.size and (v.max() >= n or v.min() < -n):
        raise IndexError(
            f"out of range: tried to access index {v[(v >= n) | (v < -n)].flat[0]} on a tensor of {n} elements."
        )
    return P["gather"](P["reshape"](t, shape=(n,)), i)


@operation("PutBackward0")
def put(input, index, source, accumulate=False):
    """The input with source written at an index into its flattened elements."""
    t, i, s = current(input), current(index), current(source)
    if dtype_of(i) != np.int64:
        raise RuntimeError(f"put_(): Expected a long tensor for index, but got {spoken(dtype_of(i))}")
    if dtype_of(s) != dtype_of(t):
        raise RuntimeError(
            f"put_(): self and source expected to have the same dtype, but got self.dtype = {spoken(dtype_of(t))} and "
            f"source.dtype = {spoken(dtype_of(s))}"
        )
    if source.numel() != index.numel():
        raise RuntimeError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    if not input.numel() and index.numel():
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    flat = P["reshape"](t, shape=(input.numel(),))
    s = P["reshape"](s, shape=shape_of(i))
    return P["reshape"](P["scatter_add" if accumulate else "scatter_set"](flat, s, i), shape=shape_of(t))


twin("put", "PutBackward0", put)


# ------------------------------------------------------------------------------------------------ index_put
def index_put_(self, indices, values, accumulate=False):
    """self[indices] = values, or += with accumulate, where repeated places add up."""
    index = Index(shape_of(current(self)), tuple(indices))
    if len(indices) == 1 and values.numel() == 1 and not accumulate and indices[0].dtype.name == "bool":
        d = dtype_of(current(self))  # (which torch makes a masked_fill)
        if dtype_of(current(values)).kind == "c" and d.kind not in "bc":
            raise RuntimeError(
                f"value cannot be converted to type {C_INTEGERS.get(d.name, C_NAMES[dtypes.name_of(d)])} without overflow"
            )
        values = values.to(self.dtype)
    before, mark = self.mark, getattr(values, "mark", None)
    x = index.view(self)
    write_arrays(x, index, current(values), "scatter_add" if accumulate else "scatter_set")
    return written(self, "IndexPutBackward0", before, (mark,), True)


operation(name="index_put_", function=False)(index_put_)


@operation("IndexPutBackward0")
def index_put(input, indices, values, accumulate=False):
    """The input with values written (or added) at the indices."""
    out = FUNCTIONS["clone"](input)
    return index_put_(out, indices, values, accumulate)


# ------------------------------------------------------------------------------------------------ masks
def positions(mask, what):
    """The indices at which a mask or any Tensor is not zero."""
    return np.nonzero(np.asarray(concrete(current(mask), what)))


@operation()
def nonzero(input, *, as_tuple=False):
    """The indices of the elements that are not zero: one a row, or, as_tuple, one Tensor a dimension."""
    v = np.asarray(concrete(current(input), "nonzero"))
    found = np.nonzero(v.reshape(1) if v.ndim == 0 else v)
    if as_tuple:
        return tuple([new(np.ascontiguousarray(a)) for a in found])
    if v.ndim == 0:
        return new(np.zeros((len(found[0]), 0), np.int64))
    return new(np.stack(found).T)  # (torch's columns lie together)


@operation()
def argwhere(input):
    """The indices of the elements that are not zero, one a row."""
    return nonzero(input)


@operation("MaskedSelectBackward0")
def masked_select(input, mask):
    """The elements where a mask holds, in order."""
    t, m = current(input), current(mask)
    if dtype_of(m).kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes(shape_of(m), shape_of(t))
    t, m = broadcast_to(t, shape), broadcast_to(m, shape)
    if not shape:
        t, m = P["reshape"](t, shape=(1,)), P["reshape"](m, shape=(1,))
    return P["gather"](t, *positions(m, "masked_select"))


@operation("MaskedScatterBackward0")
def masked_scatter(input, mask, source):
    """The input with the elements where a mask holds replaced by those of source, in order."""
    t, m = current(input), current(mask)
    check_mask(m, "masked_scatter")
    if dtype_of(current(source)) != dtype_of(t):
        a, b = spoken(dtype_of(t)), spoken(dtype_of(current(source)))
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{a} and {b}")
    shape = broadcast_shapes(shape_of(t), shape_of(m))
    if m.owner is not TAPE:
        return masked_in_order(t, m, source, shape)
    found = positions(broadcast_to(m, shape), "masked_scatter")
    count = len(found[0])
    if source.numel() < count:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same number of elements, and the mask holds "
            f"{count} times, but "
            f"source has {source.numel()} elements"
        )
    flat = P["reshape"](current(source), shape=(source.numel(),))
    values = P["getitem"](flat, idx=(slice(count),))
    return P["scatter_set"](broadcast_to(t, shape), cast(values, dtype_of(t)), *found)


def masked_in_order(t, m, source, shape):
    """masked_scatter of a mask that is not known: the running count of the mask says which element of source comes."""
    m = broadcast_to(m, shape)
    flat = P["reshape"](m, shape=(math.prod(shape),))
    number = P["sub"](P["cumsum"](cast(flat, INT64), axis=0, reverse=False), 1)
    number = P["clamp"](number, 0, source.numel() - 1, kink="torch")
    values = FUNCTIONS["take"](source, P["reshape"](number, shape=shape))
    return P["where"](m, cast(current(values), dtype_of(t)), broadcast_to(t, shape))


twin("masked_scatter", "MaskedScatterBackward0", masked_scatter)


@operation(method=False)
def unravel_index(indices, shape):
    """The coordinates of positions in a flattened Tensor of a shape."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    t = current(indices)
    if t.owner is TAPE:
        return tuple([new(np.asarray(a)) for a in np.unravel_index(t.val, shape)])
    steps = contiguous_strides(shape)
    return tuple([P["remainder"](P["floor_divide"](t, step), k) for step, k in zip(steps, shape)])
