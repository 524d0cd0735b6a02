"""autograd.misc.flatten: a nested value as one vector, and back."""

import functools

from ... import numpy as fnp
from ... import tree
from ...core.aval import dtype_of, shape_of
from ..operators import in_order

__all__ = ["flatten", "flatten_func"]


def flatten(value):
    """(vector, unflatten) of lists, tuples and dicts of arrays: `unflatten(vector)` is built as the value was.

    >>> import numpy as np
    >>> vector, unflatten = flatten({"a": np.ones(2), "b": 3.0})
    >>> vector
    array([1., 1., 3.])
    >>> unflatten(2 * vector)
    {'a': array([2., 2.]), 'b': array(6.)}
    """
    leaves, structure = tree.flatten(value)
    shapes = [tuple(shape_of(x)) for x in leaves]
    real = [dtype_of(x).kind != "c" for x in leaves]
    parts = [fnp.ravel(x) for x in leaves]
    vector = fnp.concatenate(parts) if parts else fnp.zeros(0)

    def unflatten(vector):
        back, start = [], 0
        for shape, is_real in zip(shapes, real, strict=True):
            size = 1
            for k in shape:
                size *= k
            part = fnp.reshape(vector[start : start + size], shape)
            back.append(fnp.real(part) if is_real and dtype_of(part).kind == "c" else part)
            start += size
        return in_order(value, tree.unflatten(structure, back))

    return vector, unflatten


def flatten_func(func, example):
    """(function of a vector, unflatten, vector of the example) of a function of a nested value whose results are built as it."""
    vector, unflatten = flatten(example)

    @functools.wraps(func, updated=())
    def of_vector(vector, *args):
        return flatten(func(unflatten(vector), *args))[0]

    return of_vector, unflatten, vector
