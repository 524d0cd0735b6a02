"""A layer of an LSTM over all its steps, as one node: the cell of lstm.py again and again.

Invariant: x [T, n, 4 m] holds the input's part of the gates, biases included, h and c [n, m] the first state, w [4 m, m]
the weights of the hidden state. In step t, with h and c of the step before,

    a = lstm_gates(x[t] + h w^T),   c' = lstm_state(a, c),   h' = lstm_output(a, c')

and a rule goes through the steps by the rules of these three.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from .affine import FIRST, INNER, affine
from .assignment import getitem
from .dot import dot_general
from .elementwise import add, mul, sub
from .exponential import tanh
from .joining import concatenate, stack
from .lstm import REFUSED, gate, lstm_gates, lstm_output, lstm_state, side_by_side, slope
from .shape import batched, reshape, transpose, zeros_like

BATCHED = (((2,), (2,)), ((0,), (0,)))  # products of matrices that are stacked


def at(x, t):
    return getitem(x, idx=(t, Ellipsis))


def over_time(x, h, c, gates):
    """(hidden states, states, gates) of all steps; `gates(x[t], h)` are those of one."""
    hs, cs, found = [], [], []
    for t in range(shape_of(x)[0]):
        a = gates(at(x, t), h)
        c = lstm_state(a, c)
        h = lstm_output(a, c)
        hs.append(h)
        cs.append(c)
        found.append(a)
    return tuple([stack(*each, axis=0) for each in (hs, cs, found)])


def before(first, states):
    """The state that each step started from."""
    first = reshape(first, shape=(1, *shape_of(first)))
    return concatenate(first, getitem(states, idx=(slice(0, -1),)), axis=0)


def saved(x):
    """x, or zeros where nothing that is asked for depends on it."""
    return zeros_like(x) if type(x) is Aval else x


def rows(x):
    """[T, n, k] as [T n, k]."""
    t, n, k = shape_of(x)
    return reshape(x, shape=(t * n, k))


FEW = 4  # steps, for which w is not worth being laid out anew


def apart(x):
    """An array of gates side by side, [T, n, 4 m], as [T, 4, n, m]: NumPy takes a quarter of the time for each operation on one of them."""
    t, n, k = x.shape
    return np.ascontiguousarray(x.reshape(t, n, 4, k // 4).swapaxes(1, 2))


@define
class lstm_layer:
    """(x [T, n, 4 m], h [n, m], c [n, m], w [4 m, m]) -> hidden states [T, n, m], states [T, n, m], gates [T, n, 4 m]."""

    multi = True
    fills = False
    saves = ((2, 3, "out"), (2, 3, "out"), (3, "out"), (1, 2, 3, "out"))
    without = REFUSED | {"0-d": "a layer takes sequences of matrices"}

    def jax(jax, x, h, c, w):
        s, found = jax.nn.sigmoid, []
        for z in x:
            i, f, g, o = jax.numpy.split(z + h @ w.T, 4, axis=1)
            i, f, g, o = s(i), s(f), jax.numpy.tanh(g), s(o)
            c = f * c + i * g
            h = o * jax.numpy.tanh(c)
            found.append((h, c, jax.numpy.concatenate([i, f, g, o], axis=1)))
        return tuple([jax.numpy.stack(each) for each in zip(*found, strict=True)])

    def samples(rng):
        def operands(t, n, m):
            return [draw(rng, "real", s) for s in ((t, n, 4 * m), (n, m), (n, m), (4 * m, m))]

        yield from in_kinds(*operands(2, 2, 2), dtypes="f")
        yield Sample(*operands(1, 1, 1), kind="size 1")
        yield Sample(*operands(2, 0, 1), kind="empty", order=1)

    def impl(x, h, c, w):
        m = h.shape[1]
        steps, n, _ = x.shape
        dtype = np.result_type(x, h, c, w)
        gates = np.empty((steps, 4, n, m), dtype)
        hidden, states = np.empty((2, steps, n, m), dtype)
        side = np.empty(h.shape, dtype)
        one = np.ones((), dtype)
        w = w.reshape(4, m, m).swapaxes(1, 2)
        if steps > FEW:
            w = np.ascontiguousarray(w)
        parts = [gates[:, k] for k in range(4)]
        for z, a, i, f, g, o, new, out in zip(apart(x), gates, *parts, states, hidden, strict=True):
            np.matmul(h, w, out=a)
            np.add(a, z, out=a)
            np.tanh(g, out=side)
            np.negative(a, out=a)  # 1 / (1 + exp(-a)): where that overflows, 0 is right
            np.exp(a, out=a)
            np.add(a, one, out=a)
            np.divide(one, a, out=a)
            g[...] = side
            np.multiply(f, c, out=new)
            np.multiply(i, side, out=side)
            c = np.add(new, side, out=new)
            np.tanh(c, out=out)
            h = np.multiply(out, o, out=out)
        return hidden, states, np.ascontiguousarray(gates.swapaxes(1, 2)).reshape(x.shape)

    def aval(x, h, c, w):
        dtype = np.result_type(*map(dtype_of, (x, h, c, w)))
        states = Aval((*shape_of(x)[:2], shape_of(h)[1]), dtype)
        return states, states, Aval(shape_of(x), dtype)

    def pull(n, ct, cts, owned):
        """The rule below, what does not wait for the step after it being computed for all steps at once."""
        (_, h0, c0, w), (h, c, a) = n.plan.operands_of(n, n.saved)
        h0, c0 = (np.zeros(v.shape, v.dtype) if type(v) is Aval else v for v in (h0, c0))  # (nothing asks for it)
        of_h, of_c, of_a = ct.cts if hasattr(ct, "cts") else ct
        steps, count, m = h.shape
        gates = apart(a)
        i, f, g, o = (gates[:, k] for k in range(4))
        factors = gates - gates * gates
        np.subtract(1, g * g, out=factors[:, 2])
        of_a = None if of_a is None else apart(of_a) * factors
        top = np.tanh(c)
        through = o * (1 - top * top)
        for k, v in enumerate((g, np.concatenate((c0[None], c[:-1])), i, top)):
            factors[:, k] *= v
        of_x = np.empty_like(a)
        of_gates = np.empty((4, count, m), a.dtype)
        of_cell, of_output, in_rows = of_gates[:3], of_gates[3], of_gates.swapaxes(0, 1)
        dh = np.zeros_like(h0)
        dc = np.zeros_like(c0)
        for t in range(steps - 1, -1, -1):
            if of_h is not None:
                dh = dh + of_h[t]
            dc = dc + dh * through[t]
            if of_c is not None:
                dc += of_c[t]
            factor = factors[t]
            np.multiply(factor[:3], dc, out=of_cell)
            np.multiply(factor[3], dh, out=of_output)
            if of_a is not None:
                np.add(of_gates, of_a[t], out=of_gates)
            row = of_x[t]
            row.reshape(count, 4, m)[...] = in_rows
            dc = dc * f[t]
            dh = row.dot(w)
        found = (of_x, dh, dc)
        for p, k in zip(n.ins, n.plan.operands, strict=True):
            if k == 3:
                hidden = np.concatenate((h0[None], h[:-1]))
                found = (*found, of_x.reshape(-1, 4 * m).T.dot(hidden.reshape(-1, m)))
            gradient = found[k]
            old = cts.get(p)
            cts[p] = gradient if old is None else old + gradient

    def vjp(cts, out, x, h0, c0, w, *, need):
        """The same of primitives."""
        h, c, a = out
        of_h, of_c, of_a = cts.cts if hasattr(cts, "cts") else cts
        dh, dc, of_x = zeros_like(h0), zeros_like(c0), []
        i, f, g, o = [gate(a, k) for k in range(4)]
        slopes, top = slope(a), tanh(c)
        through = mul(o, sub(1, mul(top, top)))
        factors = mul(slopes, side_by_side(g, before(saved(c0), c), i, top))
        of_a = None if of_a is None else mul(of_a, slopes)
        for t in range(shape_of(h)[0] - 1, -1, -1):
            dh = dh if of_h is None else add(dh, at(of_h, t))
            dc = add(dc, mul(dh, at(through, t)))
            dc = dc if of_c is None else add(dc, at(of_c, t))
            of_gates = mul(at(factors, t), side_by_side(dc, dc, dc, dh))
            of_x.append(of_gates if of_a is None else add(of_gates, at(of_a, t)))
            dc = mul(dc, at(f, t))
            dh = dot_general(of_x[-1], w, dims=INNER)
        of_x = stack(*reversed(of_x), axis=0)
        of_w = dot_general(rows(of_x), rows(before(h0, h)), dims=FIRST) if need & 8 else None
        return [of_x, dh, dc, of_w]

    def jvp(ts, out, x, h0, c0, w):
        h, c, a = out
        dx, dh, dc, dw = (zeros_like(v) if t is None else t for t, v in zip(ts, (x, h0, c0, w), strict=True))
        hidden, states, found = before(h0, h), before(c0, c), []
        for t in range(shape_of(h)[0]):
            gates = at(a, t)
            dz = affine(at(hidden, t), dw, affine(dh, w, at(dx, t)))
            da = mul(dz, slope(gates))
            dc = lstm_state.jvp([da, dc], None, gates, at(states, t))
            dh = lstm_output.jvp([da, dc], None, gates, at(c, t))
            found.append((dh, dc, da))
        return tuple([stack(*each, axis=0) for each in zip(*found, strict=True)])

    def batch(size, xs, ds):
        x, h, c = (batched(size, v, d) for v, d in zip(xs[:3], ds, strict=False))
        steps, n, width = shape_of(x)[1:]
        x = reshape(transpose(x, perm=(1, 0, 2, 3)), shape=(steps, size * n, width))
        h, c = rows(h), rows(c)
        if ds[3] is None:
            outs = lstm_layer(x, h, c, xs[3])
        else:
            w = batched(size, xs[3], ds[3])

            def gates(x, h):
                z = dot_general(reshape(h, shape=(size, n, width // 4)), w, dims=BATCHED)
                return lstm_gates(add(x, reshape(z, shape=(size * n, width))))

            outs = over_time(x, h, c, gates)
        return tuple([reshape(o, shape=(steps, size, n, shape_of(o)[2])) for o in outs]), (1, 1, 1)
