"""Kummer's and Gauss's hypergeometric functions, and their derivatives of any order by the parameters and the argument.

Near the origin by their power series (DLMF 13.2.2, 15.2.1); from there by Taylor series of the differential equations (13.2.1,
15.10.1), in steps short enough that no term is much larger than their sum. All in jets of the parameters (jets.py), of floats or, where
another solution of the equation grows faster or a power leaves the range of floats, of Decimals: the same formulas with as many digits as it
takes. Invariant: the derivative of order k by the argument is (a)_k ... / (b)_k ... times the function of parameters that are greater by k.
"""

import math
from decimal import Decimal

import numpy as np

from . import jets
from .blocks import elementwise_of
from .gamma import digamma, lgamma, polygamma

FAR = 700.0  # from here on Kummer's function by its asymptotic series (the first term of it, where it overflows)
LARGEST = 1e3  # parameters beyond this give nan: the series would be long, and its sum a few digits
NEAREST = 0.75  # Gauss's series goes no further; in Decimals:
NEAR = 0.25
LONGEST = 1e4  # Kummer's in Decimals; what is further is infinite
STEP = 2.0  # of a phase: the length of a Taylor step where the function oscillates
FALL = 3.0  # of an exponent: its length where the other solution falls
MOST_STEPS = 1000


def unit(axis, of):
    return tuple([int(k == axis) for k in range(of)])


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
            term = jets.over_affine(term, np.where(ended, 1, value + (n - 1)), 1, axis)
        return term * (z / n)

    every = [np.broadcast_to(np.asarray(v, z.dtype), z.shape) for v in [*forms, *[v for v, _ in down], z]]
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
        h = np.minimum(np.maximum(target - z, -far), far)
        u, v = f, g * h
        total, slope, k = u + v, v, 0
        while k < jets.MOST:
            for _ in range(jets.CHUNK):
                u, v = v, following(k, u, v, h, z, *points)
                total = total + v
                slope = slope + (k + 2) * v
                k += 1
            if (jets.small(u, total) & jets.small(v, total) | ~jets.finite(jets.value_of(total))).all():
                break
        f, g = total, slope / h
        done = (np.abs(target - z) <= far) | ~jets.finite(jets.value_of(f))
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
    far = np.minimum(y / 2, FALL * y / (1 + np.maximum(b - y, 0)))
    return np.where(y > 4 * size, y / 2, np.minimum(far, STEP * np.sqrt(y / size)))


def kummer_following(k, u, v, h, y, a, da, db, b):
    last = jets.times_affine(v, -(k + 1) * h * (k + b - y), 0, -(k + 1) * h)
    return (last + jets.times_affine(u, h * h * (k + a), h * h * da, h * h * db)) / (y * ((k + 2) * (k + 1)))


def kummer_series(a, da, db, b, y, like):
    return series([(a, (da, db))], [(b, 1)], y, like)


def kummer(a, da, db, b, y, like):
    """The jet of 1F1(a; b; y), y >= 0; `da`, `db`: how a moves with the two shifts (b moves with the second)."""
    if like.dtype == object:
        return kummer_series(a, da, db, b, y, like)
    ends = is_end(a) & (a > -30) & ((db == 0) | (like.shape[1] == 1)) & (like.shape[0] == 1)
    near = np.where((a > 0) | ends, y, np.minimum(y, (0.5 + b) / (1 + np.abs(a))))
    f = kummer_series(a, da, db, b, near, like)
    if (near == y).all():
        return f
    g = jets.times_affine(kummer_series(a + 1, da, db, b + 1, near, like), a, da, db)
    return march(f, jets.over_affine(g, b, 1, 1), near, y, (a, da, db, b), kummer_bound, kummer_following)


