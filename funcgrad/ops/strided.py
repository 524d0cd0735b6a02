"""Any strides over an array's memory, and writes through them: torch's as_strided.

The geometry of the array itself is a param (`own`: its strides in elements), so the value is a function of the elements, wherever they
lie: element x[i] is in slot i . own, and the result reads the slots offset + j . stride, 0 where the array has none. Invariant: the value
is a view where the array lies in memory as `own` says, and what its memory holds there is then what is read.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..core.strides import distinct, in_turn, last_of, lies_so, reach, slots, view_of_memory
from .elementwise import where
from .shape import broadcast_to, fit, front, zeros


def carried(x, own, size, stride, offset, shared):
    """x from a geometry to another by way of the slots; `shared`: what is done where several elements have one (see carry_strided)."""
    shape = x.shape
    (low, high), (other_low, other_high) = reach(shape, own), reach(size, stride)
    first = min(low, offset + other_low)
    total = max(high, offset + other_high) - first + 1
    if 0 in shape or 0 in size:
        return np.zeros(size, x.dtype)
    memory = np.zeros(total, x.dtype)
    step = x.itemsize
    into = np.ndarray(shape, x.dtype, memory, -first * step, [s * step for s in own])
    out = np.ndarray(size, x.dtype, memory, (offset - first) * step, [s * step for s in stride])
    if shared == "last":
        at = in_turn(shape, own)
        memory[slots(shape, own, -first).reshape(-1)[at]] = x.reshape(-1)[at]
    elif shared in ("share", "mean") and not distinct(shape, own):
        np.add.at(memory, slots(shape, own, -first), x)
    else:
        into[...] = x
    counted = {"share": (size, stride, offset), "mean": (shape, own, 0)}.get(shared)
    if counted is not None and not distinct(*counted[:2]):
        count = np.zeros(total, x.real.dtype)
        np.add.at(count, slots(*counted) - first, 1)
        memory /= np.maximum(count, 1)
    if shared == "only":
        return np.where(last_of(size, stride), out, 0)
    return out if distinct(size, stride) else out.copy()


def in_slots(jnp, x, at, first, more):
    """For the oracle: (memory with x in its slots, room for those of `more` in it)."""
    return jnp.zeros(max([a.max() for a in (at, more) if a.size] or [0]) - first + 1, jnp.result_type(x))


def lowest(*positions):
    return min([a.min() for a in positions if a.size] or [0])


def strided_samples(rng):
    geometry = {"size": (2, 2), "stride": (3, 1), "offset": 1, "own": (3, 1)}
    yield from in_kinds(draw(rng, "real", (2, 3)), **geometry)
    yield Sample(draw(rng, "real", (6,)), size=(3, 2), stride=(1, 2), offset=0, own=(1,))
    yield Sample(draw(rng, "real", (3, 2)).T, size=(5,), stride=(1,), offset=0, own=(1, 2), kind="strided")
    yield Sample(draw(rng, "real", (4,)), size=(3,), stride=(0,), offset=2, own=(1,))
    yield Sample(draw(rng, "real", ()), size=(2,), stride=(0,), offset=0, own=(), kind="0-d")
    yield Sample(draw(rng, "real", (0, 2)), size=(0,), stride=(1,), offset=0, own=(2, 1), kind="empty")


@define
class strided:
    """The window of x's memory with a size, strides and an offset from x's first element, in elements; `own`: the strides x has. A view.

    The cotangents of a slot are added up, and divided among the elements of x that have it. `latest`: it is read to be written over, and
    of a slot's cotangents the last one counts, as in torch's CopySlices.
    """

    dtypes = "fcib"
    samples = strided_samples

    def jax(jax, x, *, size, stride, offset, own, latest=False):
        at, to = slots(np.shape(x), own), slots(size, stride, offset)
        first = lowest(at, to)
        return in_slots(jax.numpy, x, at, first, to).at[at - first].set(x)[to - first]

    def impl(x, *, size, stride, offset, own, latest=False):
        x = np.asarray(x)
        if lies_so(x, own) and (out := view_of_memory(x, size, stride, offset)) is not None:
            return out
        return carried(x, own, size, stride, offset, "set")

    def aval(x, *, size, stride, offset, own, latest=False):
        return Aval(size, dtype_of(x))

    def batch(n, xs, ds, *, size, stride, offset, own, latest=False):
        return batched_strides(strided, n, xs[0], ds[0], size, stride, offset, own, latest=latest)

    def unview(up, new, *, size, stride, offset, own, latest=False):
        return put_strided, (up, new), {"stride": stride, "offset": offset, "own": own, "every": True}

    def jvp(ts, out, x, *, size, stride, offset, own, latest=False):  # (of a tangent only its own elements are read)
        return carry_strided(
            ts[0], size=size, stride=stride, offset=offset, own=own, shared="only" if latest else "mean"
        )

    def vjp(ct, out, x, *, need, size, stride, offset, own, latest=False):
        shared = "last" if latest else "share"
        return [carry_strided(ct, size=shape_of(x), stride=own, offset=-offset, own=stride, shared=shared)]


TRANSPOSED = {"share": "mean", "mean": "share", "last": "only", "only": "last"}


def batched_strides(prim, n, x, d, size, stride, offset, own, **params):
    """(prim of every sample, 0), all of them one array of strides."""
    x = front(x, d)
    stride, own = in_line(shape_of(x), own, size, stride, offset)
    return prim(x, size=(n, *size), stride=stride, offset=offset, own=own, **params), 0


def in_line(shape, own, size, stride, offset):
    """(stride, own) of all samples, which lie as `own` says where it is longer than a sample's, else clear of each other."""
    given = len(own) - len(shape)
    if given >= 0:
        return (own[given], *stride), own
    step = apart(shape[1:], own, size, stride, offset)
    return (step, *stride), (step, *own)


