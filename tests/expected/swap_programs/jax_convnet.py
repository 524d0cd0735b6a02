"""A convolutional network with dropout and normalisation."""
import jax, jax.numpy as jnp
from jax import lax
from functools import partial
# conv net with maxpool, dropout, batchnorm, cross entropy, jit training on random data
def conv(x, w, b, s=1): return lax.conv_general_dilated(x, w, (s, s), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
def maxpool(x): return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
def avgpool(x): return lax.reduce_window(x, 0., lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4
def bn(x, g, b, eps=1e-5):
    m = jnp.mean(x, (0, 1, 2)); v = jnp.var(x, (0, 1, 2)); return g * (x - m) / jnp.sqrt(v + eps) + b
def dropout(key, x, rate=0.2): return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)
def init(key):
    k = jax.random.split(key, 3); he = jax.nn.initializers.he_normal()
    return {"c1": (he(k[0], (3, 3, 1, 4)), jnp.zeros(4)), "bn": (jnp.ones(4), jnp.zeros(4)), "c2": (he(k[1], (3, 3, 4, 8)), jnp.zeros(8)), "d": (jax.nn.initializers.glorot_uniform()(k[2], (32, 3)), jnp.zeros(3))}
def net(p, x, key=None):
    x = maxpool(jax.nn.relu(bn(conv(x, *p["c1"]), *p["bn"]))); x = avgpool(jax.nn.silu(conv(x, *p["c2"])))
    x = x.reshape(x.shape[0], -1)
    if key is not None: x = dropout(key, x)
    return x @ p["d"][0] + p["d"][1]
def loss(p, x, y, key):
    lp = jax.nn.log_softmax(net(p, x, key)); return -jnp.take_along_axis(lp, y[:, None], 1).mean()
key = jax.random.PRNGKey(0); p = init(key)
x = jax.random.normal(jax.random.PRNGKey(1), (6, 8, 8, 1)); y = jnp.array([0, 1, 2, 0, 1, 2])
@jax.jit
def step(p, key):
    key, sub = jax.random.split(key); l, g = jax.value_and_grad(loss)(p, x, y, sub)
    return jax.tree.map(lambda a, b: a - 0.05 * b, p, g), key, l
for i in range(5):
    p, key, l = step(p, key); print(f"{l:.4f}")
print(net(p, x).shape, jnp.mean(jnp.argmax(net(p, x), 1) == y))
print(lax.conv_transpose(x[:1], jnp.ones((2, 2, 1, 1)), (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")).shape, lax.conv(jnp.ones((1, 2, 5, 5)), jnp.ones((3, 2, 3, 3)), (1, 1), "VALID").sum())
