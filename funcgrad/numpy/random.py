"""numpy.random's names, so that `import funcgrad.numpy.random` works; on traced arrays they answer through NumPy's protocols.

NumPy loads its random module when it is first asked for one of these, and so does this (no `__all__` at import).
"""

import numpy as _numpy


def __getattr__(name):
    return getattr(_numpy.random, name)


def __dir__():
    return sorted(_numpy.random.__all__)
