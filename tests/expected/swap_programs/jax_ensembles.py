"""Batches of models, segments, gathers, updates: vmap with axes of every kind, in_axes trees, nested; einsum; segment_sum; .at."""
import jax
import jax.numpy as jnp
import numpy as np

key = jax.random.PRNGKey(0)
params = {"w": jax.random.normal(key, (4, 3, 2)), "b": jnp.zeros((4, 2))}
x = jnp.linspace(0, 1, 15).reshape(5, 3)
predict = lambda p, x: jnp.tanh(x @ p["w"] + p["b"])
print(jax.vmap(predict, in_axes=(0, None))(params, x).shape, jax.vmap(jax.vmap(predict, (None, 0)), (0, None))(params, x).shape)
print(jax.vmap(lambda p, x: p["w"] @ x, in_axes=({"w": 2, "b": None}, None), out_axes=1)({"w": jnp.ones((2, 3, 4)), "b": 1}, jnp.ones(3)).shape)
per_example = jax.vmap(jax.grad(lambda p, x: predict(p, x).sum()), in_axes=(None, 0))({"w": params["w"][0], "b": params["b"][0]}, x)
print(jax.tree.map(jnp.shape, per_example), per_example["b"].sum(0))
print(jax.vmap(lambda x: jax.lax.pmean(x, "i"), axis_name="i")(jnp.arange(4.0)), jax.vmap(lambda x: x - jax.lax.psum(x, "i"), axis_name="i")(jnp.arange(3)))
ids = jnp.array([0, 1, 0, 2, 2])
print(jax.ops.segment_sum(jnp.arange(5.0), ids), jax.ops.segment_max(jnp.arange(5), ids, num_segments=4), jax.jit(jax.ops.segment_sum, static_argnames="num_segments")(x, ids, num_segments=3)[2])


def message_passing(nodes, senders, receivers, steps=3):
    for _ in range(steps):
        messages = nodes[senders]
        total = jax.ops.segment_sum(messages, receivers, nodes.shape[0])
        degree = jnp.maximum(jax.ops.segment_sum(jnp.ones_like(senders, dtype=jnp.float32), receivers, nodes.shape[0]), 1)
        nodes = jnp.tanh(nodes + total / degree[:, None])
    return nodes


nodes = jnp.eye(4)
print(message_passing(nodes, jnp.array([0, 1, 2, 3, 0]), jnp.array([1, 2, 3, 0, 2])).sum(1))
print(jax.grad(lambda n: message_passing(n, jnp.array([0, 1]), jnp.array([1, 2])).sum())(nodes)[0])
a = jnp.zeros((3, 4))
print(a.at[1, 2].set(5.0).at[:, 0].add(1).at[jnp.array([0, 0]), 3].add(2.0).at[-1].mul(3.0).at[0, 1:3].min(-1.0))
print(jnp.arange(5).at[jnp.array([0, 9])].set(7), jnp.arange(5)[jnp.array([1, 9])], jnp.arange(5).at[9].get(mode="fill", fill_value=-1))
q, k, v = (jax.random.normal(kk, (2, 5, 3, 4)) for kk in jax.random.split(key, 3))
scores = jnp.einsum("bqhd,bkhd->bhqk", q, k) / jnp.sqrt(4.0)
mask = jnp.tril(jnp.ones((5, 5), bool))
weights = jax.nn.softmax(jnp.where(mask, scores, -jnp.inf), axis=-1)
out = jnp.einsum("bhqk,bkhd->bqhd", weights, v)
print(out.shape, out[0, 1, 0], weights[0, 0, 2])
ref = jax.nn.dot_product_attention(q, k, v, is_causal=True)
print(bool(jnp.allclose(out, ref, atol=1e-5)))
print(np.asarray(out).dtype, np.mean(out).round(4), float(out.mean().round(4)), jnp.unique(ids, return_counts=True), jnp.histogram(x, bins=3)[0])
print(jnp.argsort(-x[:, 0]), jnp.sort(ids)[::-1], jax.lax.top_k(x.ravel(), 2), jnp.searchsorted(jnp.arange(5), 2.5), jnp.digitize(x[0], jnp.array([0.05, 0.1])))
print(jnp.linalg.svd(x, full_matrices=False)[1][:1], jnp.linalg.slogdet(jnp.eye(3) * 2), jnp.linalg.eigh(jnp.array([[2.0, 1], [1, 2]]))[0], jnp.linalg.solve(jnp.eye(2) * 2, jnp.ones(2)))
