"""torch.backends: what there is not, and settings that scripts make, kept and without effect."""

from . import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp, opt_einsum  # noqa: F401
