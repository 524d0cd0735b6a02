"""jax.scipy.stats: distributions, each a namespace of faces of funcgrad.scipy.stats'."""

import functools
import sys
import warnings
from types import ModuleType

from ... import scipy as _scipy  # noqa: F401
from ...lazy import NoSuchName as _NoSuchName
from ...scipy import stats as _stats
from ..apply import face as _face
from ..numpy.creation import asarray as _asarray

# (jax writes these with the normal distribution's function, or an array of its own, which are not weak)
STRONG = "norm.cdf norm.isf norm.logcdf norm.logsf norm.ppf norm.sf poisson.entropy uniform.cdf".split()


class Distribution(ModuleType):
    """The functions of one distribution."""

    def __init__(self, family):
        super().__init__(family.__name__)
        self.family = family

    def __getattr__(self, name):
        f = getattr(self.family, name)
        if not callable(f):
            return f
        family = self.__name__.rpartition(".")[2]
        kind = "strong" if f"{family}.{name}" in STRONG or family == "truncnorm" else "arrays"
        value = _face(f, f"{kind} 0 1 2 3 4 5", name, f"scipy.stats.{family}")
        if f in (_stats.norm.ppf, _stats.norm.isf):  # (in jax they give the widest float)
            value = functools.wraps(value)(lambda *args, _given=value, **kwargs: _given(*args, **kwargs).astype(float))
        setattr(self, name, value)
        return value


def sem(a, axis=0, ddof=1, nan_policy="propagate", *, keepdims=False):
    """The standard error of the mean; of complex numbers complex, as jax has it."""
    a = _asarray(a)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # (of too few degrees of freedom: the result, nan, says it)
        out = _face(_stats.sem, "inexact 0", "sem")(a, axis, ddof, nan_policy, keepdims=keepdims)
    return out.astype(a.dtype) if a.dtype.kind == "c" else out


def rankdata(a, method="average", *, axis=None, nan_policy="propagate"):
    """The ranks of entries, as floats; the average of their places for equal ones, or as `method` says."""
    return _face(_stats.rankdata, "keep 0", "rankdata")(a, method, axis=axis, nan_policy=nan_policy).astype(float)


def __getattr__(name):
    if name not in _stats.__all__:
        raise _NoSuchName(sys.modules[__name__], name)
    value = getattr(_stats, name)
    value = Distribution(value) if isinstance(value, ModuleType) else _face(value, "keep 0", name, "scipy.stats")
    setattr(sys.modules[__name__], name, value)
    return value


def __dir__():
    return list(_stats.__all__)
