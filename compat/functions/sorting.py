"""Order: sort, argsort, topk, kthvalue, median, mode, quantile, searchsorted.

Invariant: values are the input's own elements at the indices returned beside them, so their derivative goes there;
equal elements keep their order, nan comes last.
"""

import math

import numpy as np

from funcgrad.core.state import shared, tls
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete
from funcgrad.ops.picked import starts

from .. import dtypes
from ..deprecations import once
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .extremes import in_place_of_rows, without
from .indexing import along
from .mapped_by_loop import on_values, through_maps
from .nodes import named
from .operands import INT64, P, cast, dtype_of, in_c_order, laid_like, new, number, rank, shape_of, with_ones
from .quick_roads import quick_call
from .refusals import need_dtype, refuse
from .register import FUNCTIONS, operation
from .return_types import BY_NAME as RETURN
from .three_operands import lerp
from .ties import LONGEST, as_torch_chooses, in_order, kth, top
from .untracked import FLOATS
from .writing import spoken


def order_of(t, dim, descending=False):
    """The indices that sort along a dimension, equal elements in their order, int64."""
    return cast(P["argsort"](t, axis=dim, stable=True, descending=descending), INT64)


def axis_of(t, dim):
    """(t with at least one dimension, the dimension counted from the front)."""
    shape = shape_of(t)
    return (t, wrapped(dim, len(shape))) if shape else (P["reshape"](t, shape=(1,)), wrapped(dim, 1))


def as_input(out, t):
    """A result as a 0-d Tensor where the input was one."""
    return out if shape_of(t) else P["reshape"](out, shape=())


def first_of(index, dim, start, stop):
    """index[start:stop] along a dimension, in memory of its own."""
    out = P["getitem"](index, idx=(slice(None),) * dim + (slice(start, stop),))
    return new(out.val.copy()) if out.owner is TAPE and not shared.staging else out


def chosen(name, shown, input, index, dim, keepdim=True):
    """(values, indices) of elements chosen by an index along a dimension."""
    t, dim = axis_of(current(input), dim)
    if t.owner is index.owner is TAPE and (t.mark is None or not tls.grad) and not shared.staging and input.val.ndim:
        return RETURN[name](*in_place_of_rows(t.val, np.ascontiguousarray(index.val), dim, keepdim))
    values = along(t, index, dim)
    if not keepdim:
        values, index = (without(x, dim, False) for x in (values, index))
    elif not shape_of(current(input)):
        values, index = (P["reshape"](x, shape=()) for x in (values, index))
    return RETURN[name](named(values, shown, (input,)), in_c_order(index))


INSERTED = 16  # elements, up to which torch's unstable sort is stable
MOST = 4 * LONGEST  # elements of all rows with equal ones that are ordered as torch's (5 ms)


def loosely_ordered(t, order, axis, descending, values=None):
    """`order`, which sorts t along an axis (to `values`) and keeps that of equal elements, with these as torch's unstable sort leaves them,
    where values are known: itself where none are equal."""
    if t.owner is not TAPE:
        return through_maps(
            lambda t, axis: loosely_ordered(t, order_of(t, axis, descending), axis, descending), t, axis
        )
    if order.owner is not TAPE or shared.staging:
        return order
    v, ranked = t.val, None if values is None else values.val
    if ranked is None:
        ranked = v[order.val] if v.ndim == 1 else np.take_along_axis(v, order.val, axis)
    if axis != v.ndim - 1:
        v, ranked = np.moveaxis(v, axis, -1), np.moveaxis(ranked, axis, -1)
    same = ranked[..., 1:] == ranked[..., :-1]
    if v.dtype.kind == "f" and np.count_nonzero(nan := (second := ranked[..., 1 if descending else -2]) != second):
        same[..., 0] |= nan  # (they stand at one end)
    if not np.count_nonzero(same):
        return order
    tied = np.logical_or.reduce(same, axis=-1).nonzero() if v.ndim > 1 else ((),)
    if v.shape[-1] * len(tied[0]) > MOST:
        return order
    order = order.val.copy()
    at = np.moveaxis(order, axis, -1)
    for row in zip(*tied) if v.ndim > 1 else tied:
        at[row] = in_order(v[row].tolist(), descending)
    return new(order)


