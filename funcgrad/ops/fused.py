"""What compiled code computes in one go where the functions it stands for take several.

Invariant: only the last passes before code is written make these (compile/passes/lowering.py), so nothing differentiates them.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw
from .reduce import shares
from .reduction import reduced

LATE = "compiled code alone has it, after derivatives are taken"


@define
class product_sum:
    """The sum of x * y over `axes`, of two arrays of one shape and dtype: inner products, without an array of the products."""

    nondiff = LATE

    def jax(jax, x, y, *, axes):
        return (x * y).sum(axes)

    def impl(x, y, *, axes):
        return np.add.reduce(np.multiply(x, y), axis=axes)

    def numpy(w, out, x, y, *, axes):
        return w.inner(out, x, y, axes)

    def aval(x, y, *, axes):
        return Aval(reduced(shape_of(x), axes), dtype_of(x))

    def rows(avals, aval, params):
        return None if 0 in params["axes"] or not avals[0].shape else ([True, True], lambda k: params)

    def samples(rng):
        for shape, axes in (
            ((3, 4), (1,)),
            ((2, 3), (0, 1)),
            ((5,), (0,)),
            ((2, 3, 2), (0, 2)),
            ((0, 2), (1,)),
            ((), ()),
        ):
            yield Sample(draw(rng, "real", shape), draw(rng, "real", shape), axes=axes)


@define
class divided_shares:
    """`shares(x, out)` from e = exp(x - max(x)) and its sum over `axes`, which stays as one element each: e / total, and what
    shares says where a result is infinite."""

    nondiff = LATE

    def jax(jax, e, total, x, out, *, axes):
        return jax.numpy.exp(x - jax.numpy.expand_dims(out, axes))

    def impl(e, total, x, out, *, axes):
        return np.divide(e, total) if np.isfinite(out).all() else shares.impl(x, out, axes=axes)

    over = 0

    def numpy(w, out, e, total, x, top, *, axes):
        out = w.memory(out, x.aval)
        w.line(w.call(np.divide, "divide", [e, total, out]))
        w.line(f"if not {w.name(np.isfinite, 'isfinite')}({w.call(np.add.reduce, 'add_reduce', [top, 'None'])}):")
        w.line(f"    {out}[...] = {w.call(shares.impl, 'shares', [x, top, f'axes={axes!r}'])}")
        return out

    def aval(e, total, x, out, *, axes):
        return Aval(shape_of(x), dtype_of(x))

    def rows(avals, aval, params):
        return None if 0 in params["axes"] else ([True] * 4, lambda k: params)

    def samples(rng):
        for x, axes in ((draw(rng, "real", (3, 4)), (1,)), (draw(rng, "real", (2, 3)), (0, 1))):
            e = np.exp(x - x.max(axes, keepdims=True))
            yield Sample(e, e.sum(axes, keepdims=True), x, np.log(np.exp(x).sum(axes)), axes=axes)


@define
class over_cosh_squared:
    """t / cosh(x)**2, of two arrays of one shape and dtype: what pulls a cotangent back through tanh, one pass shorter."""

    nondiff = LATE

    def jax(jax, t, x):
        return t / jax.numpy.cosh(x) ** 2

    def impl(t, x):
        c = np.cosh(x)
        return np.divide(np.divide(t, c), c)

    over = 0

    def numpy(w, out, t, x):
        c, out = w.scratch(x.aval), w.memory(out, x.aval)
        w.line(w.call(np.cosh, "cosh", [x, c]))
        w.line(w.call(np.divide, "divide", [t, c, out]))
        return w.call(np.divide, "divide", [out, c, out])

    def aval(t, x):
        return Aval(shape_of(x), dtype_of(x))

    def rows(avals, aval, params):
        return [True, True], lambda k: params

    def samples(rng):
        yield Sample(draw(rng, "real", (2, 3)), draw(rng, "real", (2, 3)))


__all__ = ["divided_shares", "over_cosh_squared", "product_sum"]
