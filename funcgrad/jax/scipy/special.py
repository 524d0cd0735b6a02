"""jax.scipy.special: faces of funcgrad.scipy.special."""

from ..accepts import refusing as _refusing
from ..apply import faces as _faces

_faced, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.special",
    {
        "inexact 0": "logsumexp softmax log_softmax",
        "keep": "multigammaln factorial bernoulli",
        "inexact 2 3": "sph_harm_y",
    },
    "inexact",
)
__getattr__ = _refusing(__name__, _faced, {"0 f": "log_ndtr ndtr ndtri spence"})
