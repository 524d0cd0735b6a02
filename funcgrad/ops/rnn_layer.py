"""A layer of Elman's network over all its steps, as one node: h' = f(x[t] v^T + b + h w^T + d), with f tanh or relu.

The operands are those of gru_layer.py, of one gate; f's derivative is 1 - h'**2 or, at h' > 0, 1. Elman, Finding structure in time (1990).
"""

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import define
from ._few_rows import at_each_step
from .affine import INNER, affine
from .dot import dot_general
from .elementwise import add, greater, mul, sub, where
from .exponential import tanh
from .gru_layer import given, hand_on, layer_aval, more_rows, samples_of, turned
from .joining import stack
from .kinked import relu
from .lstm import REFUSED
from .lstm_layer import FEW, at, rows
from .shape import reshape, zeros_like


def slope(h, nonlinearity):
    """f's derivative, from its value."""
    one = dtype_of(h).type(1)
    return sub(one, mul(h, h)) if nonlinearity == "tanh" else where(greater(h, 0), one, dtype_of(h).type(0))


def stepped(x, h, w, v, b, d, nonlinearity):
    """The states that the steps start from, and the last."""
    inputs = affine(rows(x), v, b)
    inputs, states = reshape(inputs, shape=(*shape_of(x)[:2], shape_of(inputs)[1])), [h]
    for t in range(shape_of(x)[0]):
        h = add(at(inputs, t), affine(h, w, d))
        h = tanh(h) if nonlinearity == "tanh" else relu(h, kink="torch")
        states.append(h)
    return states


@define
class rnn_layer:
    """(x [T, n, k], h [n, m], w [m, m], v [m, k], b [m], d [m]) -> hidden states [T, n, m]. `nonlinearity`: "tanh" or "relu". `reverse`: from the
    last step on. `noted`: a list in which the call notes the states, for its own pull."""

    saves = ((0, 1, 2, 3, 4, 5),) * 6
    again = (4, 5)
    without = REFUSED | {"0-d": "a layer takes sequences of matrices"}
    aval = layer_aval

    def jax(jax, x, h, w, v, b, d, *, nonlinearity, reverse=False, noted=None):
        f, found = jax.numpy.tanh if nonlinearity == "tanh" else jax.nn.relu, []
        for i in (x[::-1] if reverse else x) @ v.T + b:
            h = f(i + h @ w.T + d)
            found.append(h)
        return jax.numpy.stack(found[::-1] if reverse else found)

    def samples(rng):
        yield from samples_of(rng, 1, nonlinearity="tanh")
        yield from samples_of(rng, 1, nonlinearity="relu")

    def impl(x, h, w, v, b, d, *, nonlinearity, reverse=False, noted=None):
        steps, n, k = x.shape
        m = h.shape[1]
        x = (x[::-1] if reverse else x).reshape(steps * n, k).dot(v.T)
        x += b + d
        hidden = np.empty((steps + 1, n, m), np.result_type(x, h, w))
        hidden[0], hidden[1:] = h, x.reshape(steps, n, m)
        product = np.empty((n, m), hidden.dtype)
        w = np.ascontiguousarray(w.T) if steps > FEW else w.T
        times, w, into = at_each_step(w, product)
        h, zero, add, tanh, maximum = hidden[0], np.zeros_like(product), np.add, np.tanh, np.maximum
        for out in hidden[1:]:
            times(h, w, into)
            h = add(out, product, out)
            if nonlinearity == "tanh":
                tanh(h, h)
            else:
                maximum(h, zero, out=h)
        out = hidden[:0:-1] if reverse else hidden[1:]
        if noted is not None:
            noted.append(hidden)
            return out.copy()
        return np.ascontiguousarray(out)

    def pull(n, ct, cts, owned):
        """The rule below with what the call noted."""
        noted = n.params.get("noted")
        if not noted:
            return n.plan.ruled(n, ct, cts, owned)
        (hidden,) = noted
        x, _, w, v, *_ = n.saved
        if n.params.get("reverse"):
            x, ct = x[::-1], ct[::-1]
        states = hidden[1:]
        if n.params["nonlinearity"] == "tanh":
            factors = states * states
            np.subtract(1, factors, out=factors)
        else:
            factors = (states > 0).astype(states.dtype)
        found, dh = np.empty_like(factors), np.zeros_like(hidden[0])
        times, w, into = at_each_step(w, dh)
        each = np.ascontiguousarray(ct), factors, found
        add, multiply = np.add, np.multiply
        for of_out, factor, row in zip(*[a[::-1] for a in each], strict=True):
            add(dh, of_out, dh)
            multiply(dh, factor, row)
            times(row, w, into)
        found = found.reshape(-1, found.shape[2])
        hand_on(n, cts, found, found, hidden[:-1], dh, x, v)

    def vjp(ct, out, x, h, w, v, b, d, *, need, nonlinearity, reverse=False, noted=None):
        """The same of primitives, which do the steps again."""
        if reverse:
            x, ct = turned(x), turned(ct)
        states = stepped(x, h, w, v, b, d, nonlinearity)
        dh, found = zeros_like(h), []
        for t in range(len(states) - 2, -1, -1):
            found.append(mul(add(dh, at(ct, t)), slope(states[t + 1], nonlinearity)))
            dh = dot_general(found[-1], w, dims=INNER)
        found = rows(stack(*reversed(found), axis=0))
        return given(x, found, found, states, dh, v, need, reverse)

    def jvp(ts, out, x, h, w, v, b, d, *, nonlinearity, reverse=False, noted=None):
        dx, dh, dw, dv, db, dd = (
            zeros_like(s) if t is None else t for t, s in zip(ts, (x, h, w, v, b, d), strict=True)
        )
        if reverse:
            x, dx = turned(x), turned(dx)
        states, found = stepped(x, h, w, v, b, d, nonlinearity), []
        di = reshape(affine(rows(x), dv, affine(rows(dx), v, db)), shape=shape_of(out))
        for t in range(len(states) - 1):
            moved = add(at(di, t), affine(states[t], dw, affine(dh, w, dd)))
            dh = mul(moved, slope(states[t + 1], nonlinearity))
            found.append(dh)
        return stack(*(reversed(found) if reverse else found), axis=0)

    def batch(size, xs, ds, *, nonlinearity, reverse=False, noted=None):
        return more_rows(size, rnn_layer, xs, ds, nonlinearity=nonlinearity, reverse=reverse)
