"""torch.utils.tensorboard: SummaryWriter, which writes the files that TensorBoard shows; TensorBoard is not needed to write them."""

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import homes_of as _homes_of

from ...functions.missing import refusal as _refusal

_FAMILIES = {"writer": "SummaryWriter"}
__getattr__, __dir__ = _attributes(__name__, _FAMILIES, missing=_refusal(__name__), modules="")
__all__ = [*_homes_of(__name__, _FAMILIES)]
