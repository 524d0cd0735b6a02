"""torch.backends: what there is not, and settings that scripts make, kept and without effect."""

from ..functions.missing import refusal as _refusal
from . import cpu, cuda, cudnn, mkldnn, mps, opt_einsum, quantized  # noqa: F401
from .absent import cusparselt, mkl, nnpack, openmp  # noqa: F401

fp32_precision = "none"

__getattr__ = _refusal("torch.backends", __name__)
