"""Draws by rejection: gamma, Poisson and binomial numbers of threefry keys.

The loops of jax.random, with the same draws in the same order; all elements go through them together, and each round
works on those that are still rejected alone. A figure differs from jax's where a rounding flips a comparison.
"""

import math

import numpy as np

from ...core.multiply_add import fma
from ..special_values import lgamma
from . import threefry
from .laws import draw, log, log1p
from .normal import from_unit

f32 = np.float32


def split(keys, n):
    """n new keys of each of keys[k, 2], each an array like keys."""
    return np.moveaxis(threefry.split(keys, (n,)), -2, 0)


# ------------------------------------------------------------------------------------------------ gamma
def gamma(keys, a, log_space):
    """Gamma numbers, or their logarithms: keys[..., 2] and a[..., *shape], a key for each element (its own loops).

    G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000): d v**3, where v is
    1 + c x for normal x. For a < 1 it is drawn for a + 1 and multiplied by u**(1 / a).
    """
    a = np.asarray(a)
    lead = np.shape(keys)[:-1]
    n = math.prod(a.shape[len(lead) :])
    own = threefry.split(keys, (n,)).reshape(-1, 2)
    dtype = a.dtype if a.dtype.itemsize > 2 else np.dtype(f32)
    out = np.empty(len(own), dtype)
    flat = np.asarray(a, dtype).reshape(-1)
    with np.errstate(all="ignore"):
        for i in range(0, len(own), 65536):
            out[i : i + 65536] = gamma_of(own[i : i + 65536], flat[i : i + 65536], log_space)
    return out.reshape(a.shape).astype(a.dtype)


def gamma_of(keys, a, log_space):
    dtype = a.dtype
    one, third = dtype.type(1), dtype.type(1 / 3)
    boosted = a < 1
    d = np.where(boosted, a + one, a) - third
    c = third * (1 / np.sqrt(d.astype(np.float64))).astype(dtype)  # (as XLA has it: a reciprocal root)
    keys, boost_keys = split(keys, 2)
    v = np.ones_like(a)
    at = np.arange(len(a))
    while at.size:
        keys, x_keys, u_keys = split(keys, 3)
        x, w = positive(x_keys, c[at])
        square, cube = x * x, w * w * w
        v[at] = cube
        u = uniform_of(u_keys, dtype)
        slow = (u >= one - dtype.type(0.0331) * (square * square)) & np.isfinite(square)
        k = np.flatnonzero(slow)
        s, t = square[k], cube[k]
        rejected = log(u[k]) >= s * dtype.type(0.5) + d[at[k]] * ((one - t) + log(t))
        k = k[rejected]
        at, keys = at[k], keys[k]
    if log_space:
        u = -draw(boost_keys, "exponential", (), dtype)
        return (log(d) + log(v)) + np.where(~boosted | (u == 0), 0, u * (one / a))
    u = one - uniform_of(boost_keys, dtype)
    boost = (u.astype(np.float64) ** (one / a)).astype(dtype)
    return d * v * np.where(boosted, boost, one)


def positive(keys, c):
    """Normal x with 1 + c x > 0, and that sum: drawn anew, element by element, until it is."""
    x, v = np.empty_like(c), np.empty_like(c)
    at = np.arange(len(c))
    while at.size:
        keys, sub = split(keys, 2)
        x[at] = from_unit(uniform_of(sub, c.dtype))
        v[at] = fma(x[at], c[at], c.dtype.type(1))
        again = v[at] <= 0
        at, keys = at[again], keys[again]
    return x, v


def uniform_of(keys, dtype):
    """One number of each key."""
    return threefry.uniform(keys, (), dtype)


