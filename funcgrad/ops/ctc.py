"""Sums over all alignments of labels and steps: the forward variables of connectionist temporal classification (Graves et al., 2006).

Invariant: a state is reached from itself and from the two before it, so that one step is a band of three diagonals. The forward
variables go in log space; what changes them goes through the steps by a linear recurrence, whose weights are the shares of the three
states that a state is reached from. Shares add up to one: no error grows over the steps, and nothing overflows.

    alpha[t, s] = e[t, s] + log(exp(alpha[t-1, s]) + exp(alpha[t-1, s-1]) + exp(alpha[t-1, s-2]) where skips[s])
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, strided
from .assignment import getitem
from .elementwise import add, less_equal, mul, where
from .joining import concatenate, stack
from .pad import pad
from .shape import batched, reshape, sum_, transpose, zeros
from .softmax import softmax

FAR = -1e30  # the logarithm for what is not reached, instead of -inf: then no derivative is nan
BAND = 3
EVERY = slice(None)
REFUSED = {
    "int64": "its callers refuse integers",
    "bool": "its callers refuse truth values",
    "complex128": "its callers refuse complex numbers",
    "broadcast": "both operands say of one sequence of states what they say",
    "0-d": "it takes sequences of rows",
}


def in_one_row(x):
    """[..., n, s] as [..., n (2 + s)], each row of states behind two zeros: what NumPy takes in one piece is a third faster."""
    *outer, n, s = x.shape
    wider = np.zeros((*outer, n, 2 + s), x.dtype)
    wider[..., 2:] = x
    return wider.reshape(*outer, n * (2 + s))


def memory_of(steps, n, s, value, dtype):
    """Memory full of `value`: (states [T, n, s], for each step the two numbers before the states of each sequence [n, 2], all in one row
    [n (2 + s)]; for each of those itself and the two before it [T, 3, n (2 + s)])."""
    length = n * (2 + s)
    memory = np.full((steps, 4 + length), value, dtype)
    by_step, by_state = memory.strides
    by_row = by_step, (2 + s) * by_state, by_state
    states = np.ndarray((steps, n, s), dtype, memory, 4 * by_state, by_row)
    gaps = np.ndarray((steps, n, 2), dtype, memory, 2 * by_state, by_row)
    windows = np.ndarray((steps, BAND, length), dtype, memory, 2 * by_state, (by_step, -by_state, by_state))
    return states, gaps, memory[:, 2 : 2 + length], windows


def before(x, value):
    """Each state, the one before it and the one before that, after all steps but the last: x [T, n, s]."""
    s = shape_of(x)[2]
    x = pad(getitem(x, idx=(slice(0, -1),)), value, config=((0, 0, 0), (0, 0, 0), (2, 0, 0)))
    return [getitem(x, idx=(..., slice(2 - k, 2 - k + s))) for k in range(BAND)]


def turned(a):
    """The weights of the recurrence that leads back, as those of one forwards: each stands with the state that it came from."""
    wider = pad(a, 0, config=((0, 0, 0),) * 3 + ((0, 2, 0),))
    s = shape_of(a)[3]
    parts = [getitem(wider, idx=(EVERY, k, EVERY, slice(k, k + s))) for k in range(BAND)]
    return back(stack(*parts, axis=1))


def back(x):
    """The first and the last axis the other way round."""
    return getitem(x, idx=(slice(None, None, -1), ..., slice(None, None, -1)))


def in_front(x, axis):
    """A mapped axis 0 moved to `axis`."""
    perm = list(range(1, len(shape_of(x))))
    perm.insert(axis, 0)
    return transpose(x, perm=tuple(perm))


def joined(x, axis):
    """`axis` and the one behind it as one."""
    shape = shape_of(x)
    return reshape(x, shape=(*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :]))


def apart(x, size):
    """[T, size n, s] as [T, size, n, s]."""
    t, n, s = shape_of(x)
    return reshape(x, shape=(t, size, n // size, s))


@define
class banded_recurrence:
    """a [T - 1, 3, n, s], b [T, n, s]: y[0] = b[0], y[t, :, s] = b[t, :, s] + the sum over k of a[t - 1, k, :, s] y[t - 1, :, s - k]."""

    saves = ((0, "out"), (0,))
    without = REFUSED

    def jax(jax, a, b):
        y, found = b[0], [b[0]]
        for weights, given in zip(a, b[1:]):
            wider = jax.numpy.pad(y, ((0, 0), (2, 0)))
            y = given + sum(w * wider[:, 2 - k : wider.shape[1] - k] for k, w in enumerate(weights))
            found.append(y)
        return jax.numpy.stack(found)

    def samples(rng):
        def pair(t, n, s):
            return draw(rng, "real", (t - 1, BAND, n, s)), draw(rng, "real", (t, n, s))

        operands = pair(4, 2, 3)
        yield Sample(*operands)
        yield Sample(*map(strided, operands), kind="strided")
        yield Sample(*[x.astype(np.float32) for x in operands], kind="float32", order=1)
        yield Sample(*pair(1, 2, 3), kind="one step")
        yield Sample(*pair(3, 1, 1), kind="size 1")
        yield Sample(*pair(1, 0, 3), kind="empty", order=1)

    def impl(a, b):
        dtype = np.result_type(a, b)
        states, gaps, rows, windows = memory_of(*b.shape, 0, dtype)
        states[...] = b
        part, total = np.empty(windows.shape[1:], dtype), np.empty(rows.shape[1:], dtype)
        add, multiply, sums = np.add, np.multiply, np.add.reduce
        for weights, given, row, gap in zip(in_one_row(a), windows, rows[1:], gaps[1:], strict=False):
            multiply(weights, given, part)
            sums(part, 0, None, total)
            add(row, total, row)
            gap.fill(0)  # (nan leads on to no other sequence)
        return np.ascontiguousarray(states)

    def aval(a, b):
        return Aval(shape_of(b), np.result_type(dtype_of(a), dtype_of(b)))

    def vjp(ct, out, a, b, *, need):
        g = back(banded_recurrence(turned(a), back(ct)))
        if not need & 1:
            return [None, g]
        of_steps = getitem(g, idx=(slice(1, None), None))
        return [mul(of_steps, stack(*before(out, 0), axis=1)), g if need & 2 else None]

    def jvp(ts, out, a, b):
        ta, tb = ts
        if ta is not None:
            own = sum_(mul(ta, stack(*before(out, 0), axis=1)), axes=(1,))
            own = concatenate(zeros((1, *shape_of(out)[1:]), dtype_of(out)), own, axis=0)
            tb = own if tb is None else add(tb, own)
        return None if tb is None else banded_recurrence(a, tb)

    def batch(size, xs, ds):
        a, b = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return apart(banded_recurrence(joined(in_front(a, 2), 2), joined(in_front(b, 1), 1)), size), 1


def shares(alpha, skips):
    """What part of each state comes from itself, the one before it and the one before that, [T - 1, 3, n, s]."""
    itself, one, two = before(alpha, FAR)
    parts = softmax(stack(itself, one, where(skips, two, FAR), axis=1), axes=(1,))
    return where(less_equal(getitem(alpha, idx=(slice(1, None), None)), FAR), 0, parts)


def where_reached(alpha, x):
    return where(less_equal(alpha, FAR), 0, x)


@define
class ctc_forward:
    """Log-probabilities e [T, n, s] of what the states emit, skips [n, s] -> those of being in them after each step, [T, n, s].

    The first step is in one of the first two states. skips: may a state be reached from the one before the one before it?
    What is not reached has -1e30.
    """

    saves = ((1, "out"), ())
    without = REFUSED

    def jax(jax, e, skips):
        np = jax.numpy
        e = np.where(e <= FAR, FAR, e)
        y = np.where(np.arange(e.shape[2]) < 2, e[0], FAR)
        found = [y]
        for given in e[1:]:
            wider = np.pad(y, ((0, 0), (2, 0)), constant_values=FAR)
            two = np.where(skips, wider[:, :-2], FAR)
            y = jax.nn.logsumexp(np.stack([y, wider[:, 1:-1], two]), axis=0) + given
            y = np.where(y <= FAR, FAR, y)
            found.append(y)
        return np.stack(found)

    def samples(rng):
        def pair(t, n, s):
            return draw(rng, "real", (t, n, s)), rng.random((n, s)) < 0.5

        operands = pair(4, 2, 5)
        yield Sample(*operands)
        yield Sample(*map(strided, operands), kind="strided")
        yield Sample(operands[0].astype(np.float32), operands[1], kind="float32", order=1)
        yield Sample(*pair(1, 2, 3), kind="one step")
        e, skips = pair(6, 2, 3)
        e[0, 0, 1] = np.nan  # (of this sequence alone)
        yield Sample(e, skips, kind="nan", order=0)
        yield Sample(*pair(3, 1, 1), kind="size 1")
        yield Sample(*pair(1, 0, 3), kind="empty", order=1)

    def impl(e, skips):
        e = np.maximum(e, FAR)
        states, gaps, rows, windows = memory_of(*e.shape, FAR, e.dtype)
        states[0, :, :2] = e[0, :, :2]
        barred = np.zeros((BAND, *skips.shape), e.dtype)
        barred[2][~skips] = -np.inf
        barred = in_one_row(barred)
        three, top = np.empty(windows.shape[1:], e.dtype), np.empty(rows.shape[1:], e.dtype)
        add, subtract, exp, log = np.add, np.subtract, np.exp, np.log
        maxima, sums = np.maximum.reduce, np.add.reduce
        for emitted, given, row, gap in zip(in_one_row(e)[1:], windows, rows[1:], gaps[1:], strict=False):
            add(given, barred, three)
            maxima(three, 0, None, top)
            subtract(three, top, three)
            exp(three, three)
            sums(three, 0, None, row)
            log(row, row)
            add(row, top, row)
            add(row, emitted, row)
            gap.fill(FAR)
        return np.maximum(states, FAR)

    def aval(e, skips):
        return Aval(shape_of(e), dtype_of(e))

    def vjp(ct, out, e, skips, *, need):
        g = back(banded_recurrence(turned(shares(out, skips)), back(ct)))
        return [where_reached(out, g), None]

    def jvp(ts, out, e, skips):
        return None if ts[0] is None else banded_recurrence(shares(out, skips), where_reached(out, ts[0]))

    def batch(size, xs, ds):
        e, skips = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return apart(ctc_forward(joined(in_front(e, 1), 1), joined(skips, 0)), size), 1
