"""conv: convolution (cross-correlation) over any number of spatial axes.

One layout, [N, C, *spatial] with [O, C / groups, *spatial]; faces transpose other layouts to it. The operation is
bilinear, and both of its transposes are convolutions again, so every order and mode of derivative, and vmap, stay
inside this one primitive.
"""

from functools import lru_cache
from math import prod

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.elementwise_layout import in_rows, left_in
from ..core.primitive import define
from ..core.sample import Sample, draw, strided
from ..errors import ShapeError
from ._conv_kernels import convolve
from ._window_kernels import positions, span, transposed_padding
from .assignment import getitem
from .elementwise import add
from .shape import batched, fit, fit_tangent, front, reshape, sum_, transpose
from .torch_order import channel_sums


@define
class conv:
    """out[n, o, p] = sum of x[n, c, i] * w[o, c, t], where lhs_dilation * i == p * stride + t * rhs_dilation - low.

    x: [N, C, *sizes], w: [O, C / groups, *taps] -> [N, O, *positions]. strides, padding ((low, high), negative crops),
    lhs_dilation and rhs_dilation have one entry per spatial axis; groups divides C and O, and output channels of one
    group read the input channels of that group: jax.lax.conv_general_dilated's meaning, kernel not flipped. Its
    batch_group_count B is groups=B with x reshaped from [B * N, C] to [N, B * C]. Raises ShapeError.
    """

    bilinear = (0, 1)
    saves = ((1,), (0,))
    samples = lambda rng: conv_samples(rng)
    without = {"0-d": "an input has at least the axes N and C", "bool": "jax.lax adds no booleans"}

    def jax(jax, x, w, *, strides, padding, lhs_dilation, rhs_dilation, groups):
        dtype = np.result_type(x.dtype, w.dtype)
        return jax.lax.conv_general_dilated(
            jax.numpy.asarray(x, dtype),
            jax.numpy.asarray(w, dtype),
            strides,
            padding,
            lhs_dilation,
            rhs_dilation,
            feature_group_count=groups,
        )

    def impl(x, w, **params):
        conv_shape(x, w, **params)
        return convolve(x, w, **params)

    def numpy(w, out, x, weight, **params):
        out = w.memory(out, conv.aval(x.aval, weight.aval, **params))
        given = ", ".join([f"{k}={w.literal(v)}" for k, v in params.items()])
        return f"{w.name(convolve, 'convolve')}({x}, {weight}, {given}, out={out})"

    def aval(x, w, **params):
        return Aval(conv_shape(x, w, **params), np.result_type(dtype_of(x), dtype_of(w)))

    def batch(size, xs, ds, **params):
        return conv_mapped(size, *xs, *ds, **params)

    transpose = (
        lambda ct, x, w, **params: fit(_input_cotangent(ct, shape_of(x), w, **params), x),
        lambda ct, x, w, **params: fit(_weight_cotangent(ct, x, shape_of(w), **params), w),
    )


