"""torch._functorch: what packages read of it."""

from ..functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
