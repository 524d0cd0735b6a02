"""torch._higher_order_ops: control flow and scans by the modules that they come from."""

from funcgrad.lazy import attributes

from .._control import cond, while_loop  # noqa: F401
from ..functions.missing import refusal

__getattr__, __dir__ = attributes(__name__, {}, missing=refusal("torch._higher_order_ops", __name__))
