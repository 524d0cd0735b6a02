"""Draws of bits, whole numbers, truth values and orders. They are piecewise constant in every parameter: no derivative flows."""

import math
import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import ArgumentValueError
from ..numpy.arguments import as_array, cast, operand
from .continuous import draw, gumbel, parameter, spread
from .keys import float_dtype, int_dtype, shape_for, split, words_of

P = PRIMITIVES
I32 = np.dtype(np.int32)


def bits(key, shape=(), dtype=None):
    """Uniform bits as unsigned integers (uint32 unless another dtype is asked for).

    >>> from funcgrad.random import bits, key
    >>> bits(key(0), (2,))
    array([4070199207, 4202968722], dtype=uint32)
    """
    dtype = np.dtype(np.uint32 if dtype is None else dtype)
    if dtype.kind != "u":
        raise ArgumentValueError(f"bits: dtype must be an unsigned integer dtype; got {dtype}. [at {here()}]")
    return P["random_bits"](words_of("bits", key), shape=shape_for("bits", shape), width=8 * dtype.itemsize)


def randint(key, shape, minval, maxval, dtype=None):
    """Whole numbers of minval <= k < maxval (int32 unless another dtype is asked for); the bounds broadcast to `shape`.

    >>> from funcgrad.random import key, randint
    >>> randint(key(0), (5,), 0, 10).dtype
    dtype('int32')
    """
    dtype = int_dtype("randint", dtype)
    minval, maxval = whole(minval), whole(maxval)
    shape = shape_for("randint", shape, minval, maxval)
    wide = dtype if dtype.itemsize >= 4 else I32
    if wide is not dtype:
        info = np.iinfo(dtype)
        minval, maxval = np.clip(minval, info.min, info.max), np.clip(maxval, info.min, int(info.max) + 1)
    out = P["random_randint"](words_of("randint", key), minval, maxval, shape=shape, dtype=wide)
    return cast(out, dtype)


def whole(x):
    """A bound as an integer array: floats are cut off."""
    x = as_array(x)
    return x if dtype_of(x).kind in "iu" else cast(x, np.dtype(np.int64))


def bernoulli(key, p=0.5, shape=None, mode="low"):
    """True with probability p. `mode="high"` compares twice as many bits. Raises TypeError where p is not a float.

    >>> from funcgrad.random import bernoulli, key
    >>> bernoulli(key(0), 0.5, (3,)).dtype
    dtype('bool')
    """
    if mode not in ("high", "low"):
        raise ArgumentValueError(f"bernoulli: mode must be 'high' or 'low'; got {mode!r}. [at {here()}]")
    p = operand(p)
    if dtype_of(p).kind != "f":
        raise TypeError(f"bernoulli: the probability must be a float; got {dtype_of(p)}. [at {here()}]")
    dtype = narrow(p)
    p = parameter(p, dtype)
    shape = shape_for("bernoulli", shape, p)
    if mode == "low":
        return np.less(draw("bernoulli", key, "uniform", shape, dtype), p)
    u = draw("bernoulli", key, "uniform", (2, *shape), dtype)
    return np.less(np.multiply(u[1], dtype.type(2.0 ** -np.finfo(dtype).nmant)), np.subtract(p, u[0]))


def narrow(x):
    """The dtype that parameters without a dtype= beside them are drawn in: half precision its own, else float32."""
    return np.dtype(np.float16 if dtype_of(x) == np.float16 else np.float32)


def rademacher(key, shape=(), dtype=None):
    """1 or -1, each with probability a half."""
    signs = bernoulli(key, 0.5, shape_for("rademacher", shape))
    dtype = np.dtype(I32 if dtype is None or dtype is int else dtype)
    return cast(np.subtract(np.multiply(2, cast(signs, I32)), 1), dtype)


# ------------------------------------------------------------------------------------------------ orders
def permutation(key, x, axis=0, independent=False):
    """x with the entries along an axis in random order; for a whole number x, np.arange(x) in random order.

    `independent`: every line along the axis in an order of its own.

    >>> from funcgrad.random import key, permutation
    >>> permutation(key(0), 5)
    array([0, 1, 4, 3, 2], dtype=int32)
    """
    words_of("permutation", key)
    x = operand(x)
    if not shape_of(x):
        if dtype_of(x).kind not in "iu":
            raise TypeError(f"permutation: x must be an array or a whole number; got {x!r}. [at {here()}]")
        return shuffled(key, np.arange(operator.index(x), dtype=np.int32), 0)
    if independent or len(shape_of(x)) == 1:
        return shuffled(key, x, axis)
    order = shuffled(key, np.arange(shape_of(x)[axis], dtype=np.int32), 0)
    return np.take(x, order, axis)


def shuffled(key, x, axis):
    """x sorted by random words, so many times that words are equal each time with small probability only."""
    rounds = math.ceil(3 * math.log(max(1, math.prod(shape_of(x)))) / math.log(2**32 - 1))
    for _ in range(rounds):
        key, sub = split(key)
        order = np.argsort(bits(sub, shape_of(x)), axis=axis, stable=True)
        x = np.take_along_axis(x, order, axis)
    return x


