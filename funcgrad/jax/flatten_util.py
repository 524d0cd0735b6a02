"""jax.flatten_util: ravel_pytree."""

import numpy as np

from . import tree
from .numpy import asarray, concatenate, reshape


def ravel_pytree(pytree):
    """(the leaves of a pytree as one vector, the function that makes the pytree of such a vector).

    >>> from funcgrad.jax.flatten_util import ravel_pytree
    >>> flat, unravel = ravel_pytree({"a": 1.0, "b": (2.0, 3.0)})
    >>> flat
    Array([1., 2., 3.], dtype=float32, weak_type=True)
    """
    leaves, structure = tree.flatten(pytree)
    leaves = [asarray(x) for x in leaves]
    shapes, dtypes = [x.shape for x in leaves], [x.dtype for x in leaves]
    ends = np.cumsum([int(np.prod(s)) for s in shapes]).tolist()

    def unravel(flat):
        flat = asarray(flat)
        if flat.shape != (ends[-1] if ends else 0,):
            raise ValueError(f"unravel: expected a vector of {ends[-1] if ends else 0} numbers, got shape {flat.shape}")
        parts = [
            flat[end - int(np.prod(s)) : end].reshape(s).astype(d)
            for end, s, d in zip(ends, shapes, dtypes, strict=True)
        ]
        return tree.unflatten(structure, parts)

    flat = concatenate([reshape(x, -1) for x in leaves]) if leaves else asarray([])
    return flat, unravel
