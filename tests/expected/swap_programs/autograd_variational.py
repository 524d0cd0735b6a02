"""Black-box variational inference, implicit functions, complex gradients, jacobians of vector functions."""
import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.stats.norm as norm
from autograd import elementwise_grad, grad, hessian, holomorphic_grad, jacobian, make_jvp, make_vjp, multigrad_dict, value_and_grad
from autograd.misc.optimizers import adam, rmsprop, sgd


def log_density(x):
    mu, log_sigma = x[:, 0], x[:, 1]
    return norm.logpdf(log_sigma, 0, 1.35) + norm.logpdf(mu, 0, np.exp(log_sigma))


def gaussian_entropy(log_std):
    return 0.5 * len(log_std) * (1.0 + np.log(2 * np.pi)) + np.sum(log_std)


rs = npr.RandomState(0)
noise = rs.randn(50, 2)


def objective(params, t):
    mean, log_std = params[:2], params[2:]
    samples = noise * np.exp(log_std) + mean
    return -(gaussian_entropy(log_std) + np.mean(log_density(samples)))


for optimizer in (adam, sgd, rmsprop):
    out = optimizer(grad(objective), np.array([-1.0, -1.0, -5.0, -5.0]), step_size=0.05, num_iters=25)
    print(optimizer.__name__, np.round(out, 5), round(float(objective(out, 0)), 5))
f = lambda x: np.array([x[0] ** 2 * x[1], 5 * x[0] + np.sin(x[1])])
x = np.array([1.0, 2.0])
print(jacobian(f)(x), hessian(lambda x: f(x)[0])(x))
print(holomorphic_grad(lambda z: z**3)(1.0 + 1j), grad(lambda z: np.real(np.exp(z)))(0.5 + 0.5j))
vjp, out = make_vjp(f)(x)
print(vjp(np.ones(2)), out, make_jvp(f)(x)(np.ones(2)))
print(elementwise_grad(np.tanh)(np.linspace(-1, 1, 3)), elementwise_grad(elementwise_grad(np.sin))(np.array([0.5])))
print(float(value_and_grad(lambda d: d["a"] ** 2 + d["b"][0])({"a": 3.0, "b": [1.0, 2.0]})[0]))
print(grad(lambda x, y: np.sum(x * y), 1)(np.ones(2), np.array([3.0, 4.0])), [float(v) for v in grad(lambda x: x[0] * x[1])((2.0, 3.0))])
a = np.array([[2.0, 0.5], [0.5, 1.0]])
print(grad(lambda a: np.linalg.slogdet(a)[1])(a), grad(lambda a: np.sum(np.linalg.inv(a)))(a))
print(grad(lambda x: np.sum(np.sort(x) * np.arange(3)))(np.array([3.0, 1.0, 2.0])), grad(lambda x: np.max(x))(np.array([1.0, 1.0])), grad(np.abs)(-2.0))
