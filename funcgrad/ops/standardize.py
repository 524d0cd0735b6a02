"""standardize: mean 0 and variance 1 over `axes`, the middle of every normalisation layer, as one node; and a whole such layer, `normalized`.

With r = 1 / sqrt(variance + eps) and out = (x - mean) r:  d out = r (dx - mean(dx) - out mean(out dx)), and the same of a
cotangent (Ioffe and Szegedy, 2015, arXiv:1502.03167, section 3).
"""

import math
from functools import lru_cache

import numpy as np

from ..core import half_values
from ..core.aval import Aval, dtype_of, shape_of
from ..core.halves import rounded, settled
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds, strided
from . import _norm_rows
from ._norm_rows import rows_of
from .elementwise import add, div, mul, sub
from .powers import rsqrt, square
from .reduce import mean
from .reduction import along_axes
from .shape import batched, cast, fit, fit_tangent, reshape, spread, sum_
from .torch_order import kept_sums, sum_over


def average(x, axes):
    """The mean over the axes, repeated along them."""
    return spread(mean(x, axes=axes), x, axes)


def average_plain(x, axes):
    """The same of a plain array, which NumPy repeats where it is used."""
    x = np.asarray(x)
    total = kept_sums(x, axes)
    return total / x.dtype.type(max(x.size // max(total.size, 1), 1))


average.plain = average_plain


def moments(x, axes):
    """(the mean, the variance) over the axes, repeated along them."""
    mean = average(x, axes)
    return mean, average(square(sub(x, mean)), axes)


def moments_plain(x, axes):
    """The same of a plain array, of rows as torch adds them up in half precision: means of few short numbers fall on boundaries."""
    n = size_over(x.shape, axes)
    if not x.size or axes != tuple(range(x.ndim - len(axes), x.ndim)) or n > half_values.LONGEST:
        mean = average_plain(x, axes)
        return mean, average_plain(np.square(x - mean), axes)
    kept = shape_over(x.shape, axes)[0]
    return [v.reshape(kept) for v in half_values.row_moments(x.reshape(-1, n))]


moments.plain = moments_plain


def measured(x, axes, eps, kept=None, sums=False):
    """(x - mean, 1 / sqrt(variance + eps)). `kept`: the dtype of half precision that the mean and the second of them are rounded to;
    with `sums` the variance is that about the rounded mean, and its sum, the count and itself are rounded too."""
    if sums:
        centred = sub(x, rounded_to(average(x, axes), kept))
        total = rounded_to(sum_(square(centred), axes=axes), kept)
        variance = rounded_to(div(total, float(rounded(size_over(shape_of(x), axes), kept))), kept)
        return centred, rounded_to(rsqrt(add(spread(variance, x, axes), eps)), kept)
    if kept is None:
        centred = sub(x, average(x, axes))
        return centred, rsqrt(add(average(square(centred), axes), eps))
    mean, variance = moments(x, axes)
    return sub(x, rounded_to(mean, kept)), rounded_to(rsqrt(add(variance, eps)), kept)


def size_over(shape, axes):
    return math.prod([shape[a] for a in axes])


def rounded_to(v, kept):
    """v as it is in a dtype of half precision, in its own."""
    return cast(cast(v, dtype=kept), dtype=dtype_of(v))


def pushed(t, x, axes, eps, kept=None, sums=False):
    """The linear map above; it is symmetric, so it takes tangents and cotangents alike. The result is computed again from x: who
    changes the result in place (an activation behind a norm) spoils nothing."""
    centred, r = measured(x, axes, eps, kept, sums)
    out = mul(centred, r)
    return mul(r, sub(sub(t, average(t, axes)), mul(out, average(mul(out, t), axes))))


@along_axes
class standardize:
    """(x - mean(x)) / sqrt(variance(x) + eps) over `axes`, the variance being the mean of squares.

    `kept`: the dtype of half precision in which torch keeps the mean and the root for the derivative, and if `early`, for the value; `sums`:
    the sum of the squares and the variance too."""

    saves = ((0,),)
    without = {
        "complex128": "a variance is real",
        "int64": "the result has x's dtype",
        "bool": "the result has x's dtype",
    }

    def jax(jax, x, *, axes, eps, kept=None, early=False, sums=False):
        centred = x - jax.numpy.mean(x, axis=axes, keepdims=True)
        return centred * jax.lax.rsqrt(jax.numpy.mean(centred**2, axis=axes, keepdims=True) + eps)

    def impl(x, *, axes, eps, kept=None, early=False, sums=False):
        x = np.asarray(x)
        count = size_over(x.shape, axes)
        if not count:
            return x.copy()
        if sums:
            return np.multiply(*measured(x, axes, eps, kept, sums))
        if early:
            mean, variance = moments_plain(x, axes)
            mean, r = (np.asarray(rounded(v, kept), x.dtype) for v in (mean, 1 / np.sqrt(variance + x.dtype.type(eps))))
            return (x - mean) * r
        mean = kept_sums(x, axes) / x.dtype.type(count)
        centred = x - mean
        variance = kept_sums(centred * centred, axes) / x.dtype.type(count)
        return centred * (1 / np.sqrt(variance + x.dtype.type(eps)))

    def vjp(ct, out, x, *, need, axes, eps, kept=None, early=False, sums=False):
        return [pushed(ct, x, axes, eps, kept, sums)]

    def jvp(ts, out, x, *, axes, eps, kept=None, early=False, sums=False):
        return pushed(ts[0], x, axes, eps, kept, sums)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 4)), dtypes="f", axes=(1,), eps=1e-5)
        yield from in_kinds(draw(rng, "real", (2, 3)), dtypes="f", axes=(0, 1), eps=0.5)
        yield Sample(draw(rng, "real", (2, 3, 2)), axes=(0, 2), eps=1e-5)
        yield Sample(draw(rng, "real", (3, 1)), kind="size 1", axes=(1,), eps=0.5)
        yield Sample(draw(rng, "real", ()), kind="0-d", axes=(), eps=0.5)
        yield Sample(draw(rng, "real", (0, 2)), kind="empty", axes=(1,), eps=1e-5)
        yield Sample(np.full((2, 3), 4.0), kind="constant", axes=(1,), eps=0.5)


