"""torch.cpu.amp.autocast."""

from ... import dtypes
from ...amp import autocast_mode
from ...cuda.amp.common import deprecated

__all__ = ["autocast"]


class autocast(autocast_mode.autocast):
    """torch.amp.autocast("cpu")."""

    def __init__(self, enabled=True, dtype=dtypes.BY_NAME["bfloat16"], cache_enabled=True):
        deprecated("cpu", "autocast")
        super().__init__("cpu", dtype, enabled, cache_enabled)
