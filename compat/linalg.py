"""torch.linalg: the functions of compat/functions/linalg.py under torch's names."""

from .functions.linalg import NAMES
from .functions.missing import refusal

globals().update(NAMES)
__all__ = sorted(NAMES)
__getattr__ = refusal(__name__)
