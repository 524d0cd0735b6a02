"""torch.utils: data sets and loaders (`data`), recomputation (`checkpoint`), logs for TensorBoard (`tensorboard`), handles of
hooks (`hooks`)."""

from funcgrad.lazy import attributes

from ..functions.missing import refusal

__getattr__, __dir__ = attributes(__name__, {}, missing=refusal("torch.utils", __name__))
