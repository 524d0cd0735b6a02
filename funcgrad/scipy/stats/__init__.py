"""jax.scipy.stats' distributions and statistics: densities, distribution functions and their logarithms, for traced arrays too.

>>> from funcgrad.scipy import stats
>>> import funcgrad as fg
>>> round(float(fg.grad(stats.norm.logpdf)(1.5)), 6)
-1.5
>>> round(float(stats.gamma.cdf(2.0, 3.0, scale=0.5)), 6)
0.761897
"""

from ...lazy import attributes as _attributes

_INDEX = {
    "continuous": "beta cauchy chi2 expon gamma gennorm gumbel_l gumbel_r laplace logistic norm pareto t truncnorm uniform "
    "vonmises wrapcauchy",
    "discrete": "bernoulli betabinom binom geom nbinom poisson",
    "ranks": "mode rankdata sem",
    "vectors": "dirichlet multinomial multivariate_normal",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX)
__all__ = sorted(" ".join(_INDEX.values()).split())
