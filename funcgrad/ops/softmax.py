"""softmax and log_softmax over `axes`, one node each that keeps its result alone.

With s = softmax(x), the sum over the axes:  ds = s (dx - sum(s dx)),  d log s = dx - sum(s dx).
"""

import numpy as np

from ..core.aval import Aval, ndarray
from ..core.sample import Sample, draw, in_kinds
from ._short_rows import are_short, columns_of, reduced, rows_of
from .elementwise import mul, sub
from .exponential import exp
from .reduction import along_axes
from .shape import spread, sum_
from .torch_order import exp_as_torch, log_of_sums, row_sums_by_halves, sums_by_halves

PAIRWISE = 8  # from so many on NumPy adds a contiguous row in another order than one after the other


def total(x, axes):
    """The sum over the axes, repeated along them."""
    return spread(sum_(x, axes=axes), x, axes)


def probabilities(out):
    """exp of their logarithms."""
    return exp(out)


probabilities.plain = exp_as_torch
total.plain = lambda x, axes: reduced(np.add, np.asarray(x), axes)  # (NumPy repeats it where it is used)


def samples_of(rng):
    yield from in_kinds(draw(rng, "real", (3, 4)), dtypes="f", axes=(1,))
    yield from in_kinds(draw(rng, "real", (2, 3)), dtypes="f", axes=(0, 1))
    yield Sample(draw(rng, "real", (2, 3, 2)), axes=(0, 2))
    yield Sample(draw(rng, "real", (3, 1)), kind="size 1", axes=(1,))
    yield Sample(draw(rng, "real", ()), kind="0-d", axes=())
    yield Sample(draw(rng, "real", (0, 2)), kind="empty", axes=(1,))
    yield Sample(np.array([800.0, -800.0, 801.0]), kind="large", axes=(0,))
    yield Sample(np.array([[-np.inf, 0.5, 1.0], [-np.inf, 2.0, -np.inf]]), kind="-inf", order=1, axes=(1,))


def kept_sums(x, axes):
    return np.add.reduce(x, axes, None, None, True)


def by_columns(f, rows=kept_sums, columns=kept_sums):
    """f(x, axes, add, out), over short rows by columns (_short_rows.py). `rows`, `columns`: what adds contiguous rows and such columns;
    `out`: memory for x less its maxima, if there is some."""

    def impl(x, *, axes):
        if type(x) is not ndarray or not x.shape:
            x = np.asarray(x)
            return f(x.reshape(1), axes, kept_sums).reshape(x.shape)
        if not x.size:
            return x.copy()
        if x.flags.c_contiguous:
            if are_short(x, axes):
                turned = columns_of(x)
                return rows_of(f(turned, (0,), columns, turned), x.shape)
            if axes == (x.ndim - 1,):
                return f(x, axes, rows)
        return f(x, axes, kept_sums)

    return impl


maxima = np.maximum.reduce  # (x less its maximum has the same softmax; one of -inf leaves nan, as in jax and torch)


def kept_rows(e, axes):
    """Sums of rows in torch's order (of few numbers it is NumPy's)."""
    n = e.shape[-1]
    return kept_sums(e, axes) if n < PAIRWISE else row_sums_by_halves(e.reshape(-1, n)).reshape(*e.shape[:-1], 1)


def kept_columns(e, axes):
    return sums_by_halves(e)


def less_maximum(w, out, x, axes):
    """Write x less its maximum over the axes into `out`; the memory of the maximum is free again, and returned."""
    kept = Aval(tuple([1 if i in axes else k for i, k in enumerate(x.aval.shape)]), x.aval.dtype)
    top = w.scratch(kept)
    w.reduce_into(np.maximum, top, x, axes)
    w.line(w.call(np.subtract, "subtract", [x, top, out]))
    return top


def writable(x, axes):
    """Has compiled code a text for this operand?"""
    return x.aval.dtype.char in "fd" and axes and 0 not in x.aval.shape


@along_axes
class softmax:
    """exp(x) / sum(exp(x)) over `axes`, without overflow."""

    saves = (("out",),)
    samples = samples_of
    without = {"complex128": "the largest of complex numbers has no meaning"}

    def jax(jax, x, *, axes):
        return jax.nn.softmax(x, axis=axes)

    @by_columns
    def impl(x, axes, add, out=None):
        x = np.subtract(x, maxima(x, axes, None, None, True), out)
        np.exp(x, x)
        x /= add(x, axes)
        return x

    over = 0

    def numpy(w, out, x, *, axes):
        if not writable(x, axes):
            return None
        out = w.memory(out, x.aval)
        total = less_maximum(w, out, x, axes)
        w.line(w.call(np.exp, "exp", [out, out]))
        w.sum_into(total, out, x.aval, axes)
        return w.call(np.divide, "divide", [out, total, out])

    def vjp(ct, out, x, *, need, axes):
        return [mul(out, sub(ct, total(mul(out, ct), axes)))]

    def jvp(ts, out, x, *, axes):
        return mul(out, sub(ts[0], total(mul(out, ts[0]), axes)))


@along_axes
class log_softmax:
    """x - log(sum(exp(x))) over `axes`, without overflow."""

    saves = (("out",),)
    samples = samples_of
    without = {"complex128": "the largest of complex numbers has no meaning"}

    def jax(jax, x, *, axes):
        return jax.nn.log_softmax(x, axis=axes)

    @by_columns
    def impl(x, axes, add, out=None):
        x = np.subtract(x, maxima(x, axes, None, None, True), out)
        x -= np.log(add(np.exp(x), axes))
        return x

    def shift(x, axes, add, out=None):
        x = np.subtract(x, maxima(x, axes, None, None, True), out)
        x -= log_of_sums(add(exp_as_torch(x), axes))
        return x

    impl_torch = by_columns(shift, kept_rows, kept_columns)
    del shift

    over = 0

    def numpy(w, out, x, *, axes):
        if not writable(x, axes):
            return None
        out, e = w.memory(out, x.aval), w.scratch(x.aval)
        total = less_maximum(w, out, x, axes)
        w.line(w.call(np.exp, "exp", [out, e]))
        w.sum_into(total, e, x.aval, axes)
        w.line(w.call(np.log, "log", [total, total]))
        return w.call(np.subtract, "subtract", [out, total, out])

    def vjp(ct, out, x, *, need, axes):
        return [sub(ct, mul(probabilities(out), total(ct, axes)))]

    def jvp(ts, out, x, *, axes):
        return sub(ts[0], total(mul(exp(out), ts[0]), axes))
