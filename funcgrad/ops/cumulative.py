"""Cumulative operations along an axis, forwards or (`reverse`) backwards, and the linear recurrence behind their rules.

Invariant: the derivative of a running operation is itself a running one, t[k] = w[k] t[k-1] + s[k] dx[k] with weights
made of x and the result; so the rules divide by nothing, and hold at zeros, infinities and ties, to any order.
"""

import inspect
import math

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..core.state import shared
from .assignment import getitem
from .elementwise import add, equal, greater, greater_equal, less, less_equal, mul, sub, where
from .exponential import difference, sigmoid
from .logic import isnan
from .pad import pad
from .shape import batched, cast


# ------------------------------------------------------------------------------------------------ one place further on
def later(x, axis, reverse):
    """x without its first element in the order of the operation."""
    return getitem(x, idx=(slice(None),) * axis + (slice(None, -1) if reverse else slice(1, None),))


def earlier(x, axis, reverse):
    """x without its last element in the order of the operation."""
    return later(x, axis, not reverse)


def after(x, value, axis, reverse, like):
    """x with `value` put before its first element (an empty axis stays empty); `like` has the result's shape."""
    config = [(0, 0, 0)] * len(shape_of(x))
    if shape_of(like)[axis]:
        config[axis] = (0, 1, 0) if reverse else (1, 0, 0)
    return pad(x, value, config=tuple(config))


def shifted(x, value, axis, reverse):
    """The element before each, `value` before the first."""
    return after(earlier(x, axis, reverse), value, axis, reverse, x)


# ------------------------------------------------------------------------------------------------ linear recurrence
def recur(a, b):
    """y[0] = b[0], y[k] = a[k] y[k-1] + b[k] along axis 0; a zero cuts off what is before it, infinite or nan too."""
    n, width = len(b), b[:1].size
    if width and b.dtype.kind in "fc":
        if n > 400 and width < 400:
            y = recur_in_blocks(a, b)
            if y is not None:
                return y
        if width < 16:
            return recur_columns(a, b)
    y = np.empty(b.shape, b.dtype)
    y[:1] = b[:1]
    for k in range(1, n):
        np.multiply(a[k], y[k - 1], out=y[k])
        y[k] += b[k]
    if b.dtype.kind in "fc" and not np.isfinite(y).all():
        for k in range(1, n):
            y[k] = np.where(a[k] == 0, 0, a[k] * y[k - 1]) + b[k]
    return y


