"""Elements by their index: index_select, gather, scatter, take, and their in-place twins.

Invariant: an index is checked before anything is written, and means what it means in torch: gather and scatter take no
negative ones.
"""

import functools
import math
from functools import partial

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.trace import TAPE
from funcgrad.ops.picked import starts

from .. import dtypes
from ..formats import base_of, offset_in
from ..method_arguments import wrapped
from ..payload import contiguous_strides, current, strides_of
from ..tensor import Tensor
from .choosing import fill_value
from .each_call import need_places
from .forward_mode import refuse_tangents
from .index_entries import Index
from .indexing import along, write_arrays
from .nodes import named
from .operands import (
    C_INTEGERS,
    INT64,
    P,
    broadcast_shapes,
    broadcast_to,
    cast,
    dtype_of,
    fitting,
    in_c_order,
    laid_like,
    name_places,
    new,
    shape_of,
)
from .out_rules import C_NAMES
from .quick_places import (
    grid_of,
    places_of_elements,
    places_of_slices,
    plain_places,
    put_elements,
    put_slices,
    quick_write,
)
from .quick_roads import quick_call
from .refusals import refuse
from .register import FUNCTIONS, operation, twin
from .shape import check_reach
from .stretching import expanded
from .writing import spoken, written

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


def need_integers(name, i):
    """Refuse an index of another dtype than the function takes."""
    d = dtype_of(i)
    if name in ("index_copy", "index_fill") and d != np.int64:
        if name == "index_fill":
            raise IndexError("index_fill_(): Expected dtype int64 for index.")
        raise RuntimeError(f"index_copy_(): Expected a long tensor for index, but got {spoken(d)}")
    if d not in INTEGERS:
        if name == "index_select":
            raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
        raise RuntimeError(f"{name}_(): Expected dtype int32/int64 for index but got: {spoken(d)}")


def vector_index(name, index, n, error):
    """The index of index_select and its kin: a vector (or 0-d) of integers within a dimension of length n."""
    i = current(index)
    if len(shape_of(i)) > 1:
        raise wrong_rank(name, i)
    need_integers(name, i)
    v = known(i)
    if v is None:
        need_places(i, n)
    elif not name_places(v, n):
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


def outside_of_select(v, shape, dim):
    """The error of index_select for an index of which some are out of range: the second dimension is read by a kernel of its own."""
    if len(shape) == 1 or 0 not in shape and dim != 1:
        return IndexError("index out of range in self")
    if not shape[dim]:
        return RuntimeError("index_select(): self indexing axis dim should be positive")
    bad = v[(v < 0) | (v >= shape[dim])].flat[0]
    return RuntimeError(f"INDICES element is out of DATA bounds, id={bad} axis_dim={shape[dim]}")


@operation("IndexSelectBackward0")
def index_select(input, dim, index):
    """The slices along a dimension that a vector of integers names.

    >>> import compat as torch
    >>> torch.arange(3).index_select(0, torch.tensor([2, 0]))
    tensor([2, 0])
    """
    t, dim = one_dim(current(input), dim)
    i = vector_index("index_select", index, shape_of(t)[dim], lambda v: outside_of_select(v, shape_of(t), dim))
    x, perm = in_front(t, dim)
    out = in_c_order(back(P["gather"](x, i), perm))
    return out if input.dim() else P["reshape"](out, shape=())


def indexed(name, checked, body, lay=in_c_order):
    """torch.<name>(input, dim, index, value...) over slices along a dimension, and its in-place twin; `lay`: what lays the result out."""

    def function(input, dim, index, value, **options):
        if checked is not None:
            checked(input, dim, index, value)
        t, dim = one_dim(current(input), dim)
        n = shape_of(t)[dim]
        if not n or 0 in shape_of(t):
            if 0 in without(shape_of(t), dim) or name == "index_add" and len(shape_of(t)) > 1:
                return lay(P["copy"](t, t), t)  # (of no elements: nobody looks at the index)
            need_memory(name, t, dim, index.numel())
        i = vector_index(name, index, n, outside(name, n, dim, len(shape_of(t)) > 1))
        x, perm = in_front(t, dim)
        out = lay(back(body(x, i, value, dim, perm, **options), perm), t)
        return out if input.dim() else P["reshape"](out, shape=())

    return function


