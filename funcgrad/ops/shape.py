"""Primitives that move elements without changing them: broadcast, reshape, transpose, cast; their transpose, sum.

Also the helpers derived rules use: `fit` a cotangent to its operand, `front` for batched axes, zeros of an aval.
"""

import functools
import math

import numpy as np

from ..core import state
from ..core.aval import Aval, dtype_of, is_weak, ndarray, shape_of
from ..core.elementwise_layout import summed
from ..core.halves import WIDER, added, rounded
from ..core.primitive import PRIMITIVES, define, helper
from ..core.sample import Sample, draw, in_kinds
from ..core.view_strides import lying, reshaped, stretched, turned
from .reduction import reduction, samples_over, widened
from .torch_order import sum_over


def add(x, y):
    return PRIMITIVES["add"](x, y)


# ------------------------------------------------------------------------------------------------ sources
def _full(*, shape, value, dtype):
    return np.full(shape, value, dtype) if value else np.zeros(shape, dtype)


@define
class full:
    """An array of one value. A source: inside a Stage the compiled program makes it."""

    source = True
    nondiff = "no operands"

    def jax(jax, *, shape, value, dtype):
        return jax.numpy.full(shape, value, dtype)

    def samples(rng):
        for dtype in ("float64", "float32", "complex64", "int64", "bool"):
            yield Sample(shape=(2, 3), value=1, dtype=np.dtype(dtype))
        yield Sample(shape=(), value=2.5, dtype=np.dtype(float), kind="0-d")
        yield Sample(shape=(0, 2), value=0, dtype=np.dtype(float), kind="empty")

    impl = _full

    numpy = "constant"

    def scalar(texts, n):
        value = n.params["value"]
        return None if not np.isfinite(value) else repr(bool(value) if n.aval.dtype.kind == "b" else float(value))

    def rows(avals, aval, params):
        return [], lambda k: {**params, "shape": (k, *aval.shape[1:])}

    def aval(*, shape, value, dtype):
        return Aval(tuple(shape), np.dtype(dtype))


def zeros(shape, dtype):
    return full(shape=shape, value=0, dtype=dtype)


@helper
def zeros_of(aval):
    return zeros(aval.shape, aval.dtype)


@helper
def raw_zeros(aval):
    return np.zeros(aval.shape, aval.dtype)


@helper
def zeros_like(x):
    return zeros(shape_of(x), dtype_of(x))


@helper
def add_cts(a, b):
    if a is None or b is None:
        return b if a is None else a
    return add(a, b) if not state.shared.halves else added(a, b)


# ------------------------------------------------------------------------------------------------ fitting


@functools.lru_cache(maxsize=1024)
def broadcast_axes(got, shape):
    """The axes along which an operand of `shape` was broadcast to `got`; None if it had axes that assignment drops."""
    new = len(got) - len(shape)
    if new < 0:
        return None
    return tuple(range(new)) + tuple(i + new for i, k in enumerate(shape) if k == 1 and got[i + new] != 1)


def unbroadcast(ct, shape):
    """Sum a cotangent over the axes along which an operand of `shape` was broadcast."""
    got = shape_of(ct)
    if got == shape:
        return ct
    axes = broadcast_axes(got, shape)
    if axes is None:
        return reshape(unbroadcast(ct, shape[-len(got) :] if got else ()), shape=shape)
    if axes:
        ct = sum_(ct, axes=axes)
    return ct if shape_of(ct) == shape else reshape(ct, shape=shape)


@helper
def fit(g, like):
    """A cotangent with the shape and dtype of its operand: summed where it was broadcast, real where it is real."""
    known = type(like) is Aval
    shape = like.shape if known else shape_of(like)
    dtype = like.dtype if known else dtype_of(like)
    if type(g) is ndarray and g.dtype is dtype:
        got = g.shape
        if got == shape:
            return g
        if axes := broadcast_axes(got, shape):  # (the commonest, at once)
            g = sum_(g, axes=axes)
            return g if g.shape == shape else reshape(g, shape=shape)
    own = dtype_of(g)
    if own.kind == "c" != dtype.kind:
        g = PRIMITIVES["real"](g)
        own = dtype_of(g)
    if shape_of(g) != shape:
        g = unbroadcast(g, shape)
        own = dtype_of(g)
    return g if own == dtype or (like.weak if known else is_weak(like)) else cast(g, dtype=dtype)


