"""Mixed precision: parameters in float32, a forward pass in bfloat16, loss scaling."""
import jax
import jax.numpy as jnp


def init(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [
        {"w": jax.random.normal(k, (m, n)) * jnp.sqrt(2.0 / m), "b": jnp.zeros((n,))}
        for k, m, n in zip(keys, sizes[:-1], sizes[1:])
    ]


def forward(params, x, dtype=jnp.bfloat16):
    params = jax.tree.map(lambda p: p.astype(dtype), params)
    x = x.astype(dtype)
    for layer in params[:-1]:
        x = jax.nn.relu(x @ layer["w"] + layer["b"])
    out = x @ params[-1]["w"] + params[-1]["b"]
    return out.astype(jnp.float32)


def loss_fn(params, x, y, scale=1.0):
    return scale * jnp.mean((forward(params, x) - y) ** 2)


@jax.jit
def step(params, x, y, lr):
    loss, grads = jax.value_and_grad(loss_fn)(params, x, y, 128.0)
    grads = jax.tree.map(lambda g: g / 128.0, grads)
    return jax.tree.map(lambda p, g: p - lr * g, params, grads), loss / 128.0


key = jax.random.key(0)
x = jnp.linspace(-1, 1, 16).reshape(16, 1)
y = x**2
params = init(key, [1, 8, 1])
print({k: v.dtype for k, v in params[0].items()})
first = None
for i in range(30):
    params, loss = step(params, x, y, 0.05)
    first = loss if first is None else first
print(first.dtype, loss < first, params[0]["w"].dtype)
h = jnp.ones((2, 3), jnp.bfloat16)
print(h.dtype, h.dtype == jnp.bfloat16, (h + 1).dtype, (h * jnp.ones(3)).dtype, (h + jnp.arange(3)).dtype, h.sum().dtype)
print(jnp.finfo(jnp.bfloat16).eps, jnp.array([1.0, 2.5, 3.140625], jnp.bfloat16), repr(jnp.array([0.1, 100.0], dtype="bfloat16")))
print(jnp.dot(h, h.T, preferred_element_type=jnp.float32).dtype, jax.grad(lambda a: (a * a).sum())(h).dtype, jnp.promote_types(jnp.bfloat16, jnp.float16))
cast = lambda t, d: jax.tree.map(lambda a: a.astype(d) if jnp.issubdtype(a.dtype, jnp.floating) else a, t)
print(jax.tree.map(lambda a: str(a.dtype), cast({"a": jnp.ones(2), "i": jnp.arange(2)}, jnp.bfloat16)))
print(jax.eval_shape(lambda a: a.astype(jnp.bfloat16) @ jnp.ones((3, 4), jnp.bfloat16), jax.ShapeDtypeStruct((2, 3), jnp.float32)))
