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


def _log_api_usage_once(name):
    """Nothing is logged."""


def _get_tracing_state():
    """None: nothing is traced."""


def switch(before):
    """A setting of TorchScript's compiler, taken for nothing; it gives what it was."""
    return lambda value=True: before


_jit_set_profiling_executor = _jit_set_profiling_mode = _get_graph_executor_optimize = switch(True)
_jit_set_texpr_fuser_enabled = _jit_override_can_fuse_on_cpu = _jit_override_can_fuse_on_gpu = switch(None)
