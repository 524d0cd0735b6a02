"""torch.special: the functions of compat/functions/special.py under torch's names."""

from .functions.special import NAMES

globals().update(NAMES)
__all__ = sorted(NAMES)