# ------------------------------------------------------------------------------------------------ a layer
def statistics(x, axes, eps):
    """(x - mean, mean, variance, 1 / sqrt(variance + eps)) over the axes of an array that is not empty."""
    count = shape_over(x.shape, axes)[1]
    mean = kept_sums(x, axes)
    mean /= count
    centred = x - mean
    variance = kept_sums(centred * centred, axes)
    variance /= count
    r = variance + x.dtype.type(eps)
    np.sqrt(r, r)
    return centred, mean, variance, np.divide(1, r, r)


def _layer_pull(n, ct, cts, owned):
    """The rule below over arrays: what does not depend on the cotangent is computed once, and in place. Where w has a number for
    each mean (by channel), sums of products with it are its products with sums."""
    plan = n.plan
    need = plan.need
    params = n.params
    if not need & 1 or "kept" in params and (params["kept"] is not None or params["added"] is not None):
        return plan.ruled(n, ct, cts, owned)
    axes, eps, shape, noted = params["axes"], params["eps"], params["shape"], params.get("noted")
    x, w = n.saved
    if x.dtype is not ct.dtype or not x.size:
        return plan.ruled(n, ct, cts, owned)
    like, w = w, w.reshape(shape)
    kept, count = shape_over(x.shape, axes)
    rows = rows_of(x.shape, axes, shape) if x.flags.c_contiguous else None
    if rows is None and shape != kept:
        return plan.ruled(n, ct, cts, owned)
    mean, _, r = noted[0] if noted else statistics(x, axes, eps)[1:]
    if rows is not None:
        g, weight, bias = _norm_rows.pull(ct, x, w, mean.reshape(-1, 1), r.reshape(-1, 1), rows)
    else:
        s = x - mean
        s *= r
        bias, weight = kept_sums(ct, axes), kept_sums(ct * s, axes)  # (each of `shape`)
        s *= weight / count
        s += bias / count
        g = np.subtract(ct, s, out=s)
        g *= w * r
    gs = [g]
    if need & 2:
        gs.append(weight if weight.shape == like.shape else weight.reshape(like.shape))
    if need & 4:
        like = n.avals[2]
        gs.append(bias if bias.shape == like.shape else bias.reshape(like.shape))
    for p, g in zip(n.ins, gs, strict=True):
        c = cts.get(p)
        cts[p] = g if c is None else c + g


@lru_cache(256)
def shape_over(shape, axes):
    """(the shape of sums over axes that stay as ones, how many numbers each is of)."""
    kept = tuple([1 if i in axes else k for i, k in enumerate(shape)])
    return kept, size_over(shape, axes)


def fit_plain(g, like, shape):
    """A cotangent summed to `shape`, in the shape of a weight."""
    if g.shape == shape:
        return g.reshape(like.shape)
    return sum_over(g, axes_summed(g.shape, shape)).reshape(like.shape)


@lru_cache(256)
def axes_summed(shape, kept):
    """The axes over which what was stretched from one shape to another is summed."""
    more = len(shape) - len(kept)
    return (*range(more), *[i for i, k in enumerate(kept, more) if k == 1 != shape[i]])


def by_weight(g, w, shape):
    """The same over handles."""
    return reshape(fit(g, Aval(shape, dtype_of(g))), shape=shape_of(w))


def by_rows(g, w, shape, added):
    """The same; where torch adds rows up one after the other in the dtype of half precision `added`, so."""
    return by_weight(g, w, shape)


def by_rows_plain(g, w, shape, added):
    """The same over arrays, of up to MOST_ROWS rows."""
    rows = g.reshape(-1, *shape)
    if added is None or tuple(shape) != g.shape[g.ndim - len(shape) :] or len(rows) > MOST_ROWS:
        return fit_plain(g, w, shape)
    total, settle = np.zeros(shape, g.dtype), settled(added)
    for row in rows:
        total += row
        settle(total)
    return total.reshape(w.shape)


by_rows.plain = by_rows_plain
MOST_ROWS = 4096  # (each is some calls; what is lost beyond is torch's own loss)


