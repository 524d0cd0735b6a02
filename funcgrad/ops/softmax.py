"""softmax and log_softmax over `axes`, one node each that keeps its result alone.

With s = softmax(x), the sum over the axes:  ds = s (dx - sum(s dx)),  d log s = dx - sum(s dx).
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .elementwise import mul, sub
from .exponential import exp
from .reduction import shift_axes
from .shape import spread, sum_


def total(x, axes):
    """The sum over the axes, repeated along them."""
    return spread(sum_(x, axes=axes), x, axes)


def samples_of(rng):
    yield from in_kinds(draw(rng, "real", (3, 4)), dtypes="f", axes=(1,))
    yield from in_kinds(draw(rng, "real", (2, 3)), dtypes="f", axes=(0, 1))
    yield Sample(draw(rng, "real", (2, 3, 2)), axes=(0, 2))
    yield Sample(draw(rng, "real", (3, 1)), kind="size 1", axes=(1,))
    yield Sample(draw(rng, "real", ()), kind="0-d", axes=())
    yield Sample(draw(rng, "real", (0, 2)), kind="empty", axes=(1,))
    yield Sample(np.array([800.0, -800.0, 801.0]), kind="large", axes=(0,))
    yield Sample(np.array([[-np.inf, 0.5, 1.0], [-np.inf, 2.0, -np.inf]]), kind="-inf", order=1, axes=(1,))


def shifted(x, axes):
    """x less its maximum over the axes, which changes neither result; a maximum of -inf leaves nan, as in jax and torch."""
    return x - np.maximum.reduce(x, axis=axes, keepdims=True, initial=-np.inf) if x.size else x


def along_axes(body):
    """Declare a function of an array along `axes` that has its operand's shape and dtype."""

    def aval(x, *, axes):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds, *, axes):
        return prim(xs[0], axes=shift_axes(axes, ds[0])), ds[0]

    body.aval, body.batch, body.samples, body.saves = aval, batch, samples_of, (("out",),)
    body.without = {"complex128": "the largest of complex numbers has no meaning"}
    prim = define(body)
    return prim


@along_axes
class softmax:
    """exp(x) / sum(exp(x)) over `axes`, without overflow."""

    def jax(jax, x, *, axes):
        return jax.nn.softmax(x, axis=axes)

    def impl(x, *, axes):
        e = np.exp(shifted(np.asarray(x), axes))
        return e / np.add.reduce(e, axis=axes, keepdims=True)

    def vjp(ct, out, x, *, need, axes):
        return [mul(out, sub(ct, total(mul(out, ct), axes)))]

    def jvp(ts, out, x, *, axes):
        return mul(out, sub(ts[0], total(mul(out, ts[0]), axes)))


@along_axes
class log_softmax:
    """x - log(sum(exp(x))) over `axes`, without overflow."""

    def jax(jax, x, *, axes):
        return jax.nn.log_softmax(x, axis=axes)

    def impl(x, *, axes):
        x = shifted(np.asarray(x), axes)
        return x - np.log(np.add.reduce(np.exp(x), axis=axes, keepdims=True))

    def vjp(ct, out, x, *, need, axes):
        return [sub(ct, mul(exp(out), total(ct, axes)))]

    def jvp(ts, out, x, *, axes):
        return sub(ts[0], total(mul(exp(out), ts[0]), axes))
