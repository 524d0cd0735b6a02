"""torch.backends.cuda: there is none; settings are kept and without effect, but for the choice of an attention."""

import contextlib
import enum
import warnings

from .._settings import Kept, set_float32_matmul_precision
from ..errors import type_name
from ..functions.missing import refusal as _refusal


def _flag(name, value):
    if not isinstance(value, bool):
        raise RuntimeError(f"set_{name}_cublas expects a bool, but got {type_name(value)}")
    return value


def _reduction(name, value):
    if isinstance(value, bool):
        return value
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name} expects a bool or a tuple/list of bools, but got {type(value)}")
    if not isinstance(value[0], bool):
        raise TypeError(f"{name} expects a bool for allow_reduced_precision, but got {type(value[0])}")
    return value[0]


_products = {
    "fp16_reduced_precision_reduction": True,
    "bf16_reduced_precision_reduction": True,
    "fp16_accumulation": False,
}


class cuBLASModule:
    """Settings of products; `allow_tf32` is torch.set_float32_matmul_precision by another name."""

    def __getattr__(self, name):
        if name == "allow_tf32":
            return Kept.precision != "highest"
        if name == "fp32_precision":
            return Kept.on_cuda
        if name[:6] != "allow_" or name[6:] not in _products:
            raise AttributeError(f"Unknown attribute {name}")
        return _products[name[6:]]

    def __setattr__(self, name, value):
        if name == "allow_tf32":
            set_float32_matmul_precision("high" if _flag(name, value) else "highest")
        elif name == "fp32_precision":
            if value not in ("none", "ieee", "tf32"):
                raise RuntimeError(f"Unknown precision: {value}")
            Kept.on_cuda = value
        else:
            getattr(self, name)  # (AttributeError: there is none)
            _products[name[6:]] = (_flag if name == "allow_fp16_accumulation" else _reduction)(name, value)


matmul = cuBLASModule()
_enabled = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True}


def is_built():
    """False."""
    return False


def switches(kind, enables="enable_{}_sdp", tells="{}_sdp_enabled"):
    """(enable, enabled) of a kind of attention: kept, since there is one way to compute it here."""

    def enable(enabled):
        _enabled[kind] = bool(enabled)

    def enabled():
        return _enabled[kind]

    enable.__name__, enabled.__name__ = enables.format(kind), tells.format(kind)
    enable.__doc__, enabled.__doc__ = "Kept, without effect.", f"What {enable.__name__} has set."
    return enable, enabled


enable_flash_sdp, flash_sdp_enabled = switches("flash")
enable_mem_efficient_sdp, mem_efficient_sdp_enabled = switches("mem_efficient")
enable_math_sdp, math_sdp_enabled = switches("math")
enable_cudnn_sdp, cudnn_sdp_enabled = switches("cudnn")


def sdp_kernel(enable_flash=True, enable_math=True, enable_mem_efficient=True, enable_cudnn=True):
    """A block in which attention may be computed in these ways; there is one here."""
    warnings.warn(
        "`torch.backends.cuda.sdp_kernel()` is deprecated. In the future, this context manager will be removed. Please see "
        "`torch.nn.attention.sdpa_kernel()` for the new context manager, with updated signature.",
        FutureWarning,
        stacklevel=2,
    )
    return _ways(enable_flash, enable_math, enable_mem_efficient, enable_cudnn)


@contextlib.contextmanager
def _ways(enable_flash, enable_math, enable_mem_efficient, enable_cudnn):
    before = dict(_enabled)
    _enabled.update(flash=enable_flash, math=enable_math, mem_efficient=enable_mem_efficient, cudnn=enable_cudnn)
    try:
        yield
    finally:
        _enabled.update(before)


class _LinalgBackend(enum.Enum):
    Default, Cusolver, Magma = range(3)

    def __repr__(self):
        return f"<_LinalgBackend.{self.name}: {self.value}>"


class _BlasBackend(enum.Enum):
    Default, Cublas, Cublaslt, Ck = range(4)

    def __repr__(self):
        return f"<_BlasBackend.{self.name}: {self.value}>"


_preferred = {"linalg": _LinalgBackend.Default, "blas": _BlasBackend.Cublas}


def preference(kind, names):
    """A function that says, or sets, which library computes on a GPU: kept, without effect."""

    def preferred(backend=None):
        if backend is not None:
            cls = type(_preferred[kind])
            if not isinstance(backend, (str, cls)):
                raise RuntimeError(f"Unknown input value type for preferred_{kind}_library.")
            if isinstance(backend, str) and backend not in names:
                raise RuntimeError(f"Unknown input value. Choose from: {', '.join(names)}.")
            if "agma" in str(backend):
                raise RuntimeError("Cannot set preferred backend to MAGMA if PyTorch has not been compiled with MAGMA.")
            _preferred[kind] = names[backend] if isinstance(backend, str) else backend
        return _preferred[kind]

    preferred.__name__, preferred.__doc__ = f"preferred_{kind}_library", preference.__doc__
    return preferred


_L, _B = _LinalgBackend, _BlasBackend
preferred_linalg_library = preference("linalg", {"default": _L.Default, "cusolver": _L.Cusolver, "magma": _L.Magma})
preferred_blas_library = preference(
    "blas",
    {
        "default": _B.Default, "cublas": _B.Cublas, "hipblas": _B.Cublas, "cublaslt": _B.Cublaslt, "hipblaslt": _B.Cublaslt, "ck": _B.Ck,
    },
)  # fmt: skip


def is_flash_attention_available():
    """False: there is no GPU."""
    return False


is_ck_sdpa_available = is_flash_attention_available
_enabled["fp16_bf16_reduction_math"] = False
allow_fp16_bf16_reduction_math_sdp, fp16_bf16_reduction_math_sdp_allowed = switches(
    "fp16_bf16_reduction_math", "allow_{}_sdp", "{}_sdp_allowed"
)


class cuFFTPlanCacheManager:
    """torch.backends.cuda.cufft_plan_cache: there are no plans, and no device that could have some."""

    def __getitem__(self, device):
        index = getattr(device, "index", device)
        raise RuntimeError(f"cufft_plan_cache: expected 0 <= device index < 0, but got device with index {index}")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise AssertionError("Torch not compiled with CUDA enabled")


cufft_plan_cache = cuFFTPlanCacheManager()


__getattr__ = _refusal(__name__)
