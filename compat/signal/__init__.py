"""torch.signal: its one part is `windows`."""

from ..functions.missing import refusal as _refusal
from . import windows  # noqa: F401

__getattr__ = _refusal(__name__)
__all__ = ["windows"]