@helper
def fit_tangent(t, out, given=()):
    """A tangent with the shape and dtype of the result; `given`: (tangent, operand) of each that it was made of, where one that was
    given in a wider float dtype than its operand's makes it as wide."""
    if shape_of(t) != shape_of(out):
        t = broadcast_to(t, shape_of(out))
    d = dtype_of(out)
    for g, x in given:
        e = dtype_of(g)
        if e != dtype_of(x) and e.kind == d.kind == "f" and e.itemsize > d.itemsize:
            d = e
    if is_weak(out) or (dtype_of(t) == d and not is_weak(t)):
        return t
    return cast(t, dtype=d)


@helper
def front(x, d):
    """x with axis d moved to the front."""
    return x if d == 0 else transpose(x, perm=(d, *[i for i in range(len(shape_of(x))) if i != d]))


@helper
def batched(size, x, d):
    """x with the mapped axis in front, repeated if x is not mapped."""
    return front(x, d) if d is not None else broadcast(x, shape=(size, *shape_of(x)), axes=(0,))


# ------------------------------------------------------------------------------------------------ broadcast, reshape
def repeated(x, shape, axes):
    """A read-only view of x repeated to `shape` (0.6 us, where np.broadcast_to takes 3)."""
    if not x.ndim and all(shape):
        out = ndarray(shape, x.dtype, x, 0, (0,) * len(shape))
        out.flags.writeable = False
        return out
    if not x.flags.c_contiguous or not x.size:
        for a in sorted(axes):
            x = np.expand_dims(x, a)
        return np.broadcast_to(x, shape)
    strides = list(x.strides)
    own = list(x.shape)
    for a in sorted(axes) if x.ndim else ():
        strides.insert(a, 0)
        own.insert(a, 1)
    new = len(shape) - len(own)
    own = [1] * new + own
    strides = [0] * new + strides
    for i, k in enumerate(own):
        if k != shape[i]:
            if k != 1:
                raise ValueError(f"broadcast: an array of shape {x.shape} does not fit {shape}")
            strides[i] = 0
    out = ndarray(shape, x.dtype, x, 0, strides)
    out.flags.writeable = False
    return out


@define
class broadcast:
    """x repeated to `shape`; `axes` are the positions in the result that are new. Axes of size 1 also stretch."""

    shares = True
    linear = (0,)

    def jax(jax, x, *, shape, axes):
        return jax.numpy.broadcast_to(jax.numpy.expand_dims(x, axes), shape)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 1)), shape=(2, 3, 4), axes=(0,))
        yield Sample(draw(rng, "real", (3,)), shape=(3, 2), axes=(1,))
        yield Sample(draw(rng, "real", (1, 3)), shape=(2, 3), axes=())
        yield Sample(draw(rng, "real", (1, 3)), shape=(1, 3), axes=(), order=1)
        yield Sample(draw(rng, "real", (2, 3)), shape=(4, 2, 1, 3), axes=(0, 2), order=1)
        yield Sample(draw(rng, "real", ()), shape=(2, 3), axes=(0, 1), kind="0-d")
        yield Sample(draw(rng, "real", (0, 1)), shape=(2, 0, 3), axes=(0,), kind="empty")
        yield Sample(draw(rng, "real", (1, 2)), shape=(0, 2), axes=(), kind="empty")
        yield Sample(1.5, shape=(2,), axes=(0,), kind="weak", order=1)

    def impl(x, *, shape, axes):
        return repeated(np.asarray(x), shape, axes)

    def impl_torch(x, *, shape, axes):  # (torch's may be written into where it is told apart again)
        x = np.asarray(x)
        out = repeated(x, shape, axes)
        out.flags.writeable = x.flags.writeable
        return lying(x, out, stretched, shape=tuple(shape), axes=tuple(axes))

    scalar = "{0}"

    def view(x, literal, *, shape, axes):
        return None

    def rows(avals, aval, params):
        (x,) = avals
        own = (
            0 not in params["axes"]
            and len(x.shape) == len(aval.shape) - len(params["axes"])
            and x.shape[0] == aval.shape[0]
        )
        return [own], lambda k: {**params, "shape": (k, *aval.shape[1:])}

    def aval(x, *, shape, axes):
        return Aval(tuple(shape), dtype_of(x))

    def batch(size, xs, ds, *, shape, axes):
        return broadcast(front(xs[0], ds[0]), shape=(size, *shape), axes=tuple(a + 1 for a in axes)), 0

    transpose = (lambda ct, x, *, shape, axes: _unbroadcast_axes(ct, shape_of(x), axes),)


