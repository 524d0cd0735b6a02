"""A mixture of Gaussians fitted by scipy.optimize with autograd's gradients; logsumexp; flatten."""
import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, hessian_vector_product
from autograd.misc.flatten import flatten_func
from autograd.scipy.special import logsumexp
import autograd.scipy.stats.multivariate_normal as mvn
from scipy.optimize import minimize


def init(k, d, scale, rs=npr.RandomState(0)):
    return {"log proportions": rs.randn(k) * scale, "means": rs.randn(k, d) * scale, "lower triangles": np.zeros((k, d, d)) + np.eye(d)}


def log_normalize(x):
    return x - logsumexp(x)


def unpack(params):
    lows = np.tril(params["lower triangles"], -1)
    diag = np.exp(np.diagonal(params["lower triangles"], axis1=-1, axis2=-2))
    covs = [np.dot(l + np.diag(d), (l + np.diag(d)).T) for l, d in zip(lows, diag)]
    return zip(log_normalize(params["log proportions"]), params["means"], covs)


def log_likelihood(params, data):
    parts = [lp + mvn.logpdf(data, m, c) for lp, m, c in unpack(params)]
    return np.sum(logsumexp(np.vstack(parts), axis=0))


rs = npr.RandomState(1)
data = np.concatenate([rs.randn(20, 2) + [2, 0], rs.randn(20, 2) * 0.5 - [1, 1]])
params = init(2, 2, 0.5)
objective = lambda p: -log_likelihood(p, data)
flat, unflatten, x0 = flatten_func(objective, params)
print(x0.shape, flat(x0))
g = grad(flat)
print(np.round(g(x0), 6))
result = minimize(flat, x0, jac=g, method="L-BFGS-B", options={"maxiter": 15})
print(result.nit, round(result.fun, 3), flat(result.x) < flat(x0))
print(np.round(hessian_vector_product(flat)(x0, np.ones_like(x0))[:3], 5), sorted(grad(objective)(params)))
