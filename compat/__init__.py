"""compat: torch's stateful Tensors on funcgrad's table of primitives, with NumPy alone.

The submodules that programs do not always need (nn, optim, utils, ...) are imported when they are first named, as
attributes of this module or by an import statement.
"""

import importlib as _importlib
import importlib.util as _importlib_util
import math as _math
import types as _types

from . import autograd, dtypes, fft, linalg, special  # noqa: F401
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
from .functions.random import Generator, default_generator  # noqa: F401
from .functions.register import FUNCTIONS as _FUNCTIONS
from .functions.return_types import return_types  # noqa: F401
from .printing import set_printoptions  # noqa: F401
from .runner import install, uninstall  # noqa: F401
from .size import Size  # noqa: F401
from .tensor import Device as device  # noqa: F401
from .tensor import Tensor, strided  # noqa: F401

globals().update(_FUNCTIONS)
globals().update(dtypes.BY_NAME)
pi, e, inf, nan, newaxis = _math.pi, _math.e, _math.inf, _math.nan, None
preserve_format, contiguous_format, channels_last = (
    "torch.preserve_format",
    "torch.contiguous_format",
    "torch.channels_last",
)
_C = _types.SimpleNamespace(_LinAlgError=linalg.LinAlgError)
__version__ = "2.13.0+compat"


def __getattr__(name):
    """A submodule that has not been imported yet; AttributeError, with the nearest names, for what compat lacks."""
    if not name.startswith("_") and _importlib_util.find_spec(f"{__name__}.{name}") is not None:
        return _importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(_explain("torch", name, [n for n in globals() if not n.startswith("_")]))