def _unbroadcast_axes(ct, shape, axes):
    return unbroadcast(sum_(ct, axes=tuple(axes)) if axes else ct, shape)


def broadcast_to(x, shape):
    """x broadcast to a shape, as NumPy aligns axes: from the last."""
    own = shape_of(x)
    return x if own == shape else broadcast(x, shape=shape, axes=tuple(range(len(shape) - len(own))))


def _reshape_pull(n, ct, cts, owned):
    """The transpose below, of an array in which every axis has several elements: NumPy's reshape is all there is to do."""
    shape = n.avals[0].shape
    if type(ct) is not ndarray or 1 in shape or 1 in ct.shape or not ct.size:
        return n.plan.ruled(n, ct, cts, owned)
    (p,) = n.ins
    c, g = cts.get(p), ct.reshape(shape)
    cts[p] = g if c is None else c + g


@define
class reshape:
    """x with the same elements in C order and another shape."""

    linear = (0,)
    pull = _reshape_pull

    def jax(jax, x, *, shape):
        return jax.numpy.reshape(x, shape)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 6)), shape=(3, 1, 4))
        yield Sample(draw(rng, "real", (4, 3)).T, shape=(2, 6), kind="strided", order=1)
        yield Sample(draw(rng, "real", ()), shape=(1, 1), kind="0-d")
        yield Sample(draw(rng, "real", (1, 1)), shape=(), kind="0-d")
        yield Sample(draw(rng, "real", (0, 3)), shape=(2, 0), kind="empty")
        yield Sample(1.5, shape=(1,), kind="weak", order=1)

    def impl(x, *, shape):
        return x.reshape(shape) if type(x) is ndarray else np.reshape(x, shape)

    def impl_torch(x, *, shape):  # (whose axes of one element have strides that say something)
        plain = type(x) is ndarray
        out = x.reshape(shape) if plain else np.reshape(x, shape)
        if plain and (not x.size or 1 in x.shape or 1 in out.shape and not x.flags.c_contiguous):
            return lying(x, out, reshaped, shape=out.shape)
        return out

    scalar = "{0}"

    def view(x, literal, *, shape):
        return f"{x}.reshape({shape!r})"

    def rows(avals, aval, params):
        (x,) = avals
        if x.shape[:1] != aval.shape[:1]:
            return None
        return [True], lambda k: {"shape": (k, *aval.shape[1:])}

    def aval(x, *, shape):
        return Aval(tuple(shape), dtype_of(x))

    def batch(size, xs, ds, *, shape):
        return reshape(front(xs[0], ds[0]), shape=(size, *shape)), 0

    def unview(up, new, *, shape):
        return reshape, (new,), {"shape": shape_of(up)}

    transpose = (lambda ct, x, *, shape: reshape(ct, shape=shape_of(x)),)


@functools.lru_cache(maxsize=1024)
def inverse_permutation(perm):
    return tuple(sorted(range(len(perm)), key=perm.__getitem__))


def _transpose_pull(n, ct, cts, owned):
    """The transpose below, of an array that has elements."""
    if type(ct) is not ndarray or not ct.size:
        return n.plan.ruled(n, ct, cts, owned)
    (p,) = n.ins
    c, g = cts.get(p), ct.transpose(inverse_permutation(n.params["perm"]))
    cts[p] = g if c is None else c + g


