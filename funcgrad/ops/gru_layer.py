"""A layer of gated recurrent units over all its steps, as one node.

Invariant: x [T, n, k] is the input, h [n, m] the first state, w [3 m, m] the weights of the state, v [3 m, k] those of the input, b and
d [3 m] the biases of input and state. With s the logistic function and h of the step before,

    [i_r, i_z, i_n] = x[t] v^T + b,    [q_r, q_z, q] = h w^T + d
    r = s(i_r + q_r),    z = s(i_z + q_z),    g = tanh(i_n + r q),    h' = z (h - g) + g

and all that a step's cotangent leads to is a multiple of it: with dn = dh' (1 - z) (1 - g**2)

    d i_n = dn,  d q = dn r,  d i_r = dn q r (1 - r),  d i_z = dh' (h - g) z (1 - z),  dh = dh' z + [d i_r, d i_z, d q] w

Cho and others, Learning phrase representations using RNN encoder-decoder (2014); the reset gate stands after the product, as in torch.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ._few_rows import at_each_step
from .affine import FIRST, INNER, affine
from .assignment import getitem
from .dot import dot_general
from .elementwise import add, mul, sub
from .exponential import sigmoid, tanh
from .joining import stack
from .lstm import REFUSED, noted_by, side_by_side
from .lstm_layer import FEW, at, rows
from .shape import batched, reshape, sum_, transpose, zeros_like
from .torch_order import sums_of_columns


def turned(x):
    """A sequence from its end on."""
    return getitem(x, idx=(slice(None, None, -1),))


def third(a, k):
    m = shape_of(a)[-1] // 3
    return getitem(a, idx=(Ellipsis, slice(k * m, (k + 1) * m)))


def one_by_one(size, layer, xs, ds, **params):
    """The batching rule of a layer whose weights differ: one after the other."""
    xs = [batched(size, x, d) for x, d in zip(xs, ds, strict=True)]
    return stack(*[layer(*[at(x, i) for x in xs], **params) for i in range(size)], axis=0), 0


def more_rows(size, layer, xs, ds, **params):
    """The batching rule of a layer, of which nothing reaches from one row to another: a mapped input is one of more rows."""
    if any(d is not None for d in ds[2:]):
        return one_by_one(size, layer, xs, ds, **params)
    x, h = (batched(size, v, d) for v, d in zip(xs[:2], ds[:2], strict=True))
    steps, n, k = shape_of(x)[1:]
    x = reshape(transpose(x, perm=(1, 0, 2, 3)), shape=(steps, size * n, k))
    out = layer(x, rows(h), *xs[2:], **params)
    return reshape(out, shape=(steps, size, n, shape_of(h)[2])), 1


def operands_of(rng, t, n, m, k, gates):
    shapes = (t, n, k), (n, m), (gates * m, m), (gates * m, k), (gates * m,), (gates * m,)
    return [draw(rng, "real", s) for s in shapes]


def samples_of(rng, gates, **params):
    """The samples of a layer of so many gates."""
    yield from in_kinds(*operands_of(rng, 2, 2, 2, 3, gates), dtypes="f", **params)
    yield Sample(*operands_of(rng, FEW + 2, 2, 3, 2, gates), reverse=True, **params)
    yield Sample(*operands_of(rng, 1, 1, 1, 1, gates), kind="size 1", **params)
    single = [x.astype(np.float32) for x in operands_of(rng, FEW + 2, 1, 1, 3, gates)]
    yield Sample(*single, kind="float32", order=1, **params)
    yield Sample(*operands_of(rng, 2, 0, 1, 2, gates), kind="empty", order=1, **params)


def layer_aval(x, h, w, v, b, d, *, reverse=False, noted=None, **params):
    return Aval((shape_of(x)[0], *shape_of(h)), np.result_type(*map(dtype_of, (x, h, w, v, b, d))))


def hand_on(n, cts, of_x, of_sums, before, dh, x, v):
    """Give the operands of a layer their cotangents: `of_x` and `of_sums` [T n, ..] are those of x v^T + b and of h w^T + d, `before` the
    states that the steps started from."""
    for p, k in zip(n.ins, n.plan.operands, strict=True):
        if k == 0:
            g = of_x.dot(v).reshape(x.shape)
            g = np.ascontiguousarray(g[::-1]) if n.params.get("reverse") else g
        elif k == 1:
            g = dh
        elif k == 2:
            g = of_sums.T.dot(before.reshape(len(of_sums), -1))
        elif k == 3:
            g = of_x.T.dot(x.reshape(len(of_x), -1))
        else:
            g = sums_of_columns(of_x if k == 4 else of_sums)
        old = cts.get(p)
        cts[p] = g if old is None else old + g


def over_memory(n, ct, cts):
    """The rule of a layer with what its call noted; what does not wait for the step after it is computed for all steps at once."""

    def again(*operands):
        found = []
        n.plan.prim.impl(*operands, **n.params | {"noted": found})
        return found[0]

    memory, hidden = noted_by(n, again)
    x, _, w, v, *_ = n.saved
    if n.params.get("reverse"):
        x, ct = x[::-1], ct[::-1]
    steps, _, count, m = memory.shape
    r, z, q, g = (memory[:, i] for i in range(4))
    factors = np.empty((steps, 5, count, m), memory.dtype)  # of i_r, i_z, q, i_n and the state before
    of_r, of_z, of_q, of_n, carried = (factors[:, i] for i in range(5))
    rest = 1 - z
    np.multiply(g, g, out=of_n)
    np.subtract(1, of_n, out=of_n)
    of_n *= rest
    np.multiply(of_n, r, out=of_q)
    np.subtract(1, r, out=of_r)
    of_r *= of_q
    of_r *= q
    np.subtract(hidden[:-1], g, out=of_z)
    of_z *= z
    of_z *= rest
    carried[...] = z
    of_sums = np.empty((steps, count, 3 * m), memory.dtype)
    by_gate = of_sums.reshape(steps, count, 3, m).swapaxes(1, 2)
    found, five = np.empty_like(factors), np.empty_like(factors[0])
    dh = np.zeros((count, m), memory.dtype)
    times, w, into = at_each_step(w, dh)
    each = np.ascontiguousarray(ct), factors, found, found[:, :3], found[:, 4], by_gate, of_sums
    add, multiply = np.add, np.multiply
    for of_out, factor, got, gates, kept, apart, row in zip(*[a[::-1] for a in each], strict=True):
        add(dh, of_out, dh)
        five[...] = dh
        multiply(factor, five, got)
        apart[...] = gates
        times(row, w, into)
        add(dh, kept, dh)
    of_x = of_sums.copy()
    of_x.reshape(steps, count, 3, m)[:, :, 2] = found[:, 3]
    of_x, of_sums = of_x.reshape(-1, 3 * m), of_sums.reshape(-1, 3 * m)
    hand_on(n, cts, of_x, of_sums, hidden[:-1], dh, x, v)


def layer_jax(jax, x, h, w, v, b, d, *, reverse=False, noted=None):
    s, found = jax.nn.sigmoid, []
    for i in (x[::-1] if reverse else x) @ v.T + b:
        i_r, i_z, i_n = jax.numpy.split(i, 3, axis=1)
        q_r, q_z, q = jax.numpy.split(h @ w.T + d, 3, axis=1)
        z, g = s(i_z + q_z), jax.numpy.tanh(i_n + s(i_r + q_r) * q)
        h = z * h + (1 - z) * g
        found.append(h)
    return jax.numpy.stack(found[::-1] if reverse else found)


def layer_vjp(ct, out, x, h, w, v, b, d, *, need, reverse=False, noted=None):
    """The rule of a layer, of primitives, which do the steps again."""
    if reverse:
        x, ct = turned(x), turned(ct)
    steps, states = stepped(x, h, w, v, b, d)
    dh, of_x, of_sums = zeros_like(h), [], []
    for t in range(len(steps) - 1, -1, -1):
        (r, z, q, g), h = steps[t], states[t]
        dh = add(dh, at(ct, t))
        of_n = mul(mul(dh, sub(1, z)), sub(1, mul(g, g)))
        of_r = mul(mul(of_n, q), mul(r, sub(1, r)))
        of_z = mul(mul(dh, sub(h, g)), mul(z, sub(1, z)))
        of_x.append(side_by_side(of_r, of_z, of_n))
        of_sums.append(side_by_side(of_r, of_z, mul(of_n, r)))
        dh = add(mul(dh, z), dot_general(of_sums[-1], w, dims=INNER))
    of_x, of_sums = (rows(stack(*reversed(a), axis=0)) for a in (of_x, of_sums))
    return given(x, of_x, of_sums, states, dh, v, need, reverse)


def layer_jvp(ts, out, x, h, w, v, b, d, *, reverse=False, noted=None):
    dx, dh, dw, dv, db, dd = (zeros_like(s) if t is None else t for t, s in zip(ts, (x, h, w, v, b, d), strict=True))
    if reverse:
        x, dx = turned(x), turned(dx)
    steps, states = stepped(x, h, w, v, b, d)
    t, n, m = shape_of(out)
    di = affine(rows(x), dv, affine(rows(dx), v, db))
    di, found = reshape(di, shape=(t, n, 3 * m)), []
    for t, ((r, z, q, g), h) in enumerate(zip(steps, states, strict=False)):
        of_x, of_sums = at(di, t), affine(h, dw, affine(dh, w, dd))
        dr, dz = (mul(add(third(of_x, k), third(of_sums, k)), mul(a, sub(1, a))) for k, a in enumerate((r, z)))
        dn = add(third(of_x, 2), add(mul(dr, q), mul(r, third(of_sums, 2))))
        dg = mul(dn, sub(1, mul(g, g)))
        dh = add(add(mul(dz, sub(h, g)), mul(z, sub(dh, dg))), dg)
        found.append(dh)
    return stack(*(reversed(found) if reverse else found), axis=0)


@define
class gru_layer:
    """(x [T, n, k], h [n, m], w [3 m, m], v [3 m, k], b [3 m], d [3 m]) -> hidden states [T, n, m]. `reverse`: from the last step on.
    `noted`: a list in which the call notes gates and states, for its own pull."""

    saves = ((0, 1, 2, 3, 4, 5),) * 6
    again = (4, 5)
    without = REFUSED | {"0-d": "a layer takes sequences of matrices"}
    aval, jax, vjp, jvp = layer_aval, layer_jax, layer_vjp, layer_jvp

    def samples(rng):
        yield from samples_of(rng, 3)

    def impl(x, h, w, v, b, d, *, reverse=False, noted=None):
        m = h.shape[1]
        steps, n, k = x.shape
        dtype = np.result_type(x, h, w, v, b, d)
        x = (x[::-1] if reverse else x).reshape(steps * n, k).dot(v.T)
        x += b
        x = x.reshape(steps, n, 3, m).swapaxes(1, 2)
        inputs = np.empty((steps, 3, n, m), dtype)  # what is added to h w^T, of r and z with the other sign
        d = d.reshape(3, 1, m)
        np.add(x[:, :2], d[:2], out=inputs[:, :2])
        np.subtract(0, inputs[:, :2], out=inputs[:, :2])  # (not np.negative: elementwise.py, negate)
        inputs[:, 2] = d[2]
        hidden = np.empty((steps + 1, n, m), dtype)
        hidden[0] = h
        memory = np.empty((steps, 4, n, m), dtype)  # r, z, q, g
        memory[:, 3] = x[:, 2]
        product, part = np.empty((n, 3 * m), dtype), np.empty((n, m), dtype)
        of_state = product.reshape(n, 3, m).swapaxes(0, 1)
        if many := steps > FEW:  # (of few steps w is not worth being laid out anew)
            w = w.reshape(3, m, m).copy()
            np.negative(w[:2], out=w[:2])
            w = np.ascontiguousarray(w.reshape(3 * m, m).T)
        else:
            w = w.T
        times, w, into = at_each_step(w, product)
        one, h = np.ones((), dtype), hidden[0]
        add, subtract, multiply, divide, exp, tanh = np.add, np.subtract, np.multiply, np.divide, np.exp, np.tanh
        each = inputs, memory[:, :3], memory[:, :2], *[memory[:, i] for i in range(4)], hidden[1:]
        for i, a, logistic, r, z, q, g, out in zip(*each, strict=True):
            times(h, w, into)
            if many:
                a[...] = of_state  # (a sum of what lies apart takes NumPy longer than both)
                add(i, a, a)
            else:
                subtract(i[:2], of_state[:2], logistic)
                add(i[2], of_state[2], q)
            exp(logistic, logistic)  # 1 / (1 + exp(-a)): where that overflows, 0 is right
            add(logistic, one, logistic)
            divide(one, logistic, logistic)
            multiply(r, q, part)
            add(g, part, g)
            tanh(g, g)
            subtract(h, g, part)
            multiply(part, z, part)
            h = add(part, g, out)
        out = hidden[:0:-1] if reverse else hidden[1:]
        if noted is not None:
            noted.append((memory, hidden))
            return out.copy()
        return np.ascontiguousarray(out)

    def pull(n, ct, cts, owned):
        """The rule below, with what the call noted."""
        if n.params.get("noted") is None:
            return n.plan.ruled(n, ct, cts, owned)
        over_memory(n, ct, cts)

    def batch(size, xs, ds, *, reverse=False, noted=None):
        return more_rows(size, gru_layer, xs, ds, reverse=reverse)


def stepped(x, h, w, v, b, d):
    """([(r, z, q, g) of each step], [the states that they start from, and the last])."""
    inputs = affine(rows(x), v, b)
    steps, n = shape_of(x)[:2]
    inputs, found, states = reshape(inputs, shape=(steps, n, shape_of(inputs)[1])), [], [h]
    for t in range(steps):
        i, sums = at(inputs, t), affine(h, w, d)
        r, z = (sigmoid(add(third(i, k), third(sums, k))) for k in range(2))
        q = third(sums, 2)
        g = tanh(add(third(i, 2), mul(r, q)))
        h = add(mul(sub(h, g), z), g)
        found.append((r, z, q, g))
        states.append(h)
    return found, states


def given(x, of_x, of_sums, states, dh, v, need, reverse):
    """The cotangents of a layer's operands, as hand_on has them."""
    before = rows(stack(*states[:-1], axis=0)) if need & 4 else None
    g = reshape(dot_general(of_x, v, dims=INNER), shape=shape_of(x)) if need & 1 else None
    return [
        turned(g) if need & 1 and reverse else g,
        dh,
        dot_general(of_sums, before, dims=FIRST) if need & 4 else None,
        dot_general(of_x, rows(x), dims=FIRST) if need & 8 else None,
        sum_(of_x, axes=(0,)) if need & 16 else None,
        sum_(of_sums, axes=(0,)) if need & 32 else None,
    ]
