"""The signs that MKL's LAPACK, which torch computes with, leaves singular vectors and eigenvectors of small matrices.

Nothing determines these signs, but a program that prints its vectors shows them. Three choices decide. From which shape on a matrix is
replaced by a triangle: of tall ones from 3 rows to 2 columns on (others, 11 to 6), of wide ones from 20 columns to a row on (others, 11 to 6).
The sign of a rotation in the QL iteration: before LAPACK 3.10, which MKL keeps, a cosine is negative where it is not the larger part. The
precision: float32 is computed in float32. The first is asked for by handing over another matrix, the last by calling NumPy's loops for
float32; the iteration is followed once more on one row of the vectors, which tells the sign of each column.

Invariant: what is given back has the same values to rounding, and vectors that differ from NumPy's in sign (and, behind the last singular one, in the basis).
"""

import functools
import math

import numpy as np

from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.ops import lapack

SOON, LATE = 11 / 6, 20  # columns to a row from which a wide matrix is replaced by a triangle: LAPACK's own, MKL's
TALL = 3 / 2  # rows to a column from which MKL replaces a tall one
SMALL = 25  # rows up to which LAPACK iterates; larger matrices it divides
FEW = 640  # numbers of a stack up to which the iteration is followed: one matrix at a time, which takes 25 times what LAPACK takes
TINY = 4  # rows up to which eigenvalues in float32 are nearer to MKL's than those in double
ROUNDING = {np.dtype(k): float(np.finfo(k).eps) / 2 for k in "fdFD"}


def in_single(function, loop):
    """np.linalg's function, but by LAPACK's loop in the precision of float32 and complex64, which NumPy has and does not call."""
    loop = getattr(lapack.loops, loop, None)
    signatures = {np.dtype(t[0]): t for t in getattr(loop, "types", ()) if t[0] in "fF"}

    def call(x):
        signature = signatures.get(x.dtype)
        if signature is not None and x.size and np.isfinite(x).all():
            token = enter(IGNORE)
            try:
                out = loop(x, signature=signature)
            finally:
                leave(token)
            if np.isfinite(out[1]).all():
                return out
        return function(x)  # (another dtype, or what came to nothing: to be refused there)

    return call


SQUARE = in_single(lapack.svd[False], "svd_s"), in_single(lapack.svd[True], "svd_f")  # by full_matrices


def reflection(x):
    """(v, tau, beta) of LAPACK's reflection 1 - tau v v^H that makes beta, a real number, of x and zeros behind it. Overwrites x."""
    alpha, rest = x[0].item(), math.sqrt(np.vdot(x[1:], x[1:]).real)
    if not rest and not alpha.imag:
        return None, 0.0, alpha.real
    beta = -math.copysign(math.hypot(alpha.real, alpha.imag, rest), alpha.real)
    x /= alpha - beta
    x[0] = 1
    return x, (beta - alpha) / beta, beta


# ------------------------------------------------------------------------------------------------ svd
def signed(x, full_matrices):
    """np.linalg.svd with the signs of MKL."""
    m, n = x.shape[-2:]
    if m != n and x.size and x.dtype.kind != "c":  # (of complex ones both LAPACKs replace the same)
        if 1 < m and int(m * SOON) <= n < LATE * m:
            return wide_svd(x, full_matrices)
        if int(n * TALL) <= m < int(n * SOON):
            return tall_svd(x, full_matrices)
    return SQUARE[full_matrices](x)


def tall_svd(x, full_matrices):
    """The decomposition of matrices that MKL's LAPACK replaces by triangles, and NumPy's not."""
    n = x.shape[-1]
    q, r = np.linalg.qr(x, "complete" if full_matrices else "reduced")
    u, s, vh = SQUARE[0](r[..., :n, :])
    u = q[..., :n] @ u
    return np.concatenate([u, q[..., n:]], -1) if full_matrices else u, s, vh


def wide_svd(x, full_matrices):
    """The decomposition of matrices that NumPy's LAPACK replaces by triangles, and MKL's not."""
    m, n = x.shape[-2:]
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    left = None
    if full_matrices and 2 < m <= SMALL and x.size <= FEW:
        left = np.stack([left_reflections(a) for a in x.reshape(-1, m, n)]).reshape(*x.shape[:-1], m)
    q, r = np.linalg.qr((x if left is None else left.mT @ x).mT, "complete" if full_matrices else "reduced")
    triangle = r[..., :m, :].mT if left is None else left @ r[..., :m, :].mT
    u, s, vh = wide_triangle(triangle)
    rows = q[..., :m].mT
    return u, s, np.concatenate([vh @ rows, q[..., m:].mT], -2) if full_matrices else vh @ rows


