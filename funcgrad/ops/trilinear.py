"""trilinear: a product of three, torch's bilinear layer as one node.

Invariant: matrices of one dtype.  out[n, k] = sum_ij x[n, i] w[k, i, j] y[n, j], linear in each of the three.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .dot import dot_general
from .elementwise import mul
from .shape import batched, fit, reshape

EACH = (((1,), (1,)), ((0,), (0,)))  # the rows' own products of [n, k] with [n, k, m]


def outer(x, y):
    """[n, i], [n, j] -> [n, i, j]"""
    (n, i), (_, j) = shape_of(x), shape_of(y)
    return mul(reshape(x, shape=(n, i, 1)), reshape(y, shape=(n, 1, j)))


@define
class trilinear:
    """x [n, i], w [k, i, j], y [n, j] -> [n, k]."""

    bilinear = (0, 1, 2)
    dtypes = "fc"
    saves = ((1, 2), (0, 2), (0, 1))
    without = {
        "int64": "its callers have floats",
        "bool": "its callers have floats",
        "0-d": "it takes matrices",
        "broadcast": "nothing is stretched",
    }

    def jax(jax, x, w, y):
        return jax.numpy.einsum("ni,kij,nj->nk", x, w, y)

    def impl(x, w, y):
        return np.matmul(np.moveaxis(np.matmul(x, w), 0, 1), np.asarray(y)[:, :, None])[..., 0]

    def aval(x, w, y):
        return Aval((shape_of(x)[0], shape_of(w)[0]), np.result_type(*map(dtype_of, (x, w, y))))

    transpose = (
        lambda ct, x, w, y: fit(dot_general(ct, dot_general(y, w, dims=(((1,), (2,)), ((), ()))), dims=EACH), x),
        lambda ct, x, w, y: fit(dot_general(ct, outer(x, y), dims=(((0,), (0,)), ((), ()))), w),
        lambda ct, x, w, y: fit(dot_general(ct, dot_general(x, w, dims=(((1,), (1,)), ((), ()))), dims=EACH), y),
    )

    def batch(size, xs, ds):
        x, w, y = (batched(size, v, d) for v, d in zip(xs, ds, strict=True))
        by_x = dot_general(x, w, dims=(((2,), (2,)), ((0,), (0,))))
        return dot_general(by_x, y, dims=(((3,), (2,)), ((0, 1), (0, 1)))), 0

    def samples(rng):
        yield from in_kinds(*[draw(rng, "real", s) for s in ((4, 3), (2, 3, 2), (4, 2))], dtypes="fc")
        yield Sample(*[draw(rng, "real", s) for s in ((1, 1), (1, 1, 1), (1, 1))], kind="size 1")
        yield Sample(*[draw(rng, "real", s) for s in ((0, 3), (2, 3, 2), (0, 2))], kind="empty")
