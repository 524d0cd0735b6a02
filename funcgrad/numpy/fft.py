"""numpy.fft's names, so that `import funcgrad.numpy.fft` works; on traced arrays they answer through NumPy's protocols."""

import numpy as _numpy

__all__ = _numpy.fft.__all__


def __getattr__(name):
    return getattr(_numpy.fft, name)


def __dir__():
    return sorted(__all__)