def conv_mapped(size, x, w, dx, dw, *, groups, **params):
    """conv's rule for vmap: the mapped axis joins the samples (x mapped), the outputs of each group (w mapped) or the groups (both)."""
    if dw is None:
        x = front(x, dx)
        s = shape_of(x)
        out = conv(reshape(x, shape=(size * s[1], *s[2:])), w, groups=groups, **params)
        return reshape(out, shape=(size, s[1], *shape_of(out)[1:])), 0
    w = front(w, dw)
    _, o, c, *taps = shape_of(w)
    if dx is not None:
        x = _exchanged(front(x, dx), 0, 1)
        n, _, channels, *sizes = shape_of(x)
        x = reshape(x, shape=(n, size * channels, *sizes))
        out = conv(x, reshape(w, shape=(size * o, c, *taps)), groups=size * groups, **params)
        return reshape(out, shape=(n, size, o, *shape_of(out)[2:])), 1
    if groups > 1:  # outputs must stay beside the others of their group
        w = _exchanged(reshape(w, shape=(size, groups, o // groups, c, *taps)), 0, 1)
    out = conv(x, reshape(w, shape=(size * o, c, *taps)), groups=groups, **params)
    n, _, *counts = shape_of(out)
    if groups > 1:
        out = _exchanged(reshape(out, shape=(n, groups, size, o // groups, *counts)), 1, 2)
    return reshape(out, shape=(n, size, o, *counts)), 1


def sums_by_channel(x):
    """The sums over all axes but the second (over arrays the quickest way, for torch's convolutions add in an order of their own)."""
    return sum_(x, axes=(0, *range(2, len(shape_of(x)))))


sums_by_channel.plain = channel_sums


@define
class conv_bias:
    """conv(x, w) + b, with b [O] by channel: a layer as one node."""

    saves = ((1,), (0,), ())
    samples = lambda rng: biased_samples(rng)
    without = {
        "0-d": "an input has at least the axes N and C",
        "broadcast": "the bias is stretched along channels, nothing else is",
        "bool": "jax.lax adds no booleans",
    }

    def jax(jax, x, w, b, **params):
        return conv.jax(jax, x, w, **params) + b.reshape(-1, *(1,) * (x.ndim - 2))

    def impl(x, w, b, **params):
        out = conv.impl(x, w, **params)
        b = by_channel(b, out)
        return np.add(out, b, out) if out.dtype == b.dtype else out + b

    def numpy(w, out, x, weight, b, **params):
        aval = conv_bias.aval(x.aval, weight.aval, b.aval, **params)
        if not aval.dtype == x.aval.dtype == weight.aval.dtype == b.aval.dtype or aval.dtype.char == "e":
            return None
        out = w.memory(out, aval)
        w.line(conv.numpy(w, out, x, weight, **params))
        shape = (1, b.aval.shape[0], *(1,) * (len(aval.shape) - 2))
        return w.call(np.add, "add", [out, w.moved(b, shape=shape), out])

    def aval(x, w, b, **params):
        return Aval(conv_shape(x, w, **params), np.result_type(dtype_of(x), dtype_of(w), dtype_of(b)))

    def vjp(ct, out, x, w, b, *, need, **params):
        return [
            fit(_input_cotangent(ct, shape_of(x), w, **params), x) if need & 1 else None,
            fit(_weight_cotangent(ct, x, shape_of(w), **params), w) if need & 2 else None,
            fit(sums_by_channel(ct), b) if need & 4 else None,
        ]

    def jvp(ts, out, x, w, b, **params):
        dx, dw, db = ts
        total = None if dx is None else conv(dx, w, **params)
        if dw is not None:
            of_w = conv(x, dw, **params)
            total = of_w if total is None else add(total, of_w)
        if db is None:
            return total
        db = by_channel(db, out)
        return fit_tangent(db, out) if total is None else add(total, db)

    def batch(size, xs, ds, **params):
        (x, w, b), (*ds, db) = xs, ds
        if ds == [None, None]:
            out = batched(size, conv(x, w, **params), None)
        else:
            out = front(*conv_mapped(size, x, w, *ds, **params))
        s = shape_of(out)
        return add(out, reshape(batched(size, b, db), shape=(size, 1, s[2], *(1,) * (len(s) - 3)))), 0


def by_channel(b, out):
    """b [O] as it is added to a result [N, O, *counts]."""
    return reshape(b, shape=(1, shape_of(b)[0], *(1,) * (len(shape_of(out)) - 2)))


def conv_shape(x, w, **params):
    """The shape of the result; raises ShapeError where operands and params do not fit together."""
    return checked_shape(shape_of(x), shape_of(w), **params)


@lru_cache(1024)
def checked_shape(s, r, strides, padding, lhs_dilation, rhs_dilation, groups):
    k = len(s) - 2
    if k < 0 or len(r) != len(s):
        raise ShapeError(
            f"conv: input [N, C, *sizes] and weight [O, C / groups, *taps] must have equally many axes, 2 or more; got "
            f"{s} and {r}."
        )
    for what, values in (
        ("strides", strides),
        ("padding", padding),
        ("lhs_dilation", lhs_dilation),
        ("rhs_dilation", rhs_dilation),
    ):
        if len(values) != k:
            raise ShapeError(f"conv: {what} must have one entry per spatial axis, {k}; got {values}.")
    if any(v < 1 for v in (*strides, *lhs_dilation, *rhs_dilation, groups)):
        raise ShapeError(
            f"conv: strides, dilations and groups must be 1 or more; got strides {strides}, "
            f"lhs_dilation {lhs_dilation}, rhs_dilation {rhs_dilation}, groups {groups}."
        )
    if s[1] != r[1] * groups or r[0] % groups:
        raise ShapeError(
            f"conv: with groups={groups}, a weight {r} reads {r[1] * groups} input channels (its second "
            f"axis times groups), and its {r[0]} outputs must divide by groups; got an input {s}."
        )
    axes = zip(s[2:], r[2:], strides, padding, lhs_dilation, rhs_dilation, strict=True)
    return (s[0], r[0], *[positions(*axis) for axis in axes])


def _exchanged(x, i, j):
    perm = list(range(len(shape_of(x))))
    perm[i], perm[j] = j, i
    return transpose(x, perm=tuple(perm))


def _by_group(x, axis, groups):
    """x with [groups, size / groups] where the axis was."""
    s = shape_of(x)
    return reshape(x, shape=(*s[:axis], groups, s[axis] // groups, *s[axis + 1 :]))


@lru_cache(1024)
def _padding_of_input(*params):
    return tuple([transposed_padding(*axis) for axis in zip(*params, strict=True)])


@lru_cache(1024)
def _padding_of_weight(sizes, taps, counts, strides, padding, lhs_dilation, rhs_dilation):
    axes = zip(sizes, taps, counts, strides, padding, lhs_dilation, rhs_dilation, strict=True)
    return tuple(
        [(low, span(count, s) + span(t, d) - 1 - span(size, b) - low) for size, t, count, s, (low, _), b, d in axes]
    )


def _input_cotangent(ct, shape, w, *, strides, padding, lhs_dilation, rhs_dilation, groups):
    """The full convolution of ct, dilated by the strides, with the flipped weight, whose O and C change places."""
    o, c, *taps = shape_of(w)
    if groups > 1:
        w = reshape(_exchanged(_by_group(w, 0, groups), 1, 2), shape=(groups * c, o // groups, *taps))
    else:
        w = _exchanged(w, 0, 1)
    if prod(taps) > 1:
        w = getitem(w, idx=(slice(None), slice(None), *[slice(None, None, -1)] * len(taps)))
    return conv(
        ct,
        w,
        strides=lhs_dilation,
        padding=_padding_of_input(shape[2:], tuple(taps), strides, padding, lhs_dilation, rhs_dilation),
        lhs_dilation=strides,
        rhs_dilation=rhs_dilation,
        groups=groups,
    )


def _weight_cotangent(ct, x, shape, *, strides, padding, lhs_dilation, rhs_dilation, groups):
    """x, channels as samples, convolved with ct, samples as input channels: what was summed over is now the batch."""
    n, c, *sizes = shape_of(x)
    if groups > 1:  # [N, G * C, ..] -> [C, G * N, ..]
        x = reshape(_exchanged(_by_group(x, 1, groups), 0, 2), shape=(c // groups, groups * n, *sizes))
    else:
        x = _exchanged(x, 0, 1)
    back = _padding_of_weight(tuple(sizes), shape[2:], shape_of(ct)[2:], strides, padding, lhs_dilation, rhs_dilation)
    g = conv(
        x,
        _exchanged(ct, 0, 1),
        strides=rhs_dilation,
        padding=back,
        lhs_dilation=lhs_dilation,
        rhs_dilation=strides,
        groups=groups,
    )
    return left_in(in_rows, _exchanged(g, 0, 1))


def case(x, w, kind="plain", order=2, **given):
    """A Sample whose params are jax's defaults where not given."""
    k = np.ndim(x) - 2
    ones = dict.fromkeys(("strides", "lhs_dilation", "rhs_dilation"), (1,) * k)
    return Sample(x, w, kind=kind, order=order, **{**ones, "padding": ((0, 0),) * k, "groups": 1, **given})


def conv_samples(rng):
    """Every param by itself and with others, none to three spatial axes, and each of the kernels."""

    def of(*shapes, dtype="float64"):
        return [draw(rng, "real", s, dtype) for s in shapes]

    yield case(*of((2, 3, 5, 6), (4, 3, 3, 2)), strides=(2, 1), padding=((1, 1), (0, 2)), rhs_dilation=(1, 2))
    yield case(*of((2, 2, 7), (3, 2, 3)))
    yield case(*of((2, 3), (4, 3)), strides=(), padding=())
    yield case(*of((2, 3, 4, 5), (2, 3, 1, 1)))  # a product of matrices
    yield case(*of((2, 3, 4), (2, 3, 1)), strides=(3,), padding=((2, 1),))
    yield case(*of((1, 1, 6), (1, 1, 3)), padding=((-1, -2),))
    yield case(*of((1, 2, 4), (1, 2, 2)), padding=((-2, 3),))
    yield case(*of((2, 1, 5), (2, 1, 3)), lhs_dilation=(2,), padding=((2, 1),))
    yield case(*of((1, 2, 4), (2, 2, 4)), strides=(4,), padding=((5, 4),), lhs_dilation=(6,), rhs_dilation=(3,))
    yield case(*of((1, 1, 3, 3), (1, 1, 2, 3)), strides=(2, 3), padding=((1, 2), (3, 1)), lhs_dilation=(3, 2))
    yield case(*of((2, 4, 6), (6, 2, 3)), strides=(2,), padding=((1, 1),), groups=2)
    yield case(*of((2, 3, 4, 4), (3, 1, 3, 3)), padding=((1, 1), (1, 1)), groups=3)
    yield case(*of((1, 4, 5), (4, 2, 2)), strides=(2,), lhs_dilation=(3,), rhs_dilation=(2,), groups=2)
    yield case(*of((2, 2, 3, 3, 3), (2, 2, 2, 2, 2)), order=1, strides=(1, 2, 1), padding=((1, 0), (0, 1), (0, 0)))
    yield case(*of((1, 2, 260), (1, 2, 64)), order=1, padding=((3, 0),))  # a long filter
    yield case(*of((3, 4, 18, 17), (4, 2, 17, 16)), order=1, padding=((0, 1), (0, 0)), groups=2)  # a channel at a time
    yield case(*of((2, 1, 3), (1, 1, 5)))  # wider than the input: no positions
    for shapes in ([(0, 2, 4), (3, 2, 2)], [(2, 0, 4), (3, 0, 2)], [(2, 2, 4), (0, 2, 2)], [(2, 2, 0), (3, 2, 2)]):
        yield case(*of(*shapes), "empty")
    yield case(*map(strided, of((2, 3, 5, 4), (2, 3, 2, 2))), "strided", padding=((1, 0), (0, 1)))
    for dtype in ("float32", "float16", "complex128", "complex64", "int64"):
        order = 2 if dtype == "complex128" else 1
        yield case(*of((2, 4, 5), (2, 2, 3), dtype=dtype), dtype, order, strides=(2,), padding=((1, 1),), groups=2)
    x, w = of((2, 2, 5), (3, 2, 2))
    yield case(x.astype(np.float32), w, "mixed", 1)


def biased_samples(rng):
    """Those of conv, with a bias."""
    for sample in conv_samples(rng):
        x, w = sample.args
        if x.dtype == w.dtype:
            b = draw(rng, "real", w.shape[:1], w.dtype)
            yield Sample(x, w, b, kind=sample.kind, order=sample.order, **sample.params)
