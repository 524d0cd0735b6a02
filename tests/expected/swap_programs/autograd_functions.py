"""Plain functions on autograd.numpy: indexing, dtypes, branches on values, try/except, where, fft, einsum, scipy functions; errors."""
import autograd.numpy as np
import autograd.scipy.linalg as sla
import autograd.scipy.signal as ss
import autograd.scipy.special as sp
import autograd.scipy.stats as stats
from autograd import grad, jacobian
from autograd.extend import defjvp, defvjp, primitive
from autograd.test_util import check_grads


def newton_sqrt(a, tol=1e-10):
    x = a
    while abs(x * x - a) > tol:
        x = 0.5 * (x + a / x)
    return x


print(grad(newton_sqrt)(9.0))


def branch(x):
    total = 0.0
    for i, v in enumerate(x):
        total = total + (v**2 if v > 0 else np.exp(v)) * (i + 1)
    return total


x = np.array([0.5, -1.0, 2.0])
print(grad(branch)(x), grad(lambda x: np.sum(x[::-1][1:] * x[[0, 2]]))(x), grad(lambda x: np.sum(x[x > 0] ** 2))(x))
print(grad(lambda x: np.sum(np.where(x > 0, x**2, 0.0)))(x), grad(lambda x: np.dot(np.append(x, x), np.arange(6.0)))(x))
m = np.arange(6.0).reshape(2, 3) + 1
for f in (
    lambda m: np.sum(np.einsum("ij,kj->ik", m, m)),
    lambda m: np.sum(np.tensordot(m, m, axes=([0], [0])) ** 2),
    lambda m: np.std(m, axis=1).sum() + np.var(m),
    lambda m: np.sum(np.cumsum(m, axis=0) * np.transpose(m.T)),
    lambda m: np.linalg.norm(m) + np.trace(np.dot(m, m.T)),
    lambda m: np.sum(np.abs(np.fft.fft(m, axis=1)) ** 2),
    lambda m: np.prod(m, axis=0).sum() + np.max(m) + np.sum(np.clip(m, 1.5, 4.5)),
    lambda m: np.sum(np.concatenate([m, m * 2], axis=1)[:, 1:4] / np.expand_dims(m[:, 0], 1)),
    lambda m: np.sum(ss.convolve(m, np.ones((2, 2)))),
    lambda m: np.sum(sla.solve_triangular(np.tril(np.dot(m.T, m)) + np.eye(3), m.T, lower=True)),
    lambda m: np.sum(sp.gammaln(m) + sp.expit(m) + sp.erf(m)) + sp.logsumexp(m),
    lambda m: np.sum(stats.norm.logpdf(m, 1.0, 2.0)) + np.sum(stats.gamma.logpdf(m, 2.0)) + np.sum(stats.t.logpdf(m, 3.0)),
    lambda m: np.sum(np.outer(m[0], m[1])) + np.mean(np.tile(m, 2)) + np.sum(np.pad(m, 1, "constant")),
    lambda m: np.sum(np.linalg.svd(m, full_matrices=False)[1]) + np.sum(np.linalg.pinv(m)),
):
    print(np.round(grad(f)(m), 6).tolist())


@primitive
def stable(x):
    return np.log1p(np.exp(x))


defvjp(stable, lambda ans, x: lambda g: g / (1 + np.exp(-x)))
defjvp(stable, lambda g, ans, x: g / (1 + np.exp(-x)))
check_grads(stable, modes=["fwd", "rev"], order=2)(0.7)
check_grads(lambda x: np.sum(np.sin(x) * x), modes=["rev"])(x)
print(grad(stable)(1.0), jacobian(lambda x: np.outer(x, x))(x[:2]).shape)
for wrong in (lambda: grad(lambda x: x)(np.ones(2)), lambda: grad(lambda x: x * 1j)(1.0), lambda: grad(lambda x: float(x) ** 2)(1.0), lambda: grad(lambda x: x)("a")):
    try:
        print(wrong())
    except Exception as error:
        print(isinstance(error, TypeError))
