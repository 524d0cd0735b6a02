"""Indexing by integer arrays: gather, the scatters, and their twins along one axis.

Invariants: index arrays broadcast together and index the leading axes (faces transpose first). Where an index is
repeated, values are combined in C order: of those that are set the last stays. The operations `along` an axis are the
same ones on index arrays made of one array and aranges, and share their rules.
"""

import math

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .cumulative import after, earlier, later, linear_recurrence
from .elementwise import add, div, equal, less, mul, where
from .rows import adv_shape, combine_at, positions_in, set_at, stamped
from .shape import batched, broadcast, broadcast_to, cast, fit, front, full, reshape, transpose, zeros, zeros_like


def accumulate(n, ct, cts, owned, indices):
    """Add a cotangent into one buffer per indexed array: n reads of an n-vector cost n, not n squared."""
    (p,) = n.ins
    c = cts.get(p)
    if p not in owned:
        a = n.avals[0]
        buffer = np.zeros(a.shape, a.dtype)
        if c is not None:
            buffer += c
        cts[p] = c = buffer
        owned.add(p)
    combine_at(np.add, c, indices, ct)


INT64 = np.dtype(np.int64)


# ------------------------------------------------------------------------------------------------ index arrays
def rank(x, d):
    """How many axes a sample has of a value with mapped axis d."""
    return len(shape_of(x)) - (d is not None)


def in_front(x, d, ndim):
    """A mapped value with the mapped axis first, then as many axes as make its samples ndim-dimensional."""
    x = front(x, d)
    s = shape_of(x)
    return x if len(s) > ndim else reshape(x, shape=s[:1] + (1,) * (ndim + 1 - len(s)) + s[1:])


def aligned(indices, ds):
    """(index arrays with mapped axes first, how many axes they index with in each sample)."""
    ndim = max(rank(i, d) for i, d in zip(indices, ds, strict=True))
    return [i if d is None else in_front(i, d, ndim) for i, d in zip(indices, ds, strict=True)], ndim


def numbers(size, ndim):
    """The number of each sample, before ndim axes: the index array of a mapped axis."""
    return np.arange(size).reshape((size,) + (1,) * ndim)


def behind(x, k):
    """x with its first axis moved behind its next k axes."""
    n = len(shape_of(x))
    return transpose(x, perm=(*range(1, k + 1), 0, *range(k + 1, n))) if k else x


def row_numbers(indices, shape):
    """`positions_in` over primitives, in the shape of the index arrays."""
    total = 0
    for i, k in zip(indices, shape, strict=False):
        i = cast(i, dtype=np.dtype(np.intp))
        total = add(mul(total, k), where(less(i, 0), add(i, k), i))
    return broadcast_to(total, adv_shape(indices))


def grids(idx, axis, shape):
    """The index arrays that mean `idx` along one axis and, along the others, wherever the entry stands."""
    n = len(shape)
    return [idx if a == axis else np.arange(k).reshape((k,) + (1,) * (n - 1 - a)) for a, k in enumerate(shape)]


def along_shape(x, idx, axis):
    s = shape_of(x)
    return np.broadcast_shapes(shape_of(idx), s[:axis] + (1,) + s[axis + 1 :])


