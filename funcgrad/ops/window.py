"""Window primitives: window_sum, window_max / min and their indices, window_gather / scatter, unfold / fold.

Every one acts on the last k = len(window) axes; whatever stands before them is batch, so vmap only brings its axis to
the front. The params are those of jax.lax.reduce_window: window, strides, padding ((low, high) per axis, where negative
crops), base_dilation and window_dilation. All are linear in the operand but for the choice of an extremum, an index.
"""

from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..core.aval import Aval, describe, dtype_of, shape_of
from ..core.elementwise_layout import in_rows, left_in
from ..core.primitive import define
from ..core.sample import Sample, draw, strided
from ..core.strides import steps_of, view_of_memory
from ..core.view_strides import windows
from ..errors import ShapeError
from ._window_kernels import (
    apart,
    fold_windows,
    gather_windows,
    highest,
    locate_windows,
    lowest,
    reduce_windows,
    scatter_windows,
    sum_windows,
    transposed_padding,
    unfold_windows,
    window_shape,
)
from .elementwise import div
from .shape import batched, fit, front, inverse_permutation, transpose


# ------------------------------------------------------------------------------------------------ oracle, samples
def patches(jax, x, window, strides, padding, base_dilation, window_dilation):
    """(elements [*lead, *positions, taps], flat index of each) found place by place: for what jax.lax does not have.

    Where a tap meets nothing the element is 0 and the index -1.
    """
    x = jax.numpy.asarray(x)
    lead = x.ndim - len(window)
    plane = x.shape[lead:]
    counts = window_shape("patches", x.shape, window, strides, padding, base_dilation, window_dilation)[lead:]
    flat = np.full((*counts, prod(window)), -1)
    for p in np.ndindex(*counts):
        for t, tap in enumerate(np.ndindex(*window)):
            at = [a * s + b * d - low for a, s, b, d, (low, _) in zip(p, strides, tap, window_dilation, padding)]
            if all(a % b == 0 and 0 <= a // b < n for a, b, n in zip(at, base_dilation, plane)):
                i = [a // b for a, b in zip(at, base_dilation)]
                flat[(*p, t)] = np.ravel_multi_index(i, plane) if plane else 0
    if not x.size:
        return jax.numpy.zeros((*x.shape[:lead], *flat.shape), x.dtype), flat
    taken = x.reshape(*x.shape[:lead], -1)[..., np.maximum(flat, 0)]
    return jax.numpy.where(flat < 0, jax.numpy.zeros((), x.dtype), taken), flat


def jax_extremum(jax, x, name, start, window, strides, padding, base_dilation, window_dilation):
    """lax.reduce_window, but over `patches` where it has no reverse rule: with dilation or negative padding, or 0-d."""
    x = jax.numpy.asarray(x)
    start = np.asarray(start(x.dtype), x.dtype)
    if x.ndim and all(d == 1 for d in (*base_dilation, *window_dilation)) and np.all(np.array(padding) >= 0):
        one = (1,) * (x.ndim - len(window))
        return jax.lax.reduce_window(
            x, start, getattr(jax.lax, name), one + window, one + strides, ((0, 0),) * len(one) + padding
        )
    taken, flat = patches(jax, x, window, strides, padding, base_dilation, window_dilation)
    taken = jax.numpy.where(flat < 0, start, taken)
    best = getattr(jax.numpy, f"arg{name}")(taken, axis=-1, keepdims=True)
    return jax.numpy.take_along_axis(taken, best, -1)[..., 0]


def jax_index(jax, x, name, start, window, **params):
    taken, flat = patches(jax, x, window, **params)
    if not taken.size:
        return jax.numpy.full(taken.shape[:-1], -1)
    taken = jax.numpy.where(flat < 0, np.asarray(start(taken.dtype), taken.dtype), taken)
    best = (taken == getattr(jax.numpy, name)(taken, axis=-1, keepdims=True)) & (flat >= 0)
    first = jax.numpy.argmax(best, axis=-1, keepdims=True)
    first = jax.numpy.take_along_axis(jax.numpy.broadcast_to(flat, taken.shape), first, -1)[..., 0]
    return jax.numpy.where(best.any(-1), first, -1)


def drawn(rng):
    """A function (*shape, dtype=) that draws arrays."""
    return lambda *shape, dtype="float64": draw(rng, "real", shape, dtype)


def case(x, kind="plain", order=2, *, window, **given):
    """A Sample whose params are jax's defaults where not given."""
    k = len(window)
    ones = dict.fromkeys(("strides", "base_dilation", "window_dilation"), (1,) * k)
    return Sample(x, kind=kind, order=order, window=window, **{**ones, "padding": ((0, 0),) * k, **given})


def window_samples(x, dtypes):
    """Every param by itself and with others, over none to three axes. x(*shape, dtype=) draws the operands."""

    yield case(x(2, 3, 6, 7), window=(2, 3), strides=(2, 1), padding=((0, 1), (1, 2)))
    yield case(x(2, 7), window=(3,))
    yield case(x(4, 5), window=(2, 2), strides=(3, 2))
    yield case(x(1, 9), window=(3,), strides=(2,), window_dilation=(2,), padding=((2, 1),))
    yield case(x(2, 5), window=(3,), base_dilation=(2,), padding=((1, 1),))
    yield case(x(1, 6), window=(2,), strides=(4,), base_dilation=(6,), window_dilation=(3,), padding=((5, 2),))
    yield case(x(2, 8), window=(3,), padding=((-1, -2),))
    yield case(x(2, 4), window=(2,), padding=((-2, 3),))
    yield case(x(2, 4, 3, 5), order=1, window=(2, 1, 3), strides=(1, 1, 2), padding=((1, 0), (0, 0), (0, 1)))
    yield case(x(3, 1), window=(1,))
    yield case(x(2, 3), window=(4,))  # wider than the axis: no positions
    yield case(x(), "0-d", window=())
    yield case(x(3, 2), window=())
    yield case(x(0, 4), "empty", window=(2,))
    yield case(x(2, 0), "empty", window=(2,), padding=((1, 1),))
    yield case(strided(x(2, 5, 4)), "strided", window=(2, 2), strides=(2, 1), padding=((1, 1), (0, 1)))
    for dtype in dtypes:
        order = 2 if dtype == "complex128" else 1
        yield case(x(2, 6, 5, dtype=dtype), dtype, order, window=(3, 2), strides=(1, 2), padding=((1, 1), (0, 1)))


BOOL = "True + True is True for NumPy, and lax.add refuses it: count a mask as integers"


def linear_samples(rng):
    return window_samples(drawn(rng), ("float32", "float16", "complex128", "complex64", "int64", "int32"))


def extremum_samples(rng):
    def apart(*shape, dtype="float64"):
        """Values so far from each other that no small step changes which is the largest."""
        x = (rng.permutation(prod(shape)).reshape(shape) - prod(shape) // 2) / 4
        return (4 * x if np.dtype(dtype).kind == "u" else x).astype(dtype)

    yield from window_samples(apart, ("float32", "float16", "int64", "uint8", "bool"))
    tied = np.array([[1.0, 3.0, 3.0, 2.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0, 2.0, 2.0]])
    yield case(tied, "kink", window=(3,), padding=((1, 1),))
    yield case(-tied, "kink", window=(3,), padding=((1, 1),))
    yield case(np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 1.0], [3.0, 3.0, 0.0]]), "kink", window=(2, 2))