@define
class carry_strided:
    """x from its slots to those of another geometry, 0 where it has none: what `strided` does to tangents and cotangents.

    Where elements of x share a slot, shared="mean" takes their mean, "share" their sum divided by the number of elements of the result
    there, "last" the last of them; "only" gives it to the last element of the result there and to no other.
    """

    linear = (0,)
    dtypes = "fc"
    without = {"int64": "carries derivatives", "bool": "carries derivatives"}

    def jax(jax, x, *, size, stride, offset, own, shared):
        at, to = slots(np.shape(x), own), slots(size, stride, offset)
        first = lowest(at, to)
        memory = in_slots(jax.numpy, x, at, first, to)
        if shared in ("share", "mean"):
            count = np.zeros(memory.size)
            np.add.at(count, (to if shared == "share" else at) - first, 1)
            return (memory.at[at - first].add(x) / np.maximum(count, 1))[to - first].astype(memory.dtype)
        keep = last_of(np.shape(x), own).reshape(-1)
        out = memory.at[(at - first).reshape(-1)[keep]].set(jax.numpy.reshape(x, -1)[keep])[to - first]
        return out if shared == "last" else jax.numpy.where(last_of(size, stride), out, 0)

    def samples(rng):
        yield from in_kinds(
            draw(rng, "real", (2, 2)), dtypes="fc", size=(2, 3), stride=(3, 1), offset=-1, own=(3, 1), shared="share"
        )
        yield Sample(draw(rng, "real", (3, 2)), size=(4,), stride=(1,), offset=0, own=(1, 1), shared="last")
        yield Sample(draw(rng, "real", (3, 2)), size=(4,), stride=(1,), offset=0, own=(1, 1), shared="share")
        yield Sample(draw(rng, "real", (4,)), size=(2, 4), stride=(1, 1), offset=-1, own=(1,), shared="share")
        yield Sample(draw(rng, "real", (2, 4)), size=(4,), stride=(1,), offset=1, own=(1, 1), shared="mean")
        yield Sample(draw(rng, "real", (4,)), size=(3, 2), stride=(1, 1), offset=0, own=(1,), shared="only")
        yield Sample(
            draw(rng, "real", (3, 2)).T, size=(5,), stride=(1,), offset=0, own=(1, 2), kind="strided", shared="share"
        )
        yield Sample(draw(rng, "real", ()), size=(2,), stride=(0,), offset=0, own=(), kind="0-d", shared="share")
        yield Sample(
            draw(rng, "real", (0, 2)), size=(3,), stride=(1,), offset=0, own=(2, 1), kind="empty", shared="share"
        )

    def impl(x, *, size, stride, offset, own, shared):
        return carried(np.asarray(x), own, size, stride, offset, shared)

    def aval(x, *, size, stride, offset, own, shared):
        return Aval(size, dtype_of(x))

    def batch(n, xs, ds, *, size, stride, offset, own, shared):
        return batched_strides(carry_strided, n, xs[0], ds[0], size, stride, offset, own, shared=shared)

    transpose = (
        lambda ct, x, *, size, stride, offset, own, shared: carry_strided(
            ct, size=shape_of(x), stride=own, offset=-offset, own=stride, shared=TRANSPOSED[shared]
        ),
    )


