"""Kummer's and Gauss's hypergeometric functions, and their derivatives of any order by the parameters and the argument.

Near the origin by their power series (DLMF 13.2.2, 15.2.1); from there by Taylor series of the differential equations (13.2.1,
15.10.1), in steps short enough that no term is much larger than their sum. All in jets of the parameters (jets.py). Invariant: the derivative of
order k by the argument is (a)_k ... / (b)_k ... times the function of parameters that are greater by k.
"""

import math

import numpy as np

from . import jets
from .gamma import digamma, lgamma, polygamma
from .incomplete import elementwise_of

FAR = 700.0  # from here on Kummer's function by its asymptotic series (the first term of it, where it overflows)
LARGEST = 1e3  # parameters beyond this give nan: the series would be long, and its sum a few digits
STEP = 2.0  # of a phase: the length of a Taylor step where the function oscillates
MOST_STEPS = 1000


def unit(axis, of):
    return tuple([float(k == axis) for k in range(of)])


def series(up, down, z, like):
    """The power series with these parameters in its numerators and denominators: pairs (value, slopes); of denominators (value, axis)."""
    forms = [form for value, slopes in up for form in (value, *slopes)]

    def ratio(n, term, *points):
        *values, z = points
        for i, (_, slopes) in enumerate(up):
            value, *own = values[i * (1 + len(slopes)) : (i + 1) * (1 + len(slopes))]
            term = jets.times_affine(term, value + (n - 1), *own)
        for value, (_, axis) in zip(values[len(forms) :], down, strict=True):
            ended = (term == 0).all(tuple(range(term.ndim - 1)))  # (a polynomial may end before a denominator is zero)
            term = jets.over_affine(term, np.where(ended, 1.0, value + (n - 1)), 1.0, axis)
        return term * (z / n)

    every = [np.broadcast_to(np.asarray(v, float), z.shape) for v in [*forms, *[v for v, _ in down], z]]
    return jets.power_series(ratio, like, *every)


def march(f, g, z, target, points, bound, following):
    """The jets f at `target`, of a solution whose value and slope at z are f and g.

    `bound(z, *points)` is how far a Taylor series may go; `following(k, u, v, h, z, *points)` its next term, the last two being u and v.
    """
    out = f.copy()
    at = np.flatnonzero(z != target)
    f, g, z, target = f[..., at], g[..., at], z[at], target[at]
    points = [p[at] for p in points]
    for _ in range(MOST_STEPS):
        if not at.size:
            break
        far = bound(z, *points)
        h = np.clip(target - z, -far, far)
        u, v = f, g * h
        total, slope, k = u + v, v, 0
        while k < jets.MOST:
            for _ in range(jets.CHUNK):
                u, v = v, following(k, u, v, h, z, *points)
                total = total + v
                slope = slope + (k + 2) * v
                k += 1
            if (jets.small(u, total) & jets.small(v, total) | ~np.isfinite(jets.value_of(total))).all():
                break
        f, g = total, slope / h
        done = (np.abs(target - z) <= far) | ~np.isfinite(jets.value_of(f))
        out[..., at[done]] = f[..., done]
        z, more = z + h, ~done
        at, f, g, z, target = at[more], f[..., more], g[..., more], z[more], target[more]
        points = [p[more] for p in points]
    out[..., at] = np.nan
    return out


def taken(jet, orders):
    """The derivative of these orders, of a jet."""
    return jet[tuple(orders)] * math.prod(map(math.factorial, orders))


# ------------------------------------------------------------------------------------------------ Kummer's
def kummer_bound(y, a, da, db, b):
    """Half the way to the origin, and no further than `STEP` of a phase where the function oscillates (y below the turning point)."""
    size = 1 + np.abs(a) + np.abs(b)
    return np.where(y > 4 * size, y / 2, np.minimum(y / 2, STEP * np.sqrt(y / size)))


def kummer_following(k, u, v, h, y, a, da, db, b):
    last = jets.times_affine(v, -(k + 1) * h * (k + b - y), 0.0, -(k + 1) * h)
    return (last + jets.times_affine(u, h * h * (k + a), h * h * da, h * h * db)) / (y * ((k + 2) * (k + 1)))


