"""Sums and norms of sparse Tensors."""

import numpy as np

from ..functions.register import FUNCTIONS as T
from ..graph import labelled
from .arranging import wrapped
from .coordinates import sparse
from .entries import Entries, coalesced
from .meeting import answers


def summed(input, dim, keepdim=False, label="SumBackward1"):
    """The sum over some dimensions: sparse while a sparse one is left."""
    e = input.val
    dims = (dim,) if isinstance(dim, int) else tuple(dim)
    dims = sorted({wrapped(d, input.dim()) for d in dims})
    inner = [d - e.dims + 1 for d in dims if d >= e.dims]
    values = e.values.sum(inner) if inner else e.values
    left = [d for d in range(e.dims) if d not in dims]
    if not left:
        out = values.sum(0)
        out = out.reshape([1 if d in dims else n for d, n in enumerate(e.shape)]) if keepdim else out
        return labelled(out, label, (input,))
    shape = tuple([n for d, n in enumerate(e.shape) if d not in dims])
    found = Entries(e.indices[left], values, shape, e.coalesced and len(left) == e.dims)
    if len(left) < e.dims:
        found = coalesced(found)
        if found.values is values:
            found = found.like(values.clone())
    if keepdim:
        for d in dims:
            if d < e.dims:
                found.indices = np.insert(found.indices, d, 0, 0)
            else:
                found.values = found.values.unsqueeze(d - e.dims + 1)
        found.shape = tuple([1 if d in dims else n for d, n in enumerate(e.shape)])
    return sparse(found, label, (input,))


@answers("sum")
def total(input, dim=None, keepdim=False, *, dtype=None):
    input = input if dtype is None else input.to(dtype)
    if dim is None or dim == ():
        return input.val.values.sum()
    return summed(input, dim, keepdim)


@answers("norm")
def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    if dim is not None:
        raise RuntimeError("norm_sparse currently only supports full reductions, so 'dim' must be empty or None")
    return labelled(T["norm"](coalesced(input.val).values, p, dtype=dtype), "NormBackward1", (input,))


@answers()
def dist(input, other, p=2):
    return norm(input - other, p)


@answers("any")
def any_(input, *dim, **kwargs):
    from .refused import refusal

    if dim or kwargs:
        raise refusal("any.dim")
    return T["any"](coalesced(input.val).values)
