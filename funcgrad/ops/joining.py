"""Primitives that join arrays: concatenate, stack."""

import itertools
from struct import Struct

import numpy as np

from ..core.aval import Aval, dtype_of, ndarray, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ..core.state import shared
from .assignment import getitem
from .shape import batched, fit


def parts_back(n, ct, cts, owned):
    """The parts of the cotangent of what was joined, as views of it: the rules below, of arrays of one dtype."""
    plan, avals = n.plan, n.avals
    if type(ct) is not ndarray or shared.halves or any([avals[i].dtype != ct.dtype for i in plan.operands]):
        plan.ruled(n, ct, cts, owned)
        return
    axis = n.params["axis"]
    before = (slice(None),) * axis
    if plan.prim is concatenate:
        ends = [*itertools.accumulate([a.shape[axis] for a in avals], initial=0)]
        parts = [ct[(*before, slice(ends[i], ends[i + 1]))] for i in plan.operands]
    else:
        parts = [ct[(*before, i, ...)] for i in plan.operands]
    for p, g in zip(n.ins, parts):
        c = cts.get(p)
        cts[p] = g if c is None else c + g


@define
class concatenate:
    """The operands joined along one axis."""

    variadic = True
    linear = "all"
    pull = parts_back

    def jax(jax, *xs, axis):
        return jax.numpy.concatenate(xs, axis)

    without = {"0-d": "arrays without axes have none to be joined along"}

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3)), draw(rng, "real", (2, 1)), axis=1)
        yield Sample(*[draw(rng, "real", (k, 2)) for k in (2, 0, 3)], axis=0, kind="empty")
        yield Sample(draw(rng, "real", (0, 2)), draw(rng, "real", (0, 1)), axis=1, kind="empty")
        yield Sample(draw(rng, "real", (3,)), axis=0)
        yield Sample(*[draw(rng, "real", (2, 1, 2)) for k in range(4)], axis=2, order=1)
        yield Sample(draw(rng, "real", (2,), np.float32), draw(rng, "real", (1,)), axis=0, kind="mixed", order=1)
        yield Sample(draw(rng, "real", (2,), np.complex64), draw(rng, "real", (1,)), axis=0, kind="mixed", order=1)
        yield Sample(draw(rng, "integer", (2,), np.int32), draw(rng, "real", (1,)), axis=0, kind="mixed", order=1)

    def impl(*xs, axis):
        return np.concatenate(xs, axis)

    def numpy(w, out, *xs, axis):
        return w.call(np.concatenate, "concatenate", [f"({''.join([f'{x}, ' for x in xs])})", axis], out)

    def aval(*xs, axis):
        s = list(shape_of(xs[0]))
        s[axis] = sum(shape_of(x)[axis] for x in xs)
        return Aval(tuple(s), np.result_type(*map(dtype_of, xs)))

    def batch(size, xs, ds, *, axis):
        return concatenate(*[batched(size, x, d) for x, d in zip(xs, ds, strict=True)], axis=axis + 1), 0

    def vjp(ct, out, *xs, need, axis):
        gs = []
        at = 0
        for i, x in enumerate(xs):
            k = shape_of(x)[axis]
            g = None
            if need >> i & 1:
                g = fit(getitem(ct, idx=(slice(None),) * axis + (slice(at, at + k),)), x)
            gs.append(g)
            at += k
        return gs


@define
class stack:
    """The operands, all of one shape, along a new axis."""

    variadic = True
    linear = "all"
    pull = parts_back
    takes_numbers = True

    def jax(jax, *xs, axis):
        return jax.numpy.stack(xs, axis)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3)), draw(rng, "real", (2, 3)), axis=1)
        yield Sample(draw(rng, "real", ()), draw(rng, "real", ()), axis=0, kind="0-d")
        yield Sample(draw(rng, "real", (0, 2)), draw(rng, "real", (0, 2)), axis=2, kind="empty")
        yield Sample(draw(rng, "real", (3,)), axis=1)
        yield Sample(*[draw(rng, "real", (2, 1, 2)) for k in range(4)], axis=3, order=1)
        yield Sample(draw(rng, "real", (2,), np.float32), draw(rng, "real", (2,)), axis=0, kind="mixed", order=1)
        yield Sample(draw(rng, "integer", (2,), np.int32), draw(rng, "real", (2,)), axis=0, kind="mixed", order=1)

    def impl(*xs, axis):
        s = shape_of(xs[0])
        if not axis:  # (quicker than joining what has been reshaped)
            return np.concatenate(xs).reshape((len(xs), *s)) if s and len(xs) > 8 else np.array(xs)
        wide = (*s[:axis], 1, *s[axis:])
        return np.concatenate([x.reshape(wide) for x in xs], axis)

    def numpy(w, out, *xs, axis):
        s = xs[0].aval.shape
        if not s:  # (numbers, which may be Python's)
            if w.now.aval.dtype == np.float64:  # (a fifth of the time that NumPy takes)
                out = w.memory(out, w.now.aval)
                w.line(w.call(Struct(f"{len(xs)}d").pack_into, "pack", [out, 0, *xs]))
                return out
            values = f"({''.join([f'{x}, ' for x in xs])})"
            dtype = repr(w.now.aval.dtype.name)
            return f"{out}[...] = {values}" if out is not None else w.call(np.array, "array", [values, dtype], None)
        wide = (*s[:axis], 1, *s[axis:])
        return w.call(
            np.concatenate, "concatenate", [f"({''.join([f'{x}.reshape({wide}), ' for x in xs])})", axis], out
        )

    def aval(*xs, axis):
        s = shape_of(xs[0])
        return Aval((*s[:axis], len(xs), *s[axis:]), np.result_type(*map(dtype_of, xs)))

    def batch(size, xs, ds, *, axis):
        return stack(*[batched(size, x, d) for x, d in zip(xs, ds, strict=True)], axis=axis + 1), 0

    def vjp(ct, out, *xs, need, axis):
        before = (slice(None),) * axis
        return [fit(getitem(ct, idx=(*before, i, Ellipsis)), x) if need >> i & 1 else None for i, x in enumerate(xs)]