def kummer_anywhere(a, b, x, dx, like):
    """The jet of 1F1(a; b; x), differentiated `dx` times by x; of x < 0 by Kummer's transformation (13.2.39)."""
    c, d, left = a + dx, b + dx, x < 0
    out = kummer(np.where(left, d - c, c), np.where(left, -1, 1), np.where(left, 1, 0), d, np.abs(x), like)
    out = out * np.exp(np.minimum(x, 0 * x))
    for j in range(dx):
        out = jets.over_affine(jets.times_affine(out, a + j, 1), b + j, 1, 1)
    return out


def kummer_far(a, b, y, dx, like):
    """The jet of 1F1(a; b; x), y = -x large, differentiated by x (DLMF 13.7.2): gamma(b) / gamma(b - a) y**-a (1 + ...)."""
    low, below, a, b = a, b, a + dx, b + dx
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
    out = np.where(is_end(b - a), 0.0, jets.times(front, tail))
    for j in range(dx):
        out = jets.over_affine(jets.times_affine(out, low + j, 1), below + j, 1, 1)
    return out


def gamma_sign(x):
    return np.where((x < 0) & (np.floor(x) % 2 == 1), -1.0, 1.0)


def is_end(p):
    """Does the power series end, with this parameter in its numerators?"""
    return (p <= 0) & (p == np.rint(p))


def hyp1f1_at(a, b, x, da, db, dx):
    """Flat float64 arrays; see `hyp1f1`."""
    like = np.zeros((da + 1, db + 1, len(x)))
    c, d = a + dx, b + dx
    out = np.full_like(like, np.nan)
    good = (np.abs(a) <= LARGEST) & (np.abs(b) <= LARGEST) & np.isfinite(x)
    far = good & (x < -FAR) & ((1 + np.abs(c)) * (1 + np.abs(c - d)) < -x / 4)
    over = good & (x > LONGEST) & ~(is_end(c) & (da == 0))
    jets.value_of(out)[over] = (gamma_sign(c) * gamma_sign(d) * np.inf)[over]
    at = np.flatnonzero(far)
    if at.size:
        out[..., at] = kummer_far(a[at], b[at], -x[at], dx, like[..., at])
    good &= ~far & ~over & (x >= -LONGEST)
    at = np.flatnonzero(good & (b > 0) & (np.abs(x) <= FAR))
    if at.size:
        out[..., at] = kummer_anywhere(a[at], b[at], x[at], dx, like[..., at])
    at = np.flatnonzero(good & ~np.isfinite(out).all((0, 1)))
    if at.size:
        out[..., at] = jets.by_digits(
            lambda like, *xs: kummer_anywhere(*xs, dx, like), like[..., at], a[at], b[at], x[at]
        )
    return taken(out, (da, db))


def hyp1f1(a, b, x, *, da, db, dx):
    """1F1(a; b; x), differentiated `da` times by a, `db` by b and `dx` by x."""
    return elementwise_of(lambda *xs: hyp1f1_at(*xs, da, db, dx), a, b, x)


# ------------------------------------------------------------------------------------------------ Gauss's
def gauss_bound(z, a, b, c):
    """Half the way to the next of 0 and 1, and no further than `STEP` of a phase."""
    room = np.minimum(np.abs(z), np.abs(1 - z))
    if z.dtype == object:
        return room / 2
    scale = np.abs(z * (1 - z))
    fall = FALL * scale / (1 + np.abs(c - (a + b + 1) * z))
    return np.minimum(room / 2, np.minimum(fall, STEP * np.sqrt(scale / (1 + np.abs(a * b)))))


def gauss_following(k, u, v, h, z, a, b, c):
    q = c - (a + b + 1) * z
    last = jets.times_affine(v, -h * (k + 1) * (k * (1 - 2 * z) + q), h * (k + 1) * z, h * (k + 1) * z, -h * (k + 1))
    other = jets.times_affine(jets.times_affine(u, h * h * (k + a), h * h), k + b, 0, 1)
    return (last + other) / (z * (1 - z) * ((k + 2) * (k + 1)))


