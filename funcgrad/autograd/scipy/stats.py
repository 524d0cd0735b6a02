"""autograd.scipy.stats: funcgrad.scipy.stats, its distributions importable as modules, as autograd's are."""

import sys

from ...lazy import delegated
from ...scipy import stats

globals().update(delegated("funcgrad.scipy.stats"))
__path__ = []  # (a package to the import system; what it imports from here stands in sys.modules)
for _name in "beta chi2 dirichlet gamma multivariate_normal norm poisson t".split():
    sys.modules[f"{__name__}.{_name}"] = getattr(stats, _name)
