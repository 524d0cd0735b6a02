"""torch._custom_ops: torch.library by its first name."""

from .functions.missing import refusal as _refusal

__getattr__ = _refusal("torch._custom_ops", __name__)
