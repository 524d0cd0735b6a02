"""Values put where a view would be, or reduced into places: diagonal_scatter, as_strided_scatter, index_reduce, segment_reduce.

Invariant: a position is found in numbers first (an arange that is viewed like the operand), so one scatter serves every view.
"""

import functools
import math
import operator

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.layout import by_strides
from funcgrad.core.quiet import quiet
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from ..deprecations import deprecated, once
from ..formats import base_of, offset_in
from ..method_arguments import wrapped
from ..payload import current, strides_of
from .arithmetic import without_derivative
from .counting import need_grid
from .each_call import need_places
from .forward_mode import refuse_tangents
from .gathering import known, need_slices
from .mapped_by_loop import on_values, refuse_mapped
from .nodes import named
from .operands import P, broadcast_shapes, dtype_of, in_c_order, iterated, laid_like, new, shape_of, sizes
from .refusals import refuse
from .register import FUNCTIONS, operation, twin
from .return_types import BY_NAME as RETURN
from .shape import check_reach, itemsize_of


def put_at(input, positions, src):
    """A copy of the input with src at these positions of its elements in order."""
    t = current(input)
    values, places = src.to(input.dtype).expand(positions.shape).reshape(-1), positions.reshape(-1)
    if places.size and places.min() < 0:  # (between the elements: nobody sees what is written there)
        seen = np.flatnonzero(places >= 0)
        values, places = values[seen], places[seen]
    return with_gaps(FUNCTIONS["scatter"](input.reshape(-1), 0, new(places.copy()), values).reshape(shape_of(t)), t)


def lying(t, memory):
    """An array over a memory as t lies in its own."""
    steps = [s * memory.itemsize for s in strides_of(t.val)]
    start = offset_in(t.val, base_of(t.val))
    return np.lib.stride_tricks.as_strided(memory[start:], t.val.shape, steps)


def is_part(t):
    """Does a Tensor lie in more memory than its elements in C order take, and nowhere over itself?"""
    if t.owner is not TAPE or not t.val.size or t.val.flags.c_contiguous and base_of(t.val).size == t.val.size:
        return False
    return all([s or n == 1 for s, n in zip(strides_of(t.val), t.val.shape)])


def with_gaps(out, t):
    """A result that lies in memory of its own as t does in its, what is beside and between the elements too."""
    if out.owner is TAPE and is_part(t):
        placed = lying(t, base_of(t.val).astype(out.val.dtype))
        placed[...] = out.val
        out.val = placed
        noted(out)
    return out if out.owner is TAPE else in_c_order(out)


def need_slice(src, positions):
    """torch's error for what is put in place of a part of another shape."""
    if tuple(src.shape) != positions.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(positions.shape)}"
        )


def numbers_of(input):
    shape = shape_of(current(input))
    return np.arange(int(np.prod(shape))).reshape(shape)


@operation("DiagonalScatterBackward0")
def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """A copy of the input with src in place of a diagonal."""
    n = input.dim()
    at = wrapped(dim1, n), wrapped(dim2, n)
    if at[0] == at[1]:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    positions = np.diagonal(numbers_of(input), offset, *at)
    need_slice(src, positions)
    return put_at(input, positions, src)


BY_HAND = "Error: aten::{} requires special handling, and does not yet have a batching rule. Feel free to file a github issue!"


@operation("AsStridedScatterBackward0")
def as_strided_scatter(input, src, size, stride, storage_offset=None):
    """A copy of the input with src in place of a window of its memory."""
    refuse_mapped("as_strided_scatter", input, src, text=BY_HAND)
    t, flat = current(input), numbers_of(input).reshape(-1)
    if is_part(t):
        numbers, flat = flat, np.full(base_of(t.val).size, -1)
        lying(t, flat)[...] = numbers.reshape(shape_of(t))
    if storage_offset is None:
        storage_offset = offset_in(t.val, base_of(t.val)) if is_part(t) else 0
    size, stride = sizes((size,)), sizes((stride,))
    check_reach(flat, size, stride, storage_offset, itemsize_of(dtype_of(t)))
    window = np.lib.stride_tricks.as_strided(flat[storage_offset:], size, [s * flat.itemsize for s in stride])
    need_slice(src, window)
    return put_at(input, window, src)


# ------------------------------------------------------------------------------------------------ reductions


