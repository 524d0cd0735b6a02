"""The cell of an LSTM, as three nodes: its gates, its new state, its output.

Invariant: a [n, 4 m] holds the gates i, f, g, o side by side, the state c is [n, m]. With s the logistic function:

    lstm_gates(x)     = [s(x_i), s(x_f), tanh(x_g), s(x_o)]     dx = ct * a (1 - a), and of g ct * (1 - g**2)
    lstm_state(a, c)  = f c + i g                               da = [ct g, ct c, ct i, 0],          dc = ct f
    lstm_output(a, c) = o tanh(c)                               da = [0, 0, 0, ct tanh(c)],          dc = ct o (1 - tanh(c)**2)

Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget gate of Gers and others (2000).
"""

import numpy as np

from ..core.aval import dtype_of, shape_of
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
    """The batching rule of all three: nothing in a cell reaches from one row to another."""
    xs, n = rows_of(size, xs, ds)
    out = prim(*xs)
    return reshape(out, shape=(size, n, shape_of(out)[1])), 0


def slope(a):
    """The derivative of the gates, from their values."""
    square = mul(a, a)
    logistic = sub(a, square)
    return side_by_side(gate(logistic, 0), gate(logistic, 1), sub(1, gate(square, 2)), gate(logistic, 3))


@define
class lstm_gates:
    """[n, 4 m] -> the gates i, f, g, o: logistic but for g, which is tanh."""

    saves = (("out",),)
    without = REFUSED

    def jax(jax, x):
        i, f, g, o = jax.numpy.split(x, 4, axis=1)
        s = jax.nn.sigmoid
        return jax.numpy.concatenate([s(i), s(f), jax.numpy.tanh(g), s(o)], axis=1)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 8)), dtypes="f")
        yield Sample(draw(rng, "real", (3, 4)), kind="size 1")
        yield Sample(draw(rng, "real", (0, 4)), kind="empty")
        yield Sample(np.array([[800.0, -800.0, 800.0, -800.0]]), kind="large", order=1)

    def impl(x):
        m = x.shape[1] // 4
        out = sigmoid.impl(x)
        np.tanh(x[:, 2 * m : 3 * m], out=out[:, 2 * m : 3 * m])
        return out

    def aval(x):
        return x

    def pull(n, ct, cts, owned):
        (a,) = n.saved
        m = a.shape[1] // 4
        g = a - a * a
        middle = a[:, 2 * m : 3 * m]
        np.subtract(1, middle * middle, out=g[:, 2 * m : 3 * m])
        g *= ct
        (p,) = n.ins
        c = cts.get(p)
        cts[p] = g if c is None else c + g

    def vjp(ct, out, x, *, need):
        return [mul(ct, slope(out))]

    def jvp(ts, out, x):
        return mul(ts[0], slope(out))

    def batch(size, xs, ds):
        return by_rows(lstm_gates, size, xs, ds)


@define
class lstm_state:
    """(gates [n, 4 m], state [n, m]) -> the new state [n, m]: f c + i g."""

    saves = ((0, 1), (0,))
    without = REFUSED

    def jax(jax, a, c):
        i, f, g, o = jax.numpy.split(a, 4, axis=1)
        return f * c + i * g

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 8)), draw(rng, "real", (2, 2)), dtypes="f")
        yield Sample(draw(rng, "real", (3, 4)), draw(rng, "real", (3, 1)), kind="size 1")
        yield Sample(draw(rng, "real", (0, 4)), draw(rng, "real", (0, 1)), kind="empty")

    def impl(a, c):
        m = c.shape[1]
        out = a[:, m : 2 * m] * c
        out += a[:, :m] * a[:, 2 * m : 3 * m]
        return out

    def aval(a, c):
        return c

    def pull(n, ct, cts, owned):
        xs, _ = n.plan.operands_of(n, n.saved)
        a, c = xs
        m = ct.shape[1]
        for p, i in zip(n.ins, n.plan.operands, strict=True):
            if i:
                g = ct * a[:, m : 2 * m]
            else:
                g = np.empty_like(a)
                np.multiply(ct, a[:, 2 * m : 3 * m], out=g[:, :m])
                np.multiply(ct, c, out=g[:, m : 2 * m])
                np.multiply(ct, a[:, :m], out=g[:, 2 * m : 3 * m])
                g[:, 3 * m :] = 0
            t = cts.get(p)
            cts[p] = g if t is None else t + g

    def vjp(ct, out, a, c, *, need):
        of_gates = None
        if need & 1:
            of_gates = side_by_side(
                mul(ct, gate(a, 2)), mul(ct, c), mul(ct, gate(a, 0)), zeros(shape_of(ct), dtype_of(ct))
            )
        return [of_gates, mul(ct, gate(a, 1)) if need & 2 else None]

    def jvp(ts, out, a, c):
        da, dc = ts
        parts = []
        if da is not None:
            parts = [mul(gate(da, 1), c), mul(gate(da, 0), gate(a, 2)), mul(gate(a, 0), gate(da, 2))]
        if dc is not None:
            parts.append(mul(gate(a, 1), dc))
        total = parts[0]
        for part in parts[1:]:
            total = add(total, part)
        return total

    def batch(size, xs, ds):
        return by_rows(lstm_state, size, xs, ds)


@define
class lstm_output:
    """(gates [n, 4 m], state [n, m]) -> the output [n, m]: o tanh(c)."""

    saves = ((1,), (0, 1))
    without = REFUSED

    def jax(jax, a, c):
        return a[:, 3 * c.shape[1] :] * jax.numpy.tanh(c)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 8)), draw(rng, "real", (2, 2)), dtypes="f")
        yield Sample(draw(rng, "real", (3, 4)), draw(rng, "real", (3, 1)), kind="size 1")
        yield Sample(draw(rng, "real", (0, 4)), draw(rng, "real", (0, 1)), kind="empty")

    def impl(a, c):
        out = np.tanh(c)
        out *= a[:, 3 * c.shape[1] :]
        return out

    def aval(a, c):
        return c

    def pull(n, ct, cts, owned):
        xs, _ = n.plan.operands_of(n, n.saved)
        a, c = xs
        m = ct.shape[1]
        t = np.tanh(c)
        for p, i in zip(n.ins, n.plan.operands, strict=True):
            if i:
                g = t * t
                np.subtract(1, g, out=g)
                g *= a[:, 3 * m :]
                g *= ct
            else:
                g = np.zeros(a.shape, ct.dtype)
                np.multiply(ct, t, out=g[:, 3 * m :])
            old = cts.get(p)
            cts[p] = g if old is None else old + g

    def vjp(ct, out, a, c, *, need):
        t = tanh(c)
        of_gates = of_state = None
        if need & 1:
            nothing = zeros((shape_of(ct)[0], 3 * shape_of(ct)[1]), dtype_of(ct))
            of_gates = side_by_side(nothing, mul(ct, t))
        if need & 2:
            of_state = mul(mul(ct, gate(a, 3)), sub(1, mul(t, t)))
        return [of_gates, of_state]

    def jvp(ts, out, a, c):
        da, dc = ts
        t = tanh(c)
        total = None if da is None else mul(gate(da, 3), t)
        if dc is not None:
            of_state = mul(mul(gate(a, 3), sub(1, mul(t, t))), dc)
            total = of_state if total is None else add(total, of_state)
        return total

    def batch(size, xs, ds):
        return by_rows(lstm_output, size, xs, ds)
