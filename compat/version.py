"""torch.version: which torch this stands for, and what it was built with (nothing)."""

from .functions.missing import refusal as _refusal
from .torch_version import TorchVersion

__version__ = TorchVersion("2.13.0+compat")
debug = False
cuda = hip = xpu = rocm = None
git_version = "unknown"

__getattr__ = _refusal(__name__)
__all__ = ["__version__", "cuda", "debug", "git_version", "hip", "xpu"]
