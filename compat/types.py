"""torch.types: names for annotations."""

import os
from collections.abc import Sequence

from . import dtypes
from .devices import Device as device
from .functions.missing import refusal as _refusal
from .size import Size
from .tensor import Tensor


def symbolic(name):
    """torch.SymInt and its kin, for isinstance and annotations: sizes are numbers here, so there is none."""

    def refuse(cls, *args):
        raise TypeError(f"compat has no symbolic numbers: torch.{name} cannot be made (sizes are numbers)")

    return type(name, (), {"__new__": refuse, "__module__": "torch", "__doc__": symbolic.__doc__})


SymInt, SymFloat, SymBool = map(symbolic, ("SymInt", "SymFloat", "SymBool"))
BoolLikeType, FloatLikeType, IntLikeType = bool | SymBool, float | SymFloat, int | SymInt
py_sym_types, PySymType = (SymInt, SymFloat, SymBool), SymInt | SymFloat | SymBool
Number = int | float | bool
Device = device | str | int | None
FileLike = str | os.PathLike
Storage = object
_dtype, _device, _size = dtypes.dtype, device, Size | list[int] | tuple[int, ...]
_int, _float, _bool, _complex = int, float, bool, complex
_TensorOrTensors = Tensor | Sequence[Tensor]
__getattr__ = _refusal(__name__)
__all__ = ["Device", "FileLike", "Number", "Storage", "SymBool", "SymFloat", "SymInt"]