def apart(shape, own, size, stride, offset):
    """How many slots from one sample to the next keep all that belongs to one clear of the others."""
    (low, high), (other_low, other_high) = reach(shape, own), reach(size, stride)
    return max(high, offset + other_high) - min(low, offset + other_low) + 1


@define
class put_strided:
    """x with v in the slots that `strided` would read, in the order in which torch writes: the last in a slot stays. `every`: the
    others get that slot's cotangent all the same, as in torch's CopySlices."""

    linear = (0, 1)
    dtypes = "fcib"

    def jax(jax, x, v, *, stride, offset, own, every=False):
        at, to = slots(np.shape(x), own), slots(np.shape(v), stride, offset)
        first = lowest(at, to)
        memory = in_slots(jax.numpy, x, at, first, to).at[at - first].set(x)
        keep = last_of(np.shape(v), stride).reshape(-1)
        values = jax.numpy.reshape(v, -1)[keep].astype(memory.dtype)
        return memory.at[(to - first).reshape(-1)[keep]].set(values)[at - first]

    def samples(rng):
        geometry = {"stride": (3, 1), "offset": 1, "own": (3, 1)}
        yield from in_kinds(draw(rng, "real", (2, 3)), draw(rng, "real", (2, 2)), **geometry)
        yield Sample(
            draw(rng, "real", (3, 2)).T, draw(rng, "real", (5,)), stride=(1,), offset=-1, own=(1, 2), kind="strided"
        )
        yield Sample(draw(rng, "real", (4,)), draw(rng, "real", (3, 2)), stride=(1, 1), offset=0, own=(1,))
        yield Sample(draw(rng, "real", ()), draw(rng, "real", ()), stride=(), offset=0, own=(), kind="0-d")
        yield Sample(
            draw(rng, "real", (0, 2)), draw(rng, "real", (0,)), stride=(1,), offset=0, own=(2, 1), kind="empty"
        )

    def impl(x, v, *, stride, offset, own, every=False):
        x, v = np.asarray(x), np.asarray(v)
        size = v.shape
        (low, high), (other_low, other_high) = reach(x.shape, own), reach(size, stride)
        if not v.size or not x.size:
            return x.copy()
        first = min(low, offset + other_low)
        memory = np.zeros(max(high, offset + other_high) - first + 1, x.dtype)
        mine = np.ndarray(x.shape, x.dtype, memory, -first * x.itemsize, [s * x.itemsize for s in own])
        mine[...] = x
        turn = in_turn(size, stride)
        memory[slots(size, stride, offset - first).reshape(-1)[turn]] = v.reshape(-1)[turn].astype(x.dtype)
        return mine if distinct(x.shape, own) else mine.copy()

    def aval(x, v, *, stride, offset, own, every=False):
        return Aval(shape_of(x), dtype_of(x))

    def batch(n, xs, ds, *, stride, offset, own, every=False):
        x, v = [
            front(a if d is not None else broadcast_to(a, (n, *shape_of(a))), d or 0)
            for a, d in zip(xs, ds, strict=True)
        ]
        size = shape_of(v)[1:]
        stride, own = in_line(shape_of(x), own, size, stride, offset)
        return put_strided(x, v, stride=stride, offset=offset, own=own, every=every), 0

    transpose = (
        lambda ct, x, v, *, stride, offset, own, every=False: put_strided(
            ct, zeros(shape_of(v), dtype_of(ct)), stride=stride, offset=offset, own=own
        ),
        lambda ct, x, v, *, stride, offset, own, every=False: fit(
            where(
                every or last_of(shape_of(v), stride),
                carry_strided(ct, size=shape_of(v), stride=stride, offset=offset, own=own, shared="mean"),
                0,
            ),
            v,
        ),
    )
