"""torch.linalg: the functions of compat/functions/linalg.py under torch's names."""

from .functions.linalg import NAMES

globals().update(NAMES)
__all__ = sorted(NAMES)
