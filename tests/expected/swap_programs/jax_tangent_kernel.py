"""The neural tangent kernel; flattened parameters."""
import jax, jax.flatten_util
import jax.numpy as jnp
from jax import jacobian, jvp, vjp, vmap, jit, random
# neural tangent kernel
def init(key, sizes=(2, 32, 1)):
    ks = random.split(key, len(sizes)-1)
    return [(random.normal(k, (m, n)), random.normal(random.fold_in(k, 1), (n,))) for k, m, n in zip(ks, sizes[:-1], sizes[1:])]
def f(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w / jnp.sqrt(w.shape[0]) + 0.1 * b)
    w, b = params[-1]
    return (x @ w / jnp.sqrt(w.shape[0]) + 0.1*b)[..., 0]
params = init(random.key(3))
X = random.uniform(random.key(4), (4, 2))
def ntk(x1, x2):
    j1 = jacobian(f)(params, x1); j2 = jacobian(f)(params, x2)
    return sum(jnp.tensordot(a, b, axes=a.ndim) if False else jnp.einsum("...,...->", a, b) for a, b in zip(jax.tree.leaves(j1), jax.tree.leaves(j2)))
K = jit(vmap(vmap(ntk, (None, 0)), (0, None)))(X, X)
print(K.shape, bool(jnp.allclose(K, K.T, atol=1e-5)), jnp.linalg.eigvalsh(K).round(3))
def ntk_vp(v):
    _, pull = vjp(lambda p: f(p, X), params)
    return jvp(lambda p: f(p, X), (params,), pull(v))[1]
print(jnp.abs(ntk_vp(jnp.ones(4)) - K @ jnp.ones(4)).max() < 1e-4)
flat, unravel = jax.flatten_util.ravel_pytree(params)
print(flat.shape, type(unravel(flat)).__name__)
H = jax.hessian(lambda v: f(unravel(v), X[0]) ** 2)(flat)
print(H.shape, f"{jnp.trace(H):.4f}")
