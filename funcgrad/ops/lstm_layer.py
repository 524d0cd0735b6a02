"""A layer of an LSTM over all its steps, as one node: the cell of lstm.py again and again.

Invariant: x [T, n, k] is the input, h and c [n, m] the first state, w [4 m, m] the weights of the hidden state, v [4 m, k] those
of the input, b and d [4 m] their biases. In step t, with h and c of the step before,

    z = x[t] v^T + (b + d) + h w^T,   c' = lstm_state(z, c),   h' = lstm_output(z, tanh(c'))

and a rule goes through the steps by the rules of these two. The gates lie in the order o, i, f, g, each in one piece, [T, 4, n, m]:
those of one function side by side, and i and f beside what they weigh, g and the state.
"""

from functools import lru_cache

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.blas import small_products
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ._few_rows import at_each_step
from .affine import FIRST, INNER, affine
from .assignment import getitem
from .dot import dot_general
from .elementwise import add, mul, sub
from .exponential import tanh
from .joining import concatenate, stack
from .lstm import (
    REFUSED,
    activated,
    gate,
    lstm_output,
    lstm_state,
    output_tangent,
    side_by_side,
    slope,
    state_tangent,
)
from .shape import batched, reshape, sum_, transpose, zeros_like
from .torch_order import sums_of_columns

BATCHED = (((2,), (2,)), ((0,), (0,)))  # products of matrices that are stacked


def at(x, t):
    return getitem(x, idx=(t, Ellipsis))


def over_time(x, h, c, sums):
    """(hidden states, states, gates) of all steps; `sums(x[t], h)` are those for the gates of one."""
    found = []
    for t in range(shape_of(x)[0]):
        z = sums(at(x, t), h)
        c = lstm_state(z, c)
        h = lstm_output(z, tanh(c))
        found.append((h, c, z))
    h, c, z = (stack(*each, axis=0) for each in zip(*found, strict=True))
    return h, c, apart(activated(z))


def in_order(found):
    """The results of all steps as the layer gives them."""
    h, c, a = (stack(*each, axis=0) for each in zip(*found, strict=True))
    return h, c, apart(a)


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
BLOCK = 1 << 17  # numbers of gates, whose slopes are computed together: they stay in the cache until they are used