def wide_triangle(x):
    """The singular value decomposition of a square matrix, reduced as one that is wider than high."""
    m = x.shape[-1]
    if m > 2:
        u, s, vh = SQUARE[0](np.concatenate([x, np.zeros_like(x[..., :1])], -1))
        return u, s, vh[..., :m]
    a, b = x[..., 0, 0], x[..., 1, 0]  # (below the other's bound whatever is added: its rotation is made here)
    norm = np.copysign(np.hypot(a, b), a)
    c, s = (np.divide(t, norm, out=np.full_like(t, zero), where=norm != 0) for t, zero in ((a, 1), (b, 0)))
    turn = np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], -2)
    upper = turn @ x
    upper[..., 1, 0] = 0
    u, s, vh = SQUARE[0](upper)
    return turn.mT @ u, s, vh


def left_reflections(x):
    """The product of the reflections by which LAPACK brings a wide matrix to a lower bidiagonal one from the left."""
    out, double = np.eye(len(x), dtype=x.dtype), x.astype(np.float64)
    # They are those of its multiples, of which one has squares that are finite and not lost.
    double = np.ldexp(double, -np.frexp(np.abs(double).max())[1])
    for i in range(len(x) - 2):
        v, tau, _ = reflection(double[i, i:].copy())
        below = double[i + 1 :, i:]
        if tau:
            below -= (below @ (tau * v))[:, None] * v
        v, tau, _ = reflection(below[:, 0].copy())
        if tau:
            below -= v[:, None] * ((tau * v) @ below)
            out[:, i + 1 :] -= (out[:, i + 1 :] @ (tau * v))[:, None] * v
    return out


# ------------------------------------------------------------------------------------------------ eigh
def signed_vectors(x, w, v, upper):
    """Eigenvectors v of Hermitian matrices x, of which one triangle counts, with MKL's signs. Overwrites v."""
    n = x.shape[-1]
    if 2 < n <= SMALL and x.size <= FEW:
        eps = ROUNDING[x.dtype]
        stacks = [t.reshape(-1, *t.shape[x.ndim - 2 :]) for t in (x, w, v)] if x.ndim > 2 else [(x,), (w,), (v,)]
        for a, values, own in zip(*stacks, strict=True):
            if 1e-100 < max(values.item(-1), -values.item(0)) < 1e100:  # (beyond, LAPACK scales)
                turn_columns(a, own, upper, eps)
    return v


def turn_columns(a, own, upper, eps):
    """Turn the columns of `own` that the iteration leaves with the other sign."""
    given = own[-1 if upper else 0].real.tolist()  # (the reduction leaves this row alone, and so it is real)
    mark = None
    if min(map(abs, given)) < math.sqrt(eps):  # (or where it tells too little, a sum of rows)
        mark = np.cos(1.7 * np.arange(len(a)) + 0.3)
        given = (mark @ own).tolist()
    row = iterated_row(a, mark, upper, eps)
    turn = [-1.0 if abs(r + g) < 1e-3 * abs(g) else 1.0 for r, g in zip(row, given, strict=True)]
    if -1.0 in turn:
        np.multiply(own, turn, own, casting="same_kind")


@functools.cache
def lower_triangle(n):
    return np.tri(n, dtype=bool)


def iterated_row(a, mark, upper, eps):
    """mark @ vectors (or the row where the reduction begins), as LAPACK's reduction to three diagonals and its QL iteration leave these."""
    n, of_complex = len(a), a.dtype.kind == "c"
    a = a[::-1, ::-1] if upper else a  # (the upper triangle is taken from the other end)
    a = np.where(lower_triangle(n), a, a.T.conj() if of_complex else a.T)
    a = a.astype(np.complex128 if of_complex else np.float64, copy=False)
    z = None if mark is None else (mark[::-1] if upper else mark).astype(a.dtype)
    d, e = [], []
    for i in range(n - 1):
        d.append(a.item(0).real)
        v, tau, beta = reflection(a[1:, 0].copy())
        e.append(beta)
        a = a[1:, 1:]
        if tau:
            vh = v.conj() if of_complex else v
            w = a @ (tau * v)
            w -= (0.5 * tau * np.vdot(w, v)) * v
            w = w[:, None] * vh
            a = a - w
            a -= w.T.conj() if of_complex else w.T
            if z is not None:
                z[i + 1 :] -= tau * (z[i + 1 :] @ v) * vh
    d.append(a.item(0).real)
    z = [1.0] + [0.0] * (n - 1) if z is None else z.tolist()
    if upper:
        d, e, z = d[::-1], e[::-1], z[::-1]
    iterate(d, e, z, eps)
    return [z[k] for k in sorted(range(n), key=d.__getitem__)]