def kummer_series(a, da, db, b, y, like):
    return series([(a, (da, db))], [(b, 1)], y, like)


def kummer(a, da, db, b, y, like):
    """The jet of 1F1(a; b; y), y >= 0; `da`, `db`: how a moves with the two shifts (b moves with the second)."""
    ends = is_end(a) & (a > -30) & ((db == 0) | (like.shape[1] == 1)) & (like.shape[0] == 1)
    whole = (a > 0) & (b > 0) | ends
    near = np.where(
        b > 0, (0.5 + np.abs(b)) / (1 + np.abs(a)), 1 - 2 * b
    )  # (of a negative b the other solution, y**(1 - b), grows)
    near = np.where(whole, y, np.minimum(y, near))
    f = kummer_series(a, da, db, b, near, like)
    if (near == y).all():
        return f
    g = jets.times_affine(kummer_series(a + 1, da, db, b + 1, near, like), a, da, db)
    return march(f, jets.over_affine(g, b, 1.0, 1), near, y, (a, da, db, b), kummer_bound, kummer_following)


def kummer_far(a, b, y, like):
    """The jet of 1F1(a; b; -y), y large (DLMF 13.7.2): gamma(b) / gamma(b - a) y**-a (1 + ...)."""
    u = np.zeros_like(like)
    psi = [digamma] + [lambda x, k=k: polygamma(x, order=k) for k in range(1, sum(like.shape[:2]))]
    for i in range(like.shape[0]):
        for j in range(like.shape[1]):
            if i or j:
                u[i, j] = -((-1) ** i) * psi[i + j - 1](b - a) / (math.factorial(i) * math.factorial(j))
                if not i:
                    u[i, j] += psi[j - 1](b) / math.factorial(j)
    if like.shape[0] > 1:
        u[1, 0] -= np.log(y)
    sign = gamma_sign(b) * gamma_sign(b - a)
    front = jets.exp(u, sign * np.exp(lgamma(b) - lgamma(b - a) - a * np.log(y)))
    one, zero = np.ones_like(a), np.zeros_like(a)
    tail = series([(a, (one, zero)), (a - b + 1, (one, -one))], [], 1 / y, like)
    return np.where(is_end(b - a), 0.0, jets.times(front, tail))


def gamma_sign(x):
    return np.where((x < 0) & (np.floor(x) % 2 == 1), -1.0, 1.0)


def is_end(p):
    """Does the power series end, with this parameter in its numerators?"""
    return (p <= 0) & (p == np.rint(p))


def hyp1f1_at(a, b, x, da, db, dx):
    """Flat float64 arrays; see `hyp1f1`."""
    like = np.zeros((da + 1, db + 1, len(x)))
    c, d, left = a + dx, b + dx, x < 0
    out = np.full_like(like, np.nan)
    good = (np.abs(a) <= LARGEST) & (np.abs(b) <= LARGEST) & np.isfinite(x)
    far, over = good & (x < -FAR), good & (x > FAR) & ~(is_end(c) & (da == 0))
    jets.value_of(out)[over] = (gamma_sign(c) * gamma_sign(d) * np.inf)[over]
    at = np.flatnonzero(good & ~far & ~over)
    if at.size:
        here = left[at]
        slopes = np.where(here, -1.0, 1.0), np.where(here, 1.0, 0.0)
        got = kummer(np.where(left, d - c, c)[at], *slopes, d[at], np.abs(x[at]), like[..., at])
        out[..., at] = got * np.exp(np.where(here, x[at], 0.0))  # (Kummer's transformation, 13.2.39)
    at = np.flatnonzero(far)
    if at.size:
        out[..., at] = kummer_far(c[at], d[at], -x[at], like[..., at])
    for j in range(dx):
        out = jets.over_affine(jets.times_affine(out, a + j, 1.0), b + j, 1.0, 1)
    return taken(out, (da, db))


def hyp1f1(a, b, x, *, da, db, dx):
    """1F1(a; b; x), differentiated `da` times by a, `db` by b and `dx` by x."""
    return elementwise_of(lambda *xs: hyp1f1_at(*xs, da, db, dx), a, b, x)


