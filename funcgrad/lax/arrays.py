"""Making arrays, and giving them other shapes."""

import math

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..errors import ShapeError

P = PRIMITIVES
__all__ = [
    "bitcast_convert_type", "broadcast", "broadcast_in_dim", "broadcast_like", "shape_as_value", "broadcast_shapes", "broadcast_to_rank", "broadcasted_iota", "collapse",
    "concatenate", "convert_element_type", "dtype", "empty", "expand_dims", "full", "full_like", "iota", "pad", "reshape", "rev",
    "split", "squeeze", "stack", "tile", "transpose", "unstack",
]  # fmt: skip


def whole(values):
    return tuple([int(v) for v in (values if np.iterable(values) else (values,))])


def axis_of(axis, rank):
    """An axis counted from the front; ValueError where there is none."""
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} is out of bounds for an array with {rank} axes")
    return axis % rank


# ------------------------------------------------------------------------------------------------ making
def full(shape, fill_value, dtype=None, *, sharding=None):
    """An array of one value."""
    return fnp.full(shape, fill_value, dtype)


def full_like(x, fill_value, dtype=None, shape=None, sharding=None):
    """An array of one value, of x's shape and dtype unless others are given."""
    return fnp.full(shape_of(x) if shape is None else shape, fill_value, dtype_of(x) if dtype is None else dtype)


def empty(shape, dtype, *, sharding=None):
    """An array of zeros (jax leaves its contents open)."""
    return fnp.zeros(shape, dtype)


def iota(dtype, size):
    """0, 1, ..., size - 1."""
    return np.arange(size).astype(dtype)


def broadcasted_iota(dtype, shape, dimension, sharding=None):
    """An array whose entries are their index along a dimension."""
    numbers = np.arange(shape[dimension]).astype(dtype)
    return np.broadcast_to(numbers.reshape([-1 if i == dimension else 1 for i in range(len(shape))]), shape).copy()


def dtype(x):
    """The NumPy dtype of x."""
    return dtype_of(x)


def convert_element_type(operand, new_dtype):
    """operand in another dtype; floats to integers rounded towards zero."""
    return P["cast"](operand, dtype=np.dtype(new_dtype))


def bitcast_convert_type(operand, new_dtype):
    """The bits of operand read as another dtype: a last axis more (or one less) where the sizes differ. No derivative flows."""
    new, old = np.dtype(new_dtype), dtype_of(operand)
    x = np.asarray(fnp.asarray(operand) if not hasattr(operand, "mark") else plain_value(operand), order="C")
    if new.itemsize == old.itemsize:
        return x.view(new)
    if new.itemsize < old.itemsize:
        return x.reshape(*x.shape, 1).view(new)
    if not x.shape or x.shape[-1] * old.itemsize != new.itemsize:
        raise ShapeError(
            f"bitcast_convert_type: a last axis of {new.itemsize // old.itemsize} makes one {new.name}; got {x.shape}"
        )
    return x.view(new)[..., 0]


def plain_value(x):
    from ..numpy.concrete import concrete

    return concrete(x, "lax.bitcast_convert_type")


# ------------------------------------------------------------------------------------------------ shapes
def reshape(operand, new_sizes, dimensions=None, *, out_sharding=None):
    """The elements in order, in another shape; `dimensions`: the order of the axes in which they are read."""
    if dimensions is not None:
        operand = transpose(operand, dimensions)
    new_sizes = whole(new_sizes)
    if math.prod(new_sizes) != math.prod(shape_of(operand)):
        raise TypeError(f"reshape: {shape_of(operand)} has not as many elements as {new_sizes}")
    return P["reshape"](operand, shape=new_sizes)


def transpose(operand, permutation):
    """The axes in another order."""
    permutation = whole(permutation)
    if sorted(permutation) != list(range(len(shape_of(operand)))):
        raise TypeError(f"transpose: {permutation} is no permutation of the {len(shape_of(operand))} axes")
    return P["transpose"](operand, perm=permutation)


def broadcast(operand, sizes, *, out_sharding=None):
    """New axes of these sizes in front."""
    sizes = whole(sizes)
    return P["broadcast"](operand, shape=(*sizes, *shape_of(operand)), axes=tuple(range(len(sizes))))


def broadcast_in_dim(operand, shape, broadcast_dimensions, *, out_sharding=None):
    """operand repeated to `shape`, its axis i being axis broadcast_dimensions[i] of the result."""
    shape, at = whole(shape), whole(broadcast_dimensions)
    if len(at) != len(shape_of(operand)) or list(at) != sorted(set(at)):
        raise TypeError(
            f"broadcast_in_dim: broadcast_dimensions must name an axis of {shape} for each of operand's, in order; got {at}"
        )
    return P["broadcast"](operand, shape=shape, axes=tuple([i for i in range(len(shape)) if i not in at]))


