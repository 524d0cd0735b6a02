"""Gradient transformations in a chain, as optax writes them."""
import jax, jax.numpy as jnp
from typing import NamedTuple, Callable
# optax-like chains
class GT(NamedTuple):
    init: Callable; update: Callable
def scale(s): return GT(lambda p: (), lambda u, st, p=None: (jax.tree.map(lambda v: s * v, u), st))
def trace(decay, nesterov=False):
    def init(p): return jax.tree.map(jnp.zeros_like, p)
    def update(u, t, p=None):
        t2 = jax.tree.map(lambda g, m: g + decay * m, u, t)
        return (jax.tree.map(lambda g, m: g + decay * m, u, t2) if nesterov else t2), t2
    return GT(init, update)
def global_norm(t): return jnp.sqrt(sum(jnp.sum(jnp.square(v)) for v in jax.tree.leaves(t)))
def clip_by_global_norm(mx):
    def update(u, st, p=None):
        n = global_norm(u); trigger = n < mx
        return jax.tree.map(lambda v: jax.lax.select(trigger, v, (v / n.astype(v.dtype)) * mx), u), st
    return GT(lambda p: (), update)
def schedule(fn):
    def update(c, st, p=None): return jax.tree.map(lambda v: v * fn(st), c), st + 1
    return GT(lambda p: jnp.zeros([], jnp.int32), update)
def weight_decay(wd): return GT(lambda p: (), lambda u, s, p: (jax.tree.map(lambda g, q: g + wd * q, u, p), s))
def chain(*ts):
    def init(p): return tuple(t.init(p) for t in ts)
    def update(u, st, p=None):
        new = []
        for s, t in zip(st, ts): u, s = t.update(u, s, p); new.append(s)
        return u, tuple(new)
    return GT(init, update)
cos = lambda c: 0.5 * (1 + jnp.cos(jnp.pi * jnp.minimum(c, 20) / 20))
tx = chain(clip_by_global_norm(1.0), weight_decay(1e-3), trace(0.9, True), schedule(cos), scale(-0.1))
params = {"w": jnp.array([[1., -2.], [3., 0.5]]), "b": jnp.zeros(2)}
X = jnp.array([[1., 2.], [3., 4.], [-1., 0.5]]); Y = jnp.array([[0., 1.], [1., 0.], [1., 1.]])
loss = lambda p: jnp.mean((jnp.tanh(X @ p["w"] + p["b"]) - Y) ** 2)
st = tx.init(params)
@jax.jit
def step(p, st):
    l, g = jax.value_and_grad(loss)(p); u, st = tx.update(g, st, p)
    return jax.tree.map(jnp.add, p, u), st, (l, global_norm(g))
for i in range(8):
    params, st, (l, n) = step(params, st); print(i, f"{l:.5f} {n:.5f}")
print(params["b"], st[3], jax.tree.structure(st))
