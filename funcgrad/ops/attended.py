"""Attention's second half as one node, rounded where torch's kernel of half precision rounds: softmax over scores, times values.

With p = softmax(s), o = p v and a cotangent t of o:  dv = p^T t,  ds = p (t v^T - sum(t o))  (Dao et al., 2022, arXiv:2205.14135).
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.halves import rounder
from ..core.primitive import define
from ..core.sample import Sample, draw, strided
from .attention import contracted
from .elementwise import add, mul, sub
from .exponential import exp
from .reduce import logsumexp
from .shape import batched, cast, reshape, spread, sum_


def inside(x, kept):
    """x, rounded to the dtype of half precision `kept`, if there is one."""
    return x if kept is None else cast(cast(x, dtype=kept), dtype=dtype_of(x))


def plainly(x, kept):
    """The same of an array."""
    return x if kept is None else rounder(kept)(x)


def weights(s):
    return exp(sub(s, spread(logsumexp(s, axes=(3,)), s, (3,))))


@define
class attended:
    """softmax(s) @ v over float32: s[*, *, rows, columns], v[*, *, columns, width]. The exponentials are rounded to `kept` before they
    meet v and are divided by their sum; in the derivative the weights, the result and the scores' cotangent are."""

    saves = ((0, 1, "out"), (0,))
    without = {
        "complex128": "a maximum is real",
        "int64": "its caller has floats",
        "bool": "its caller has floats",
        "0-d": "both are stacks of matrices",
        "broadcast": "both have the same stack",
    }

    def jax(jax, s, v, *, kept=None):
        return jax.nn.softmax(s, axis=-1) @ v

    def impl(s, v, *, kept=None):
        e = np.exp(s - np.maximum.reduce(s, axis=-1, keepdims=True, initial=-np.inf))
        total = np.add.reduce(e, axis=-1, keepdims=True)
        return np.matmul(plainly(e, kept), v) / total

    def aval(s, v, *, kept=None):
        return Aval((*shape_of(s)[:-1], shape_of(v)[-1]), dtype_of(s))

    def vjp(ct, out, s, v, *, need, kept=None):
        p = weights(s)
        dv = contracted(inside(p, kept), ct, -2, -2) if need & 2 else None
        if not need & 1:
            return [None, dv]
        along = spread(sum_(mul(ct, inside(out, kept)), axes=(3,)), s, (3,))
        return [inside(mul(p, sub(contracted(ct, v, -1, -1), along)), kept), dv]

    def jvp(ts, out, s, v, *, kept=None):
        ds, dv = ts
        p = weights(s)
        moved = None if dv is None else contracted(p, dv, -1, -2)
        if ds is None:
            return moved
        step = mul(p, sub(ds, spread(sum_(mul(p, ds), axes=(3,)), s, (3,))))
        step = contracted(step, v, -1, -2)
        return step if moved is None else add(moved, step)

    def batch(size, xs, ds, *, kept=None):
        s, v = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        stacks = shape_of(s)[:3]
        flat = [reshape(x, shape=(stacks[0] * stacks[1], *shape_of(x)[2:])) for x in (s, v)]
        out = attended(*flat, kept=kept)
        return reshape(out, shape=(*stacks, *shape_of(out)[2:])), 0

    def samples(rng):
        yield Sample(draw(rng, "real", (2, 1, 3, 4)), draw(rng, "real", (2, 1, 4, 2)))
        yield Sample(
            draw(rng, "real", (1, 2, 2, 3), np.float32), draw(rng, "real", (1, 2, 3, 2), np.float32), kind="float32"
        )
        yield Sample(draw(rng, "real", (1, 1, 1, 1)), draw(rng, "real", (1, 1, 1, 1)), kind="size 1")
        yield Sample(draw(rng, "real", (0, 1, 2, 3)), draw(rng, "real", (0, 1, 3, 2)), kind="empty")
        yield Sample(strided(draw(rng, "real", (1, 1, 2, 3))), draw(rng, "real", (1, 1, 3, 2)), kind="strided")
