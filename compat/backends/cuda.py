"""torch.backends.cuda: there is none; settings are kept and without effect, but for the choice of an attention."""

import contextlib
import warnings
from types import SimpleNamespace

from ..functions.missing import refusal as _refusal

matmul = SimpleNamespace(
    allow_tf32=False,
    allow_fp16_reduced_precision_reduction=True,
    allow_bf16_reduced_precision_reduction=True,
    allow_fp16_accumulation=False,
    fp32_precision="none",
)
_enabled = {"flash": True, "mem_efficient": True, "math": True, "cudnn": True}


def is_built():
    """False."""
    return False


def switches(kind):
    """(enable, enabled) of a kind of attention: kept, since there is one way to compute it here."""

    def enable(enabled):
        _enabled[kind] = bool(enabled)

    def enabled():
        return _enabled[kind]

    enable.__name__, enabled.__name__ = f"enable_{kind}_sdp", f"{kind}_sdp_enabled"
    enable.__doc__ = f"Kept, without effect: may attention be computed the {kind} way?"
    enabled.__doc__ = f"What enable_{kind}_sdp has set."
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


__getattr__ = _refusal("torch.backends.cuda", __name__)
