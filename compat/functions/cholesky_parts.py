"""cholesky_inverse of a complex factor whose diagonal is not real, which is the factor of no matrix: what LAPACK's potri makes of it.

With X the inverse of the lower factor, LAPACK's lauum forms the lower triangle of X^H X and takes the diagonal of X^H for real; on the diagonal
of the product it writes real numbers, but for the last, which is only scaled.
"""

import numpy as np

from .linalg import solve_triangular
from .operands import new
from .register import FUNCTIONS as T


def real_at(places, t):
    """A complex Tensor with the real parts alone in some places."""
    return T["where"](new(places), T["complex"](t.real, T["zeros_like"](t.real)), t)


def inverse_of_parts(factor, upper):
    n = factor.shape[-1]
    lower = factor.mH if upper else factor
    x = solve_triangular(lower, T["eye"](n, dtype=factor.dtype), upper=False)
    diagonal = np.eye(n, dtype=bool)
    product = (real_at(diagonal, x.mH) @ x).tril()
    product = real_at(diagonal & (np.arange(n) < n - 1), product)
    whole = product + product.tril(-1).mH
    return whole.mH if upper else whole
