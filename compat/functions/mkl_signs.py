"""The signs that MKL's LAPACK, which torch computes with, leaves singular vectors and eigenvectors of small matrices.

Nothing determines these signs, but a program that prints its vectors shows them. Two choices decide: up to which shape a wide matrix is
reduced as it is (others replace it by a triangle from 11 columns to 6 rows on, MKL from 20 to 1), and the sign of a rotation in the QL
iteration (before LAPACK 3.10, which MKL keeps, a cosine is negative where it is not the larger part). The reduction is asked for by handing
over another matrix; the iteration is followed once more on the row `mark` of the vectors, which tells the sign of each column.

Invariant: what is given back has the same values, and vectors that differ from NumPy's in sign (and, behind the last singular one, in the basis).
"""

import math

import numpy as np

from funcgrad.ops import lapack

SOON, LATE = 11 / 6, 20  # columns to a row from which a wide matrix is replaced by a triangle: LAPACK's own, MKL's
SMALL = 25  # rows up to which LAPACK iterates; larger matrices it divides
FEW = 1 << 12  # numbers of a stack up to which the iteration is followed


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
def counts_as_wide(x):
    """Does NumPy's LAPACK replace these matrices by triangles, and MKL's not? (Of complex ones both do, or neither.)"""
    m, n = x.shape[-2:]
    return 1 < m and int(m * SOON) <= n < LATE * m and x.dtype.kind != "c" and x.size > 0


def wide_svd(x, full_matrices):
    """np.linalg.svd of such matrices with the signs of MKL."""
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
        u, s, vh = np.linalg.svd(np.concatenate([x, np.zeros_like(x[..., :1])], -1), False)
        return u, s, vh[..., :m]
    a, b = x[..., 0, 0], x[..., 1, 0]  # (below the other's bound whatever is added: its rotation is made here)
    norm = np.copysign(np.hypot(a, b), a)
    c, s = (np.divide(t, norm, out=np.full_like(t, zero), where=norm != 0) for t, zero in ((a, 1), (b, 0)))
    turn = np.stack([np.stack([c, s], -1), np.stack([-s, c], -1)], -2)
    upper = turn @ x
    upper[..., 1, 0] = 0
    u, s, vh = np.linalg.svd(upper)
    return turn.mT @ u, s, vh


def left_reflections(x):
    """The product of the reflections by which LAPACK brings a wide matrix to a lower bidiagonal one from the left."""
    x = np.linalg.qr(x.T, "r").T.astype(np.float64)
    out = np.eye(len(x))
    for i in range(len(x) - 2):
        v, tau, _ = reflection(x[i, i:].copy())
        if tau:
            x[i + 1 :, i:] -= tau * np.outer(x[i + 1 :, i:] @ v, v)
        v, tau, _ = reflection(x[i + 1 :, i].copy())
        if tau:
            x[i + 1 :, i:] -= tau * np.outer(v, v @ x[i + 1 :, i:])
            out[:, i + 1 :] -= tau * np.outer(out[:, i + 1 :] @ v, v)
    return out


# ------------------------------------------------------------------------------------------------ eigh
def signed_vectors(x, v, upper):
    """Eigenvectors v of Hermitian matrices x, of which one triangle counts, with MKL's signs."""
    n = x.shape[-1]
    if not 2 < n <= SMALL or x.size > FEW or not np.isfinite(x).all():
        return v
    mark = np.cos(1.7 * np.arange(n) + 0.3)  # (nothing but a row without zeros)
    eps = float(np.finfo(x.dtype).eps) / 2
    flat, v = x.reshape(-1, n, n), v.copy()
    for a, own in zip(flat, v.reshape(-1, n, n), strict=True):
        row = iterated_row(a, mark, upper, eps)
        given = mark @ own
        own[:, abs(row + given) < 1e-3 * abs(given)] *= -1
    return v


