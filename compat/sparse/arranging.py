"""Sparse Tensors with their dimensions in another order, in parts and put together."""

import numpy as np

from ..errors import type_name
from ..functions.register import FUNCTIONS as T
from ..functions.register import METHODS
from ..graph import labelled
from ..payload import current
from ..tensor import Tensor
from .construction import alias
from .coordinates import Sparse, sparse, wrapped
from .entries import Entries, rows
from .meeting import answers
from .refused import refusal


# ------------------------------------------------------------------------------------------------ the order of dimensions
def arranged(self, order, label):
    e = self.val
    own, others = [d for d in order if d < e.dims], [d - e.dims for d in order if d >= e.dims]
    if list(order[: e.dims]) != own:
        raise RuntimeError("transpose: can only swap sparse with sparse dimensions, dense with dense ones")
    values = e.values if others == sorted(others) else METHODS["permute"](e.values, (0, *[d + 1 for d in others]))
    values = alias(e.values) if values is e.values else values
    shape = tuple([e.shape[d] for d in order])
    still = own == sorted(own)
    return sparse(Entries(e.indices[own], values, shape, e.coalesced and still or e.nnz < 2), label, (self,))


@answers("transpose", "swapaxes", "swapdims")
def transpose(input, dim0, dim1):
    order = list(range(input.dim()))
    a, b = wrapped(dim0, len(order)), wrapped(dim1, len(order))
    order[a], order[b] = b, a
    return arranged(input, order, "TransposeBackward0")


@answers()
def t(input):
    if input.dim() > 2:
        raise RuntimeError(
            f"t() expects a tensor with <= 2 sparse and 0 dense dimensions, but got {input.val.dims} sparse and {input.dim() - input.val.dims} dense dimensions"
        )
    return arranged(input, list(range(input.dim()))[::-1], "TBackward0")


@answers()
def permute(input, *dims):
    dims = dims[0] if len(dims) == 1 and isinstance(dims[0], (tuple, list)) else dims
    if len(dims) != input.dim():
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions "
            f"i.e. input.dim() = {input.dim()} is not equal to len(dims) = {len(dims)}"
        )
    return arranged(input, [wrapped(d, input.dim()) for d in dims], "PermuteBackward0")


@answers()
def t_(self):
    self.val.indices[:] = self.val.indices[::-1].copy()
    self.val = self.val.like(shape=self.val.shape[::-1], coalesced=False)
    return self


@answers("transpose_")
def transpose_(self, dim0, dim1):
    self.become(transpose(self, dim0, dim1).val)
    return self


@answers()
def unsqueeze(input, dim):
    e = input.val
    dim = wrapped(dim, input.dim() + 1)
    shape = (*e.shape[:dim], 1, *e.shape[dim:])
    if dim > e.dims:
        return sparse(e.like(e.values.unsqueeze(dim - e.dims + 1), shape=shape), "UnsqueezeBackward0", (input,))
    indices = np.insert(e.indices, dim, 0, 0)
    return sparse(e.like(alias(e.values), indices, shape), "UnsqueezeBackward0", (input,))


# ------------------------------------------------------------------------------------------------ parts
@answers()
def select(input, dim, index):
    e = input.val
    if not input.dim():
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrapped(dim, input.dim())
    size = e.shape[dim]
    if not -size <= index < size:
        raise IndexError(f"select(): index {index} out of range for tensor of size {list(e.shape)} at dimension {dim}")
    index = int(index) % size
    shape = (*e.shape[:dim], *e.shape[dim + 1 :])
    if dim >= e.dims:
        values = e.values.select(dim - e.dims + 1, index)
        return sparse(e.like(values, shape=shape), "SelectBackward0", (input,))
    there = np.nonzero(e.indices[dim] == index)[0]
    if e.dims == 1:
        out = rows(e.values, there).sum(0)
        return labelled(out if out.dtype == e.values.dtype else out.to(e.values.dtype), "SelectBackward0", (input,))
    found = e.picked(there, shape=shape)
    found.indices = np.delete(found.indices, dim, 0)
    found.coalesced = e.coalesced or found.nnz < 2
    return sparse(found, "SelectBackward0", (input,))


