"""torch.testing: assert_close and make_tensor."""

from funcgrad.lazy import attributes

from ..functions.missing import refusal

FAMILIES = {"comparison": "assert_close assert_allclose", "creation": "make_tensor"}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.testing", __name__))
