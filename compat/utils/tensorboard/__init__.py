"""torch.utils.tensorboard: SummaryWriter, which writes the files that TensorBoard shows; TensorBoard is not needed to write them."""

from funcgrad.lazy import attributes, homes_of

from ...functions.missing import refusal

FAMILIES = {"writer": "SummaryWriter"}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.utils.tensorboard", __name__))
__all__ = [*homes_of(__name__, FAMILIES)]