@define
class last_written:
    """For each entry of index arrays into axes of sizes `shape`, in C order: is none after it equal to it?"""

    variadic = True
    nondiff = "a truth value about integers"
    dtypes = "i"

    def jax(jax, *indices, shape):
        jnp = jax.numpy
        indices = jnp.broadcast_arrays(*indices)
        flat = jnp.ravel_multi_index(tuple(i.ravel() for i in indices), shape, mode="wrap")
        again = jnp.triu(flat[:, None] == flat[None, :], 1).any(1)
        return ~again.reshape(indices[0].shape)

    def impl(*indices, shape):
        adv = adv_shape(indices)
        if not math.prod(adv):
            return np.ones(adv, bool)
        return stamped(positions_in(map(np.asarray, indices), shape), math.prod(shape)).reshape(adv)

    def aval(*indices, shape):
        return Aval(adv_shape(indices), np.dtype(bool))

    def batch(size, xs, ds, *, shape):
        indices, ndim = aligned(xs, ds)
        return last_written(numbers(size, ndim), *indices, shape=(size, *shape)), 0

    without = {name: "indices are integers" for name in ("bool", "complex128")}

    def samples(rng):
        yield from in_kinds(np.array([2, 0, 2, 1, 0]), dtypes="i", shape=(3,))
        for name in ("int32", "uint8"):
            yield Sample(np.array([2, 0, 2], name), kind=name, shape=(3,))
        yield Sample(np.array([[0, 1], [1, 0]]), np.array([2, 2]), kind="broadcast", shape=(2, 3))
        yield Sample(np.zeros((2, 0), int), kind="empty", shape=(3,))
        yield Sample(np.array(1), kind="0-d", shape=(2,))


# ------------------------------------------------------------------------------------------------ reading
INDICES = tuple(range(1, 33))  # operand numbers, of which a node keeps as many as there are operands


@define
class gather:
    """x[i0, i1, ...] for integer arrays that broadcast together and index the leading axes of x."""

    variadic = True
    saves = (INDICES,)
    dtypes = "fcib"

    def pull(n, ct, cts, owned):
        accumulate(n, ct, cts, owned, n.saved)

    def jax(jax, x, *indices):
        return x[indices]

    def impl(x, *indices):
        if len(indices) == 1 and type(x) is np.ndarray and x.ndim > 1 and x.flags.c_contiguous and len(x):
            (at,) = indices
            if type(at) is np.ndarray and at.dtype is INT64:
                return x.take(at, 0)  # (whole rows, in a half to a quarter of the time)
        out = x[indices]
        return out.copy() if type(out) is np.ndarray and out.ndim == x.ndim - len(indices) else out  # (0-d: a view)

    def numpy(w, out, x, *indices):
        """Of an index that is seen to be in range `take` into memory that is there, in half the time."""
        at, shape = indices[0].aval.shape, x.aval.shape
        if len(indices) > 1 or not at or not w.in_range(1, shape[0]):
            return None
        out = w.memory(out, Aval(at + shape[1:], x.aval.dtype))
        w.line(f"{x}.take({indices[0]}, 0, {out}, 'wrap')")
        return out

    def aval(x, *indices):
        return Aval(adv_shape(indices) + shape_of(x)[len(indices) :], dtype_of(x))

    def batch(size, xs, ds):
        x, *indices = xs
        indices, ndim = aligned(indices, ds[1:])
        if all(d is None for d in ds[1:]):
            return gather(behind(front(x, ds[0]), len(indices)), *indices), ndim
        if ds[0] is None:
            return gather(x, *indices), 0
        return gather(front(x, ds[0]), numbers(size, ndim), *indices), 0

    def vjp(ct, out, x, *indices, need):
        return [scatter_add(zeros(shape_of(x), dtype_of(ct)), ct, *indices)] + [None] * len(indices)

    def jvp(ts, out, x, *indices):
        return None if ts[0] is None else gather(ts[0], *indices)

    def samples(rng):
        x = draw(rng, "real", (3, 4))
        yield from in_kinds(x, np.array([2, 0, 2]))
        yield Sample(x, np.array([[2, 0], [1, 1]]), np.array([3, 0]), kind="broadcast")
        yield Sample(x, np.array([1, 0], np.int32), np.array(2), order=1)
        yield Sample(x, np.array([[1], [0]]), np.array([2, 2, 0]), order=1)
        yield Sample(draw(rng, "real", (2, 3, 4)), np.array([1, 0, 0]), np.array([2, 2, 1]))
        yield Sample(draw(rng, "real", (2, 3, 2)), np.array([1, 0]), np.array([2, 2]), np.array([1, 1]), order=1)
        yield Sample(draw(rng, "real", (3, 300)), np.array([1, 0, 1, 2]), kind="long rows", order=1)
        yield Sample(x, np.array(1), kind="0-d")
        yield Sample(x, np.zeros((0, 2), int), kind="empty")
        yield Sample(draw(rng, "real", (3, 0)), np.array([2, 0]), kind="empty")


