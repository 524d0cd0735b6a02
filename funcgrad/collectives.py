"""Collectives over named axes, with the signatures and the meaning of jax.lax: what one sample of a named vmap has of the others."""

import operator

import numpy as np

from . import tree
from .core.aval import PYTHON_SCALARS, dtype_of, shape_of
from .core.axes import binder
from .core.handle import Array
from .core.primitive import PRIMITIVES
from .core.site import here
from .errors import ArgumentError, NotDifferentiableError, ShapeError
from .numpy.arguments import as_array, axis_of
from .transforms.named import all_gather as all_gather_p
from .transforms.named import all_to_all as all_to_all_p
from .transforms.named import ppermute as ppermute_p
from .transforms.named import psum as psum_p
from .transforms.named import psum_scatter as psum_scatter_p

P = PRIMITIVES


def names_of(axis_name, what):
    """The names, outermost first, each bound."""
    names = axis_name if isinstance(axis_name, (tuple, list)) else (axis_name,)
    for name in names:
        binder(name, what)
    return tuple(names)


def one_name(axis_name, what):
    names = names_of(axis_name, what)
    if len(names) != 1:
        raise NotDifferentiableError(
            f"{what}: one axis name is needed; got {axis_name!r}. Apply it once for each. [at {here()}]"
        )
    return names[0]


def refuse_groups(groups, what):
    if groups is not None:
        raise NotImplementedError(f"{what}: axis_index_groups is not supported under vmap, as in jax. [at {here()}]")


# ------------------------------------------------------------------------------------------------ the axis itself
def axis_size(axis_name):
    """The number of samples along a named axis (of several names: the product), a Python int. Raises NameError if unbound.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: x / fg.lax.axis_size("i"), axis_name="i")(np.ones(4))
    array([0.25, 0.25, 0.25, 0.25])
    """
    size = 1
    for name in names_of(axis_name, "axis_size"):
        size *= int(binder(name, "axis_size").size)
    return size


def axis_index(axis_name):
    """The number of this sample along a named axis; of several names, counted row by row. Raises NameError if unbound.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: x + fg.lax.axis_index("i"), axis_name="i")(np.zeros(3))
    array([0., 1., 2.])
    """
    index = None
    for name in names_of(axis_name, "axis_index"):
        trace = binder(name, "axis_index")
        own = Array(np.arange(int(trace.size)), 0, trace)
        index = own if index is None else P["add"](P["mul"](index, int(trace.size)), own)
    return index


# ------------------------------------------------------------------------------------------------ sums and extremes
def psum(x, axis_name, *, axis_index_groups=None):
    """The sum of x (a pytree) over a named axis, or several. Of a Python number: that number times the size of the axis.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: x / fg.lax.psum(x, "i"), axis_name="i")(np.array([1.0, 3.0]))
    array([0.25, 0.75])
    """
    refuse_groups(axis_index_groups, "psum")
    names = names_of(axis_name, "psum")

    def summed(v):
        if type(v) in PYTHON_SCALARS:
            return v * axis_size(names)
        v = as_array(v)
        v = P["cast"](v, dtype=np.dtype(np.int64)) if dtype_of(v).kind == "b" else v
        for name in reversed(names):
            v = psum_p(v, over=name)
        return v

    return tree.map(summed, x)


def pmean(x, axis_name, *, axis_index_groups=None):
    """The mean of x (a pytree) over a named axis, or several.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: x - fg.lax.pmean(x, "i"), axis_name="i")(np.array([1.0, 3.0]))
    array([-1.,  1.])
    """
    n = axis_size(names_of(axis_name, "pmean"))
    return tree.map(lambda v: P["div"](v, n), psum(x, axis_name, axis_index_groups=axis_index_groups))


def extreme(name, prim):
    def over_samples(x, axis_name, *, axis_index_groups=None):
        refuse_groups(axis_index_groups, name)
        names = names_of(axis_name, name)

        def one(v):
            v = as_array(v)
            for n in reversed(names):
                v = P[prim](all_gather_p(v, over=n, count=axis_size(n)), axes=(0,))
            return v

        return tree.map(one, x)

    over_samples.__name__ = over_samples.__qualname__ = name
    over_samples.__doc__ = f"""The {prim}imum of x (a pytree) over a named axis, or several; unlike jax's it has a derivative.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: x == fg.lax.{name}(x, "i"), axis_name="i")(np.array([1.0, 3.0]))
    array([{"False,  True" if prim == "max" else " True, False"}])
    """
    return over_samples


pmax, pmin = extreme("pmax", "max"), extreme("pmin", "min")


# ------------------------------------------------------------------------------------------------ samples to one another
def all_gather(x, axis_name, *, axis_index_groups=None, axis=0, tiled=False, to="varying"):
    """x (a pytree) of all samples, stacked along a new axis, or with `tiled` one after another along an axis there is.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: fg.lax.all_gather(x, "i").sum(), axis_name="i")(np.array([1.0, 3.0]))
    array([4., 4.])
    """
    refuse_groups(axis_index_groups, "all_gather")
    name = one_name(axis_name, "all_gather")
    n = axis_size(name)

    def gathered(v):
        v = as_array(v)
        out = all_gather_p(v, over=name, count=n)
        at = axis_of(axis, len(shape_of(v)) + (not tiled))
        out = np.moveaxis(out, 0, at)
        s = shape_of(v)
        return np.reshape(out, (*s[:at], n * s[at], *s[at + 1 :])) if tiled else out

    return tree.map(gathered, x)


