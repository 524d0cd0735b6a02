"""Derivatives of one's own: custom_vjp with nondiff arguments and residuals, custom_jvp, stop_gradient, straight-through, checkpoint."""
from functools import partial

import jax
import jax.numpy as jnp


@jax.custom_vjp
def safe_norm(x):
    return jnp.linalg.norm(x)


def norm_fwd(x):
    n = jnp.linalg.norm(x)
    return n, (x, n)


def norm_bwd(res, g):
    x, n = res
    return (g * jnp.where(n > 0, x / jnp.where(n > 0, n, 1.0), jnp.zeros_like(x)),)


safe_norm.defvjp(norm_fwd, norm_bwd)
print(jax.grad(safe_norm)(jnp.zeros(3)), jax.jit(jax.grad(safe_norm))(jnp.array([3.0, 4.0])), jax.vmap(jax.grad(safe_norm))(jnp.eye(2) * 2))


@partial(jax.custom_vjp, nondiff_argnums=(0, 2))
def solve_fixed(f, a, iters):
    x = jnp.zeros_like(a)
    return jax.lax.fori_loop(0, iters, lambda i, x: f(x, a), x)


def fixed_fwd(f, a, iters):
    x = solve_fixed(f, a, iters)
    return x, (x, a)


def fixed_bwd(f, iters, res, g):
    x, a = res
    _, pull = jax.vjp(lambda x: f(x, a), x)
    u = jax.lax.fori_loop(0, iters, lambda i, u: g + pull(u)[0], g)
    return (jax.vjp(lambda a: f(x, a), a)[1](u)[0],)


solve_fixed.defvjp(fixed_fwd, fixed_bwd)
f = lambda x, a: 0.5 * jnp.cos(x) + a
print(solve_fixed(f, jnp.array([0.3, 1.0]), 50), jax.jacobian(lambda a: solve_fixed(f, a, 50))(jnp.array([0.3, 1.0])))


@jax.custom_jvp
def log1pexp(x):
    return jnp.log(1.0 + jnp.exp(x))


@log1pexp.defjvp
def log1pexp_jvp(primals, tangents):
    (x,), (t,) = primals, tangents
    return log1pexp(x), (1 - 1 / (1 + jnp.exp(x))) * t


print(jax.grad(log1pexp)(100.0), jax.grad(jax.grad(log1pexp))(0.5), jax.vmap(jax.grad(log1pexp))(jnp.arange(3.0)))


def ste_round(x):
    return x + jax.lax.stop_gradient(jnp.round(x) - x)


print(jax.value_and_grad(lambda x: (ste_round(x) ** 2).sum())(jnp.array([0.4, 1.7])))


@jax.checkpoint
def block(w, x):
    return jnp.sin(jnp.sin(x @ w))


w = jnp.eye(3) * 0.5
print(jax.grad(lambda w: block(w, block(w, jnp.ones(3))).sum())(w))
print(jax.grad(lambda x: jax.grad(lambda y: x * y**3)(2.0))(1.0), jax.jvp(jax.grad(jnp.tanh), (0.5,), (1.0,)))
out, pull = jax.vjp(lambda a, b: (a * b, a + b), 2.0, 3.0)
print(out, pull((1.0, 1.0)), jax.jvp(lambda d: d["x"] ** 2, ({"x": 3.0},), ({"x": 1.0},)))
(value, aux), g = jax.value_and_grad(lambda p: (p["a"] ** 2, {"twice": p["a"] * 2}), has_aux=True)({"a": 3.0})
print(value, aux, g, jax.grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0))
hvp = lambda f, x, v: jax.jvp(jax.grad(f), (x,), (v,))[1]
print(hvp(lambda x: jnp.sum(x**3), jnp.arange(3.0), jnp.ones(3)), jax.hessian(lambda x: jnp.prod(x))(jnp.array([1.0, 2.0, 3.0])))
print(jax.jacfwd(lambda x: jnp.stack([x.sum(), x.prod()]))(jnp.array([2.0, 3.0])), jax.jacrev(lambda x: {"a": x**2})(jnp.array([2.0])))
y, lin = jax.linearize(lambda x: jnp.sin(x) * 2, 0.5)
print(y, lin(1.0), jax.linear_transpose(lambda x: 3 * x, 1.0)(2.0))
print(jax.grad(lambda z: jnp.real(z * jnp.conj(z)))(1.0 + 2j), jax.grad(lambda z: z**2, holomorphic=True)(1.0 + 2j))