def index_samples(rng, *dtypes):
    """(kind, lead, sizes, positions, dtype, idx) for window_gather and window_scatter."""
    for kind, lead, sizes, counts, dtype in (
        ("plain", (2, 3), (4, 5), (2, 2), "float64"),
        ("plain", (), (6,), (4,), "float64"),
        ("plain", (2,), (1,), (3,), "float64"),
        ("strided", (2,), (3, 2), (2, 3), "float64"),
        ("empty", (2,), (0,), (2,), "float64"),
        ("empty", (0,), (3,), (2,), "float64"),
        ("empty", (2,), (3,), (0,), "float64"),
        ("0-d", (), (), (), "float64"),
        *((name, (2,), (3, 3), (2, 2), name) for name in ("float32", "complex128", "int64", *dtypes)),
    ):
        idx = rng.integers(-1, max(prod(sizes), 1) if prod(sizes) else 0, (*lead, *counts))
        yield kind, lead, sizes, counts, dtype, idx


# ------------------------------------------------------------------------------------------------ sums
def summed(sums, x, **params):
    x = np.asarray(x)
    window_shape("window_sum", x.shape, **params)
    if x.dtype == np.float16:  # stored, not summed in
        return sums(x.astype(np.float32), **params).astype(x.dtype)
    return sums(x, **params)


