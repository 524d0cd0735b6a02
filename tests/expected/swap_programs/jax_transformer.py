"""A transformer block: masks, static arguments, scan over layers."""
import jax, jax.numpy as jnp
from jax import lax
from functools import partial
# transformer block
def attention(q, k, v, mask):
    a = jnp.einsum("bqhd,bkhd->bhqk", q, k) / jnp.sqrt(q.shape[-1])
    a = jnp.where(mask, a, jnp.finfo(a.dtype).min)
    return jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(a, axis=-1), v)
@partial(jax.jit, static_argnames=("heads",))
def block(p, x, heads=2):
    b, t, d = x.shape
    qkv = (x @ p["qkv"]).reshape(b, t, 3, heads, d // heads)
    q, k, v = (qkv[:, :, i] for i in range(3))
    o = attention(q, k, v, jnp.tril(jnp.ones((t, t), bool)))
    x = x + o.reshape(b, t, d) @ p["o"]
    return x + jax.nn.relu(x @ p["up"]) @ p["down"]
ks = jax.random.split(jax.random.key(0), 5); d = 8
p = {"qkv": jax.random.normal(ks[0], (d, 3 * d)) * .1, "o": jax.random.normal(ks[1], (d, d)) * .1, "up": jax.random.normal(ks[2], (d, 4 * d)) * .1, "down": jax.random.normal(ks[3], (4 * d, d)) * .1}
x = jax.random.normal(ks[4], (2, 5, d))
y = block(p, x); print(y.shape, y.dtype, y[0, 0, :3])
g = jax.grad(lambda p: block(p, x).sum())(p); print({k: (v.shape, float(jnp.abs(v).sum().round(2))) for k, v in g.items()})
stacked = jax.tree.map(lambda v: jnp.stack([v, v * 0.5, v * 2]), p)
print(lax.scan(lambda h, q: (block(q, h), h.mean()), x, stacked)[1])
print(jax.checkpoint(partial(block, heads=4))(p, x).shape, jax.eval_shape(block, p, x), block.lower(p, x).compile()(p, x).shape)