@define
class transpose:
    """x with its axes permuted."""

    linear = (0,)
    pull = _transpose_pull

    def jax(jax, x, *, perm):
        return jax.numpy.transpose(x, perm)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3, 4)), perm=(1, 2, 0))
        yield Sample(draw(rng, "real", (2, 1, 3)), perm=(2, 0, 1))
        yield Sample(draw(rng, "real", (2, 3)), perm=(0, 1), order=1)
        yield Sample(draw(rng, "real", ()), perm=(), kind="0-d")
        yield Sample(draw(rng, "real", (0, 3)), perm=(1, 0), kind="empty")
        yield Sample(1.5, perm=(), kind="weak", order=1)

    def impl(x, *, perm):
        return x.transpose(perm) if type(x) is ndarray else np.transpose(x, perm)

    def impl_torch(x, *, perm):  # (of no elements NumPy keeps no strides to be turned)
        out = transpose.impl(x, perm=perm)
        return out if out.size or type(x) is not ndarray else lying(x, out, turned, perm=perm)

    scalar = "{0}"

    def view(x, literal, *, perm):
        return f"{x}.T" if perm == (1, 0) else f"{x}.transpose({perm!r})"

    def aval(x, *, perm):
        s = shape_of(x)
        return Aval(tuple(s[p] for p in perm), dtype_of(x))

    def batch(size, xs, ds, *, perm):
        return transpose(front(xs[0], ds[0]), perm=(0, *[p + 1 for p in perm])), 0

    def unview(up, new, *, perm):
        return transpose, (new,), {"perm": inverse_permutation(perm)}

    transpose = (lambda ct, x, *, perm: transpose(ct, perm=inverse_permutation(perm)),)


@define
class cast:
    """x in another dtype. Complex to real takes the real part."""

    linear = (0,)

    def jax(jax, x, *, dtype):
        return jax.numpy.asarray(x).astype(dtype)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3)), dtype=np.dtype(np.float32))
        yield from in_kinds(draw(rng, "real", (2, 3)), dtypes="fib", dtype=np.dtype(np.complex128))
        yield Sample(draw(rng, "real", (3,), np.complex128), dtype=np.dtype(float), kind="complex128")
        yield Sample(draw(rng, "real", (3,), np.complex64), dtype=np.dtype(bool), kind="complex64", order=0)
        yield Sample(draw(rng, "real", (3,), np.float32), dtype=np.dtype(float), kind="float32")
        yield Sample(draw(rng, "real", (3,)), dtype=np.dtype(float))
        for dtype in ("int32", "uint8", "bool", "float16"):
            yield Sample(np.abs(draw(rng, "real", (3,))), dtype=np.dtype(dtype), order=dtype == "float16")
        yield Sample(draw(rng, "real", ()), dtype=np.dtype(np.float32), kind="0-d")
        yield Sample(draw(rng, "real", (0, 3)), dtype=np.dtype(np.float32), kind="empty")
        yield Sample(1.5, dtype=np.dtype(np.float32), kind="weak", order=1)

    def impl(x, *, dtype):
        if type(x) is not ndarray:
            x = np.asarray(x)[()]  # a NumPy scalar stays one
        if x.dtype.kind == "c" and dtype.kind not in "cb":
            x = x.real
        return x.astype(dtype) if dtype.isnative or dtype not in WIDER else rounded(x, dtype)

    def impl_torch(x, *, dtype):
        x = cast.impl(x, dtype=WIDER.get(dtype, dtype))
        return rounded(x, dtype) if dtype in WIDER else x

    def numpy(w, out, x, *, dtype):
        if not dtype.isnative or x.aval.dtype.kind == "c" and dtype.kind not in "cb" or x.aval.weak or not x.aval.shape:
            return None
        if out is None:
            return f"{x}.astype({w.literal(dtype)})"
        return w.call(np.copyto, "copyto", [out, x, "'unsafe'"])

    def scalar(texts, n):
        return f"float({texts[0]})" if n.aval.dtype.kind == "f" and n.aval.dtype.isnative else None

    def rows(avals, aval, params):
        return [True], lambda k: params

    def aval(x, *, dtype):
        return Aval(shape_of(x), np.dtype(dtype))

    def batch(size, xs, ds, *, dtype):
        return cast(xs[0], dtype=dtype), ds[0]

    transpose = (lambda ct, x, *, dtype: ct if is_weak(x) else fit(ct, x),)