@define
class take_along:
    """x[..., idx, ...]: along `axis` each entry of idx, an array of x's rank, picks from the line it stands in.

    The other axes of x and idx broadcast together, as in np.take_along_axis; torch.gather slices x first.
    """

    saves = ((1,), ())
    dtypes = "fcib"

    def pull(n, ct, cts, owned):
        (idx,), axis = n.saved, n.params["axis"]
        accumulate(n, ct, cts, owned, grids(idx, axis, n.avals[0].shape))

    def jax(jax, x, idx, *, axis):
        return jax.numpy.take_along_axis(x, idx, axis)

    def impl(x, idx, *, axis):
        return x[tuple(grids(np.asarray(idx), axis, x.shape))]

    def aval(x, idx, *, axis):
        return Aval(along_shape(x, idx, axis), dtype_of(x))

    def batch(size, xs, ds, *, axis):
        x, idx = (
            reshape(v, shape=(1, *shape_of(v))) if d is None else front(v, d) for v, d in zip(xs, ds, strict=True)
        )
        return take_along(x, idx, axis=axis + 1), 0

    def vjp(ct, out, x, idx, *, need, axis):
        return [add_along(zeros(shape_of(x), dtype_of(ct)), ct, idx, axis=axis), None]

    def jvp(ts, out, x, idx, *, axis):
        return None if ts[0] is None else take_along(ts[0], idx, axis=axis)

    without = {"0-d": "it picks along an axis"}

    def samples(rng):
        x = draw(rng, "real", (3, 4))
        yield from in_kinds(x, np.array([[2, 0, 2, 1], [0, 0, 0, 1]]), axis=0)
        yield Sample(x, np.array([[2, 0, 2, 1, 3], [0, 0, 0, 1, 1], [3, 3, 3, 3, 3]]), axis=1)
        yield Sample(x, np.array([[2], [0], [1]], np.int32), axis=1)
        yield Sample(x, np.array([[2, 0, 2]]), kind="broadcast", axis=1)
        yield Sample(draw(rng, "real", (1, 4)), np.array([[2, 0], [1, 1], [0, 3]]), kind="broadcast", axis=1)
        yield Sample(draw(rng, "real", (2, 3, 2)), np.array([[[2, 0]], [[1, 1]]]), axis=1, order=1)
        yield Sample(draw(rng, "real", (3,)), np.array([2, 2, 0, 1]), axis=0)
        yield Sample(x, np.zeros((3, 0), int), kind="empty", axis=1)


# ------------------------------------------------------------------------------------------------ writing
def scatter_batch(prim, size, xs, ds):
    """Mapped indices index the mapped axis of x as well; otherwise that axis goes behind those that are indexed."""
    x, v, *indices = xs
    dx, dv, *di = ds
    k = len(indices)
    rest = rank(x, dx) - k
    indices, ndim = aligned(indices, di)
    if any(d is not None for d in di):
        v = v if dv is None else in_front(v, dv, ndim + rest)
        return prim(batched(size, x, dx), v, numbers(size, ndim), *indices), 0
    s = shape_of(x)
    x = broadcast(x, shape=(*s[:k], size, *s[k:]), axes=(k,)) if dx is None else behind(front(x, dx), k)
    own = rank(v, dv)
    if dv is not None:
        v = behind(in_front(v, dv, rest), max(own - rest, 0))
    elif own > rest:
        s = shape_of(v)
        v = reshape(v, shape=(*s[: own - rest], 1, *s[own - rest :]))
    return prim(x, v, *indices), k


