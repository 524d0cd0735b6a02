"""Basic indexing and assignment: getitem, put (x[idx] = v), copy (x[...] = v)."""

import numpy as np

from ..core.aval import Aval, dtype_of, ndarray, shape_of
from ..core.elementwise_layout import left_in
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..core.view_strides import at, lying
from .shape import batched, fit, front, reshape, zeros


def index_shape(shape, idx):
    """The shape of what a basic index selects; NumPy's own errors."""
    out, axis, ndim, single = [], 0, len(shape), True
    for i in idx:
        if i is None:
            out.append(1)
        elif i is Ellipsis and (left := ndim - sum([j is not None and j is not i for j in idx])) >= 0 and single:
            single = False
            out += shape[axis : axis + left]
            axis += left
        elif axis < ndim and type(i) is slice:
            out.append(len(range(shape[axis])[i]))
            axis += 1
        elif axis < ndim and type(i) is int and -shape[axis] <= i < shape[axis]:
            axis += 1
        else:  # (NumPy says what is wrong with it, or what it means)
            return np.broadcast_to(np.int8(0), shape)[idx].shape
    return (*out, *shape[axis:])


def of_samples(f, x, *args, idx):
    """f of a basic index of each of the samples that lie along x's first axis; what is wrong with it is said of a sample's axes."""
    try:
        return f(x, *args, idx=(slice(None), *idx))
    except IndexError as error:
        wrong = error
    index_shape(shape_of(x)[1:], idx)
    raise wrong


def turns(idx):
    """Does a basic index select all elements, in the same order along each axis or in the reverse one?"""
    for i in idx:
        if i is not Ellipsis and (
            type(i) is not slice or i.start is not None or i.stop is not None or i.step not in (None, -1)
        ):
            return False
    return idx != ()


def turned_back(ct, idx):
    """ct reversed along the axes that the index reverses, in memory of its own (steps backwards are none that a Tensor has)."""
    return left_in(np.copy, ct[idx] if type(ct) is ndarray else getitem(ct, idx=idx))


def _getitem_pull(n, ct, cts, owned):
    """Add into one buffer per indexed array: n reads of an n-vector cost n, not n squared."""
    (p,) = n.ins
    c = cts.get(p)
    if c is None and turns(n.params["idx"]) and ct.dtype == n.avals[0].dtype:
        cts[p] = turned_back(ct, n.params["idx"])
        return
    if p not in owned or type(c) is not ndarray:  # (a sum of arrays without dimensions is none)
        a = n.avals[0]
        buffer = np.zeros(a.shape, a.dtype if a.dtype == ct.dtype or not a.weak else ct.dtype)
        if c is not None:
            buffer += c
        cts[p] = c = buffer
        owned.add(p)
    c[n.params["idx"]] += ct


@define
class getitem:
    """x[idx] for basic indices (integers, slices, None, Ellipsis), a tuple: a view in NumPy and here."""

    linear = (0,)

    def jax(jax, x, *, idx):
        return x[idx]

    pull = _getitem_pull

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 4)), idx=(slice(None, None, -2), 1))
        every = slice(None)
        for idx in (
            (1, 2),
            (-1,),
            (..., 0),
            (None, 2, None),
            (slice(1, None), every, None),
            (..., slice(3, 0, -1)),
            (),
        ):
            yield Sample(draw(rng, "real", (3, 4)), idx=idx)
        yield Sample(draw(rng, "real", (2, 3, 4)), idx=(0, ..., None, slice(1, -1)), order=1)
        yield Sample(draw(rng, "real", (3, 4)), idx=(slice(2, 2),), kind="empty")
        yield Sample(draw(rng, "real", (0, 4)), idx=(every, 1), kind="empty")
        yield Sample(draw(rng, "real", (3,)), idx=(np.int64(1),), kind="0-d")
        yield Sample(draw(rng, "real", ()), idx=(None, ...), kind="0-d")

    def impl(x, *, idx):
        return x[idx]

    def impl_torch(x, *, idx):
        out = x[idx]
        return lying(x, out, at, idx=idx) if type(out) is ndarray and (None in idx or not out.size) else out

    def view(x, literal, *, idx):
        return f"{x}[{literal(idx)}]"

    def aval(x, *, idx):
        return Aval(index_shape(shape_of(x), idx), dtype_of(x))

    def batch(size, xs, ds, *, idx):
        return of_samples(getitem, front(xs[0], ds[0]), idx=idx), 0

    def unview(up, new, *, idx):
        return (
            put,
            (up, new),
            {"idx": idx if idx != (Ellipsis,) else ()},
        )  # (through a view, torch asks what is left of all)

    transpose = (
        lambda ct, x, *, idx: (
            turned_back(ct, idx) if turns(idx) else put(zeros(shape_of(x), dtype_of(ct)), ct, idx=idx)
        ),
    )


