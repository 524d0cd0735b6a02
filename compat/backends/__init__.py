"""torch.backends: what there is not, and settings that scripts make, kept and without effect."""

from ..functions.missing import refusal as _refusal
from . import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp, opt_einsum  # noqa: F401

__getattr__ = _refusal("torch.backends", __name__)
