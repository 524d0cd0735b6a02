"""Sparse Tensors made of indices and values, or of dense Tensors; what they are asked; and dense Tensors made of them."""

import contextlib

import numpy as np

from funcgrad.core import state
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import value_of

from .. import dtypes
from ..deprecations import once
from ..functions.register import FUNCTIONS as T
from ..functions.register import METHODS
from ..graph import labelled
from ..payload import current
from ..size import Size
from ..tensor import Tensor
from .coordinates import Sparse, sparse
from .entries import Entries, at_places, coalesced, dense, tensor
from .meeting import answers

tls = state.tls


class check_sparse_tensor_invariants(contextlib.ContextDecorator):
    """Whether indices are checked when sparse Tensors are made: enable(), disable(), or a `with` block."""

    on = None  # (None: nobody has said)

    def __init__(self, enable=True):
        self.asked, self.before = enable, None

    is_enabled = staticmethod(lambda: bool(check_sparse_tensor_invariants.on))

    @staticmethod
    def enable():
        check_sparse_tensor_invariants.on = True

    @staticmethod
    def disable():
        check_sparse_tensor_invariants.on = False

    def __enter__(self):
        if self.before is not None:
            raise RuntimeError("This context manager is already activated. Use a different instance of it.")
        self.before = self.is_enabled()
        check_sparse_tensor_invariants.on = self.asked

    def __exit__(self, *error):
        check_sparse_tensor_invariants.on, self.before = self.before, None


def checked(asked):
    """Are the indices of what is made now to be checked?"""
    if asked is None and check_sparse_tensor_invariants.on is None:
        once("sparse")
    return check_sparse_tensor_invariants.on if asked is None else asked


def alias(values):
    """The same values in the same memory, as another Tensor (of the same history, where one is being recorded)."""
    if tls.grad and (values.mark is not None or values.owner is not TAPE):
        return METHODS["view"](values, values.shape)
    return values.detach()


def sparse_coo_tensor(
    indices=None, values=None, size=None, *, dtype=None, device=None, pin_memory=False, requires_grad=False, check_invariants=None,
    is_coalesced=None,
):  # fmt: skip
    """A Tensor of values [nnz, *dense sizes] at indices [sparse dimensions, nnz], of a size (None: as large as the indices ask for).

    sparse_coo_tensor(size): one without entries. RuntimeError in torch's words where these do not fit together.

    >>> import compat as torch
    >>> s = torch.sparse_coo_tensor([[0, 1], [2, 0]], [3.0, 4.0], (2, 3), check_invariants=True)
    >>> s.to_dense()
    tensor([[0., 0., 3.],
            [4., 0., 0.]])
    """
    if values is None:
        size = indices if size is None else size
        return empty(size, dtype, requires_grad)
    check = checked(check_invariants)
    if not isinstance(values, Tensor):
        values = T["tensor"](values)
    indices = indices if isinstance(indices, Tensor) else T["tensor"](indices, dtype=dtypes.BY_NAME["int64"])
    given = values
    values = values.to(device=device, dtype=dtype) if dtype is not None else alias(values)
    if requires_grad or given.mark is not None and values.mark is None:
        values = values.detach()
    places = np.asarray(current(indices.long()).val)
    if not values.dim():
        values = values.expand(1) if places.ndim == 2 and places.shape[1:] == (1,) else values.reshape(1)
    if places.ndim != 2:
        if size is not None and places.size:
            raise misfit(size, len(places), values.dim() - 1)
        if places.ndim == 1 and not places.size:
            places = places.reshape(0, 0) if size is not None else places.reshape(1, 0)
        else:
            raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(places.shape)}")
    dims, nnz = places.shape
    if size is None:
        low = places.min(1, initial=0) if nnz else np.zeros(dims, np.int64)
        if (low < 0).any():
            at = int(np.argmax(low < 0))
            raise RuntimeError(f"found negative index {low[at]} for dim {at}")
        size = (*((places.max(1) + 1).tolist() if nnz else [0] * dims), *values.shape[1:])
    size = tuple(map(int, size))
    rest = values.dim() - 1
    if len(size) != dims + rest:
        raise misfit(size, dims, rest)
    if values.shape[0] != nnz:
        raise RuntimeError(
            f"indices and values must have same nnz, but got nnz from indices: {nnz}, nnz from values: {values.shape[0]}"
        )
    if values.shape[1:] != size[dims:]:
        raise RuntimeError(f"values has incorrect size, expected {[nnz, *size[dims:]]}, got {list(values.shape)}")
    if check:
        check_entries(places, size, is_coalesced)
    if is_coalesced is None and nnz < 2:
        is_coalesced = True
    made = sparse(
        Entries(places, values, size, bool(is_coalesced)), "SparseCooTensorWithDimsAndTensorsBackward0", (given,)
    )
    return made.requires_grad_() if requires_grad else made


