"""Names of SciPy, for traced arrays and plain ones alike, without SciPy; submodules are loaded when they are first asked for."""

import numpy as _np

from ..lazy import attributes as _attributes
from ..lazy import submodule as _submodule

__getattr__, __dir__ = _attributes(__name__, {})
_submodule(__name__, "integrate", "jax.scipy.integrate's trapezoid: that of NumPy.", {"trapezoid": _np.trapezoid})
