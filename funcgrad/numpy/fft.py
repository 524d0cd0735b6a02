"""numpy.fft's names, so that `import funcgrad.numpy.fft` works; on traced arrays they answer through NumPy's protocols."""

import numpy as _numpy

from .standard import fftfreq, rfftfreq  # noqa: F401  (with the standard's dtype=)

__all__ = _numpy.fft.__all__


def __getattr__(name):
    return getattr(_numpy.fft, name)


def __dir__():
    return sorted(__all__)
