"""A variational autoencoder by hand: reparametrised samples, KL, keys split in a scan, jit with static and donated arguments."""
import functools

import jax
import jax.numpy as jnp
from jax import random


def dense(key, m, n):
    return {"w": random.normal(key, (m, n)) * jnp.sqrt(1.0 / m), "b": jnp.zeros((n,))}


def apply(p, x):
    return x @ p["w"] + p["b"]


def init(key, d=6, h=5, z=2):
    ks = random.split(key, 4)
    return {"enc": dense(ks[0], d, h), "mu_var": dense(ks[1], h, 2 * z), "dec": dense(ks[2], z, h), "out": dense(ks[3], h, d)}


def elbo(params, key, x):
    h = jax.nn.elu(apply(params["enc"], x))
    mu, logvar = jnp.split(apply(params["mu_var"], h), 2)
    z = mu + jnp.exp(0.5 * logvar) * random.normal(key, mu.shape)
    logits = apply(params["out"], jax.nn.elu(apply(params["dec"], z)))
    ll = -jnp.sum(jnp.maximum(logits, 0) - logits * x + jnp.log1p(jnp.exp(-jnp.abs(logits))))
    kl = -0.5 * jnp.sum(1 + logvar - mu**2 - jnp.exp(logvar))
    return ll - kl


def loss(params, key, batch):
    keys = random.split(key, batch.shape[0])
    return -jnp.mean(jax.vmap(elbo, in_axes=(None, 0, 0))(params, keys, batch))


@functools.partial(jax.jit, static_argnums=(3,), donate_argnums=(0,))
def train(params, key, data, steps):
    def step(carry, key):
        params, velocity = carry
        k1, k2 = random.split(key)
        batch = random.choice(k1, data, (8,), replace=False)
        value, grads = jax.value_and_grad(loss)(params, k2, batch)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, grads)
        return (jax.tree.map(lambda p, v: p - 0.02 * v, params, velocity), velocity), value

    zeros = jax.tree.map(jnp.zeros_like, params)
    (params, _), values = jax.lax.scan(step, (params, zeros), random.split(key, steps))
    return params, values


data = random.bernoulli(random.PRNGKey(1), 0.3, (32, 6)).astype(jnp.float32)
params, values = train(init(random.PRNGKey(0)), random.PRNGKey(2), data, 30)
print([f"{v:.3f}" for v in values[::10]], jax.tree.map(lambda p: p.dtype.name, params)["enc"])
print(data.sum(), random.randint(random.PRNGKey(5), (3,), 0, 10), random.permutation(random.PRNGKey(3), 5))
