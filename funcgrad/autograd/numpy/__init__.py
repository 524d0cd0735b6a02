"""autograd.numpy: funcgrad.numpy under autograd's name. Here arrays that are made inside a derivative may be assigned to."""

from importlib import import_module as _import_module

from ... import numpy as _numpy
from ...core.handle import Array as _Array
from ...lazy import delegated as _delegated
from ...lazy import submodule as _submodule

_SUBMODULES = ("fft", "linalg", "random")
for _name in _SUBMODULES:
    _submodule(
        __name__,
        _name,
        f"autograd.numpy.{_name}: NumPy's, for traced arrays too.",
        _delegated(f"funcgrad.numpy.{_name}"),
    )
_submodule(
    __name__,
    "numpy_boxes",
    "autograd.numpy.numpy_boxes: the class of traced arrays, for programs that ask for it.",
    {"ArrayBox": _Array},
)


def __getattr__(name):
    if name == "numpy_vjps":
        return _import_module(f"{__name__}.{name}")
    value = getattr(_numpy, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*dir(_numpy), *_SUBMODULES, "numpy_boxes", "numpy_vjps"})


__all__ = _numpy.__all__
