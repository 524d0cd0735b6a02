"""Gradients of training: MAML, learned learning rates, implicit layers, Jacobian-vector products of losses, Newton-CG."""
import jax
import jax.numpy as jnp
from jax.scipy.sparse.linalg import cg


def net(params, x):
    for w, b in params[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = params[-1]
    return (x @ w + b)[..., 0]


def init(key, sizes):
    return [(jax.random.normal(k, (m, n)) / jnp.sqrt(m), jnp.zeros(n)) for k, m, n in zip(jax.random.split(key, len(sizes)), sizes, sizes[1:])]


def loss(params, x, y):
    return jnp.mean((net(params, x) - y) ** 2)


def adapt(params, x, y, lr, steps=2):
    for _ in range(steps):
        params = jax.tree.map(lambda p, g: p - lr * g, params, jax.grad(loss)(params, x, y))
    return params


def maml(params, lr, tasks):
    x, y = tasks
    return jnp.mean(jax.vmap(lambda x, y: loss(adapt(params, x[:5], y[:5], lr), x[5:], y[5:]))(x, y))


phase = jnp.linspace(0, 1, 4)[:, None, None]
x = jnp.linspace(-1, 1, 10)[None, :, None] + 0 * phase
y = jnp.sin(3 * x + phase)[..., 0]
params = init(jax.random.key(0), [1, 6, 1])
step = jax.jit(jax.value_and_grad(maml, argnums=(0, 1)))
lr = jnp.array(0.1)
for i in range(5):
    value, (g, glr) = step(params, lr, (x, y))
    params = jax.tree.map(lambda p, g: p - 0.1 * g, params, g)
    lr = lr - 0.01 * glr
print(f"{value:.5f} {lr:.5f}")
from jax.flatten_util import ravel_pytree

flat, unravel = ravel_pytree(params)
f = lambda v: loss(unravel(v), x[0], y[0]) + 0.5 * jnp.sum(v**2)
hvp = lambda v: jax.jvp(jax.grad(f), (flat,), (v,))[1]
direction, _ = cg(hvp, -jax.grad(f)(flat), maxiter=20)
print(f(flat + 0.1 * direction) < f(flat), jnp.linalg.norm(hvp(direction) + jax.grad(f)(flat)) < 0.1)
gauss = jax.jacfwd(lambda v: net(unravel(v), x[0]))(flat)
print(gauss.shape, jnp.linalg.norm(gauss).round(3), jnp.allclose(gauss, jax.jacrev(lambda v: net(unravel(v), x[0]))(flat), atol=1e-5))


def deq(w, x):
    def f(z):
        return jnp.tanh(w @ z + x)

    def solve(g, z0):
        return jax.lax.fori_loop(0, 60, lambda i, z: z + g(z), z0)

    def tangent_solve(g, y):
        return jnp.linalg.solve(jax.jacobian(g)(y), y)

    return jax.lax.custom_root(lambda z: f(z) - z, jnp.zeros_like(x), solve, tangent_solve)


w = 0.3 * jnp.eye(3) + 0.1
print(deq(w, jnp.ones(3)), jax.grad(lambda w: deq(w, jnp.ones(3)).sum())(w)[0])
