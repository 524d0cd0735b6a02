"""torch.utils: data sets and loaders (`data`), recomputation (`checkpoint`), logs for TensorBoard (`tensorboard`), handles of
hooks (`hooks`)."""

from funcgrad.lazy import attributes

__getattr__, __dir__ = attributes(__name__, {})