def along_batch(prim, size, xs, ds, axis):
    x, v, idx = xs
    dx, dv, di = ds
    idx = reshape(idx, shape=(1, *shape_of(idx))) if di is None else front(idx, di)
    v = v if dv is None else in_front(v, dv, rank(x, dx))
    return prim(batched(size, x, dx), v, idx, axis=axis + 1), 0


def written_in_jax(jax, at, x, v, indices):
    """jax's x with v written at indices, by x.at's method of the name `at`; None: multiplied, each place by all that names it."""
    jnp = jax.numpy
    x, v = jnp.asarray(x), jnp.asarray(v)
    v = (v.real if v.dtype.kind == "c" and x.dtype.kind != "c" else v).astype(x.dtype)
    if at is not None:
        return getattr(x.at[tuple(indices)], at)(v)
    lead, rest = x.shape[: len(indices)], x.shape[len(indices) :]
    indices = jnp.broadcast_arrays(*indices)
    v = jnp.broadcast_to(v, indices[0].shape + rest).reshape(indices[0].size, 1, *rest)
    here = jnp.ravel_multi_index(tuple(i.ravel() for i in indices), lead, mode="clip")
    here = here[:, None] == jnp.arange(math.prod(lead))
    return x * jnp.prod(jnp.where(here.reshape(here.shape + (1,) * len(rest)), v, 1), 0, x.dtype).reshape(x.shape)


def line_into_vector(w, ufunc, out, x, v, indices):
    """The line that writes into a vector at once, by ufunc.at, in memory that is there; None where it is another write."""
    shape = indices[0].aval.shape
    if ufunc is None or len(x.aval.shape) != 1 or not shape or v.aval != Aval(shape, x.aval.dtype):
        return None
    out, flat = w.memory(out, x.aval), (math.prod(shape),)
    if str(out) != str(x):
        w.copy(out, x)
    w.line(w.call(ufunc.at, f"{ufunc.__name__}_at", [out, w.moved(indices[0], shape=flat), w.moved(v, shape=flat)]))
    return out


def both_forms(name, along, rule):
    """Declare one way of writing as two primitives: `name` at index arrays, `along` along one axis.

    `rule` has write(mem, indices, v), in place; reads, for x and for v the operands that its rule reads (x, v, i: the
    indices); vjp(ct, x, v, indices, need) -> (gx, gv); jvp((tx, tv), x, v, indices); at, the name of the method of
    x.at[...] in jax, or None for the product, which jax does not differentiate where indices are repeated.
    """
    write, rule_vjp, rule_jvp = rule.write, rule.vjp, rule.jvp
    either = {}

    def saved(i):
        operands = {"x": (0,), "v": (1,), "i": i}
        return tuple(sum((operands[c] for c in reads), ()) for reads in rule.reads)

    def written(x, v, indices):
        out = np.array(x, order="C")
        write(out, indices, v)
        return out

    class at_indices:
        variadic = True
        saves = saved(INDICES[1:])
        dtypes, without = rule.dtypes, rule.without

        def jax(jax, x, v, *indices):
            return written_in_jax(jax, rule.at, x, v, indices)

        def impl(x, v, *indices):
            return written(x, v, indices)

        def into(mem, v, *indices):
            write(mem, indices, v)

        over = 0

        def numpy(w, out, x, v, *indices):
            return line_into_vector(w, rule.ufunc, out, x, v, indices)

        def aval(x, v, *indices):
            return Aval(shape_of(x), dtype_of(x))

        def batch(size, xs, ds):
            return scatter_batch(either[name], size, xs, ds)

        def vjp(ct, out, x, v, *indices, need):
            return [*rule_vjp(ct, x, v, indices, need), *[None] * len(indices)]

        def jvp(ts, out, x, v, *indices):
            return None if ts[0] is ts[1] is None else rule_jvp(ts[:2], x, v, indices)

        def samples(rng):
            return scatter_samples(rng, rule)

    class along_axis:
        saves = (*saved((2,)), ())
        dtypes, without = rule.dtypes, rule.without | {"0-d": "it writes along an axis"}

        def jax(jax, x, v, idx, *, axis):
            return written_in_jax(jax, rule.at, x, v, grids(idx, axis, np.shape(x)))

        def impl(x, v, idx, *, axis):
            return written(x, v, grids(idx, axis, shape_of(x)))

        def into(mem, v, idx, *, axis):
            write(mem, grids(idx, axis, mem.shape), v)

        def aval(x, v, idx, *, axis):
            return Aval(shape_of(x), dtype_of(x))

        def batch(size, xs, ds, *, axis):
            return along_batch(either[along], size, xs, ds, axis)

        def vjp(ct, out, x, v, idx, *, need, axis):
            return [*rule_vjp(ct, x, v, grids(idx, axis, shape_of(x)), need), None]

        def jvp(ts, out, x, v, idx, *, axis):
            return None if ts[0] is ts[1] is None else rule_jvp(ts[:2], x, v, grids(idx, axis, shape_of(x)))

        def samples(rng):
            return along_samples(rng, rule)

    for body, own, places in (
        (at_indices, name, "at x[i0, i1, ...], index arrays as gather takes them"),
        (along_axis, along, "where idx, an array of x's rank, points along `axis`, as in take_along"),
    ):
        body.__name__, body.__doc__ = own, (rule.__doc__ or "").replace("[there]", places)
        either[own] = define(body)
    return either[name], either[along]