def by_axis(x, **params):
    return reduce_windows(np.add, 0, x, **params)


def in_torch_order(x, *, window, strides, padding, base_dilation, window_dilation):
    return sum_windows(x, window, strides, padding, base_dilation, window_dilation)


@define
class window_sum:
    """The sum over every window; what is not there counts as 0. x: [*lead, *sizes] -> [*lead, *positions].

    Its transpose is window_sum with strides and base dilation exchanged, so it is closed under all transforms.
    """

    linear = (0,)
    samples = linear_samples
    without = {"bool": BOOL}

    def jax(jax, x, *, window, strides, padding, base_dilation, window_dilation):
        x = jax.numpy.asarray(x)
        one = (1,) * (x.ndim - len(window))
        return jax.lax.reduce_window(
            x,
            np.zeros((), x.dtype),
            jax.lax.add,
            one + window,
            one + strides,
            ((0, 0),) * len(one) + padding,
            one + base_dilation,
            one + window_dilation,
        )

    def impl(x, **params):
        return summed(by_axis, x, **params)

    def impl_torch(x, **params):
        return summed(in_torch_order, x, **params)

    def aval(x, **params):
        return Aval(window_shape("window_sum", shape_of(x), **params), dtype_of(x))

    def batch(size, xs, ds, **params):
        return window_sum(front(xs[0], ds[0]), **params), 0

    transpose = (lambda ct, x, **params: fit(_window_sum_transpose(ct, shape_of(x), **params), x),)


def _window_sum_transpose(ct, shape, window, strides, padding, base_dilation, window_dilation):
    sizes = shape[len(shape) - len(window) :]
    axes = zip(sizes, window, strides, padding, base_dilation, window_dilation, strict=True)
    return window_sum(
        ct,
        window=window,
        strides=base_dilation,
        padding=tuple([transposed_padding(*axis) for axis in axes]),
        base_dilation=strides,
        window_dilation=window_dilation,
    )


@define
class window_mean:
    """window_sum, divided by each of `divisors` in turn: the means of windows that hold as many elements each, in as many steps as torch
    divides in. x: [*lead, *sizes] -> [*lead, *positions]."""

    linear = (0,)
    saves = ((0,),)
    without = {
        "bool": BOOL,
        "int64": "the means of integers are its callers' matter",
        "unread operand 0": "torch's averages keep x, so that what is written into it meanwhile is an error",
    }

    def samples(rng):
        for sample in window_samples(drawn(rng), ("float32", "float16", "complex128", "complex64")):
            sample.params["divisors"] = (2.0, 3.0)
            yield sample

    def jax(jax, x, *, divisors, **params):
        return window_sum.jax(jax, x, **params) / prod(divisors)

    def impl(x, *, divisors, **params):
        return divided(window_sum.impl(x, **params), divisors)

    def impl_torch(x, *, divisors, **params):
        return divided(window_sum.impl_torch(x, **params), divisors)

    def aval(x, *, divisors, **params):
        return window_sum.aval(x, **params)

    def batch(size, xs, ds, **params):
        return window_mean(front(xs[0], ds[0]), **params), 0

    transpose = (
        lambda ct, x, *, divisors, **params: fit(
            _window_sum_transpose(divided(ct, divisors, div), shape_of(x), **params), x
        ),
    )


def divided(x, divisors, div=np.divide):
    for n in divisors:
        x = div(x, n)
    return x


