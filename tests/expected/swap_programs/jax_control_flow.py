"""Loops and branches: while, fori, cond, switch, in and under every transform."""
import jax
import jax.numpy as jnp
from jax import lax


def collatz(n):
    def body(state):
        n, k = state
        return lax.cond(n % 2 == 0, lambda n: n // 2, lambda n: 3 * n + 1, n), k + 1

    return lax.while_loop(lambda s: s[0] != 1, body, (n, 0))[1]


print(jax.jit(collatz)(27), jax.vmap(collatz)(jnp.arange(1, 10)))


def sqrt(x):
    return lax.fori_loop(0, 20, lambda i, y: 0.5 * (y + x / y), x)


print(jax.jit(sqrt)(2.0), jax.grad(sqrt)(2.0), jax.jvp(sqrt, (4.0,), (1.0,)))


def bisect(f, lo, hi):
    def body(s):
        lo, hi = s
        mid = 0.5 * (lo + hi)
        return jnp.where(f(mid) > 0, lo, mid), jnp.where(f(mid) > 0, mid, hi)

    return lax.while_loop(lambda s: s[1] - s[0] > 1e-5, body, (lo, hi))


lo, hi = jax.jit(lambda a: bisect(lambda x: x**3 - a, 0.0, a))(5.0)
print(f"{lo:.4f} {hi:.4f}")
branches = [lambda x: x, jnp.sin, lambda x: -x * 2]
print(jax.vmap(lambda i, x: lax.switch(i, branches, x))(jnp.array([0, 1, 2, 5]), jnp.ones(4)))
print(jax.grad(lambda x, i: lax.switch(i, branches, x))(1.5, 2), jax.jit(lambda i: lax.switch(i, branches, 2.0))(-3))
print(jax.grad(lambda x: lax.cond(x > 1, lambda x: x**2, lambda x: x, x))(3.0), lax.cond(True, lambda: 1, lambda: 2))


@jax.jit
def power_iteration(a):
    def cond(s):
        v, old, k = s
        return (jnp.abs(v - old).max() > 1e-6) & (k < 100)

    def body(s):
        v, _, k = s
        w = a @ v
        return w / jnp.linalg.norm(w), v, k + 1

    v, _, k = lax.while_loop(cond, body, (jnp.ones(a.shape[0]) / jnp.sqrt(a.shape[0]), jnp.zeros(a.shape[0]), 0))
    return v @ a @ v, k < 100


print(power_iteration(jnp.array([[2.0, 1.0], [1.0, 3.0]])))
for wrong in (
    lambda: lax.while_loop(lambda x: x < 3, lambda x: x + 0.5, jnp.int32(0)),
    lambda: lax.scan(lambda c, x: (c, c, x), 0, jnp.arange(3)),
    lambda: lax.fori_loop(0, 3, lambda i, x: x[None], jnp.ones(2)),
    lambda: jax.jit(lambda x: 1 if x > 0 else 2)(1.0),
    lambda: jax.jit(lambda x: jnp.zeros(int(x)))(3),
    lambda: lax.switch(0.5, branches, 1.0),
    lambda: jax.grad(lambda x: x)(jnp.ones(2)),
    lambda: jax.grad(lambda x: x)(1),
    lambda: jax.vmap(lambda x, y: x + y)(jnp.ones(2), jnp.ones(3)),
    lambda: lax.add(jnp.ones(2), jnp.ones(2, int)),
    lambda: jax.jit(lambda x: x[x > 0])(jnp.ones(3)),
):
    try:
        print(wrong())
    except Exception as error:
        print(isinstance(error, (TypeError, ValueError, IndexError)), [n for n in ("TracerBoolConversionError", "NonConcreteBooleanIndexError") if isinstance(error, getattr(jax.errors, n))])