def scatter_samples(rng, rule):
    def values(*shape):
        return draw(rng, "nonzero", shape)

    x = values(3, 4)
    yield from in_kinds(x, values(3, 4), np.array([2, 0, 2]), dtypes=rule.dtypes)
    yield Sample(x, values(2, 2), np.array([[2, 0], [1, 2]]), np.array([3, 0]), kind="broadcast")
    for shape in ((), (4,), (2, 1), (1, 4)):
        yield Sample(x, values(*shape), np.array([1, 1], np.int32), kind="broadcast", order=1)
    yield Sample(values(2, 3, 2), values(2), np.array(1), np.array([2, 2, 1]))
    yield Sample(values(3, 300), values(3, 300), np.array([2, 0, 2]), kind="long rows", order=1)
    yield Sample(x, values(), np.array(1), np.array(2), kind="0-d")
    yield Sample(x, values(0, 4), np.zeros(0, int), kind="empty")
    yield Sample(values(3, 0), values(2, 0), np.array([1, 1]), kind="empty")
    yield Sample(x, 1.5, np.array([1, 0]), kind="weak", order=1)
    yield Sample(x.astype(np.float32), values(2, 4), np.array([1, 0]), kind="mixed", order=1)
    if "c" in rule.dtypes:
        yield Sample(x.astype(np.complex128), values(2, 4), np.array([1, 0]), kind="mixed", order=1)
    for x, v in rule.points:
        yield Sample(np.array(x), np.array(v), np.array([2, 0, 2, 2]), kind="kink", order=rule.kink_order)