# ------------------------------------------------------------------------------------------------ extrema
def extremum(name, ufunc, start, bound):
    """(window_max, window_argmax), or the same of the minimum: they differ in the ufunc."""

    class index:
        nondiff = "an index is piecewise constant"
        samples = extremum_samples

        def jax(jax, x, **params):
            return jax_index(jax, x, name, start, **params)

        def impl(x, **params):
            x = np.asarray(x)
            window_shape(f"window_arg{name}", x.shape, **params)
            return locate_windows(ufunc, start(x.dtype), x, **params)

        def aval(x, **params):
            return Aval(window_shape(f"window_arg{name}", shape_of(x), **params), np.dtype(np.int64))

        def batch(size, xs, ds, **params):
            return locate(front(xs[0], ds[0]), **params), 0

    index.__name__ = f"window_arg{name}"
    index.__doc__ = f"""Where window_{name} finds its value: flat indices over the window axes.

    x: [*lead, *sizes] -> int64[*lead, *positions]; -1 where a window meets nothing. Ties go to the first in row-major
    order, as in jax's and torch's pooling; among several NaN the last is taken, as in torch.
    """
    locate = define(index)

    class value:
        saves = ((0,),)
        samples = extremum_samples

        def jax(jax, x, **params):
            return jax_extremum(jax, x, name, start, **params)

        def impl(x, **params):
            x = np.asarray(x)
            window_shape(f"window_{name}", x.shape, **params)
            return reduce_windows(ufunc, start(x.dtype), x, **params)

        def aval(x, **params):
            return Aval(window_shape(f"window_{name}", shape_of(x), **params), dtype_of(x))

        def batch(size, xs, ds, **params):
            return itself(front(xs[0], ds[0]), **params), 0

        def vjp(ct, out, x, *, need, **params):
            sizes = _trailing(x, len(params["window"]))
            return [window_scatter(ct, locate(x, **params), sizes=sizes, distinct=apart(sizes, **params))]

        def jvp(ts, out, x, *, window, **params):
            t = ts[0]
            return None if t is None else window_gather(t, locate(x, window=window, **params), axes=len(window))

    value.__name__ = f"window_{name}"
    value.__doc__ = f"""The {name}imum over every window. x: [*lead, *sizes] -> [*lead, *positions].

    What is not there counts as {bound}, or as an integer dtype's own bound. Ties: the derivative goes to the first in
    row-major order, as in jax.lax.reduce_window and torch's pooling. NaN wins; its derivative goes to the last NaN.
    """
    itself = define(value)
    return itself, locate


window_max, window_argmax = extremum("max", np.maximum, lowest, "-inf")
window_min, window_argmin = extremum("min", np.minimum, highest, "inf")


@define
class window_gather:
    """The elements at flat indices over the last `axes` axes, 0 where an index is -1: linear in x.

    x: [*lead, *sizes], idx: int[*lead, *positions], as window_argmax gives them -> [*lead, *positions].
    """

    linear = (0,)
    saves = ((1,), ())

    def jax(jax, x, idx, *, axes):
        x, idx = jax.numpy.asarray(x), jax.numpy.asarray(idx)
        lead, n = idx.shape[: idx.ndim - axes], prod(x.shape[x.ndim - axes :])
        flat = jax.numpy.pad(x.reshape(*lead, n), [(0, 0)] * len(lead) + [(0, 1)])
        at = jax.numpy.where(idx < 0, n, idx).reshape(*lead, prod(idx.shape[len(lead) :]))
        return jax.numpy.take_along_axis(flat, at, -1).reshape(idx.shape)

    def impl(x, idx, *, axes):
        x, idx = np.asarray(x), np.asarray(idx)
        _check_lead("window_gather", x, idx, axes)
        return gather_windows(x, idx, axes)

    def aval(x, idx, *, axes):
        _check_lead("window_gather", x, idx, axes)
        return Aval(shape_of(idx), dtype_of(x))

    def batch(size, xs, ds, *, axes):
        return window_gather(*[batched(size, x, d) for x, d in zip(xs, ds, strict=True)], axes=axes), 0

    transpose = (lambda ct, x, idx, *, axes: fit(window_scatter(ct, idx, sizes=_trailing(x, axes), distinct=False), x),)

    def samples(rng):
        for kind, lead, sizes, _, dtype, idx in index_samples(rng, "bool"):
            x = draw(rng, "real", (*lead, *sizes), dtype)
            kept = strided if kind == "strided" else np.asarray
            yield Sample(kept(x), kept(idx), kind=kind, axes=len(sizes))


