"""Reductions over `axes`, a tuple of non-negative axes; () reduces nothing. argmax and argmin take one `axis`.

Invariant: a reduction is one node and keeps only what its rule reads; NaN goes through as in NumPy.
"""

import functools
import math

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .cumulative import NO_ORDER, cumprod, shifted
from .elementwise import div, equal, mul, neg, sub
from .reduction import drop_axes, reduced, reduction, samples_over, shift_axes, widened
from .shape import (
    batched,
    cast,
    fit,
    full,
    inverse_permutation,
    reshape,
    spread,
    spread_out,
    spreading,
    sum_,
    transpose,
    zeros_like,
)
from .torch_order import CHEAP, exp_as_torch, log_of_sums, sum_over, vector_sum


def unchanged(dtype):
    return dtype


@functools.lru_cache(1024)
def count(shape, axes):
    return math.prod([shape[a] for a in axes])


@reduction
class mean:
    """The mean over `axes`: one node, which keeps nothing. Integers give float64; float16 is summed in float32."""

    linear = (0,)
    dtypes = "fcib"

    def dtype(dtype):
        return np.dtype(np.float64) if dtype.kind in "biu" else dtype

    def jax(jax, x, *, axes):
        x = jax.numpy.asarray(x)
        return jax.numpy.mean(x.astype("float64") if x.dtype.kind in "biu" else x, axis=axes)

    def impl(x, *, axes):
        x = np.asarray(x)
        if x.dtype.char == "e":
            return np.mean(x, axis=axes)
        return np.add.reduce(x, axis=axes) / count(x.shape, axes)

    def numpy(w, out, x, *, axes):
        if x.aval.dtype.char not in "fdFD":
            return None
        total = w.inner(out, x, None, axes) or w.reduce(np.add, out, x, axes)
        n = count(x.aval.shape, axes)
        if out is None:
            return f"({total}) / {n}"
        w.line(total)
        return w.call(np.divide, "divide", [out, w.number_like(n, x), out])

    def impl_torch(x, *, axes):
        return mean.impl(x, axes=axes) if x.dtype.char == "e" else sum_over(x, axes=axes) / count(x.shape, axes)

    pull = spreading(True)

    transpose = (lambda ct, x, *, axes: fit(spread_out(div(ct, max(count(shape_of(x), axes), 1)), x, axes), x),)

    def samples(rng):
        return samples_over(rng, "fcib", empty=False)


# ------------------------------------------------------------------------------------------------ products
def others(x, axes):
    """For each element the product of all others over `axes`, in x's shape. Nothing is divided by: exact at zeros."""
    shape = shape_of(x)
    if not axes:
        return full(shape=shape, value=1, dtype=dtype_of(x))
    perm = (*[i for i in range(len(shape)) if i not in axes], *axes)
    rows = reshape(transpose(x, perm=perm), shape=(*reduced(shape, axes), count(shape, axes)))
    last = len(shape_of(rows)) - 1
    before = cumprod(shifted(rows, 1, last, False), axis=last, reverse=False)
    behind = cumprod(shifted(rows, 1, last, True), axis=last, reverse=True)
    found = reshape(mul(before, behind), shape=tuple(shape[i] for i in perm))
    return transpose(found, perm=inverse_permutation(perm))


@reduction
class prod:
    """The product over `axes`; the derivative is exact at zeros, to any order."""

    saves = ((0,),)
    dtypes = "fcib"
    dtype = widened(np.multiply)

    def impl(x, *, axes):
        return np.multiply.reduce(x, axis=axes)

    def numpy(w, out, x, *, axes):
        return w.reduce(np.multiply, out, x, axes)

    def vjp(ct, out, x, *, need, axes):
        return [mul(spread(ct, x, axes), others(x, axes))]

    def jvp(ts, out, x, *, axes):
        return sum_(mul(ts[0], others(x, axes)), axes=axes)

    def samples(rng):
        yield from samples_over(rng, "fcib")
        yield Sample(np.array([[2.0, 0.0, 3.0], [0.0, 4.0, 0.0], [0.5, 2.0, -1.0]]), kind="zeros", axes=(1,))
        yield Sample(np.array([[2.0, 0.0, 3.0], [0.5, 4.0, 3.0]]), kind="zeros", axes=(0, 1))