def gauss(a, b, c, z, like):
    """The jet of 2F1(a, b; c; z), z < 1, in shifts of a, b and c."""
    if like.dtype == object:
        near = np.minimum(np.maximum(z, -Decimal(NEAR)), Decimal(NEAR))
    else:
        near = np.sign(z) * np.minimum(np.abs(z), np.minimum((0.5 + c) / (1 + np.abs(a * b)), NEAREST))
    f = gauss_series(a, b, c, near, like)
    if (near == z).all():
        return f
    g = jets.times_affine(jets.times_affine(gauss_series(a + 1, b + 1, c + 1, near, like), a, 1), b, 0, 1)
    return march(f, jets.over_affine(g, c, 1, 2), near, z, (a, b, c), gauss_bound, gauss_following)


def gauss_series(a, b, c, z, like):
    return series([(a, unit(0, 3)), (b, unit(1, 3))], [(c, 2)], z, like)


def at_one(a, b, c):
    """2F1(a, b; c; 1) (DLMF 15.4.20), infinite unless c > a + b."""
    d = c - a - b
    sign = gamma_sign(c) * gamma_sign(c - a) * gamma_sign(c - b)
    value = sign * np.exp(lgamma(c) + lgamma(d) - lgamma(c - a) - lgamma(c - b))
    return np.where(d > 0, value, sign * gamma_sign(a) * gamma_sign(b) * np.inf)


def gauss_slope(a, b, c, z, dz, polynomial, like):
    """The jet of 2F1(a, b; c; z), differentiated `dz` times by z; `polynomial`: by its series wherever z is."""
    shifted = a + dz, b + dz, c + dz
    out = gauss_series(*shifted, z, like) if polynomial else gauss(*shifted, z, like)
    for j in range(dz):
        out = jets.times_affine(jets.times_affine(out, a + j, 1), b + j, 0, 1)
        out = jets.over_affine(out, c + j, 1, 2)
    return out


def hyp2f1_at(a, b, c, z, da, db, dc, dz):
    """Flat float64 arrays; see `hyp2f1`."""
    like = np.zeros((da + 1, db + 1, dc + 1, len(z)))
    out = np.full_like(like, np.nan)
    good = (np.abs(a) <= LARGEST) & (np.abs(b) <= LARGEST) & (np.abs(c) <= LARGEST) & np.isfinite(z)
    ends = is_end(a + dz) & (da == 0) | is_end(b + dz) & (db == 0)
    at = np.flatnonzero(good & ~ends & (z == 1))
    if at.size and not da + db + dc:
        factors = [(a[at] + j) * (b[at] + j) / (c[at] + j) for j in range(dz)]
        jets.value_of(out)[at] = math.prod(factors, start=at_one(a[at] + dz, b[at] + dz, c[at] + dz))
    for polynomial, here in ((True, good & ends), (False, good & ~ends & (z < 1))):
        at = np.flatnonzero(here & (c > 0) & ((np.abs(z) <= 0.5) | ~ends))
        if at.size:
            out[..., at] = gauss_slope(a[at], b[at], c[at], z[at], dz, polynomial, like[..., at])
        at = np.flatnonzero(here & ~np.isfinite(out).all((0, 1, 2)))
        if at.size:
            by = lambda like, *xs: gauss_slope(*xs, dz, polynomial, like)  # noqa: B023, E731
            out[..., at] = jets.by_digits(by, like[..., at], a[at], b[at], c[at], z[at])
    return taken(out, (da, db, dc))


def hyp2f1(a, b, c, z, *, da, db, dc, dz):
    """2F1(a, b; c; z) for z <= 1 (further for polynomials), differentiated so many times by each; nan elsewhere."""
    return elementwise_of(lambda *xs: hyp2f1_at(*xs, da, db, dc, dz), a, b, c, z)


__all__ = ["hyp1f1", "hyp2f1"]