def misfit(size, dims, rest):
    return RuntimeError(
        f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(size)}, sparse_dim = {dims}, dense_dim = {rest}"
    )


def check_entries(places, size, is_coalesced):
    """RuntimeError in torch's words for an index that is outside."""
    if not places.size:
        return
    for d, (low, high) in enumerate(zip(places.min(1).tolist(), places.max(1).tolist())):
        if low < 0:
            raise RuntimeError(f"found negative index {low} for dim {d}")
        if high >= size[d]:
            raise RuntimeError(
                f"size is inconsistent with indices: for dim {d}, size is {size[d]} but found index {high}"
            )
    if is_coalesced:
        numbers = np.ravel_multi_index(tuple(places), size[: len(places)])
        if (numbers[1:] <= numbers[:-1]).any():
            raise RuntimeError("cannot set is_coalesced to true if indices correspond to uncoalesced COO tensor")


def empty(size, dtype=None, requires_grad=False, dense_dim=0):
    """A sparse Tensor without entries."""
    size = tuple(map(int, size))
    dims = len(size) - dense_dim
    values = T["zeros"]((0, *size[dims:]), dtype=dtype)
    made = sparse(Entries(np.empty((dims, 0), np.int64), values, size, True))
    return made.requires_grad_() if requires_grad else made


def to_sparse(self, sparse_dim=None, *, layout=None, blocksize=None, dense_dim=None):
    """The Tensor's elements that are not zero, as a sparse Tensor; sparse_dim: of so many dimensions, in rows of the others."""
    if layout is not None and layout.name != "sparse_coo":
        from .refused import not_compressed

        raise not_compressed(f"layout torch.{layout.name}")
    if isinstance(self, Sparse):
        if sparse_dim is None or sparse_dim == self.val.dims:
            return self
        self = dense(self.val)
    n = self.dim() if sparse_dim is None else sparse_dim
    if self.dim() and not 0 < n <= self.dim() or not self.dim() and n:
        raise RuntimeError(f"sparse_dim argument for to_sparse must be in the range [0, {self.dim()}] but got {n}")
    there = value_of(self)
    if np.shape(there) != tuple(self.shape):  # (mapped: no two samples need have elements in the same places)
        there = current(self).val
    there = np.asarray(there) != 0
    if n < self.dim():
        there = there.reshape(*there.shape[:n], -1).any(-1)
    at = np.array(np.nonzero(there), np.int64) if self.dim() else np.zeros((0, int(there)), np.int64)
    shape = tuple(self.shape)
    e = Entries(at, None, shape, True)
    if self.dim():
        e.values = at_places(self, e)
    else:
        e.values = self.reshape(1)[: at.shape[1]]
    return sparse(e, "ToSparseBackward1" if sparse_dim is None else "ToSparseBackward0", (self,))


# ------------------------------------------------------------------------------------------------ what is asked
answers("to_sparse", "to_sparse_coo")(to_sparse)


