"""jax.scipy.cluster: vq, over funcgrad.scipy.cluster.vq."""

from ...lazy import submodule as _submodule
from ...scipy.cluster import vq as _engine
from ..apply import face as _face

_VQ = _face(_engine.vq, "inexact 0 1", "vq", "scipy.cluster.vq")


def vq(obs, code_book, check_finite=True):
    """Of each row of obs the number of the nearest row of code_book, and the distance."""
    codes, distances = _VQ(obs, code_book, check_finite)
    return codes.astype(int), distances


_submodule(__name__, "vq", "jax.scipy.cluster.vq.", {"vq": vq})
