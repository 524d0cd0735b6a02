"""What the functions of linear algebra share: how they are registered, the matrices they take, the error for singular ones."""

from funcgrad.core.halves import WIDER

from ..payload import current
from .operands import dtype_of, shape_of
from .register import operation
from .writing import spoken


class _LinAlgError(RuntimeError):
    """torch.linalg.LinAlgError: a matrix that is singular, or not positive definite."""

    __module__ = "torch._C"


LinAlgError = _LinAlgError


def linalg_operation(label=None, *, name):
    """Register a function of torch.linalg: neither torch.<name> nor a method."""
    return operation(label, name=name, function=False, method=False, module="linalg_")


# ------------------------------------------------------------------------------------------------ checks
KERNELS = {  # what torch calls the kernel that takes no halves
    "linalg.det": "lu_cpu",
    "linalg.cholesky": "cholesky_cpu",
    **dict.fromkeys(("linalg.svd", "linalg.svdvals"), "linalg_svd_cpu"),
    **dict.fromkeys(("linalg.eig", "linalg.eigvals"), "linalg_eig_out_cpu"),
    "linalg.qr": "geqrf_cpu",
    "torch.linalg.ldl_factor_ex": "ldl_factor_kernel_cpu",
}
KERNELS_OF_FLOATS = {  # and of those that take no integers either
    **dict.fromkeys(("linalg.lu", "torch.linalg.lu_factor_ex"), "lu_cpu"),
    "linalg.eigh": "linalg_eigh_cpu",
    "torch.geqrf": "geqrf_cpu",
}


def is_matrix(t, name, what="A"):
    """RuntimeError unless a Tensor has two dimensions or more."""
    if len(shape_of(t)) < 2:
        raise RuntimeError(f"{name}: The input tensor {what} must have at least 2 dimensions.")


def is_square(t, name):
    """RuntimeError unless a Tensor is a stack of square matrices. (torch puts no name before it in one of its functions)"""
    name = name and name + ": "
    if len(shape_of(t)) < 2:
        raise RuntimeError(f"{name}The input tensor A must have at least 2 dimensions.")
    *_, m, n = shape_of(t)
    if m != n:
        raise RuntimeError(f"{name}A must be batches of square matrices, but they are {m} by {n} matrices")


def is_floating(t, name, halves=True):
    """RuntimeError unless a Tensor is of floats or complex numbers (`halves`: half precision counts)."""
    d = dtype_of(t)
    if d.kind not in "fc":
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {spoken(d)}")
    if d in WIDER and not halves:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {spoken(d)}")


def has_kernel(kernel, t):
    """NotImplementedError where a kernel does not take the dtype of a Tensor."""
    d = dtype_of(t)
    if d in WIDER or d.kind not in "fc":
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{spoken(d)}'")


def need_same(what, first, x, second, y, end=""):
    """torch's error for two matrices of different dtypes."""
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError(
            f"{what} to have the same dtype, but found {first} of type {spoken(dtype_of(x))} and {second} of type "
            f"{spoken(dtype_of(y))} instead{end}"
        )


def fit_together(a, b, left, name):
    """RuntimeError unless A X = B, or X A = B, is a system of equations by its shapes."""
    is_square(a, name)
    is_matrix(b, name, "B")
    (*_, m, n), (*_, p, q) = shape_of(a), shape_of(b)
    if m != (p if left else q):
        equation = "AX = B" if left else "XA = B"
        raise RuntimeError(f"{name}: Incompatible shapes of A and B for the equation {equation} ({m}x{n} and {p}x{q})")


def need_rows(name, a, b):
    """torch's error where a right side has another number of rows than the matrix."""
    n, (*_, p, q) = shape_of(a)[-1], shape_of(b)
    if n != p:
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {n} by {n} but each b matrix is {p} by {q}"
        )


def need_pivot_of_each(name, a, pivots):
    """RuntimeError unless every row of factors has its pivot."""
    if tuple(pivots.shape) != shape_of(a)[:-1]:
        raise RuntimeError(
            f"{name}: Expected LD.shape[:-1] and pivots.shape to be the same, but got pivots with shape {list(pivots.shape)} instead"
        )


def of_reflectors(name, t, tau, other=None):
    """RuntimeError unless Householder reflectors have as many factors (and what they are applied to as many rows) as belong to them."""
    lead, own = shape_of(t)[:-2], shape_of(tau)
    if len(own) != len(lead) + 1:
        raise RuntimeError(
            f"{name}: Expected tau to have one dimension less than input, but got tau.ndim equal to {len(own)} and input.ndim is "
            f"equal to {len(lead) + 2}"
        )
    if other is not None and len(shape_of(other)) != len(lead) + 2:
        raise RuntimeError(
            f"{name}: Expected other to have the same number of dimensions as input, but got other.ndim equal to "
            f"{len(shape_of(other))} and input.ndim is equal to {len(lead) + 2}"
        )
    for what, found in (("tau", own[:-1]), ("other", lead if other is None else shape_of(other)[:-2])):
        if found != lead:
            raise RuntimeError(
                f"{name}: Expected batch dimensions of {what} to be equal to input.shape[:-2], but got {list(found)}"
            )


OF_NOTHING = ("linalg.lu", "torch.linalg.lu_factor_ex")  # what takes any dtype where there is nothing to do
HALVES_OF_NOTHING = (
    "linalg.det linalg.cholesky linalg.svd linalg.svdvals linalg.eigh torch.linalg.ldl_factor_ex".split()
)  # and what takes those of half precision
FEW = {  # what is said of too few dimensions where it is not the usual words
    "torch.linalg.lu_factor_ex": "torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: {} instead",
    "linalg.lu": "linalg.lu: Expected tensor with 2 or more dimensions. Got size: {} instead",
    "linalg.svdvals": "linalg.svd: The input tensor A must have at least 2 dimensions.",
}


def matrix(A, name, square=False):
    """A, up to date, if it is a stack of (square) float matrices; RuntimeError otherwise."""
    t = current(A)
    shape, d = shape_of(t), dtype_of(t)
    if len(shape) < 2 and name in FEW:
        raise RuntimeError(FEW[name].format(list(shape)))
    if len(shape) < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if square:
        is_square(t, name)
    if 0 in shape and (name in OF_NOTHING or d in WIDER and name in HALVES_OF_NOTHING):
        return t
    if name in KERNELS_OF_FLOATS and (d.kind not in "fc" or d in WIDER):
        raise NotImplementedError(f"\"{KERNELS_OF_FLOATS[name]}\" not implemented for '{spoken(d)}'")
    if d in WIDER and name in KERNELS:
        raise NotImplementedError(f"\"{KERNELS[name]}\" not implemented for '{spoken(d)}'")
    is_floating(t, "linalg.svd" if name == "linalg.svdvals" else name, halves=False)
    return t


def in_batch(t, at):
    """ "(Batch element 3): " of the matrix with that number among those of a Tensor; "" if it is the only one."""
    return f"(Batch element {at}): " if len(shape_of(t)) > 2 else ""