@operation()
def sort(input, dim=-1, descending=False, *, stable=None):
    """(values, indices) in order along a dimension.

    >>> import compat as torch
    >>> torch.tensor([3, 1, 2]).sort().values
    tensor([1, 2, 3])
    """
    t, axis = axis_of(current(input), dim)
    need_dtype("sort", dtype_of(t))
    values, order = P["sort_with_indices"](t, axis=axis, stable=True, descending=descending)
    order = cast(order, INT64)
    if not stable and INSERTED < shape_of(t)[axis] <= LONGEST:
        loose = loosely_ordered(t, order, axis, descending, values)
        if loose is not order:  # (of integers equal ones are the same)
            values, order = values if dtype_of(t).kind in "iub" else along(t, loose, axis), loose
    values, order = laid_like(values, t), laid_like(order, t)
    values, order = as_input(values, current(input)), as_input(order, current(input))
    return RETURN["sort"](named(values, f"SortBackward{int(stable is not None)}", (input,)), order)


@operation()
def argsort(input, dim=-1, descending=False, stable=False):
    """The indices that sort along a dimension."""
    t, axis = axis_of(current(input), dim)
    need_dtype("argsort", dtype_of(t))
    order = order_of(t, axis, descending)
    if not stable and INSERTED < shape_of(t)[axis] <= LONGEST:
        order = loosely_ordered(t, order, axis, descending)
    return as_input(laid_like(order, t), current(input))


@operation()
def msort(input):
    """Sorted along the first dimension."""
    return sort(input, 0)[0]


FEW = 1024  # elements (0.5 ms), of which an unsorted topk is in torch's order


@operation()
def topk(input, k, dim=-1, largest=True, sorted=True):  # noqa: A002
    """(values, indices) of the k largest (or smallest) elements along a dimension, the first of them first unless `sorted` is False."""
    t, axis = axis_of(current(input), dim)
    need_dtype("topk", dtype_of(t))
    k = k.item() if isinstance(k, Tensor) else k
    if not 0 <= k <= shape_of(t)[axis]:
        raise RuntimeError("selected index k out of range")
    k = k if input.dim() else 1  # (a number is its own largest, of none too)

    def places(t, axis):
        order = order_of(t, axis, largest)
        index = first_of(order, axis, 0, k)
        loose = not sorted and t.owner is order.owner is TAPE and t.val.size <= FEW
        if k and (loose or has_equals(t, order, axis, 0, k + 1)):
            index = new(as_torch_chooses(np.array(index.val), t.val, axis, lambda row: top(row, k, largest, sorted)))
        return index

    return chosen("topk", "TopkBackward0", input, through_maps(places, t, axis), dim)


LONG_ROW = 256  # from here on a row is parted, not sorted, for a few of its elements


def first_places(v, k, largest, sorted):  # noqa: A002
    """(the k largest or smallest elements of each row of floats, their places); ValueError where equal ones, or nan, are among them and
    the next: torch chooses there in its own way."""
    if not 0 < k <= v.shape[-1]:
        raise ValueError
    if sorted is False and v.size <= FEW:
        places = np.array([top(row, k, largest, False) for row in v.reshape(-1, v.shape[-1]).tolist()])
        places = places.reshape(*v.shape[:-1], k)
        return v.reshape(-1).take(places + starts(v.shape, v.ndim - 1, True)), places
    if np.isnan(np.maximum.reduce(v, None)):
        raise ValueError
    ranked, n = np.negative(v) if largest else v, v.shape[-1]
    if n > LONG_ROW and 4 * k < n:  # (the rest need no order)
        places = ranked.argpartition(k, -1)[..., : k + 1]
        places = np.take_along_axis(places, np.take_along_axis(ranked, places, -1).argsort(-1), -1)
    else:
        places = ranked.argsort(-1)[..., : k + 1]
    values = v.reshape(-1).take(places + starts(v.shape, v.ndim - 1, True))
    before, after = values[..., :-1], values[..., 1:]
    if not (before > after if largest else before < after).all():
        raise ValueError
    return values[..., :k].copy(), places[..., :k].copy()