def by_mean(ct, x, w, axes, eps, shape):
    """The rule of _layer_pull over handles where w has a number for each mean, in its order, so that a compiled layer has its bits."""
    centred, r = measured(x, axes, eps)
    s = mul(centred, r)
    g = sub(ct, add(mul(s, average(mul(ct, s), axes)), average(ct, axes)))
    weight, bias = (by_weight(c, w, shape) for c in (mul(ct, s), ct))
    return [mul(g, mul(reshape(w, shape=shape), r)), weight, bias]


@define
class normalized:
    """standardize(x) * w + b, of arrays of one dtype: w and b in `shape`, which broadcasts to x's. `noted`: a list in which the call
    notes (mean, variance, 1 / sqrt(variance + eps)), for who needs them, its own pull too. `kept`: as above;
    `added`: the dtype of half precision in which torch adds up what rows give w and b."""

    saves = ((0, 1), (0,), ())
    pull = _layer_pull
    without = {
        "complex128": "a variance is real",
        "int64": "the result has x's dtype",
        "bool": "the result has x's dtype",
        "0-d": "a layer has axes",
        "broadcast": "w and b are stretched, nothing else is",
    }

    def jax(jax, x, w, b, *, axes, eps, shape, noted=None, kept=None, added=None):
        centred = x - jax.numpy.mean(x, axis=axes, keepdims=True)
        s = centred * jax.lax.rsqrt(jax.numpy.mean(centred**2, axis=axes, keepdims=True) + eps)
        return s * w.reshape(shape) + b.reshape(shape)

    def impl(x, w, b, *, axes, eps, shape, noted=None, kept=None, added=None):
        if not x.size:
            return x.copy()
        rows = rows_of(x.shape, axes, tuple(shape)) if x.flags.c_contiguous else None
        if rows is not None:
            out, *found = _norm_rows.forward(x, w, b, eps, rows)
            if noted is not None:
                noted.append(found)
            return out
        out, *found = statistics(x, axes, eps)
        if noted is not None:
            noted.append(found)
        w = w.reshape(shape)
        if tuple(shape) == shape_over(x.shape, axes)[0]:
            out *= found[2] * w
        else:
            out *= found[2]
            out *= w
        out += b.reshape(shape)
        return out

    def aval(x, w, b, *, axes, eps, shape, noted=None, kept=None, added=None):
        return Aval(shape_of(x), dtype_of(x))

    def vjp(ct, out, x, w, b, *, need, axes, eps, shape, noted=None, kept=None, added=None):
        if kept is None and tuple(shape) == shape_over(shape_of(x), axes)[0] and need & 1:
            return by_mean(ct, x, w, axes, eps, shape)
        s = standardize(x, axes=axes, eps=eps, kept=kept, early=kept is not None) if need & 2 else None
        return [
            pushed(mul(ct, reshape(w, shape=shape)), x, axes, eps, kept) if need & 1 else None,
            by_rows(mul(ct, s), w, shape, added) if need & 2 else None,
            by_rows(ct, b, shape, added) if need & 4 else None,
        ]

    def jvp(ts, out, x, w, b, *, axes, eps, shape, noted=None, kept=None, added=None):
        dx, dw, db = ts
        s = None if dw is None else standardize(x, axes=axes, eps=eps, kept=kept, early=kept is not None)
        total = None if db is None else fit_tangent(reshape(db, shape=shape), out)
        for t in (
            None if dx is None else mul(pushed(dx, x, axes, eps, kept), reshape(w, shape=shape)),
            None if dw is None else mul(s, reshape(dw, shape=shape)),
        ):
            total = total if t is None else t if total is None else add(total, t)
        return total

    def batch(size, xs, ds, *, axes, eps, shape, noted=None, kept=None, added=None):
        x, w, b = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        ones = (1,) * (len(shape_of(x)) - 1 - len(shape))
        w, b = (reshape(v, shape=(size, *ones, *shape)) for v in (w, b))
        return add(mul(standardize(x, axes=tuple([a + 1 for a in axes]), eps=eps, kept=kept), w), b), 0

    def samples(rng):
        def case(lead, axes, shape, kind="plain", dtype=np.float64, k=None):
            k = k or (max(shape),)
            x, w, b = (draw(rng, "real", s, dtype) for s in (lead, k, k))
            return Sample(x, w, b, axes=axes, eps=1e-5, shape=shape, kind=kind)

        yield case((3, 4), (1,), (4,))
        yield case((3, 4), (1,), (4,), "float32", np.float32)
        yield case((2, 3, 2, 2), (0, 2, 3), (1, 3, 1, 1))
        yield case((2, 3), (0,), (1, 3))
        yield case((2, 2, 3), (1, 2), (2, 3), k=(2, 3))
        yield case((3, 1), (1,), (1,), "size 1")
        yield case((0, 2), (1,), (2,), "empty")
        x, w = strided(draw(rng, "real", (2, 3, 2))), draw(rng, "real", (3,))
        yield Sample(x, w, w + 1, axes=(0, 2), eps=1e-5, shape=(1, 3, 1), kind="strided")
