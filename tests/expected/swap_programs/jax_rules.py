"""custom_jvp and custom_vjp, nondiff_argnums, a fixed point."""
import jax, jax.numpy as jnp
from functools import partial
@jax.custom_vjp
def clip_grad(lo, hi, x): return x
def fwd(lo, hi, x): return x, (lo, hi)
def bwd(res, g):
    lo, hi = res
    return (None, None, jnp.clip(g, lo, hi))
clip_grad.defvjp(fwd, bwd)
print(jax.grad(lambda x: jnp.sum(clip_grad(-0.5, 0.5, x) ** 2))(jnp.array([0.1, 1.0, -3.0])))
@partial(jax.custom_jvp, nondiff_argnums=(0,))
def app(f, x): return f(x)
@app.defjvp
def app_jvp(f, primals, tangents):
    x, = primals; t, = tangents
    return f(x), 2. * t
print(app(lambda x: x ** 3, 3.), jax.grad(app, 1)(lambda x: x ** 3, 3.))
@jax.custom_jvp
def log1pexp(x): return jnp.log(1. + jnp.exp(x))
@log1pexp.defjvp
def _(p, t):
    x, = p; t, = t
    ans = log1pexp(x)
    return ans, (1 - 1/(1 + jnp.exp(x))) * t
print(jax.grad(log1pexp)(100.), jax.jit(jax.grad(log1pexp))(100.), jax.vmap(jax.grad(log1pexp))(jnp.arange(3.)))
print(jax.make_jaxpr(log1pexp)(3.).in_avals)
@partial(jax.custom_vjp, nondiff_argnums=(0, 2))
def fixed_point(f, a, n): 
    def body(i, x): return f(a, x)
    return jax.lax.fori_loop(0, n, body, jnp.ones_like(a))
def fp_fwd(f, a, n):
    x = fixed_point(f, a, n); return x, (a, x)
def fp_bwd(f, n, res, ct):
    a, x = res
    _, vjp_a = jax.vjp(lambda a: f(a, x), a)
    _, vjp_x = jax.vjp(lambda x: f(a, x), x)
    w = jax.lax.fori_loop(0, n, lambda i, w: ct + vjp_x(w)[0], ct)
    return vjp_a(w)
fixed_point.defvjp(fp_fwd, fp_bwd)
newton = lambda a, x: 0.5 * (x + a / x)
print(fixed_point(newton, 2.0, 20), jax.grad(lambda a: fixed_point(newton, a, 20))(2.0), jax.grad(lambda a: jnp.sqrt(a))(2.0))
