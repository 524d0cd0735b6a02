"""Products of Householder reflectors, as LAPACK's geqrf leaves them: geqrf, orgqr, ormqr, linalg.householder_product.

Invariant: reflector i is I - tau[i] v v^H, v being column i below its diagonal, with 1 on it and 0 above.
"""

import numpy as np

from funcgrad.core.state import tls

from ..payload import current
from .arithmetic import without_derivative
from .forward_mode import refuse_tangents
from .image_gradients import columns_back
from .linalg_checks import has_kernel, linalg_operation, matrix, of_reflectors
from .mapped_by_loop import on_values, stacked
from .operands import dtype_of, in_columns, shape_of
from .register import FUNCTIONS, operation, publish
from .return_types import BY_NAME as RETURN
from .writing import own_words, spoken


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
    name = "torch.linalg.householder_product"
    t, factors = current(A), current(tau)
    if len(shape_of(t)) < 2:
        raise RuntimeError(f"{name}: input must have at least 2 dimensions.")
    *lead, m, n = shape_of(t)
    if m < n:
        raise RuntimeError(f"{name}: input.shape[-2] must be greater than or equal to input.shape[-1]")
    k = tau.size(-1)
    if n < k:
        raise RuntimeError(f"{name}: input.shape[-1] must be greater than or equal to tau.shape[-1]")
    of_reflectors(name, t, factors)
    a, b = dtype_of(factors), dtype_of(t)
    if a != b:
        raise RuntimeError(f"{name}: tau dtype {spoken(a)} does not match input dtype {spoken(b)}")
    has_kernel("orgqr_cpu", t)
    vs = reflectors(A)
    out = FUNCTIONS["eye"](m, n, dtype=A.dtype).expand(*lead, m, n)
    if not k:
        from .._gate import beside  # (rarely needed, and it loads the custom rules)

        out = beside(out, A, tau, nothing=True)
    for i in reversed(range(k)):
        out = reflected(vs[..., :, i : i + 1], tau[..., i], out)
    return in_columns(current(out))


publish(householder_product, ("orgqr",), True, True)


def fitting(t, tau, other, side):
    """Raise what torch.ormqr says of reflectors that cannot be applied along a dimension of `other`."""
    for what, dims in (("input", len(shape_of(t))), ("other", other.dim())):
        if dims < 2:
            raise RuntimeError(f"torch.ormqr: {what} must have at least 2 dimensions.")
    m, n = shape_of(t)[-2:]
    rows = other.shape[side]
    if rows != m:
        raise RuntimeError(f"torch.ormqr: other.shape[{side}] must be equal to input.shape[-2]")
    if tau.size(-1) != min(rows, n):
        raise RuntimeError(f"torch.ormqr: tau.shape[-1] must be equal to min(other.shape[{side}], input.shape[-1])")
    of_reflectors("torch.ormqr", t, current(tau), current(other))
    own = dtype_of(t)
    for what, d in (("tau", dtype_of(current(tau))), ("other", dtype_of(current(other)))):
        if d != own:
            raise RuntimeError(
                f"torch.ormqr: Expected input and {what} to have the same dtype, but input has dtype{spoken(own)} and {what} has "
                f"dtype {spoken(d)}"
            )
    has_kernel("ormqr_cpu", t)


@operation("OrmqrBackward0")
def ormqr(input, tau, other, left=True, transpose=False):
    """Q other (or other Q; with `transpose` the adjoint of Q), Q being the whole product of the reflectors."""
    refuse_tangents("ormqr", input, tau, other)
    fitting(current(input), tau, other, -2 if left else -1)
    if not left:
        turned = in_columns(current(ormqr(input, tau, other.mH, True, not transpose).mH.clone()))
        return stacked(columns_back(turned, current(other), others=(input, tau)))
    vs = reflectors(input)
    numbers = range(tau.shape[-1])
    out = other
    for i in numbers if transpose else reversed(numbers):
        out = reflected(vs[..., :, i : i + 1], (tau.conj() if transpose else tau)[..., i], out)
    return stacked(columns_back(in_columns(current(out)), other, others=(input, tau)))


@operation()
def geqrf(input):
    """(a, tau): R above the diagonal and the reflectors below it. It has no derivative, as in torch."""
    refuse_tangents("geqrf", input)
    if input.dim() < 2:
        raise RuntimeError("torch.geqrf: input must have at least 2 dimensions.")
    t = matrix(input, "torch.geqrf")
    shape, d = shape_of(t), dtype_of(t)
    if d.kind == "c" and tls.grad and input.requires_grad:
        raise RuntimeError("geqrf does not support automatic differentiation for outputs with complex dtype.")
    packed, tau = on_values(factored, [(shape, d), ((*shape[:-2], min(shape[-2:])), d)], t)
    packed, tau = [
        without_derivative("geqrf", o, input, **own_words("GeqrfBackward0")) for o in (in_columns(packed), tau)
    ]
    return RETURN["geqrf"](in_columns(packed), tau)


def factored(a):
    """(R above the reflectors, tau) of an array."""
    raw, tau = np.linalg.qr(a, mode="raw")
    packed = np.ascontiguousarray(raw).astype(a.dtype, copy=False).swapaxes(-1, -2)  # (as LAPACK leaves it)
    return packed, np.ascontiguousarray(tau, a.dtype)


NAMES = {"householder_product": householder_product}