@answers()
def index_select(input, dim, index):
    e = input.val
    dim, index = wrapped(dim, input.dim()), np.asarray(current(index).val).reshape(-1)
    size = e.shape[dim]
    outside = index[(index < -size) | (index >= size)]
    if outside.size:
        raise IndexError(
            f"index_select(): index contains {outside[0]} that is out of range for tensor of size {list(e.shape)} at dimension {dim}"
        )
    shape = (*e.shape[:dim], len(index), *e.shape[dim + 1 :])
    if dim >= e.dims:
        values = T["index_select"](e.values, dim - e.dims + 1, T["tensor"](index))
        return sparse(e.like(values, shape=shape), "IndexSelectBackward0", (input,))
    order = np.argsort(e.indices[dim], kind="stable")
    ordered = e.indices[dim][order]
    index = index % max(size, 1)
    first = np.searchsorted(ordered, index)
    counts = np.searchsorted(ordered, index, "right") - first
    new = np.repeat(np.arange(len(index)), counts)
    at = order[np.arange(len(new)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)]
    found = e.picked(at, shape=shape, coalesced=len(at) < 2)
    found.indices[dim] = new
    return sparse(found, "IndexSelectBackward0", (input,))


@answers()
def unbind(input, dim=0):
    return tuple([select(input, dim, i) for i in range(input.shape[dim])])


@answers("__getitem__")
def get(self, idx):
    idx = idx if isinstance(idx, tuple) else (idx,)
    given = [i for i in idx if i is not None and i is not Ellipsis]
    if len(given) > self.dim():
        raise IndexError(f"too many indices for tensor of dimension {self.dim()}")
    out, dim = self, 0
    for i in idx:
        if i is Ellipsis:
            dim = out.dim() - len(given) + dim
        elif i is None:
            out, dim = unsqueeze(out, dim) if isinstance(out, Sparse) else out.unsqueeze(dim), dim + 1
        elif isinstance(i, slice):
            if i.indices(out.shape[dim]) != (0, out.shape[dim], 1):
                raise refusal("as_strided")
            dim += 1
        elif isinstance(i, int) and not isinstance(i, bool):
            if not -out.shape[dim] <= i < out.shape[dim]:
                raise IndexError(f"index {i} is out of bounds for dimension {dim} with size {out.shape[dim]}")
            out = out.select(dim, i)
        elif isinstance(i, (Tensor, list, np.ndarray)) and len(idx) == 1:
            i = i if isinstance(i, Tensor) else T["tensor"](i)
            if i.dim() == 1 and i.dtype.name == "int64":
                return index_select(self, 0, i)
            raise refusal("index.Tensor")
        else:
            raise (
                refusal("index.Tensor")
                if not isinstance(i, str)
                else TypeError(f"invalid index of type {type_name(i)}")
            )
    return out


@answers("__setitem__")
def put(self, idx, value):
    if isinstance(self, Sparse):
        raise refusal("as_strided" if isinstance(idx, slice) else "copy_")
    raise RuntimeError(
        "copy_() between dense and sparse Tensors is not implemented! Found self type = torch.FloatTensor and src type = torch.sparse.FloatTensor"
    )


# ------------------------------------------------------------------------------------------------ put together
@answers("cat", "concat", "concatenate")
def cat(tensors, dim=0):
    for k, s in enumerate(tensors):
        if not isinstance(s, Sparse):
            raise RuntimeError(f"Concatenating sparse tensors, but a dense tensor was found at position {k}.")
    dim, first = wrapped(dim, tensors[0].dim()), tensors[0].val
    for k, s in enumerate(tensors):
        if s.val.dims != first.dims or s.dim() != len(first.shape):
            raise RuntimeError(
                f"All tensors must have the same shape: {list(first.shape)} (except in the concatenating dimension), but found shape: "
                f"{list(s.shape)} at position {k}"
            )
        for d in range(s.dim()):
            if d != dim and s.shape[d] != first.shape[d]:
                raise RuntimeError(
                    "Sizes of tensors must match except in dimension "
                    f"{dim}. Expected size {first.shape[d]} but got size {s.shape[d]} for tensor number {k} in the list."
                )
    sizes = [s.shape[dim] for s in tensors]
    shape = (*first.shape[:dim], sum(sizes), *first.shape[dim + 1 :])
    if dim >= first.dims:
        raise NotImplementedError("compat has no cat of sparse Tensors along a dense dimension; use to_dense() first")
    moved, before = [], 0
    for s, size in zip(tensors, sizes):
        indices = s.val.indices.copy()
        indices[dim] += before
        moved.append(indices)
        before += size
    values = T["cat"]([s.val.values for s in tensors])
    return sparse(Entries(np.concatenate(moved, 1), values, shape), "CatBackward0", tuple(tensors))


@answers()
def stack(tensors, dim=0):
    got = cat([unsqueeze(s, dim) for s in tensors], dim)
    labelled(got.val.values, "StackBackward0", tuple(tensors))
    return got


@answers()
def hstack(tensors):
    return cat(tensors, min(1, tensors[0].dim() - 1))


@answers("vstack", "row_stack")
def vstack(tensors):
    return cat([unsqueeze(s, 0) if s.dim() < 2 else s for s in tensors])
