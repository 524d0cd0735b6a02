"""numpy.linalg's names, so that `import funcgrad.numpy.linalg` works; on traced arrays they answer through NumPy's protocols."""

import numpy as _numpy

__all__ = _numpy.linalg.__all__


def __getattr__(name):
    return getattr(_numpy.linalg, name)


def __dir__():
    return sorted(__all__)