# ------------------------------------------------------------------------------------------------ stop
@define
class stop:
    """x, a constant to every derivative on every level (stop_gradient, compat's detach)."""

    shares = True
    nondiff = "a constant by definition"
    jax = "lax.stop_gradient"

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3)), order=1)
        yield Sample(draw(rng, "real", ()), kind="0-d", order=1)
        yield Sample(draw(rng, "real", (0, 3)), kind="empty", order=1)
        yield Sample(1.5, kind="weak", order=1)

    def impl(x):
        return x

    scalar = "{0}"

    def view(x, literal):
        return x

    def aval(x):
        return Aval(shape_of(x), dtype_of(x), is_weak(x))

    def batch(size, xs, ds):
        return stop(xs[0]), ds[0]


# ------------------------------------------------------------------------------------------------ the transpose of broadcast
def spread(v, x, axes):
    """A reduced value (or its cotangent) repeated along the axes that were reduced."""
    return broadcast(v, shape=shape_of(x), axes=tuple(sorted(axes)))


FEW = 4096  # numbers, which are sooner written than repeated by strides that every reader has to mind


def spread_plain(v, x, axes):
    """spread over plain arrays: few numbers become an array of their own, unless somebody may look at how they lie."""
    shape = x.shape if type(x) is ndarray or type(x) is Aval else shape_of(x)
    shown = state.shared.shown
    if shown and type(v) is ndarray and not any(v.strides) and v.size:  # (one number, repeated or not)
        return ndarray(shape, v.dtype, v[(0,) * v.ndim + (...,)] if v.ndim else v, 0, (0,) * len(shape))
    if not axes or type(v) is float or shown or math.prod(shape) > FEW:
        if type(v) is ndarray and not v.flags.c_contiguous and not shown:
            v = v.copy()  # (what lies apart is repeated six times as slowly)
        return broadcast(v, shape=shape, axes=tuple(sorted(axes)))
    return written_out(v, shape, axes)


def written_out(v, shape, axes):
    """The same as an array of its own."""
    out = np.empty(shape, v.dtype)
    if len(axes) == len(shape):
        out.fill(v)
    elif len(axes) == 1 and axes[0] == 0:
        out[...] = v
    else:
        out[...] = v.reshape(reduced_to_one(shape, axes))
    return out


spread.plain = spread_plain


def spread_out(v, x, axes):
    """spread, of what torch computes once it is repeated."""
    return spread(v, x, axes)


def spread_out_plain(v, x, axes):
    if not state.shared.shown or type(v) is float:
        return spread_plain(v, x, axes)
    return written_out(v, x.shape if type(x) is ndarray or type(x) is Aval else shape_of(x), axes)


spread_out.plain = spread_out_plain


def spreading(share):
    """The pull of a reduction whose terms get the same each: the cotangent, or (`share`) that over their number. Where a whole array of few
    numbers was reduced, they are written at once."""

    def pull(n, ct, cts, owned):
        plan, (a,) = n.plan, n.avals
        shape = a.shape
        k = math.prod(shape)
        if (
            not shape
            or len(n.params["axes"]) != len(shape)
            or not 0 < k <= FEW
            or state.shared.shown
            or getattr(ct, "dtype", None) is not a.dtype
        ):
            return plan.ruled(n, ct, cts, owned)
        g = np.empty(shape, a.dtype)
        g.fill(ct / k if share else ct)
        (p,) = n.ins
        c = cts.get(p)
        cts[p] = g if c is None else summed(c, g) if plan.face == "torch" else c + g

    return pull


@functools.lru_cache(1024)
def reduced_to_one(shape, axes):
    return tuple([1 if i in axes else k for i, k in enumerate(shape)])


@reduction
class sum_:
    """The sum over `axes`. Small integers and bool are summed as NumPy sums them."""

    linear = (0,)
    dtypes = "fcib"
    dtype = widened(np.add)

    def impl(x, *, axes):
        return np.add.reduce(x, axis=axes)

    def numpy(w, out, x, *, axes):
        return w.inner(out, x, None, axes) or w.reduce(np.add, out, x, axes)

    scalar = "{0}"
    impl_torch = sum_over
    pull = spreading(False)

    transpose = (lambda ct, x, *, axes: fit(spread(ct, x, axes), x),)

    def samples(rng):
        return samples_over(rng, "fcib")