def _put_pull(n, ct, cts, owned):
    """The cotangent of x is that of the result with zeros at idx: made in place where this walk owns the buffer."""
    idx = n.params["idx"]
    plan = n.plan
    ins = dict(zip(plan.operands, n.ins, strict=True))
    if 1 in ins:
        g = (
            ct if idx == (Ellipsis,) else ct[idx]
        )  # (all of it: the array itself, which a `.grad` copies if somebody else holds it)
        assigned = (
            n.extra is not None and n.extra.label == "CopySlices"
        )  # (torch's copies, other functions give the view)
        if type(g) is ndarray and (assigned or 0 in ins and n in owned):  # (in which is written below)
            g = g.copy()
        elif type(g) is type(ct) is ndarray and g.shape == ct.shape and g.strides == ct.strides:
            g = ct  # (where all is written over: torch passes it on)
        g = fit(g, n.avals[1])
        p = ins[1]
        c = cts.get(p)
        cts[p] = g if c is None else c + g
    if 0 in ins:
        p = ins[0]
        ct = ct if n in owned and type(ct) is ndarray else np.array(ct)
        ct[idx] = 0
        ct = fit(ct, n.avals[0])
        c = cts.get(p)
        if c is None:
            cts[p] = ct
        elif p in owned:
            c += ct
        else:
            cts[p] = np.asarray(c + ct)  # (an array also where it has no dimensions: it is written into from now on)
        owned.add(p)


@define
class put:
    """x with x[idx] = v, idx basic; v is broadcast and cast as NumPy assignment does."""

    linear = (0, 1)

    def jax(jax, x, v, *, idx):
        x, v = jax.numpy.asarray(x), jax.numpy.asarray(v)
        n = len(index_shape(x.shape, idx))
        return x.at[idx].set(v.reshape(v.shape[max(v.ndim - n, 0) :]))  # (NumPy drops leading axes of size 1)

    pull = _put_pull

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 4)), draw(rng, "real", (2,)), idx=(slice(None, None, -2), 1))
        x, every = draw(rng, "real", (3, 4)), slice(None)
        for idx, shape in (
            ((1, 2), ()),
            ((-1,), (4,)),
            ((..., 0), (1,)),
            ((None, 2, None), (1, 1, 4)),
            ((), (1, 1, 3, 4)),
        ):
            yield Sample(x, draw(rng, "real", shape), idx=idx)
        yield Sample(x, draw(rng, "real", (3, 1)), idx=(every, slice(1, 3)), kind="broadcast")
        yield Sample(draw(rng, "real", (2, 3, 4)), draw(rng, "real", (3, 1)), idx=(0, ..., slice(1, -1)), order=1)
        yield Sample(x, draw(rng, "real", (0, 4)), idx=(slice(2, 2),), kind="empty")
        yield Sample(draw(rng, "real", ()), draw(rng, "real", ()), idx=(), kind="0-d")
        yield Sample(x, 1.5, idx=(1, 2), kind="weak", order=1)
        yield Sample(x.astype(np.float32), draw(rng, "real", (4,)), idx=(0,), kind="mixed", order=1)
        yield Sample(x.astype(np.complex128), draw(rng, "real", (4,)), idx=(0,), kind="mixed", order=1)
        yield Sample(x, draw(rng, "integer", (4,), np.int32), idx=(0,), kind="mixed", order=1)

    def impl(x, v, *, idx):
        out = np.array(x)
        out[idx] = v
        return out

    def into(mem, v, *, idx):
        mem[idx] = v

    def numpy(w, out, x, v, *, idx):
        if not x.aval.shape:
            return None
        if out is None:
            out = w.say(f"{x}.copy()")
        elif out != str(x) and not w.written_over(idx):
            w.line(w.call(np.copyto, "copyto", [out, x]))
        w.line(f"{out}[{w.literal(idx)}] = {v}")
        return out

    over = 0

    def aval(x, v, *, idx):
        np.broadcast_to(np.int8(0), shape_of(v)) if not shape_of(v) else check_assignable(shape_of(x), shape_of(v), idx)
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds, *, idx):
        x, v = batched(size, xs[0], ds[0]), xs[1]
        if ds[1] is not None:
            v = aligned(front(v, ds[1]), 1 + len(index_shape(shape_of(x)[1:], idx)))
        return of_samples(put, x, v, idx=idx), 0

    transpose = (
        lambda ct, x, v, *, idx: (
            zeros(shape_of(x), dtype_of(x))
            if idx == (Ellipsis,)
            else fit(put(ct, 0, idx=idx), x)  # (nothing is left of x)
        ),
        lambda ct, x, v, *, idx: fit(getitem(ct, idx=idx), v),
    )


