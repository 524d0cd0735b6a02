"""Truncated power series in shifts of a function's parameters: how incomplete gamma and beta functions, and hypergeometric ones, are
differentiated with respect to them.

A jet in two shifts is float64[p + 1, q + 1, n]: entry [i, j] is the coefficient of s**i t**j, of n points at once. `constant`, the affine
functions and `power_series` take any number of shifts, the others two; these and `constant` also take jets of Decimals (`by_digits`).
Invariant: entry [0, 0] of every result is computed by the operations that the plain function would be computed by.
"""

import decimal

import numpy as np

TOLERANCE = 4e-17  # of a last term
SETTLED = 1e-15  # of the change in so many steps
NOISE = 1e-10  # a change below this that no longer shrinks is rounding
MOST = 20000  # steps of a series or a continued fraction
CHUNK = 8  # steps between two looks at whether it has converged: what is left then is less
HUGE = 1e150
DIGITS = (34, 68, 136, 272, 544)  # of decimal arithmetic, one after the other


def constant(c, like):
    """The jet of a number that neither shift moves, of the orders and points of another."""
    out = np.zeros_like(like)
    value_of(out)[...] = c
    return out


def value_of(jet):
    """What no shift moves."""
    return jet[(0,) * (jet.ndim - 1)]


def times_affine(jet, c, *slopes):
    """jet * (c + ds s + dt t + ...)."""
    out = jet * c
    for axis, d in enumerate(slopes):
        if jet.shape[axis] > 1 and (np.ndim(d) or d):
            before = (slice(None),) * axis
            out[(*before, slice(1, None))] += jet[(*before, slice(-1))] * d
    return out


def over_affine(jet, c, d, axis=0):
    """jet / (c + d s), s the shift of an axis."""
    out = jet / c
    for i in range(1, jet.shape[axis]):
        before = (slice(None),) * axis
        out[(*before, i)] -= d * out[(*before, i - 1)] / c
    return out


def times(u, v):
    out = np.zeros_like(u)
    for i in range(len(u)):
        for j in range(u.shape[1]):
            out[i:, j:] += u[i, j] * v[: len(u) - i, : u.shape[1] - j]
    return out


def over(u, v):
    """u / v."""
    out = np.zeros_like(u)
    for i in range(len(u)):
        for j in range(u.shape[1]):
            rest = u[i, j].copy()
            for k in range(i + 1):
                for m in range(j + 1):
                    if k or m:
                        rest -= v[k, m] * out[i - k, j - m]
            out[i, j] = rest / v[0, 0]
    return out


def exp(u, value):
    """exp(u), whose entry [0, 0] is `value`."""
    out = np.zeros_like(u)
    out[0, 0] = value
    for i in range(len(u)):
        for j in range(u.shape[1]):
            if i or j:
                by_first = i > 0
                total = 0.0
                for k in range(i + 1):
                    for m in range(j + 1):
                        weight = k if by_first else m
                        if weight:
                            total = total + weight * u[k, m] * out[i - k, j - m]
                out[i, j] = total / (i if by_first else j)
    return out


def continued_fraction(start, step, like, *points):
    """1 / (b0 + a1 / (b1 + a2 / ...)) as a jet, by the forward recurrence of numerators and denominators.

    `start(*points)` gives (c, ds, dt) of b0; `step(n, jet_1, jet_2, *points)` the next of a sequence from its last and last
    but one: b_n jet_1 + a_n jet_2.
    """
    out = np.empty_like(like)
    at = np.arange(like.shape[-1])
    ones, zeros = constant(1.0, like), np.zeros_like(like)
    up, upper, down, lower = ones, times_affine(ones, *start(*points)), zeros, ones
    last = over(lower, upper)
    before = np.full(at.shape, np.inf)
    n = 0
    while at.size and n < MOST:
        for _ in range(CHUNK):
            n += 1
            up, upper = upper, step(n, upper, up, *points)
            down, lower = lower, step(n, lower, down, *points)
        size = np.abs(upper[0, 0]) + np.abs(lower[0, 0])
        factor = np.where(size > HUGE, 1 / HUGE, np.where(size < 1 / HUGE, HUGE, 1.0))
        up, upper, down, lower = [v * factor for v in (up, upper, down, lower)]
        now = over(lower, upper)
        change = (np.abs(now - last) / (np.abs(now) + np.abs(now[0, 0]))).max((0, 1))
        done = (change <= SETTLED) | ((change >= before) & (change <= NOISE)) | np.isnan(change)
        out[..., at[done]] = now[..., done]
        moving = ~done
        at, before = at[moving], change[moving]
        points = [p[moving] for p in points]
        up, upper, down, lower, last = [v[..., moving] for v in (up, upper, down, lower, now)]
    out[..., at] = last
    return out


def small(term, total):
    """Does adding a term no longer change a sum?"""
    tolerance = decimal.Decimal(10) ** -decimal.getcontext().prec if term.dtype == object else TOLERANCE
    return (np.abs(term) <= tolerance * (np.abs(total) + np.abs(value_of(total)))).all(tuple(range(term.ndim - 1)))


def finite(x):
    return x - x == 0  # (of Decimals too)


def power_series(ratio, like, *points):
    """1 + r_1 + r_1 r_2 + ... as a jet: `ratio(n, jet, *points)` is the next term of the last."""
    out = np.empty_like(like)
    at = np.arange(like.shape[-1])
    term = constant(1, like)
    total = term.copy()
    n = 0
    while at.size and n < MOST:
        for _ in range(CHUNK):
            n += 1
            term = ratio(n, term, *points)
            total += term
        moving = ~small(term, total) & finite(value_of(total))
        done = ~moving
        out[..., at[done]] = total[..., done]
        at = at[moving]
        points = [p[moving] for p in points]
        term, total = term[..., moving], total[..., moving]
    out[..., at] = total
    return out


def by_digits(f, like, *points):
    """f(like, *points), a jet, where rounding errors grow: in decimal arithmetic, with more digits until two results agree.

    What does not settle is nan.
    """
    out = np.full_like(like, np.nan)
    at = np.arange(like.shape[-1])
    last = np.full(like.shape, decimal.Decimal("nan"), object)
    context = decimal.Context(Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[])
    for digits in DIGITS:
        if not at.size:
            break
        with decimal.localcontext(context, prec=digits):
            exact = [np.array([decimal.Decimal(v) for v in p[at].tolist()], object) for p in points]
            now = f(np.zeros((*like.shape[:-1], at.size), object), *exact)
            same = (now == last) | (np.abs(now - last) <= decimal.Decimal(TOLERANCE) * np.abs(now))
        same = same.astype(bool).all(tuple(range(now.ndim - 1)))
        out[..., at[same]] = now[..., same].astype(np.float64)
        at, last = at[~same], now[..., ~same]
    return out


__all__ = [
    "by_digits", "constant", "continued_fraction", "exp", "finite", "over", "over_affine", "power_series", "small", "times",
    "times_affine", "value_of",
]  # fmt: skip
