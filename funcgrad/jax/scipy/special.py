"""jax.scipy.special: faces of funcgrad.scipy.special."""

from ..accepts import refusing as _refusing
from ..apply import faces as _faces

_faced, __dir__ = _faces(
    __name__,
    "funcgrad.scipy.special",
    {
        "inexact 0": "exp1 softmax log_softmax",
        "strong": "beta dawsn erfcx expi gamma gammasgn hyp1f1 hyp2f1 log_ndtr ndtr ndtri owens_t poch spence wofz",
        "inexact 0 2": "logsumexp",
        "keep": "multigammaln bernoulli",
        "inexact 2 3": "sph_harm_y",
        "inexact 1": "expn",
    },
    "arrays",
)
_FACTORIAL, _SPH_HARM_Y = map(_faced, ("factorial", "sph_harm_y"))


def factorial(n, exact=False):
    """n!, of floats."""
    if exact:
        raise NotImplementedError("factorial with exact=True; use math.factorial")
    return _FACTORIAL(n)


def sph_harm_y(n, m, theta, phi, diff_n=None, n_max=None):
    """Spherical harmonics. NotImplementedError for diff_n: jax.jvp gives derivatives."""
    if diff_n is not None:
        raise NotImplementedError("The 'diff_n' argument to jax.scipy.special.sph_harm_y is not supported.")
    return _SPH_HARM_Y(n, m, theta, phi, None, n_max)


__getattr__ = _refusing(__name__, _faced, {"0 f": "log_ndtr ndtr ndtri spence"})
