"""jax.numpy.linalg: faces of funcgrad.numpy.linalg. Where NumPy raises LinAlgError (a matrix that is singular, or not positive
definite) the result is nan, as it is where nobody looks at values."""

import functools as _functools

import numpy as _np

from ..apply import face as _face
from ..apply import faces as _faces

_faced, __dir__ = _faces(
    __name__, "funcgrad.numpy.linalg",
    {"inexact 0 1": "solve lstsq tensorsolve", "promote 0 1": "cross matmul outer tensordot vecdot", "keep": "multi_dot"}, "inexact 0",
)  # fmt: skip


def _or_nan(name, shape_of):
    f = _face(getattr(_np.linalg, name), "inexact 0 1" if name == "solve" else "inexact 0", name)

    @_functools.wraps(f)
    def call(a, *args, **kwargs):
        try:
            return f(a, *args, **kwargs)
        except ValueError as error:
            square = _np.ndim(a) > 1 and a.shape[-1] == a.shape[-2]
            if not square or not isinstance(error.__cause__, _np.linalg.LinAlgError):
                raise
        return shape_of(f, a, *args)

    return call


def _nan_like(f, a, *args):
    return a * _np.float32(_np.nan) if not args else args[0] * _np.float32(_np.nan)


def _nan_below(f, a, *args):
    from . import tril

    return tril(_nan_like(f, a))


cholesky, inv, solve = _or_nan("cholesky", _nan_below), _or_nan("inv", _nan_like), _or_nan("solve", _nan_like)


def __getattr__(name):
    return _faced(name)
