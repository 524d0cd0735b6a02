"""LAPACK's functions of one matrix: the loops that np.linalg calls, without the 5 to 10 us of Python that it puts around each.

Invariant: the bits, dtypes and errors are np.linalg's, not the warnings. (It computes float32 in double, and so does this.) A stack, another dtype, and
whatever came to nothing (a loop that fails leaves nan) is np.linalg's to do, and to refuse.
"""

import functools

import numpy as np

from ..core.quiet import IGNORE, enter, leave

try:
    from numpy.linalg import _umath_linalg as loops
except ImportError:  # a NumPy that keeps them elsewhere
    loops = None

F32, F64 = np.dtype("f4"), np.dtype("f8")


def is_beside(b, dtype, n):
    """Is b right sides of this dtype for an n x n matrix?"""
    return type(b) is np.ndarray and b.dtype is dtype and b.ndim == 2 and len(b) == n and b.size


def direct(function, loop, results=1, square=True):
    """np.linalg's function of a (square) matrix and perhaps right sides, by its loop of that name."""
    loop = getattr(loops, loop, None)
    if loop is None:
        return function
    signatures = {k: f"{'d' * k}->{'d' * results}" for k in (1, 2)}

    def looped(*xs):
        x = xs[0]
        d, shape = (x.dtype, x.shape) if type(x) is np.ndarray else (None, ())
        if len(shape) == 2 and (d is F32 or d is F64) and x.size and (not square or shape[0] == shape[1]):
            if len(xs) == 1 or is_beside(xs[1], d, shape[0]):
                token = enter(IGNORE)
                try:
                    out = loop(*xs, signature=signatures[len(xs)])
                finally:
                    leave(token)
                if results > 1:
                    if (first := out[0].item(0)) == first:
                        return out if d is F64 else tuple([a.astype(d) for a in out])
                elif (first := out.item(0)) == first:
                    return out if d is F64 else out.astype(d)
        return function(*xs)

    return looped


solve = direct(np.linalg.solve, "solve")
inv = direct(np.linalg.inv, "inv")
det = direct(np.linalg.det, "det")
slogdet = direct(np.linalg.slogdet, "slogdet", 2)
cholesky = direct(np.linalg.cholesky, "cholesky_lo")
eigh = {
    "L": direct(np.linalg.eigh, "eigh_lo", 2),
    "U": direct(lambda x: np.linalg.eigh(x, "U"), "eigh_up", 2),
}  # by the triangle that is read
svd = {
    True: direct(np.linalg.svd, "svd_f", 3, False),
    False: direct(lambda x: np.linalg.svd(x, False), "svd_s", 3, False),
}  # by full_matrices


def direct_qr():
    """np.linalg.qr of one matrix, by its two loops."""
    raw, made = (
        getattr(loops, "qr_r_raw", None),
        [getattr(loops, f"qr_{mode}", None) for mode in ("reduced", "complete")],
    )
    if None in (raw, *made):
        return np.linalg.qr

    def qr(x, mode):
        if type(x) is np.ndarray and x.ndim == 2 and (x.dtype is F32 or x.dtype is F64) and x.size:
            whole = mode == "complete" and len(x) > x.shape[1]
            a = x.astype(F64)
            token = enter(IGNORE)
            try:
                tau = raw(a, signature="d->d")
                q = made[whole](a, tau, signature="dd->d")
            finally:
                leave(token)
            if (first := q.item(0)) == first:
                r = a if whole else a[: min(a.shape)]
                r = np.where(above(*r.shape), r, 0.0)
                return (q, r) if x.dtype is F64 else (q.astype(F32), r.astype(F32))
        return np.linalg.qr(x, mode)

    return qr


@functools.lru_cache(maxsize=256)
def above(m, n):
    """Where the upper triangle of an m x n matrix lies."""
    return np.tri(m, n, -1) == 0


qr = direct_qr()
