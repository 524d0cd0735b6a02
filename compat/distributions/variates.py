"""Gamma and binomial variates as torch draws them, one element after the other."""

import math

import numpy as np

# ------------------------------------------------------------------------------------------------ gamma
# Gamma variates as torch draws them, one element after the other: the rejection method of Marsaglia and Tsang.
#
# G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software 26,
# 2000. Below 1 the variate of a + 1 is scaled by U^(1/a). Invariant: of the stream exactly as many uniforms and normals are taken,
# in the same order, as torch takes, and constants are float32 where torch's are.
THIRD = np.float32(1.0) / np.float32(3.0)
SQUEEZE = float(np.float32(0.0331))


def gamma_numbers(a, stream):
    """Gamma numbers of rate 1 and these concentrations, float[*s], from a _generator.Generator; none below the least normal number.

    >>> from compat._generator import Generator
    >>> gamma_numbers(np.array([0.5, 3.0]), Generator(0)).round(4).tolist()
    [0.0008, 1.2728]
    """
    a = np.asarray(a)

    uniform, normal = stream.one_uniform, stream.one_normal
    out = np.array([gamma_number(x, uniform, normal) for x in a.ravel()], a.dtype).reshape(a.shape)
    return np.maximum(out, np.finfo(a.dtype).tiny)


def gamma_number(a, uniform, normal):
    """One variate; a is a NumPy float, in whose precision torch takes a third from it."""
    scale = 1.0
    if a < 1:
        if a == 0:
            return 0.0
        scale = (1 - uniform()) ** float(a.dtype.type(1) / a)
        a = a + a.dtype.type(1)
    d = float(a - a.dtype.type(THIRD))
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal()
        y = 1 + c * x
        while y <= 0:
            x = normal()
            y = 1 + c * x
        v = y * y * y
        u = 1 - uniform()
        xx = x * x
        if u < 1 - SQUEEZE * xx * xx or math.log(u) < 0.5 * xx + d * (1 - v + math.log(v)):
            return scale * d * v


# ------------------------------------------------------------------------------------------------ trials
# Binomial variates as torch draws them: by inversion for few expected successes, else by Hoermann's rejection BTRS.
#
# W. Hoermann, "The generation of binomial random variates", Journal of Statistical Computation and Simulation 46, 1993; torch
# leaves out a logarithm in its constants, and so does this. Invariant: exactly torch's uniforms are taken, in torch's order.
FEW = 10.0  # expected successes, below which inversion is used
STIRLING = [  # log k! less Stirling's formula for it, for small k
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
    0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
]  # fmt: skip


def binomial_counts(counts, probs, stream):
    """Successes in counts[*s] trials of probabilities probs[*s], in the dtype of counts, from a _generator.Generator.

    >>> from compat._generator import Generator
    >>> binomial_counts(np.array([10.0, 100.0]), np.array([0.3, 0.5]), Generator(0)).tolist()
    [6.0, 48.0]
    """
    counts, probs = np.asarray(counts), np.asarray(probs)

    def uniform():
        return stream.uniform((1,), 0.0, 1.0, np.float64).item()

    pairs = zip(counts.ravel().tolist(), probs.ravel(), strict=True)
    return np.array([one(n, p, uniform) for n, p in pairs], counts.dtype).reshape(counts.shape)


def one(n, p, uniform):
    if n <= 0 or p <= 0:
        return 0.0
    if p >= 1:
        return n
    if math.isnan(p):
        return math.nan
    likely = p > 0.5
    q = float(p.dtype.type(1.0 - float(p))) if likely else float(p)
    k = by_rejection(n, q, uniform) if n * q >= FEW else by_inversion(n, q, uniform)
    return n - k if likely else k


def by_inversion(n, p, uniform):
    """Waiting times between successes, until they exceed the number of trials."""
    log_failure = math.log1p(-p)
    waited, k = 0.0, 0.0
    while True:
        u = uniform()
        waited += math.ceil(math.log(u) / log_failure) if u > 0 else math.inf
        if waited > n:
            return k
        k += 1


def stirling_tail(k):
    if k < len(STIRLING):
        return STIRLING[int(k)]
    square = (k + 1) * (k + 1)
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)


def by_rejection(n, p, uniform):
    """A ratio of uniforms under a table mountain."""
    spread = math.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = n * p + 0.5
    v_r = 0.92 - 4.2 / b
    r = p / (1 - p)
    alpha = (2.83 + 5.1 / b) * spread
    m = math.floor((n + 1) * p)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        if us == 0:
            continue
        k = math.floor((2 * a / us + b) * u + c)
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= v_r:
            return k
        height = v * alpha / (a / (us * us) + b)
        bound = (
            (m + 0.5) * math.log((m + 1) / (r * (n - m + 1)))
            + (n + 1) * math.log((n - m + 1) / (n - k + 1))
            + (k + 0.5) * math.log(r * (n - k + 1) / (k + 1))
            + stirling_tail(m)
            + stirling_tail(n - m)
            - stirling_tail(k)
            - stirling_tail(n - k)
        )
        if height <= 0 or math.log(height) <= bound:
            return k