quick_call(
    "topk",
    "take_along",
    ("k", "dim", "largest", "sorted"),
    "type(k) is int and (dim is NONE or type(dim) is int and (dim == -1 or dim == x.val.ndim - 1))"
    " and (largest is NONE or type(largest) is bool) and (sorted is NONE or type(sorted) is bool)",
    ("out, places = first_places(v, k, largest is not False, sorted)", "params = {'axis': v.ndim - 1}"),
    ("TopkBackward0",),
    "with_places(h, places)",
    {"places": None},
    first_places=first_places,
    with_places=lambda h, places: RETURN["topk"](h, new(places if h.mark is None else places.copy())),
)


def has_equals(t, order, axis, start, stop):
    """Are there equal elements (or several nan), of values that are known, at these places of the order along an axis?"""
    if t.owner is not TAPE or order.owner is not TAPE or t.val.shape[axis] > LONGEST:
        return False
    v, places = t.val, order.val
    if axis != v.ndim - 1:
        v, places = np.moveaxis(v, axis, -1), np.moveaxis(places, axis, -1)
    if v.ndim > 1:
        places = places.reshape(-1, v.shape[-1])[:, start:stop]
        v = v.reshape(-1, v.shape[-1])[np.arange(len(places))[:, None], places]
    else:
        v = v[places[start:stop]]
    return bool((v[..., 1:] == v[..., :-1]).any() or (v != v).any())


@operation()
def kthvalue(input, k, dim=-1, keepdim=False):
    """(value, index) of the k-th smallest element along a dimension."""
    t, axis = axis_of(current(input), dim)
    if not shape_of(t)[axis]:
        raise IndexError(f"kthvalue(): Expected reduction dim {axis} to have non-zero size.")
    if not 1 <= k <= shape_of(t)[axis]:
        raise RuntimeError("kthvalue(): selected number k out of range for dimension " + str(axis))
    if shape_of(current(input)):  # (of a 0-d Tensor torch gives it back)
        need_dtype("kthvalue", dtype_of(t))

    def place(t, axis):
        order = order_of(t, axis)
        index = first_of(order, axis, k - 1, k)
        if has_equals(t, order, axis, max(k - 2, 0), k + 1):
            index = new(as_torch_chooses(np.array(index.val), t.val, axis, lambda row: [kth(row, k - 1)]))
        return index

    index, keepdim = through_maps(place, t, axis), keepdim and bool(shape_of(current(input)))
    return chosen("kthvalue", "KthvalueBackward0", input, index, dim, keepdim)


# ------------------------------------------------------------------------------------------------ medians
def middle_places(v, axis):
    """middle_index of an array of floats or integers, where a nan counts."""
    n = v.shape[axis]
    place = (n - 1) // 2
    if v.ndim == 1 and n > LONG_ROW:
        value = np.partition(v, place)[place]
        if value == value and not (v.dtype.kind == "f" and np.isnan(np.maximum.reduce(v))):
            return np.flatnonzero(v == value)[place - np.count_nonzero(v < value) :][:1]
    order = v.argsort(axis, "stable")
    last = v[order[-1:]] if v.ndim == 1 else v  # (a nan stands last)
    if v.dtype.kind == "i" or not np.logical_or.reduce(np.isnan(last), axis=None):
        return order[(slice(None),) * axis + (slice(place, place + 1),)].copy()
    count = np.isnan(v).sum(axis, keepdims=True)
    return np.take_along_axis(order, np.where(count > 0, n - count, place), axis)


def middle_value(v):
    """The lower median of many numbers, of which no one asks where it stands."""
    place = (v.size - 1) // 2
    value = np.partition(v, place)[place]
    if value and value == value and not (v.dtype.kind == "f" and np.isnan(np.maximum.reduce(v))):
        return np.asarray(value)
    return v[middle_places(v, 0)].reshape(())


