"""How a reduction is declared: over `axes`, a tuple of non-negative axes, of which () reduces nothing; it is one node."""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds


def drop_axes(d, axes):
    """Where axis d of the operand stands once `axes` are reduced away."""
    return d - len([a for a in axes if a < d])


def shift_axes(axes, d):
    """Reduction axes of the value that has the mapped axis d."""
    return tuple(a + (a >= d) for a in axes)


def reduced(shape, axes):
    return tuple(k for i, k in enumerate(shape) if i not in axes)


def widened(ufunc):
    """Result dtype of a sum or product: small integers and bool are widened as NumPy widens them."""
    return lambda dtype: ufunc.reduce(np.empty(0, dtype)).dtype if dtype.kind in "biu" else dtype


def reduction(body):
    """Declare a reduction from what is its own: `dtype` (of the result, from the operand's), impl, and a derivative."""
    result = body.dtype
    del body.dtype
    name = body.__name__.rstrip("_")

    def aval(x, *, axes):
        return Aval(reduced(shape_of(x), axes), result(dtype_of(x)))

    def batch(size, xs, ds, *, axes):
        axes = shift_axes(axes, ds[0])
        return prim(xs[0], axes=axes), drop_axes(ds[0], axes)

    def rows(avals, aval, params):
        (x,) = avals
        return None if 0 in params["axes"] or not x.shape else ([True], lambda k: params)

    body.aval, body.batch, body.rows = aval, batch, rows
    if not hasattr(body, "jax"):
        body.jax = lambda jax, x, *, axes: getattr(jax.numpy, name)(x, axis=axes)
    prim = define(body, depth=2)
    return prim


def along_axes(body):
    """Declare a function of a float array along `axes` that has its operand's shape and dtype."""

    def aval(x, *, axes, **params):
        return Aval(shape_of(x), dtype_of(x))

    def batch(size, xs, ds, *, axes, **params):
        return prim(xs[0], axes=shift_axes(axes, ds[0]), **params), ds[0]

    def rows(avals, aval, params):
        return None if 0 in params["axes"] or not aval.shape else ([True], lambda k: params)

    body.rows = rows
    body.aval, body.batch = aval, batch
    prim = define(body, 2)
    return prim


def samples_over(rng, dtypes, domain="nonzero", empty=True, ties=()):
    """The cases of a reduction. `empty`: the reduction of nothing has a value; domain "truth": many numbers are zero."""

    def x(*shape):
        return np.trunc(draw(rng, "real", shape)) if domain == "truth" else draw(rng, domain, shape)

    yield from in_kinds(x(3, 4), dtypes=dtypes, axes=(1,))
    yield from in_kinds(x(2, 3), dtypes=dtypes, axes=(0, 1))
    yield Sample(x(2, 3, 2), axes=(0, 2))
    yield Sample(x(2, 3, 2), axes=(1,))
    yield Sample(x(2, 3), axes=())
    yield Sample(x(3, 1), kind="size 1", axes=(1,))
    yield Sample(x(1, 1), kind="size 1", axes=(0, 1))
    yield Sample(x(2, 3, 2, 2), kind="unsorted", axes=(2, 1))
    yield Sample(x(), kind="0-d", axes=())
    yield Sample(x().item(), kind="weak", order=1, axes=())
    yield Sample(x(0, 2), kind="empty", axes=(1,))
    if empty:
        yield Sample(x(0, 2), kind="empty", axes=(0,))
        yield Sample(x(0), kind="empty", axes=(0,))
    for values in ties:
        yield Sample(np.array(values), kind="kink", axes=(0,))