def broadcast_like(arr, like_arr):
    """arr repeated to the shape of like_arr."""
    return fnp.broadcast_to(arr, shape_of(like_arr))


def shape_as_value(shape):
    """A shape as an array."""
    return np.asarray(shape, np.int64)


def broadcast_shapes(*shapes):
    """The shape that shapes broadcast to; ValueError if they do not."""
    return np.broadcast_shapes(*shapes)


def broadcast_to_rank(x, rank):
    """x with axes of length 1 in front, until it has `rank`."""
    shape = shape_of(x)
    return P["reshape"](x, shape=(1,) * (rank - len(shape)) + tuple(shape))


def expand_dims(array, dimensions):
    """Axes of length 1, put in where the result has them."""
    rank = len(shape_of(array)) + len(dimensions)
    at = {axis_of(d, rank) for d in dimensions}
    sizes = iter(shape_of(array))
    return P["reshape"](array, shape=tuple([1 if i in at else next(sizes) for i in range(rank)]))


def squeeze(array, dimensions):
    """Axes of length 1, taken out."""
    shape = shape_of(array)
    at = {axis_of(d, len(shape)) for d in dimensions}
    if any(shape[d] != 1 for d in at):
        raise ShapeError(
            f"cannot select an axis to squeeze out which has size not equal to one, got shape={shape} and {dimensions=}"
        )
    return P["reshape"](array, shape=tuple([k for i, k in enumerate(shape) if i not in at]))


def collapse(operand, start_dimension, stop_dimension=None):
    """The axes from start_dimension up to stop_dimension, as one."""
    shape = shape_of(operand)
    low, high, _ = slice(start_dimension, stop_dimension).indices(len(shape))
    return P["reshape"](operand, shape=(*shape[:low], math.prod(shape[low:high]), *shape[high:]))


def rev(operand, dimensions):
    """The elements in reverse order along these axes."""
    at = {axis_of(d, len(shape_of(operand))) for d in dimensions}
    return P["getitem"](
        operand, idx=tuple([slice(None, None, -1 if i in at else None) for i in range(len(shape_of(operand)))])
    )


def concatenate(operands, dimension):
    """Arrays joined along an axis."""
    return P["concatenate"](*operands, axis=axis_of(dimension, len(shape_of(operands[0]))))


def stack(operands, axis=0):
    """Arrays joined along a new axis."""
    return fnp.stack(operands, axis=axis)


def unstack(operand, axis=0):
    """The slices along an axis, as a tuple."""
    return tuple(fnp.unstack(operand, axis=axis))


def split(operand, sizes, axis=0):
    """Parts of these sizes along an axis, as a list."""
    axis = axis_of(axis, len(shape_of(operand)))
    if sum(sizes) != shape_of(operand)[axis]:
        raise ShapeError(
            f"split: the sizes {tuple(sizes)} must add up to {shape_of(operand)[axis]}, the length of axis {axis}"
        )
    found, start = [], 0
    for n in whole(sizes):
        found.append(P["getitem"](operand, idx=(*[slice(None)] * axis, slice(start, start + n))))
        start += n
    return found


def tile(operand, reps):
    """operand repeated along each axis."""
    return fnp.tile(operand, tuple(reps))


def pad(operand, padding_value, padding_config):
    """(low, high, interior) of padding_value for each axis; negative low and high cut, interior goes between elements."""
    shape = shape_of(operand)
    if len(padding_config) != len(shape):
        raise ShapeError(f"pad: one (low, high, interior) for each of the {len(shape)} axes; got {len(padding_config)}")
    config = [whole(c) for c in padding_config]
    wide = tuple(
        [max(k + (k - 1) * i, 0) + max(low, 0) + max(high, 0) for k, (low, high, i) in zip(shape, config, strict=True)]
    )
    inside = tuple([
        slice(max(low, 0), max(low, 0) + max(k + (k - 1) * i, 0), i + 1) for k, (low, _, i) in zip(shape, config, strict=True)
    ])  # fmt: skip
    kind = dtype_of(operand)
    value = P["cast"](padding_value, dtype=kind) if dtype_of(padding_value) != kind else padding_value
    out = P["put"](P["broadcast"](value, shape=wide, axes=tuple(range(len(wide)))), operand, idx=inside)
    cut = [slice(max(-low, 0), n - max(-high, 0)) for n, (low, high, _) in zip(wide, config, strict=True)]
    return out if all(s == slice(0, n) for s, n in zip(cut, wide, strict=True)) else P["getitem"](out, idx=tuple(cut))
