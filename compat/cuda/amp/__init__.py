"""torch.cuda.amp: the older spelling of torch.amp for "cuda", with torch's warnings."""

from . import autocast_mode, common, grad_scaler  # noqa: F401
from .autocast_mode import autocast, custom_bwd, custom_fwd
from .common import amp_definitely_not_available
from .grad_scaler import GradScaler

__all__ = ["amp_definitely_not_available", "autocast", "custom_bwd", "custom_fwd", "GradScaler"]