def recur_in_blocks(a, b):
    """`recur` on about sqrt(n) blocks side by side, then from block to block.

    None where a product over a block, or what reaches the next, is not finite: taken in order it may meet a zero first.
    """
    n, length = len(b), math.isqrt(len(b))
    count = -(-n // length)
    filler = ((0, count * length - n),) + ((0, 0),) * (b.ndim - 1)

    def blocks(x, fill):
        x = np.pad(x, filler, constant_values=fill).reshape(count, length, *b.shape[1:])
        return np.array(x.swapaxes(0, 1), order="C")

    product, y = blocks(a, 1), blocks(b, 0)
    for k in range(1, length):
        y[k] += product[k] * y[k - 1]
        product[k] *= product[k - 1]
    reached = recur(product[-1], y[-1])
    if not (np.isfinite(product).all() and np.isfinite(reached).all()):
        return None
    y[:, 1:] += product[:, 1:] * reached[:-1]
    return y.swapaxes(0, 1).reshape(count * length, *b.shape[1:])[:n]


def recur_columns(a, b):
    """`recur` in Python numbers: 12 times as fast as NumPy's calls where there is one number a step."""
    y = np.empty(b.shape, b.dtype)
    columns = y.reshape(len(b), -1)
    for j, (p, q) in enumerate(zip(a.reshape(columns.shape).T, b.reshape(columns.shape).T, strict=True)):
        columns[:, j] = recur_numbers(p.tolist(), q.tolist())
    return y


def recur_numbers(a, b):
    last = b[0]
    out = [last]
    for p, q in zip(a[1:], b[1:], strict=True):
        last = p * last + q if p else q
        out.append(last)
    return out


@define
class linear_recurrence:
    """y[k] = a[k] y[k-1] + b[k] along `axis` (from its end with `reverse`), y[0] = b[0]; a and b have one shape.

    The derivative of every cumulative operation is one of these. Its own is one again: with G the recurrence of the
    cotangent, taken in the other direction, b gets G and a[k] gets G[k] y[k-1].
    """

    saves = ((0, "out"), (0,))
    dtypes = "fci"

    def jax(jax, a, b, *, axis, reverse):
        def combine(x, y):
            return x[0] * y[0], y[0] * x[1] + y[1]

        return jax.lax.associative_scan(combine, (a, b), axis=axis, reverse=reverse)[1]

    def impl(a, b, *, axis, reverse):
        dtype = np.result_type(a, b)
        step = -1 if reverse else 1
        a, b = (np.ascontiguousarray(np.moveaxis(np.asarray(v, dtype), axis, 0)[::step]) for v in (a, b))
        return np.moveaxis(recur(a, b)[::step], 0, axis)

    def aval(a, b, *, axis, reverse):
        return Aval(shape_of(b), np.result_type(dtype_of(a), dtype_of(b)))

    def batch(size, xs, ds, *, axis, reverse):
        a, b = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return linear_recurrence(a, b, axis=axis + 1, reverse=reverse), 0

    def vjp(ct, out, a, b, *, need, axis, reverse):
        weights = shifted(a, 0, axis, not reverse)
        g = linear_recurrence(weights, ct, axis=axis, reverse=not reverse)
        ga = cast(mul(g, shifted(out, 0, axis, reverse)), dtype=dtype_of(a)) if need & 1 else None
        return [ga, cast(g, dtype=dtype_of(b)) if need & 2 else None]

    def jvp(ts, out, a, b, *, axis, reverse):
        ta, tb = ts
        if ta is not None:
            ta = mul(ta, shifted(out, 0, axis, reverse))
            tb = ta if tb is None else add(ta, tb)
        return None if tb is None else linear_recurrence(a, cast(tb, dtype=dtype_of(out)), axis=axis, reverse=reverse)

    def samples(rng):
        def pair(*shape):
            return draw(rng, "real", shape), draw(rng, "real", shape)

        yield from in_kinds(*pair(4, 3), dtypes="fci", axis=0, reverse=False)
        yield Sample(*pair(2, 5), axis=1, reverse=True)
        yield Sample(*pair(3, 20), axis=0, reverse=True)
        yield Sample(*pair(410), kind="blocks", axis=0, reverse=False)
        yield Sample(*pair(2, 500), kind="blocks", axis=1, reverse=True, order=1)
        yield Sample(np.array([0.5, 0.0, 2.0, 0.0]), draw(rng, "real", (4,)), kind="zeros", axis=0, reverse=False)
        yield Sample(*pair(1), kind="size 1", axis=0, reverse=False)
        yield Sample(*pair(0, 2), kind="empty", axis=0, reverse=True)
        yield Sample(*pair(2, 0), kind="empty", axis=0, reverse=False)

    without = {"0-d": "it runs along an axis", "bool": "no number"}


# ------------------------------------------------------------------------------------------------ running operations
NO_AXIS = {"0-d": "it runs along an axis; the faces reshape"}
NO_ORDER = {"complex128": "NumPy's order of complex numbers has no derivative"}


def running(x, axis, reverse, accumulate):
    if not reverse:
        return accumulate(x, axis)
    flip = (slice(None),) * axis + (slice(None, None, -1),)
    out = accumulate(np.asarray(x)[flip], axis)[flip]
    return np.array(out, order="C") if shared.shown else out


def cumulative(body):
    """Declare an operation that runs along an axis, from its `ufunc`; `weights(x, out, axis, reverse, **kink)` gives
    (w, s) of its derivative (see the invariant above)."""
    fields = dict(vars(body))
    ufunc, weights = fields["ufunc"], fields.get("weights")
    del body.ufunc
    name = body.__name__

    def impl(x, *, axis, reverse):
        return running(x, axis, reverse, ufunc.accumulate)

    def impl_torch(x, *, axis, reverse):
        """float32 runs in float64, and is rounded at the end: torch's accumulator, which begins at 0 (so no sum is -0.0)."""
        d = dtype_of(x)
        out = impl(np.asarray(x, np.float64) if d == np.float32 else x, axis=axis, reverse=reverse)
        if ufunc is np.add and d.kind == "f":
            out = np.add(out, 0.0, out=out if out.ndim else None)
        return out.astype(np.float32) if d == np.float32 else out

    def kinked_impl(x, *, axis, reverse, kink="jax"):
        return running(x, axis, reverse, ufunc.accumulate)

    def aval(x, *, axis, reverse, **kink):
        dtype = dtype_of(x)
        if dtype.kind in "biu":
            dtype = ufunc.accumulate(np.empty(0, dtype)).dtype
        return Aval(shape_of(x), dtype)

    def batch(size, xs, ds, *, axis, **kw):
        return prim(xs[0], axis=axis + (axis >= ds[0]), **kw), ds[0]

    def vjp(ct, out, x, *, need, axis, reverse, **kink):
        w, s = weights(x, out, axis, reverse, **kink)
        g = linear_recurrence(shifted(w, 0, axis, not reverse), ct, axis=axis, reverse=not reverse)
        return [mul(where(equal(s, 0), 0, g) if kink else g, s)]

    def jvp(ts, out, x, *, axis, reverse, **kink):
        w, s = weights(x, out, axis, reverse, **kink)
        t = where(equal(s, 0), 0, ts[0]) if kink else ts[0]
        return linear_recurrence(w, mul(t, s), axis=axis, reverse=reverse)

    kinked = weights is not None and "kink" in inspect.signature(weights).parameters
    body.impl, body.aval, body.batch = kinked_impl if kinked else impl, aval, batch
    if not kinked:
        body.impl_torch = impl_torch
    if weights is not None:
        del body.weights
        body.vjp, body.jvp, body.saves = vjp, jvp, ((0, "out"),)
    if "jax" not in fields:
        body.jax = lambda jax, x, *, axis, reverse, **kink: getattr(jax.lax, name)(x, axis, reverse)
    body.without = NO_AXIS | fields.get("without", {})
    prim = define(body)
    return prim


def samples_along(rng, dtypes, kinks=()):
    """The cases of an operation along one axis."""

    def x(*shape):
        return draw(rng, "nonzero", shape)

    for reverse in (False, True):
        yield from in_kinds(x(3, 4), dtypes=dtypes, axis=1, reverse=reverse)
        yield Sample(x(4, 2, 3), axis=0, reverse=reverse)
        yield Sample(x(2, 3, 2), axis=1, reverse=reverse)
        yield Sample(x(3, 1), kind="size 1", axis=1, reverse=reverse)
        yield Sample(x(0), kind="empty", axis=0, reverse=reverse)
        yield Sample(x(0, 3), kind="empty", axis=1, reverse=reverse)
        for point in kinks:
            yield Sample(np.array(point), kind="kink", order=1, axis=0, reverse=reverse)


def jax_in_numpy_dtype(name):
    """jnp's cumulative function with small integers widened first, as NumPy does and jnp does not."""

    def run(jax, x, *, axis, reverse):
        x = jax.numpy.asarray(x)
        if x.dtype.kind in "biu":
            x = x.astype("uint64" if x.dtype.kind == "u" else "int64")
        return getattr(jax.lax, name)(x, axis, reverse)

    return run


@cumulative
class cumsum:
    """The running sum along `axis`. Small integers and bool are summed as NumPy sums them."""

    ufunc = np.add
    linear = (0,)
    dtypes = "fcib"
    jax = jax_in_numpy_dtype("cumsum")
    transpose = (lambda ct, x, *, axis, reverse: cumsum(ct, axis=axis, reverse=not reverse),)

    def samples(rng):
        return samples_along(rng, "fcib")


@cumulative
class cumprod:
    """The running product along `axis`; the derivative is exact at zeros, to any order."""

    ufunc = np.multiply
    dtypes = "fcib"
    jax = jax_in_numpy_dtype("cumprod")

    def weights(x, out, axis, reverse):
        return x, shifted(out, 1, axis, reverse)

    def samples(rng):
        yield from samples_along(rng, "fcib")
        yield Sample(np.array([[2.0, 0.0, 3.0, -1.0], [0.0, 2.0, 0.0, 4.0]]), kind="zeros", axis=1, reverse=False)
        yield Sample(np.array([[2.0, 0.0], [0.0, 0.0], [1.5, 2.0]]), kind="zeros", axis=0, reverse=True)


def extremal_weights(above, not_below):
    """How a running maximum splits a derivative between what ran and the new element: evenly at a tie, as jax does for
    two; torch gives all of it to the newest, and to every nan."""

    def weights(x, out, axis, reverse, kink="jax"):
        new, old = later(x, axis, reverse), earlier(out, axis, reverse)
        wins = cast(not_below(new, old), dtype=dtype_of(x))
        if kink == "jax":
            wins = mul(0.5, add(wins, cast(above(new, old), dtype=dtype_of(x))))
        else:
            wins = where(isnan(new), 1.0, wins)
        return after(sub(1, wins), 0, axis, reverse, x), after(wins, 1, axis, reverse, x)

    return weights


KINKS = ([1.0, 1.0], [2.0, 2.0, 1.0], [1.0, 3.0, 3.0], [0.0, 0.0, 1.0, 1.0])


@cumulative
class cummax:
    """The running maximum along `axis`; NaN stays once met. Ties: half each (jax, for two); the newest (torch)."""

    ufunc = np.maximum
    dtypes = "fi"
    without = NO_ORDER | {"bool": "jax's takes numbers"}
    weights = extremal_weights(greater, greater_equal)

    def samples(rng):
        return samples_along(rng, "fi", KINKS)


@cumulative
class cummin:
    """The running minimum along `axis`; NaN stays once met. Ties: half each (jax, for two); the newest (torch)."""

    ufunc = np.minimum
    dtypes = "fi"
    without = NO_ORDER | {"bool": "jax's takes numbers"}
    weights = extremal_weights(less, less_equal)

    def samples(rng):
        return samples_along(rng, "fi", KINKS)


@cumulative
class cumlogsumexp:
    """log of the running sum of exp(x) along `axis`, without overflow; every weight of its derivative lies in [0, 1].

    Leading -inf are no elements yet: torch has nan for them, jax (as here) the limit; two of them share evenly.
    """

    ufunc = np.logaddexp
    without = {name: "jax's takes floats; the faces cast" for name in ("int64", "bool")}

    def weights(x, out, axis, reverse):
        new, old = later(x, axis, reverse), earlier(out, axis, reverse)
        w, s = sigmoid(difference(old, new)), sigmoid(difference(new, old))  # logaddexp's own
        return after(w, 0, axis, reverse, x), after(s, 1, axis, reverse, x)

    def samples(rng):
        yield from samples_along(rng, "f")
        yield Sample(np.array([-np.inf, 0.0, 1.0, -np.inf, 2.0]), kind="kink", order=1, axis=0, reverse=False)
        yield Sample(np.array([800.0, -800.0, 801.0]), kind="large", axis=0, reverse=False)