def along_samples(rng, rule):
    def values(*shape):
        return draw(rng, "nonzero", shape)

    x = values(3, 4)
    yield from in_kinds(x, values(2, 4), np.array([[2, 0, 2, 1], [0, 0, 0, 1]]), dtypes=rule.dtypes, axis=0)
    yield Sample(x, values(3, 5), np.array([[2, 0, 2, 1, 3], [0, 0, 0, 1, 1], [3, 3, 3, 3, 3]]), axis=1)
    yield Sample(x, values(), np.array([[2], [0], [1]], np.int32), kind="broadcast", axis=1, order=1)
    yield Sample(x, values(3, 1), np.array([[2, 0, 2]]), kind="broadcast", axis=1, order=1)
    yield Sample(values(2, 3, 2), values(2, 2, 2), np.array([[[2, 0], [2, 0]], [[1, 1], [0, 1]]]), axis=1, order=1)
    yield Sample(x, 1.5, np.array([[1, 0, 3]]), kind="weak", axis=1, order=1)
    yield Sample(x.astype(np.float32), values(1, 4), np.array([[1, 0, 2, 2]]), kind="mixed", axis=0, order=1)
    yield Sample(x, values(3, 0), np.zeros((3, 0), int), kind="empty", axis=1)
    for x, v in rule.points:
        yield Sample(np.array(x), np.array(v), np.array([2, 0, 2, 2]), kind="kink", axis=0, order=rule.kink_order)


class Writing:
    """What most ways of writing have in common."""

    dtypes = "fcib"
    without = {}
    points = ()  # (x, v) with a kink or zeros, written at [2, 0, 2, 2]
    kink_order = 1
    ufunc = None  # what is there and what is written become one by this


def tangents(ts, x, v):
    """The tangents of x and v, zeros where they have none."""
    return [zeros_like(o) if t is None else t for o, t in zip((x, v), ts, strict=True)]


def spread_values(v, x, indices):
    """v in x's dtype, one for each place that is written."""
    return broadcast_to(cast(v, dtype=dtype_of(x)), adv_shape(indices) + shape_of(x)[len(indices) :])


class Setting(Writing):
    """x with v, broadcast and cast as NumPy assigns, [there]. Of what is written twice the last stays.

    What was overwritten has derivative zero.
    """

    reads = ("i", "i")
    at = "set"

    def write(mem, indices, v):
        set_at(mem, indices, v)

    def vjp(ct, x, v, indices, need):
        gx = scatter_set(ct, 0, *indices) if need & 1 else None
        if not need & 2:
            return gx, None
        lead, rest = shape_of(ct)[: len(indices)], len(shape_of(ct)) - len(indices)
        last = last_written(*indices, shape=lead)
        last = reshape(last, shape=shape_of(last) + (1,) * rest)
        return gx, fit(where(last, gather(ct, *indices), 0), v)

    def jvp(ts, x, v, indices):
        return scatter_set(*tangents(ts, x, v), *indices)


class Adding(Writing):
    """x with v added [there]; what is written twice adds up."""

    reads = ("", "i")
    at, ufunc = "add", np.add
    dtypes = "fci"
    without = {"bool": "jax adds no booleans"}

    def write(mem, indices, v):
        combine_at(np.add, mem, indices, v)

    def vjp(ct, x, v, indices, need):
        return fit(ct, x) if need & 1 else None, fit(gather(ct, *indices), v) if need & 2 else None

    def jvp(ts, x, v, indices):
        return scatter_add(*tangents(ts, x, v), *indices)


def rivals(v, x, indices):
    """For each value written the product of all others written to the same place: exact at zeros, as cumprod is.

    The values are sorted by place; before and behind each, a recurrence multiplies on within the place.
    """
    from .sort import argsort

    values = spread_values(v, x, indices)
    shape, rest = shape_of(values), shape_of(x)[len(indices) :]
    m = math.prod(adv_shape(indices))
    place = reshape(row_numbers(indices, shape_of(x)), shape=(m,))
    order = argsort(place, axis=0, stable=True, descending=False)
    place, values = gather(place, order), gather(reshape(values, shape=(m, *rest)), order)
    same = equal(later(place, 0, False), earlier(place, 0, False))
    same = broadcast_to(reshape(same, shape=shape_of(same) + (1,) * len(rest)), shape_of(same) + rest)
    start = cast(where(same, 0, 1), dtype=dtype_of(values))
    found = None
    for reverse in (False, True):
        a = after(where(same, earlier(values, 0, reverse), 0), 0, 0, reverse, values)
        side = linear_recurrence(a, after(start, 1, 0, reverse, values), axis=0, reverse=reverse)
        found = side if found is None else mul(found, side)
    return reshape(scatter_set(zeros_like(found), found, order), shape=shape)


