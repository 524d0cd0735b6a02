"""Primitives, loops that depend on values, simulations."""
import numpy as onp
import autograd.numpy as np
from autograd import grad
from autograd.extend import primitive, defvjp, defjvp
from autograd.test_util import check_grads
@primitive
def logsumexp(x):
    m = onp.max(x); return m + onp.log(onp.sum(onp.exp(x - m)))
defvjp(logsumexp, lambda ans, x: lambda g: np.full(x.shape, g) * np.exp(x - np.full(x.shape, ans)))
y = np.array([1.5, -.5, 2.])
print(grad(lambda y: logsumexp(y ** 2))(y)); check_grads(logsumexp, modes=["rev"])(y)
@primitive
def mul(a, b): return a * b
defvjp(mul, lambda ans, a, b: lambda g: g * b, lambda ans, a, b: lambda g: g * a)
defjvp(mul, lambda g, ans, a, b: g * b, lambda g, ans, a, b: a * g)
print(grad(mul, 0)(2., 3.), grad(lambda x: mul(x, x))(4.), grad(grad(lambda x: mul(x, mul(x, x))))(2.0))
check_grads(mul)(2., 3.)
class Net(object):
    def __init__(self, n): self.w = np.ones(n)
    def loss(self, w, x): return np.sum((np.dot(x, w) - 1) ** 2)
    def fit(self, x, steps=3):
        for i in range(steps):
            self.w = self.w - 0.1 * grad(self.loss)(self.w, x)
        return self.w
print(Net(2).fit(np.array([[1., .5], [.3, 2.]])))
def taylor_sine(x):
    ans = curr = x; i = 0
    while np.abs(curr) > 0.001:
        curr = -curr * x**2 / ((2*i+3)*(2*i+2)); ans = ans + curr; i += 1
    return ans
print(grad(taylor_sine)(np.pi / 4), grad(grad(taylor_sine))(0.5))
def sim(x0, steps=5, dt=0.1):
    p, v = x0, 0.0
    for _ in range(steps):
        a = -np.sin(p); v = v + dt * a; p = p + dt * v
        if p > 10: break
    return p
print(grad(sim)(1.0)); print([f"{grad(sim)(float(v)):.6f}" for v in onp.linspace(0, 2, 3)])
x = np.array([1., 2.]); print(grad(lambda x: (x[0] ** 2 * x[1]))(x), grad(lambda x: np.sum(np.array([x[0], x[1] * x[0]])))(x))
print(float(grad(lambda x: x ** 2)(3.0)), type(grad(lambda x: np.sum(x))(np.ones(2))).__name__, str(grad(lambda x: x * 2)(np.float64(1))))
b = grad(lambda x: (print("boxed", isinstance(x, np.ndarray), x.shape, x.dtype, len(x)), np.sum(x))[1])(np.ones(3)); print(b)
print(grad(lambda x: np.sum(np.repeat(x, 2) * np.arange(4.)))(x), grad(lambda x: np.sum(np.tile(x, 2) * np.arange(4.)))(x), grad(lambda x: np.var(x) + np.std(x) + np.prod(x))(x), grad(lambda x: np.sum(np.cumsum(x) ** 2))(x))
