"""autograd.numpy: funcgrad.numpy under autograd's name. Here arrays that are made inside a derivative may be assigned to."""

from importlib import import_module as _import_module

from ... import numpy as _numpy

_SUBMODULES = ("fft", "linalg", "numpy_boxes", "numpy_vjps", "random")


def __getattr__(name):
    if name in _SUBMODULES:
        return _import_module(f"{__name__}.{name}")
    value = getattr(_numpy, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*dir(_numpy), *_SUBMODULES})


__all__ = _numpy.__all__
