"""Pytrees as vectors, by jax.flatten_util's name."""

import math

import numpy as np

from . import numpy as fnp
from . import tree
from .core.aval import dtype_of, shape_of
from .errors import ShapeError
from .numpy.arguments import as_array, cast

__all__ = ["ravel_pytree"]


def ravel_pytree(pytree):
    """(the elements of a pytree as one vector, in the dtype they have in common; the function that makes the pytree of such a one).

    The function raises ValueError for a vector of another length.

    >>> import numpy as np
    >>> flat, back = ravel_pytree({"a": 1.0, "b": np.array([2.0, 3.0])})
    >>> flat, back(flat * 2)["b"]
    (array([1., 2., 3.]), array([4., 6.]))
    """
    leaves, structure = tree.flatten(pytree)
    leaves = [as_array(x) for x in leaves]
    shapes, dtypes = [shape_of(x) for x in leaves], [dtype_of(x) for x in leaves]
    ends = np.cumsum([math.prod(s) for s in shapes], dtype=int).tolist()
    length = ends[-1] if ends else 0

    def unravel(flat):
        if shape_of(flat) != (length,):
            raise ShapeError(f"unravel: expected a vector of {length} elements; got shape {shape_of(flat)}")
        parts = [flat[end - math.prod(s) : end] for end, s in zip(ends, shapes, strict=True)]
        return tree.unflatten(
            structure, [cast(fnp.reshape(p, s), d) for p, s, d in zip(parts, shapes, dtypes, strict=True)]
        )

    return (fnp.concatenate([fnp.ravel(x) for x in leaves]) if leaves else np.zeros(0)), unravel
