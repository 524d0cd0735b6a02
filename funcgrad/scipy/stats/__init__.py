"""jax.scipy.stats' distributions and statistics: densities, distribution functions and their logarithms, for traced arrays too.

>>> from funcgrad.scipy import stats
>>> import funcgrad as fg
>>> round(float(fg.grad(stats.norm.logpdf)(1.5)), 6)
-1.5
>>> round(float(stats.gamma.cdf(2.0, 3.0, scale=0.5)), 6)
0.761897
"""

import sys as _sys
from importlib.machinery import ModuleSpec as _ModuleSpec

from ...lazy import attributes as _attributes

_INDEX = {
    "continuous": "beta cauchy chi2 expon gamma gennorm gumbel_l gumbel_r laplace logistic norm pareto t truncnorm uniform "
    "vonmises wrapcauchy",
    "discrete": "bernoulli betabinom binom geom nbinom poisson",
    "kde": "gaussian_kde",
    "ranks": "mode rankdata sem",
    "vectors": "dirichlet multinomial multivariate_normal",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX)
__all__ = sorted(" ".join(_INDEX.values()).split())


class _Distributions:
    """Finder and loader of the distributions as modules: `import funcgrad.scipy.stats.norm`."""

    def find_spec(self, name, path=None, target=None):
        package, _, own = name.rpartition(".")
        if package == __name__ and own in __getattr__.homes and __getattr__.homes[own] != name:
            return _ModuleSpec(name, self)

    def create_module(self, spec):
        return getattr(_sys.modules[__name__], spec.name.rpartition(".")[2])

    def exec_module(self, module):
        """Nothing: it is whole."""


_sys.meta_path.append(_Distributions())
