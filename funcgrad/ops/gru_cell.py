"""A gated recurrent unit's step as one node: a layer of gru_layer.py over one step, without the axis of steps."""

from ..core.aval import Aval, shape_of
from ..core.primitive import define
from ..core.sample import Sample, in_kinds
from .gru_layer import gru_layer, layer_aval, layer_jax, layer_jvp, layer_vjp, more_rows, operands_of, over_memory
from .lstm import REFUSED
from .shape import batched, reshape


def one(x):
    """x as that of one step."""
    return reshape(x, shape=(1, *shape_of(x)))


def alone(x):
    """What one step gave."""
    return reshape(x, shape=shape_of(x)[1:])


@define
class gru_cell:
    """(x [n, k], h [n, m], w [3 m, m], v [3 m, k], b [3 m], d [3 m]) -> the next state [n, m]. `noted`: as of gru_layer."""

    saves = ((0, 1, 2, 3, 4, 5),) * 6
    again = (4, 5)
    without = REFUSED

    def jax(jax, x, h, w, v, b, d, *, noted=None):
        return layer_jax(jax, x[None], h, w, v, b, d)[0]

    def samples(rng):
        def operands(*sizes):
            x, *others = operands_of(rng, 1, *sizes, 3)
            return x[0], *others

        yield from in_kinds(*operands(2, 2, 3), dtypes="f")
        yield Sample(*operands(1, 1, 1), kind="size 1")
        yield Sample(*operands(0, 1, 2), kind="empty", order=1)

    def impl(x, h, w, v, b, d, *, noted=None):
        return gru_layer.impl(x[None], h, w, v, b, d, noted=noted)[0]

    def aval(x, h, *weights, noted=None):
        return Aval(shape_of(h), layer_aval(x, h, *weights, reverse=False).dtype)

    def pull(n, ct, cts, owned):
        if n.params.get("noted") is None:
            return n.plan.ruled(n, ct, cts, owned)
        over_memory(n, ct[None], cts)

    def vjp(ct, out, x, *others, need, noted=None):
        of_x, *rest = layer_vjp(one(ct), out, one(x), *others, need=need)
        return [of_x if of_x is None else alone(of_x), *rest]

    def jvp(ts, out, x, *others, noted=None):
        ts = [ts[0] if ts[0] is None else one(ts[0]), *ts[1:]]
        return alone(layer_jvp(ts, one(out), one(x), *others))

    def batch(size, xs, ds, *, noted=None):
        x = batched(size, xs[0], ds[0])
        x = reshape(x, shape=(size, 1, *shape_of(x)[1:]))
        out, _ = more_rows(size, gru_layer, [x, *xs[1:]], (0, *ds[1:]))
        return reshape(out, shape=(size, *shape_of(out)[2:])), 0
