"""What a program looks at: debug.print, callbacks, pure_callback, eval_shape, make_jaxpr, disable_jit, checking nans, errors."""
import jax
import jax.numpy as jnp
import numpy as np


@jax.jit
def f(x):
    jax.debug.print("x = {x}, sum {s:.2f}", x=x, s=x.sum())
    y = jnp.where(x > 0, jnp.log(x), 0.0)
    return y * 2


out = f(jnp.array([1.0, 2.0]))
jax.effects_barrier()
print(out)
shape = jax.ShapeDtypeStruct((2,), jnp.float32)
print(jax.jit(lambda x: jax.pure_callback(lambda v: np.sort(v), shape, x))(jnp.array([3.0, 1.0])))
print(jax.eval_shape(lambda a, b: {"y": a @ b}, jnp.ones((2, 3)), jnp.ones((3, 4))))
print(jax.make_jaxpr(lambda x: jnp.sin(x) * 2 + x)(1.0))
with jax.disable_jit():
    print(jax.jit(lambda x: x + 1 if x > 0 else x)(1.0))
calls = []


@jax.jit
def counted(x, n=2):
    calls.append(n)
    return x * n


counted(1.0), counted(2.0), counted(jnp.ones(2)), counted(1)
print(len(calls))
lowered = jax.jit(lambda x: x * 2).lower(jnp.ones(3))
print(lowered.compile()(jnp.ones(3)))
for wrong in (
    lambda: jnp.ones(3) + jnp.ones(4),
    lambda: jnp.ones((2, 3)) @ jnp.ones((2, 3)),
    lambda: jnp.ones(3).reshape(2, 2),
    lambda: jnp.concatenate([jnp.ones(2), jnp.ones((2, 2))]),
    lambda: jnp.ones(3)[0, 0],
    lambda: jnp.array(["a"]),
    lambda: jnp.zeros(-1),
    lambda: jax.random.normal(3, (2,)),
    lambda: jax.random.split(jnp.ones(3)),
    lambda: jnp.einsum("ij,jk", jnp.ones(2), jnp.ones((2, 2))),
    lambda: jnp.linalg.inv(jnp.ones((2, 3))),
    lambda: jax.jit(lambda x: x, static_argnums=0)(jnp.ones(2)),
    lambda: jax.vmap(lambda x: x)(1.0),
    lambda: jax.grad(lambda x: "a")(1.0),
    lambda: jax.jvp(jnp.sin, (1.0,), (jnp.ones(2),)),
    lambda: jax.vjp(jnp.sin, 1.0)[1](jnp.ones(2)),
    lambda: jax.nn.one_hot(jnp.ones(2), 3).shape,
    lambda: jnp.sum("a"),
    lambda: jnp.ones(2).foo,
    lambda: int(jnp.ones(2)),
    lambda: jnp.arange(3).at[0].set("a"),
    lambda: jax.tree.map(1, [1]),
    lambda: jnp.split(jnp.ones(5), 2),
    lambda: jnp.stack([]),
    lambda: jnp.take(jnp.ones(3), 0.5),
):
    try:
        print(wrong())
    except Exception as error:
        print(isinstance(error, (TypeError, ValueError, IndexError, AttributeError)))
