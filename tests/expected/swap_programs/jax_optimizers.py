"""Optimisers written by hand as pairs of functions, in the manner of optax, chained; schedules; clipping by the global norm."""
from typing import Any, Callable, NamedTuple

import jax
import jax.numpy as jnp


class Transform(NamedTuple):
    init: Callable
    update: Callable


class AdamState(NamedTuple):
    count: jax.Array
    mu: Any
    nu: Any


def scale_by_adam(b1=0.9, b2=0.999, eps=1e-8):
    def init(params):
        return AdamState(jnp.zeros([], jnp.int32), jax.tree.map(jnp.zeros_like, params), jax.tree.map(jnp.zeros_like, params))

    def update(grads, state, params=None):
        count = state.count + 1
        mu = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.mu, grads)
        nu = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * jnp.square(g), state.nu, grads)
        mhat = jax.tree.map(lambda m: m / (1 - b1 ** count.astype(jnp.float32)), mu)
        vhat = jax.tree.map(lambda v: v / (1 - b2 ** count.astype(jnp.float32)), nu)
        return jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + eps), mhat, vhat), AdamState(count, mu, nu)

    return Transform(init, update)


def clip_by_global_norm(limit):
    def update(grads, state, params=None):
        norm = jnp.sqrt(sum(jnp.sum(jnp.square(g)) for g in jax.tree.leaves(grads)))
        scale = jnp.minimum(1.0, limit / (norm + 1e-6))
        return jax.tree.map(lambda g: g * scale, grads), state

    return Transform(lambda params: (), update)


def scale_by_schedule(fn):
    def update(grads, count, params=None):
        return jax.tree.map(lambda g: -fn(count) * g, grads), count + 1

    return Transform(lambda params: jnp.zeros([], jnp.int32), update)


def add_decay(rate):
    def update(grads, state, params):
        return jax.tree.map(lambda g, p: g + rate * p, grads, params), state

    return Transform(lambda params: (), update)


def chain(*parts):
    def init(params):
        return tuple(p.init(params) for p in parts)

    def update(grads, states, params=None):
        new = []
        for p, s in zip(parts, states):
            grads, s = p.update(grads, s, params)
            new.append(s)
        return grads, tuple(new)

    return Transform(init, update)


def warmup_cosine(peak, warm, total):
    def fn(step):
        step = jnp.asarray(step, jnp.float32)
        up = peak * step / warm
        down = 0.5 * peak * (1 + jnp.cos(jnp.pi * jnp.clip((step - warm) / (total - warm), 0, 1)))
        return jnp.where(step < warm, up, down)

    return fn


def loss(params, batch):
    x, y = batch
    h = jnp.tanh(x @ params["hidden"]["kernel"] + params["hidden"]["bias"])
    return jnp.mean((h @ params["out"] - y) ** 2)


opt = chain(clip_by_global_norm(1.0), scale_by_adam(), add_decay(1e-3), scale_by_schedule(warmup_cosine(0.05, 5, 40)))
k1, k2, k3 = jax.random.split(jax.random.PRNGKey(3), 3)
params = {"hidden": {"kernel": 0.5 * jax.random.normal(k1, (2, 8)), "bias": jnp.zeros(8)}, "out": 0.5 * jax.random.normal(k2, (8,))}
x = jax.random.uniform(k3, (32, 2), minval=-1, maxval=1)
batch = (x, jnp.sin(3 * x[:, 0]) * x[:, 1])
state = opt.init(params)


@jax.jit
def step(params, state, batch):
    value, grads = jax.value_and_grad(loss)(params, batch)
    updates, state = opt.update(grads, state, params)
    return jax.tree.map(jnp.add, params, updates), state, value


for i in range(40):
    params, state, value = step(params, state, batch)
    if i % 10 == 9:
        print(i, f"{value:.5f}")
print(state[1].count, state[-1], jax.tree.structure(state))
print(jax.tree.map(jnp.shape, state[1].mu), f"{float(jnp.linalg.norm(params['out'])):.4f}")