@answers()
def to_dense(self, dtype=None, *, masked_grad=None):
    out = dense(self.val)
    out = labelled(out, "ToDenseBackward0", (self,))
    return out if dtype is None else out.to(dtype)


@answers()
def coalesce(self):
    e = self.val
    return self if e.coalesced else sparse(coalesced(e), "CoalesceBackward0", (self,))


@answers()
def is_coalesced(self):
    return self.val.coalesced


@answers()
def indices(self):
    if not self.val.coalesced:
        raise RuntimeError("Cannot get indices on an uncoalesced tensor, please call .coalesce() first")
    return tensor(self.val.indices)


@answers()
def values(self):
    if not self.val.coalesced:
        raise RuntimeError("Cannot get values on an uncoalesced tensor, please call .coalesce() first")
    own = self.val.values
    return labelled(alias(own), "ValuesBackward0", (self,))


answers("_indices")(lambda self: tensor(self.val.indices))
answers("_values")(lambda self: self.val.values.detach())
answers("_nnz")(lambda self: self.val.nnz)
answers("sparse_dim")(lambda self: self.val.dims)
answers("dense_dim")(lambda self: self.val.values.dim() - 1)
answers("is_signed")(lambda self: self.val.values.is_signed())
answers("is_same_size")(lambda self, other: Size(self.shape) == Size(other.shape))
answers("numel")(lambda input: input.numel())
answers("is_pinned", "is_conj", "is_neg")(lambda self: False)
answers("get_device")(lambda self: -1)
answers("is_floating_point")(lambda input: input.is_floating_point())
answers("is_complex")(lambda input: input.is_complex())


# ------------------------------------------------------------------------------------------------ conversions
def same_entries(own):
    """What answers a method that changes the values alone, and returns the Tensor itself where it changes nothing."""

    def convert(self, *args, **kwargs):
        got = own(self.val.values, *args, **kwargs)
        return self if got is self.val.values else sparse(self.val.like(got))

    return convert


for _name in "to type_as double float half bfloat16 long int short char byte bool cfloat cdouble cpu cuda".split():
    answers(_name)(same_entries(METHODS[_name]))


@answers("type")
def type_(self, dtype=None, *args, **kwargs):
    if dtype is None:
        return f"torch.sparse.{self.val.values.type()[len('torch.') :]}"
    return same_entries(METHODS["type"])(self, dtype, *args, **kwargs)


@answers()
def clone(self, *, memory_format=None):
    e = self.val
    return sparse(e.like(e.values.clone(), e.indices.copy()), "CloneBackward0", (self,))


@answers("tensor")
def copied(data, *, dtype=None, requires_grad=False, **_):
    return clone(data.detach()).to(dtype or data.dtype).requires_grad_(requires_grad)


@answers("zeros_like", "empty_like")
def zeros_like(input, *, dtype=None, layout=None, requires_grad=False, **_):
    if layout is not None and layout.name == "strided":
        return T["zeros"](input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)
    return empty(input.shape, dtype or input.dtype, requires_grad, input.val.values.dim() - 1)


@answers("new_zeros", "new_empty")
def new_zeros(self, *size, dtype=None, layout=None, requires_grad=False, **_):
    size = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
    if layout is not None and layout.name == "strided":
        return T["zeros"](size, dtype=dtype or self.dtype, requires_grad=requires_grad)
    return empty(size, dtype or self.dtype, requires_grad)


@answers()
def sparse_mask(self, mask):
    """The Tensor's elements in the places where a sparse one has entries."""
    if not isinstance(mask, Sparse):
        raise RuntimeError("sparse_mask(): expected a sparse mask")
    x = dense(self.val) if isinstance(self, Sparse) else self
    if x.shape != mask.shape:
        raise RuntimeError(
            f"sparse_mask(): operands have incompatible sizes; self has size {list(x.shape)} but mask has size {list(mask.shape)}"
        )
    return sparse(mask.val.like(at_places(x, mask.val), mask.val.indices.copy()), "SparseMaskBackward0", (self,))