# ------------------------------------------------------------------------------------------------ extremes
def hits(x, out, axes):
    """1 where x is the extreme, else 0."""
    return cast(equal(x, spread(out, x, axes)), dtype=dtype_of(x))


def extreme(body):
    """Declare max or min: at ties the derivative is split evenly (jax; torch's amax and whole-array max)."""

    def vjp(ct, out, x, *, need, axes):
        hit = hits(x, out, axes)
        return [mul(spread(div(ct, sum_(hit, axes=axes)), x, axes), hit)]

    def jvp(ts, out, x, *, axes):
        hit = hits(x, out, axes)
        return div(sum_(mul(ts[0], hit), axes=axes), sum_(hit, axes=axes))

    def samples(rng):
        ties = ([1.0, 3.0, 3.0, 1.0], [2.0, 2.0, 2.0], [1.0, 1.0, 3.0])
        return samples_over(rng, "fib", "real", empty=False, ties=ties)

    body.vjp, body.jvp, body.samples = vjp, jvp, samples
    body.saves, body.dtypes, body.dtype = ((0, "out"),), "fib", unchanged
    body.without = NO_ORDER
    return reduction(body)


@extreme
class max_:
    """The maximum over `axes`. Raises ValueError on an empty axis.

    At ties the derivative is split evenly, as in jax, torch.amax and torch.max of the whole array; torch.max(x, dim)
    picks one index instead: that is argmax and take_along.
    """

    def impl(x, *, axes):
        return np.maximum.reduce(x, axis=axes)

    def numpy(w, out, x, *, axes):
        return w.reduce(np.maximum, out, x, axes)


@extreme
class min_:
    """The minimum over `axes`, its derivative at ties as max's. Raises ValueError on an empty axis."""

    def impl(x, *, axes):
        return np.minimum.reduce(x, axis=axes)

    def numpy(w, out, x, *, axes):
        return w.reduce(np.minimum, out, x, axes)


# ------------------------------------------------------------------------------------------------ logsumexp
SMALL = 256.0  # sum of squares of what rounding does not matter of


def settled(w, x, out, axes):
    """exp(x - out) without the rounding error of out, which is a factor of all shares: they add up to one. Infinities share evenly."""
    if np.isfinite(out).all():
        total = w.sum(axes, keepdims=True)
        return w / np.where(total == 0, 1, total).astype(w.dtype)
    at = np.isinf(np.real(x)) & (np.equal(x, out))
    return np.where(at, at / np.maximum(at.sum(axes, keepdims=True), 1), w).astype(w.dtype)


