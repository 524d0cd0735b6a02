"""Slices, dynamic slices, gather and scatter."""

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..errors import ArgumentError
from .arrays import axis_of

P = PRIMITIVES
__all__ = [
    "GatherDimensionNumbers", "GatherScatterMode", "ScatterDimensionNumbers", "dynamic_index_in_dim", "dynamic_slice",
    "dynamic_slice_in_dim", "dynamic_update_index_in_dim", "dynamic_update_slice", "dynamic_update_slice_in_dim", "gather",
    "index_in_dim", "index_take", "scatter", "scatter_add", "scatter_apply", "scatter_max", "scatter_min", "scatter_mul",
    "scatter_sub", "slice", "slice_in_dim",
]  # fmt: skip
cut = slice  # Python's


# ------------------------------------------------------------------------------------------------ static
def slice(operand, start_indices, limit_indices, strides=None):  # noqa: A001
    """operand from start to limit by strides, along every axis."""
    shape = shape_of(operand)
    strides = [1] * len(shape) if strides is None else strides
    for n, low, high in zip(shape, start_indices, limit_indices, strict=True):
        if not 0 <= low <= high <= n:
            raise TypeError(
                f"slice: 0 <= start <= limit <= length must hold; got start {low}, limit {high}, length {n}"
            )
    at = [cut(int(a), int(b), int(s)) for a, b, s in zip(start_indices, limit_indices, strides, strict=True)]
    return P["getitem"](operand, idx=tuple(at))


def slice_in_dim(operand, start_index, limit_index, stride=1, axis=0):
    """A slice along one axis; indices as Python's, None included."""
    axis = axis_of(axis, len(shape_of(operand)))
    return P["getitem"](operand, idx=(*[cut(None)] * axis, cut(start_index, limit_index, int(stride))))


def index_in_dim(operand, index, axis=0, keepdims=True):
    """One index along one axis, which stays with length 1 unless keepdims is False."""
    axis = axis_of(axis, len(shape_of(operand)))
    n = shape_of(operand)[axis]
    if not -n <= index < n:
        raise IndexError(f"index {index} is out of bounds for axis {axis} with size {n}")
    index = int(index) % n
    return P["getitem"](operand, idx=(*[cut(None)] * axis, cut(index, index + 1) if keepdims else index))


# ------------------------------------------------------------------------------------------------ dynamic
def starts_of(operand, start_indices):
    """The starts, one number for each axis, counted from the front where they are negative."""
    if hasattr(start_indices, "ndim") and not isinstance(start_indices, (tuple, list)):
        start_indices = [start_indices[i] for i in range(shape_of(start_indices)[0])]
    shape = shape_of(operand)
    if len(start_indices) != len(shape):
        raise TypeError(f"a start for each of the {len(shape)} axes is expected; got {len(start_indices)}")
    return [P["where"](P["less"](i, 0), P["add"](i, n), i) for i, n in zip(start_indices, shape, strict=True)]


def dynamic_slice(operand, start_indices, slice_sizes, *, allow_negative_indices=True):
    """A block of static size from starts that may be traced, moved back inside where it would reach over the edge."""
    sizes = tuple([int(n) for n in slice_sizes])
    if any(n > k for n, k in zip(sizes, shape_of(operand), strict=True)):
        raise TypeError(f"dynamic_slice: slice_sizes {sizes} must not exceed operand's shape {shape_of(operand)}")
    return P["dynamic_slice"](operand, *starts_of(operand, start_indices), sizes=sizes)


def dynamic_update_slice(operand, update, start_indices, *, allow_negative_indices=True):
    """operand with a block put in at starts that may be traced, moved back inside likewise."""
    return P["dynamic_update_slice"](operand, update, *starts_of(operand, start_indices))


def starts_along(operand, start, axis):
    rank = len(shape_of(operand))
    return [start if i == axis % rank else 0 for i in range(rank)]


def dynamic_slice_in_dim(operand, start_index, slice_size, axis=0):
    """dynamic_slice along one axis."""
    sizes = list(shape_of(operand))
    sizes[axis] = slice_size
    return dynamic_slice(operand, starts_along(operand, start_index, axis), sizes)


def dynamic_index_in_dim(operand, index, axis=0, keepdims=True, *, allow_negative_indices=True):
    """dynamic_slice of length 1 along one axis, which stays unless keepdims is False."""
    found = dynamic_slice_in_dim(operand, index, 1, axis)
    if keepdims:
        return found
    axis = axis % len(shape_of(operand))
    shape = shape_of(found)
    return P["reshape"](found, shape=(*shape[:axis], *shape[axis + 1 :]))