def aligned(v, ndim):
    """A mapped value (axis in front) with as many axes as what it is assigned to: axes of size 1 come or go behind it."""
    s = shape_of(v)
    if len(s) == ndim:
        return v
    more = (1,) * max(ndim - len(s), 0)
    return reshape(v, shape=s[:1] + more + s[1 + max(len(s) - ndim, 0) :])


def check_assignable(shape, value, idx):
    target = index_shape(shape, idx)
    while len(value) > len(target) and value[0] == 1:
        value = value[1:]
    np.broadcast_shapes(target, value)


@define
class copy:
    """The box's new value is v, broadcast to x's shape and cast to its dtype: torch's copy_, NumPy's x[...] = v."""

    linear = (1,)
    saves = ((), ())

    def jax(jax, x, v):
        return jax.numpy.broadcast_to(jax.numpy.asarray(v, x.dtype), x.shape)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (3, 4)), draw(rng, "real", (3, 4)))
        x = draw(rng, "real", (3, 4))
        for shape in ((4,), (3, 1), ()):
            yield Sample(x, draw(rng, "real", shape), kind="broadcast")
        yield Sample(draw(rng, "real", (0, 4)), draw(rng, "real", (1, 4)), kind="empty")
        yield Sample(draw(rng, "real", ()), draw(rng, "real", ()), kind="0-d")
        yield Sample(x, 1.5, kind="weak", order=1)
        yield Sample(x.astype(np.float32), x, kind="mixed", order=1)
        yield Sample(x.astype(np.complex64), x, kind="mixed", order=1)
        yield Sample(x, draw(rng, "integer", (4,), np.int32), kind="mixed", order=1)

    def impl(x, v):
        if type(v) is ndarray and v.shape == shape_of(x):
            return v.astype(dtype_of(x))
        return np.broadcast_to(v, shape_of(x)).astype(dtype_of(x))

    def into(mem, v):
        np.copyto(mem, v, casting="unsafe")

    scalar = "{1}"

    def numpy(w, out, x, v):
        if not x.aval.shape:
            return None
        out = w.memory(out, Aval(x.aval.shape, x.aval.dtype))
        w.line(w.call(np.copyto, "copyto", [out, v, "'unsafe'"]))
        return out

    def aval(x, v):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds):
        x, v = batched(size, xs[0], ds[0]), xs[1]
        if ds[1] is not None:
            v = aligned(front(v, ds[1]), len(shape_of(x)))
        return copy(x, v), 0

    transpose = (lambda ct, x, v: fit(ct, v),)