@define
class shares:
    """exp(x - out), the shares in out = logsumexp(x, axes); equal infinities share evenly, as in logaddexp."""

    saves = (("out",), ("out",))
    dtypes = "fc"
    without = {name: "logsumexp's rule calls it, and its operands are floats" for name in ("int64", "bool")}

    def jax(jax, x, out, *, axes):
        return jax.numpy.exp(x - jax.numpy.expand_dims(out, axes))

    def impl(x, out, *, axes):
        out = np.expand_dims(out, axes)
        w = np.exp(np.subtract(x, out))
        return w if np.vdot(out, out).real < SMALL else settled(w, x, out, axes)

    def numpy(w, out, x, top, *, axes):
        if x.aval.dtype.kind != "f" or x.aval.dtype != top.aval.dtype or not top.aval.shape:
            return None
        kept = tuple([1 if i in axes else k for i, k in enumerate(x.aval.shape)])
        out = w.memory(out, x.aval)
        w.line(w.call(np.subtract, "subtract", [x, w.moved(top, shape=kept), out]))
        w.line(w.call(np.exp, "exp", [out, out]))
        w.line(f"if not {w.call(np.vdot, 'vdot', [top, top])} < {SMALL}:")
        w.line(f"    {out}[...] = {w.call(settled, 'settled', [out, x, w.moved(top, shape=kept), repr(axes)])}")
        return out

    def rows(avals, aval, params):
        return None if 0 in params["axes"] else ([True, True], lambda k: params)

    def aval(x, out, *, axes):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds, *, axes):
        x, out = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return shares(x, out, axes=shift_axes(axes, 0)), 0

    def vjp(ct, out, x, top, *, need, axes):
        g = mul(ct, out)
        return [g, neg(sum_(g, axes=axes)) if need & 2 else None]

    def jvp(ts, out, x, top, *, axes):
        t, dtop = ts
        t = zeros_like(out) if t is None else t
        return mul(out, t if dtop is None else sub(t, spread(dtop, out, axes)))

    def samples(rng):
        x = draw(rng, "real", (3, 4))
        yield from in_kinds(x, draw(rng, "real", (3,)), dtypes="fc", axes=(1,))
        yield Sample(draw(rng, "real", (2, 3, 2)), draw(rng, "real", (3,)), axes=(0, 2))
        yield Sample(np.array(0.5), np.array(0.25), kind="0-d", axes=())
        yield Sample(np.zeros((0, 2)), np.zeros(0), kind="empty", axes=(1,))


@reduction
class logsumexp:
    """log(sum(exp(x))) over `axes`, shifted by the maximum so that nothing overflows; the sum of nothing is -inf.

    Some -inf among x weigh nothing. A single +inf has the whole derivative, and equal infinities share it evenly (jax
    and torch: nan).
    """

    saves = ((0, "out"),)
    dtypes = "fc"
    dtype = unchanged

    def jax(jax, x, *, axes):
        return jax.scipy.special.logsumexp(x, axis=axes)

    def impl(x, *, axes, exp=np.exp, log=np.log, add=np.add.reduce):
        x = np.asarray(x)
        top = np.maximum.reduce(x if x.dtype.kind == "f" else x.real, axes, None, None, True, -np.inf)
        if np.vdot(top, top) < np.inf:  # (all are finite)
            total = add(exp(x - top), axes)
            return log(total) + top.reshape(total.shape)
        finite = np.isfinite(top)
        top = np.where(finite, top, np.zeros_like(top))
        with np.errstate(divide="ignore", over="ignore"):  # log(0) is -inf here, not a mistake
            total = add(exp(x - top), axes)
            return log(total) + top.reshape(total.shape)

    def impl_torch(x, *, axes):
        if type(x) is np.ndarray and len(x.shape) == len(axes) == 1 and 0 < x.size <= CHEAP and x.dtype.char == "f":
            top = np.maximum.reduce(x)
            if -math.inf < top < math.inf and x.flags.c_contiguous:  # (the same, of one row)
                total = vector_sum(np.exp((x - top).astype(np.float64)).astype(np.float32))
                return np.float32(np.log(float(total))) + top
        return logsumexp.impl(x, axes=axes, exp=exp_as_torch, log=log_of_sums, add=sum_over)

    def numpy(w, out, x, *, axes):
        """The maximum is moved from infinity to the largest number: what is infinite stays so, and inf - inf does not arise."""
        if x.aval.dtype.char not in "fd" or not math.prod(x.aval.shape) or not axes:
            return None
        kept = Aval(tuple([1 if i in axes else k for i, k in enumerate(x.aval.shape)]), x.aval.dtype)
        top, e, total = w.scratch(kept), w.scratch(x.aval), w.scratch(kept)
        w.reduce_into(np.maximum, top, x, axes)
        w.line(w.call(np.minimum, "minimum", [top, w.number_like(np.finfo(x.aval.dtype).max.item(), x)], top))
        w.line(w.call(np.maximum, "maximum", [top, w.number_like(np.finfo(x.aval.dtype).min.item(), x)], top))
        w.line(w.call(np.subtract, "subtract", [x, top, e]))
        w.line(w.call(np.exp, "exp", [e, e]))
        w.sum_into(total, e, x.aval, axes)
        w.line(w.call(np.log, "log", [total, total]))
        if not reduced(x.aval.shape, axes):
            return f"{w.call(np.add, 'add', [total, top])}.reshape(())[()]"
        shape = reduced(x.aval.shape, axes)
        return w.call(np.add, "add", [w.out_view(total, shape), w.out_view(top, shape)], out)

    def vjp(ct, out, x, *, need, axes):
        return [fit(mul(spread(ct, x, axes), shares(x, out, axes=axes)), x)]

    def jvp(ts, out, x, *, axes):
        return sum_(mul(ts[0], shares(x, out, axes=axes)), axes=axes)

    def samples(rng):
        yield from samples_over(rng, "fc", "real", empty=False)
        yield Sample(np.array([800.0, -800.0, 801.0]), kind="large", axes=(0,))
        yield Sample(np.array([[-np.inf, 0.5, 1.0], [-np.inf, 2.0, -np.inf]]), kind="-inf", axes=(1,))
        yield Sample(np.array([[-np.inf, -np.inf], [np.inf, 1.0]]), kind="infinite", order=0, axes=(1,))


