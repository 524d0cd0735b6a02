"""A Gaussian process, Hamiltonian Monte Carlo, a Kalman filter."""
import jax, jax.numpy as jnp
from jax.scipy.stats import norm, multivariate_normal as mvn
from jax.scipy.linalg import cho_factor, cho_solve, solve_triangular
# gaussian process, HMC, Kalman filter
def rbf(a, b, ls, s): return s ** 2 * jnp.exp(-0.5 * jnp.sum((a[:, None] - b[None]) ** 2, -1) / ls ** 2)
X = jnp.linspace(0, 4, 8)[:, None]; y = jnp.sin(X[:, 0])
def nlml(p):
    ls, s, n = jax.tree.map(jax.nn.softplus, p)
    K = rbf(X, X, ls, s) + (n ** 2 + 1e-4) * jnp.eye(8)
    L = jnp.linalg.cholesky(K); a = cho_solve((L, True), y)
    return 0.5 * y @ a + jnp.sum(jnp.log(jnp.diag(L))) + 4 * jnp.log(2 * jnp.pi)
p = (0.5, 0.5, -2.0)
g = jax.jit(jax.grad(nlml))
for i in range(5): p = jax.tree.map(lambda v, d: v - 0.02 * d, p, g(p))
print(f"{nlml(p):.4f}", [f"{float(v):.4f}" for v in p])
def hmc(key, logp, x0, n, eps=0.2, L=5):
    grad = jax.grad(logp)
    def step(state, key):
        x = state; k1, k2 = jax.random.split(key)
        p0 = jax.random.normal(k1, x.shape)
        def leap(c, _):
            x, p = c; p = p + 0.5 * eps * grad(x); x = x + eps * p; p = p + 0.5 * eps * grad(x); return (x, p), None
        (xn, pn), _ = jax.lax.scan(leap, (x, p0), None, length=L)
        a = logp(xn) - logp(x) - 0.5 * (pn @ pn - p0 @ p0)
        acc = jnp.log(jax.random.uniform(k2)) < a
        x = jnp.where(acc, xn, x); return x, (x, acc)
    return jax.lax.scan(step, x0, jax.random.split(key, n))[1]
xs, acc = jax.jit(lambda k: hmc(k, lambda x: mvn.logpdf(x, jnp.zeros(2), jnp.array([[1., .5], [.5, 1.]])), jnp.zeros(2), 200))(jax.random.key(2))
print(xs.shape, f"{acc.mean():.2f}", [f"{v:.2f}" for v in xs.mean(0)])
def kalman(A, C, Q, R, ys):
    def f(c, y):
        m, P = c; m = A @ m; P = A @ P @ A.T + Q; S = C @ P @ C.T + R
        K = jnp.linalg.solve(S, C @ P).T; r = y - C @ m
        ll = mvn.logpdf(y, C @ m, S)
        return (m + K @ r, P - K @ S @ K.T), (m, ll)
    return jax.lax.scan(f, (jnp.zeros(2), jnp.eye(2)), ys)
A = jnp.array([[1., .1], [0., 1.]]); C = jnp.array([[1., 0.]]); ys = jnp.sin(jnp.arange(10.) / 3)[:, None]
(m, P), (ms, ll) = kalman(A, C, 0.01 * jnp.eye(2), jnp.array([[.1]]), ys)
print([f"{v:.4f}" for v in m], f"{ll.sum():.3f}", f"{jax.grad(lambda q: kalman(A, C, q * jnp.eye(2), jnp.array([[.1]]), ys)[1][1].sum())(0.01):.3f}")
print(f"{norm.logpdf(1.0):.5f} {norm.cdf(0.5):.5f} {norm.ppf(0.9):.4f}", solve_triangular(jnp.array([[2., 0.], [1., 1.]]), jnp.ones(2), lower=True))