def without(shape, dim):
    """A shape without one of its dimensions."""
    return [*shape[:dim], *shape[dim + 1 :]]


def need_memory(name, t, dim, count):
    """torch's error for the memory of no elements, which index_fill and index_copy go through as if it had one slice for each index."""
    if t.owner is TAPE and name in ("index_fill", "index_copy"):
        size, stride = list(t.val.shape), list(strides_of(t.val))
        size[dim], stride[dim] = count, 0
        memory = base_of(t.val)
        check_reach(memory, size, stride, offset_in(t.val, memory))


def need_slices(name, input, dim, index, source):
    """torch's errors for a source whose slices do not fit the input's: of index_add and index_reduce."""
    t, i, s = current(input), current(index), current(source)
    own, given = list(shape_of(t)), list(shape_of(s))
    dim = wrapped(dim, len(own))
    if len(shape_of(i)) > 1:
        raise wrong_rank(name, i)
    need_integers(name, i)
    if dtype_of(s) != dtype_of(t):
        a, b = spoken(dtype_of(t)), spoken(dtype_of(s))
        raise RuntimeError(f"{name}_(): self ({a}) and source ({b}) must have the same scalar type")
    if dim and dim >= len(given):
        raise RuntimeError(f"{name}_(): Indexing dim {dim} is out of bounds of the source tensor with dim {len(given)}")
    count, n = index.numel(), given[dim] if given else 1
    if count != n:
        source.size(dim)
        raise RuntimeError(
            f"{name}_(): Number of indices ({count}) should be equal to source.size(dim): ({n}), for dim: {dim}"
        )
    if (without(own, dim) != without(given, dim)) if own and given else own != given:
        raise RuntimeError(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = "
            f"{own} source.shape = {given}"
        )


def need_copies(input, dim, index, source):
    """torch's errors for slices that index_copy cannot put in place of the input's."""
    t, i, s = current(input), current(index), current(source)
    own, given = shape_of(t), shape_of(s)
    dim = wrapped(dim, len(own))
    if len(shape_of(i)) > 1:
        raise wrong_rank("index_copy", i)
    count = index.numel()
    if not given and count != 1:
        raise IndexError(f"index_copy_(): When source is scalar, index should have one element (got {count})")
    if given and own and len(given) != len(own):
        raise IndexError(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality "
            f"({len(given)}), destination dimensionality ({len(own)})"
        )
    need_integers("index_copy", i)
    if dtype_of(s) != dtype_of(t):
        a, b = spoken(dtype_of(t)), spoken(dtype_of(s))
        raise RuntimeError(
            f"index_copy_(): self and source expected to have the same dtype, but got (self) {a} and (source) {b}"
        )
    one, two = (without(shape, dim) for shape in (own, given))
    if one != two:
        one, two = (" ".join(map(str, shape)) for shape in (one, two))
        raise RuntimeError(
            f"index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: {one} at dimension {dim} "
            f"and source slice shape: {two} at dimension 0."
        )
    if given and count != given[dim]:
        raise IndexError(
            f"index_copy_(): Number of indices ({count}) should be equal to source.size(dim) ({given[dim]})"
        )


def need_fill(input, dim, index, value):
    """torch's errors for what index_fill cannot fill with, and for its index."""
    if isinstance(value, Tensor) and value.dim():
        raise RuntimeError(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.dim()} dimension(s)."
        )
    need_integers("index_fill", current(index))
    if (value.is_complex() if isinstance(value, Tensor) else isinstance(value, complex)) and not input.is_complex():
        raise RuntimeError("index_fill_(): Converting complex Scalar to non-complex type is not supported")


def slices_of(source, dim):
    """The source of index_add and index_copy, with the dimension in front."""
    s, _ = one_dim(current(source), dim) if source.dim() else (P["reshape"](current(source), shape=(1,)), 0)
    return in_front(s, dim)[0]


