"""Products of Householder reflectors, as LAPACK's geqrf leaves them: geqrf, orgqr, ormqr, linalg.householder_product.

Invariant: reflector i is I - tau[i] v v^H, v being column i below its diagonal, with 1 on it and 0 above.
"""

import numpy as np

from funcgrad.numpy.concrete import concrete

from .linalg_checks import linalg_operation, matrix
from .operands import dtype_of, new, shape_of
from .register import FUNCTIONS, operation, publish, spoken
from .return_types import BY_NAME as RETURN


def reflectors(A):
    """The vectors v as columns."""
    *_, m, n = A.shape
    return FUNCTIONS["tril"](A, -1) + FUNCTIONS["eye"](m, n, dtype=A.dtype)


def reflected(v, tau, x):
    """(I - tau v v^H) x for columns v (..., m, 1) and numbers tau (...)."""
    return x - tau[..., None, None] * v @ (v.mH @ x)


@linalg_operation("LinalgHouseholderProductBackward0", name="householder_product")
def householder_product(A, tau):
    """The first columns of the product of the reflectors."""
    if A.dim() > 1 and tau.dtype != A.dtype:
        a, b = (spoken(x.dtype.numpy) for x in (tau, A))
        raise RuntimeError(f"torch.linalg.householder_product: tau dtype {a} does not match input dtype {b}")
    t = matrix(A, "torch.linalg.householder_product")
    *lead, m, n = shape_of(t)
    k = tau.shape[-1]
    if m < n:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]"
        )
    if n < k:
        raise RuntimeError(
            "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]"
        )
    vs = reflectors(A)
    out = FUNCTIONS["eye"](m, n, dtype=A.dtype).expand(*lead, m, n)
    for i in reversed(range(k)):
        out = reflected(vs[..., :, i : i + 1], tau[..., i], out)
    return out


publish(householder_product, ("orgqr",), True, True)


@operation("OrmqrBackward0")
def ormqr(input, tau, other, left=True, transpose=False):
    """Q other (or other Q; with `transpose` the adjoint of Q), Q being the whole product of the reflectors."""
    matrix(input, "torch.ormqr")
    if not left:
        return ormqr(input, tau, other.mH, True, not transpose).mH
    vs = reflectors(input)
    numbers = range(tau.shape[-1])
    out = other
    for i in numbers if transpose else reversed(numbers):
        out = reflected(vs[..., :, i : i + 1], (tau.conj() if transpose else tau)[..., i], out)
    return out


@operation()
def geqrf(input):
    """(a, tau): R above the diagonal and the reflectors below it. It has no derivative, as in torch."""
    t = matrix(input, "torch.geqrf")
    raw, tau = np.linalg.qr(np.asarray(concrete(t.detach(), "geqrf")), mode="raw")
    packed = np.ascontiguousarray(np.swapaxes(raw, -1, -2)).astype(dtype_of(t), copy=False)
    return RETURN["geqrf"](new(packed), new(tau.astype(dtype_of(t), copy=False)))


NAMES = {"householder_product": householder_product}
