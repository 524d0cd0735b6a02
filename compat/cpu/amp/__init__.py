"""torch.cpu.amp: the older spelling of torch.amp for "cpu", with torch's warnings."""

from . import autocast_mode, grad_scaler  # noqa: F401
from .autocast_mode import autocast  # noqa: F401
from .grad_scaler import GradScaler  # noqa: F401
