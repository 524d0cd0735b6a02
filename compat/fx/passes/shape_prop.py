"""ShapeProp: runs a graph and notes at each node what its value looks like."""

from collections import namedtuple

from ...tensor import Tensor
from ..interpreter import Interpreter
from ..node import put_together

__all__ = ["ShapeProp", "TensorMetadata"]
TensorMetadata = namedtuple("TensorMetadata", "shape dtype requires_grad stride memory_format is_quantized qparams")


def metadata(value, found):
    """A value with TensorMetadata in the place of Tensors, which `found` gets."""
    if isinstance(value, Tensor):
        from ... import contiguous_format

        layout = contiguous_format if value.is_contiguous() else None
        found.append(value)
        return TensorMetadata(value.shape, value.dtype, value.requires_grad, value.stride(), layout, False, {})
    if isinstance(value, (tuple, list)):
        return put_together(value, [metadata(v, found) for v in value])
    return {k: metadata(v, found) for k, v in value.items()} if isinstance(value, dict) else value


class ShapeProp(Interpreter):
    """Notes meta["tensor_meta"] and meta["type"] at each node of a GraphModule."""

    def __init__(self, gm, fake_mode=None):
        super().__init__(gm)

    def run_node(self, n):
        value = super().run_node(n)
        found = []
        meta = metadata(value, found)
        if found:
            n.meta["tensor_meta"] = meta
        n.meta["type"] = type(value)
        return value

    def propagate(self, *args):
        """Run the module on these arguments."""
        return self.run(*args)
