"""torch.cpu.amp.GradScaler."""

from ...amp import grad_scaler
from ...cuda.amp.common import deprecated

__all__ = ["GradScaler"]


class GradScaler(grad_scaler.GradScaler):
    """torch.amp.GradScaler("cpu")."""

    def __init__(self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True):
        deprecated("cpu", "GradScaler")
        super().__init__("cpu", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
