"""jax.scipy.special: faces of funcgrad.scipy.special."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.special",
    {
        "inexact 0": "logsumexp softmax log_softmax",
        "keep": "multigammaln factorial bernoulli",
        "inexact 2 3": "sph_harm_y",
    },
    "inexact",
)
