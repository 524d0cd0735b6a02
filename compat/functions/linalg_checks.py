"""What the functions of linear algebra share: how they are registered, the matrices they take, the error for singular ones."""

import numpy as np

from funcgrad.core.halves import HALVES
from funcgrad.numpy.concrete import concrete

from ..tensor import current
from .operands import P, dtype_of, shape_of
from .register import operation, spoken


class _LinAlgError(RuntimeError):
    """torch.linalg.LinAlgError: a matrix that is singular, or not positive definite."""

    __module__ = "torch._C"


LinAlgError = _LinAlgError


def linalg_operation(label=None, *, name):
    """Register a function of torch.linalg: neither torch.<name> nor a method."""
    return operation(label, name=name, function=False, method=False, module="linalg_")


# ------------------------------------------------------------------------------------------------ checks
KERNELS = {  # what torch calls the kernel that takes no halves
    **dict.fromkeys(("linalg.det", "linalg.solve"), "lu_cpu"),
    "linalg.cholesky": "cholesky_cpu",
    **dict.fromkeys(("linalg.svd", "linalg.svdvals"), "linalg_svd_cpu"),
    **dict.fromkeys(("linalg.eig", "linalg.eigvals"), "linalg_eig_out_cpu"),
    "linalg.qr": "geqrf_cpu",
    **dict.fromkeys(("torch.linalg.ldl_factor", "torch.linalg.ldl_factor_ex"), "ldl_factor_kernel_cpu"),
}
KERNELS_OF_FLOATS = {  # and of those that take no integers either
    **dict.fromkeys(("linalg.lu", "torch.linalg.lu_factor_ex"), "lu_cpu"),
    **dict.fromkeys(("linalg.eigh", "linalg.eigvalsh"), "linalg_eigh_cpu"),
    "linalg.solve_triangular": "triangular_solve_cpu",
    "torch.linalg.householder_product": "orgqr_cpu",
    "torch.geqrf": "geqrf_cpu",
    "torch.ormqr": "ormqr_cpu",
    "cholesky_solve": "cholesky_solve_cpu",
    "triangular_solve": "triangular_solve_cpu",
}


FEW = {  # what is said of too few dimensions where it is not the usual words
    "torch.linalg.lu_factor_ex": "torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: {} instead",
    "linalg.lu": "linalg.lu: Expected tensor with 2 or more dimensions. Got size: {} instead",
    "torch.linalg.householder_product": "torch.linalg.householder_product: input must have at least 2 dimensions.",
}
OF_FLOAT_AND_DOUBLE = ("linalg.matrix_rank", "torch.linalg.lstsq")


def matrix(A, name, square=False):
    """A, up to date, if it is a stack of (square) float matrices; RuntimeError otherwise."""
    t = current(A)
    shape, d = shape_of(t), dtype_of(t)
    if len(shape) < 2 and name in FEW:
        raise RuntimeError(FEW[name].format(list(shape)))
    if len(shape) < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    if square and shape[-1] != shape[-2]:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {shape[-2]} by {shape[-1]} matrices"
        )
    if name in KERNELS_OF_FLOATS and (d.kind not in "fc" or d in HALVES):
        raise NotImplementedError(f"\"{KERNELS_OF_FLOATS[name]}\" not implemented for '{spoken(d)}'")
    if d in HALVES and name in KERNELS:
        raise NotImplementedError(f"\"{KERNELS[name]}\" not implemented for '{spoken(d)}'")
    if d.kind not in "fc" and name in ("linalg.eig", "linalg.eigvals"):
        raise RuntimeError(f"Unknown Complex ScalarType for {spoken(d)}")
    if d.kind not in "fc" and name in OF_FLOAT_AND_DOUBLE:
        raise RuntimeError("This function doesn't handle types other than float and double")
    if d.kind not in "fc":
        name = {"linalg.svdvals": "linalg.svd", "torch.linalg.ldl_factor": "torch.linalg.ldl_factor_ex"}.get(name, name)
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {spoken(d)}")
    if d in HALVES:
        if name in OF_FLOAT_AND_DOUBLE:
            raise RuntimeError("This function doesn't handle types other than float and double")
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {spoken(d)}")
    return t


def zero_pivot(t):
    """The number (from 1) of the first zero on the diagonal of U, in the first matrix that has one."""
    packed = np.asarray(concrete(P["lu"](t.detach())[0], "linalg"))
    pivots = np.diagonal(packed, 0, -2, -1).reshape(-1, packed.shape[-1])
    return next((int(np.flatnonzero(row == 0)[0]) + 1 for row in pivots if (row == 0).any()), packed.shape[-1])


def leading_minor(t):
    """The order of the first leading minor that is not positive definite."""
    a = np.asarray(concrete(t.detach(), "linalg"))
    for x in a.reshape(-1, *a.shape[-2:]):
        x = np.tril(x) + np.conj(np.tril(x, -1)).T
        for k in range(1, len(x) + 1):
            try:
                np.linalg.cholesky(x[:k, :k])
            except np.linalg.LinAlgError:
                return k
    return a.shape[-1]
