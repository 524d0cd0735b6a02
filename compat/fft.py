"""torch.fft: the functions of compat/functions/fft.py under torch's names."""

from .functions.fft import NAMES
from .functions.missing import refusal

globals().update(NAMES)
__all__ = sorted(NAMES)
__getattr__ = refusal(__name__)
