"""jax.scipy.stats: distributions, each a namespace of faces of funcgrad.scipy.stats'."""

import sys
from types import ModuleType

from ... import scipy as _scipy  # noqa: F401
from ...lazy import NoSuchName as _NoSuchName
from ...scipy import stats as _stats
from ..apply import face as _face


class Distribution(ModuleType):
    """The functions of one distribution."""

    def __init__(self, family):
        super().__init__(family.__name__)
        self.family = family

    def __getattr__(self, name):
        f = getattr(self.family, name)
        if not callable(f):
            return f
        value = _face(
            f, "inexact 0 1 2 3 4 5", name, f"scipy.stats.{self.__name__.rpartition('.')[2]}"
        )  # (nothing here is weak)
        setattr(self, name, value)
        return value


def __getattr__(name):
    if name not in _stats.__all__:
        raise _NoSuchName(sys.modules[__name__], name)
    value = getattr(_stats, name)
    value = Distribution(value) if isinstance(value, ModuleType) else _face(value, "keep 0", name, "scipy.stats")
    setattr(sys.modules[__name__], name, value)
    return value


def __dir__():
    return list(_stats.__all__)
