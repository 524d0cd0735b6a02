"""Control flow: compiled loops and their gradients against a plain Python loop over NumPy, and jax.jit where installed.

    python benchmarks/control_flow.py [--rows rnn,newton] [--json FILE] [--quick]

A gradient is compared with the same loop written out by hand, forward and backward. The last row is the time to stage and compile.
"""

import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("JAX_ENABLE_X64", "1")

import funcgrad as fg  # noqa: E402
from benchmarks.rows import HAND, Rows, optional  # noqa: E402

jax = optional("jax")
jnp = optional("jax.numpy")
STEPS = 1000
RNG = np.random.default_rng(0)
XS, W = RNG.normal(size=(STEPS, 32)), RNG.normal(size=(32, 32)) / 8
LONG = 10_000


def ours(f):
    return fg.jit(f)


def theirs(f):
    compiled = jax.jit(f)
    return lambda *args: jax.block_until_ready(compiled(*args))


def sides():
    """(name, NumPy's names, lax, jit, grad) of every library that takes part."""
    yield "fg", np, fg.lax, ours, fg.grad
    if jax:
        yield "jax", jnp, jax.lax, theirs, jax.grad


ROWS = Rows(rtol=1e-7)


def rnn(np_, lax):
    def loss(w):
        def step(h, x):
            h = np_.tanh(np_.dot(w, h) + x)
            return h, None

        return (lax.scan(step, np_.zeros(32), XS)[0] ** 2).sum()

    return loss


def rnn_by_hand(w):
    h = np.zeros(32)
    for x in XS:
        h = np.tanh(np.dot(w, h) + x)
    return (h**2).sum()


def rnn_gradient_by_hand(w):
    hs = np.zeros((STEPS + 1, 32))
    for i, x in enumerate(XS):
        hs[i + 1] = np.tanh(np.dot(w, hs[i]) + x)
    ct, g = 2 * hs[-1], np.zeros_like(w)
    for i in reversed(range(STEPS)):
        ct = ct * (1 - hs[i + 1] ** 2)
        g += np.multiply.outer(ct, hs[i])
        ct = np.dot(ct, w)
    return g


@ROWS.row("rnn", "RNN, 1000 steps of 32 units, value", operations=STEPS)
def _():
    return {n: lambda f=jit(rnn(np_, lax)): f(W) for n, np_, lax, jit, _ in sides()} | {HAND: lambda: rnn_by_hand(W)}


@ROWS.row("rnn-gradient", "RNN, 1000 steps of 32 units, gradient", operations=STEPS)
def _():
    found = {n: lambda f=jit(grad(rnn(np_, lax))): f(W) for n, np_, lax, jit, grad in sides()}
    return found | {HAND: lambda: rnn_gradient_by_hand(W)}


def newton(lax):
    return lambda a: lax.while_loop(lambda x: abs(x * x - a) > 1e-12 * a, lambda x: (x + a / x) / 2, a)


def newton_by_hand(a):
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = (x + a / x) / 2
    return x


@ROWS.row("newton", "Newton's square root of 1e200, while_loop")
def _():
    return {n: lambda f=jit(newton(lax)): f(1e200) for n, _, lax, jit, _ in sides()} | {
        HAND: lambda: newton_by_hand(1e200)
    }


def clipped(lax):
    def f(xs):
        step = lambda c, x: (lax.cond(x > 0, lambda c: c * 0.9 + x, lambda c: c - 0.1, c), None)  # noqa: E731
        return lax.scan(step, xs[0], xs)[0]

    return f


def clipped_by_hand(xs):
    c = xs[0]
    for x in xs:
        c = c * 0.9 + x if x > 0 else c - 0.1
    return c


@ROWS.row("cond", "a cond in each of 1000 steps", operations=STEPS)
def _(xs=XS[:, 0].copy()):
    return {n: lambda f=jit(clipped(lax)): f(xs) for n, _, lax, jit, _ in sides()} | {HAND: lambda: clipped_by_hand(xs)}


def long(np_, lax):
    return lambda x: lax.scan(lambda c, _: (np_.sin(c) * 0.9 + x, None), x, None, LONG)[0]


@ROWS.row("scalar-scan", "10,000 steps of a scalar, gradient", "a few us an operation", operations=LONG)
def _(x=np.float64(0.3)):
    def loop():
        cs = np.empty(LONG)
        c = x
        for i in range(LONG):
            cs[i] = c
            c = np.sin(c) * 0.9 + x
        ct, g = 1.0, 0.0
        for i in reversed(range(LONG)):
            g += ct
            ct = ct * 0.9 * np.cos(cs[i])
        return g + ct

    return {n: lambda f=jit(grad(long(np_, lax))): f(x) for n, np_, lax, jit, grad in sides()} | {HAND: loop}


@ROWS.row("staging", "the same, staged and compiled anew each time")
def _(x=np.float64(0.3)):
    return {
        n: lambda np_=np_, lax=lax, jit=jit, grad=grad: jit(grad(long(np_, lax)))(x)
        for n, np_, lax, jit, grad in sides()
    }


if __name__ == "__main__":
    ROWS.main(__doc__)
