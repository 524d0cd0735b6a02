"""torch.nn.parallel: DataParallel, which has one device to run on here."""

from funcgrad.lazy import attributes

from ...functions.missing import refusal

FAMILIES = {"data_parallel": "DataParallel"}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.nn.parallel", __name__))
