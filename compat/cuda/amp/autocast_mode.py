"""torch.cuda.amp.autocast and what it decorates autograd.Functions with."""

from ... import dtypes
from ...amp import autocast_mode
from .common import deprecated

__all__ = ["autocast", "custom_fwd", "custom_bwd"]


class autocast(autocast_mode.autocast):
    """torch.amp.autocast("cuda"): there is no CUDA, so that it warns and changes nothing."""

    def __init__(self, enabled=True, dtype=dtypes.BY_NAME["float16"], cache_enabled=True):
        deprecated("cuda", "autocast")
        super().__init__("cuda", dtype, enabled, cache_enabled)


def custom_fwd(fwd=None, *, cast_inputs=None):
    """torch.amp.custom_fwd for "cuda"."""
    return autocast_mode.custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd=None):
    """torch.amp.custom_bwd for "cuda"."""
    return autocast_mode.custom_bwd(bwd, device_type="cuda")
