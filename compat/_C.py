"""torch._C: the few names of it that programs use."""

from .functions.linalg import LinAlgError as _LinAlgError
from .functions.random import Generator, default_generator  # noqa: F401
from .overrides import Disabled as DisableTorchFunction  # noqa: F401
from .overrides import Off as DisableTorchFunctionSubclass  # noqa: F401
from .tensor import Tensor as TensorBase  # noqa: F401
from .tensor import disabled as _disabled_torch_function_impl

has_lapack = has_mkl = has_openmp = has_spectral = True
__all__ = [
    "DisableTorchFunction", "DisableTorchFunctionSubclass", "Generator", "TensorBase", "_LinAlgError", "_disabled_torch_function_impl",
    "default_generator", "has_lapack", "has_mkl", "has_openmp", "has_spectral",
]  # fmt: skip