@define
class window_scatter:
    """v added into zeros at flat indices over the last axes, of `sizes`; -1 drops: window_gather's transpose. `distinct`: none is -1,
    and none stands twice in a row of `lead`.

    v: [*lead, *positions], idx: int[*lead, *positions] -> [*lead, *sizes]. torch's max_unpool where no index repeats.
    """

    linear = (0,)
    saves = ((1,), ())
    without = {"bool": BOOL}

    def jax(jax, v, idx, *, sizes, distinct):
        v, idx = jax.numpy.asarray(v), jax.numpy.asarray(idx)
        lead, n = idx.shape[: idx.ndim - len(sizes)], prod(sizes)
        rows = prod(lead)
        at = jax.numpy.where(idx < 0, n, idx).reshape(rows, prod(idx.shape[len(lead) :]))
        full = jax.numpy.zeros((rows, n + 1), v.dtype).at[np.arange(rows)[:, None], at].add(v.reshape(at.shape))
        return full[:, :n].reshape((*lead, *sizes))

    def impl(v, idx, *, sizes, distinct):
        v, idx = np.asarray(v), np.asarray(idx)
        _check_same("window_scatter", v, idx)
        return scatter_windows(v, idx, sizes, distinct)

    def aval(v, idx, *, sizes, distinct):
        _check_same("window_scatter", v, idx)
        return Aval((*_leading(idx, len(sizes)), *sizes), dtype_of(v))

    def batch(size, xs, ds, **params):
        return window_scatter(*[batched(size, x, d) for x, d in zip(xs, ds, strict=True)], **params), 0

    transpose = (lambda ct, v, idx, *, sizes, distinct: fit(window_gather(ct, idx, axes=len(sizes)), v),)

    def samples(rng):
        for kind, lead, sizes, counts, dtype, idx in index_samples(rng):
            v = draw(rng, "real", (*lead, *counts), dtype)
            kept = strided if kind == "strided" else np.asarray
            yield Sample(kept(v), kept(idx), kind=kind, sizes=sizes, distinct=False)
        if kind == "plain":
            yield Sample(draw(rng, "real", (2, 3)), np.array([[4, 0, 3], [1, 2, 3]]), sizes=(5,), distinct=True)


def _leading(x, axes):
    return shape_of(x)[: len(shape_of(x)) - axes]


def _trailing(x, axes):
    return shape_of(x)[len(shape_of(x)) - axes :]


def _check_lead(name, x, idx, axes):
    if _leading(x, axes) != _leading(idx, axes):
        raise ShapeError(
            f"{name}: operand and indices must agree before their last {axes} axes; got {describe(x)} and "
            f"{describe(idx)}."
        )


def _check_same(name, v, idx):
    if shape_of(v) != shape_of(idx):
        raise ShapeError(f"{name}: one index for each value is needed; got {describe(v)} and {describe(idx)}.")


# ------------------------------------------------------------------------------------------------ windows as arrays
@define
class unfold:
    """im2col: the elements of every window, 0 for what is not there. [*lead, *sizes] -> [*lead, *window, *positions].

    torch.nn.functional.unfold is this over the spatial axes, reshaped to [N, C * prod(window), prod(positions)].
    """

    linear = (0,)

    def samples(rng):
        return window_samples(drawn(rng), ("float32", "float16", "complex128", "complex64", "int64", "bool"))

    def jax(jax, x, *, window, **params):
        taken, _ = patches(jax, x, window, **params)
        k, lead = len(window), np.ndim(x) - len(window)
        taken = taken.reshape(*taken.shape[:-1], *window)
        return taken.transpose(*range(lead), *range(lead + k, lead + 2 * k), *range(lead, lead + k))

    def impl(x, **params):
        return unfold_windows(np.asarray(x), **params)

    def aval(x, *, window, **params):
        s = window_shape("unfold", shape_of(x), window, **params)
        lead = len(s) - len(window)
        return Aval((*s[:lead], *window, *s[lead:]), dtype_of(x))

    def batch(size, xs, ds, **params):
        return unfold(front(xs[0], ds[0]), **params), 0

    transpose = (
        lambda ct, x, *, window, **params: fit(fold(ct, sizes=_trailing(x, len(window)), window=window, **params), x),
    )


@define
class fold:
    """col2im: the elements of windows added up where they came from. The transpose of unfold.

    y: [*lead, *window, *positions] -> [*lead, *sizes], for the positions that `sizes` and the params give.
    """

    linear = (0,)
    without = {"bool": BOOL}

    def jax(jax, y, *, sizes, window, **params):
        y = jax.numpy.asarray(y)
        like = jax.ShapeDtypeStruct((*y.shape[: y.ndim - 2 * len(window)], *sizes), y.dtype)
        if y.dtype.kind in "iu":  # jax transposes floating-point functions only; these integers are small
            return fold.jax(jax, y.astype(float), sizes=sizes, window=window, **params).astype(y.dtype)
        return jax.linear_transpose(lambda x: unfold.jax(jax, x, window=window, **params), like)(y)[0]

    def impl(y, **params):
        y = np.asarray(y)
        _fold_shape(y.shape, **params)
        return fold_windows(y, **params)

    def aval(y, **params):
        return Aval(_fold_shape(shape_of(y), **params), dtype_of(y))

    def batch(size, xs, ds, **params):
        return fold(front(xs[0], ds[0]), **params), 0

    transpose = (lambda ct, y, *, sizes, **params: fit(unfold(ct, **params), y),)

    def samples(rng):
        for s in linear_samples(rng):
            x, window = s.args[0], s.params["window"]
            y = draw(rng, "real", unfold.aval(x, **s.params).shape, x.dtype)
            y = strided(y) if s.kind == "strided" else y
            yield Sample(y, kind=s.kind, order=s.order, sizes=_trailing(x, len(window)), **s.params)