def dynamic_update_slice_in_dim(operand, update, start_index, axis):
    """dynamic_update_slice along one axis."""
    return dynamic_update_slice(operand, update, starts_along(operand, start_index, axis))


def dynamic_update_index_in_dim(operand, update, index, axis, *, allow_negative_indices=True):
    """One index along one axis replaced; update may lack that axis."""
    axis = axis % len(shape_of(operand))
    shape = shape_of(update)
    if len(shape) != len(shape_of(operand)):
        update = P["reshape"](update, shape=(*shape[:axis], 1, *shape[axis:]))
    return dynamic_update_slice_in_dim(operand, update, index, axis)


def index_take(src, idxs, axes):
    """src[..., idxs, ...]: integer arrays, one for each of `axes`, that index together; their axis comes first."""
    rest = [i for i in range(len(shape_of(src))) if i not in axes]
    return P["gather"](P["transpose"](src, perm=(*axes, *rest)), *idxs)


# ------------------------------------------------------------------------------------------------ gather and scatter
class GatherScatterMode:
    """What becomes of indices that are out of bounds."""

    CLIP, FILL_OR_DROP, PROMISE_IN_BOUNDS, ONE_HOT = "clip", "fill", "promise_in_bounds", "one_hot"

    @staticmethod
    def of(mode, default):
        """A mode from its name or its value; ValueError for another."""
        mode = default if mode is None else getattr(mode, "name", mode)
        mode = {"fill_or_drop": "fill", "drop": "fill", "promise_in_bounds": "clip"}.get(
            str(mode).lower(), str(mode).lower()
        )
        if mode not in ("clip", "fill"):
            raise ArgumentError(
                f"gather and scatter know the modes clip, fill, drop and promise_in_bounds; got {mode!r}"
            )
        return mode


class Numbers:
    """Dimension numbers: named tuples of axes."""

    fields = ()

    def __init__(self, *args, **kwargs):
        given = dict(zip(self.fields, args, strict=False)) | kwargs
        for name in self.fields:
            setattr(self, name, tuple(given.pop(name, ())))
        if given:
            raise TypeError(f"{type(self).__name__} has no {', '.join(given)}; it has {', '.join(self.fields)}")

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)}' for n in self.fields)})"


class GatherDimensionNumbers(Numbers):
    """Of `gather`, as XLA defines them (openxla.org, operation semantics, Gather)."""

    fields = (
        "offset_dims",
        "collapsed_slice_dims",
        "start_index_map",
        "operand_batching_dims",
        "start_indices_batching_dims",
        "mode",
    )


class ScatterDimensionNumbers(Numbers):
    """Of `scatter`, as XLA defines them (openxla.org, operation semantics, Scatter)."""

    fields = (
        "update_window_dims", "inserted_window_dims", "scatter_dims_to_operand_dims", "operand_batching_dims",
        "scatter_indices_batching_dims", "mode",
    )  # fmt: skip


def positions(shape, indices, window, index_map, batching, indices_batching, mode):
    """For every axis of an operand the index array of each element of each window, axes (batch..., window...), and where all
    of a window lies inside (None in mode clip: windows are moved inside)."""
    batch = shape_of(indices)[:-1]
    nb, nw = len(batch), len(window)
    starts = {}
    for k, d in enumerate(index_map):
        starts[d] = P["getitem"](indices, idx=(Ellipsis, k))
    for d, b in zip(batching, indices_batching, strict=True):
        starts[d] = np.broadcast_to(np.arange(batch[b]).reshape([-1 if i == b else 1 for i in range(nb)]), batch)
    inside, found = None, []
    for d, (n, w) in enumerate(zip(shape, window, strict=True)):
        offsets = np.arange(w).reshape([1] * nb + [w if i == d else 1 for i in range(nw)])
        start = starts.get(d, np.zeros(batch, int))
        if mode == "clip":
            start = P["minimum"](P["maximum"](start, 0), max(n - w, 0))
        else:
            fits = P["bitwise_and"](P["greater_equal"](start, 0), P["less_equal"](start, n - w))
            inside = fits if inside is None else P["bitwise_and"](inside, fits)
            start = P["where"](fits, start, 0)
        start = P["reshape"](start, shape=(*batch, *[1] * nw))
        found.append(P["add"](start, offsets))
    if inside is not None:
        inside = P["reshape"](inside, shape=(*batch, *[1] * nw))
    return found, inside, nb


