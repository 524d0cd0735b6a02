"""torch.special: the functions of compat/functions/special.py under torch's names."""

from .functions.missing import refusal
from .functions.special import NAMES

globals().update(NAMES)
__all__ = sorted(NAMES)
__getattr__ = refusal(__name__)
