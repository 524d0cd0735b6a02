"""What changes a sparse Tensor, or a dense one by a sparse one, in place."""

import numpy as np

from funcgrad.core import state

from .. import dtypes
from ..functions.register import FUNCTIONS as T
from ..functions.register import METHODS
from ..payload import current
from . import arithmetic
from .construction import empty
from .coordinates import Sparse, sparse
from .entries import rows, scaled_onto, tensor, unrecorded
from .meeting import answers

tls = state.tls


def check_leaf(self):
    if tls.grad and self.requires_grad and self.is_leaf:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


SUM = "Can't convert result type {got} to output {own} in add operation"
PRODUCT = "Can't convert result type {got} to output {own}"
SCALED = "dtype of values ({got}) must match dtype of sparse tensor ({own})"
QUOTIENT = "result type {got} can't be cast to the desired output type {own}"


def check_result(said, own, got):
    """RuntimeError in these words of torch's if what an operation gives cannot be written into a Tensor of this dtype."""
    if got != own and dtypes.CATEGORY[got.kind] > dtypes.CATEGORY[own.kind]:
        names = [dtypes.name_of(d) for d in (own, got)]
        own, got = [dtypes.SPOKEN.get(n, n) for n in names]
        raise RuntimeError(said.format(own=own, got=got))


def become(self, new, said):
    """Give a sparse Tensor what an operation has made of it; its dtype stays."""
    check_leaf(self)
    e = new.val
    check_result(said, self.val.dtype, e.dtype)
    self.become(e if e.dtype == self.val.dtype else e.like(e.values.to(self.dtype)))
    return self


def into_dense(self, other, alpha):
    """dense += alpha * sparse, in the dense Tensor's own memory."""
    e = other.val
    if self.shape != other.shape:
        raise RuntimeError(
            f"add: expected 'self' and 'other' to have same size, but self has size {list(self.shape)} while other has size "
            f"{list(other.shape)} (FYI: dense-sparse addition does not currently support broadcasting)"
        )
    check_result(SUM, self.owner.dtype(self), T["result_type"](self, e.values).numpy)
    if e.dims == 1 and e.dense_shape and (not tls.grad or unrecorded(self, e.values)):
        which, at = np.unique(e.indices[0], return_inverse=True)
        held, values = current(rows(self.detach(), which)).val, current(e.values.detach().to(self.dtype)).val
        held = scaled_onto(held, at, values, alpha)
        self[tensor(which)] = tensor(held)
        return self
    if self.dim() and e.dims == 1:
        return self.index_add_(0, tensor(e.indices[0]), e.values.to(self.dtype), alpha=alpha)
    values = e.values if isinstance(alpha, int) and alpha == 1 else e.values * alpha
    return self.index_put_(tuple([tensor(i) for i in e.indices]), values.to(self.dtype), accumulate=True)


@answers("add_", "__iadd__")
def add_(self, other, *, alpha=1):
    if isinstance(self, Sparse):
        return become(self, arithmetic.add(self, other, alpha=alpha), SUM)
    return into_dense(self, other, alpha)


@answers("sub_", "subtract_", "__isub__")
def sub_(self, other, *, alpha=1):
    if isinstance(self, Sparse):
        return become(self, arithmetic.sub(self, other, alpha=alpha), SUM)
    return into_dense(self, other, -alpha)


@answers("mul_", "multiply_", "__imul__")
def mul_(self, other):
    if isinstance(self, Sparse):
        return become(self, arithmetic.mul(self, other), PRODUCT if isinstance(other, Sparse) else SCALED)
    check_result(SUM, self.owner.dtype(self), T["result_type"](self, other.val.values).numpy)
    return self.copy_(arithmetic.mul(self, other).to_dense())


@answers("div_", "divide_", "true_divide_", "__itruediv__")
def div_(self, other):
    check_leaf(self)
    return become(self, arithmetic.div(self, other), QUOTIENT)


def written(name):
    def f(self, *args, **kwargs):
        check_leaf(self)
        if not self.val.coalesced and name not in ("neg_", "negative_"):
            raise RuntimeError(f"{name} requires coalesced input")
        METHODS[name](self.val.values, *args, **kwargs)
        return self

    return f


for _name in (*arithmetic.BY_VALUES, "neg", "negative"):
    if f"{_name}_" in METHODS and _name[0] != "_":
        answers(f"{_name}_")(written(f"{_name}_"))


@answers()
def zero_(self):
    check_leaf(self)
    return sparse_resize_and_clear_(self, self.shape, self.val.dims, self.dim() - self.val.dims)


@answers()
def sparse_resize_and_clear_(self, size, sparse_dim, dense_dim):
    new = empty(size, self.dtype, False, dense_dim)
    self.become(new.val)
    return self


@answers()
def sparse_resize_(self, size, sparse_dim, dense_dim):
    """Another size for the same entries; RuntimeError in torch's words where they would not fit into it."""
    e, size = self.val, tuple(map(int, size))
    if sparse_dim + dense_dim != len(size):
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, sparse_dim = {sparse_dim}, "
            f"dense_dim = {dense_dim}"
        )
    if not e.nnz:
        return sparse_resize_and_clear_(self, size, sparse_dim, dense_dim)
    refused = " on a non-empty sparse tensor is not supported."
    for kind, old, new in (("sparse", e.dims, sparse_dim), ("dense", len(e.dense_shape), dense_dim)):
        if old != new:
            raise RuntimeError(f"changing the number of {kind} dimensions (from {old} to {new}){refused}")
    for kind, old, new in (
        ("sparse", e.sparse_shape, size[:sparse_dim]),
        ("dense", e.dense_shape, size[sparse_dim:]),
    ):
        if any([n < o for o, n in zip(old, new)]):
            raise RuntimeError(f"shrinking the size of {kind} dimensions (from {list(old)} to {list(new)}){refused}")
    if size[sparse_dim:] != e.dense_shape:
        values = e.values.new_zeros((e.nnz, *size[sparse_dim:]))
        values[tuple([slice(n) for n in e.values.shape])] = e.values
        e = e.like(values)
    e = e.like(shape=size)
    self.become(e)
    return self


@answers("resize_as_sparse_", "resize_as_")
def resize_as_sparse_(self, the_template, **_):
    other = the_template.val
    return sparse_resize_(self, other.shape, other.dims, len(other.dense_shape))


@answers()
def copy_(self, src, non_blocking=False):
    if isinstance(self, Sparse) != isinstance(src, Sparse):
        kinds = [t.type() for t in (self, src)]
        raise RuntimeError(
            "copy_() between dense and sparse Tensors is not implemented! Found self type = "
            f"{kinds[0]} and src type = {kinds[1]}"
        )
    check_leaf(self)
    self.become(src.clone().to(self.dtype).val)
    return self


@answers()
def detach_copy(self):
    return sparse(self.val.like(self.val.values.detach().clone()))