def add_slices(x, i, source, dim, perm, alpha=1):
    s = slices_of(source, dim)
    if type(alpha) is int and dtype_of(x).kind == "u":
        alpha = np.int64(alpha).astype(dtype_of(x))  # (-1 is 255 of uint8, as in a kernel's C)
    scaled = s if alpha == 1 else cast(P["mul"](s, alpha), dtype_of(x))
    return P["scatter_add"](x, scaled, i)


def copy_slices(x, i, source, dim, perm):
    return P["scatter_set"](x, slices_of(source, dim), i)


def fill_slices(x, i, value, dim, perm):
    return P["scatter_set"](x, fill_value(x, value, "index_fill_"), i)


_add = indexed("index_add", partial(need_slices, "index_add"), add_slices)
_copy = indexed("index_copy", need_copies, copy_slices)
_fill = indexed("index_fill", need_fill, fill_slices, laid_like)


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
quick_write("index_add_", "scatter_add", places_of_slices, put_slices, "source")
quick_write("index_copy_", "scatter_set", places_of_slices, put_slices, "source")
quick_write("index_fill_", "scatter_set", places_of_slices, put_slices, "value")


# ------------------------------------------------------------------------------------------------ gather and scatter
def element_index(name, t, dim, index, source=None, refused=None):
    """The index of gather and scatter, checked as torch checks it. `refused`: what raises torch's error if it has no kernel, which
    comes before an index that is out of range."""
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
        if given is not None:
            for k, n in enumerate(own if small and given else ()):
                if n > given[wrapped(k, len(given))]:
                    break
            if max(len(given), 1) != max(len(own), 1):
                raise RuntimeError("Index tensor must have the same number of dimensions as src tensor")
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
    if refused is not None:
        refused()
    v = known(i)
    size = shape[dim] if shape else 1
    if v is None:
        need_places(i, size)
    elif not name_places(v, size):
        bad = v[(v < 0) | (v >= size)].flat[0]
        raise RuntimeError(f"index {bad} is out of bounds for dimension {dim} with size {size}")
    return i


@operation("GatherBackward0")
def gather(input, dim, index, *, sparse_grad=False):
    """out[i][j] = input[index[i][j]][j] for dim=0, and so on: one element for each of the index."""
    t, i = current(input), current(index)
    if sparse_grad is not False and sparse_grad is not True:
        raise TypeError("sparse_grad is a bool")
    if t.owner is i.owner is TAPE and type(dim) is int and i.val.dtype is INT64:  # the commonest
        n, k = t.val.ndim, i.val.ndim
        if n == k > 0 and -n <= dim < n and i.val.size:
            dim %= n
            same = [a == b for a, b in zip(t.val.shape, i.val.shape)]
            same[dim] = True
            if all(same) and name_places(i.val, t.val.shape[dim]):
                return in_c_order(P["take_along"](t, i, axis=dim))
    t, dim = one_dim(t, dim)
    i = element_index("gather", t, dim, index)
    if 0 in shape_of(i):
        from .._gate import beside  # (rarely needed, and it loads the custom rules)

        return beside(new(np.empty(shape_of(i), dtype_of(t))), t)
    if not shape_of(i):
        return P["reshape"](along(t, P["reshape"](i, shape=(1,)), 0), shape=())
    return in_c_order(along(t, i, dim))


@functools.lru_cache
def axis_of(n, dim):
    """{"axis": one of n axes}; IndexError if there is none such."""
    if not -n <= dim < n:
        raise IndexError
    return {"axis": dim % n}


def elements(v, k, axis):
    """The elements of an array that k numbers along an axis, one for each of the other places; ValueError where that is not plain."""
    shape, own = v.shape, k.shape
    if shape[:axis] != own[:axis] or shape[axis + 1 :] != own[axis + 1 :] or len(own) != len(shape) or not k.size:
        raise ValueError
    if k.dtype is not INT64 or not name_places(k, shape[axis]):
        raise ValueError
    if len(shape) == 1:
        return v.take(k)
    step = math.prod(shape[axis + 1 :])
    return v.reshape(-1).take(starts(shape, axis, True) + (k if step == 1 else k * step))