# ------------------------------------------------------------------------------------------------ without derivative
def to_bool(dtype):
    return np.dtype(bool)


@reduction
class any_:
    """Is any element over `axes` true (not zero)?"""

    nondiff = "a truth value is piecewise constant"
    dtypes = "fcib"
    dtype = to_bool

    def impl(x, *, axes):
        return np.logical_or.reduce(x, axis=axes)

    def numpy(w, out, x, *, axes):
        return w.reduce(np.logical_or, out, x, axes)

    def samples(rng):
        return samples_over(rng, "fcib", "truth")


@reduction
class all_:
    """Is every element over `axes` true (not zero)?"""

    nondiff = "a truth value is piecewise constant"
    dtypes = "fcib"
    dtype = to_bool

    def impl(x, *, axes):
        return np.logical_and.reduce(x, axis=axes)

    def numpy(w, out, x, *, axes):
        return w.reduce(np.logical_and, out, x, axes)

    def samples(rng):
        return samples_over(rng, "fcib", "truth")


def arg_extreme(body):
    """Declare argmax or argmin: the first index at ties, the first NaN if any, as in NumPy, jax and torch."""
    name = body.__name__

    def aval(x, *, axis):
        return Aval(reduced(shape_of(x), (axis,)), np.dtype(np.intp))

    def batch(size, xs, ds, *, axis):
        (at,) = shift_axes((axis,), ds[0])
        return prim(xs[0], axis=at), drop_axes(ds[0], (at,))

    def samples(rng):
        x = draw(rng, "real", (3, 4, 2))
        for axis in (0, 1, 2):
            yield from in_kinds(x, dtypes="fib", axis=axis)
        yield Sample(np.array([[2.0, 5.0, 5.0, 2.0], [1.0, 1.0, 0.0, 0.0]]), kind="ties", axis=1)
        yield Sample(np.array([1.0, np.nan, 3.0, np.nan]), kind="nan", axis=0)
        yield Sample(draw(rng, "real", (3, 1)), kind="size 1", axis=1)
        yield Sample(draw(rng, "real", (3, 0)), kind="empty", axis=0)

    body.aval, body.batch, body.samples = aval, batch, samples
    body.jax = lambda jax, x, *, axis: getattr(jax.numpy, name)(x, axis=axis)
    body.dtypes, body.nondiff = "fib", "an index is piecewise constant"
    body.without = NO_ORDER | {"0-d": "it runs along an axis; the faces flatten"}
    prim = define(body)
    return prim


@arg_extreme
class argmax:
    """The index of the maximum along `axis`. Raises ValueError on an empty axis."""

    def impl(x, *, axis):
        return np.argmax(x, axis)


@arg_extreme
class argmin:
    """The index of the minimum along `axis`. Raises ValueError on an empty axis."""

    def impl(x, *, axis):
        return np.argmin(x, axis)
