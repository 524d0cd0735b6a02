"""Black-box variational inference, distributions, special functions."""
import autograd.numpy as np
import autograd.numpy.random as npr
import autograd.scipy.stats.multivariate_normal as mvn
import autograd.scipy.stats.norm as norm
from autograd import grad
from autograd.misc.optimizers import adam, sgd, rmsprop
def black_box_vi(logprob, D, S):
    def unpack(p): return p[:D], p[D:]
    def entropy(ls): return 0.5 * D * (1.0 + np.log(2*np.pi)) + np.sum(ls)
    rs = npr.RandomState(0)
    def objective(p, t):
        m, ls = unpack(p)
        s = rs.randn(S, D) * np.exp(ls) + m
        return -(entropy(ls) + np.mean(logprob(s, t)))
    return objective, grad(objective), unpack
def log_density(x, t):
    mu, ls = x[:, 0], x[:, 1]
    return norm.logpdf(ls, 0, 1.35) + norm.logpdf(mu, 0, np.exp(ls))
obj, g, unpack = black_box_vi(log_density, 2, 200)
for opt, lr in ((adam, 0.1), (sgd, 0.01), (rmsprop, 0.05)):
    p = opt(g, np.concatenate([-np.ones(2), -5 * np.ones(2)]), step_size=lr, num_iters=20)
    print(opt.__name__, np.round(p, 8))
print(grad(lambda m: mvn.logpdf(np.array([1., 2.]), m, np.array([[2., .3], [.3, 1.]])))(np.zeros(2)))
print(*[f"{v:.12f}" for v in (norm.cdf(0.3), grad(norm.cdf)(0.3), grad(norm.logcdf)(-3.0))])
import autograd.scipy.special as sp, autograd.scipy.stats as st
for f in (sp.gamma, sp.gammaln, sp.digamma, sp.erf, sp.erfc, sp.expit, sp.logit, sp.i0, sp.j0, sp.erfinv): print(f.__name__, round(float(grad(f)(0.6)), 10))
print(grad(lambda a: st.beta.logpdf(0.3, a, 2.0))(1.5), grad(lambda k: st.gamma.logpdf(2.0, k))(1.5), grad(lambda d: st.t.logpdf(0.3, d))(4.0), st.dirichlet.logpdf(np.array([.2, .8]), np.array([1., 2.])), grad(lambda m: st.poisson.logpmf(3, m))(2.0))
