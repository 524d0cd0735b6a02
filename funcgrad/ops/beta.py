"""log B(a, b), and the differences of lgamma's derivatives that its derivatives are. Their values: special_values/gaps.py.

lgamma(a) + lgamma(b) - lgamma(a + b) would lose what the larger terms have in common: nine of sixteen digits at a = 1, b = 1e8.
"""

import numpy as np

from ..core.primitive import elementwise
from .elementwise import add  # noqa: F401  (formulas name it)
from .floats import few_samples, over_floats, real_function
from .special import digamma, polygamma
from .special_values.arrays import elementwise_of
from .special_values.gaps import lgamma_gap as gap_values
from .special_values.gaps import log_beta as log_beta_values


def psi(k, x):
    """The derivative of order k + 1 of lgamma."""
    return polygamma(x, nth=k) if k else digamma(x)


def _gap_of_jax(jax, x, d, *, nth):
    special = jax.scipy.special
    f = special.gammaln if nth == 0 else special.digamma if nth == 1 else lambda x: special.polygamma(nth - 1, x)
    return f(x + d) - f(x)


EDGES = {"edge": "jax's differences of infinite terms are nan"}
_gap = over_floats(lambda x, d, *, nth: elementwise_of(lambda x, d: gap_values(x, d, nth), x, d))
# lgamma(x + y) - lgamma(x), each differentiated nth times
lgamma_gap = elementwise(
    "lgamma_gap",
    np.hypot,
    "t * lgamma_gap(x, y, nth=nth + 1)",
    "t * psi(nth, add(x, y))",
    impl=_gap,
    params=("nth",),
    arity=2,
    jax=_gap_of_jax,
    domain=("positive", "positive"),
    samples=few_samples("lgamma_gap", {"nth": 0}, {"nth": 1}),
    without=EDGES,
    **real_function(_gap),
)
_log_beta = over_floats(lambda x, y: elementwise_of(log_beta_values, x, y))
# log |B(x, y)|
log_beta = elementwise(
    "log_beta",
    np.hypot,
    "-t * lgamma_gap(x, y, nth=1)",
    "-t * lgamma_gap(y, x, nth=1)",
    impl=_log_beta,
    arity=2,
    jax="scipy.special.betaln",
    domain=("positive", "positive"),
    samples=few_samples("log_beta", {}),
    without=EDGES,
    **real_function(_log_beta),
)
