"""bag_sum: sums of rows of a table, which an array of row numbers picks."""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .index import accumulate, gather, numbers, scatter_add
from .shape import batched, broadcast, sum_, zeros


def stretched(ct, n):
    """The cotangent of each bag for each of its n places."""
    bags, *row = shape_of(ct)
    return broadcast(ct, shape=(bags, n, *row), axes=(1,))


@define
class bag_sum:
    """out[b] = sum over j of x[at[b, j]], one after the other: x [rows, *row], at [bags, n] -> [bags, *row].

    What is fetched lies place by place, so that all bags are added to at once; of a sum over the middle axis of
    `gather`'s result NumPy makes a loop for each row, which takes three times as long.
    """

    linear = (0,)
    saves = ((1,), ())
    dtypes = "fc"
    without = {"0-d": "it picks rows", "broadcast": "there is one table", "bool": "no sums of truth values"}

    def jax(jax, x, at):
        return x[at].sum(1)

    def impl(x, at):
        return np.add.reduce(np.take(x, np.asarray(at).T, 0), 0)

    def aval(x, at):
        return Aval(shape_of(at)[:1] + shape_of(x)[1:], dtype_of(x))

    def pull(n, ct, cts, owned):
        (at,) = n.saved
        ct = np.broadcast_to(ct[:, None], at.shape + ct.shape[1:])
        accumulate(n, ct, cts, owned, n.saved)

    transpose = (lambda ct, x, at: scatter_add(zeros(shape_of(x), dtype_of(ct)), stretched(ct, shape_of(at)[1]), at),)

    def batch(size, xs, ds):
        x, at = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        return sum_(gather(x, numbers(size, 2), at), axes=(2,)), 0

    def samples(rng):
        x = draw(rng, "real", (4, 3))
        at = np.array([[2, 0, 2], [1, 1, 3]])
        yield from in_kinds(x, at, dtypes="fc")
        yield Sample(draw(rng, "real", (3, 2, 2)), np.array([[1], [1], [0]], np.int32))
        yield Sample(draw(rng, "real", (3, 40)), np.tile([1, 0, 1, 2], (500, 1)), kind="many", order=1)
        yield Sample(x, np.zeros((2, 0), int), kind="empty")