def iterate(d, e, z, eps):
    """LAPACK's dsteqr: the diagonal d and the one beside it e become eigenvalues and zeros, and z is turned with the vectors."""
    start, n = 0, len(d)
    e.append(0.0)  # (read and written behind either end)
    while start < n:
        end = start
        while end < n - 1 and abs(e[end]) > math.sqrt(abs(d[end] * d[end + 1])) * eps:
            end += 1
        e[end] = 0.0
        first, last, start = start, end, end + 1
        if abs(d[last]) < abs(d[first]):
            first, last = last, first
        step = 1 if last > first else -1
        while (last - first) * step >= 0:
            first = swept(d, e, z, first, last, step, eps * eps)


def swept(d, e, z, first, last, step, small):
    """One sweep from `first` towards `last`; where the next begins. (e[k] is between k and k + 1; going down, k and k - 1 are meant.)"""
    beside = 0 if step > 0 else -1
    m = first
    while m != last and (x := e[m + beside]) * x > small * abs(d[m] * d[m + step]) + 1e-300:
        m += step
    e[m + beside] = 0.0
    if m == first:
        return first + step
    if m == first + step:
        low = min(first, m)
        d[low], d[low + 1], c, s = of_two(d[low], e[low], d[low + 1])
        z[low], z[low + 1] = s * z[low + 1] + c * z[low], c * z[low + 1] - s * z[low]
        e[low] = 0.0
        return m + step
    p, x, sqrt = d[first], e[first + beside], math.sqrt
    g = (d[first + step] - p) / (2 * x)
    g = d[m] - p + x / (g + math.copysign(sqrt(g * g + 1), g))
    s = c = 1.0
    p = 0.0
    k, above, turned = m, d[m], z[m]
    for i in range(m - step, first - step, -step):  # (from i to k, its neighbour)
        x = e[i + beside]
        f, b = s * x, c * x
        if f and g:
            r = sqrt(f * f + g * g)
            if g < 0 and -g > abs(f):
                r = -r
            c, s = g / r, f / r
        elif f:
            c, s, r = 0.0, 1.0, f
        else:
            c, s, r = 1.0, 0.0, g
        e[k + beside] = r
        g = above - p
        above = d[i]
        r = (above - g) * s + 2 * c * b
        p = s * r
        d[k] = g + p
        g = c * r - b
        x = z[i]
        z[k], turned = c * turned + s * x, c * x - s * turned
        k = i
    d[first], z[first], e[first + beside], e[m + beside] = above - p, turned, g, 0.0
    return first


def of_two(a, b, c):
    """LAPACK's dlaev2: the eigenvalues of [[a, b], [b, c]], that of the larger magnitude first, and its vector."""
    total, gap, twice = a + c, a - c, b + b
    root = math.hypot(gap, twice)
    large, small = (a, c) if abs(a) > abs(c) else (c, a)
    one = 0.5 * (total - root) if total < 0 else 0.5 * (total + root)
    two = (large / one) * small - (b / one) * b if total else -0.5 * root
    cs = gap + root if gap >= 0 else gap - root
    if abs(cs) > abs(twice):
        t = -twice / cs
        s = 1 / math.sqrt(1 + t * t)
        c = t * s
    elif twice == 0:
        c, s = 1.0, 0.0
    else:
        t = -cs / twice
        c = 1 / math.sqrt(1 + t * t)
        s = t * c
    return (one, two, -s, c) if (total < 0) == (gap < 0) else (one, two, c, s)


# ------------------------------------------------------------------------------------------------ what the primitives are given
def thin(x):
    return signed(x, False)


def whole(x):
    return signed(x, True)


def lower(x):
    w, v = (EIGH_TINY if x.shape[-1] <= TINY else lapack.eigh)["L"](x)
    return w, signed_vectors(x, w, v, False)


def upper(x):
    w, v = (EIGH_TINY if x.shape[-1] <= TINY else lapack.eigh)["U"](x)
    return w, signed_vectors(x, w, v, True)


SVD = thin, whole  # by full_matrices
EIGH_TINY = {"L": in_single(lapack.eigh["L"], "eigh_lo"), "U": in_single(lapack.eigh["U"], "eigh_up")}
EIGH = {"lower": lower, "upper": upper}
EIG = in_single(np.linalg.eig, "eig")