def iterated_row(a, mark, upper, eps):
    """mark @ vectors, as LAPACK's reduction to three diagonals and its QL iteration leave these."""
    kind = np.complex128 if a.dtype.kind == "c" else np.float64
    half = np.tril(a[::-1, ::-1] if upper else a).astype(kind)  # (the upper triangle is taken from the other end)
    a = half + np.tril(half, -1).conj().T
    z = (mark[::-1] if upper else mark).astype(kind)
    d, e = [], []
    for i in range(len(a) - 1):
        d.append(a[0, 0].real)
        v, tau, beta = reflection(a[1:, 0].copy())
        e.append(beta)
        a = a[1:, 1:]
        if tau:
            w = tau * (a @ v)
            w -= 0.5 * tau * np.vdot(w, v) * v
            a = a - np.outer(v, w.conj()) - np.outer(w, v.conj())
            z[i + 1 :] -= tau * (z[i + 1 :] @ v) * v.conj()
    d = [float(t) for t in (*d, a[0, 0].real)]
    z = z.tolist()
    if upper:
        d, e, z = d[::-1], e[::-1], z[::-1]
    iterate(d, e, z, eps)
    return np.array(z)[np.argsort(d, kind="stable")]


def iterate(d, e, z, eps):
    """LAPACK's dsteqr: the diagonal d and the one beside it e become eigenvalues and zeros, and z is turned with the vectors."""
    start, n = 0, len(d)
    while start < n:
        end = start
        while end < n - 1 and abs(e[end]) > math.sqrt(abs(d[end])) * math.sqrt(abs(d[end + 1])) * eps:
            end += 1
        if end < n - 1:
            e[end] = 0.0
        first, last, start = start, end, end + 1
        if abs(d[last]) < abs(d[first]):
            first, last = last, first
        step = 1 if last > first else -1
        while (last - first) * step >= 0:
            first = swept(d, e, z, first, last, step, eps)


def swept(d, e, z, first, last, step, eps):
    """One sweep from `first` towards `last`; where the next begins. (e[k] is between k and k + 1; going down, k and k - 1 are meant.)"""
    beside = 0 if step > 0 else -1
    m = first
    while m != last and abs(e[m + beside]) ** 2 > eps * eps * abs(d[m]) * abs(d[m + step]) + 1e-300:
        m += step
    if m != last:
        e[m + beside] = 0.0
    if m == first:
        return first + step
    if m == first + step:
        low = min(first, m)
        d[low], d[low + 1], c, s = of_two(d[low], e[low], d[low + 1])
        z[low], z[low + 1] = s * z[low + 1] + c * z[low], c * z[low + 1] - s * z[low]
        e[low] = 0.0
        return m + step
    p = d[first]
    g = (d[first + step] - p) / (2 * e[first + beside])
    g = d[m] - p + e[first + beside] / (g + math.copysign(math.hypot(g, 1), g))
    s = c = 1.0
    p = 0.0
    for i in range(m - step, first - step, -step):  # (from i to i + step)
        f, b = s * e[i + beside], c * e[i + beside]
        r = math.hypot(g, f)
        if not f:
            c, s, r = 1.0, 0.0, g
        elif not g:
            c, s, r = 0.0, 1.0, f
        else:
            c, s = g / r, f / r
            if abs(g) > abs(f) and c < 0:
                c, s, r = -c, -s, -r
        if i != m - step:
            e[i + step + beside] = r
        g = d[i + step] - p
        r = (d[i] - g) * s + 2 * c * b
        p = s * r
        d[i + step] = g + p
        g = c * r - b
        z[i], z[i + step] = c * z[i] - s * z[i + step], c * z[i + step] + s * z[i]
    d[first] -= p
    e[first + beside] = g
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
def whole(x):
    return wide_svd(x, True) if counts_as_wide(x) else lapack.svd[True](x)


def thin(x):
    return wide_svd(x, False) if counts_as_wide(x) else lapack.svd[False](x)


def lower(x):
    w, v = lapack.eigh["L"](x)
    return w, signed_vectors(x, v, False)


def upper(x):
    w, v = lapack.eigh["U"](x)
    return w, signed_vectors(x, v, True)


SVD = thin, whole  # by full_matrices
EIGH = {"lower": lower, "upper": upper}