def _fold_shape(shape, sizes, window, **params):
    lead = shape[: len(shape) - 2 * len(window)]
    expected = (*window, *window_shape("fold", tuple(sizes), window, **params))
    if shape[len(lead) :] != expected:
        raise ShapeError(
            f"fold: into sizes {tuple(sizes)} these windows need an operand [..., {', '.join(map(str, expected))}]; "
            f"got shape {shape}."
        )
    return (*lead, *sizes)


@define
class sliding_windows:
    """Every window of `size` along one axis, `step` apart, as a new last axis: torch's Tensor.unfold.

    x: [.., n, ..] -> [.., (n - size) // step + 1, .., size]. A read-only view of x: windows may share elements, so
    a write through it would have no one meaning.
    """

    shares = True
    linear = (0,)

    def jax(jax, x, *, axis, size, step):
        count = (np.shape(x)[axis] - size) // step + 1
        at = np.arange(count)[:, None] * step + np.arange(size)
        return jax.numpy.moveaxis(jax.numpy.take(x, at, axis=axis), axis + 1, -1)

    def impl(x, *, axis, size, step):
        _check_sliding(x.shape, axis, size, step)
        return sliding_window_view(x, size, axis)[(slice(None),) * axis + (slice(None, None, step),)]

    def impl_torch(x, *, axis, size, step):  # (for writing too)
        _check_sliding(x.shape, axis, size, step)
        return view_of_memory(x, *windows(x.shape, steps_of(x), 0, axis, size, step))

    def aval(x, *, axis, size, step):
        s = shape_of(x)
        _check_sliding(s, axis, size, step)
        return Aval((*s[:axis], (s[axis] - size) // step + 1, *s[axis + 1 :], size), dtype_of(x))

    def batch(n, xs, ds, *, axis, size, step):
        return sliding_windows(front(xs[0], ds[0]), axis=axis + 1, size=size, step=step), 0

    transpose = (lambda ct, x, **params: fit(_sliding_transpose(ct, shape_of(x), **params), x),)

    def samples(rng):
        x = drawn(rng)
        yield Sample(x(7), axis=0, size=3, step=2)
        yield Sample(x(2, 6, 3), axis=1, size=2, step=1)
        yield Sample(x(2, 6, 3), axis=1, size=2, step=3)
        yield Sample(x(3, 4), axis=1, size=4, step=9)
        yield Sample(x(1, 1), axis=0, size=1, step=1)
        yield Sample(x(0, 5), kind="empty", axis=1, size=2, step=2)
        yield Sample(strided(x(5, 4)), kind="strided", axis=0, size=2, step=1)
        for dtype in ("float32", "float16", "complex128", "complex64", "int64", "bool"):
            yield Sample(x(2, 5, dtype=dtype), kind=dtype, axis=1, size=3, step=1)

    without = {"0-d": "needs an axis to slide along"}


def _check_sliding(shape, axis, size, step):
    if not 1 <= size <= shape[axis] or step < 1:
        raise ShapeError(
            f"sliding_windows: size must lie between 1 and the length of axis {axis}, {shape[axis]}, and step be at "
            f"least 1; got size {size}, step {step}."
        )


def _sliding_transpose(ct, shape, axis, size, step):
    """fold along the axis, brought to the end for it: [.., positions, .., size] -> [.., size, positions] -> [.., n]."""
    others = tuple(i for i in range(len(shape)) if i != axis)
    g = fold(
        transpose(ct, perm=(*others, len(shape), axis)),
        sizes=(shape[axis],),
        window=(size,),
        strides=(step,),
        padding=((0, 0),),
        base_dilation=(1,),
        window_dilation=(1,),
    )
    return left_in(in_rows, transpose(g, perm=inverse_permutation((*others, axis))))
