"""torch.utils.cpp_extension: the names that packages import before they know whether they can build anything. Whoever calls one is told what
to do instead."""

from .._unusable import put as _put
from ..functions.missing import refusal as _refusal

CUDA_HOME = ROCM_HOME = SYCL_HOME = None
IS_HIP_EXTENSION = False

__getattr__ = _refusal(__name__)
_put(
    "compat.utils",
    {
        "cpp_extension": "BuildExtension CppExtension CUDAExtension SyclExtension load load_inline include_paths library_paths"
    },
)
