"""torch.fft: the functions of compat/functions/fft.py under torch's names."""

from .functions.fft import NAMES

globals().update(NAMES)
__all__ = sorted(NAMES)
