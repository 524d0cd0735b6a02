"""jax.random: funcgrad.random's draws, as jax's arrays; 64-bit where jax_enable_x64 says that this is the default."""

import functools
import inspect

import numpy as np

from .. import random as _engine
from ..core.halves import BFLOAT16 as _BFLOAT16
from ..lazy import NoSuchName as _NoSuchName
from .apply import face as _face
from .bfloat16 import asked as _asked
from .config import config as _config
from .dtypes import numpy_dtype as _numpy_dtype


def _drawing(name, f):
    """A face; with a `dtype` of None, or Python's float or int, the default of the moment."""
    faced = _face(f, "keep", name, "random")
    parameter = inspect.signature(f).parameters.get("dtype")
    if parameter is None or name in ("key", "wrap_key_data"):
        return faced
    default = parameter.default
    signature = inspect.signature(f)
    wide = {float: np.float64, int: np.int64, None: np.int64 if name in WHOLE else np.float64}

    @functools.wraps(faced)
    def call(*args, **kwargs):
        if _asked.bfloat16 and "dtype" in (bound := signature.bind(*args, **kwargs).arguments):
            if bound["dtype"] is not None and _numpy_dtype(bound["dtype"]) == _BFLOAT16:
                from .half_draws import drawn

                if (out := drawn(name, {k: v for k, v in bound.items() if k != "dtype"})) is not None:
                    return out
        if _config.jax_enable_x64 and "dtype" not in kwargs and default in wide:
            bound = inspect.signature(f).bind_partial(*args, **kwargs)
            if "dtype" not in bound.arguments:
                kwargs["dtype"] = wide[default]
        return faced(*args, **kwargs)

    return call


WHOLE = ("randint", "binomial", "categorical", "geometric", "poisson", "rademacher", "multinomial", "bits")


def __getattr__(name):
    import sys

    if name not in _engine.__all__:
        raise _NoSuchName(sys.modules[__name__], name)
    value = getattr(_engine, name)
    if name == "KeyArray":
        from .arrays import PRNGKeyArray as value
    else:
        value = _drawing(name, value)
    setattr(sys.modules[__name__], name, value)
    return value


def __dir__():
    return list(_engine.__all__)
