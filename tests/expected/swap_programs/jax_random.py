"""jax.random."""
import jax, jax.numpy as jnp
from jax import random
key = random.PRNGKey(42)
print(key, random.split(key, 3))
k1, k2, k3, k4 = random.split(key, 4)
print(random.uniform(k1, (3,)), random.randint(k2, (5,), 0, 100), random.bernoulli(k3, 0.3, (5,)))
print(random.normal(k4, (2, 2)).round(4))
print(random.permutation(k1, 10), random.choice(k2, 10, (4,), replace=False), random.choice(k3, jnp.array([1., 2., 3.]), (5,), p=jnp.array([.1, .2, .7])))
print(random.categorical(k1, jnp.log(jnp.array([0.1, 0.2, 0.7])), shape=(8,)), random.gumbel(k2, (2,)).round(4), random.laplace(k3, (2,)).round(4))
print(random.exponential(k1, (2,)).round(4), random.truncated_normal(k2, -1., 1., (3,)).round(4), random.cauchy(k4, (2,)).round(3))
print(random.multivariate_normal(k1, jnp.zeros(2), jnp.array([[1., .5], [.5, 2.]])).round(4))
print(random.fold_in(key, 7), random.key(0), random.key_data(random.key(5)))
ks = random.split(random.key(1), 4); print(ks.shape, ks.dtype, jax.vmap(lambda k: random.uniform(k))(ks))
def body(k, _):
    k, s = random.split(k); return k, random.normal(s)
print(jax.lax.scan(body, key, None, length=4)[1].round(4))
print(random.dirichlet(k1, jnp.ones(3)).sum().round(5), random.gamma(k2, 2.0, (2,)).shape, random.beta(k3, 2., 3., (2,)).shape, random.poisson(k4, 3.0, (3,)).dtype)
print(random.rademacher(k1, (6,)), random.bits(k2, (2,)), random.ball(k3, 2).shape, random.shuffle if hasattr(random, "shuffle") else "no shuffle")
print(jax.jit(lambda k: random.normal(k, (2,)))(key).round(4), jax.grad(lambda s: random.normal(key, (3,)) @ jnp.full(3, s))(2.0).round(4))
print(random.uniform(key, (2,), minval=-1, maxval=1), random.uniform(key, (), jnp.float16), random.normal(key, dtype=jnp.float32))