@operation("IndexReduceBackward0")
def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """The input with slices of source reduced into the slices that the index names: "prod", "mean", "amax" or "amin"."""
    refuse_tangents("index_reduce", input, source)
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(f"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.")
    need_slices("index_reduce", input, dim, index, source)
    once("reduced")
    t = current(input)
    dim, d = wrapped(dim, len(shape_of(t))), dtype_of(t)
    if not include_self and d.kind in "bc":
        refuse("index_reduce_func_exclude_input_init", d)
    if len(shape_of(t)) < 2 and d.kind in "bc":
        refuse("index_func_", d)
    i, n = known(current(index)), input.size(dim) if input.dim() else 1
    if i is None:
        need_places(index, n)
    elif i.size and (i.min() < 0 or i.max() >= n):
        raise IndexError("index out of range in self")
    if d.kind == "c" and reduce in ("amax", "amin"):
        refuse("maximum_cpu" if reduce == "amax" else "minimum_cpu", d)
    rows, flat = input, not source.dim() or not input.dim()
    if flat:
        dim, (rows, index, source) = 0, [x.reshape(-1) for x in (input, index, source)]
    places = [1] * source.dim()
    places[dim] = -1
    full = index.long().reshape(places).expand(source.shape)
    out = FUNCTIONS["scatter_reduce"](rows, dim, full, source, reduce, include_self=include_self)
    return out.reshape(input.shape) if flat else out


def index_reduced(input, dim, index, source, reduce, *, include_self=True):
    """index_reduce as the method in place names itself."""
    once("reduced")
    refuse_tangents("index_reduce_", input, source)
    return index_reduce(input, dim, index, source, reduce, include_self=include_self)


twin("index_reduce", "IndexReduceBackward0", index_reduced)
EMPTY = {"sum": 0.0, "mean": float("nan"), "prod": 1.0, "max": -float("inf"), "min": float("inf")}


@operation("SegmentReduceBackward0", method=False)
def segment_reduce(data, reduce, *, lengths=None, indices=None, offsets=None, axis=0, unsafe=False, initial=None):
    """Runs of rows reduced to one each: "sum", "mean", "prod", "max" or "min". The runs are given by lengths or by offsets."""
    refuse_tangents("segment_reduce", data)
    if lengths is None and offsets is None:
        raise RuntimeError("segment_reduce(): Either lengths or offsets must be defined.")
    if reduce not in EMPTY:
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    axis = wrapped(axis, data.dim())
    bounds = np.asarray(concrete((offsets if lengths is None else lengths).detach(), "segment_reduce"))
    if bounds.ndim != 1 or axis:
        raise NotImplementedError("segment_reduce: runs along axis 0, of one list of lengths, are covered.")
    if lengths is not None:
        if not unsafe and (bounds < 0).any():
            raise RuntimeError("segment_reduce(): lengths contains negative value!")
        if not unsafe and bounds.sum() != data.shape[0]:
            raise RuntimeError(
                "segment_reduce(): Expected all rows of lengths along axis to sum to data.size(lengths.dim()-1) when !unsafe."
            )
        bounds = np.concatenate([[0], np.cumsum(bounds)])
    return FUNCTIONS["stack"](
        [reduced(data[a:b], reduce, initial) for a, b in zip(bounds.tolist(), bounds[1:].tolist())]
    )


def reduced(rows, reduce, initial):
    """One run, and the value it starts from."""
    start = EMPTY[reduce] if initial is None else initial
    if reduce == "mean" and initial is None:
        return rows.mean(0)
    whole = FUNCTIONS["cat"]([FUNCTIONS["full_like"](rows[:1].sum(0, True), start), rows])
    if reduce == "mean":
        return whole.sum(0) / max(rows.shape[0], 1)
    return {"sum": whole.sum, "prod": whole.prod, "max": whole.amax, "min": whole.amin}[reduce](0)


# ------------------------------------------------------------------------------------------------ counting, parts of numbers
@operation()
def nonzero_static(input, *, size, fill_value=-1):
    """nonzero with exactly `size` rows: the first ones, or filled up."""
    refuse_tangents("aten::nonzero_static", input)
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    shape = (size, input.dim())

    def of_arrays(v):
        out = np.full(shape, fill_value, np.int64)
        found = np.argwhere(v)[:size]
        out[: len(found)] = found
        return (out,)

    return on_values(of_arrays, [(shape, np.int64)], input)[0]


@operation()
def frexp(input):
    """(mantissa, exponent) with input = mantissa * 2 ** exponent and 0.5 <= |mantissa| < 1."""
    t = current(input)
    if dtype_of(t).kind != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    mantissa, exponent = [laid_like(part, t) for part in P["frexp"](t)]
    return RETURN["frexp"](named(mantissa, "FrexpBackward0", (input,)), exponent)


