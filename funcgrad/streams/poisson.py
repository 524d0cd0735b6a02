"""Poisson variates as torch draws them from a stream of float64 uniforms.

A rate below 10 multiplies uniforms until the product falls to exp(-rate) (Knuth). From 10 on it is
Hoermann's transformed rejection PTRS, two uniforms a trial (W. Hoermann, "The transformed rejection method
for generating Poisson random variables", Insurance: Mathematics and Economics 12, 1993).
Invariant: elements are served in order and no uniform is read that torch would not have read.
"""

import functools
import math

import numpy as np

_REJECTION_FROM = 10.0


def poisson_counts(rates, uniforms):
    """Counts float64[n] for rates float64[n], none negative; uniforms(k) returns the next k draws, float64[k].

    >>> import numpy as np
    >>> poisson_counts(np.array([0.0, 2.5]), lambda k: np.full(k, 0.5)).tolist()
    [0.0, 3.0]
    """
    # how many uniforms the elements from i on need at the very least: reading no more keeps the stream exact
    needs = np.where(rates >= _REJECTION_FROM, 2, rates > 0)
    least = np.append(np.cumsum(needs[::-1])[::-1], 0).tolist()
    pending = iter(())
    later = 0

    def draw():
        nonlocal pending
        u = next(pending, None)
        if u is None:
            pending = iter(uniforms(1 + later).tolist())
            u = next(pending)
        return u

    counts = np.zeros(rates.size)
    for i, rate in enumerate(rates.tolist()):
        later = least[i + 1]
        if rate >= _REJECTION_FROM:
            counts[i] = _by_rejection(rate, draw)
        elif rate > 0:
            counts[i] = _by_product(rate, draw)
    return counts


def _by_product(rate, draw):
    floor = math.exp(-rate)
    count, product = 0, draw()
    while product > floor:
        count += 1
        product *= draw()
    return count


@functools.lru_cache(maxsize=64)
def _rejection_constants(rate):
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    return a, b, math.log(1.1239 + 1.1328 / (b - 3.4)), 0.9277 - 3.6224 / (b - 2), math.log(rate)


def _by_rejection(rate, draw):
    a, b, log_inverse_alpha, quick, log_rate = _rejection_constants(rate)
    while True:
        u = draw() - 0.5
        v = draw()
        edge = 0.5 - abs(u)
        count = math.floor((2 * a / edge + b) * u + rate + 0.43) if edge else -1
        if edge >= 0.07 and v <= quick:
            return count
        if count < 0 or (edge < 0.013 and v > edge):
            continue
        left = (math.log(v) if v else -math.inf) + log_inverse_alpha - math.log(a / (edge * edge) + b)
        if left <= -rate + count * log_rate - math.lgamma(count + 1):
            return count
