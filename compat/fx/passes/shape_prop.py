"""ShapeProp: runs a graph and notes at each node what its value looks like."""

from collections import namedtuple

from ...tensor import Tensor
from ..interpreter import Interpreter

__all__ = ["ShapeProp", "TensorMetadata"]
TensorMetadata = namedtuple("TensorMetadata", "shape dtype requires_grad stride memory_format is_quantized qparams")


def metadata(value):
    """A value with TensorMetadata in the place of Tensors."""
    if isinstance(value, Tensor):
        from ... import contiguous_format

        layout = contiguous_format if value.is_contiguous() else None
        return TensorMetadata(value.shape, value.dtype, value.requires_grad, value.stride(), layout, False, {})
    if isinstance(value, (tuple, list)):
        return type(value)([metadata(v) for v in value])
    return {k: metadata(v) for k, v in value.items()} if isinstance(value, dict) else None


class ShapeProp(Interpreter):
    """Notes meta["tensor_meta"] and meta["type"] at each node of a GraphModule."""

    def __init__(self, gm, fake_mode=None):
        super().__init__(gm)

    def run_node(self, n):
        value = super().run_node(n)
        found = metadata(value)
        if found is not None:
            n.meta["tensor_meta"] = found
        n.meta["type"] = type(value)
        return value

    def propagate(self, *args):
        """Run the module on these arguments."""
        return self.run(*args)
