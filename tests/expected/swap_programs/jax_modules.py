"""Modules and Adam as flax and optax write them."""
import jax, jax.numpy as jnp
from functools import partial
from dataclasses import dataclass
from typing import NamedTuple, Any
# flax-like module system
class Module:
    def __call__(self, params, *a): return self.apply(params, *a)
@dataclass
class Dense(Module):
    features: int
    def init(self, key, x):
        k1, k2 = jax.random.split(key)
        return {"kernel": jax.nn.initializers.lecun_normal()(k1, (x.shape[-1], self.features)), "bias": jnp.zeros((self.features,))}
    def apply(self, p, x): return x @ p["kernel"] + p["bias"]
@dataclass
class LayerNorm(Module):
    eps: float = 1e-6
    def init(self, key, x): return {"scale": jnp.ones(x.shape[-1]), "bias": jnp.zeros(x.shape[-1])}
    def apply(self, p, x):
        m = x.mean(-1, keepdims=True); v = x.var(-1, keepdims=True)
        return (x - m) * jax.lax.rsqrt(v + self.eps) * p["scale"] + p["bias"]
class Sequential(Module):
    def __init__(self, *layers): self.layers = layers
    def init(self, key, x):
        ps = []
        for k, l in zip(jax.random.split(key, len(self.layers)), self.layers):
            if isinstance(l, Module):
                ps.append(l.init(k, x)); x = l(ps[-1], x)
            else:
                ps.append(()); x = l(x)
        return ps
    def apply(self, ps, x):
        for p, l in zip(ps, self.layers):
            x = l(p, x) if isinstance(l, Module) else l(x)
        return x
net = Sequential(Dense(16), LayerNorm(), jax.nn.gelu, Dense(3))
x = jax.random.normal(jax.random.PRNGKey(1), (8, 5)); y = jnp.arange(8) % 3
params = net.init(jax.random.PRNGKey(0), x)
print(jax.tree_util.tree_map(jnp.shape, params))
print(sum(p.size for p in jax.tree_util.tree_leaves(params)))
def loss_fn(params, x, y):
    logits = net(params, x)
    onehot = jax.nn.one_hot(y, 3)
    return -jnp.mean(jnp.sum(onehot * jax.nn.log_softmax(logits), -1))
class AdamState(NamedTuple):
    count: Any; mu: Any; nu: Any
def adam(lr, b1=0.9, b2=0.999, eps=1e-8):
    def init(params):
        z = jax.tree_util.tree_map(jnp.zeros_like, params)
        return AdamState(jnp.zeros([], jnp.int32), z, z)
    def update(g, s, params=None):
        mu = jax.tree_util.tree_map(lambda m, g: b1 * m + (1 - b1) * g, s.mu, g)
        nu = jax.tree_util.tree_map(lambda v, g: b2 * v + (1 - b2) * g ** 2, s.nu, g)
        c = s.count + 1
        mh = jax.tree_util.tree_map(lambda m: m / (1 - b1 ** c), mu)
        nh = jax.tree_util.tree_map(lambda v: v / (1 - b2 ** c), nu)
        up = jax.tree_util.tree_map(lambda m, v: -lr * m / (jnp.sqrt(v) + eps), mh, nh)
        return up, AdamState(c, mu, nu)
    return init, update
opt_init, opt_update = adam(1e-2)
state = opt_init(params)
@jax.jit
def step(params, state, x, y):
    l, g = jax.value_and_grad(loss_fn)(params, x, y)
    up, state = opt_update(g, state)
    return jax.tree_util.tree_map(lambda p, u: p + u, params, up), state, l
for i in range(30):
    params, state, l = step(params, state, x, y)
    if i % 10 == 0: print(i, f"{l:.4f}")
print(state.count, state.count.dtype, jnp.argmax(net(params, x), -1))