def slices(v, k):
    """The slices along the first axis that a vector of integers names; ValueError where it does not."""
    if k.dtype is not INT64 or k.ndim != 1 or not name_places(k, len(v)):
        raise ValueError
    return v.take(k, 0)


AN_INDEX = "type(dim) is int and isinstance(index, Face) and index.owner is TAPE and type(index.alias) is not Frozen"
UP_TO_DATE = "if index.alias is not None: fresh(index)", "k = index.val"
for _name, _prim, _steps in (
    ("gather", "take_along", ("params = axis_of(v.ndim, dim)", "out = elements(v, k, params['axis'])")),
    ("index_select", "gather", ("params = {}", "out = slices(v, k) if dim == 0 or dim == -v.ndim else None")),
):
    quick_call(
        _name, _prim, ("dim", "index"), AN_INDEX, (*UP_TO_DATE, *_steps),
        (f"{'Gather' if _name == 'gather' else 'IndexSelect'}Backward0",), "h", {"k": "index"},
        axis_of=axis_of, elements=elements, slices=slices,
    )  # fmt: skip


def scatter_with(name, prim, input, dim, index, src, refused=None):
    t, i = current(input), current(index)
    source = current(src) if isinstance(src, Tensor) else src
    if t.owner is i.owner is TAPE:  # the commonest
        number = type(source) is float or type(source) is int
        if number or isinstance(source, Handle) and dtype_of(source) == t.val.dtype:
            along = plain_places(t.val.shape, i.val, dim, None if number else shape_of(source))
            if along is not None:
                if refused is not None:
                    refused()
                if number:
                    source = t.val.dtype.type(fitting(source, t.val.dtype))
                else:
                    source = trimmed_to(source, i.val.shape)
                return P[prim](t, source, *grid_of(i, along))
    t, dim = one_dim(t, dim)
    if isinstance(source, Handle) and dtype_of(source) != dtype_of(t) and dtype_of(current(index)) in INTEGERS:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    i = element_index("scatter", t, dim, index, source, refused)
    if 0 in shape_of(i):
        return P["copy"](current(input), current(input))
    if isinstance(source, Handle):
        source = trimmed_to(source if shape_of(source) else P["reshape"](source, shape=(1,)), shape_of(i) or (1,))
    else:
        source = dtype_of(t).type(fitting(source, dtype_of(t)))
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
        refuse_tangents("aten::scatter", input, src)
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
    d = dtype_of(current(input))

    def refused():
        if reduce not in prims:
            raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
        if d.kind == "b" and reduce == "mean" or d.kind == "c" and reduce in ("amax", "amin"):
            refuse(f"scatter_gather_tensor_cpu_reduce_{reduce}", d)

    out = scatter_with("scatter_reduce", prims.get(reduce, "scatter_add"), input, dim, index, src, refused)
    if not index.numel():
        refused()
    if not include_self:
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
quick_write("scatter_", "scatter_set", places_of_elements, put_elements, "src", "value")
quick_write("scatter_add_", "scatter_add", places_of_elements, put_elements, "src")
twin("scatter_reduce", "ScatterReduceBackward0", scatter_reduce)


@operation()
def take_along_dim(input, indices, dim=None):
    """gather, with input and indices broadcast; without dim, in the flattened input."""
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    t, i = current(input), current(indices)
    if len(shape_of(i)) != len(shape_of(t)):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(shape_of(t))} dimensions for input, and {len(shape_of(i))} dimensions for indices"
        )
    if dtype_of(i) != np.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {spoken(dtype_of(i))}")
    dim = wrapped(dim, len(shape_of(t)))
    shared = broadcast_shapes(*[s[:dim] + (1,) + s[dim + 1 :] for s in (shape_of(t), shape_of(i))])
    wide = [shared[:dim] + (shape_of(x)[dim],) + shared[dim + 1 :] for x in (t, i)]
    n = shape_of(t)[dim]
    return gather(expanded(t, wide[0]), dim, broadcast_to(P["remainder"](i, n) if n else i, wide[1]))