# ------------------------------------------------------------------------------------------------ Gauss's
def gauss_bound(z, a, b, c):
    """Half the way to the next of 0 and 1, and no further than `STEP` of a phase."""
    room = np.minimum(np.abs(z), np.abs(1 - z))
    return np.minimum(room / 2, STEP * np.sqrt(np.abs(z * (1 - z)) / (1 + np.abs(a * b))))


def gauss_following(k, u, v, h, z, a, b, c):
    q = c - (a + b + 1) * z
    last = jets.times_affine(v, -h * (k + 1) * (k * (1 - 2 * z) + q), h * (k + 1) * z, h * (k + 1) * z, -h * (k + 1))
    other = jets.times_affine(jets.times_affine(u, h * h * (k + a), h * h), k + b, 0.0, 1.0)
    return (last + other) / (z * (1 - z) * ((k + 2) * (k + 1)))


def gauss(a, b, c, z, like):
    """The jet of 2F1(a, b; c; z), z < 1, in shifts of a, b and c."""
    near = (0.5 + np.abs(c)) / (1 + np.abs(a * b))
    near = np.where((c < 0) & (z > 0), 0.5, near)  # (of a negative c the other solution, z**(1 - c), grows)
    near = np.sign(z) * np.minimum(np.abs(z), np.minimum(near, 0.5))
    f = gauss_series(a, b, c, near, like)
    if (near == z).all():
        return f
    g = jets.times_affine(jets.times_affine(gauss_series(a + 1, b + 1, c + 1, near, like), a, 1.0), b, 0.0, 1.0)
    return march(f, jets.over_affine(g, c, 1.0, 2), near, z, (a, b, c), gauss_bound, gauss_following)


def gauss_series(a, b, c, z, like):
    return series([(a, unit(0, 3)), (b, unit(1, 3))], [(c, 2)], z, like)


def at_one(a, b, c):
    """2F1(a, b; c; 1) (DLMF 15.4.20), infinite unless c > a + b."""
    d = c - a - b
    sign = gamma_sign(c) * gamma_sign(c - a) * gamma_sign(c - b)
    value = sign * np.exp(lgamma(c) + lgamma(d) - lgamma(c - a) - lgamma(c - b))
    return np.where(d > 0, value, sign * gamma_sign(a) * gamma_sign(b) * np.inf)


def hyp2f1_at(a, b, c, z, da, db, dc, dz):
    """Flat float64 arrays; see `hyp2f1`."""
    like = np.zeros((da + 1, db + 1, dc + 1, len(z)))
    shifted = a + dz, b + dz, c + dz
    out = np.full_like(like, np.nan)
    finite = (np.abs(a) <= LARGEST) & (np.abs(b) <= LARGEST) & (np.abs(c) <= LARGEST) & np.isfinite(z)
    ends = is_end(shifted[0]) & (da == 0) | is_end(shifted[1]) & (db == 0)
    ends &= (z >= 1) | (np.abs(z) <= 0.5)
    at = np.flatnonzero(finite & ends)
    if at.size:
        out[..., at] = gauss_series(*[p[at] for p in shifted], z[at], like[..., at])
    at = np.flatnonzero(finite & ~ends & (z < 1))
    if at.size:
        out[..., at] = gauss(*[p[at] for p in shifted], z[at], like[..., at])
    at = np.flatnonzero(finite & ~ends & (z == 1))
    if at.size and not da + db + dc:
        jets.value_of(out)[at] = at_one(*[p[at] for p in shifted])
    for j in range(dz):
        out = jets.times_affine(jets.times_affine(out, a + j, 1.0), b + j, 0.0, 1.0)
        out = jets.over_affine(out, c + j, 1.0, 2)
    return taken(out, (da, db, dc))


def hyp2f1(a, b, c, z, *, da, db, dc, dz):
    """2F1(a, b; c; z) for z <= 1 (further for polynomials), differentiated so many times by each; nan elsewhere."""
    return elementwise_of(lambda *xs: hyp2f1_at(*xs, da, db, dc, dz), a, b, c, z)


__all__ = ["hyp1f1", "hyp2f1"]
