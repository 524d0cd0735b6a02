"""torch.sparse: products as torch has them of dense operands, classes that nothing is one of, and `torch.sparse.torch`, by which older code
reaches torch itself. Sparse Tensors are gradients alone (gradients.py): whatever else would make one is refused.
"""

import sys

from ..functions.missing import refuse

__all__ = ["addmm", "mm"]
torch = sys.modules[__package__.partition(".")[0]]


def mm(mat1, mat2):
    """The product of two matrices (torch takes dense ones here, too)."""
    return torch.mm(mat1, mat2)


def addmm(mat, mat1, mat2, *, beta=1.0, alpha=1.0):
    """beta * mat + alpha * (mat1 @ mat2) (torch takes dense ones here, too)."""
    return torch.addmm(mat, mat1, mat2, beta=beta, alpha=alpha)


def never(name):
    """torch.sparse.FloatTensor and its kin: nothing is one, and none can be made."""

    def new(cls, *args, **kwargs):
        raise NotImplementedError(f"compat has no torch.sparse.{name}: Tensors are dense here")

    return type(name, (), {"__new__": new, "__module__": "torch.sparse"})


for _kind in "Float Double Half BFloat16 Long Int Short Char Byte".split():
    globals()[f"{_kind}Tensor"] = never(f"{_kind}Tensor")


def __getattr__(name):
    refuse("torch.sparse", name, __all__, sys.modules[__name__])
