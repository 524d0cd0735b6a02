"""Products of sparse matrices: with dense ones, with vectors, with each other."""

import numpy as np

from ..deprecations import once
from ..graph import labelled
from ..tensor import Tensor
from .coordinates import Sparse, sparse
from .entries import Entries, added, coalesced, rows
from .meeting import answers


def check_matrices(a, b, name="mat"):
    """RuntimeError in torch's words if two Tensors have no product as matrices."""
    if a.dim() != 2:
        raise RuntimeError(f"mat1 must be a matrix, got {a.dim()}-D tensor")
    if b.dim() != 2:
        raise RuntimeError(f"mat2 must be a matrix, got {b.dim()}-D tensor")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a.shape[0]}x{a.shape[1]} and {b.shape[0]}x{b.shape[1]})"
        )


def of_dense(s, x):
    """A sparse matrix times a dense one (or a vector)."""
    e = s.val
    if e.values.dtype != x.dtype:
        raise RuntimeError(f"Expected object of scalar type {e.values.dtype} but got scalar type {x.dtype}")
    values = e.values.reshape(-1, *[1] * (x.dim() - 1))
    return added((e.shape[0], *x.shape[1:]), e.indices[0], values * rows(x, e.indices[1]))


def flipped(e):
    return e.like(indices=e.indices[::-1], shape=e.shape[::-1], coalesced=False)


def of_sparse(a, b):
    """The product of two sparse matrices, in order. (torch's goes by rows, of which it warns for each of the two.)"""
    once("csr")
    once("csr")
    x, y = coalesced(a.val), coalesced(b.val)
    first = np.searchsorted(y.indices[0], x.indices[1])
    counts = np.searchsorted(y.indices[0], x.indices[1], "right") - first
    mine = np.repeat(np.arange(x.nnz), counts)
    theirs = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    values = rows(x.values, mine) * rows(y.values, theirs)
    at = np.stack([x.indices[0][mine], y.indices[1][theirs]])
    return coalesced(Entries(at, values, (a.shape[0], b.shape[1])))


def product(a, b, label, of_two=None):
    check_matrices(a, b)
    if isinstance(a, Sparse) and isinstance(b, Sparse):
        return sparse(of_sparse(a, b), of_two or label, (a, b))
    if isinstance(a, Sparse):
        out = of_dense(a, b)
    else:
        out = of_dense(sparse(flipped(b.val)), a.t()).t()
    return labelled(out, label, (a, b))


@answers("mm", "spmm", "dsmm")
def mm(input, mat2):
    return product(input, mat2, "MmBackward0")


@answers()
def mv(input, vec):
    if input.dim() != 2 or vec.dim() != 1 or input.shape[1] != vec.shape[0]:
        raise RuntimeError("mv: expected self.size(-1) == vec.size(-1)")
    return labelled(of_dense(input, vec), "MvBackward0", (input, vec))


@answers("matmul", "__matmul__")
def matmul(input, other):
    if not isinstance(input, Tensor) or not isinstance(other, Tensor):
        return NotImplemented
    if input.dim() == 2 and other.dim() == 1:
        return mv(input, other)
    if input.dim() == 1 and other.dim() == 2 and not isinstance(input, Sparse):
        if input.shape[0] != other.shape[0]:
            raise RuntimeError(
                f"addmm: Argument #3 (dense): Expected dim 0 size {other.shape[0]}, got {input.shape[0]}"
            )
        return mv(sparse(flipped(other.val)), input)
    if input.dim() == 3 and other.dim() == 3:
        return bmm(input, other)
    return mm(input, other)


@answers("__rmatmul__")
def rmatmul(self, other):
    return matmul(other, self)


@answers()
def bmm(input, mat2):
    if isinstance(mat2, Sparse):
        raise RuntimeError("bmm_sparse: Tensor 'mat2' must be dense")
    e = input.val
    (b, m, k), n = input.shape, mat2.shape[2]
    if tuple(mat2.shape[:2]) != (b, k):
        raise RuntimeError("bmm_sparse: Tensors must have the same size in dimension 0 and be multipliable as matrices")
    batch, row, column = e.indices
    out = added((b * m, n), batch * m + row, e.values[:, None] * rows(mat2.reshape(b * k, n), batch * k + column))
    return labelled(out.reshape(b, m, n), "BmmBackward0", (input, mat2))


def addmm_of(mat, mat1, mat2, beta, alpha, label):
    if (
        isinstance(mat, Sparse)
        and not (isinstance(mat1, Sparse) and isinstance(mat2, Sparse))
        or not isinstance(mat1, Sparse)
    ):
        raise RuntimeError("addmm_sparse_dense: expected strided result tensor, got tensor with layout Sparse")
    check_matrices(mat1, mat2)
    if isinstance(mat2, Sparse):
        if not isinstance(mat, Sparse):
            raise RuntimeError("addmm_sparse_dense: expected strided result tensor, got tensor with layout Sparse")
        return mat * beta + product(mat1, mat2, label) * alpha
    out = of_dense(mat1, mat2)
    out = out if alpha == 1 else out * alpha
    out = mat + out if beta == 1 else mat * beta + out
    return labelled(out, label, (mat, mat1, mat2))


@answers()
def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    return addmm_of(input, mat1, mat2, beta, alpha, "AddmmBackward0")


@answers()
def linear(input, weight, bias=None):
    out = mm(input, weight.t())
    return out if bias is None else out + bias


# ------------------------------------------------------------------------------------------------ with sparse results
@answers()
def smm(input, mat, mat2=None):
    """A sparse matrix times a dense one, all of each row that is not empty, as a sparse Tensor."""
    check_matrices(input, mat)
    full = of_dense(input, mat)
    filled, n = np.unique(input.val.indices[0]), mat.shape[1]
    at = np.stack([np.repeat(filled, n), np.tile(np.arange(n), len(filled))])
    values = rows(full, filled).reshape(-1)
    return sparse(Entries(at, values, full.shape, len(values) < 2), "NotImplemented", (input, mat))


@answers()
def hspmm(mat1, mat2):
    """A sparse matrix times a dense one, in rows: those that are not empty."""
    check_matrices(mat1, mat2)
    full = of_dense(mat1, mat2)
    filled = np.unique(mat1.val.indices[0])
    return sparse(
        Entries(filled[None], rows(full, filled), full.shape, len(filled) < 2), "HspmmBackward0", (mat1, mat2)
    )
