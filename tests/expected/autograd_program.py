"""A program for HIPS autograd, run by tests as it stands on funcgrad: what users of autograd do, end to end (tests/test_autograd_swap.py)."""

import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.linalg as sla
import autograd.scipy.stats.multivariate_normal as mvn
import autograd.scipy.stats.norm as norm
import autograd.scipy.stats.t as student
from autograd import (
    checkpoint,
    elementwise_grad,
    grad,
    hessian_vector_product,
    holomorphic_grad,
    make_vjp,
    value_and_grad,
)
from autograd.builtins import isinstance, tuple
from autograd.misc.fixed_points import fixed_point
from autograd.misc.flatten import flatten, flatten_func
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.scipy.integrate import odeint
from autograd.scipy.signal import convolve
from autograd.scipy.special import expit, gammaln, logsumexp
from autograd.test_util import check_grads
from scipy.optimize import minimize


def show(name, value):
    flat = np.atleast_1d(np.asarray(flatten(value)[0], float))
    print(name, " ".join(f"{v:.6f}" for v in flat + 0.0))


rs = npr.RandomState(4)
inputs, classes = rs.randn(40, 4), np.eye(3)[rs.randint(3, size=40)]


def scores(layers, x):
    for w, b in layers:
        z = np.dot(x, w) + b
        x = np.maximum(z, 0.1 * z)
    return z - logsumexp(z, axis=1, keepdims=True)


def objective(layers, step):
    flat, _ = flatten(layers)
    return -np.mean(np.sum(scores(layers, inputs) * classes, axis=1)) + 0.01 * np.dot(flat, flat)


first = [(0.5 * rs.randn(m, n), np.zeros(n)) for m, n in ((4, 6), (6, 3))]
seen = []
for optimizer in (adam, rmsprop, sgd):
    last = optimizer(grad(objective), first, callback=lambda p, i, g: seen.append(objective(p, i)), num_iters=15)
    show(optimizer.__name__, objective(last, 0))
show("on the way", seen[::9])
check_grads(lambda w: scores([(w, np.ones(3))], inputs), modes=["rev"], order=2)(rs.randn(4, 3))

points = np.concatenate([rs.randn(15, 2) + 2.0, 0.5 * rs.randn(15, 2) - 1.0])
of_vector, unflatten, start = flatten_func(
    lambda p: p, {"weights": np.zeros(2), "means": [np.ones(2), -np.ones(2)], "factors": np.stack([np.eye(2)] * 2)}
)


def misfit(vector):
    p = unflatten(vector)
    parts = [
        w + mvn.logpdf(points, m, np.dot(f, f.T) + 0.01 * np.eye(2))
        for w, m, f in zip(p["weights"] - logsumexp(p["weights"]), p["means"], p["factors"])
    ]
    return -np.sum(logsumexp(np.vstack(parts), axis=0))


show("mixture", grad(misfit)(start))
show("curvature", hessian_vector_product(misfit)(start, np.ones(len(start))))
show("fitted", minimize(value_and_grad(misfit), start, jac=True, method="BFGS", options={"gtol": 1e-8}).fun)
show("densities", grad(lambda m: np.sum(norm.logcdf(points, m) + student.logpdf(points, 4.0, m, 2.0)))(0.3))


class Model:
    def __init__(self):
        self.w = None

    def __call__(self, x):
        return np.sum(np.sin(x * self.w)) + (len(self.w) if isinstance(self.w, np.ndarray) else 0)


model = Model()


def through_a_model(w):
    model.w = w
    return model(np.arange(3.0)) ** 2


show("model", grad(through_a_model)(np.array([0.3, 0.2, 0.1])))
show("nested", grad(lambda d: d["a"][0] ** 2 * np.sum(d["b"]) + len(d))({"a": [1.5, 2.0], "b": np.arange(3.0)}))
show("pooled", grad(lambda k: np.sum(np.tanh(np.max(
    convolve(points.reshape(5, 2, 6), k, axes=([1, 2], [0, 1]), mode="valid"), axis=2))))(rs.randn(2, 3)))  # fmt: skip
show("ode", grad(lambda a: np.sum(odeint(lambda y, t, a: np.dot(a, np.tanh(y)), np.ones(2), np.linspace(0.0, 1.0, 3), tuple((a,)),
                                         rtol=1e-10, atol=1e-10) ** 2))(np.array([[-0.2, 1.0], [-1.0, -0.1]])))  # fmt: skip
root = lambda a: fixed_point(lambda a: lambda x: (x + a / x) / 2, a, 1.0, lambda x, y: np.abs(x - y), 1e-12)  # noqa: E731
show("root", [root(3.0), grad(root)(3.0), grad(grad(root))(3.0)])
show(
    "matrices",
    grad(lambda x: np.sum(sla.sqrtm(np.outer(x, x) + np.eye(2))) + np.linalg.slogdet(np.diag(x))[1])(np.ones(2) * 1.5),
)
show("special", elementwise_grad(lambda x: expit(gammaln(x)) * checkpoint(np.tanh)(x))(np.array([1.5, 2.5])))
show("complex", [np.real(holomorphic_grad(lambda z: z**2 * np.sin(z))(1.0 + 2.0j))])
pull, value = make_vjp(lambda x: np.where(x > 0.5, np.sqrt(np.abs(x)), np.cumsum(x) ** 2))(np.array([0.1, 0.7, 0.3]))
show("pulled", [value, pull(np.ones(3))])