def psum_scatter(x, axis_name, *, scatter_dimension=0, axis_index_groups=None, tiled=False):
    """Of each sample its part of the sum of x over a named axis: one index of `scatter_dimension`, or with `tiled` a slice.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: fg.lax.psum_scatter(x, "i"), axis_name="i")(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([4., 6.])
    """
    refuse_groups(axis_index_groups, "psum_scatter")
    name = one_name(axis_name, "psum_scatter")

    def scattered(v):
        v, at = parts_of(v, scatter_dimension, axis_size(name), tiled, "psum_scatter")
        out = psum_scatter_p(v, over=name)
        return np.moveaxis(out, 0, at) if tiled else out

    return tree.map(scattered, x)


def all_to_all(x, axis_name, split_axis, concat_axis, *, axis_index_groups=None, tiled=False):
    """x cut along `split_axis` into one part for each sample; each sample gets its parts of all, along `concat_axis`.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: fg.lax.all_to_all(x, "i", 0, 0), axis_name="i")(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[1., 3.],
           [2., 4.]])
    """
    refuse_groups(axis_index_groups, "all_to_all")
    name = one_name(axis_name, "all_to_all")
    n = axis_size(name)

    def exchanged(v):
        v, at = parts_of(v, split_axis, n, tiled, "all_to_all")
        out = all_to_all_p(v, over=name)  # (from, *a part)
        if not tiled:
            return np.moveaxis(out, 0, axis_of(concat_axis, len(shape_of(out))))
        out = np.moveaxis(out, 1, at + 1)  # (the part's own piece of the split axis back in its place)
        to = axis_of(concat_axis, len(shape_of(out)) - 1)
        out = np.moveaxis(out, 0, to)
        s = shape_of(out)
        return np.reshape(out, (*s[:to], s[to] * s[to + 1], *s[to + 2 :]))

    return tree.map(exchanged, x)


def parts_of(v, axis, n, tiled, what):
    """(v with one part for each of n samples along its first axis, the axis counted from the front); with `tiled` what is left
    of that axis comes second."""
    v = as_array(v)
    at = axis_of(axis, len(shape_of(v)))
    k = shape_of(v)[at]
    if k % n if tiled else k != n:
        must = f"divide into {n} parts" if tiled else f"have size {n}, that of the named axis"
        raise ShapeError(f"{what}: axis {at} must {must}; got {k}. [at {here()}]")
    v = np.moveaxis(v, at, 0)
    return (np.reshape(v, (n, k // n, *shape_of(v)[1:])) if tiled else v), at


def ppermute(x, axis_name, perm):
    """x (a pytree) of another sample: `perm` are pairs (from, to); zeros where none arrives.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: fg.lax.ppermute(x, "i", [(0, 1), (1, 2), (2, 0)]), axis_name="i")(np.array([1.0, 2.0, 3.0]))
    array([3., 1., 2.])
    """
    name = one_name(axis_name, "ppermute")
    n = axis_size(name)
    pairs = tuple([(operator.index(i), operator.index(j)) for i, j in perm])
    for ends in zip(*pairs, strict=True):
        if len(set(ends)) != len(ends) or not all([0 <= i < n for i in ends]):
            raise ShapeError(
                f"ppermute: perm must send each of the samples 0 to {n - 1} to one place at most; got {list(pairs)}. [at {here()}]"
            )
    return tree.map(lambda v: ppermute_p(as_array(v), over=name, pairs=pairs), x)


def pshuffle(x, axis_name, perm):
    """x (a pytree) of the sample `perm[i]` on sample i: ppermute, from where to where.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: fg.lax.pshuffle(x, "i", [2, 0, 1]), axis_name="i")(np.array([1.0, 2.0, 3.0]))
    array([3., 1., 2.])
    """
    n = axis_size(names_of(axis_name, "pshuffle"))
    if sorted(perm) != list(range(n)):
        raise ShapeError(f"pshuffle: perm must hold each number below {n} once; got {list(perm)}. [at {here()}]")
    return ppermute(x, axis_name, [(p, i) for i, p in enumerate(perm)])


def pswapaxes(x, axis_name, axis, *, axis_index_groups=None):
    """x with an axis exchanged for a named one of its size.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: fg.lax.pswapaxes(x, "i", 0), axis_name="i")(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[1., 3.],
           [2., 4.]])
    """
    return all_to_all(x, axis_name, axis, axis, axis_index_groups=axis_index_groups)


def pbroadcast(x, axis_name, source):
    """x (a pytree) of the sample `source`, for all.

    >>> import funcgrad as fg, numpy as np
    >>> fg.vmap(lambda x: x - fg.lax.pbroadcast(x, "i", 0), axis_name="i")(np.array([1.0, 3.0]))
    array([0., 2.])
    """
    name = one_name(axis_name, "pbroadcast")
    n = axis_size(name)
    if not isinstance(source, (int, np.integer)) or not 0 <= source < n:
        raise ArgumentError(
            f"pbroadcast: source must be the number of a sample, below {n}; got {source!r}. [at {here()}]"
        )
    return tree.map(lambda v: P["getitem"](all_gather_p(as_array(v), over=name, count=n), idx=(int(source),)), x)


__all__ = [
    "all_gather", "all_to_all", "axis_index", "axis_size", "pbroadcast", "pmax", "pmean", "pmin", "ppermute", "pshuffle",
    "psum", "psum_scatter", "pswapaxes",
]  # fmt: skip
