"""Losses as one node each: the mean (or sum) of errors of two operands, and of minus the log-probability of a class.

Invariant: operands of the commonest form only; what weights, ignores or keeps the single errors is composed by its caller.
With n the number of terms of a mean (1 for a sum):

    loss(x, y)          = sum_i error(x[i], y[i]) / n    dx = error'(x, y) ct / n
    picked_loss(p, k)   = -sum_i p[i, k[i]] / n          dp[i, k[i]] = -ct / n,   0 elsewhere
"""

from functools import lru_cache
from math import prod

import numpy as np

from ..core.aval import Aval, dtype_of, ndarray, shape_of
from ..core.elementwise_layout import summed
from ..core.primitive import define, raw
from ..core.sample import Sample, draw, in_kinds
from ..lazy import deferred
from .elementwise import add, div, less, mul, neg, sub, where
from .index import add_along, take_along
from .kinked import abs_
from .reduce import mean as mean_
from .reduction import reduction, samples_over
from .rounding import sign
from .shape import batched, broadcast, fit, reshape, spread, sum_, zeros
from .torch_order import ALL_AXES, sum_of_terms, sum_over, turns_over


def terms(n, mean):
    """What a sum of n terms is divided by: 0 terms have the mean nan, and no derivative to divide."""
    return n if mean else 1


@lru_cache
def count(n, dtype):
    """A number of terms as an array, which spares NumPy making one in each call."""
    return np.array(n, dtype)


def total(x, axes, mean):
    return mean_(x, axes=axes) if mean else sum_(x, axes=axes)


REFUSED = {
    "int64": "its callers refuse integers",
    "bool": "its callers refuse truth values",
    "complex128": "its callers refuse complex numbers",
    "broadcast": "both operands have one shape",
}


def loss_of(body):
    """Define the primitive that is the mean (or the sum) of the errors which a class body describes:

    errors(x, y, **params)   the errors, over primitives
    by_x(x, y, **params)     their derivatives by x, without `weight`, over primitives
    by_y(x, y, **params)     those by y, where they are not the others with the other sign
    divided                  is a derivative multiplied by ct and then divided by n, or multiplied by ct * weight / n? (torch rounds so)
    """
    errors, by_x, by_y, oracle = body.errors, body.by_x, getattr(body, "by_y", None), body.jax
    weight, divided = getattr(body, "weight", 1), getattr(body, "divided", False)
    names = tuple(body.params[0])

    plain_errors, torch_errors = [deferred(lambda face=face: raw(errors, face)) for face in ("numpy", "torch")]
    slope_of = {face: deferred(lambda face=face: raw(by_x, face)) for face in ("numpy", "torch")}

    def slopes(x, y, need, **params):
        g = by_x(x, y, **params) if need & 1 or by_y is None else None
        h = None if not need & 2 else neg(g) if by_y is None else by_y(x, y, **params)
        return [g if need & 1 else None, h]

    class loss:
        __doc__ = body.__doc__
        saves = body.saves
        without = REFUSED

        def jax(jax, x, y, *, mean, **params):
            d = oracle(jax, x, y, **params)
            return d.mean() if mean else d.sum()

        def samples(rng):
            for params in body.params:
                for mean in (True, False):
                    yield from in_kinds(*body.drawn(rng, (2, 3)), dtypes="f", mean=mean, **params)
                yield Sample(*body.drawn(rng, ()), kind="0-d", mean=True, **params)
                yield Sample(*body.drawn(rng, (0, 2)), kind="empty", mean=False, **params)
                yield Sample(*body.drawn(rng, (3, 1)), kind="size 1", mean=True, **params)

        def impl(x, y, *, mean, **params):
            d = plain_errors(x, y, **params)
            return np.add.reduce(d, axis=None) / terms(d.size, mean)

        def impl_torch(x, y, *, mean, **params):
            d = torch_errors(x, y, **params)
            total = sum_over(d, ALL_AXES[d.ndim])
            return total / d.size if mean else total

        def aval(x, y, **params):
            return Aval((), np.result_type(dtype_of(x), dtype_of(y)))

        def vjp(ct, out, x, y, *, need, mean, **params):
            n = prod(shape_of(x)) or 1 if mean else 1
            gs = slopes(x, y, need, **params)
            if divided:
                return [g if g is None else div(mul(g, ct), n) for g in gs]
            ct = mul(ct, weight / n)
            return [g if g is None else mul(g, ct) for g in gs]

        def pull(n, ct, cts, owned):
            plan = n.plan
            x = n.saved[0]
            if plan.need != 1 or type(x) is not ndarray:
                return plan.ruled(n, ct, cts, owned)
            y, params = n.saved[1], n.params  # (the commonest: the rule of x, written out)
            slope = slope_of[plan.face]
            g = slope(x, y, *map(params.get, names)) if names else slope(x, y)
            k = x.size or 1 if params["mean"] else 1
            if divided:
                g *= ct
                g /= count(k, g.dtype)
            else:
                g *= ct * (weight / k)
            (p,) = n.ins
            c = cts.get(p)
            cts[p] = g if c is None else summed(c, g)

        def jvp(ts, out, x, y, *, mean, **params):
            need = sum([1 << i for i, t in enumerate(ts) if t is not None])
            parts = [mul(g, t) for g, t in zip(slopes(x, y, need, **params), ts, strict=True) if t is not None]
            d = parts[0] if len(parts) == 1 else add(*parts)
            return total(d if weight == 1 else mul(d, weight), ALL_AXES[len(shape_of(x))], mean)

        def batch(size, xs, ds, *, mean, **params):
            x, y = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
            return total(errors(x, y, **params), tuple(range(1, len(shape_of(x)))), mean), 0

    loss.__name__ = body.__name__
    return define(loss, depth=2)