def gather(
    operand, start_indices, dimension_numbers, slice_sizes, *, unique_indices=False, indices_are_sorted=False, mode=None,
    fill_value=None,
):  # fmt: skip
    """Windows of operand from starts given by indices, as XLA's Gather. Out of bounds: "clip" (what jax takes too if
    nothing is said) moves the window inside; "fill" gives nan (of integers the least, of unsigned ones the largest) or fill_value."""
    dn = dimension_numbers
    mode = GatherScatterMode.of(mode if mode is not None else getattr(dn, "mode", None) or None, "clip")
    sizes = tuple([int(n) for n in slice_sizes])
    at, inside, nb = positions(
        shape_of(operand),
        start_indices,
        sizes,
        dn.start_index_map,
        dn.operand_batching_dims,
        dn.start_indices_batching_dims,
        mode,
    )
    out = P["gather"](operand, *at)
    if inside is not None:
        fill = fill_of(dtype_of(operand)) if fill_value is None else fill_value
        out = P["where"](inside, out, np.asarray(fill).astype(dtype_of(operand)))
    gone = {*dn.collapsed_slice_dims, *dn.operand_batching_dims}
    shape = shape_of(out)
    out = P["reshape"](out, shape=(*shape[:nb], *[k for d, k in enumerate(shape[nb:]) if d not in gone]))
    rank = len(shape_of(out))
    windows, batch = iter(range(nb, rank)), iter(range(nb))
    return P["transpose"](out, perm=tuple([next(windows if i in dn.offset_dims else batch) for i in range(rank)]))


def fill_of(dtype):
    """What stands where nothing could be read."""
    if dtype.kind in "fc":
        return dtype.type(np.nan)
    return np.iinfo(dtype).min if dtype.kind == "i" else np.iinfo(dtype).max if dtype.kind == "u" else True


def scattering(name, prim, doc):
    """One way of scattering, over the primitive that writes at index arrays."""

    def f(
        operand, scatter_indices, updates, dimension_numbers, *, indices_are_sorted=False, unique_indices=False, mode=None
    ):  # fmt: skip
        dn = dimension_numbers
        mode = GatherScatterMode.of(mode if mode is not None else getattr(dn, "mode", None) or None, "fill")
        shape = shape_of(operand)
        rank = len(shape_of(updates))
        windows = list(dn.update_window_dims)
        batch = [i for i in range(rank) if i not in windows]
        gone = {*dn.inserted_window_dims, *dn.operand_batching_dims}
        sizes = iter([shape_of(updates)[i] for i in windows])
        window = tuple([1 if d in gone else next(sizes) for d in range(len(shape))])
        values = P["transpose"](updates, perm=(*batch, *windows))
        values = P["reshape"](values, shape=(*[shape_of(updates)[i] for i in batch], *window))
        at, inside, _ = positions(
            shape, scatter_indices, window, dn.scatter_dims_to_operand_dims, dn.operand_batching_dims,
            dn.scatter_indices_batching_dims, mode,
        )  # fmt: skip
        if inside is None:
            return P[prim](operand, values, *at)
        # windows that do not fit are written into a row more along the first axis, which is then cut off
        at[0] = P["where"](inside, at[0], shape[0])
        wider = P["concatenate"](operand, np.zeros((1, *shape[1:]), dtype_of(operand)), axis=0)
        return P["getitem"](P[prim](wider, values, *at), idx=(cut(0, shape[0]),))

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"{doc} Windows are placed as by XLA's Scatter; those that do not fit are left out, or moved inside (mode clip)."
    return f


scatter = scattering("scatter", "scatter_set", "operand with updates written in.")
scatter_add = scattering("scatter_add", "scatter_add", "operand with updates added.")
scatter_mul = scattering("scatter_mul", "scatter_mul", "operand multiplied by updates.")
scatter_max = scattering("scatter_max", "scatter_max", "The greater of operand and updates.")
scatter_min = scattering("scatter_min", "scatter_min", "The smaller of operand and updates.")


def scatter_sub(operand, scatter_indices, updates, dimension_numbers, **options):
    """operand with updates subtracted, as scatter_add of their negatives."""
    return scatter_add(operand, scatter_indices, P["neg"](updates), dimension_numbers, **options)


def scatter_apply(operand, scatter_indices, func, dimension_numbers, *, update_shape=(), **options):
    """func applied to the elements that the windows cover."""
    dn = dimension_numbers
    marks = scatter(np.zeros(shape_of(operand), bool), scatter_indices, np.ones(update_shape, bool), dn, **options)
    return P["where"](marks, func(operand), operand)
