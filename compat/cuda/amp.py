"""torch.cuda.amp: the older spelling of torch.amp for "cuda", with torch's warnings."""

from funcgrad.core.site import warn

from .. import dtypes
from ..amp import autocast_mode, grad_scaler
from ..amp.autocast_mode import custom_bwd as _custom_bwd
from ..amp.autocast_mode import custom_fwd as _custom_fwd


def deprecated(kind, name):
    warn(
        f"`torch.{kind}.amp.{name}(args...)` is deprecated. Please use `torch.amp.{name}('{kind}', args...)` instead.",
        FutureWarning,
    )


class autocast(autocast_mode.autocast):
    """torch.amp.autocast("cuda"): there is no CUDA, so that it warns and changes nothing."""

    def __init__(self, enabled=True, dtype=dtypes.BY_NAME["float16"], cache_enabled=True):
        deprecated("cuda", "autocast")
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(grad_scaler.GradScaler):
    """torch.amp.GradScaler("cuda"): there is no CUDA, so that it warns and scales nothing."""

    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        deprecated("cuda", "GradScaler")
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)


def custom_fwd(fwd=None, *, cast_inputs=None):
    """torch.amp.custom_fwd for "cuda"."""
    return _custom_fwd(fwd, device_type="cuda", cast_inputs=cast_inputs)


def custom_bwd(bwd=None):
    """torch.amp.custom_bwd for "cuda"."""
    return _custom_bwd(bwd, device_type="cuda")
