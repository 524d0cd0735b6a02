"""jax.scipy.ndimage's map_coordinates: an array read at places between its elements, for traced arrays and plain ones."""

import functools
import itertools
import operator

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..errors import ShapeError
from ..lax.elementwise import round as away_from_zero
from ..numpy.arguments import as_array, cast

__all__ = ["map_coordinates"]


def triangle(index, size):
    """Places beyond the ends, mirrored at the middle of the end elements, over and over."""
    if size == 1:
        return index * 0
    return fnp.abs((index + size - 1) % (2 * (size - 1)) - (size - 1))


FOLDS = {
    "constant": lambda index, size: fnp.clip(index, 0, size - 1),
    "nearest": lambda index, size: fnp.clip(index, 0, size - 1),
    "wrap": lambda index, size: index % size,
    "mirror": triangle,
    "reflect": lambda index, size: (triangle(2 * index + 1, 2 * size + 1) - 1) // 2,
}


def map_coordinates(input, coordinates, order, mode="constant", cval=0.0):  # noqa: A002
    """input at `coordinates` (an array for each axis): of the nearest element (order 0), or linear between them (1).

    `mode`: what lies beyond the ends (constant, nearest, wrap, mirror, reflect). ValueError unless there is an array for each axis;
    NotImplementedError for other orders and modes, as in jax.

    >>> import numpy as np
    >>> map_coordinates(np.array([0.0, 10.0, 20.0]), [np.array([0.5, 1.75])], 1)
    array([ 5. , 17.5])
    """
    input, coordinates = as_array(input), [as_array(c) for c in coordinates]  # noqa: A001
    shape = shape_of(input)
    if len(coordinates) != len(shape):
        raise ShapeError(f"map_coordinates: expected an array for each of {len(shape)} axes; got {len(coordinates)}")
    if mode not in FOLDS or order not in (0, 1):
        raise NotImplementedError(
            f"map_coordinates: order must be 0 or 1 and mode one of {', '.join(FOLDS)}; got {order!r} and {mode!r}"
        )
    whole = np.dtype(np.int32)
    nodes = []  # per axis [(place, inside or True, weight)]
    for c, size in zip(coordinates, shape, strict=True):
        if order == 0:
            near = c if dtype_of(c).kind in "iu" else away_from_zero(c)
            places = [(cast(near, whole), None)]
        else:
            low = fnp.floor(c)
            upper = c - low
            places = [(cast(low, whole), 1 - upper), (cast(low, whole) + 1, upper)]
        inside = [(fnp.logical_and(i >= 0, i < size) if mode == "constant" else True) for i, _ in places]
        nodes.append([(FOLDS[mode](i, size), ok, w) for (i, w), ok in zip(places, inside, strict=True)])
    total = None
    for corner in itertools.product(*nodes):
        value = input[tuple([i for i, _, _ in corner])]
        valid = [ok for _, ok, _ in corner if ok is not True]
        if valid:
            value = fnp.where(functools.reduce(fnp.logical_and, valid), value, np.asarray(cval).astype(dtype_of(input)))
        weights = [w for _, _, w in corner if w is not None]
        value = functools.reduce(operator.mul, [*weights, value])
        total = value if total is None else total + value
    if dtype_of(input).kind in "iu" and dtype_of(total).kind == "f":
        total = away_from_zero(total)
    return cast(total, dtype_of(input))