def apart(a):
    """Gates side by side, i, f, g, o [T, n, 4 m], as o, i, f, g [T, 4, n, m]."""
    t, n, k = shape_of(a)
    a = transpose(reshape(a, shape=(t, n, 4, k // 4)), perm=(0, 2, 1, 3))
    return concatenate(getitem(a, idx=(slice(None), slice(3, 4))), getitem(a, idx=(slice(None), slice(3))), axis=1)


def together(a):
    """The inverse of apart."""
    t, _, n, m = shape_of(a)
    a = concatenate(getitem(a, idx=(slice(None), slice(1, 4))), getitem(a, idx=(slice(None), slice(1))), axis=1)
    return reshape(transpose(a, perm=(0, 2, 1, 3)), shape=(t, n, 4 * m))


def slopes(a, c, before, of_a):
    """(what leads from hidden states to their cells, [T, 5, n, m] from cells and hidden states to the cells before and to i, f, g, o, what the
    gates' own cotangents, if any, give i, f, g, o) of some steps: gates o, i, f, g [T, 4, n, m], cells [T, n, m], the cell before them."""
    each = np.empty(
        (4, len(a), *c.shape[1:]), a.dtype
    )  # gate by gate: what lies in one piece takes NumPy half of the time
    each[...] = a.swapaxes(0, 1)
    o, i, f, g = each
    slopes = 1 - each
    slopes[:3] *= each[:3]
    of_o, of_i, of_f, of_g = slopes
    np.multiply(g, g, out=of_g)
    np.subtract(1, of_g, out=of_g)
    own = None if of_a is None else np.roll(of_a, -1, 1) * np.roll(slopes, -1, 0).swapaxes(0, 1)
    top = np.tanh(c)
    through = top * top
    np.subtract(1, through, out=through)
    through *= o
    of_i *= g
    of_f[0] *= before
    of_f[1:] *= c[:-1]
    of_g *= i
    of_o *= top
    factors = np.empty((len(a), 5, *c.shape[1:]), a.dtype)
    factors[:, 0], factors[:, 1:4], factors[:, 4] = f, slopes[1:].swapaxes(0, 1), of_o
    return through, factors, own


def in_wholes(x):
    """x, the last axis (in one piece) as one element each: NumPy copies those in two thirds of the time."""
    return x.view(np.dtype((np.void, x.itemsize * x.shape[-1])))[..., 0] if x.size else x


@lru_cache
def by_function(m):
    """Where the gates o, i, f, g stand among i, f, g, o, of m numbers each."""
    return np.arange(4 * m).reshape(4, m)[[3, 0, 1, 2]].ravel()


def signed(w, m):
    """Weights of gates i, f, g, o as those of o, i, f, g, of which the logistic ones are computed with the other sign."""
    w = w.take(by_function(m), 0)
    np.negative(w[: 3 * m], out=w[: 3 * m])
    return w


def for_each_gate(w, m):
    """Weights [4 m, k] as what rows of k numbers are multiplied by, [4, k, m]."""
    return w.reshape(4, m, -1).swapaxes(1, 2)


@define
class lstm_layer:
    """(x [T, n, k], h [n, m], c [n, m], w [4 m, m], v [4 m, k], b [4 m], d [4 m]) -> hidden states [T, n, m], states [T, n, m], gates [T, 4, n, m]."""

    multi = True
    fills = False
    saves = (
        (2, 3, 4, "out"), (2, 3, "out"), (3, "out"), (1, 2, 3, "out"), (0, 2, 3, "out"), (2, 3, "out"), (2, 3, "out"),
    )  # fmt: skip
    without = REFUSED | {"0-d": "a layer takes sequences of matrices"}

    def jax(jax, x, h, c, w, v, b, d):
        s, found = jax.nn.sigmoid, []
        for z in x @ v.T + (b + d):
            i, f, g, o = jax.numpy.split(z + h @ w.T, 4, axis=1)
            i, f, g, o = s(i), s(f), jax.numpy.tanh(g), s(o)
            c = f * c + i * g
            h = o * jax.numpy.tanh(c)
            found.append((h, c, jax.numpy.stack([o, i, f, g])))
        return tuple([jax.numpy.stack(each) for each in zip(*found, strict=True)])

    def samples(rng):
        def operands(t, n, m, k):
            shapes = (t, n, k), (n, m), (n, m), (4 * m, m), (4 * m, k), (4 * m,), (4 * m,)
            return [draw(rng, "real", s) for s in shapes]

        yield from in_kinds(*operands(2, 2, 2, 3), dtypes="f")
        yield Sample(*operands(FEW + 2, 2, 3, 2))
        yield Sample(*operands(1, 1, 1, 1), kind="size 1")
        yield Sample(*[x.astype(np.float32) for x in operands(FEW + 2, 1, 1, 3)], kind="float32", order=1)
        yield Sample(*operands(2, 0, 1, 2), kind="empty", order=1)

    def impl(x, h, c, w, v, b, d):
        m = h.shape[1]
        steps, n, k = x.shape
        dtype = (
            x.dtype if all([y.dtype is x.dtype for y in (h, c, w, v, b, d)]) else np.result_type(x, h, c, w, v, b, d)
        )
        memory = np.empty((steps + 1, 5, n, m), dtype)  # of a step its gates, and the state that it starts from
        gates, given = memory[:steps, :4], None
        many, bias = steps > FEW, b + d
        if many:  # (weights take the order and the signs of gates, not what comes of them)
            w, v, bias = (signed(weight, m) for weight in (w, v, bias))
            if n * k * m <= small_products():
                given, ones, each = gates, np.empty((steps, 1, n, k + 1), dtype), np.empty((4, k + 1, m), dtype)
                ones[:, 0, :, :k], ones[..., k] = x, 1
                each[:, :k], each[:, k] = for_each_gate(v, m), bias.reshape(4, m)
                np.matmul(ones, each, gates)
        if given is None:
            given = x.reshape(steps * n, k).dot(v.T)
            given += bias
            given = given.reshape(steps, n, 4, m).swapaxes(1, 2)
        w = for_each_gate(w, m)
        hidden = np.empty((steps, n, m), dtype)
        memory[0, 4] = c
        product = np.empty((4, n, m), dtype)
        times, w, into = at_each_step(np.ascontiguousarray(w) if many else w, product)
        one, weighed = np.array(1, dtype), np.empty((2, n, m), dtype)
        new, old = weighed
        add, multiply, divide, exp, tanh = np.add, np.multiply, np.divide, np.exp, np.tanh
        each = (
            given, gates, gates[:, :3], gates[:, 3], gates[:, 0], gates[:, 1:3], memory[:steps, 3:], memory[1:, 4], hidden,
        )  # fmt: skip
        for z, all_gates, logistic, g, o, weights, values, c, out in zip(*each, strict=True):
            times(h, w, into)
            if many:
                add(z, product, all_gates)
            else:
                add(z, product, product)
                np.subtract(0, product[3], o)  # (not np.negative: elementwise.py, negate)
                np.subtract(0, product[:2], weights)
                g[...] = product[2]
            tanh(g, g)
            exp(logistic, logistic)  # 1 / (1 + exp(-a)): where that overflows, 0 is right
            add(logistic, one, logistic)
            divide(one, logistic, logistic)
            multiply(weights, values, weighed)
            add(old, new, c)
            tanh(c, out)
            h = multiply(out, o, out)
        return hidden, np.ascontiguousarray(memory[1:, 4]), gates

    def aval(x, h, c, *weights):
        dtype = np.result_type(*map(dtype_of, (x, h, c, *weights)))
        steps, (n, m) = shape_of(x)[0], shape_of(h)
        states = Aval((steps, n, m), dtype)
        return states, states, Aval((steps, 4, n, m), dtype)

    def pull(n, ct, cts, owned):
        """The rule below, what does not wait for the step after it being computed for all steps at once."""
        (x, h0, c0, w, v, *_), (h, c, a) = n.plan.operands_of(n, n.saved)
        h0, c0 = (np.zeros(s.shape, s.dtype) if type(s) is Aval else s for s in (h0, c0))  # (nothing asks for it)
        of_h, of_c, of_a = ct.cts if hasattr(ct, "cts") else ct
        steps, count, m = h.shape
        if of_h is None:
            of_h = np.zeros_like(h)
        of_h = np.ascontiguousarray(of_h)
        of_x = np.empty((steps, count, 4 * m), a.dtype)
        of_states, found = np.zeros((5, count, m), a.dtype), np.zeros((5, count, m), a.dtype)
        of_c_now, dh = of_states[0], of_states[4]  # a step's factors meet dc, dc, dc, dc, dh
        dc, of_gates = found[0], found[1:]
        wholes, gathered = in_wholes(of_states.reshape(5, -1)), in_wholes(of_gates)
        now, again = wholes[:1], wholes[1:4]
        part = np.empty_like(dc)
        add, multiply = np.add, np.multiply
        by_gate = in_wholes(of_x.reshape(steps, count, 4, m)).swapaxes(1, 2)
        times, w, into = at_each_step(w, dh)
        block = max(1, BLOCK // max(1, a[0].size))
        for stop in range(steps, 0, -block):
            some = slice(max(0, stop - block), stop)
            given = a[some], c[some], c[some.start - 1] if some.start else c0, None if of_a is None else of_a[some]
            through, factors, own = slopes(*given)
            each = of_h[some], through, factors, by_gate[some], of_x[some]
            for t, of_out, of_top, factor, apart, row in zip(
                range(stop - 1, -1, -1), *[x[::-1] for x in each], strict=False
            ):
                add(dh, of_out, dh)
                multiply(dh, of_top, part)
                add(dc, part, of_c_now)
                if of_c is not None:
                    add(of_c_now, of_c[t], of_c_now)
                again[...] = now
                multiply(factor, of_states, found)
                if own is not None:
                    add(of_gates, own[t - some.start], of_gates)
                apart[...] = gathered
                times(row, w, into)
        z = of_x.reshape(-1, 4 * m)
        gradients = {1: dh, 2: dc}
        for p, k in zip(n.ins, n.plan.operands, strict=True):
            if k == 0:
                g = z.dot(v).reshape(x.shape)
            elif k == 3:
                g = z.T.dot(np.concatenate((h0[None], h[:-1])).reshape(-1, m))
            elif k == 4:
                g = z.T.dot(x.reshape(-1, x.shape[2]))
            elif k > 4:
                g = gradients[5] = gradients[5] if 5 in gradients else sums_of_columns(z)
            else:
                g = gradients[k]
            old = cts.get(p)
            cts[p] = g if old is None else old + g

    def vjp(cts, out, x, h0, c0, w, v, b, d, *, need):
        """The same of primitives."""
        h, c, a = out
        a = together(a)
        of_h, of_c, of_a = cts.cts if hasattr(cts, "cts") else cts
        dh, dc, of_x = zeros_like(h0), zeros_like(c0), []
        i, f, g, o = [gate(a, k) for k in range(4)]
        slopes, top = slope(a), tanh(c)
        through = mul(o, sub(1, mul(top, top)))
        factors = mul(slopes, side_by_side(g, before(saved(c0), c), i, top))
        of_a = None if of_a is None else mul(together(of_a), slopes)
        for t in range(shape_of(h)[0] - 1, -1, -1):
            dh = dh if of_h is None else add(dh, at(of_h, t))
            dc = add(dc, mul(dh, at(through, t)))
            dc = dc if of_c is None else add(dc, at(of_c, t))
            of_gates = mul(at(factors, t), side_by_side(dc, dc, dc, dh))
            of_x.append(of_gates if of_a is None else add(of_gates, at(of_a, t)))
            dc = mul(dc, at(f, t))
            dh = dot_general(of_x[-1], w, dims=INNER)
        z = rows(stack(*reversed(of_x), axis=0))
        of_bias = sum_(z, axes=(0,)) if need & 96 else None
        return [
            reshape(dot_general(z, v, dims=INNER), shape=shape_of(x)) if need & 1 else None,
            dh,
            dc,
            dot_general(z, rows(before(h0, h)), dims=FIRST) if need & 8 else None,
            dot_general(z, rows(x), dims=FIRST) if need & 16 else None,
            of_bias,
            of_bias,
        ]

    def jvp(ts, out, x, h0, c0, w, v, b, d):
        h, c, a = out
        a = together(a)
        operands = x, h0, c0, w, v, b, d
        dx, dh, dc, dw, dv, db, dd = (zeros_like(s) if t is None else t for t, s in zip(ts, operands, strict=True))
        dz = affine(rows(x), dv, affine(rows(dx), v, add(db, dd)))
        dx = reshape(dz, shape=shape_of(a))
        hidden, states, found = before(h0, h), before(c0, c), []
        for t in range(shape_of(h)[0]):
            gates = at(a, t)
            dz = affine(at(hidden, t), dw, affine(dh, w, at(dx, t)))
            da = mul(dz, slope(gates))
            dc = state_tangent(da, dc, gates, at(states, t))
            dh = output_tangent(da, dc, gates, at(c, t))
            found.append((dh, dc, da))
        return in_order(found)

    def batch(size, xs, ds):
        x, h, c = (batched(size, v, d) for v, d in zip(xs[:3], ds, strict=False))
        steps, n, k = shape_of(x)[1:]
        m = shape_of(h)[2]
        h, c = rows(h), rows(c)
        if ds[3:] == (None,) * 4:
            x = reshape(transpose(x, perm=(1, 0, 2, 3)), shape=(steps, size * n, k))
            outs = lstm_layer(x, h, c, *xs[3:])
        else:
            w, v, b, d = (batched(size, v, d) for v, d in zip(xs[3:], ds[3:], strict=True))
            z = dot_general(reshape(x, shape=(size, steps * n, k)), v, dims=BATCHED)
            z = reshape(add(z, reshape(add(b, d), shape=(size, 1, 4 * m))), shape=(size, steps, n, 4 * m))
            z = reshape(transpose(z, perm=(1, 0, 2, 3)), shape=(steps, size * n, 4 * m))

            def sums(z, h):
                of_state = dot_general(reshape(h, shape=(size, n, m)), w, dims=BATCHED)
                return add(z, reshape(of_state, shape=(size * n, 4 * m)))

            outs = over_time(z, h, c, sums)
        h, c, a = outs
        h, c = (reshape(o, shape=(steps, size, n, m)) for o in (h, c))
        return (h, c, reshape(a, shape=(steps, 4, size, n, m))), (1, 1, 2)