# ------------------------------------------------------------------------------------------------ a key for many elements
class Rounds:
    """Elements of rows, one key a row. In every round the keys are split, and the elements still at it draw theirs.

    `whole`: a row stays at it, with every element, until none is left to do; the last draw that was accepted counts.
    """

    def __init__(self, keys, shape, chosen, whole=False):
        self.keys, lead = threefry.rows_of(keys)
        self.n = math.prod(shape[len(lead) :])
        self.whole = whole
        self.open = chosen
        if whole and self.n:
            chosen = np.repeat(chosen.reshape(-1, self.n).any(1), self.n)
            self.open = chosen.copy()
        self.at = np.flatnonzero(chosen)

    def split(self, n, keep=0):
        """The other keys of a round; the one kept is the next round's."""
        new = split(self.keys, n)
        self.keys = new[keep]
        return [k for i, k in enumerate(new) if i != keep]

    def uniform(self, keys, dtype):
        rows, places = np.divmod(self.at, self.n)
        return threefry.uniform_at(keys, rows, places, dtype)

    def leave(self, done):
        """These of the elements at it have what they need."""
        if not self.whole:
            self.at = self.at[~done]
        else:
            self.open[self.at[done]] = False
            self.at = self.at[self.open.reshape(-1, self.n).any(1)[self.at // self.n]]


def flat(x, shape, dtype):
    return np.broadcast_to(np.asarray(x, dtype), shape).reshape(-1)


# ------------------------------------------------------------------------------------------------ Poisson
def poisson(keys, lam, dtype):
    """Poisson numbers: keys[..., 2] and rates lam[..., *shape]; below 10 by Knuth's products, else by rejection."""
    lam = np.asarray(lam, f32)
    rate = lam.reshape(-1)
    out = np.zeros(rate.shape, dtype)
    few = np.isnan(rate) | (rate < 10)
    most = np.iinfo(dtype).max
    with np.errstate(all="ignore"):
        poisson_few(Rounds(keys, lam.shape, few), rate, out, most)
        many = Rounds(keys, lam.shape, ~few, whole=True)
        if many.at.size:
            out = np.where(few, out, poisson_many(many, np.where(few, f32(1e5), rate), np.empty_like(out), most))
    out[rate == 0] = 0
    return out.reshape(lam.shape)


def poisson_few(elements, rate, out, most):
    """How many uniform numbers can be multiplied before the product falls below exp(-rate)."""
    total = np.zeros(rate.shape, f32)
    out[elements.at] = -1
    elements.leave(~(total[elements.at] > -rate[elements.at]))
    for _ in range(most):
        at = elements.at
        if not at.size:
            return
        (sub,) = elements.split(2)
        out[at] += 1
        total[at] += log(elements.uniform(sub, f32))
        elements.leave(~(total[at] > -rate[at]))


def poisson_many(elements, rate, out, most):
    """W. Hoermann, "The transformed rejection method for generating Poisson random variables" (1993), PTRS."""
    out[elements.at] = -1
    log_rate = log(rate)
    b = f32(0.931) + f32(2.53) * np.sqrt(rate)
    a = f32(-0.059) + f32(0.02483) * b
    inverse_alpha = f32(1.1239) + f32(1.1328) / (b - f32(3.4))
    v_r = f32(0.9277) - f32(3.6224) / (b - 2)
    for _ in range(most):
        at = elements.at
        if not at.size:
            break
        u_keys, v_keys = elements.split(3)
        u = elements.uniform(u_keys, f32) - f32(0.5)
        v = elements.uniform(v_keys, f32)
        us = f32(0.5) - np.abs(u)
        lam = rate[at]
        k = np.floor((2 * a[at] / us + b[at]) * u + lam + f32(0.43))
        s = log(v * inverse_alpha[at] / (a[at] / (us * us) + b[at]))
        t = -lam + k * log_rate[at] - lgamma(k + 1)
        quick = (us >= f32(0.07)) & (v <= v_r[at])
        refused = (k < 0) | ((us < f32(0.013)) & (v > us))
        accepted = quick | (~refused & (s <= t))
        out[at[accepted]] = k[accepted].astype(out.dtype)
        elements.leave(accepted)
    return out


# ------------------------------------------------------------------------------------------------ binomial
STIRLING_TAIL = (
    0.0810614667953272,
    0.0413406959554092,
    0.0276779256849983,
    0.02079067210376509,
    0.0166446911898211,
    0.0138761288230707,
    0.0118967099458917,
    0.0104112652619720,
    0.00925546218271273,
    0.00833056343336287,
)  # fmt: skip  log(k!) less Stirling's formula, for k up to 9


def binomial(keys, count, prob, dtype):
    """Binomial numbers as floats: keys[..., 2] and count, prob of shape [..., *shape] in one float dtype.

    A probability p of a half or more is drawn as count less a draw for 1 - p. nan where count or p has no meaning.
    """
    shape, kind = np.shape(prob), np.asarray(prob).dtype
    count, p = flat(count, shape, kind), flat(prob, shape, kind)
    with np.errstate(all="ignore"):
        small = p < 0.5
        q = np.where(small, p, kind.type(1) - p)
        bad_q, bad_count = np.isnan(q) | (q < 0), np.isnan(count) | (count < 0)
        p_unknown = np.isnan(q)
        q = np.where(bad_q, kind.type(0.01), q)
        whole = np.floor(np.where(np.isinf(count), 0, count))  # (infinitely many: nothing is drawn, it would never end)
        few = bad_count | (whole * q <= 10)
        out = np.empty(q.shape, kind)
        binomial_few(Rounds(keys, shape, few), whole, q, out)
        many = Rounds(keys, shape, ~few, whole=True)
        if many.at.size:
            large = binomial_many(many, np.where(few, kind.type(1e4), whole), np.where(few, kind.type(0.5), q))
            out = np.where(few, out, large)
        out[bad_q | bad_count] = np.nan
        out[np.isinf(count) & ~(bad_q | bad_count)] = np.inf
        kept = small | bad_count | p_unknown | np.isinf(count)
        return np.where(kept, out, whole - out).reshape(shape).astype(dtype)


def binomial_few(elements, count, q, out):
    """How many geometric numbers fit into count."""
    out[elements.at] = -1
    total = np.zeros_like(q)
    log_rest = log1p(-q)
    elements.leave(~(total[elements.at] <= count[elements.at]))
    while elements.at.size:
        at = elements.at
        (sub,) = elements.split(2, keep=1)
        out[at] += 1
        total[at] += np.ceil(log(elements.uniform(sub, q.dtype)) / log_rest[at])
        elements.leave(~(total[at] <= count[at]))


def stirling_tail(k):
    near = np.take(np.array(STIRLING_TAIL, k.dtype), np.clip(np.nan_to_num(np.floor(k)), 0, 9).astype(np.intp))
    square = (k + 1) * (k + 1)
    far = (k.dtype.type(1 / 12) - (k.dtype.type(1 / 360) - k.dtype.type(1 / 1260) / square) / square) / (k + 1)
    return np.where(k <= 9, near, far)


def binomial_many(elements, count, q):
    """W. Hoermann, "The generation of binomial random variates" (1993), BTRS."""
    kind = q.dtype.type
    deviation = np.sqrt(count * q * (1 - q))
    b = kind(1.15) + kind(2.53) * deviation
    a = kind(-0.0873) + kind(0.0248) * b + kind(0.01) * q
    c = count * q + kind(0.5)
    v_r = kind(0.92) - kind(4.2) / b
    odds = q / (1 - q)
    alpha = (kind(2.83) + kind(5.1) / b) * deviation
    mode = np.floor((count + 1) * q)
    out = np.full_like(q, -1)
    while elements.at.size:
        at = elements.at
        u_keys, v_keys = elements.split(3)
        u = elements.uniform(u_keys, q.dtype) - kind(0.5)
        v = elements.uniform(v_keys, q.dtype)
        us = kind(0.5) - np.abs(u)
        n, m, r = count[at], mode[at], odds[at]
        k = np.floor((2 * a[at] / us + b[at]) * u + c[at])
        quick = (us >= kind(0.07)) & (v <= v_r[at])
        refused = (k < 0) | (k > n)
        v = log(v * alpha[at] / (a[at] / (us * us) + b[at]))
        bound = (m + kind(0.5)) * log((m + 1) / (r * (n - m + 1))) + (n + 1) * log((n - m + 1) / (n - k + 1))
        bound = bound + (k + kind(0.5)) * log(r * (n - k + 1) / (k + 1)) + stirling_tail(m)
        bound = bound + stirling_tail(n - m) - stirling_tail(k) - stirling_tail(n - k)
        accepted = quick | (~refused & (v <= bound))
        out[at[accepted]] = k[accepted]
        elements.leave(accepted)
    return out


__all__ = ["binomial", "gamma", "poisson"]