class Errors:
    """What the bodies of losses share."""

    saves = ((0, 1), (0, 1))
    params = ({},)

    def drawn(rng, shape):
        return draw(rng, "real", shape), draw(rng, "real", shape)


@loss_of
class squared_error(Errors):
    """The mean of (x - y)**2 over all elements, or (not `mean`) the sum; x and y of one shape and dtype."""

    weight = 2

    def errors(x, y):
        d = sub(x, y)
        return mul(d, d)

    def by_x(x, y):
        return sub(x, y)

    def jax(jax, x, y):
        return (x - y) ** 2


class Huber(Errors):
    params = {"delta": 1.0, "linear": 1.0}, {"delta": 0.5, "linear": 1.0}, {"delta": 0.7, "linear": 0.7}

    def errors(x, y, *, delta, linear):
        d = abs_(sub(x, y))
        far = sub(d, 0.5 * delta)
        return where(less(d, delta), mul(mul(d, d), 0.5 * linear / delta), far if linear == 1 else mul(far, linear))

    def by_x(x, y, delta, linear):
        d = sub(x, y)
        near, far = d if linear == delta else mul(d, linear / delta), sign(d) if linear == 1 else mul(sign(d), linear)
        return where(less(abs_(d), delta), near, far)

    def jax(jax, x, y, *, delta, linear):
        np = jax.numpy
        d = np.abs(x - y)
        return np.where(d < delta, d * d * (0.5 * linear / delta), (d - 0.5 * delta) * linear)


@loss_of
class huber_error(Huber):
    """The mean (or sum) of (x - y)**2 linear / (2 delta) where |x - y| < delta, linear (|x - y| - delta / 2) beyond."""


@loss_of
class smooth_absolute_error(Huber):
    """huber_error, as torch's smooth_l1_loss has it."""


@lru_cache
def rows(n):
    """The numbers of n rows."""
    return np.arange(n)


def dealt_out(ct, p, k, mean):
    """-ct / n at the entries that were picked, 0 elsewhere."""
    (n,) = shape_of(k)
    g = broadcast(div(neg(ct), max(terms(n, mean), 1)), shape=(n, 1), axes=(0, 1))
    return add_along(zeros(shape_of(p), dtype_of(ct)), g, reshape(k, shape=(n, 1)), axis=1)


def ordered_sum(name, doc, add):
    """The sum over `axes`, which torch takes in an order of its own: add(x, axes)."""

    class body:
        __doc__ = doc
        linear = (0,)
        dtypes = "f"
        without = {name: REFUSED[name] for name in ("int64", "bool", "complex128")}

        def dtype(dtype):
            return dtype

        def jax(jax, x, *, axes):
            return jax.numpy.sum(x, axis=axes)

        def impl(x, *, axes):
            return np.add.reduce(x, axis=axes)

        def impl_torch(x, *, axes):
            return add(x, axes)

        transpose = (lambda ct, x, *, axes: fit(spread(ct, x, axes), x),)

        def samples(rng):
            return samples_over(rng, "f")

    body.__name__ = name
    return reduction(body)


def terms_over(x, axes):
    return sum_over(x, axes) if len(axes) < x.ndim or not x.size else sum_of_terms(x.reshape(-1))


terms_sum = ordered_sum("terms_sum", "The sum over `axes`, in the order of torch's losses of classes.", terms_over)
turns_sum = ordered_sum(
    "turns_sum", "The sum over `axes`, of few numbers one after the other, as in torch's norms.", turns_over
)


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
        n = len(k)
        return -sum_of_terms(p[rows(n), k]) / terms(n, mean) if n else picked_loss.impl(p, k, mean=mean)

    def aval(p, k, *, mean):
        return Aval((), dtype_of(p))

    transpose = (lambda ct, p, k, *, mean: dealt_out(ct, p, k, mean),)

    def pull(n, ct, cts, owned):
        (k,), (p, _) = n.saved, n.avals
        g = np.zeros(p.shape, p.dtype)
        g[rows(len(k)), k] = np.negative(ct) / max(terms(len(k), n.params["mean"]), 1)
        (q,) = n.ins
        c = cts.get(q)
        cts[q] = g if c is None else c + g

    def batch(size, xs, ds, *, mean):
        p, k = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        n = shape_of(k)[1]
        picked = take_along(p, reshape(k, shape=(size, n, 1)), axis=2)
        return neg(total(reshape(picked, shape=(size, n)), (1,), mean)), 0
