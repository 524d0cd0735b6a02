"""A program for several devices that runs on one: a mesh, shardings, device_put, jit with shardings, constraints, shard_map, pmap."""
import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

devices = np.array(jax.devices())[:1].reshape(1, 1)
mesh = Mesh(devices, axis_names=("data", "model"))
print(mesh.shape, mesh.axis_names, mesh.devices.shape, P("data", None), P(("data", "model")))
sharding = NamedSharding(mesh, P("data", None))
x = jax.device_put(jnp.arange(8.0).reshape(4, 2), sharding)
print(x.sum(), sharding.spec, x.sharding.is_fully_replicated)


@functools.partial(jax.jit, in_shardings=(sharding, NamedSharding(mesh, P())), out_shardings=NamedSharding(mesh, P()))
def f(x, w):
    y = jax.lax.with_sharding_constraint(x @ w, NamedSharding(mesh, P("data")))
    return y.sum(0)


print(f(x, jnp.ones((2, 3))))
with mesh:
    print(jax.jit(lambda a: jax.lax.with_sharding_constraint(a * 2, P("data")))(x)[0])


@functools.partial(jax.shard_map, mesh=mesh, in_specs=(P("data", None), P()), out_specs=P(), check_vma=False)
def mean_loss(x, w):
    local = jnp.sum((x @ w) ** 2)
    return jax.lax.psum(local, ("data", "model")) / jax.lax.psum(1, "data")


print(mean_loss(x, jnp.ones(2)), jax.grad(mean_loss, argnums=1)(x, jnp.ones(2)))


@functools.partial(jax.shard_map, mesh=mesh, in_specs=P("data"), out_specs=P("data"), check_vma=False)
def gathered(x):
    return jax.lax.all_gather(x, "data", tiled=True) + jax.lax.axis_index("data")


print(gathered(jnp.arange(3.0)))
mesh2 = jax.make_mesh((1,), ("batch",))
print(mesh2.axis_names, jax.device_count(), jax.local_device_count(), jax.process_index())
step = jax.pmap(lambda x: jax.lax.pmean(x, "i"), axis_name="i")
print(step(jnp.arange(2.0)[None]))
tree = jax.tree.map(lambda a: jax.device_put(a, NamedSharding(mesh, P())), {"a": jnp.ones(2)})
print(tree, jax.device_get(tree))
