"""jax.random's names and figures on NumPy: draws are functions of a key, and a key is used once.

>>> import funcgrad as fg
>>> key = fg.random.key(0)
>>> key, sub = fg.random.split(key)
>>> fg.random.uniform(sub, (3,)).dtype
dtype('float32')

What the default streams (threefry2x32) draw in jax 0.10.2 is drawn here; docs/random.md says what agrees to the last bit. Keys
and parameters may be traced: under `jit`, `vmap` (over keys), `scan`, and `grad` with respect to parameters.
"""

from ..lazy import attributes as _attributes

_INDEX = {
    "continuous": "ball beta cauchy chisquare dirichlet double_sided_maxwell exponential f gamma generalized_normal gumbel "
    "laplace loggamma logistic lognormal maxwell multivariate_normal normal orthogonal pareto rayleigh t triangular "
    "truncated_normal uniform wald weibull_min",
    "discrete": "bernoulli binomial bits categorical choice geometric multinomial permutation poisson rademacher randint",
    "keys": "KeyArray PRNGKey clone fold_in key key_data key_dtype key_impl split wrap_key_data",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX)
__all__ = sorted(" ".join(_INDEX.values()).split())