@operation("TakeBackward0")
def take(input, index):
    """The elements of the flattened input at an index, in its shape."""
    t, i = current(input), current(index)
    if dtype_of(i) != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {spoken(dtype_of(i))}")
    n = input.numel()
    v = known(i)
    if not n and v is not None and v.size:
        raise IndexError("take(): tried to take from an empty tensor")
    if v is not None and not name_places(v, n) and v.size and (v.max() >= n or v.min() < -n):
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
        raise IndexError(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = "
            f"{source.numel()}, index.numel() = {index.numel()}"
        )
    if not input.numel() and index.numel():
        raise IndexError("put_(): Tried to put elements into an empty tensor")
    n = input.numel()
    places = known(i)
    if places is not None and places.size:
        bad = places[(places >= n) | (places < -n)]
        if bad.size:
            raise IndexError(f"out of range: tried to access index {int(bad.flat[0])} on a tensor of {n} elements.")
    flat = P["reshape"](t, shape=(n,))
    s = P["reshape"](s, shape=shape_of(i))
    return P["reshape"](P["scatter_add" if accumulate else "scatter_set"](flat, s, i), shape=shape_of(t))


twin("put", "PutBackward0", put)


# ------------------------------------------------------------------------------------------------ index_put
def need_indices(shape, indices):
    """torch's errors for masks of another shape than what they are of, and for more indices than dimensions."""
    used = 0
    for i in indices:
        mask = isinstance(i, Tensor) and i.dtype.name in ("bool", "uint8")
        for k in range(min(i.dim(), len(shape) - used) if mask else 0):
            if i.shape[k] != shape[wrapped(used + k, len(shape))]:
                raise IndexError(
                    f"The shape of the mask {list(i.shape)} at index {k} does not match the shape of the indexed tensor {list(shape)} "
                    f"at index {used + k}"
                )
        used += i.dim() if mask else 1
    if used > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {used})")


def index_put_(self, indices, values, accumulate=False):
    """self[indices] = values, or += with accumulate, where repeated places add up."""
    need_indices(shape_of(current(self)), indices)
    if indices and all([i is not None and not i.dim() and i.dtype.numpy.kind in "iu" for i in indices]):
        rest = tuple(self.shape)[len(indices) :]
        if tuple(
            np.broadcast_shapes(rest, *[tuple(values.shape)] * (values.dim() <= len(rest)))
        ) != rest or values.dim() > len(rest):
            raise RuntimeError(
                f"shape mismatch: value tensor of shape {list(values.shape)} cannot be broadcast to indexing result of shape "
                f"{list(rest)}"
            )
        indices = [i.reshape(1) for i in indices]
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
    write_arrays(x, index, current(values), "scatter_add" if accumulate else "scatter_set", trims=False)
    return written(self, "IndexPutBackward0", before, (mark,), True)


operation(name="index_put_", function=False)(index_put_)


@operation("IndexPutBackward0")
def index_put(input, indices, values, accumulate=False):
    """The input with values written (or added) at the indices."""
    out = FUNCTIONS["clone"](input)
    return index_put_(out, indices, values, accumulate)


@operation(method=False)
def unravel_index(indices, shape):
    """The coordinates of positions in a flattened Tensor of a shape."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    t = current(indices)
    if dtype_of(t).kind not in "iu":
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if any([k < 0 for k in shape]):
        raise ValueError(f"'shape' cannot have negative values, but got {shape}")
    if 0 in shape and 0 not in shape_of(t):
        raise RuntimeError("ZeroDivisionError")
    if not shape:
        return ()
    steps, sides = (new(np.array(v, np.int64)) for v in (contiguous_strides(shape), shape))
    places = P["remainder"](P["floor_divide"](cast(FUNCTIONS["unsqueeze"](t, -1), np.dtype(np.int64)), steps), sides)
    return FUNCTIONS["unbind"](places, -1)
