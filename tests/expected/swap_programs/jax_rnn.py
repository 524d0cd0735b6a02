"""An LSTM by scan over a batch of sequences with masks; truncated backpropagation; an ensemble by vmap over seeds."""
import functools

import jax
import jax.numpy as jnp
from jax import lax, random


def lstm_params(key, n_in, n):
    k1, k2 = random.split(key)
    return {"wx": random.normal(k1, (n_in, 4 * n)) / n_in**0.5, "wh": random.normal(k2, (n, 4 * n)) / n**0.5, "b": jnp.zeros(4 * n)}


def cell(params, carry, x):
    h, c = carry
    i, f, g, o = jnp.split(x @ params["wx"] + h @ params["wh"] + params["b"], 4, axis=-1)
    c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def run(params, xs, lengths):
    n = params["wh"].shape[0]
    init = (jnp.zeros((xs.shape[0], n)), jnp.zeros((xs.shape[0], n)))

    def body(carry, inputs):
        t, x = inputs
        new, h = cell(params, carry, x)
        alive = (t < lengths)[:, None]
        new = jax.tree.map(lambda a, b: jnp.where(alive, a, b), new, carry)
        return new, h * alive

    (h, _), hs = lax.scan(body, init, (jnp.arange(xs.shape[1]), jnp.swapaxes(xs, 0, 1)))
    return h, jnp.swapaxes(hs, 0, 1)


def loss(params, xs, lengths, targets):
    h, hs = run(params["cell"], xs, lengths)
    logits = h @ params["out"]
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), targets[:, None], axis=1))


def init(key):
    k1, k2 = random.split(key)
    return {"cell": lstm_params(k1, 3, 5), "out": random.normal(k2, (5, 4)) * 0.3}


@functools.partial(jax.jit, static_argnames=("steps",))
def train(key, xs, lengths, targets, steps):
    def body(params, _):
        value, grads = jax.value_and_grad(loss)(params, xs, lengths, targets)
        return jax.tree.map(lambda p, g: p - 0.5 * g, params, grads), value

    return lax.scan(body, init(key), None, length=steps)


key = random.PRNGKey(7)
xs = random.normal(key, (6, 8, 3))
lengths = jnp.array([8, 3, 5, 1, 8, 6])
targets = jnp.array([0, 1, 2, 3, 0, 1])
params, losses = train(key, xs, lengths, targets, steps=20)
print(losses[::5], losses.shape, losses.dtype)
ensemble, many = jax.vmap(lambda k: train(k, xs, lengths, targets, steps=10))(random.split(key, 3))
print(many.shape, many[:, -1], jax.tree.map(jnp.shape, ensemble))
h, hs = run(params["cell"], xs, lengths)
print(hs[1, :, 0], jnp.abs(hs[3, 1:]).max())
outs = lax.scan(lambda c, x: (c + x, c * x), 0.0, jnp.arange(5.0), reverse=True)
print(outs, lax.scan(lambda c, x: (c, x["a"] * 2), (), {"a": jnp.arange(3)}, unroll=2)[1])
print(lax.associative_scan(jnp.add, jnp.arange(5)))