def choice(key, a, shape=(), replace=True, p=None, axis=0, mode=None):
    """Entries of a (or of np.arange(a)) along an axis, drawn with probabilities p; without `replace` each at most once.

    Raises ValueError where there are fewer entries than draws without replacement, or p has another shape.

    >>> from funcgrad.random import choice, key
    >>> choice(key(0), 3, (2,)).dtype
    dtype('int32')
    """
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"choice: shape must be a tuple; got {shape!r}. [at {here()}]")
    a, shape = operand(a), tuple(shape)
    single = not shape_of(a)
    n = operator.index(a) if single else shape_of(a)[axis]
    draws = math.prod(shape)
    if not draws:
        return np.zeros(shape, I32 if single else dtype_of(a))
    if n <= 0:
        raise ArgumentValueError(f"choice: there is nothing to choose from; a has {n} entries. [at {here()}]")
    if not replace and draws > n:
        raise ArgumentValueError(f"choice: {draws} draws without replacement from {n} entries. [at {here()}]")
    if p is None and not replace:
        axis = axis % max(len(shape_of(a)), 1)
        out = permutation(key, n if single else a, axis)[(slice(None),) * axis + (slice(draws),)]
        return np.reshape(out, shape if single else shape_of(a)[:axis] + shape + shape_of(a)[axis + 1 :])
    chosen = randint(key, shape, 0, n) if p is None else weighted(key, n, shape, replace, p, mode)
    return chosen if single else np.take(a, chosen, axis)


def weighted(key, n, shape, replace, p, mode):
    p = operand(p)
    if shape_of(p) != (n,):
        raise ArgumentValueError(
            f"choice: p must have shape {(n,)}, one entry a choice; got {shape_of(p)}. [at {here()}]"
        )
    p = parameter(p, narrow(p))
    if replace:
        total = np.cumsum(p)
        r = np.multiply(total[-1], np.subtract(1, draw("choice", key, "uniform", shape, p.dtype)))
        return cast(np.searchsorted(total, r), I32)
    scores = np.add(gumbel(key, (n,), p.dtype, mode), np.log(p))
    order = np.argsort(np.negative(scores), stable=True)
    return np.reshape(cast(order[: math.prod(shape)], I32), shape)


def categorical(key, logits, axis=-1, shape=None, replace=True, mode=None):
    """Which category: numbers of probabilities softmax(logits) along an axis; `shape` ends with that of the other axes.

    Without `replace` the draws along the leading axes of `shape` are all different.

    >>> from funcgrad.random import categorical, key
    >>> import numpy as np
    >>> categorical(key(0), np.zeros((4, 3)), shape=(5, 4)).shape
    (5, 4)
    """
    logits = as_array(logits)
    logits = parameter(logits, narrow(logits))
    whole_shape = shape_of(logits)
    axis = operator.index(axis) % len(whole_shape)
    batch = whole_shape[:axis] + whole_shape[axis + 1 :]
    shape = shape_for("categorical", shape, np.broadcast_to(0, batch))
    k = len(shape) - len(batch)
    if replace:
        own = list(shape[k:])
        own.insert(axis, whole_shape[axis])
        noise = gumbel(key, (*shape[:k], *own), logits.dtype, mode)
        return cast(np.argmax(np.add(noise, np.reshape(logits, (1,) * k + whole_shape)), axis=k + axis), I32)
    draws = math.prod(shape[:k])
    if draws > whole_shape[axis]:
        raise ArgumentValueError(
            f"categorical: {draws} draws without replacement from {whole_shape[axis]} categories. [at {here()}]"
        )
    scores = np.moveaxis(np.add(logits, gumbel(key, whole_shape, logits.dtype, mode)), axis, -1)
    order = np.argsort(np.negative(scores), axis=-1, stable=True)[..., :draws]
    return np.reshape(cast(np.moveaxis(order, -1, 0), I32), shape)


# ------------------------------------------------------------------------------------------------ counts
def poisson(key, lam, shape=None, dtype=None):
    """Poisson numbers of rate lam, as integers (int32 unless another dtype is asked for).

    >>> from funcgrad.random import key, poisson
    >>> poisson(key(0), 4.0, (3,)).dtype
    dtype('int32')
    """
    dtype = int_dtype("poisson", dtype)
    shape = shape_for("poisson", shape, lam)
    return P["random_poisson"](words_of("poisson", key), spread(lam, np.dtype(np.float32), shape), dtype=dtype)


def binomial(key, n, p, shape=None, dtype=None):
    """Binomial numbers, as floats: how often of n times something of probability p happens."""
    dtype = float_dtype("binomial", dtype)
    shape = shape_for("binomial", shape, n, p)
    return P["random_binomial"](
        words_of("binomial", key), spread(n, dtype, shape), spread(p, dtype, shape), dtype=dtype
    )


def multinomial(key, n, p, *, shape=None, dtype=None):
    """How often each category of p [..., k] comes up of n [...] times, as floats: of shape [*shape], which ends with k."""
    dtype = float_dtype("multinomial", dtype)
    p = as_array(p)
    shape = shape_of(p) if shape is None else tuple(shape)
    p, left = spread(p, dtype, shape), spread(n, dtype, shape[:-1])
    k = shape[-1]
    keys = split(key, k)
    rest = np.flip(np.cumsum(np.flip(p, -1), axis=-1), -1)
    ratios = np.clip(np.divide(p, np.where(np.equal(rest, 0), dtype.type(1), rest)), dtype.type(0), dtype.type(1))
    counts = []
    for i in range(k):
        counts.append(binomial(keys[i], left, ratios[..., i], dtype=dtype))
        left = np.subtract(left, counts[-1])
    return np.stack(counts, -1)


def geometric(key, p, shape=None, dtype=None):
    """How many trials of success probability p until the first success, as integers."""
    dtype = int_dtype("geometric", dtype)
    p = operand(p)
    p = parameter(p, narrow(p))
    shape = shape_for("geometric", shape, p)
    u = draw("geometric", key, "uniform", shape, p.dtype)
    u = np.where(np.equal(u, 0), p.dtype.type(1), u)
    return cast(np.add(np.floor(np.divide(np.log(u), np.log1p(np.negative(p)))), p.dtype.type(1)), dtype)
