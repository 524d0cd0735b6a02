"""torch.onnx: nothing is exported here, which is what models that ask get for an answer."""

from .functions.missing import refusal as _refusal


def is_in_onnx_export():
    """False: nothing is being exported.

    >>> is_in_onnx_export()
    False
    """
    return False


__all__ = ["is_in_onnx_export"]
__getattr__ = _refusal("torch.onnx", __name__)