class Multiplying(Writing):
    """x multiplied by v [there], for each time it is written. The derivative is exact at zeros, to any order."""

    reads = ("vi", "xvi")
    at = None
    dtypes = "fci"
    without = {"bool": "jax multiplies no booleans"}
    points = (([1.0, 2.0, 3.0], [0.0, 0.0, 2.0, 3.0]), ([0.0, 1.0, 0.0], [2.0, 1.5, 0.0, 0.5]))
    kink_order = 2

    def write(mem, indices, v):
        combine_at(np.multiply, mem, indices, v)

    def vjp(ct, x, v, indices, need):
        gx = mul(ct, scatter_mul(ones_like(ct), v, *indices)) if need & 1 else None
        gv = fit(mul(gather(mul(ct, x), *indices), rivals(v, x, indices)), v) if need & 2 else None
        return gx, gv

    def jvp(ts, x, v, indices):
        tx, tv = ts
        total = None if tx is None else mul(tx, scatter_mul(ones_like(x), v, *indices))
        if tv is None:
            return total
        by_v = mul(mul(gather(x, *indices), rivals(v, x, indices)), spread_values(tv, x, indices))
        return scatter_add(zeros_like(x) if total is None else total, by_v, *indices)


def ones_like(x):
    return full(shape=shape_of(x), value=1, dtype=dtype_of(x))


def extreme(ufunc, name):
    """Writing the larger (or smaller) of what is there and v."""

    def hits(x, v, indices):
        """(1 where x is the result, 1 where a value is, how many of these each place has)"""
        values = spread_values(v, x, indices)
        out = (scatter_max if name == "max" else scatter_min)(x, values, *indices)
        hit_x = cast(equal(x, out), dtype=dtype_of(x))
        hit_v = cast(equal(values, gather(out, *indices)), dtype=dtype_of(x))
        return hit_x, hit_v, scatter_add(hit_x, hit_v, *indices)

    class Extreme(Writing):
        __doc__ = f"""The {name}imum of x and v [there]. At ties the derivative is split evenly, as jax and torch do."""

        reads = ("xvi", "xvi")
        at = name
        dtypes = "fi"
        without = {
            "bool": "jax compares no booleans here",
            "complex128": "NumPy's order of complex numbers has no derivative",
        }
        points = (
            ([1.0, 2.0, 3.0], [1.0, 3.0, 3.0, 2.0]),
            ([1.0, 2.0, 2.0], [0.5, 3.0, 1.0, 3.0]),
            ([1.0, 2.0, 2.0], [0.5, 1.0, 4.0, 1.0]),
        )

        def write(mem, indices, v):
            combine_at(ufunc, mem, indices, v)

        def vjp(ct, x, v, indices, need):
            hit_x, hit_v, n = hits(x, v, indices)
            share = div(ct, n)
            gv = fit(mul(gather(share, *indices), hit_v), v) if need & 2 else None
            return mul(share, hit_x) if need & 1 else None, gv

        def jvp(ts, x, v, indices):
            hit_x, hit_v, n = hits(x, v, indices)
            tx, tv = tangents(ts, x, v)
            tv = mul(spread_values(tv, x, indices), hit_v)
            return div(scatter_add(mul(tx, hit_x), tv, *indices), n)

    return Extreme


scatter_set, put_along = both_forms("scatter_set", "put_along", Setting)
scatter_add, add_along = both_forms("scatter_add", "add_along", Adding)
scatter_mul, mul_along = both_forms("scatter_mul", "mul_along", Multiplying)
scatter_max, max_along = both_forms("scatter_max", "max_along", extreme(np.maximum, "max"))
scatter_min, min_along = both_forms("scatter_min", "min_along", extreme(np.minimum, "min"))
