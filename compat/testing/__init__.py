"""torch.testing: assert_close and make_tensor."""

from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal

_FAMILIES = {"comparison": "assert_close assert_allclose", "creation": "make_tensor"}
__getattr__, __dir__ = _attributes(__name__, _FAMILIES, missing=_refusal(__name__), modules="")
