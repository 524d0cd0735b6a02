"""funcgrad.numpy: NumPy's names, for traced arrays and plain ones alike.

A name whose behaviour is NumPy's *is* NumPy's function object: traced arrays answer it through NumPy's own protocols.
Others are those that make arrays: inside a transform they return arrays that may be assigned to.
"""

from importlib import import_module as _import_module

import numpy as _numpy

from .. import ops  # noqa: F401
from . import (  # noqa: F401
    arguments,
    calculus,
    concrete,
    contraction,
    creation,
    elementwise,
    functional,
    indexing,
    joining,
    linalg,
    linear_algebra,
    methods,
    padding,
    products,
    protocol,
    reductions,
    selection,
    shapes,
    sorting,
    statistics,
    targets,
    ufuncs,
)  # fmt: skip
from .creation import *  # noqa: F403
from .functional import vectorize  # noqa: F401

for _module in (protocol, ufuncs, products, concrete, indexing, methods):
    _module.install()
__all__ = _numpy.__all__


LAZY = ("fft", "random")  # NumPy loads these when they are asked for, and so do we


def __getattr__(name):
    value = _import_module(f"{__name__}.{name}") if name in LAZY else getattr(_numpy, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*_numpy.__all__, "linalg", "fft", "random"})
