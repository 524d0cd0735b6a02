"""Samplers: Metropolis and HMC with vmapped chains, effective sizes, jax.scipy.stats; a particle filter with resampling."""
import jax
import jax.numpy as jnp
from jax import lax, random
from jax.scipy import stats


def log_prob(x):
    return stats.norm.logpdf(x[0]) + stats.norm.logpdf(x[1], x[0] ** 2, 0.5)


def leapfrog(q, p, eps, n):
    def step(s, _):
        q, p = s
        p = p + 0.5 * eps * jax.grad(log_prob)(q)
        q = q + eps * p
        return (q, p + 0.5 * eps * jax.grad(log_prob)(q)), None

    return lax.scan(step, (q, p), None, length=n)[0]


def kernel(q, key):
    k1, k2 = random.split(key)
    p = random.normal(k1, q.shape)
    q2, p2 = leapfrog(q, p, 0.1, 5)
    log_a = log_prob(q2) - 0.5 * p2 @ p2 - log_prob(q) + 0.5 * p @ p
    accept = jnp.log(random.uniform(k2)) < log_a
    return jnp.where(accept, q2, q), (jnp.where(accept, q2, q), accept)


@jax.jit
def chain(key, q):
    return lax.scan(kernel, q, random.split(key, 20))[1]


samples, accepted = jax.vmap(chain)(random.split(random.key(0), 3), jnp.zeros((3, 2)))
print(samples.shape, accepted.mean(axis=1), samples.mean((0, 1)).round(3))


def filtered(key, ys, n=50):
    def step(carry, inputs):
        x, key = carry
        key, k1, k2 = random.split(key, 3)
        x = 0.9 * x + 0.5 * random.normal(k1, (n,))
        logw = stats.norm.logpdf(inputs, x, 0.3)
        idx = random.categorical(k2, logw, shape=(n,))
        return (x[idx], key), (jax.scipy.special.logsumexp(logw) - jnp.log(n), x[idx].mean())

    return lax.scan(step, (jnp.zeros(n), key), ys)[1]


ys = jnp.sin(jnp.arange(6) * 0.5)
lls, means = jax.jit(filtered)(random.key(1), ys)
print(lls.sum().round(3), means.round(3))
key = random.PRNGKey(4)
print(random.gumbel(key, (2,)), random.exponential(key), random.laplace(key, (2,)), random.truncated_normal(key, -1, 1, (2,)))
print(random.choice(key, 5, (3,)), random.choice(key, jnp.arange(4.0), (2,), p=jnp.array([0.1, 0.2, 0.3, 0.4])), random.fold_in(key, 7), random.split(key)[0])
print(random.categorical(key, jnp.log(jnp.array([[0.2, 0.8], [0.9, 0.1]]))), random.rademacher(key, (4,)), random.bits(key, (2,)), random.dirichlet(key, jnp.ones(3)).sum().round(3))
print(random.key_data(random.key(3)), jax.random.key(0).dtype, random.multivariate_normal(key, jnp.zeros(2), jnp.eye(2)), random.ball(key, 2).shape, random.orthogonal(key, 2).shape)
