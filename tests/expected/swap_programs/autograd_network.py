"""A network by autograd's Adam."""
import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, value_and_grad
from autograd.misc.optimizers import adam
from autograd.misc.flatten import flatten
from autograd.scipy.special import logsumexp
def init(scale, sizes, rs=npr.RandomState(0)):
    return [(scale * rs.randn(m, n), scale * rs.randn(n)) for m, n in zip(sizes[:-1], sizes[1:])]
def predict(params, x):
    for W, b in params:
        out = np.dot(x, W) + b
        x = np.tanh(out)
    return out - logsumexp(out, axis=1, keepdims=True)
rs = npr.RandomState(1)
X = rs.randn(60, 5); T = np.eye(3)[rs.randint(0, 3, 60)]
def logpost(params, L2=0.1):
    flat, _ = flatten(params)
    return -L2 * np.dot(flat, flat) + np.sum(predict(params, X) * T)
obj = lambda p, it: -logpost(p)
g = grad(obj)
def callback(p, i, gr):
    if i % 10 == 0: print("{:3d} {:.6f}".format(i, logpost(p)))
p = adam(g, init(0.1, [5, 8, 3]), step_size=0.05, num_iters=31, callback=callback)
print(np.mean(np.argmax(predict(p, X), 1) == np.argmax(T, 1)))
v, gr = value_and_grad(obj)(p, 0); print(round(float(v), 6), [(a.shape, b.shape) for a, b in gr])
