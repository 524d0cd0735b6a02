"""The cell of an LSTM, as two nodes: its new state, its output.

Invariant: x [n, 4 m] holds the sums for the gates i, f, g, o side by side, the state c is [n, m]. With s the logistic function,
i = s(x_i), f = s(x_f), g = tanh(x_g), o = s(x_o):

    lstm_state(x, c)  = f c + i g      dx = ct [g i (1 - i), c f (1 - f), i (1 - g**2), 0],      dc = ct f
    lstm_output(x, t) = o t            dx = ct [0, 0, 0, t o (1 - o)],                           dt = ct o,          t = tanh(c)

Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget gate of Gers and others (2000).
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .assignment import getitem
from .elementwise import add, mul, sub
from .exponential import sigmoid, tanh
from .joining import concatenate
from .shape import batched, reshape, zeros

REFUSED = {
    "0-d": "a cell takes matrices",
    "broadcast": "the gates are four times as wide as the state",
    "int64": "torch's cells refuse integers",
    "bool": "torch's cells refuse truth values",
    "complex128": "torch's cells refuse complex numbers",
}


def gate(a, k):
    """The k-th of the four gates: along the last axis."""
    m = shape_of(a)[-1] // 4
    return getitem(a, idx=(Ellipsis, slice(k * m, (k + 1) * m)))


def side_by_side(*gates):
    return concatenate(*gates, axis=len(shape_of(gates[0])) - 1)


def rows_of(size, xs, ds):
    """Mapped operands as more rows: (each [size * n, k], n)."""
    xs = [batched(size, x, d) for x, d in zip(xs, ds, strict=True)]
    n = shape_of(xs[0])[1]
    return [reshape(x, shape=(size * n, shape_of(x)[2])) for x in xs], n


def by_rows(prim, size, xs, ds):
    """The batching rule of both: nothing in a cell reaches from one row to another."""
    xs, n = rows_of(size, xs, ds)
    out = prim(*xs)
    return reshape(out, shape=(size, n, shape_of(out)[1])), 0


def activated(x):
    """The gates, of their sums."""
    return side_by_side(sigmoid(gate(x, 0)), sigmoid(gate(x, 1)), tanh(gate(x, 2)), sigmoid(gate(x, 3)))


def slope(a):
    """The derivative of the gates, from their values."""
    square = mul(a, a)
    logistic = sub(a, square)
    return side_by_side(gate(logistic, 0), gate(logistic, 1), sub(1, gate(square, 2)), gate(logistic, 3))


def state_tangent(da, dc, a, c):
    """That of f c + i g, of the tangents of the gates and of the state before (None: none)."""
    parts = []
    if da is not None:
        parts = [mul(gate(da, 1), c), mul(gate(da, 0), gate(a, 2)), mul(gate(a, 0), gate(da, 2))]
    if dc is not None:
        parts.append(mul(gate(a, 1), dc))
    total = parts[0]
    for part in parts[1:]:
        total = add(total, part)
    return total


def output_tangent(da, dc, a, c):
    """That of o tanh(c)."""
    t = tanh(c)
    total = None if da is None else mul(gate(da, 3), t)
    if dc is not None:
        of_state = mul(mul(gate(a, 3), sub(1, mul(t, t))), dc)
        total = of_state if total is None else add(total, of_state)
    return total


def samples_of(rng):
    yield from in_kinds(draw(rng, "real", (2, 8)), draw(rng, "real", (2, 2)), dtypes="f")
    yield Sample(draw(rng, "real", (3, 4)), draw(rng, "real", (3, 1)), kind="size 1")
    yield Sample(draw(rng, "real", (0, 4)), draw(rng, "real", (0, 1)), kind="empty")
    yield Sample(np.array([[800.0, -800.0, 800.0, -800.0]]), np.ones((1, 1)), kind="large", order=1)


def of_first(x, c, *, noted=None):
    return Aval(shape_of(c), np.result_type(dtype_of(x), dtype_of(c)))


def noted_by(n, compute):
    """What the call noted, which the first walk takes with it, or the same of the operands."""
    noted = n.params.get("noted")
    if noted:
        try:
            return noted.pop()
        except IndexError:  # (another thread's walk has just taken it)
            pass
    return compute(*n.plan.operands_of(n, n.saved)[0])


def hand_on(n, cts, gradients):
    """Give each operand its cotangent, of `gradients()[its number]`."""
    for p, k in zip(n.ins, n.plan.operands, strict=True):
        g, old = gradients[k](), cts.get(p)
        cts[p] = g if old is None else old + g


@define
class lstm_state:
    """(sums [n, 4 m], state [n, m]) -> the new state [n, m]: f c + i g. `noted`: a list in which the call notes its gates, for its own pull."""

    saves = ((0, 1), (0,))
    without = REFUSED
    aval = of_first
    samples = samples_of

    def jax(jax, x, c, *, noted=None):
        i, f, g, _ = jax.numpy.split(x, 4, axis=1)
        return jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jax.numpy.tanh(g)

    def impl(x, c, *, noted=None):
        m = c.shape[1]
        both, g = gates = weights(x)
        if noted is not None:
            noted.append(gates)
        out = both[:, m:] * c
        out += both[:, :m] * g
        return out

    def pull(n, ct, cts, owned):
        m = ct.shape[1]
        both, g = noted_by(n, lambda x, _: weights(x))
        i, f = both[:, :m], both[:, m:]

        def of_sums():
            c = n.plan.operands_of(n, n.saved)[0][1]
            found = np.empty((len(ct), 4 * m), ct.dtype)
            slopes = 1 - both
            slopes *= both
            np.multiply(ct, g, out=found[:, :m])
            np.multiply(ct, c, out=found[:, m : 2 * m])
            found[:, : 2 * m] *= slopes
            slope = g * g
            np.subtract(1, slope, out=slope)
            np.multiply(ct * i, slope, out=found[:, 2 * m : 3 * m])
            found[:, 3 * m :] = 0
            return found

        hand_on(n, cts, (of_sums, lambda: ct * f))

    def vjp(ct, out, x, c, *, need, noted=None):
        a = activated(x)
        of_sums = None
        if need & 1:
            nothing = zeros(shape_of(ct), dtype_of(ct))
            of_gates = side_by_side(mul(ct, gate(a, 2)), mul(ct, c), mul(ct, gate(a, 0)), nothing)
            of_sums = mul(of_gates, slope(a))
        return [of_sums, mul(ct, gate(a, 1)) if need & 2 else None]

    def jvp(ts, out, x, c, *, noted=None):
        a, (dx, dc) = activated(x), ts
        return state_tangent(None if dx is None else mul(dx, slope(a)), dc, a, c)

    def batch(size, xs, ds, *, noted=None):
        return by_rows(lstm_state, size, xs, ds)


def weights(x):
    """([i, f], g), of the sums."""
    m = x.shape[1] // 4
    return sigmoid.impl(x[:, : 2 * m]), np.tanh(x[:, 2 * m : 3 * m])


@define
class lstm_output:
    """(sums [n, 4 m], tanh of the new state [n, m]) -> the output [n, m]: o t. `noted`: as of lstm_state."""

    saves = ((0, 1), (0,))
    without = REFUSED
    aval = of_first
    samples = samples_of

    def jax(jax, x, t, *, noted=None):
        return jax.nn.sigmoid(x[:, 3 * t.shape[1] :]) * t

    def impl(x, t, *, noted=None):
        o = last_gate(x)
        if noted is not None:
            noted.append(o)
        return o * t

    def pull(n, ct, cts, owned):
        m = ct.shape[1]
        o = noted_by(n, lambda x, _: last_gate(x))

        def of_sums():
            t = n.plan.operands_of(n, n.saved)[0][1]
            found = np.zeros((len(ct), 4 * m), ct.dtype)
            slope = 1 - o
            slope *= o
            np.multiply(ct * t, slope, out=found[:, 3 * m :])
            return found

        hand_on(n, cts, (of_sums, lambda: ct * o))

    def vjp(ct, out, x, t, *, need, noted=None):
        o = sigmoid(gate(x, 3))
        of_sums = None
        if need & 1:
            nothing = zeros((shape_of(ct)[0], 3 * shape_of(ct)[1]), dtype_of(ct))
            of_sums = side_by_side(nothing, mul(mul(ct, t), sub(o, mul(o, o))))
        return [of_sums, mul(ct, o) if need & 2 else None]

    def jvp(ts, out, x, t, *, noted=None):
        o, (dx, dt) = sigmoid(gate(x, 3)), ts
        total = None if dx is None else mul(mul(gate(dx, 3), sub(o, mul(o, o))), t)
        if dt is None:
            return total
        return mul(o, dt) if total is None else add(total, mul(o, dt))

    def batch(size, xs, ds, *, noted=None):
        return by_rows(lstm_output, size, xs, ds)


def last_gate(x):
    """o, of the sums."""
    return sigmoid.impl(x[:, x.shape[1] // 4 * 3 :])
