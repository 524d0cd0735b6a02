"""jax.typing: what annotations name."""

from typing import Any

import numpy as np

from .arrays import Array

ArrayLike = Array | np.ndarray | np.generic | bool | int | float | complex
DTypeLike = Any
