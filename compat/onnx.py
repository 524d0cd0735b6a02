"""torch.onnx: nothing is exported here, which is what models that ask get for an answer."""

import sys

from ._unusable import Unusable as _Unusable
from ._unusable import put as _put
from .functions.missing import refusal as _refusal


def is_in_onnx_export():
    """False: nothing is being exported.

    >>> is_in_onnx_export()
    False
    """
    return False


SYMBOLS = {}  # (operation, opset) -> what it would be exported as


def register_custom_op_symbolic(symbolic_name, symbolic_fn, opset_version):
    """Keep what an operation would be exported as."""
    SYMBOLS[symbolic_name, opset_version] = symbolic_fn


def parse_args(*descriptors):
    """A decorator of such a function, which changes nothing: it is never called."""
    return lambda fn: fn


class ONNXProgram(metaclass=_Unusable):
    """What torch exports to: for annotations, and `isinstance`."""

    of = "torch.onnx.ONNXProgram"


__all__ = ["ONNXProgram", "is_in_onnx_export", "register_custom_op_symbolic"]
__getattr__ = _refusal(__name__)
_put(__name__, {"symbolic_helper": "", **{f"symbolic_opset{n}": "" for n in range(7, 21)}})
sys.modules[f"{__name__}.symbolic_helper"].parse_args = parse_args
del parse_args
