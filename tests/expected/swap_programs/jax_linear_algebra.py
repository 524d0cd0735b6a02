"""Linear algebra and special functions as statisticians use them: Cholesky, triangular solves, Kalman filter, Gaussian process, logpdfs."""
import jax
import jax.numpy as jnp
import jax.scipy as jsp
import jax.scipy.optimize
from jax.scipy.linalg import cho_factor, cho_solve, solve_triangular
from jax.scipy.special import gammaln, logsumexp
from jax.scipy.stats import multivariate_normal, norm

jax.config.update("jax_enable_x64", True)
x = jnp.linspace(0, 3, 12)
y = jnp.sin(x)


def kernel(a, b, params):
    d = (a[:, None] - b[None, :]) / jnp.exp(params["scale"])
    return jnp.exp(2 * params["amp"]) * jnp.exp(-0.5 * d**2)


def nll(params):
    k = kernel(x, x, params) + jnp.exp(2 * params["noise"]) * jnp.eye(len(x))
    c = cho_factor(k, lower=True)
    alpha = cho_solve(c, y)
    return 0.5 * y @ alpha + jnp.log(jnp.diag(c[0])).sum() + 0.5 * len(x) * jnp.log(2 * jnp.pi)


params = {"amp": jnp.array(0.0), "scale": jnp.array(0.0), "noise": jnp.array(-2.0)}
value, grads = jax.jit(jax.value_and_grad(nll))(params)
print(value, grads)
print(jax.hessian(nll)(params)["scale"]["amp"])


def kalman(params, ys):
    a, q, r = params

    def step(carry, y):
        m, p = carry
        m, p = a * m, a**2 * p + q
        s = p + r
        ll = norm.logpdf(y, m, jnp.sqrt(s))
        gain = p / s
        return (m + gain * (y - m), (1 - gain) * p), ll

    return jax.lax.scan(step, (0.0, 1.0), ys)[1].sum()


print(kalman((0.9, 0.1, 0.2), y), jax.grad(kalman)((0.9, 0.1, 0.2), y))
a = jnp.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
print(solve_triangular(jnp.linalg.cholesky(a), jnp.ones(3), lower=True), jsp.linalg.expm(a * 0.1)[0], jnp.linalg.pinv(a)[0])
print(multivariate_normal.logpdf(jnp.ones(3), jnp.zeros(3), a), logsumexp(a, axis=1), gammaln(jnp.array([0.5, 5.0])))
u, s, vt = jnp.linalg.svd(a)
print(s, jnp.abs(u @ jnp.diag(s) @ vt - a).max() < 1e-5, jnp.linalg.qr(a)[1][0, 0] < 0, jnp.linalg.matrix_rank(a), jnp.linalg.cond(a))
print(jnp.linalg.eigvals(jnp.array([[0.0, 1.0], [-1.0, 0.0]])), jnp.linalg.eigh(a)[0], jnp.linalg.det(a), jnp.linalg.lstsq(a[:, :2], y[:3])[0])
print(jnp.fft.rfft(y)[:3], jnp.fft.ifft(jnp.fft.fft(y)).real[:3], jnp.convolve(x[:3], y[:3]), jnp.interp(0.7, x, y))
print(jax.grad(lambda m: jnp.linalg.slogdet(m)[1])(a)[0], jax.grad(lambda m: jnp.linalg.eigh(m)[0][0])(a)[0])
print(jnp.polyfit(x, y, 2), jnp.polyval(jnp.array([1.0, 2.0]), 3.0), jnp.cov(jnp.stack([x, y])), jnp.percentile(y, jnp.array([25, 50])))
print([(r.dtype, jnp.sort(r)) for r in map(jnp.roots, (jnp.array([1.0, -3.0, 2.0]), jnp.array([1.0, 0.0, 1.0]), jnp.array([2.0])))])
res = jsp.optimize.minimize(lambda p: jnp.sum((p - jnp.array([1.0, -2.0])) ** 2), jnp.zeros(2), method="BFGS")
print(res.x.round(6), res.success)
print(jnp.linalg.cholesky(-a), jnp.linalg.inv(a)[0], jnp.trace(a), jnp.kron(jnp.eye(2), a[:1, :1]))
jax.config.update("jax_enable_x64", False)
