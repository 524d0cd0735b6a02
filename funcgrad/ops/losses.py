"""Two losses as one node each: the mean (or sum) of squared errors, and of minus the log-probability of a class.

Invariant: operands of the commonest form only; what weights, ignores or keeps the single errors is composed by its caller.
With n the number of terms of a mean (1 for a sum):

    squared_error(x, y) = sum((x - y)**2) / n            dx = 2 (x - y) ct / n,   dy = -dx
    picked_loss(p, k)   = -sum_i p[i, k[i]] / n          dp[i, k[i]] = -ct / n,   0 elsewhere
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .elementwise import div, mul, neg, sub
from .index import add_along, take_along
from .reduce import mean as mean_
from .shape import batched, broadcast, reshape, sum_, zeros
from .torch_order import sum_over


def terms(n, mean):
    """What a sum of n terms is divided by: 0 terms have the mean nan, and no derivative to divide."""
    return n if mean else 1


def total(x, axes, mean):
    return mean_(x, axes=axes) if mean else sum_(x, axes=axes)


def size_of(x):
    return int(np.prod(shape_of(x), dtype=np.intp))


REFUSED = {
    "int64": "its callers refuse integers",
    "bool": "its callers refuse truth values",
    "complex128": "its callers refuse complex numbers",
    "broadcast": "both operands have one shape",
}


@define
class squared_error:
    """The mean of (x - y)**2 over all elements, or (not `mean`) the sum; x and y of one shape and dtype."""

    saves = ((0, 1), (0, 1))
    without = REFUSED

    def jax(jax, x, y, *, mean):
        d = (x - y) ** 2
        return d.mean() if mean else d.sum()

    def samples(rng):
        for mean in (True, False):
            yield from in_kinds(draw(rng, "real", (2, 3)), draw(rng, "real", (2, 3)), dtypes="f", mean=mean)
        yield Sample(draw(rng, "real", ()), draw(rng, "real", ()), kind="0-d", mean=True)
        yield Sample(draw(rng, "real", (0, 2)), draw(rng, "real", (0, 2)), kind="empty", mean=False)
        yield Sample(draw(rng, "real", (3, 1)), draw(rng, "real", (3, 1)), kind="size 1", mean=True)

    def impl(x, y, *, mean):
        d = np.subtract(x, y)
        return np.add.reduce(d * d, axis=None) / terms(d.size, mean)

    def impl_torch(x, y, *, mean):
        d = np.subtract(x, y)
        return sum_over(d * d, tuple(range(d.ndim))) / terms(d.size, mean)

    def aval(x, y, *, mean):
        return Aval((), np.result_type(dtype_of(x), dtype_of(y)))

    def vjp(ct, out, x, y, *, need, mean):
        g = mul(sub(x, y), mul(ct, 2 / max(terms(size_of(x), mean), 1)))
        return [g if need & 1 else None, neg(g) if need & 2 else None]

    def jvp(ts, out, x, y, *, mean):
        dx, dy = ts
        d = dx if dy is None else neg(dy) if dx is None else sub(dx, dy)
        return total(mul(mul(sub(x, y), 2), d), tuple(range(len(shape_of(x)))), mean)

    def batch(size, xs, ds, *, mean):
        x, y = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        d = sub(x, y)
        return total(mul(d, d), tuple(range(1, len(shape_of(x)))), mean), 0


def dealt_out(ct, p, k, mean):
    """-ct / n at the entries that were picked, 0 elsewhere."""
    (n,) = shape_of(k)
    g = broadcast(div(neg(ct), max(terms(n, mean), 1)), shape=(n, 1), axes=(0, 1))
    return add_along(zeros(shape_of(p), dtype_of(ct)), g, reshape(k, shape=(n, 1)), axis=1)


@define
class picked_loss:
    """Minus the mean (or sum) of p[i, k[i]]: p [n, classes], k [n] whole numbers from 0."""

    linear = (0,)
    saves = ((1,), ())
    without = REFUSED | {
        "0-d": "it takes a row for each class number",
        "broadcast": "it takes a class number for each row",
    }

    def jax(jax, p, k, *, mean):
        d = -jax.numpy.take_along_axis(p, k[:, None], axis=1)
        return d.mean() if mean else d.sum()

    def samples(rng):
        k = np.array([2, 0, 2, 1])
        for mean in (True, False):
            yield from in_kinds(draw(rng, "real", (4, 3)), k, dtypes="f", mean=mean)
        yield Sample(draw(rng, "real", (1, 3)), np.array([1]), kind="size 1", mean=True)
        yield Sample(draw(rng, "real", (0, 3)), np.array([], dtype=int), kind="empty", mean=False)

    def impl(p, k, *, mean):
        d = np.negative(p[np.arange(len(k)), k])
        return np.add.reduce(d) / terms(len(k), mean)

    def impl_torch(p, k, *, mean):
        return sum_over(np.negative(p[np.arange(len(k)), k]), (0,)) / terms(len(k), mean)

    def aval(p, k, *, mean):
        return Aval((), dtype_of(p))

    transpose = (lambda ct, p, k, *, mean: dealt_out(ct, p, k, mean),)

    def pull(n, ct, cts, owned):
        (k,), (p, _) = n.saved, n.avals
        g = np.zeros(p.shape, p.dtype)
        g[np.arange(len(k)), k] = np.negative(ct) / max(terms(len(k), n.params["mean"]), 1)
        (q,) = n.ins
        c = cts.get(q)
        cts[q] = g if c is None else c + g

    def batch(size, xs, ds, *, mean):
        p, k = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        n = shape_of(k)[1]
        picked = take_along(p, reshape(k, shape=(size, n, 1)), axis=2)
        return neg(total(reshape(picked, shape=(size, n)), (1,), mean)), 0