@operation(method=False)
def histogramdd(input, bins, *, range=None, weight=None, density=False):  # noqa: A002
    """(counts, edges) of points, the rows of the last dimension, over a grid."""
    given = [b for b in bins if not isinstance(b, int)] if isinstance(bins, (tuple, list)) else []
    refuse_mapped("histogramdd.TensorList_bins" if given else "histogramdd", input, weight, *given)
    d, n = dtype_of(current(input)), input.shape[-1]
    if not isinstance(bins, (int, tuple, list)):
        raise TypeError(
            f"histogramdd(): argument 'bins' must be int, tuple of ints or of Tensors, not {type(bins).__name__}"
        )
    if isinstance(bins, int):
        bins = [bins] * n
    need_grid(shape_of(current(input)), d, bins, range, weight)
    refuse_tangents("aten::_histogramdd_" + ("from_bin_tensors" if given else "bin_edges"), input, weight, *given)
    given = [b for b in bins if not isinstance(b, int)]

    def of_arrays(points, *more):
        points, own = points.reshape(-1, n), iter(more)
        bounds = [None if range is None else range[2 * k : 2 * k + 2] for k, _ in enumerate(bins)]
        edges = [
            edges_of(points[:, k], b, bounds[k], d) if isinstance(b, int) else next(own) for k, b in enumerate(bins)
        ]
        weights = None if weight is None else next(own).reshape(-1)
        return over_grid(points.astype(float), [e.astype(float) for e in edges], weights, density).astype(d), *edges

    counts = [b if isinstance(b, int) else b.shape[0] - 1 for b in bins]
    results = [(counts, d), *[((c + 1,), d if isinstance(b, int) else b.dtype.numpy) for c, b in zip(counts, bins)]]
    made, *edges = on_values(of_arrays, results, input, *given, *([] if weight is None else [weight]))
    name = f"aten::_histogramdd_from_bin_{'tensors' if given else 'cts'}"
    made = without_derivative(name, made, input, weight, *given)
    if not given:
        edges = [without_derivative("aten::_histogramdd_bin_edges", e, input, weight) for e in edges]
    return RETURN["histogramdd"](made, tuple(edges))


def over_grid(points, edges, weights, density):
    """How many points, or how much of their weights, each cell of a grid holds: those at its upper ends too, and none where edges fall."""
    shape, inside, at = [len(e) - 1 for e in edges], True, []
    for column, e in zip(points.T, edges):
        inside = inside & (column >= e[0]) & (column <= e[-1])
        at.append(np.clip(np.searchsorted(e, column, side="right") - 1, 0, len(e) - 2))
    places = np.ravel_multi_index([k[inside] for k in at], shape)
    counts = np.bincount(places, None if weights is None else weights[inside], math.prod(shape))
    counts = counts.astype(float).reshape(shape)
    if density:
        with quiet():
            counts /= counts.sum() * functools.reduce(np.multiply.outer, [np.diff(e) for e in edges])
    return counts


def edges_of(column, bins, bounds, d):
    low, high = (column.min(initial=np.inf), column.max(initial=-np.inf)) if bounds is None else bounds
    if not column.size and bounds is None:
        low, high = 0.0, 1.0
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1).astype(d)


# ------------------------------------------------------------------------------------------------ Python functions
def whole(v):
    return int(v) if isinstance(v, float) else operator.index(v)


ELEMENT = {
    "f": lambda v: math.fsum((v,)),
    "i": whole,
    "u": whole,
}  # what an element is made of, with Python's words for what it is not


def applied(name):
    def f(self, *args):
        """Every element replaced by what a Python function makes of it (and of those of the other Tensors)."""
        *others, function = args
        if self.requires_grad:
            raise RuntimeError(
                f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
            )
        arrays = [np.asarray(concrete(o.expand(self.shape), name)) for o in (self, *others)]
        taken = ELEMENT.get(dtype_of(current(self)).kind, lambda v: v)
        out = [taken(function(*at)) for at in zip(*[a.reshape(-1).tolist() for a in arrays])]
        self.data.copy_(new(np.array(out, arrays[0].dtype).reshape(arrays[0].shape)))  # (which counts as no change)
        return self

    operation(name=name, function=False)(f)


applied("apply_")
applied("map_")
applied("map2_")


# ------------------------------------------------------------------------------------------------ draws
@operation(method=False)
def binomial(count, prob, generator=None):
    """Numbers of successes in `count` trials of probability `prob`, which broadcast."""
    refuse_tangents("aten::binomial", count, prob)
    return without_derivative("aten::binomial", successes(count, prob, generator), count, prob)


def successes(count, prob, generator):
    from ..distributions.draws import binomial as draw

    c, p = current(count), current(prob)
    if c.owner is not TAPE or p.owner is not TAPE or c.val.dtype.kind != "f" or p.val.dtype.kind != "f":
        return draw(count, prob, generator)  # (which refuses integers before it looks at the shapes)
    shape = broadcast_shapes(count.shape, prob.shape)
    if tuple(count.shape) == shape:
        return draw(count, prob, generator)
    if count.numel():  # (torch writes into a result that is as large as `count`, which it gives another shape)
        deprecated("out", list(count.shape), list(shape))
    order = by_strides(strides_of(iterated(new(np.empty(shape, np.int8)), count, prob).val))
    got = draw(count.expand(shape).permute(order), prob.expand(shape).permute(order), generator)
    return noted(new(current(got).val.transpose(np.argsort(order))))
