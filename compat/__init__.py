"""compat: torch's stateful Tensors on funcgrad's table of primitives, with NumPy alone.

The submodules that programs do not always need (nn, optim, utils, ...) are imported when they are first named, as
attributes of this module or by an import statement.
"""

import math as _math

from funcgrad.lazy import attributes as _attributes

from . import autograd, dtypes, functions  # noqa: F401
from .autograd import (  # noqa: F401
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .dtypes import dtype, get_default_dtype, set_default_dtype  # noqa: F401
from .functions.missing import explain as _explain
from .functions.register import FUNCTIONS as _FUNCTIONS
from .size import Size  # noqa: F401
from .tensor import Device as device  # noqa: F401
from .tensor import Tensor, strided  # noqa: F401

del tensor  # noqa: F821  (the submodule, which is loaded for good: torch.tensor is the function)
globals().update(dtypes.BY_NAME)
pi, e, inf, nan, newaxis = _math.pi, _math.e, _math.inf, _math.nan, None
preserve_format, contiguous_format, channels_last = (
    "torch.preserve_format",
    "torch.contiguous_format",
    "torch.channels_last",
)
__version__ = "2.13.0+compat"
_NAMES = {
    "functions.random": "Generator default_generator",
    "functions.return_types": "return_types",
    "printing": "set_printoptions",
    "runner": "install uninstall",
}


def _missing(name):
    """A function of no known family; AttributeError, with the nearest names, for what compat lacks."""
    f = None if name.startswith("_") else _FUNCTIONS.get(name)
    if f is None:
        raise AttributeError(_explain("torch", name, [n for n in __dir__() if not n.startswith("_")]))
    return f


__getattr__, __dir__ = _attributes(__name__, _NAMES, _FUNCTIONS, _missing)
__all__ = [n for n in (*globals(), *__getattr__.homes, *_FUNCTIONS.homes) if not n.startswith("_")]