def middle_index(t, axis, skip_nan):
    """The index of the lower median along a dimension, kept as length 1; of a nan, if there is one and it counts."""
    if t.owner is TAPE and not shared.staging and not skip_nan and (t.val.dtype in FLOATS or t.val.dtype.kind == "i"):
        return new(middle_places(t.val, axis))
    order = order_of(t, axis)
    n = shape_of(t)[axis]
    missing = P["isnan"](t) if dtype_of(t).kind == "f" else None
    if missing is None:
        return first_of(order, axis, (n - 1) // 2, (n - 1) // 2 + 1)
    count = P["reshape"](P["sum"](missing, axes=(axis,)), shape=with_ones(shape_of(t), (axis,)))
    if skip_nan:  # nan stands last, so the others' middle is counted among the first
        place = P["maximum"](P["floor_divide"](P["sub"](n - 1, count), 2), 0, kink="torch")
    else:
        place = P["where"](P["greater"](count, 0), P["sub"](n, count), (n - 1) // 2)
    return along(order, cast(place, INT64), axis)


def medians(name, skip_nan):
    def function(input, dim=None, keepdim=False):
        t = current(input)
        if dim is not None:
            x, axis = axis_of(t, dim)
            if shape_of(x)[axis] == 0:
                raise IndexError(f"median(): Expected reduction dim {axis} to have non-zero size.")
            need_dtype(f"{name} along", dtype_of(t))
            index = middle_index(x, axis, skip_nan)
            return chosen(name, f"{name.capitalize()}Backward1", input, index, dim, keepdim and bool(shape_of(t)))
        n, d = input.numel(), dtype_of(t)
        if n == 0 and d.kind in "fc":
            return new(np.full((), np.nan, d))
        need_dtype(name, d)
        if n == 0:
            return new(np.full((), np.iinfo(d).min, d))
        flat = P["reshape"](t, shape=(n,))
        if t.owner is TAPE and not shared.staging and (d in FLOATS or d.kind == "i"):
            v = flat.val
            if t.mark is None and (not skip_nan or d.kind == "i") and n > LONG_ROW:
                return new(middle_value(v))
            value = v[middle_index(flat, 0, skip_nan).val]
            if t.mark is None:
                return new(value.reshape(()))
            if value[0] == value[0]:  # elements equal to the median share the derivative
                equals = P["gather"](flat, np.flatnonzero(v == value))
                return named(P["max"](equals, axes=(0,)), f"{name.capitalize()}Backward0", (input,))
        value = along(flat, middle_index(flat, 0, skip_nan), 0)
        same = P["equal"](flat, value)
        if dtype_of(t).kind == "f":
            same = P["bitwise_or"](same, P["bitwise_and"](P["isnan"](flat), P["isnan"](value)))
        hits = P["sum"](P["where"](same, flat, dtype_of(t).type(0)), axes=(0,))
        count = P["sum"](same, axes=(0,))
        if dtype_of(t).kind == "f":  # elements equal to the median share the derivative
            return named(P["div"](hits, cast(count, dtype_of(t))), f"{name.capitalize()}Backward0", (input,))
        return P["reshape"](value, shape=())  # integers: there is no derivative

    function.__doc__ = "The lower median of all elements, or (values, indices) along a dimension" + (
        ", nan left out." if skip_nan else "."
    )
    operation(name=name)(function)


medians("median", False)
medians("nanmedian", True)


def commonest_of_odd(row):
    """The index of the mode of few numbers with nan among them, which torch sorts by < alone: nothing passes a nan but what goes first."""
    order = []
    for i, v in enumerate(row):
        at = 0 if order and v < row[order[0]] else len(order)
        while 0 < at and v < row[order[at - 1]]:
            at -= 1
        order.insert(at, i)
    found = most = count = 0
    for i, after in zip(order, [*order[1:], None]):
        count += 1
        if after is None or row[i] != row[after]:
            if count > most:
                found, most = i, count
            count = 0
    return found


@operation()
def mode(input, dim=-1, keepdim=False):
    """(value, index) of the commonest element along a dimension, the smallest of several, where it stands last."""
    t, axis = axis_of(current(input), dim)
    if not shape_of(t)[axis]:
        raise IndexError(f"mode(): Expected reduction dim {axis} to have non-zero size.")
    if shape_of(current(input)):  # (of one number the kernel asks nothing)
        need_dtype("mode", dtype_of(t))

    def of_arrays(x):
        v = np.moveaxis(x.reshape(shape_of(t)), axis, -1)
        rows = v.reshape(-1, v.shape[-1])
        index = np.empty(len(rows), np.int64)
        for r, row in enumerate(rows):
            if len(row) <= INSERTED and (row != row).any():
                index[r] = commonest_of_odd(row.tolist())
                continue
            values, counts = np.unique(row, return_counts=True, equal_nan=False)  # (nan is equal to nothing)
            commonest = values[counts.argmax()]
            if INSERTED < len(row) <= LONGEST and counts.max() > 1 and rows.size <= MOST and not (row != row).any():
                index[r] = in_order(row.tolist(), False)[np.count_nonzero(row <= commonest) - 1]
                continue
            index[r] = np.flatnonzero((row == commonest) | (row != row if commonest != commonest else False))[-1]
        return (np.ascontiguousarray(np.moveaxis(index.reshape(*v.shape[:-1], 1), -1, axis)),)

    at = in_c_order(on_values(of_arrays, [(with_ones(shape_of(t), (axis,)), np.int64)], input)[0])
    return chosen("mode", "ModeBackward0", input, at, dim, keepdim and bool(shape_of(current(input))))


# ------------------------------------------------------------------------------------------------ quantiles
INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def quantiles(name, skip_nan):
    def function(input, q, dim=None, keepdim=False, *, interpolation="linear"):
        t = current(input)
        if not isinstance(q, Tensor) and not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
        if 0 in shape_of(t):
            raise RuntimeError("quantile() input tensor must be non-empty")
        if isinstance(q, Tensor) and q.dim() > 1:
            raise RuntimeError("quantile() q must be a scalar or 1D tensor")
        if interpolation not in INTERPOLATIONS:
            raise RuntimeError(
                f"quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got {interpolation}"
            )
        if isinstance(q, Tensor) and q.dtype != input.dtype and dtype_of(t) in (np.float32, np.float64):
            raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
        if dtype_of(t) not in (np.float32, np.float64):
            raise RuntimeError("quantile() input tensor must be either float or double dtype")
        qs = np.asarray(concrete(q, name)) if isinstance(q, Tensor) else np.asarray(q, dtype_of(t))
        if (qs < 0).any() or (qs > 1).any():
            raise RuntimeError("quantile() q values must be in the range [0, 1]")
        own = shape_of(t)
        if dim is None:
            x, at = input.flatten() if len(own) != 1 else input, tuple(range(len(own)))
        else:
            at = (wrapped(dim, len(own)),)
            x = input if at[0] >= len(own) - 1 else input.unsqueeze(-1).transpose(at[0], -1)
        follows = isinstance(q, Tensor) and (q.requires_grad or current(q).owner is not TAPE)
        parts = current(q.reshape(-1)) if follows else qs.reshape(-1).astype(dtype_of(t))
        out = at_ranks(x, parts, with_ones(own, at) if keepdim else removed(own, at), interpolation, skip_nan)
        return out.squeeze_(-1) if qs.ndim == 0 else out.unsqueeze_(0).transpose_(0, -1).squeeze_(-1)

    function.__doc__ = "The quantiles q (in 0 .. 1) of all elements, or along a dimension" + (
        ", nan left out." if skip_nan else "; nan where there is one."
    )
    operation(name=name)(function)


def removed(shape, dims):
    return tuple([k for i, k in enumerate(shape) if i not in dims])


def at_ranks(x, q, shape, interpolation, skip_nan):
    """The quantiles of the last dimension of x, the others as `shape`, with those for each q as the last dimension."""
    n, d = x.shape[-1] if x.dim() else 1, dtype_of(current(x))
    values = current(FUNCTIONS["sort"](x, stable=None if x.requires_grad else True)[0].view(*shape, n))
    missing = P["reshape"](P["isnan"](current(x).detach()), shape=(*shape, n))
    count = P["reshape"](P["sum"](missing, axes=(len(shape),)), shape=(*shape, 1))
    if skip_nan:
        rank = P["maximum"](P["mul"](cast(P["sub"](n - 1, count), d), q), d.type(0), kink="torch")
    else:  # one nan makes the result nan: read the last element, where it stands
        rank = P["where"](P["greater"](count, 0), d.type(n - 1), P["mul"](q, d.type(n - 1)))
    if interpolation in ("lower", "higher", "nearest"):
        rank = P[{"lower": "floor", "higher": "ceil", "nearest": "rint"}[interpolation]](rank)
    low = P["floor"](rank)
    one = FUNCTIONS["gather"](values, -1, cast(low, INT64))
    if interpolation in ("lower", "higher", "nearest"):
        return one
    two = FUNCTIONS["gather"](values, -1, cast(P["ceil"](rank), INT64))
    weight = P["sub"](rank, low)
    return lerp(one, two, P["mul"](P["greater"](weight, 0), d.type(0.5)) if interpolation == "midpoint" else weight)


quantiles("quantile", False)
quantiles("nanquantile", True)


# ------------------------------------------------------------------------------------------------ places in an order
def need_boundaries(s, input, sorter):
    """torch's errors for boundaries, values and an order of the boundaries that do not go together."""
    n = len(shape_of(s))
    if n != 1 and not (isinstance(input, Tensor) and (input.dim() or input.numel() != 1)):
        raise RuntimeError(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor "
            f"dim({n}) and input value's dim(0) numel(1)"
        )
    if sorter is not None:
        if tuple(sorter.shape) != shape_of(s):
            raise RuntimeError(
                "torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor "
                f"{list(shape_of(s))}and got sorter tensor {list(sorter.shape)}"
            )
        if dtype_of(current(sorter)) != INT64:
            kind = spoken(dtype_of(current(sorter)))
            raise RuntimeError(f"torch.searchsorted(): sorter must be a tensor of long dtype but got dtype {kind}")
    if not n:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension"
        )


@operation(method=False)
def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where in a sorted last dimension each value would go: before equal ones, or behind them with right=True."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True"
        )
    s = current(sorted_sequence)
    need_boundaries(s, input, sorter)
    if not isinstance(input, Tensor) or input.numel():
        for what, t in (("input value", input), ("boundary", sorted_sequence), ("sorter", sorter)):
            if isinstance(t, Tensor) and not t.is_contiguous():
                once("scattered", what, place=what)
    if sorter is not None:
        s = along(s, current(sorter), len(shape_of(s)) - 1)
    d = dtypes.result_dtype([rank(s), rank(input)])
    v = cast(current(input), d) if isinstance(input, Tensor) else new(np.asarray(number(input, d), d))
    s = cast(s, d)
    if len(shape_of(s)) > 1 and shape_of(s)[:-1] != shape_of(v)[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of "
            "boundaries tensor "
            f"and input value tensor must match, but we got boundaries tensor {list(shape_of(s))} and input value "
            "tensor "
            f"{list(shape_of(v))}"
        )
    if d.kind in "bc" and math.prod(shape_of(v)):
        refuse("searchsorted_out_cpu", d)
    found = P["searchsorted"](s, v, side="right" if right or side == "right" else "left")
    return cast(found, np.dtype(np.int32)) if out_int32 else cast(found, INT64)


@operation(method=False, numbers=True)
def bucketize(input, boundaries, *, out_int32=False, right=False):
    """The number of the interval between sorted boundaries that each value lies in."""
    if isinstance(boundaries, Tensor) and boundaries.dim() != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.dim()})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
