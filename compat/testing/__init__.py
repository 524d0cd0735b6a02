"""torch.testing: assert_close and make_tensor."""

from funcgrad.lazy import attributes, homes_of

from ..functions.missing import refusal

FAMILIES = {"comparison": "assert_close", "creation": "make_tensor"}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.testing", __name__))
__all__ = [*homes_of(__name__, FAMILIES)]
