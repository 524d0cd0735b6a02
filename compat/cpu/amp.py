"""torch.cpu.amp: the older spelling of torch.amp for "cpu", with torch's warnings."""

from .. import dtypes
from ..amp import autocast_mode, grad_scaler
from ..cuda.amp import deprecated


class autocast(autocast_mode.autocast):
    """torch.amp.autocast("cpu")."""

    def __init__(self, enabled=True, dtype=dtypes.BY_NAME["bfloat16"], cache_enabled=True):
        deprecated("cpu", "autocast")
        super().__init__("cpu", dtype, enabled, cache_enabled)


class GradScaler(grad_scaler.GradScaler):
    """torch.amp.GradScaler("cpu")."""

    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        deprecated("cpu", "GradScaler")
        super().__init__("cpu", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
