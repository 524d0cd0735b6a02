"""Parts of a decomposition: svd_lowrank and pca_lowrank by random projection, lobpcg's outermost eigenvalues.

The projections take torch's random numbers. lobpcg gives what its iteration converges to, by a whole decomposition.
"""

import math

from .. import dtypes
from .linalg_checks import matrix
from .register import FUNCTIONS, operation


def linalg():
    from .. import linalg

    return linalg


def basis(A, q, niter, M):
    """Q with orthonormal columns that span most of what A - M maps to (Halko, Martinsson, Tropp, SIAM Review 53 (2011), 217-288)."""
    qr = linalg().qr
    applied = (lambda x: A @ x) if M is None else (lambda x: A @ x - M @ x)
    back = (lambda x: A.mH @ x) if M is None else (lambda x: A.mH @ x - M.mH @ x)
    known = A.dtype.name in ("float16", "float32", "float64", "complex64", "complex128")
    drawn = A.dtype if known else dtypes.of_numpy("float32")  # (as torch has it)
    Q = qr(applied(FUNCTIONS["randn"](A.shape[-1], q, dtype=drawn)))[0]
    for _ in range(niter):
        Q = qr(back(Q))[0]
        Q = qr(applied(Q))[0]
    return Q


@operation(method=False)
def svd_lowrank(A, q=6, niter=2, M=None):
    """(U, S, V) of the q largest singular values, nearly, of A or of A - M."""
    q, niter = 6 if q is None else q, 2 if niter is None else niter
    m, n = A.shape[-2:]
    M = None if M is None else M.broadcast_to(A.size())
    if m < n:
        U, S, V = svd_lowrank(A.mH, q, niter, None if M is None else M.mH)
        return V, S, U
    Q = basis(A, q, niter, M)
    B = Q.mH @ A if M is None else Q.mH @ (A - M)
    U, S, Vh = linalg().svd(B, full_matrices=False)
    return Q @ U, S, Vh.mH


@operation(method=False)
def pca_lowrank(A, q=None, center=True, niter=2):
    """(U, S, V): svd_lowrank of A, its columns first centred."""
    m, n = A.shape[-2:]
    if q is None:
        q = min(6, m, n)
    elif not 0 <= q <= min(m, n):
        raise ValueError(f"q(={q}) must be non-negative integer and not greater than min(m, n)={min(m, n)}")
    if niter < 0:
        raise ValueError(f"niter(={niter}) must be non-negative integer")
    return svd_lowrank(A - A.mean(-2, True) if center else A, q, niter)


@operation(method=False)
def lobpcg(
    A, k=None, B=None, X=None, n=None, iK=None, niter=None, tol=None, largest=None, method=None, tracker=None,
    ortho_iparams=None, ortho_fparams=None, ortho_bparams=None,
):  # fmt: skip
    """(E, X): the k largest (or smallest) eigenvalues of a symmetric A, or of A x = e B x, and their vectors."""
    matrix(A, "lobpcg", square=True)
    m = A.shape[-1]
    k = (1 if X is None else X.shape[-1]) if k is None else k
    n = (k if n is None else n) if X is None else X.shape[-1]
    if m < 3 * n:
        raise ValueError(
            f"LOBPCG algorithm is not applicable when the number of A rows (={m}) is smaller than 3 x the number of requested "
            f"eigenpairs (={n})"
        )
    for _ in range(math.prod(A.shape[:-2]) if X is None else 0):  # (what torch's iteration begins with)
        FUNCTIONS["randn"](m, n, dtype=A.dtype)
    ns = linalg()
    if B is None:
        values, vectors = ns.eigh(A)
    else:
        L = ns.cholesky(B)
        inner = ns.solve_triangular(L, ns.solve_triangular(L, A, upper=False).mH, upper=False).mH
        values, vectors = ns.eigh(inner)
        vectors = ns.solve_triangular(L.mH, vectors, upper=True)
    if largest is None or largest:
        return values[..., -k:].flip(-1), vectors[..., -k:].flip(-1)
    return values[..., :k], vectors[..., :k]
