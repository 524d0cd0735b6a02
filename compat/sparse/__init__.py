"""torch.sparse: Tensors in coordinates, what is done to them, and `torch.sparse.torch`, by which older code reaches torch itself.

Invariant: what such a Tensor is stands in modules that are imported when the first one is made.
"""

import sys

from ..deprecations import once
from ..functions.missing import refuse

__all__ = [
    "addmm", "check_sparse_tensor_invariants", "log_softmax", "mm", "softmax", "sum",
]  # fmt: skip
torch = sys.modules[__package__.partition(".")[0]]


def mm(mat1, mat2):
    """The product of two matrices, of which the first may be sparse, or both."""
    from .meeting import met

    if not met((mat1, mat2)):
        return torch.mm(mat1, mat2)
    from .products import product

    return product(mat1, mat2, "SparseAddmmBackward0", "SparseSparseMatmulBackward0")


def addmm(mat, mat1, mat2, *, beta=1.0, alpha=1.0):
    """beta * mat + alpha * (mat1 @ mat2), of which mat1 may be sparse."""
    from .meeting import met

    if not met((mat, mat1, mat2)):
        return torch.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)
    from .products import addmm_of

    return addmm_of(mat, mat1, mat2, beta, alpha, "SparseAddmmBackward0")


def need_sparse(input, name):
    from ..devices import NO_KERNEL
    from .meeting import met

    if not met((input,)):
        raise NotImplementedError(NO_KERNEL.format(operation=name, backend="CPU"))


def sum(input, dim=None, dtype=None):
    """The sum of a sparse Tensor's entries, over some dimensions (None: all)."""
    need_sparse(input, "_sparse_sum")
    input = input if dtype is None else input.to(dtype)
    from .reduction import summed

    return input.val.values.sum() if dim is None else summed(input, dim, label="SparseSumBackward0")


def softmax(input, dim, *, dtype=None):
    """The softmax along a dimension over the entries that are there."""
    need_sparse(input, "_sparse_softmax")
    from .arithmetic import over

    return over(input, dim, dtype)


def log_softmax(input, dim, *, dtype=None):
    """The logarithm of the softmax along a dimension over the entries that are there."""
    need_sparse(input, "_sparse_log_softmax")
    from .arithmetic import over

    return over(input, dim, dtype, log=True)


def legacy(name, dtype):
    """torch.sparse.FloatTensor and its kin: (indices, values, size), (indices, values) or a size."""

    def new(cls, *args, device=None):
        size = args if not args or isinstance(args[0], int) else args[0] if len(args) == 1 else None
        words = ["indices", "values", "shape"][: len(args)] if size is None else ["shape"]
        said = ", ".join(words), f"{', '.join(words)}, dtype=, device="
        once("sparse_new", *((f"{said[0]}, *, device=", said[1]) if args else ("", "(0,), dtype=")))
        if size is not None:
            return torch.sparse_coo_tensor(tuple(size) or (0,), dtype=dtype)
        return torch.sparse_coo_tensor(*args, dtype=dtype, check_invariants=False)

    return type(name, (), {"__new__": new, "__module__": "torch.sparse"})


KINDS = {
    "Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64", "Int": "int32", "Short": "int16",
    "Char": "int8", "Byte": "uint8",
}  # fmt: skip
for _kind, _dtype in KINDS.items():
    globals()[f"{_kind}Tensor"] = legacy(f"{_kind}Tensor", getattr(torch, _dtype))


def __getattr__(name):
    if name == "check_sparse_tensor_invariants":
        from .construction import check_sparse_tensor_invariants

        return check_sparse_tensor_invariants
    refuse("torch.sparse", name, __all__, sys.modules[__name__])
