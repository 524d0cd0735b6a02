"""torch.fx.passes: ShapeProp."""

from funcgrad.lazy import attributes

from ...functions.missing import refusal

__getattr__, __dir__ = attributes(__name__, {}, missing=refusal("torch.fx.passes", __name__))
