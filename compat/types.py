"""torch.types: names for annotations."""

import os
from collections.abc import Sequence

from . import dtypes
from .devices import Device as device
from .functions.missing import refusal as _refusal
from .size import Size
from .tensor import Tensor

Number = int | float | bool
Device = device | str | int | None
FileLike = str | os.PathLike
Storage = object
_dtype, _device, _size = dtypes.dtype, device, Size | list[int] | tuple[int, ...]
_int, _float, _bool, _complex = int, float, bool, complex
_TensorOrTensors = Tensor | Sequence[Tensor]
__getattr__ = _refusal("torch.types", __name__)
__all__ = ["Device", "FileLike", "Number", "Storage"]
