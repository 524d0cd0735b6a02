"""Functions that arrange elements, of arrays of typed keys.

Invariant: a function that only moves elements does the same to the first words of keys as to the second ones, so it is mapped over them.
"""

import functools

from .. import tree
from ..random.keys import KeyArray

ARRANGING = frozenset(
    "append array_split atleast_1d atleast_2d atleast_3d broadcast_to column_stack concat concatenate delete diagonal dsplit dstack "
    "expand_dims flip fliplr flipud hsplit hstack insert moveaxis permute_dims ravel repeat reshape resize roll rollaxis rot90 split squeeze "
    "stack swapaxes take take_along_axis tile transpose unstack vsplit vstack where".split()
)


def is_key(x):
    return isinstance(x, KeyArray)


def arranging(call):
    """A function of arrays, which takes arrays of keys too. (They are looked for where it has failed.)"""

    @functools.wraps(call)
    def of_keys(*args, **kwargs):
        try:
            return call(*args, **kwargs)
        except (TypeError, AttributeError):
            if not any(map(is_key, tree.leaves((args, kwargs), is_key))):
                raise
        return mapped(call, args, kwargs)

    return of_keys


def mapped(call, args, kwargs):
    """A function of arrays, of the words of the keys among its arguments; its results are keys."""
    from .arrays import PRNGKeyArray
    from .transforms import vmap

    leaves, structure = tree.flatten((args, kwargs), is_key)
    at = [i for i, x in enumerate(leaves) if is_key(x)]

    def f(words):
        full = list(leaves)
        for i, w in zip(at, words, strict=True):
            full[i] = w
        args, kwargs = structure.unflatten(full)
        return call(*args, **kwargs)

    out = vmap(f, in_axes=-1, out_axes=-1)([leaves[i].words for i in at])
    return tree.map(PRNGKeyArray, out)
