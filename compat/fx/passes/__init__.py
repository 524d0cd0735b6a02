"""torch.fx.passes: ShapeProp."""

from funcgrad.lazy import attributes as _attributes

from ...functions.missing import refusal as _refusal

__getattr__, __dir__ = _attributes(__name__, {}, missing=_refusal(__name__), modules="shape_prop")
