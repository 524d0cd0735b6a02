"""Typed keys as leaves of trees, and functions that arrange them; what else people ask of keys; a checkpoint that closes over arguments."""

import warnings

import jax
import jax.numpy as jnp
from jax import lax, random

key = random.key(0)
keys = random.split(key, 4)
params = {"w": jnp.ones((2, 2)), "layers": [jnp.zeros(3), jnp.zeros(1)]}


def split_like(key, target):
    structure = jax.tree.structure(target)
    return jax.tree.unflatten(structure, random.split(key, structure.num_leaves))


def rows(x):
    return random.key_data(x).tolist()


by_leaf = split_like(key, params)
print(jax.tree.map(lambda k, p: random.normal(k, p.shape), by_leaf, params))
print(jax.tree.map(lambda p, k: p + random.uniform(k, p.shape), params, by_leaf))
print(jax.tree.structure({"k": key, "all": keys}), len(jax.tree.leaves([key, keys, 1])))
print(jax.tree.map(lambda x: (x.shape, x.ndim, x.size), {"k": key, "all": keys}))
print(jax.tree_util.tree_map_with_path(lambda path, k: (jax.tree_util.keystr(path), k.shape), by_leaf))
print(
    jax.tree.leaves([keys, None], is_leaf=lambda x: x is None)[1],
    jax.tree_util.tree_flatten([keys, 1], lambda x: isinstance(x, list))[1],
)
print(rows(jax.tree.map(lambda *x: jnp.stack(x), {"k": keys[0]}, {"k": keys[1]})["k"]))
print(jax.tree.transpose(jax.tree.structure([0, 0]), None, [{"k": keys}, {"k": keys}])["k"][0].shape)
print(jax.tree.all(jax.tree.map(lambda a, b: jnp.all(a == b), by_leaf, split_like(key, params))))

print(
    rows(jnp.stack([keys[0], keys[1]])), jnp.stack([keys, keys], axis=-1).shape, jnp.concatenate([keys, keys[:1]]).shape
)
print(rows(jnp.where(jnp.array([True, False, True, False]), keys, keys[::-1])), rows(jnp.array([keys[0], keys[2]])))
print(
    jnp.reshape(keys, (2, 2)).shape,
    jnp.expand_dims(keys, -1).shape,
    jnp.squeeze(keys[:1]).shape,
    jnp.broadcast_to(key, (3,)).shape,
)
print(
    rows(jnp.take(keys, jnp.array([1, 0]), axis=0)),
    rows(jnp.roll(keys, 1)),
    jnp.repeat(keys, 2).shape,
    [k.shape for k in jnp.split(keys, 2)],
)
print(
    jax.jit(lambda k: jnp.stack([k, random.split(k)[0]]))(key).shape, jax.vmap(lambda k: jnp.stack([k, k]))(keys).shape
)
print(keys[1] == keys[1], bool(keys[0] == keys[1]), jnp.asarray(key).dtype, isinstance(key, jax.Array))
print([jnp.issubdtype(d, jax.dtypes.prng_key) for d in (key.dtype, jnp.float32, random.PRNGKey(0).dtype)])
for wrong in (lambda: jnp.sum(keys), lambda: jnp.sin(key), lambda: key + 1, lambda: float(key)):
    try:
        print(wrong())
    except TypeError:
        print("refused")


@jax.checkpoint
def layer(x, w):
    return jnp.tanh(x @ w)


def last(w):
    return lax.scan(lambda x, _: (layer(x, w[0]), None), jnp.ones(2), length=3)[0].sum()


with warnings.catch_warnings():
    warnings.simplefilter("error")  # (funcgrad warns of traced values that something keeps)
    print(jax.jit(last)(jnp.eye(2)[None]), jax.jit(jax.grad(last))(jnp.eye(2)[None]))
